/* The rules that are shipped, data/rules.tsv: does each do what it says, and is each of any use? */

#include "core/buffer.h"
#include "importer/annotator.h"
#include "importer/pci_ids.h"
#include "importer/rule.h"
#include "importer/table.h"
#include "tests/unit/unit.h"

static const char rules_path[] = "data/rules.tsv";
static const char facts_path[] = "data/facts.tsv";

enum { MOST_RULES = 4096 };

/* What stands in a line of data/rules.tsv, beside what the annotator makes of it. */
struct listed_rule {
    char *id;
    char *vendor;
    char *match;
    char *nomatch;
    long line;
    enum attribute attribute;
    bool example_is_listed; /* pci.ids has the device of `match` */
    bool wins;
};

struct check {
    struct annotator *annotator;
    struct annotation_result *result;
    int rule_count;
    struct listed_rule rules[MOST_RULES];
    struct buffer faults;
};

static enum error_code keep_rule(void *context, const struct table_row *row, struct error *error)
{
    struct check *check = context;
    (void)error;
    assert_true(check->rule_count < MOST_RULES);
    check->rules[check->rule_count++] = (struct listed_rule){
        .id = strdup(row->fields[RULE_ID]),
        .vendor = strdup(row->fields[RULE_VENDOR]),
        .match = strdup(row->fields[RULE_MATCH]),
        .nomatch = strdup(row->fields[RULE_NOMATCH]),
        .line = row->line,
        .attribute = (enum attribute)attribute_find(row->fields[RULE_ATTRIBUTE]),
    };
    return ERROR_NONE;
}

static int set_up(void **state)
{
    struct error error = {.message = ""};
    struct check *check = calloc(1, sizeof *check);
    assert_non_null(check);
    check->faults = BUFFER(1 << 20);
    check->result = malloc(sizeof *check->result);
    assert_non_null(check->result);
    if (annotator_load(rules_path, facts_path, &check->annotator, &error) ||
        table_read(rules_path, rule_columns, RULE_COLUMNS, keep_rule, check, NULL, &error))
        fail_msg("%s", error.message);
    *state = check;
    return 0;
}

static int tear_down(void **state)
{
    struct check *check = *state;
    if (!check)
        return 0; /* the set-up failed */
    for (int i = 0; i < check->rule_count; i++) {
        free(check->rules[i].id);
        free(check->rules[i].vendor);
        free(check->rules[i].match);
        free(check->rules[i].nomatch);
    }
    annotator_free(check->annotator);
    buffer_free(&check->faults);
    free(check->result);
    free(check);
    return 0;
}

/* `DDDD NAME` of the rule's vendor, or `VVVV:DDDD NAME` for vendor `*`. */
static bool parse_example(const struct listed_rule *rule, const char *example, struct pci_id *id,
                          const char **name)
{
    char text[16];
    const char *space = strchr(example, ' ');
    if (!space || space - example > 9)
        return false;
    snprintf(text, sizeof text, "%s%s%.*s", strcmp(rule->vendor, "*") == 0 ? "" : rule->vendor,
             strcmp(rule->vendor, "*") == 0 ? "" : ":", (int)(space - example), example);
    *name = space + 1;
    return pci_id_parse(text, strlen(text), id) == PCI_ID_OK && !id->has_subsystem;
}

/* The rule behind a statement, or NULL for a fact. */
static struct listed_rule *rule_of(struct check *check, const struct statement *statement)
{
    int index = statement->source - annotator_fact_count(check->annotator);
    return index < 0 ? NULL : &check->rules[index];
}

/* Which place the rule has among the statements about a device, 0 when it wins, or -1. */
static int place_of(struct check *check, const struct listed_rule *rule, const struct pci_id *id,
                    const char *name)
{
    annotator_resolve(check->annotator, id, name, check->result);
    for (int i = 0; i < check->result->counts[rule->attribute]; i++)
        if (rule_of(check, &check->result->statements[rule->attribute][i]) == rule)
            return i;
    return -1;
}

static void assert_no_faults(struct check *check)
{
    char faults[4000];
    snprintf(faults, sizeof faults, "%s", buffer_text(&check->faults));
    buffer_clear(&check->faults);
    if (faults[0])
        fail_msg("%s", faults);
}

