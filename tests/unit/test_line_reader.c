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

static struct coded gzip(const char *text, size_t length)
{
    struct coded coded = {.length = length + length / 100 + 1000};
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)text, .avail_in = (uInt)length};
    coded.bytes = malloc(coded.length);
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
    struct coded coded = {.length = ZSTD_compressBound(length)};
    coded.bytes = malloc(coded.length);
    assert_non_null(coded.bytes);
    coded.length = ZSTD_compress(coded.bytes, coded.length, text, length, 3);
    assert_false(ZSTD_isError(coded.length));
    return coded;
}

static struct coded plain(const char *text, size_t length)
{
    return (struct coded){exact_copy(text, length), length};
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
 * A line that is too long is "3!". */
static void read_all(const char *path, size_t max_line, struct buffer *said)
{
    struct line_reader *reader;
    struct error error = {.code = ERROR_NONE};
    const char *line;
    size_t length;
    enum line_status status;
    assert_int_equal(line_reader_open(path, max_line, &reader, &error), ERROR_NONE);
    assert_true(line_reader_ended_whole(reader));
    while ((status = line_reader_next(reader, &line, &length, &error)) == LINE_OK ||
           status == LINE_TOO_LONG) {
        buffer_append_format(said, "%ld%c", line_reader_number(reader), status == LINE_OK ? ':' : '!');
        if (status == LINE_OK) {
            assert_int_equal(line[length], '\0');
            buffer_append(said, line, length);
        }
        buffer_append_byte(said, '\n');
    }
    if (status == LINE_FAILED)
        buffer_append_format(said, "(%s)", error.message);
    else
        buffer_append_text(said, line_reader_ended_whole(reader) ? "(whole)" : "(cut)");
    if (status == LINE_END)
        assert_int_equal(line_reader_next(reader, &line, &length, &error), LINE_END);
    line_reader_close(reader);
}

static void assert_read_bytes(struct coded coded, size_t max_line, const char *expected, size_t length)
{
    char path[SCRATCH_PATH_SIZE];
    struct buffer said = BUFFER(1 << 24);
    scratch_write(path, coded.bytes, coded.length);
    read_all(path, max_line, &said);
    unlink(path);
    assert_false(said.failed);
    if (said.length != length || memcmp(buffer_text(&said), expected, length) != 0)
        fail_msg("read as \"%.200s\", not \"%.200s\"", buffer_text(&said), expected);
    free(coded.bytes);
    buffer_free(&said);
}

static void test_lines(void **state)
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
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        for (size_t k = 0; k < ARRAY_SIZE(coders); k++)
            assert_read_bytes(coders[k](cases[i].text, strlen(cases[i].text)), 8, cases[i].expected,
                              strlen(cases[i].expected));
}

static void test_nul_bytes(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_SIZE(coders); k++)
        assert_read_bytes(coders[k]("a\0b\n\0\n", 6), 100, "1:a\0b\n2:\0\n(whole)", 17);
}

/* More text than the reader takes in at once, with lines across the borders. */
static void test_much_text(void **state)
{
    struct buffer text = BUFFER(1 << 22);
    struct buffer expected = BUFFER(1 << 22);
    (void)state;
    for (int i = 1; i <= 30000; i++) {
        buffer_append_format(&text, "%*d\n", i % 97 + 1, i * 7919);
        buffer_append_format(&expected, "%d:%*d\n", i, i % 97 + 1, i * 7919);
    }
    buffer_append_text(&expected, "(whole)");
    for (size_t k = 0; k < ARRAY_SIZE(coders); k++)
        assert_read_bytes(coders[k](text.data, text.length), 200, expected.data, expected.length);
    buffer_free(&text);
    buffer_free(&expected);
}

/* Lines around the size of what is read at once, at the limit and beyond it. */
static void test_long_lines(void **state)
{
    enum { LIMIT = 300000 };
    static const size_t lengths[] = {255 * 1024, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1,
                                     LIMIT,      LIMIT + 1,      3 * LIMIT};
    struct buffer text = BUFFER(1 << 22);
    struct buffer expected = BUFFER(1 << 22);
    char *line = malloc(3 * LIMIT);
    (void)state;
    assert_non_null(line);
    memset(line, 'x', 3 * LIMIT);
    for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
        bool fits = lengths[i] <= LIMIT;
        buffer_append(&text, line, lengths[i]);
        buffer_append_text(&text, "\nshort\n");
        buffer_append_format(&expected, "%zu%c", 2 * i + 1, fits ? ':' : '!');
        buffer_append(&expected, line, fits ? lengths[i] : 0);
        buffer_append_format(&expected, "\n%zu:short\n", 2 * i + 2);
    }
    buffer_append_text(&expected, "(whole)");
    for (size_t k = 0; k < ARRAY_SIZE(coders); k++)
        assert_read_bytes(coders[k](text.data, text.length), LIMIT, expected.data, expected.length);
    free(line);
    buffer_free(&text);
    buffer_free(&expected);
}

/* The lines in front of the damage may be told, but the end is never taken for a good one. */
static void assert_fails(struct coded coded, const char *why)
{
    char path[SCRATCH_PATH_SIZE];
    struct buffer said = BUFFER(1 << 24);
    scratch_write(path, coded.bytes, coded.length);
    read_all(path, 1000, &said);
    unlink(path);
    assert_holds(buffer_text(&said), why);
    free(coded.bytes);
    buffer_free(&said);
}

static void test_cut_anywhere(void **state)
{
    static const char text[] = "first line\nsecond line\nthird line, somewhat longer than the others\n";
    (void)state;
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
static void test_damaged(void **state)
{
    (void)state;
    struct coded bad = gzip("first line\n", 11);
    bad.bytes[2] = 9;
    assert_fails(bad, "damaged gzip data");
    assert_fails(join(gzip("first line\n", 11), plain("rubbish", 7)), "damaged gzip data");
    assert_fails(plain("\x28\xb5\x2f\xfd\x20\x05\x07\0\0hello", 14), "damaged zstd data");
    assert_fails(join(zstd("first line\n", 11), plain("rubbish", 7)), "damaged zstd data");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),        cmocka_unit_test(test_nul_bytes),
        cmocka_unit_test(test_much_text),    cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_cut_anywhere), cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
