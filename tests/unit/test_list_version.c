/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/list_version.h"

#include "tests/unit/unit.h"

DEFINE_TEST(test_versions)
{
    static const struct {
        const char *version;
        bool valid;
    } cases[] = {
        {"2026.11.30", true},   {"2026.12.01", true},   {"2026.12.02", false}, {"2027.01.01", false},
        {"9999.12.31", false},  {"10000.01.01", false}, {"2024.02.29", true},  {"2025.02.29", false},
        {"2026.02.31", false},  {"2026.00.01", false},  {"2026.13.01", false}, {"2026.1.1", false},
        {"2026.11.30 ", false}, {" 2026.11.30", false}, {"2026-11-30", false}, {"2026.11.30.1", false},
        {"2026", false},        {"99", false},          {": :", false},        {"", false},
        {"1999.12.31", true},
    };
    const time_t now = 1796029425; /* 2026-11-30 09:03:45 UTC */
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        if (list_version_is_valid(cases[i].version, now) != cases[i].valid)
            fail_msg("\"%s\" should be %s", cases[i].version, cases[i].valid ? "valid" : "invalid");
}

/* A clock that was never set makes every list one from the future. */
DEFINE_TEST(test_clock)
{
    assert_false(list_version_is_valid("2023.04.10", 0));
    assert_true(list_version_is_valid("1970.01.02", 0));
    assert_false(list_version_is_valid("1970.01.03", 0));
}

DEFINE_TEST(test_ages)
{
    static const struct {
        const char *date;
        int days;
    } cases[] = {{"2026-11-30", 0},  {"2026-11-29", 1},   {"2023-04-10", 1330},
                 {"2026-12-01", -1}, {"2026-11", -1},     {"2026.11.29", -1},
                 {"", -1},           {"2026-11-29x", -1}, {"%n%s", -1}};
    const time_t now = 1796029425; /* 2026-11-30 09:03:45 UTC */
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        if (days_since(cases[i].date, now) != cases[i].days)
            fail_msg("\"%s\" should be %d days ago", cases[i].date, cases[i].days);
    assert_int_equal(days_since("2026-11-29", 0), -1);
}

DEFINE_TEST(test_months)
{
    static const struct {
        const char *date;
        const char *words;
    } cases[] = {{"2023-04-10", "April 2023"},
                 {"2026-12", "December 2026"},
                 {"2026-01-31", "January 2026"},
                 {"2026-13-01", "2026-13-01"},
                 {"2026", "2026"},
                 {"", ""},
                 {"next week", "next week"}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char text[32];
        month_in_words(cases[i].date, text, sizeof text);
        assert_string_equal(text, cases[i].words);
    }
}

TESTSUITE_MAIN(NULL, NULL)
