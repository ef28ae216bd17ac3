/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/series.h"

#include "tests/unit/unit.h"

#define HEAD "# version: 1\nvendor\tpattern\tseries\tsource\n"

DEFINE_TEST(test_rows)
{
    static const struct {
        const char *rows;
        const char *wrong; /* NULL: nothing */
    } cases[] = {
        {"10de\tGeForce RTX 30*\tGeForce RTX 30\tx\n", NULL},
        {"", NULL},
        {"10de\tA\tOne\tx\n10de\tB\tOne\tx\n", NULL},
        {"10de\tA\tOne\n", ":3: a row is"},
        {"10de\tA\tOne\t\n", ":3: a row is"},
        {"10de\tA\tOne\tx\ty\n", ":3: a row is"},
        {"# a\n\n10DE\tA\tOne\tx\n", ":5: the vendor must be"},
        {"0x10\tA\tOne\tx\n", ":3: the vendor must be"},
        {"10de\t\tOne\tx\n", ":3: the pattern must have"},
        {"10de\t*0123456789012345678901234567890123456789012345678901234567890123\tOne\tx\n", "the pattern"},
        {"10de\tA\t123456789012345678901234567890123456789012345678\tx\n", ":3: the name of a series must"},
        {"10de\tA\t-/..\tx\n", ":3: the name of a series must have a letter"},
        {"10de\tA\tOne Two\tx\n10de\tB\tone-two\tx\n", ":4: another series has the same page"},
        {"10de\tA\tOne\tx\n1002\tB\tOne\tx\n", ":4: another series has the same page"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct series_table table;
        struct error error;
        char text[1000];
        snprintf(text, sizeof text, "%s%s", HEAD, cases[i].rows);
        scratch_put("series.tsv", text);
        const enum error_code code = series_read(scratch, &table, &error);
        assert_int_equal(code, cases[i].wrong ? ERROR_BAD_INPUT : ERROR_NONE);
        if (cases[i].wrong)
            assert_holds(error.message, cases[i].wrong);
        series_free(&table);
    }
}

/* Its first row would be lost. */
DEFINE_TEST(test_no_heading)
{
    struct series_table table;
    scratch_put("series.tsv", "# version: 1\n10de\tA\tOne\tx\n");
    assert_int_equal(series_read(scratch, &table, &failure), ERROR_BAD_INPUT);
    assert_holds(failure.message, ":2: the first row must name the columns");
    series_free(&table);
}

DEFINE_TEST(test_find)
{
    static const struct {
        uint16_t vendor;
        const char *name;
        const char *slug;
    } cases[] = {
        {0x10de, "GeForce RTX 3060 Mobile / Max-Q", "geforce-rtx-30"},
        {0x10de, "Geforce rtx 3050", "geforce-rtx-30"},
        {0x10de, "RTX 30", "geforce-rtx-30"},
        {0x1002, "GeForce RTX 3060", NULL},
        {0x10de, "GeForce GTX 980", "geforce-900"},
        {0x10de, "GeForce 9800", NULL},
        {0x10de, "", NULL},
        {0x10de, "\xff\x01*[", NULL},
    };
    struct series_table table;
    scratch_put("series.tsv", HEAD "10de\tGeForce RTX 30*\tGeForce RTX 30\tx\n"
                                   "10de\tGeForce GT? 9[0-9][0-9]*\t GeForce 900 \tx\n"
                                   "10de\tRTX 30\tGeForce RTX 30\tx");
    ASSERT_DONE(series_read(scratch, &table, &failure));
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct series *found = series_find(&table, cases[i].vendor, cases[i].name);
        if (cases[i].slug)
            assert_string_equal(found ? found->slug : "none", cases[i].slug);
        else
            assert_null(found);
    }
    assert_ptr_equal(series_find(&table, 0x10de, "RTX 30"), series_find(&table, 0x10de, "GeForce RTX 3060"));
    series_free(&table);
}

TESTSUITE_MAIN(make_scratch, remove_scratch)
