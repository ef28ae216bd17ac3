/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/program.h"

#include "tests/unit/unit.h"

DEFINE_TEST(test_bytes)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {
        {0, "0 B"},
        {999, "999 B"},
        {1000, "1.0 kB"},
        {12345, "12.3 kB"},
        {999949, "999.9 kB"},
        {999950, "1.0 MB"},
        {64 << 20, "67.1 MB"},
        {UINT64_C(4) << 30, "4.3 GB"},
        {UINT64_MAX, "18446744073.7 GB"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct buffer out = BUFFER(64);
        program_append_bytes(&out, cases[i].bytes);
        assert_string_equal(buffer_text(&out), cases[i].text);
        buffer_free(&out);
    }
}

TESTSUITE_MAIN(NULL, NULL)
