/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/line_reader.h"

#include <zlib.h>
#include <zstd.h>

#include "core/buffer.h"
#include "tests/unit/unit.h"

/* A file's bytes in one of three codings. */
struct coded {
    char *bytes;
    size_t length;
};

static struct coded plain(const char *text, size_t length)
{
    return (struct coded){exact_copy(text, length), length};
}

static struct coded gzip(const char *text, size_t length)
{
    struct coded coded = {malloc(length + 2000), length + 2000};
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)text, .avail_in = (uInt)length};
    assert_non_null(coded.bytes);
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_out = (Bytef *)coded.bytes;
    stream.avail_out = (uInt)coded.length;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    coded.length -= stream.avail_out;
    deflateEnd(&stream);
    return coded;
}

static struct coded zstd(const char *text, size_t length)
{
    struct coded coded = {malloc(length + 2000), length + 2000};
    assert_non_null(coded.bytes);
    coded.length = ZSTD_compress(coded.bytes, coded.length, text, length, 3);
    assert_false(ZSTD_isError(coded.length));
    return coded;
}

typedef struct coded coder(const char *text, size_t length);
static coder *const coders[] = {plain, gzip, zstd};

/* Two files end to end. */
static struct coded join(struct coded a, struct coded b)
{
    struct coded joined = {malloc(a.length + b.length + 1), a.length + b.length};
    assert_non_null(joined.bytes);
    memcpy(joined.bytes, a.bytes, a.length);
    memcpy(joined.bytes + a.length, b.bytes, b.length);
    free(a.bytes);
    free(b.bytes);
    return joined;
}

/* All that a reader says about a file: "1:first\n2:second\n" and "(whole)", "(cut)" or the error at the end.
 * A line that is too long is "3!". Frees the file's bytes; the caller frees the text. */
static struct buffer read_all(struct coded coded, size_t max_line)
{
    char path[SCRATCH_PATH_SIZE];
    struct buffer said = BUFFER(1 << 24);
    struct line_reader *reader;
    const char *line;
    size_t length;
    enum line_status status;
    scratch_write(path, coded.bytes, coded.length);
    free(coded.bytes);
    ASSERT_DONE(line_reader_open(path, path, max_line, &reader, &failure));
    unlink(path);
    assert_true(line_reader_ended_whole(reader));
    while ((status = line_reader_next(reader, &line, &length, &failure)) == LINE_OK ||
           status == LINE_TOO_LONG) {
        buffer_append_format(&said, "%ld%c", line_reader_number(reader), status == LINE_OK ? ':' : '!');
        if (status == LINE_OK) {
            assert_int_equal(line[length], '\0');
            buffer_append(&said, line, length);
        }
        buffer_append_byte(&said, '\n');
    }
    if (status == LINE_FAILED)
        buffer_append_format(&said, "(%s)", failure.message);
    else
        buffer_append_text(&said, line_reader_ended_whole(reader) ? "(whole)" : "(cut)");
    if (status == LINE_END)
        assert_int_equal(line_reader_next(reader, &line, &length, &failure), LINE_END);
    line_reader_close(&reader);
    assert_false(said.failed);
    return said;
}

/* Read in each coding, a text is that. */
static void assert_read(const char *text, size_t text_length, size_t max_line, const char *expected,
                        size_t length)
{
    for (size_t k = 0; k < ARRAY_SIZE(coders); k++) {
        struct buffer said CLEANUP(buffer_free) = read_all(coders[k](text, text_length), max_line);
        if (said.length != length || memcmp(buffer_text(&said), expected, length) != 0)
            fail_msg("read as \"%.200s\", not \"%.200s\"", buffer_text(&said), expected);
    }
}

/* The lines in front of the damage may be told, but the end is never taken for a good one. */
static void assert_fails(struct coded coded, const char *why)
{
    struct buffer said CLEANUP(buffer_free) = read_all(coded, 1000);
    assert_holds(buffer_text(&said), why);
}

