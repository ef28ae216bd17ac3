/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edge values of AML. That well-formed tables are understood is judged by iasl, in tests/cli/acpi.test. */

#include "probe/aml.h"

#include "core/buffer.h"
#include "tests/unit/unit.h"

/* Writes a line for each thing that is found. */
static void note(struct buffer *found, const char *what, const struct aml_path *path)
{
    char text[AML_PATH_TEXT_SIZE];
    buffer_append_format(found, "%s %s\n", what, aml_path_print(path, text));
}

static void note_method(void *context, const struct aml_path *path, const uint8_t *body, size_t length)
{
    assert_non_null(body);
    assert_true(length < SIZE_MAX / 2);
    note(context, "method", path);
}

static void note_uuid(void *context, enum aml_uuid uuid, const struct aml_path *path)
{
    static const char *const names[] = {"optimus", "mux"};
    note(context, names[uuid], path);
}

static void note_alias(void *context, const struct aml_path *path)
{
    note(context, "alias", path);
}

static void walk(const char *bytes, size_t length, enum aml_result result, const char *expected)
{
    struct buffer found CLEANUP(buffer_free) = BUFFER(1 << 24);
    const struct aml_visitor visitor = {&found, note_method, note_uuid, note_alias};
    char *copy = exact_copy(bytes, length);
    assert_int_equal(aml_walk((const uint8_t *)copy, length, &visitor), result);
    if (expected)
        assert_string_equal(buffer_text(&found), expected);
    free(copy);
}

/* A literal without the NUL at its end. */
#define AML(literal) (literal), sizeof(literal) - 1

/* A method that looks like some other opcode's operands. */
#define ROM_METHOD "\x14\x06_ROM\x02"
/* A UUID but for its last byte, and a buffer that ends before it. */
#define OPTIMUS_CUT "\x11\x12\x0a\x0f\xf8\xd8\x86\xa4\xda\x0b\x1b\x47\xa7\x2b\x60\x42\xa6\xb5\xbe"

static const struct {
    const char *aml;
    size_t length;
    enum aml_result result;
    const char *expected; /* NULL: anything */
} cases[] = {
    {AML(""), AML_OK, ""},
    {AML(ROM_METHOD), AML_OK, "method \\_ROM\n"},
    /* The second name is the new one; what is no name is none. */
    {AML("\x10\x19XXXX\x06\\AAAABBBB\x06"
         "CCCC^DDDD"),
     AML_OK, "alias \\XXXX.BBBB\nalias \\DDDD\n"},
    {AML("\x06"
         "AAAA\x01"),
     AML_DAMAGED, ""},
    {AML("\x06"
         "AAAA^BBBB"),
     AML_DAMAGED, ""},
    /* What follows a package is in the scope around it again. */
    {AML("\x10\x0cXXXX" ROM_METHOD ROM_METHOD), AML_OK, "method \\XXXX._ROM\nmethod \\_ROM\n"},
    /* A length of two, three and four bytes. */
    {AML("\x10\x4d\x00XXXX" ROM_METHOD), AML_OK, "method \\XXXX._ROM\n"},
    {AML("\x10\x8e\x00\x00XXXX" ROM_METHOD), AML_OK, "method \\XXXX._ROM\n"},
    {AML("\x10\xcf\x00\x00\x00XXXX" ROM_METHOD), AML_OK, "method \\XXXX._ROM\n"},
    /* A UUID that is only there when what follows the method is taken in. */
    {AML("\x14\x19_DSM\x04" OPTIMUS_CUT "\x0a\xe0"), AML_OK, "method \\_DSM\n"},
    /* Names: above the root, in lower case, with a digit first, none at all. */
    {AML("\x14\x07^_ROM\x00"), AML_DAMAGED, ""},
    {AML("\x14\x06_rom\x00"), AML_DAMAGED, ""},
    {AML("\x14\0061ROM\0"), AML_DAMAGED, ""},
    {AML("\x14\x03\x00\x00"), AML_DAMAGED, ""},
    /* Longer than the table, longer than what contains it, shorter than itself. */
    {AML("\x10\x3fXXXX" ROM_METHOD), AML_DAMAGED, "method \\XXXX._ROM\n"},
    {AML("\x10\xff\xff\xff\xffXXXX" ROM_METHOD), AML_DAMAGED, "method \\XXXX._ROM\n"},
    {AML("\x10\x13XXXX\x5b\x82\x1fYYYY" ROM_METHOD ROM_METHOD), AML_DAMAGED,
     "method \\XXXX.YYYY._ROM\nmethod \\_ROM\n"},
    {AML("\x10\x00" ROM_METHOD), AML_DAMAGED, NULL},
    {AML("\x10\x40\x00" ROM_METHOD), AML_DAMAGED, NULL},
    /* An opcode that does not exist: what follows is found again, what is around it is not lost. */
    {AML("\x10\x16XXXX\xfe\x0d\x14\x5b\x82\x0cYYYY" ROM_METHOD "\x10\x0cZZZZ" ROM_METHOD), AML_DAMAGED,
     "method \\XXXX.YYYY._ROM\nmethod \\ZZZZ._ROM\n"},
    {AML("\xfe\x0d" ROM_METHOD), AML_DAMAGED, "method \\_ROM\n"},
    /* Then data is data again; a package that does not fit is none. */
    {AML("\xfe\x14\x06WXYZ\x00\x08NAME\x0d" ROM_METHOD "\x00"), AML_DAMAGED, "method \\WXYZ\n"},
    {AML("\xfe\x10\x3fXXXX" ROM_METHOD), AML_DAMAGED, "method \\_ROM\n"},
    {AML("\x5b"), AML_DAMAGED, ""},
    {AML("\x5b\xee"), AML_DAMAGED, ""},
    {AML("\x0d never ends"), AML_DAMAGED, ""},
    {AML("\x0c\x01\x02"), AML_DAMAGED, ""},
    {AML("\x2f\xffXXXX"), AML_DAMAGED, ""},
};

