#include "core/json_writer.h"

#include <math.h>
#include <yajl/yajl_parse.h>

#include "core/text.h"
#include "tests/unit/unit.h"

/* What yajl, a reader that knows nothing of our writer, makes of the one string in a document. */
struct parsed {
    struct buffer text;
    int strings;
};

static int on_string(void *context, const unsigned char *bytes, size_t length)
{
    struct parsed *parsed = context;
    buffer_append(&parsed->text, (const char *)bytes, length);
    parsed->strings++;
    return 1;
}

static void parse_string(const struct buffer *json, struct parsed *parsed)
{
    static const yajl_callbacks callbacks = {.yajl_string = on_string};
    yajl_handle parser = yajl_alloc(&callbacks, NULL, parsed);
    assert_non_null(parser);
    assert_int_equal(yajl_parse(parser, (const unsigned char *)buffer_text(json), json->length),
                     yajl_status_ok);
    assert_int_equal(yajl_complete_parse(parser), yajl_status_ok);
    yajl_free(parser);
}

/* A string comes back as it was, but for the bytes that are no UTF-8. */
static void assert_comes_back(const char *bytes, size_t length, bool for_terminal)
{
    struct buffer json = BUFFER(1 << 16);
    struct buffer expected = BUFFER(1 << 16);
    struct parsed parsed = {.text = BUFFER(1 << 16)};
    struct json_writer writer = {.out = &json, .for_terminal = for_terminal};
    char *copy = exact_copy(bytes, length);
    json_write_bytes(&writer, NULL, copy, length);
    text_append_utf8(&expected, copy, length);
    assert_false(json.failed);
    assert_true(text_is_utf8(json.data, json.length));
    parse_string(&json, &parsed);
    assert_int_equal(parsed.strings, 1);
    assert_int_equal(parsed.text.length, expected.length);
    assert_memory_equal(buffer_text(&parsed.text), buffer_text(&expected), expected.length);
    free(copy);
    buffer_free(&json);
    buffer_free(&expected);
    buffer_free(&parsed.text);
}

/* Every byte at every place of the words of eight bytes that the writer looks at. */
static void test_every_byte_comes_back(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        for (size_t length = 1; length <= 18; length++) {
            char bytes[18];
            memset(bytes, 'a', sizeof bytes);
            bytes[length / 2] = (char)byte;
            assert_comes_back(bytes, length, false);
            assert_comes_back(bytes, length, true);
            bytes[length - 1] = (char)byte;
            assert_comes_back(bytes, length, length % 2);
        }
    }
}

static void test_every_character_comes_back(void **state)
{
    (void)state;
    for (uint32_t c = 0x80; c <= 0x10ffff; c += c < 0x3000 ? 1 : 4093) {
        if (c >= 0xd800 && c <= 0xdfff)
            continue;
        char bytes[4];
        size_t size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        uint32_t rest = c;
        for (size_t i = size - 1; i > 0; i--, rest >>= 6)
            bytes[i] = (char)(0x80 | (rest & 0x3f));
        bytes[0] = (char)((size == 2 ? 0xc0 : size == 3 ? 0xe0 : 0xf0) | rest);
        assert_comes_back(bytes, size, false);
        assert_comes_back(bytes, size, true);
    }
}

static void assert_written(const char *bytes, size_t length, bool for_terminal, const char *expected)
{
    struct buffer json = BUFFER(4096);
    struct json_writer writer = {.out = &json, .for_terminal = for_terminal};
    json_write_bytes(&writer, NULL, bytes, length);
    assert_string_equal(buffer_text(&json), expected);
    buffer_free(&json);
}

/* RFC 8785, section 3.2.2.2. */
static void test_escapes(void **state)
{
    (void)state;
    assert_written("", 0, false, "\"\"");
    assert_written("\b\t\n\f\r\"\\", 7, false, "\"\\b\\t\\n\\f\\r\\\"\\\\\"");
    assert_written("\0\x01\x07\x0b\x1b\x1f", 6, false, "\"\\u0000\\u0001\\u0007\\u000b\\u001b\\u001f\"");
    assert_written("/'<>&\x7f", 6, false, "\"/'<>&\x7f\"");
    assert_written("\u2028\u202e", 6, false, "\"\u2028\u202e\"");
    /* The example of the RFC itself. */
    assert_written("\u20ac$\x0f\nA'B\"\\\\\"/", 14, false, "\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");
}

static void test_for_terminal(void **state)
{
    (void)state;
    assert_written("\x7f", 1, true, "\"\\u007f\"");
    assert_written("\xc2\x9b", 2, true, "\"\\u009b\"");
    assert_written("\u202e", 3, true, "\"\\u202e\"");
    assert_written("\ufeff", 3, true, "\"\\ufeff\"");
    assert_written("\xf3\xa0\x81\xbf", 4, true, "\"\\udb40\\udc7f\"");
    assert_written("\u00e9 \U0001f600", 7, true, "\"\u00e9 \U0001f600\"");
}

