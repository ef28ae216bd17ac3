/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules that are shipped, data/rules.tsv: does each do what it says, and is each of any use? */
#include "importer/annotator.h"
#include "importer/pci_ids.h"
#include "importer/rule.h"
#include "importer/table.h"
#include "tests/unit/unit.h"

static const char rules_path[] = "data/rules.tsv";

enum { MOST_RULES = 4096, MOST_DEVICES = 1 << 17 };

static struct annotator *annotator;
static const struct product_hint no_hint;
static struct table_summary facts_read;
static struct annotation_result result;
static bool wins[MOST_RULES];          /* a rule has the last word on some device */
static uint32_t devices[MOST_DEVICES]; /* that pci.ids has */
static int device_count;
static int rule_number;       /* of the row that is read */
static const char *list_path; /* of pci.ids */

static int set_up(UNUSED void **state)
{
    struct table_summary rules_read;
    annotator = annotator_create();
    assert_non_null(annotator);
    ASSERT_DONE(table_read(rules_path, &rules_table, annotator, &rules_read, &failure));
    ASSERT_DONE(table_read("data/facts.tsv", &facts_table, annotator, &facts_read, &failure));
    annotator_sort(annotator);
    assert_in_range(rules_read.rows, 100, MOST_RULES);
    return 0;
}

/* Fails with all that is wrong with the rules; FILE:LINE: what. */
static void each_rule(enum error_code (*check)(void *context, const struct table_row *row,
                                               struct error *error))
{
    const struct table rules = {rule_columns, 1, check, NULL};
    int faults = 0;
    rule_number = 0;
    ASSERT_DONE(table_read(rules_path, &rules, &faults, NULL, &failure));
    assert_int_equal(faults, 0);
}

#define FAULT(faults, row, format, ...)                                                                      \
    (++*(int *)(faults), print_error("%s:%ld: rule %s: " format "\n", (row)->path, (row)->line,              \
                                     (row)->fields[RULE_ID], __VA_ARGS__))

/* `DDDD NAME` of the rule's vendor, or `VVVV:DDDD NAME` for vendor `*`. */
static bool parse_example(const struct table_row *row, const char *example, struct pci_id *id,
                          const char **name)
{
    char text[16];
    bool of_any = strcmp(row->fields[RULE_VENDOR], "*") == 0;
    const char *space = strchr(example, ' ');
    if (!space || space - example > 9)
        return false;
    snprintf(text, sizeof text, "%s%s%.*s", of_any ? "" : row->fields[RULE_VENDOR], of_any ? "" : ":",
             (int)(space - example), example);
    *name = space + 1;
    return pci_id_parse(text, strlen(text), id) == PCI_ID_OK && !id->has_subsystem;
}

/* The number of the rule behind a statement, below 0 for a fact. */
static int rule_of(const struct claim *statement)
{
    return statement->source - (int)facts_read.rows;
}

/* Which place the rule has among the statements about a device, 0 when it wins, or -1. */
static int place_of(const struct table_row *row, const struct pci_id *id, const char *name)
{
    int attribute = attribute_find(row->fields[RULE_ATTRIBUTE]);
    annotator_resolve(annotator, id, name, &no_hint, &result);
    for (int i = 0; i < result.counts[attribute]; i++)
        if (rule_of(&result.claims[attribute][i]) == rule_number)
            return i;
    return -1;
}

/* The two examples of a rule: what it must match, and what not; of a rule for all that a vendor makes "-". */
static enum error_code try_examples(void *faults, const struct table_row *row, UNUSED struct error *error)
{
    static const enum rule_column columns[] = {RULE_NOMATCH, RULE_MATCH};
    for (int must_match = 0; must_match <= 1; must_match++) {
        struct pci_id id;
        const char *name;
        const char *example = row->fields[columns[must_match]];
        if (!must_match && strcmp(example, "-") == 0)
            continue;
        if (!parse_example(row, example, &id, &name))
            FAULT(faults, row,
                  "%s must be a device, its ID and its name as in pci.ids, such as \"%s1d16 GP108M [GeForce "
                  "MX330]\", not \"%s\"",
                  row->columns[columns[must_match]],
                  strcmp(row->fields[RULE_VENDOR], "*") == 0 ? "10de:" : "", example);
        else if ((place_of(row, &id, name) >= 0) != must_match)
            FAULT(faults, row, "it %s \"%s\", which stands in %s", must_match ? "does not match" : "matches",
                  example, row->columns[columns[must_match]]);
    }
    rule_number++;
    return ERROR_NONE;
}

DEFINE_TEST(test_examples)
{
    each_rule(try_examples);
}

static enum error_code note_winners(UNUSED void *context, uint32_t number, const char *name,
                                    UNUSED struct error *error)
{
    struct pci_id id = pci_id_from_number(number);
    annotator_resolve(annotator, &id, name, &no_hint, &result);
    for (int attribute = 0; attribute < ATTRIBUTE_COUNT; attribute++)
        if (result.counts[attribute] && rule_of(&result.claims[attribute][0]) >= 0)
            wins[rule_of(&result.claims[attribute][0])] = true;
    assert_true(device_count < MOST_DEVICES);
    devices[device_count++] = number;
    return ERROR_NONE;
}

static void ignore_problem(UNUSED void *context, UNUSED const char *file, UNUSED long line,
                           UNUSED const char *message)
{
}

static bool read_list(const char *path, const struct pci_ids_visitor *visitor,
                      struct pci_ids_summary *summary)
{
    struct problems problems = {.report = ignore_problem};
    return path && pci_ids_read(path, path, visitor, summary, &problems, &failure) == ERROR_NONE;
}

/* The newest pci.ids of this machine: $PCI_IDS (as `make check PCI_IDS=FILE` sets it) or the system's. */
static const char *newest_list(void)
{
    const char *const paths[] = {getenv("PCI_IDS"), "/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids"};
    static const struct pci_ids_visitor nobody;
    const char *newest = NULL;
    char version[32] = "";
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        struct pci_ids_summary summary;
        if (!read_list(paths[i], &nobody, &summary) || (newest && strcmp(summary.version, version) <= 0))
            continue;
        newest = paths[i];
        memcpy(version, summary.version, sizeof version);
    }
    return newest;
}

static bool is_listed(uint32_t number)
{
    for (int i = 0; i < device_count; i++)
        if (devices[i] == number)
            return true;
    return false;
}

/* A rule that never has the last word is dead text: another one above it says everything it could say. A rule
 * whose example is newer than this machine's pci.ids must at least win for that example; one for a generation
 * to come waits. */
static enum error_code try_use(void *faults, const struct table_row *row, UNUSED struct error *error)
{
    struct pci_id id;
    const char *name;
    if (!wins[rule_number] && strncmp(row->fields[RULE_ID], "future-", 7) != 0 &&
        (!parse_example(row, row->fields[RULE_MATCH], &id, &name) || is_listed(pci_id_number(&id)) ||
         place_of(row, &id, name) != 0))
        FAULT(faults, row,
              "it is the first match of no device of %s: the rules above say all that it could say",
              list_path);
    rule_number++;
    return ERROR_NONE;
}

DEFINE_TEST(test_every_rule_wins_somewhere)
{
    static const struct pci_ids_visitor visitor = {.device = note_winners};
    struct pci_ids_summary summary;
    list_path = newest_list();
    if (!list_path)
        skip();
    assert_true(read_list(list_path, &visitor, &summary));
    each_rule(try_use);
}

TESTSUITE_MAIN(set_up, NULL)