/* Notes what is wrong with a rule, as FILE:LINE: what. */
static PRINTF_LIKE(3, 4) void add_fault(struct check *check, const struct listed_rule *rule,
                                        const char *format, ...)
{
    char text[600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    buffer_append_format(&check->faults, "%s:%ld: rule %s: %s\n", rules_path, rule->line, rule->id, text);
}

static void add_no_device(struct check *check, const struct listed_rule *rule, const char *column,
                          const char *example)
{
    add_fault(check, rule,
              "%s must be a device, its ID and its name as in pci.ids, such as \"%s1d16 GP108M [GeForce"
              " MX330]\", not \"%s\"",
              column, strcmp(rule->vendor, "*") == 0 ? "10de:" : "", example);
}

static void test_rules_and_sources_agree(void **state)
{
    struct check *check = *state;
    assert_true(check->rule_count > 100);
    assert_int_equal(check->rule_count, annotator_rule_count(check->annotator));
    for (int i = 0; i < check->rule_count; i++) {
        char head[200];
        int source = annotator_fact_count(check->annotator) + i;
        snprintf(head, sizeof head, "rule %s: ", check->rules[i].id);
        assert_string_equal(annotator_source_kind(check->annotator, source), "rule");
        assert_memory_equal(annotator_source_text(check->annotator, source), head, strlen(head));
    }
}

/* Notes where a rule does other than its column of examples says. */
static void try_example(struct check *check, const struct listed_rule *rule, const char *column,
                        const char *example, bool must_match)
{
    struct pci_id id;
    const char *name;
    if (!parse_example(rule, example, &id, &name))
        add_no_device(check, rule, column, example);
    else if ((place_of(check, rule, &id, name) >= 0) != must_match)
        add_fault(check, rule, "it %s \"%s\", which stands in %s", must_match ? "does not match" : "matches",
                  example, column);
}

static void test_examples(void **state)
{
    struct check *check = *state;
    for (int i = 0; i < check->rule_count; i++) {
        const struct listed_rule *rule = &check->rules[i];
        try_example(check, rule, "match", rule->match, true);
        if (strcmp(rule->nomatch, "-") != 0) /* else a rule for all that a vendor makes */
            try_example(check, rule, "nomatch", rule->nomatch, false);
    }
    assert_no_faults(check);
}

static enum error_code note_winners(void *context, uint32_t number, const char *name, struct error *error)
{
    struct check *check = context;
    struct pci_id id = pci_id_from_number(number);
    (void)error;
    annotator_resolve(check->annotator, &id, name, check->result);
    for (int attribute = 0; attribute < ATTRIBUTE_COUNT; attribute++) {
        struct listed_rule *rule = check->result->counts[attribute]
                                       ? rule_of(check, &check->result->statements[attribute][0])
                                       : NULL;
        if (rule)
            rule->wins = true;
    }
    for (int i = 0; i < check->rule_count; i++) {
        struct pci_id example;
        const char *example_name;
        if (!check->rules[i].example_is_listed &&
            parse_example(&check->rules[i], check->rules[i].match, &example, &example_name))
            check->rules[i].example_is_listed = pci_id_number(&example) == number;
    }
    return ERROR_NONE;
}

static void ignore_problem(void *context, const char *file, long line, const char *message)
{
    (void)context;
    (void)file;
    (void)line;
    (void)message;
}

static bool read_list(const char *path, struct check *check, struct pci_ids_summary *summary)
{
    const struct pci_ids_visitor visitor = {.context = check, .device = check ? note_winners : NULL};
    struct problems problems = {.report = ignore_problem};
    struct error error;
    return path && pci_ids_read(path, path, &visitor, summary, &problems, &error) == ERROR_NONE;
}

/* The newest pci.ids of this machine: $PCI_IDS (as `make check PCI_IDS=FILE` sets it) or the system's. */
static const char *newest_list(void)
{
    const char *const paths[] = {getenv("PCI_IDS"), "/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids"};
    const char *newest = NULL;
    char version[32] = "";
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        struct pci_ids_summary summary;
        if (!read_list(paths[i], NULL, &summary) || (newest && strcmp(summary.version, version) <= 0))
            continue;
        newest = paths[i];
        memcpy(version, summary.version, sizeof version);
    }
    return newest;
}

/* A rule that never has the last word is dead text: another one above it says everything it could say. A rule
 * whose example is newer than this machine's pci.ids must at least win for that example. */
static void test_every_rule_wins_somewhere(void **state)
{
    struct check *check = *state;
    struct pci_ids_summary summary;
    const char *path = newest_list();
    if (!path)
        skip();
    assert_true(read_list(path, check, &summary));
    for (int i = 0; i < check->rule_count; i++) {
        struct listed_rule *rule = &check->rules[i];
        struct pci_id id;
        const char *name;
        bool future = strncmp(rule->id, "future-", 7) == 0; /* waits for a generation to come */
        if (rule->wins || future)
            continue;
        if (!rule->example_is_listed && parse_example(rule, rule->match, &id, &name) &&
            place_of(check, rule, &id, name) == 0)
            continue;
        add_fault(check, rule,
                  "it is the first match of no device of %s (%s): the rules above say all that it could say",
                  path, summary.version);
    }
    assert_no_faults(check);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_and_sources_agree),
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_every_rule_wins_somewhere),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
