/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/symptom_matcher.h"
#include "core/vocabulary.h"
#include "importer/table.h"
#include "tests/unit/unit.h"

/* The project's own signatures, on lines that must show them and on lines that must show none. */

static const char *const symptom_columns[] = {"id",      "scope",        "fixable", "words",
                                              "pattern", "example_line", "cause",   "next"};
static const char *const line_columns[] = {"id", "line"};

static char *ids[MAX_SIGNATURES];
static int count;
static struct symptom_matcher *matcher;

static enum error_code add(UNUSED void *context, const struct table_row *row, struct error *error)
{
    ids[count++] = strdup(row->fields[0]);
    return symptom_matcher_add(matcher, row->fields[3], row->fields[4], error);
}

static int load(UNUSED void **state)
{
    return symptom_matcher_create(&matcher, &failure) ||
           table_read("data/symptoms.tsv", symptom_columns, ARRAY_SIZE(symptom_columns), 1, add, NULL, NULL,
                      &failure);
}

static int unload(UNUSED void **state)
{
    for (int i = 0; i < count; i++)
        free(ids[i]);
    symptom_matcher_free(matcher);
    return 0;
}

/* Fails unless the line shows what the row says. */
static enum error_code check_line(const char *line, const struct table_row *row, struct error *error)
{
    int found = symptom_matcher_line(matcher, line, strlen(line));
    const char *id = found < 0 ? "-" : ids[found];
    return strcmp(id, row->fields[0]) == 0 ? ERROR_NONE
                                           : table_error(row, error, "it shows %s: %s", id, line);
}

static enum error_code try_line(void *context, const struct table_row *row, struct error *error)
{
    int *lines = context;
    ++*lines;
    return check_line(row->fields[1], row, error);
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
    ++*tried;
    for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
        char line[2048];
        snprintf(line, sizeof line, "%s%s\r", prefixes[i], row->fields[5]);
        if (check_line(line, row, error))
            return error->code;
    }
    return ERROR_NONE;
}

DEFINE_TEST(test_lines)
{
    int lines = 0;
    int tried = 0;
    ASSERT_DONE(table_read("tests/data/symptom-lines.tsv", line_columns, ARRAY_SIZE(line_columns), 0,
                           try_line, &lines, NULL, &failure));
    assert_true(lines > 100);
    ASSERT_DONE(table_read("data/symptoms.tsv", symptom_columns, ARRAY_SIZE(symptom_columns), 1, try_example,
                           &tried, NULL, &failure));
    assert_int_equal(tried, count);
}

TESTSUITE_MAIN(load, unload)
