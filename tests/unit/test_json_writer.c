/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/json_writer.h"

#include <math.h>

#include "core/json_reader.h"
#include "core/text.h"
#include "tests/unit/unit.h"

/* A string comes back as it was from a reader that knows nothing of our writer, but for the bytes that are
 * not UTF-8. A NUL is the one character that the reader rejects. */
static void assert_comes_back(const char *bytes, size_t length, bool for_terminal)
{
    struct buffer json CLEANUP(buffer_free) = BUFFER(1 << 10);
    struct buffer expected CLEANUP(buffer_free) = BUFFER(1 << 10);
    struct json_writer writer = {.out = &json, .for_terminal = for_terminal};
    json_auto_t *read = NULL;
    char *copy = exact_copy(bytes, length);
    json_write_bytes(&writer, NULL, copy, length);
    text_append_utf8(&expected, copy, length);
    free(copy);
    assert_false(json.failed);
    if (memchr(bytes, '\0', length)) {
        assert_int_equal(json_read(json.data, json.length, &read, &failure), ERROR_BAD_INPUT);
        return;
    }
    ASSERT_DONE(json_read(json.data, json.length, &read, &failure));
    assert_int_equal(json_string_length(read), expected.length);
    assert_memory_equal(json_string_value(read), buffer_text(&expected), expected.length);
}

DEFINE_TEST(test_everything_comes_back)
{
    for (int byte = 0; byte < 256; byte++) {
        const char bytes[] = {'a', (char)byte, 'b', (char)byte};
        assert_comes_back(bytes, sizeof bytes, byte % 2);
    }
    for (uint32_t c = 0x80; c <= 0x10ffff; c += c < 0x3000 ? 1 : 4093) {
        if (c >= 0xd800 && c <= 0xdfff)
            continue;
        char bytes[4];
        size_t size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        for (size_t i = 0; i < size; i++)
            bytes[i] = (char)(0x80 | ((c >> (6 * (size - 1 - i))) & 0x3f));
        bytes[0] = (char)((0xf00 >> size) | (c >> (6 * (size - 1))));
        assert_comes_back(bytes, size, c % 2);
    }
}

DEFINE_TEST(test_strings)
{
    static const struct {
        const char *bytes;
        size_t length;
        bool for_terminal;
        const char *json;
    } cases[] = {
        /* RFC 8785, section 3.2.2.2 */
        {"", 0, false, "\"\""},
        {"\b\t\n\f\r\"\\", 7, false, "\"\\b\\t\\n\\f\\r\\\"\\\\\""},
        {"\0\x01\x07\x0b\x1b\x1f", 6, false, "\"\\u0000\\u0001\\u0007\\u000b\\u001b\\u001f\""},
        {"/'<>&\x7f", 6, false, "\"/'<>&\x7f\""},
        {"\u2028\u202e", 6, false, "\"\u2028\u202e\""},
        {"\u20ac$\x0f\nA'B\"\\\\\"/", 14, false, "\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\""},
        /* what a terminal could act on */
        {"\x7f", 1, true, "\"\\u007f\""},
        {"\xc2\x9b", 2, true, "\"\\u009b\""},
        {"\u202e", 3, true, "\"\\u202e\""},
        {"\ufeff", 3, true, "\"\\ufeff\""},
        {"\xf3\xa0\x81\xbf", 4, true, "\"\\udb40\\udc7f\""},
        {"\u00e9 \U0001f600", 7, true, "\"\u00e9 \U0001f600\""},
        /* what is not UTF-8 */
        {"a\xff.", 3, false, "\"a\ufffd.\""},
        {"\xc0\x80", 2, false, "\"\ufffd\ufffd\""},
        {"\xed\xa0\x80", 3, false, "\"\ufffd\ufffd\ufffd\""},
        {"\xe2\x82", 2, false, "\"\ufffd\ufffd\""},
        {"\xf0\x9f\x98", 3, true, "\"\ufffd\ufffd\ufffd\""},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct buffer json CLEANUP(buffer_free) = BUFFER(1024);
        struct json_writer writer = {.out = &json, .for_terminal = cases[i].for_terminal};
        json_write_bytes(&writer, NULL, cases[i].bytes, cases[i].length);
        assert_string_equal(buffer_text(&json), cases[i].json);
    }
}

DEFINE_TEST(test_numbers)
{
    static const struct {
        double value;
        const char *fraction, *seconds;
    } cases[] = {
        {0.0, "0.0", "0.0"},        {-0.0, "0.0", "0.0"},
        {1.0, "1.0", "1.0"},        {0.5, "0.5", "0.5"},
        {0.05, "0.05", "0.05"},     {0.125, "0.125", "0.125"},
        {0.18, "0.18", "0.18"},     {0.0004, "0.0", "0.0"},
        {0.0006, "0.001", "0.001"}, {0.9994, "0.999", "0.999"},
        {0.9996, "1.0", "1.0"},     {0.1005, "0.101", "0.101"},
        {1.0000001, "null", "1.0"}, {12.345, "null", "12.345"},
        {1200.0, "null", "1200.0"}, {1e9 - 1, "null", "999999999.0"},
        {1e9, "null", "null"},      {-0.001, "null", "null"},
        {NAN, "null", "null"},      {INFINITY, "null", "null"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct buffer json CLEANUP(buffer_free) = BUFFER(1024);
        struct json_writer writer = {.out = &json};
        json_write_begin_array(&writer, NULL);
        json_write_fraction(&writer, NULL, cases[i].value);
        json_write_decimal(&writer, NULL, cases[i].value);
        json_write_end_array(&writer);
        char expected[40];
        snprintf(expected, sizeof expected, "[%s,%s]", cases[i].fraction, cases[i].seconds);
        assert_string_equal(buffer_text(&json), expected);
    }
    struct buffer json CLEANUP(buffer_free) = BUFFER(1024);
    struct json_writer writer = {.out = &json};
    json_write_integer(&writer, NULL, INT64_MIN);
    assert_string_equal(buffer_text(&json), "-9223372036854775808");
}

TESTSUITE_MAIN(NULL, NULL)
