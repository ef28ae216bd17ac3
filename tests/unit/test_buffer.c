/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/buffer.h"

#include "tests/unit/unit.h"

/* Fills a buffer to its maximum, in one of four ways. */
static void fill(struct buffer *buffer, int way)
{
    char text[3001];
    size_t length = buffer->max;
    snprintf(text, sizeof text, "%0*d", (int)length, 0);
    if (way == 0)
        buffer_append(buffer, text, length);
    else if (way == 1)
        buffer_append_format(buffer, "%.*s", (int)length, text);
    else if (way == 2 && length)
        memcpy(buffer_reserve(buffer, length), text, length + 1), buffer->length += length;
    else
        while (buffer->length < length)
            buffer_append_byte(buffer, '0');
}

/* The maximum itself fits; one byte more does not, and leaves what is there. */
DEFINE_TEST(test_maximum)
{
    static const size_t maxima[] = {0, 1, 10, 255, 256, 257, 300, 1000, 3000};
    for (size_t i = 0; i < 4 * ARRAY_SIZE(maxima); i++) {
        struct buffer buffer CLEANUP(buffer_free) = BUFFER(maxima[i / 4]);
        fill(&buffer, (int)i % 4);
        assert_false(buffer.failed);
        if (i % 2)
            buffer_append_byte(&buffer, 'y');
        else
            buffer_append_format(&buffer, "%c", 'y');
        assert_true(buffer.failed);
        for (int more = 0; more < 3000; more++)
            buffer_append_byte(&buffer, 'y');
        assert_int_equal(buffer.length, maxima[i / 4]);
        assert_int_equal(strlen(buffer_text(&buffer)), maxima[i / 4]);
    }
}

DEFINE_TEST(test_failure_stays_until_cleared)
{
    struct buffer buffer = BUFFER(4);
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

TESTSUITE_MAIN(NULL, NULL)
