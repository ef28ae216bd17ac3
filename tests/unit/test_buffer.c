#include "core/buffer.h"

#include "tests/unit/unit.h"

static void test_appends_all_kinds(void **state)
{
    struct buffer buffer = BUFFER(100000);
    (void)state;
    assert_string_equal(buffer_text(&buffer), "");
    buffer_append_text(&buffer, "GT ");
    buffer_append_format(&buffer, "%d-%s", 1030, "x");
    buffer_append_byte(&buffer, '!');
    buffer_append(&buffer, "a\0b", 3);
    assert_int_equal(buffer.length, 13);
    assert_memory_equal(buffer.data, "GT 1030-x!a\0b", 14);
    buffer_clear(&buffer);
    for (int i = 0; i < 5000; i++)
        buffer_append(&buffer, "0123456789", 10);
    assert_int_equal(buffer.length, 50000);
    for (size_t i = 0; i < buffer.length; i++)
        assert_int_equal(buffer.data[i], '0' + (char)(i % 10));
    assert_int_equal(buffer.data[buffer.length], '\0');
    buffer_append_format(&buffer, "<%3000s>", "x");
    assert_int_equal(buffer.length, 53002);
    assert_string_equal(buffer.data + 53000, "x>");
    assert_false(buffer.failed);
    buffer_free(&buffer);
    assert_string_equal(buffer_text(&buffer), "");
}

/* The maximum itself fits; one byte more does not, and leaves what is there. */
static void test_maximum(void **state)
{
    static const size_t maxima[] = {0, 1, 10, 255, 256, 257, 300, 1000, 3000};
    char filling[3001] = "";
    (void)state;
    memset(filling, 'x', sizeof filling - 1);
    for (size_t i = 0; i < ARRAY_SIZE(maxima); i++) {
        for (int way = 0; way < 4; way++) {
            struct buffer buffer = BUFFER(maxima[i]);
            if (way == 0)
                buffer_append(&buffer, filling, maxima[i]);
            else if (way == 1)
                buffer_append_format(&buffer, "%.*s", (int)maxima[i], filling);
            else if (way == 2 && maxima[i])
                buffer.length += strlen(
                    memcpy(buffer_reserve(&buffer, maxima[i]), filling + 3000 - maxima[i], maxima[i] + 1));
            else
                for (size_t length = 0; length < maxima[i]; length++)
                    buffer_append_byte(&buffer, 'x');
            assert_false(buffer.failed);
            if (way % 2)
                buffer_append_byte(&buffer, 'y');
            else
                buffer_append_format(&buffer, "%c", 'y');
            assert_true(buffer.failed);
            for (int more = 0; more < 3000; more++)
                buffer_append_byte(&buffer, 'y');
            assert_int_equal(buffer.length, maxima[i]);
            assert_int_equal(strlen(buffer_text(&buffer)), maxima[i]);
            buffer_free(&buffer);
        }
    }
}

static void test_failure_stays_until_cleared(void **state)
{
    struct buffer buffer = BUFFER(4);
    (void)state;
    buffer_append_text(&buffer, "12345");
    assert_true(buffer.failed);
    buffer_append_text(&buffer, "1");
    buffer_append_byte(&buffer, '1');
    assert_null(buffer_reserve(&buffer, 0));
    assert_string_equal(buffer_text(&buffer), "");
    buffer_clear(&buffer);
    assert_false(buffer.failed);
    buffer_append_text(&buffer, "1234");
    assert_string_equal(buffer_text(&buffer), "1234");
    buffer_free(&buffer);
    assert_null(buffer_reserve(&buffer, SIZE_MAX));
    assert_true(buffer.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_appends_all_kinds),
        cmocka_unit_test(test_maximum),
        cmocka_unit_test(test_failure_stays_until_cleared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
