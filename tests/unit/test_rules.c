/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules that are shipped, data/rules.tsv: does each do what it says, and is each of any use? */

#include "core/buffer.h"
#include "importer/annotator.h"
#include "importer/pci_ids.h"
#include "importer/rule.h"
#include "importer/table.h"
#include "tests/unit/unit.h"

static const char rules_path[] = "data/rules.tsv";

enum { MOST_RULES = 4096 };

/* What stands in a line of data/rules.tsv, beside what the annotator makes of it. */
static struct listed_rule {
    char *id;
    char *vendor;
    char *match;
    char *nomatch;
    long line;
    enum attribute attribute;
    bool example_is_listed; /* pci.ids has the device of `match` */
    bool wins;
} rules[MOST_RULES];
static int rule_count;
static struct annotator *annotator;
static struct annotation_result result;
static struct buffer faults = {.max = 1 << 20};

static enum error_code keep_rule(UNUSED void *context, const struct table_row *row,
                                 UNUSED struct error *error)
{
    assert_true(rule_count < MOST_RULES);
    rules[rule_count++] = (struct listed_rule){
        .id = strdup(row->fields[RULE_ID]),
        .vendor = strdup(row->fields[RULE_VENDOR]),
        .match = strdup(row->fields[RULE_MATCH]),
        .nomatch = strdup(row->fields[RULE_NOMATCH]),
        .line = row->line,
        .attribute = (enum attribute)attribute_find(row->fields[RULE_ATTRIBUTE]),
    };
    return ERROR_NONE;
}

static int set_up(UNUSED void **state)
{
    ASSERT_DONE(annotator_load(rules_path, "data/facts.tsv", &annotator, &failure));
    ASSERT_DONE(table_read(rules_path, rule_columns, RULE_COLUMNS, 1, keep_rule, NULL, NULL, &failure));
    assert_true(rule_count > 100 && rule_count == annotator_rules(annotator).rows);
    return 0;
}

static int tear_down(UNUSED void **state)
{
    for (int i = 0; i < rule_count; i++) {
        free(rules[i].id);
        free(rules[i].vendor);
        free(rules[i].match);
        free(rules[i].nomatch);
    }
    annotator_free(annotator);
    buffer_free(&faults);
    return 0;
}

/* `DDDD NAME` of the rule's vendor, or `VVVV:DDDD NAME` for vendor `*`. */
static bool parse_example(const struct listed_rule *rule, const char *example, struct pci_id *id,
                          const char **name)
{
    char text[16];
    bool of_any = strcmp(rule->vendor, "*") == 0;
    const char *space = strchr(example, ' ');
    if (!space || space - example > 9)
        return false;
    snprintf(text, sizeof text, "%s%s%.*s", of_any ? "" : rule->vendor, of_any ? "" : ":",
             (int)(space - example), example);
    *name = space + 1;
    return pci_id_parse(text, strlen(text), id) == PCI_ID_OK && !id->has_subsystem;
}

/* The rule behind a statement, or NULL for a fact. */
static struct listed_rule *rule_of(const struct claim *statement)
{
    int index = statement->source - (int)annotator_facts(annotator).rows;
    return index < 0 ? NULL : &rules[index];
}

/* Which place the rule has among the statements about a device, 0 when it wins, or -1. */
static int place_of(const struct listed_rule *rule, const struct pci_id *id, const char *name)
{
    annotator_resolve(annotator, id, name, NULL, &result);
    for (int i = 0; i < result.counts[rule->attribute]; i++)
        if (rule_of(&result.claims[rule->attribute][i]) == rule)
            return i;
    return -1;
}

static void assert_no_faults(void)
{
    if (faults.length)
        fail_msg("%.4000s", buffer_text(&faults));
}

/* Notes what is wrong with a rule, as FILE:LINE: what. */
static PRINTF_LIKE(2, 3) void add_fault(const struct listed_rule *rule, const char *format, ...)
{
    char text[600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    buffer_append_format(&faults, "%s:%ld: rule %s: %s\n", rules_path, rule->line, rule->id, text);
}

/* Notes where a rule does other than its column of examples says. */
static void try_example(const struct listed_rule *rule, const char *column, const char *example,
                        bool must_match)
{
    struct pci_id id;
    const char *name;
    if (!parse_example(rule, example, &id, &name))
        add_fault(rule,
                  "%s must be a device, its ID and its name as in pci.ids, such as \"%s1d16 GP108M [GeForce"
                  " MX330]\", not \"%s\"",
                  column, strcmp(rule->vendor, "*") == 0 ? "10de:" : "", example);
    else if ((place_of(rule, &id, name) >= 0) != must_match)
        add_fault(rule, "it %s \"%s\", which stands in %s", must_match ? "does not match" : "matches",
                  example, column);
}

DEFINE_TEST(test_examples)
{
    for (int i = 0; i < rule_count; i++) {
        try_example(&rules[i], "match", rules[i].match, true);
        if (strcmp(rules[i].nomatch, "-") != 0) /* else a rule for all that a vendor makes */
            try_example(&rules[i], "nomatch", rules[i].nomatch, false);
    }
    assert_no_faults();
}

static enum error_code note_winners(UNUSED void *context, uint32_t number, const char *name,
                                    UNUSED struct error *error)
{
    struct pci_id id = pci_id_from_number(number);
    annotator_resolve(annotator, &id, name, NULL, &result);
    for (int attribute = 0; attribute < ATTRIBUTE_COUNT; attribute++) {
        struct listed_rule *rule = result.counts[attribute] ? rule_of(&result.claims[attribute][0]) : NULL;
        if (rule)
            rule->wins = true;
    }
    for (int i = 0; i < rule_count; i++) {
        struct pci_id example;
        const char *example_name;
        if (!rules[i].example_is_listed && parse_example(&rules[i], rules[i].match, &example, &example_name))
            rules[i].example_is_listed = pci_id_number(&example) == number;
    }
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

/* A rule that never has the last word is dead text: another one above it says everything it could say. A rule
 * whose example is newer than this machine's pci.ids must at least win for that example. */
DEFINE_TEST(test_every_rule_wins_somewhere)
{
    static const struct pci_ids_visitor visitor = {.device = note_winners};
    struct pci_ids_summary summary;
    const char *path = newest_list();
    if (!path)
        skip();
    assert_true(read_list(path, &visitor, &summary));
    for (int i = 0; i < rule_count; i++) {
        struct pci_id id;
        const char *name;
        bool future = strncmp(rules[i].id, "future-", 7) == 0; /* waits for a generation to come */
        if (!rules[i].wins && !future &&
            (rules[i].example_is_listed || !parse_example(&rules[i], rules[i].match, &id, &name) ||
             place_of(&rules[i], &id, name) != 0))
            add_fault(
                &rules[i],
                "it is the first match of no device of %s (%s): the rules above say all that it could say",
                path, summary.version);
    }
    assert_no_faults();
}

TESTSUITE_MAIN(set_up, tear_down)
