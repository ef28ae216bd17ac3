#include "core/buffer.h"

#include "tests/unit/unit.h"

static void test_grows(void **state)
{
    struct buffer buffer = BUFFER(100000);
    (void)state;
    assert_string_equal(buffer_text(&buffer), "");
    for (int i = 0; i < 5000; i++)
        buffer_append(&buffer, "0123456789", 10);
    assert_int_equal(buffer.length, 50000);
    assert_int_equal(buffer.data[buffer.length], '\0');
    for (size_t i = 0; i < buffer.length; i++)
        assert_int_equal(buffer.data[i], '0' + (char)(i % 10));
    assert_false(buffer.failed);
    buffer_free(&buffer);
    assert_string_equal(buffer_text(&buffer), "");
}

static void test_appends_all_kinds(void **state)
{
    struct buffer buffer = BUFFER(1000);
    (void)state;
    buffer_append_text(&buffer, "GT ");
    buffer_append_format(&buffer, "%d-%s", 1030, "x");
    buffer_append_byte(&buffer, '!');
    buffer_append(&buffer, "a\0b", 3);
    assert_int_equal(buffer.length, 13);
    assert_memory_equal(buffer.data, "GT 1030-x!a\0b", 14);
    buffer_free(&buffer);
}

/* The maximum itself fits; one byte more does not, and leaves what is there. */
static void test_maximum(void **state)
{
    static const size_t maxima[] = {1, 10, 255, 256, 257, 300, 1000};
    char filling[1001];
    (void)state;
    memset(filling, 'x', sizeof filling);
    for (size_t i = 0; i < ARRAY_SIZE(maxima); i++) {
        struct buffer buffer = BUFFER(maxima[i]);
        buffer_append(&buffer, filling, maxima[i]);
        assert_false(buffer.failed);
        buffer_append(&buffer, "y", 1);
        assert_true(buffer.failed);
        assert_int_equal(buffer.length, maxima[i]);
        assert_int_equal(strlen(buffer_text(&buffer)), maxima[i]);
        buffer_free(&buffer);
    }
}

static void test_maximum_byte_by_byte(void **state)
{
    static const size_t maxima[] = {0, 1, 10, 255, 256, 257, 300, 1000};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(maxima); i++) {
        struct buffer buffer = BUFFER(maxima[i]);
        for (size_t length = 0; length < maxima[i]; length++)
            buffer_append_byte(&buffer, 'x');
        assert_false(buffer.failed);
        for (int more = 0; more < 3000; more++)
            buffer_append_byte(&buffer, 'y');
        bool failed = buffer.failed;
        size_t length = buffer.length;
        buffer_free(&buffer);
        assert_true(failed);
        assert_int_equal(length, maxima[i]);
    }
}

static void test_maximum_of_formats(void **state)
{
    char content[40];
    struct buffer buffer = BUFFER(10);
    (void)state;
    buffer_append_format(&buffer, "%d", 1030);
    buffer_append_format(&buffer, "%s", "abcdef");
    bool failed_early = buffer.failed;
    buffer_append_format(&buffer, "%c", 'g');
    bool failed = buffer.failed;
    snprintf(content, sizeof content, "%s", buffer_text(&buffer));
    buffer_free(&buffer);
    assert_false(failed_early);
    assert_true(failed);
    assert_string_equal(content, "1030abcdef");
}

static void test_long_format(void **state)
{
    struct buffer buffer = BUFFER(5000);
    (void)state;
    buffer_append_format(&buffer, "<%3000s>", "x");
    assert_int_equal(buffer.length, 3002);
    assert_int_equal(buffer.data[3000], 'x');
    assert_int_equal(buffer.data[3001], '>');
    buffer_append_format(&buffer, "<%3000s>", "x");
    assert_true(buffer.failed);
    assert_int_equal(buffer.length, 3002);
    buffer_free(&buffer);
}

static void test_failure_stays_until_cleared(void **state)
{
    struct buffer buffer = BUFFER(4);
    (void)state;
    buffer_append_text(&buffer, "12345");
    assert_true(buffer.failed);
    buffer_append_text(&buffer, "1");
    buffer_append_byte(&buffer, '1');
    assert_string_equal(buffer_text(&buffer), "");
    buffer_clear(&buffer);
    assert_false(buffer.failed);
    buffer_append_text(&buffer, "1234");
    assert_string_equal(buffer_text(&buffer), "1234");
    buffer_clear(&buffer);
    assert_string_equal(buffer_text(&buffer), "");
    buffer_free(&buffer);
}

static void test_reserve(void **state)
{
    struct buffer buffer = BUFFER(300);
    (void)state;
    char *end = buffer_reserve(&buffer, 300);
    assert_non_null(end);
    memset(end, 'x', 300);
    buffer.length += 300;
    assert_null(buffer_reserve(&buffer, 1));
    assert_true(buffer.failed);
    assert_null(buffer_reserve(&buffer, 0));
    buffer_free(&buffer);
    assert_null(buffer_reserve(&buffer, SIZE_MAX));
    assert_true(buffer.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grows),
        cmocka_unit_test(test_appends_all_kinds),
        cmocka_unit_test(test_maximum),
        cmocka_unit_test(test_maximum_byte_by_byte),
        cmocka_unit_test(test_maximum_of_formats),
        cmocka_unit_test(test_long_format),
        cmocka_unit_test(test_failure_stays_until_cleared),
        cmocka_unit_test(test_reserve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