DEFINE_TEST(test_cases)
{
    /* Cut short at each byte: no method appears that is not there. */
    static const char whole[] = "\x10\x13XXXX\x5b\x82\x0cYYYY" ROM_METHOD;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        walk(cases[i].aml, cases[i].length, cases[i].result, cases[i].expected);
    for (size_t length = 1; length < sizeof whole - 1; length++)
        walk(whole, length, AML_DAMAGED, "");
    walk(whole, sizeof whole - 1, AML_OK, "method \\XXXX.YYYY._ROM\n");
}

/* Whether an opcode is in a list of ranges, each a first and a last one. */
static bool is_in(const char *ranges, size_t size, int op)
{
    for (size_t i = 0; i < size; i += 2)
        if (op >= (unsigned char)ranges[i] && op <= (unsigned char)ranges[i + 1])
            return true;
    return false;
}

/* Each byte as an opcode (ACPI 6.5, 20.3): what stands alone or has operands that are terms; what is none. */
DEFINE_TEST(test_operators)
{
    static const char alone[] = "\x00\x01\x08\x08\x60\x6e\x70\x99\x9c\x9f\xa3\xa5\xcc\xcc\xff\xff";
    static const char none[] =
        "\x02\x05\x07\x07\x09\x09\x0f\x0f\x16\x2d\x30\x40\x5d\x5d\x6f\x6f\x9a\x9b\xa6\xcb\xcd\xfe";
    static const char extended[] = "\x12\x13\x1f\x22\x24\x2a\x30\x31\x33\x33"; /* after 0x5b */
    for (int op = 0; op < 256; op++) {
        const char aml[] = {0x5b, (char)op, 0x14, 0x06, '_', 'R', 'O', 'M', 0x02};
        if (is_in(alone, sizeof alone - 1, op))
            walk(aml + 1, sizeof aml - 1, AML_OK, "method \\_ROM\n");
        if (is_in(none, sizeof none - 1, op))
            walk(aml + 1, sizeof aml - 1, AML_DAMAGED, "method \\_ROM\n");
        if (is_in(extended, sizeof extended - 1, op))
            walk(aml, sizeof aml, AML_OK, "method \\_ROM\n");
    }
}

