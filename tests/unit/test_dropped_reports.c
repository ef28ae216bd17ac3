#include "tests/unit/database_fixture.h"

/* Which reports count: each case adds a few to a database of its own. */

enum { MAX_REPORTS_OF_CASE = 4 };

struct added_report {
    unsigned char id; /* 0: no more reports */
    int source;       /* 0 or 1 */
    uint32_t pci_id;
    unsigned char supersedes; /* 0: nothing */
};

struct drop_case {
    const char *name;
    struct added_report reports[MAX_REPORTS_OF_CASE];
    unsigned char retracted; /* by source 0; 0: nothing */
    const char *kept;        /* the ids, as letters */
    struct dropped_reports dropped;
};

static const struct drop_case cases[] = {
    {"one alone", {{'a', 0, MX330, 0}}, 0, "a", {0}},
    {"twice from one source", {{'a', 0, MX330, 0}, {'a', 0, MX330, 0}}, 0, "a", {.duplicates = 1}},
    {"twice from two", {{'a', 0, MX330, 0}, {'a', 1, MX330, 0}}, 0, "a", {.duplicates = 1}},
    {"retracted", {{'a', 0, MX330, 0}}, 'a', "", {.retracted = 1}},
    {"retracted by one of two", {{'a', 0, MX330, 0}, {'a', 1, MX330, 0}}, 'a', "a", {.retracted = 1}},
    {"superseded", {{'a', 0, MX330, 0}, {'b', 0, MX330, 'a'}}, 0, "b", {.superseded = 1}},
    {"superseded before it came", {{'b', 0, MX330, 'a'}, {'a', 0, MX330, 0}}, 0, "b", {.superseded = 1}},
    {"superseded by another source",
     {{'a', 0, MX330, 0}, {'b', 1, MX330, 'a'}},
     0,
     "ab",
     {.without_effect = 1}},
    {"superseded on another ID", {{'a', 0, MX350, 0}, {'b', 0, MX330, 'a'}}, 0, "ab", {.without_effect = 1}},
    {"nothing is superseded", {{'b', 0, MX330, 'z'}}, 0, "b", {.without_effect = 1}},
    {"a chain", {{'c', 0, MX330, 'b'}, {'a', 0, MX330, 0}, {'b', 0, MX330, 'a'}}, 0, "c", {.superseded = 2}},
    {"by two at once",
     {{'a', 0, MX330, 0}, {'b', 0, MX330, 'a'}, {'c', 0, MX330, 'a'}},
     0,
     "bc",
     {.superseded = 1}},
    /* No hash can name itself: it ends all the same. */
    {"a cycle", {{'a', 0, MX330, 'b'}, {'b', 0, MX330, 'a'}}, 0, "", {.superseded = 2}},
    {"by itself", {{'a', 0, MX330, 'a'}}, 0, "", {.superseded = 1}},
    {"by one that is retracted", {{'a', 0, MX330, 0}, {'b', 0, MX330, 'a'}}, 'b', "a", {.retracted = 1}},
    {"superseded and retracted", {{'a', 0, MX330, 0}, {'b', 0, MX330, 'a'}}, 'a', "b", {.retracted = 1}},
    {"a feed superseded what somebody imported too",
     {{'a', 1, MX330, 0}, {'a', 0, MX330, 0}, {'b', 0, MX330, 'a'}},
     0,
     "ab",
     {.superseded = 1}},
};

static void add(struct builder *builder, const struct added_report *added, int64_t source)
{
    char json[300];
    char digits[65] = "";
    char supersedes[120] = "";
    char id[PCI_ID_TEXT_SIZE];
    struct pci_id pci_id = pci_id_from_number(added->pci_id);
    for (int i = 0; i < 32; i++)
        snprintf(digits + (size_t)2 * i, 3, "%02x", added->supersedes);
    if (added->supersedes)
        snprintf(supersedes, sizeof supersedes, ",\"supersedes\":\"%s\"", digits);
    snprintf(json, sizeof json, "{\"pci_id\":\"%s\",\"outcome\":\"fails\"%s}", pci_id_print(&pci_id, id),
             supersedes);
    add_report(builder, source, added->id, json);
}

static enum error_code note_id(void *context, const char *id, const char *body, size_t length,
                               struct error *error)
{
    char *kept = context;
    unsigned byte;
    (void)body;
    (void)length;
    (void)error;
    assert_int_equal(sscanf(id, "%2x", &byte), 1);
    kept[strlen(kept)] = (char)byte;
    return ERROR_NONE;
}

static int compare_letters(const void *a, const void *b)
{
    return *(const char *)a - *(const char *)b;
}

static void check_case(const struct drop_case *expected)
{
    struct builder *builder;
    struct database *opened;
    char path[SCRATCH_PATH_SIZE + 40];
    char kept[MAX_REPORTS_OF_CASE + 1] = "";
    unsigned char id[REPORT_ID_BYTES];
    int64_t sources[2];
    snprintf(path, sizeof path, "%s/dropped.db", folder);
    ASSERT_DONE(builder_create(new_path, &builder, &failure));
    for (int i = 0; i < 2; i++)
        ASSERT_DONE(builder_add_source(builder, "reports", "a file", &sources[i], &failure));
    for (int i = 0; i < MAX_REPORTS_OF_CASE && expected->reports[i].id; i++)
        add(builder, &expected->reports[i], sources[expected->reports[i].source]);
    memset(id, expected->retracted, sizeof id);
    if (expected->retracted)
        ASSERT_DONE(builder_retract(builder, id, sources[0], &failure));
    ASSERT_DONE(builder_complete(builder, &failure));
    struct dropped_reports dropped = builder_dropped(builder, ALL_SOURCES);
    ASSERT_DONE(builder_publish(builder, path, &failure));
    builder_free(builder);
    ASSERT_DONE(database_open(path, &opened, &failure));
    ASSERT_DONE(database_check(opened, &failure));
    ASSERT_DONE(database_each_report(opened, MX330, 9, note_id, kept, &failure));
    ASSERT_DONE(database_each_report(opened, MX350, 9, note_id, kept, &failure));
    database_close(opened);
    unlink(path);
    qsort(kept, strlen(kept), 1, compare_letters);
    if (strcmp(kept, expected->kept) != 0 || dropped.duplicates != expected->dropped.duplicates ||
        dropped.retracted != expected->dropped.retracted ||
        dropped.superseded != expected->dropped.superseded ||
        dropped.without_effect != expected->dropped.without_effect)
        fail_msg("%s: \"%s\" are kept; %d duplicates, %d retracted, %d superseded, %d without effect",
                 expected->name, kept, (int)dropped.duplicates, (int)dropped.retracted,
                 (int)dropped.superseded, (int)dropped.without_effect);
}

static void test_dropped(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        check_case(&cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_dropped)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
