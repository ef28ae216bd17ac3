/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/text.h"

#include "tests/unit/unit.h"

/* RFC 3629, section 3, written down once more: what text_decode is compared with. */
static size_t encode(uint32_t c, char bytes[4])
{
    static const unsigned char heads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t size = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, c >>= 6)
        bytes[i] = (char)(0x80 | (c & 0x3f));
    bytes[0] = (char)(heads[size] | c);
    return size;
}

/* Whatever goes through text_append_safe is UTF-8 that a terminal does not act on. */
DEFINE_TEST(test_every_character)
{
    struct buffer out CLEANUP(buffer_free) = BUFFER(1024);
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        char bytes[4];
        uint32_t decoded = UINT32_MAX;
        size_t size = encode(c, bytes);
        bool surrogate = c >= 0xd800 && c <= 0xdfff;
        if (text_decode(bytes, size, &decoded) != (surrogate ? 0 : size) || (!surrogate && decoded != c))
            fail_msg("U+%04X is decoded as U+%04X", (unsigned)c, (unsigned)decoded);
        if (c >= 0x3000 && c % 257)
            continue;
        buffer_clear(&out);
        text_append_safe(&out, bytes, size);
        for (size_t i = 0; i < out.length; i += size) {
            size = text_decode(out.data + i, out.length - i, &decoded);
            if (!size || text_is_unsafe(decoded))
                fail_msg("U+%04X goes through", (unsigned)c);
        }
    }
}

/* Each ends where its block of memory ends. */
DEFINE_TEST(test_what_is_no_utf8)
{
    /* A continuation alone; overlong, so NUL, escape and DEL; the first surrogate and the last; beyond
     * U+10FFFF; no continuation; cut short. */
    static const char malformed[] =
        "\x80 \xbf \xc0\x80 \xc0\x9b \xc1\xbf \xe0\x80\x80 \xe0\x9f\xbf \xf0\x80\x80\x80 \xf0\x8f\xbf\xbf "
        "\xed\xa0\x80 \xed\xbf\xbf \xf4\x90\x80\x80 \xf5\x80\x80\x80 \xf8\x88\x80\x80\x80 \xfe \xff "
        "\xc3( \xe2\x82( \xe2(\xa1 \xf0\x9f\x92( \xc3 \xe2 \xe2\x82 \xf0 \xf0\x9f \xf0\x9f\x98 \xf4\x8f\xbf";
    for (const char *word = malformed; *word;) {
        uint32_t character;
        size_t length = strcspn(word, " ");
        char *bytes = exact_copy(word, length);
        if (text_decode(bytes, length, &character) || text_is_utf8(bytes, length))
            fail_msg("what begins with \\x%02x is taken for UTF-8", (unsigned char)*word);
        free(bytes);
        word += length + (word[length] == ' ');
    }
    assert_true(text_is_utf8("", 0) && text_is_utf8("a\0b", 3));
    assert_true(text_is_utf8("Gr\u00fc\u00dfe \U0001f600", 12));
    assert_false(text_is_utf8("Gr\xfc\xdf.", 5) || text_is_utf8("\xc3\xbc\xc3", 3));
}

DEFINE_TEST(test_unsafe)
{
    static const uint32_t unsafe[] = {0,      0x07,   0x1b,   0x1f,   0x7f,   0x80,   0x9b,    0x9f,   0xad,
                                      0x61c,  0x180e, 0x200b, 0x200d, 0x200e, 0x200f, 0x2028,  0x2029, 0x202a,
                                      0x202e, 0x2060, 0x2064, 0x2066, 0x2069, 0xfeff, 0xe0001, 0xe007f};
    static const uint32_t safe[] = {' ',    '~',    0xa0,   0xac,   0xae,   0xe9,   0x180d, 0x200a,
                                    0x20ac, 0x2027, 0x202f, 0x205f, 0x206a, 0x65e5, 0x1f600};
    for (size_t i = 0; i < ARRAY_SIZE(unsafe); i++)
        if (!text_is_unsafe(unsafe[i]))
            fail_msg("U+%04X counts as safe", (unsigned)unsafe[i]);
    for (size_t i = 0; i < ARRAY_SIZE(safe); i++)
        if (text_is_unsafe(safe[i]))
            fail_msg("U+%04X counts as unsafe", (unsigned)safe[i]);
}