DEFINE_TEST(test_lines)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {"", "(whole)"},
        {"\n", "1:\n(whole)"},
        {"a\n", "1:a\n(whole)"},
        {"a", "1:a\n(cut)"},
        {"a\nb", "1:a\n2:b\n(cut)"},
        {"a\n\nb\n", "1:a\n2:\n3:b\n(whole)"},
        {"a\r\nb\r\n", "1:a\n2:b\n(whole)"},
        {"a\rb\r\r\n", "1:a\rb\r\n(whole)"},
        {"\r\n", "1:\n(whole)"},
        {"a\r", "1:a\n(cut)"},
        {"12345678\n12345678", "1:12345678\n2:12345678\n(cut)"},
        {"123456789\nb\n", "1!\n2:b\n(whole)"},
        {"123456789", "1!\n(cut)"},
        {"b\n123456789", "1:b\n2!\n(cut)"},
        {"123456789\n123456789\n", "1!\n2!\n(whole)"},
        {"\x1f", "1:\x1f\n(cut)"},
        {"(\xb5/", "1:(\xb5/\n(cut)"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_read(cases[i].text, strlen(cases[i].text), 8, cases[i].expected, strlen(cases[i].expected));
    assert_read("a\0b\n\0\n", 6, 100, "1:a\0b\n2:\0\n(whole)", 17);
}

/* More text than the reader takes in at once, with lines across the borders; lines around the size of what is
 * read at once, at the limit and beyond it. */
DEFINE_TEST(test_much_text)
{
    enum { LIMIT = 300000 };
    static const int lengths[] = {255 * 1024, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1,
                                  LIMIT,      LIMIT + 1,      3 * LIMIT};
    struct buffer text CLEANUP(buffer_free) = BUFFER(1 << 23);
    struct buffer expected CLEANUP(buffer_free) = BUFFER(1 << 23);
    for (int i = 1; i <= 30000 + (int)ARRAY_SIZE(lengths); i++) {
        int length = i <= 30000 ? i % 97 + 1 : lengths[i - 30001];
        buffer_append_format(&text, "%*d\n", length, i * 7919);
        if (length > LIMIT)
            buffer_append_format(&expected, "%d!\n", i);
        else
            buffer_append_format(&expected, "%d:%*d\n", i, length, i * 7919);
    }
    buffer_append_text(&expected, "(whole)");
    assert_read(text.data, text.length, LIMIT, expected.data, expected.length);
}

DEFINE_TEST(test_cut_anywhere)
{
    static const char text[] = "first line\nsecond line\nthird line, somewhat longer than the others\n";
    for (size_t k = 1; k < ARRAY_SIZE(coders); k++) {
        struct coded whole = coders[k](text, sizeof text - 1);
        /* With less than its first bytes it is not known for what it is. */
        for (size_t length = k == 1 ? 2 : 4; length < whole.length; length++)
            assert_fails(plain(whole.bytes, length), "compressed data is cut short");
        for (size_t length = 1; length < whole.length; length++)
            assert_fails(join(plain(whole.bytes, whole.length), plain(whole.bytes, length)), "data");
        free(whole.bytes);
    }
}

/* What import-pci-ids.test has not: a gzip member of another method, a zstd frame that lies about its blocks.
 */
DEFINE_TEST(test_damaged)
{
    struct coded bad = gzip("first line\n", 11);
    bad.bytes[2] = 9;
    assert_fails(bad, "damaged gzip data");
    assert_fails(join(gzip("first line\n", 11), plain("rubbish", 7)), "damaged gzip data");
    assert_fails(plain("\x28\xb5\x2f\xfd\x20\x05\x07\0\0hello", 14), "damaged zstd data");
    assert_fails(join(zstd("first line\n", 11), plain("rubbish", 7)), "damaged zstd data");
}

TESTSUITE_MAIN(NULL, NULL)