static void test_what_is_no_utf8(void **state)
{
    (void)state;
    assert_written("a\xff.", 3, false, "\"a\ufffd.\"");
    assert_written("\xc0\x80", 2, false, "\"\ufffd\ufffd\"");
    assert_written("\xed\xa0\x80", 3, false, "\"\ufffd\ufffd\ufffd\"");
    assert_written("\xe2\x82", 2, false, "\"\ufffd\ufffd\"");
    assert_written("\xf0\x9f\x98", 3, true, "\"\ufffd\ufffd\ufffd\"");
}

static void test_fractions(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.0, "0.0"},      {-0.0, "0.0"},   {1.0, "1.0"},      {0.5, "0.5"},        {0.25, "0.25"},
        {0.125, "0.125"},  {0.18, "0.18"},  {0.001, "0.001"},  {0.0004, "0.0"},     {0.0006, "0.001"},
        {0.9994, "0.999"}, {0.9996, "1.0"}, {0.1005, "0.101"}, {0.30000001, "0.3"}, {1.0000001, "null"},
        {-0.001, "null"},  {2.0, "null"},   {NAN, "null"},     {INFINITY, "null"},  {-INFINITY, "null"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct buffer json = BUFFER(1024);
        struct json_writer writer = {.out = &json};
        json_write_fraction(&writer, NULL, cases[i].value);
        assert_string_equal(buffer_text(&json), cases[i].text);
        buffer_free(&json);
    }
}

static void test_seconds(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.0, "0.0"},    {0.0004, "0.0"},    {0.05, "0.05"},
        {0.9996, "1.0"}, {12.345, "12.345"}, {1200.0, "1200.0"},
        {10.1, "10.1"},  {-0.001, "null"},   {999999999, "999999999.0"},
        {1e9, "null"},   {NAN, "null"},      {INFINITY, "null"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct buffer json = BUFFER(1024);
        struct json_writer writer = {.out = &json};
        json_write_seconds(&writer, NULL, cases[i].value);
        assert_string_equal(buffer_text(&json), cases[i].text);
        buffer_free(&json);
    }
}

static void test_integers(void **state)
{
    static const struct {
        int64_t value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {7, "7"},
        {-1, "-1"},
        {10, "10"},
        {(int64_t)UINT32_MAX + 1, "4294967296"},
        {INT64_MAX, "9223372036854775807"},
        {INT64_MIN, "-9223372036854775808"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct buffer json = BUFFER(1024);
        struct json_writer writer = {.out = &json};
        json_write_integer(&writer, NULL, cases[i].value);
        assert_string_equal(buffer_text(&json), cases[i].text);
        buffer_free(&json);
    }
}

static void test_structure(void **state)
{
    struct buffer json = BUFFER(1024);
    struct json_writer writer = {.out = &json};
    (void)state;
    json_write_begin_object(&writer, NULL);
    json_write_begin_object(&writer, "empty");
    json_write_end_object(&writer);
    json_write_begin_array(&writer, "list");
    json_write_string(&writer, NULL, "a");
    json_write_begin_array(&writer, NULL);
    json_write_end_array(&writer);
    json_write_begin_object(&writer, NULL);
    json_write_integer(&writer, "n", 1);
    json_write_bool(&writer, "yes", true);
    json_write_end_object(&writer);
    json_write_null(&writer, NULL);
    json_write_end_array(&writer);
    json_write_bool(&writer, "no", false);
    json_write_null(&writer, "nothing");
    json_write_fraction(&writer, "half", 0.5);
    json_write_end_object(&writer);
    assert_string_equal(buffer_text(&json), "{\"empty\":{},\"list\":[\"a\",[],{\"n\":1,\"yes\":true},null],"
                                            "\"no\":false,\"nothing\":null,\"half\":0.5}");
    buffer_free(&json);
}

/* With any maximum: either all is written, or the buffer says that it failed and holds no more than it may.
 */
static void test_maximum(void **state)
{
    static const char expected[] = "{\"key\":\"a\\nb\\u001b\",\"n\":-12345,\"f\":0.25}";
    (void)state;
    for (size_t max = 0; max <= sizeof expected + 200; max++) {
        struct buffer json = BUFFER(max);
        struct json_writer writer = {.out = &json};
        json_write_begin_object(&writer, NULL);
        json_write_string(&writer, "key", "a\nb\x1b");
        json_write_integer(&writer, "n", -12345);
        json_write_fraction(&writer, "f", 0.25);
        json_write_end_object(&writer);
        bool sound = json.length <= max && json.failed == (max < sizeof expected - 1) &&
                     (json.failed || strcmp(buffer_text(&json), expected) == 0);
        bool failed = json.failed;
        size_t length = json.length;
        buffer_free(&json);
        if (!sound)
            fail_msg("with a maximum of %zu, %zu bytes are written, failed is %d", max, length, failed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte_comes_back),
        cmocka_unit_test(test_every_character_comes_back),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_for_terminal),
        cmocka_unit_test(test_what_is_no_utf8),
        cmocka_unit_test(test_fractions),
        cmocka_unit_test(test_seconds),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_structure),
        cmocka_unit_test(test_maximum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