DEFINE_TEST(test_append_safe)
{
    static const struct {
        const char *bytes;
        size_t length;
        const char *safe;
    } cases[] = {
        {"", 0, ""},
        {"GeForce GT 1030", 15, "GeForce GT 1030"},
        {"Gr\u00fc\u00dfe", 7, "Gr\u00fc\u00dfe"},
        {"a\x1b[31mred", 9, "a\\x1b[31mred"},
        {"a\0b", 3, "a\\x00b"},
        {"a\xff", 2, "a\\xff"},
        {"\xc0\x9b[", 3, "\\xc0\\x9b["},
        {"\u202eabc", 6, "\\u{202e}abc"},
        {"\xc2\x9b[31m", 6, "\\u{009b}[31m"},
        {"\xf3\xa0\x81\xbf", 4, "\\u{e007f}"},
        {"\xe2\x82", 2, "\\xe2\\x82"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct buffer out CLEANUP(buffer_free) = BUFFER(4096);
        char *copy = exact_copy(cases[i].bytes, cases[i].length);
        text_append_safe(&out, copy, cases[i].length);
        assert_string_equal(buffer_text(&out), cases[i].safe);
        free(copy);
    }
}

DEFINE_TEST(test_append_utf8)
{
    struct buffer out CLEANUP(buffer_free) = BUFFER(4096);
    assert_int_equal(text_append_utf8(&out, "caf\xe9 \xc3\xa9\xff\xc3", 9), 3);
    assert_string_equal(buffer_text(&out), "caf\ufffd \u00e9\ufffd\ufffd");
    buffer_clear(&out);
    assert_int_equal(text_append_utf8(&out, "\xed\xa0\x80", 3), 3);
    assert_string_equal(buffer_text(&out), "\ufffd\ufffd\ufffd");
}

DEFINE_TEST(test_width)
{
    static const struct {
        const char *text;
        size_t width;
    } cases[] = {{"", 0},       {"MX330", 5},      {"\u00fc\u00df", 2}, {"\u65e5\u672c", 4},
                 {"\ud55c", 2}, {"\U0001f600", 2}, {"\xff\xfe", 2},     {"a\xe6\x97", 3}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(text_width(cases[i].text, strlen(cases[i].text)), cases[i].width);
}

DEFINE_TEST(test_plain_length)
{
    assert_int_equal(text_plain_length("", 0), 0);
    for (int byte = 0; byte < 256; byte++) {
        const char text[] = {'a', ' ', (char)byte, '~'};
        assert_int_equal(text_plain_length(text, 4), byte >= 0x20 && byte < 0x7f ? 4 : 2);
    }
}

DEFINE_TEST(test_distance)
{
    static const struct {
        const char *a, *b;
        int distance;
    } cases[] = {
        {"", "", 0},          {"", "abc", 3},         {"abc", "", 3},        {"vfio-pci", "vfio_pci", 0},
        {"iommu", "iomu", 1}, {"iommu", "iommmu", 1}, {"iommu", "iomum", 1}, {"kitten", "sitting", 3}};
    char large[100];
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(text_distance(cases[i].a, strlen(cases[i].a), cases[i].b, strlen(cases[i].b)),
                         cases[i].distance);
    memset(large, 'a', sizeof large);
    assert_int_equal(text_distance(large, sizeof large, "a", 1), TEXT_MAX_DISTANCE);
    assert_int_equal(text_distance("a", 1, large, sizeof large), TEXT_MAX_DISTANCE);
}

DEFINE_TEST(test_append_shell_word)
{
    static const struct {
        const char *text, *word;
    } cases[] = {{"/var/lib/passthru/passthru.db", "/var/lib/passthru/passthru.db"},
                 {"a b", "'a b'"},
                 {"", "''"},
                 {"it's", "'it'\\''s'"},
                 {"$(reboot)", "'$(reboot)'"},
                 {"~/x", "'~/x'"},
                 {"a;b\n", "'a;b\n'"},
                 {"\xc3\xa4", "'\xc3\xa4'"}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct buffer out CLEANUP(buffer_free) = BUFFER(100);
        text_append_shell_word(&out, cases[i].text);
        assert_string_equal(buffer_text(&out), cases[i].word);
    }
}

TESTSUITE_MAIN(NULL, NULL)
