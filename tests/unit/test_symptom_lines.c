#include <stdlib.h>
#include <string.h>

#include "core/symptom_matcher.h"
#include "core/vocabulary.h"
#include "importer/table.h"
#include "tests/unit/unit.h"

/* The project's own signatures, on lines that must show them and on lines that must show none. */

enum { COLUMNS = 8, LINE_COLUMNS = 2 };

static char *ids[MAX_SIGNATURES];
static int count;
static struct symptom_matcher *matcher;

static enum error_code add(void *context, const struct table_row *row, struct error *error)
{
    (void)context;
    ids[count++] = strdup(row->fields[0]);
    return symptom_matcher_add(matcher, row->fields[3], row->fields[4], error);
}

static int load(void **state)
{
    static const char *const columns[COLUMNS] = {"id",      "scope",        "fixable", "words",
                                                 "pattern", "example_line", "cause",   "next"};
    struct error error;
    (void)state;
    return symptom_matcher_create(&matcher, &error) ||
           table_read("data/symptoms.tsv", columns, COLUMNS, add, NULL, NULL, &error);
}

static int unload(void **state)
{
    (void)state;
    for (int i = 0; i < count; i++)
        free(ids[i]);
    symptom_matcher_free(matcher);
    return 0;
}

static enum error_code try_line(void *context, const struct table_row *row, struct error *error)
{
    int *lines = context;
    int found = symptom_matcher_line(matcher, row->fields[1], strlen(row->fields[1]));
    const char *id = found < 0 ? "-" : ids[found];
    ++*lines;
    if (strcmp(id, row->fields[0]) == 0)
        return ERROR_NONE;
    return table_error(row, error, "it shows %s: %s", id, row->fields[1]);
}

static void test_lines(void **state)
{
    static const char *const columns[LINE_COLUMNS] = {"id", "line"};
    struct error error;
    int lines = 0;
    (void)state;
    if (table_read("tests/data/symptom-lines.tsv", columns, LINE_COLUMNS, try_line, &lines, NULL, &error))
        fail_msg("%s", error.message);
    assert_true(lines > 100);
}

/* Prefixes that logs put before a line, and what they may do to its case. */
static enum error_code try_example(void *context, const struct table_row *row, struct error *error)
{
    static const char *const prefixes[] = {"",
                                           "[   12.345678] ",
                                           "Nov 22 10:00:00 host kernel: ",
                                           "2026-11-22T10:00:00.123456+01:00 host kernel: ",
                                           "<3>[12345.678901] ",
                                           "qemu-system-x86_64: ",
                                           "Nov 22 10:00:00 host QEMU[2041]: kvm: "};
    int *tried = context;
    for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
        char line[2048];
        int length = snprintf(line, sizeof line, "%s%s\r", prefixes[i], row->fields[5]);
        int found = symptom_matcher_line(matcher, line, (size_t)length);
        if (found < 0 || strcmp(ids[found], row->fields[0]) != 0)
            return table_error(row, error, "it shows %s: %s", found < 0 ? "-" : ids[found], line);
    }
    ++*tried;
    return ERROR_NONE;
}

static void test_examples_behind_prefixes(void **state)
{
    static const char *const columns[COLUMNS] = {"id",      "scope",        "fixable", "words",
                                                 "pattern", "example_line", "cause",   "next"};
    struct error error;
    int tried = 0;
    (void)state;
    if (table_read("data/symptoms.tsv", columns, COLUMNS, try_example, &tried, NULL, &error))
        fail_msg("%s", error.message);
    assert_int_equal(tried, count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_examples_behind_prefixes),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