/* Scopes in scopes, each as long as the rest: deeper than any firmware, and then than any limit. */
DEFINE_TEST(test_nesting)
{
    for (int depth = 1; depth < 3000; depth = depth * 3 / 2 + 1) {
        struct buffer aml CLEANUP(buffer_free) = BUFFER(1 << 20);
        struct buffer expected CLEANUP(buffer_free) = BUFFER(1 << 20);
        buffer_append_text(&expected, "method \\");
        for (int i = 0; i < depth; i++) {
            unsigned length = (unsigned)(8 * (depth - i) + 7 - 1);
            buffer_append(
                &aml,
                (const char[]){0x10, (char)(0x80 | (length & 15)), (char)(length >> 4), (char)(length >> 12)},
                4);
            buffer_append_text(&aml, "XXXX");
            buffer_append_text(&expected, "XXXX.");
        }
        buffer_append(&aml, AML(ROM_METHOD));
        buffer_append_text(&expected, "_ROM\n");
        if (depth < AML_MAX_SEGMENTS)
            walk(aml.data, aml.length, AML_OK, buffer_text(&expected));
        else
            walk(aml.data, aml.length, AML_DAMAGED, NULL);
    }
}

/* Blocks in blocks do not make the path longer, and are limited too. */
DEFINE_TEST(test_nested_blocks)
{
    char aml[5 * 200];
    for (size_t i = 0; i < 200; i++) {
        size_t length = sizeof aml - 5 * i - 1;
        memcpy(aml + 5 * i,
               (const char[]){(char)0xa1, (char)(0x80 | (length & 15)), (char)(length >> 4), 0, 0}, 5);
    }
    walk(aml, sizeof aml, AML_DAMAGED, "");
    walk(aml + 5 * 150, 5 * 50, AML_OK, "");
    walk("\xa0\0", 2, AML_DAMAGED, ""); /* one that ends before it begins */
}

/* What would take a look at the rest of the table for each few bytes, were it not bounded: this ends. */
DEFINE_TEST(test_takes_linear_time)
{
    static const char hard[][10] = {"\x14\x06_ROM\x01\x0d", "\x10\xff\xff\xff\xff_ROM", "\x2f\xff_ROM\x0d"};
    for (size_t i = 0; i < ARRAY_SIZE(hard); i++) {
        struct buffer aml CLEANUP(buffer_free) = BUFFER(4 << 20);
        while (aml.length < 2 << 20)
            buffer_append(&aml, hard[i], strlen(hard[i]));
        walk(aml.data, aml.length, AML_DAMAGED, NULL);
    }
}

DEFINE_TEST(test_paths)
{
    static const char *const none[] = {"",        "_SB_",         "\\_SB_.",     "\\.PCI0", "\\_SB_..PCI0",
                                       "\\_SBxx", "\\_SB_.PCI00", "\\_SB_.pci0", "\\0SB_",  "\\_SB_/PCI0",
                                       "\\\\",    "\\_SB_.\x1b[m"};
    struct aml_path path;
    struct aml_path other;
    char text[AML_PATH_TEXT_SIZE];
    char longest[6 * AML_MAX_SEGMENTS] = "\\";
    assert_true(aml_path_parse("\\_SB_.PCI0.PEG_.VID_", &path));
    assert_int_equal(path.count, 4);
    assert_string_equal(aml_path_print(&path, text), "\\_SB.PCI0.PEG.VID");
    assert_true(aml_path_ends_with(&path, "VID_"));
    assert_true(aml_path_parse("\\_SB.PCI0.PEG.VID", &other));
    assert_true(aml_path_is_within(&path, &other) && aml_path_is_within(&other, &path));
    assert_true(aml_path_parse("\\_SB.PCI0.PE", &other));
    assert_false(aml_path_is_within(&path, &other));
    assert_true(aml_path_parse("\\_SB.PCI0", &other));
    assert_true(aml_path_is_within(&path, &other));
    assert_false(aml_path_is_within(&other, &path));
    assert_true(aml_path_parse("\\", &other));
    assert_string_equal(aml_path_print(&other, text), "\\");
    assert_true(aml_path_is_within(&path, &other));
    assert_false(aml_path_ends_with(&other, "VID_"));
    assert_true(aml_path_parse("\\____.A", &other));
    assert_string_equal(aml_path_print(&other, text), "\\_.A");
    for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
        assert_false(aml_path_parse(none[i], &path));
        assert_int_equal(path.count, 0);
    }
    size_t length = strlen(longest);
    for (int i = 0; i < AML_MAX_SEGMENTS; i++)
        length += (size_t)snprintf(longest + length, sizeof longest - length, i ? ".ABCD" : "ABCD");
    assert_true(aml_path_parse(longest, &path));
    assert_string_equal(aml_path_print(&path, text), longest);
    snprintf(longest + length, sizeof longest - length, ".A");
    assert_false(aml_path_parse(longest, &path));
}

TESTSUITE_MAIN(NULL, NULL)
