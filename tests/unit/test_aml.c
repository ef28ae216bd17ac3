#include "probe/aml.h"

#include "core/buffer.h"
#include "tests/unit/unit.h"

/* All that was told, a line for each. */
struct told {
    struct buffer text;
};

static void note(struct told *told, const char *what, const struct aml_path *path)
{
    char text[AML_PATH_TEXT_SIZE];
    buffer_append_format(&told->text, "%s %s\n", what, aml_path_print(path, text));
}

static void note_method(void *context, const struct aml_path *path)
{
    note(context, "method", path);
}

static void note_uuid(void *context, enum aml_uuid uuid, const struct aml_path *path)
{
    static const char *const names[] = {"optimus", "mux", "nbci", "gps"};
    note(context, names[uuid], path);
}

static void walk(const char *bytes, size_t length, enum aml_result result, const char *expected)
{
    struct told told = {BUFFER(1 << 24)};
    const struct aml_visitor visitor = {&told, note_method, note_uuid};
    char *copy = exact_copy(bytes, length);
    assert_int_equal(aml_walk((const uint8_t *)copy, length, &visitor), result);
    if (expected)
        assert_string_equal(buffer_text(&told.text), expected);
    buffer_free(&told.text);
    free(copy);
}

/* A literal without the NUL at its end. */
#define AML(literal) (literal), sizeof(literal) - 1

/* Assembles, and walks what is well-formed: '<' stands for the length of a package that ends at '>'. */
static void walk_well(const char *notation, size_t length, const char *expected)
{
    char aml[512];
    size_t starts[16];
    size_t size = 0;
    int depth = 0;
    for (size_t i = 0; i < length; i++) {
        assert_true(size + 2 < sizeof aml && depth + 1 < (int)ARRAY_SIZE(starts));
        if (notation[i] == '<') {
            starts[depth++] = size;
            size += 2;
        } else if (notation[i] == '>') {
            size_t start = starts[--depth];
            aml[start] = (char)(0x40 | ((size - start) & 0x0f));
            aml[start + 1] = (char)((size - start) >> 4);
        } else {
            aml[size++] = notation[i];
        }
    }
    assert_int_equal(depth, 0);
    walk(aml, size, AML_OK, expected);
}

/* A method that looks like some other opcode's operands, and begins with a length of one byte. */
#define ROM_METHOD "\x14\x06_ROM\x02"
#define OPTIMUS    "\xf8\xd8\x86\xa4\xda\x0b\x1b\x47\xa7\x2b\x60\x42\xa6\xb5\xbe\xe0"
#define MUX        "\xa0\xa0\x95\x9d\x60\x00\x48\x4d\xb3\x4d\x7e\x5f\xea\x12\x9f\xd4"

static void test_scopes(void **state)
{
    (void)state;
    walk_well(AML(""), "");
    walk_well(AML(ROM_METHOD), "method \\_ROM\n");
    /* As firmware has it, segments padded. */
    walk_well(AML("\x10<\\\x2e_SB_PCI0\x5b\x82<PEG_\x5b\x82<VID_" ROM_METHOD ">>>"),
              "method \\_SB.PCI0.PEG.VID._ROM\n");
    /* What comes behind a package is in the scope around it again. */
    walk_well(AML("\x10<_SB_\x5b\x82<AAAA" ROM_METHOD ">\x5b\x82<"
                  "BBBB" ROM_METHOD ">" ROM_METHOD ">" ROM_METHOD),
              "method \\_SB.AAAA._ROM\nmethod \\_SB.BBBB._ROM\nmethod \\_SB._ROM\nmethod \\_ROM\n");
}

static void test_names(void **state)
{
    (void)state;
    walk_well(AML("\x10<\\\x00\x10<\\_SB_\x5b\x82<^GFX0" ROM_METHOD ">>>"), "method \\GFX0._ROM\n");
    walk_well(AML("\x10<\x2e"
                  "AAAABBBB\x14<^^ABCD\x00>\x14<^ABCD\x00>\x14<\\ABCD\x00>\x14<"
                  "ABCD\x00>>"),
              "method \\ABCD\nmethod \\AAAA.ABCD\nmethod \\ABCD\nmethod \\AAAA.BBBB.ABCD\n");
    walk_well(AML("\x10<\x2f\x03"
                  "AAAABBBBCCCC" ROM_METHOD ">"),
              "method \\AAAA.BBBB.CCCC._ROM\n");
    walk(AML("\x14\x07^_ROM\x00"), AML_DAMAGED, ""); /* above the root */
    walk(AML("\x14\x06_rom\x00"), AML_DAMAGED, "");
    walk(AML("\x14\x06"
             "1ROM\x00"),
         AML_DAMAGED, "");
    walk(AML("\x14\x03\x00\x00"), AML_DAMAGED, ""); /* a method without a name */
}

/* Every package that opens a scope, and blocks that do not. */
static void test_packages(void **state)
{
    (void)state;
    walk_well(AML("\x5b\x83<CPU0\x01\x10\x04\x00\x00\x06" ROM_METHOD ">"), "method \\CPU0._ROM\n");
    walk_well(AML("\x5b\x84<NVP3\x00\x00\x00" ROM_METHOD ">"), "method \\NVP3._ROM\n");
    walk_well(AML("\x5b\x85<TZ00" ROM_METHOD ">"), "method \\TZ00._ROM\n");
    walk_well(AML("\x10<"
                  "AAAA\xa0<\x92\x93OSYS\x0b\xd0\x07" ROM_METHOD ">\xa1<" ROM_METHOD ">>"),
              "method \\AAAA._ROM\nmethod \\AAAA._ROM\n");
    walk_well(AML("\xa2<\x95"
                  "CNTR\x0a\x14" ROM_METHOD ">"),
              "method \\_ROM\n");
    /* A length of one, three and four bytes. */
    walk(AML("\x10\x0c"
             "AAAA" ROM_METHOD),
         AML_OK, "method \\AAAA._ROM\n");
    walk(AML("\x10\x8e\x00\x00"
             "AAAA" ROM_METHOD),
         AML_OK, "method \\AAAA._ROM\n");
    walk(AML("\x10\xcf\x00\x00\x00"
             "AAAA" ROM_METHOD),
         AML_OK, "method \\AAAA._ROM\n");
}

/* What looks like a method in data is none, and what lies behind data is found. */
static void test_data(void **state)
{
    (void)state;
    walk_well(AML("\x08NAME\x0d" ROM_METHOD "\x00" ROM_METHOD), "method \\_ROM\n");
    walk_well(AML("\x08NAME\x11<\x0a\x07" ROM_METHOD ">" ROM_METHOD), "method \\_ROM\n");
    walk_well(AML("\x08NAME\x12<\x02" ROM_METHOD ">" ROM_METHOD), "method \\_ROM\n");
    walk_well(AML("\x08NAME\x0c\x14\x06_R\x0e\x14\x06_ROM\x02\x00\x0a\x14\x0b\x14\x06" ROM_METHOD),
              "method \\_ROM\n");
    /* OperationRegion, Field, CreateField, Mutex, Event, External, Alias. */
    walk_well(AML("\x5b\x80OPRG\x02\x0a\x14\x0b\x14\x06"
                  "\x5b\x81<OPRG\x03"
                  "ABCD\x14>"
                  "\x5b\x13"
                  "BUFF\x0a\x14\x0a\x08"
                  "FLD1"
                  "\x5b\x01MUTX\x14\x5b\x02"
                  "EVNT"
                  "\x15\\XTRN\x14\x06\x06"
                  "ALS1ALS2" ROM_METHOD),
              "method \\_ROM\n");
    /* A method's arguments: their number need not be known. */
    walk_well(AML("\x70\x2e_SB_CALL\x0a\x14\x72\x68\x0b\x14\x06\x00\x0d\x14\x06\x00"
                  "\x5b\x23MUTX\x14\x06\x5b\x23\x60\x14\x06\x5b\x32\x14\x06_RO" ROM_METHOD),
              "method \\_ROM\n");
    /* A method in a method is defined only while that runs. */
    walk_well(AML("\x14<OUTR\x00" ROM_METHOD ">"), "method \\OUTR\n");
}

static void test_uuids(void **state)
{
    (void)state;
    walk_well(AML("\x14<_DSM\x04\xa0<\x93\x68\x11<\x0a\x10" OPTIMUS ">\xa4\x01>\xa4\x00>"),
              "method \\_DSM\noptimus \\_DSM\n");
    walk_well(AML("\x14<_DSM\x04\x93\x68\x11<\x0a\x10" OPTIMUS ">\x93\x68\x11<\x0a\x10" MUX
                  ">\x93\x68\x11<\x0a\x10" OPTIMUS ">>\x14<NEXT\x00>"),
              "method \\_DSM\noptimus \\_DSM\nmux \\_DSM\nmethod \\NEXT\n");
    walk_well(AML("\x5b\x82<VID_\x08UUID\x11<\x0a\x10" MUX ">>"), "mux \\VID\n");
    /* One that is only there when what lies behind the method is taken in. */
    walk_well(AML("\x14<_DSM\x04\x11<\x0a\x0f\xf8\xd8\x86\xa4\xda\x0b\x1b\x47\xa7\x2b\x60\x42\xa6\xb5\xbe>>"
                  "\x0a\xe0"),
              "method \\_DSM\n");
}

static void test_damage(void **state)
{
    (void)state;
    /* Longer than the table, and longer than what it lies in. */
    walk(AML("\x10\x3f"
             "AAAA" ROM_METHOD),
         AML_DAMAGED, "method \\AAAA._ROM\n");
    walk(AML("\x10\xff\xff\xff\xff"
             "AAAA" ROM_METHOD),
         AML_DAMAGED, "method \\AAAA._ROM\n");
    walk(AML("\x10\x13"
             "AAAA\x5b\x82\x1f"
             "BBBB" ROM_METHOD ROM_METHOD),
         AML_DAMAGED, "method \\AAAA.BBBB._ROM\nmethod \\_ROM\n");
    /* Shorter than itself. */
    walk(AML("\x10\x00" ROM_METHOD), AML_DAMAGED, NULL);
    walk(AML("\x10\x40\x00" ROM_METHOD), AML_DAMAGED, NULL);
    /* Cut short at each byte: no method appears that is not there. */
    static const char whole[] = "\x10\x13"
                                "AAAA\x5b\x82\x0c"
                                "BBBB" ROM_METHOD;
    for (size_t length = 1; length < sizeof whole - 1; length++)
        walk(whole, length, AML_DAMAGED, "");
    walk(whole, sizeof whole - 1, AML_OK, "method \\AAAA.BBBB._ROM\n");
    /* An opcode that is none: what follows is found again, what is around it is not lost. */
    walk(AML("\x10\x16"
             "AAAA\xfe\x0d\x14\x5b\x82\x0c"
             "BBBB" ROM_METHOD "\x10\x0c"
             "CCCC" ROM_METHOD),
         AML_DAMAGED, "method \\AAAA.BBBB._ROM\nmethod \\CCCC._ROM\n");
    walk(AML("\xfe\x0d" ROM_METHOD), AML_DAMAGED, "method \\_ROM\n");
    /* Then data is data again; a package that does not fit is none. */
    walk(AML("\xfe\x14\x06"
             "ABCD\x00\x08NAME\x0d" ROM_METHOD "\x00"),
         AML_DAMAGED, "method \\ABCD\n");
    walk(AML("\xfe\x10\x3f"
             "AAAA" ROM_METHOD),
         AML_DAMAGED, "method \\_ROM\n");
    walk(AML("\x5b"), AML_DAMAGED, "");
    walk(AML("\x5b\xee"), AML_DAMAGED, "");
    walk(AML("\x0d never ends"), AML_DAMAGED, "");
    walk(AML("\x0c\x01\x02"), AML_DAMAGED, "");
    walk(AML("\x2f\xff"
             "AAAA"),
         AML_DAMAGED, "");
}

/* Each byte as an opcode (ACPI 6.5, 20.3): what stands alone, or has operands that are terms. */
static void test_operators(void **state)
{
    (void)state;
    for (int op = 0; op < 256; op++) {
        bool alone = op == 0x00 || op == 0x01 || op == 0x06 || op == 0x08 || (op >= 0x60 && op <= 0x6e) ||
                     (op >= 0x70 && op <= 0x99) || (op >= 0x9c && op <= 0x9f) || (op >= 0xa3 && op <= 0xa5) ||
                     op == 0xcc || op == 0xff;
        const char aml[] = {(char)op, 0x14, 0x06, '_', 'R', 'O', 'M', 0x02};
        if (alone)
            walk(aml, sizeof aml, AML_OK, "method \\_ROM\n");
        bool none = (op >= 0x02 && op <= 0x05) || op == 0x07 || op == 0x09 || op == 0x0f ||
                    (op >= 0x16 && op <= 0x2d) || (op >= 0x30 && op <= 0x40) || op == 0x5d || op == 0x6f ||
                    op == 0x9a || op == 0x9b || (op >= 0xa6 && op <= 0xcb) || (op >= 0xcd && op <= 0xfe);
        if (none)
            walk(aml, sizeof aml, AML_DAMAGED, "method \\_ROM\n");
    }
    for (int op = 0; op < 256; op++) {
        bool alone = op == 0x12 || op == 0x13 || (op >= 0x1f && op <= 0x22) || (op >= 0x24 && op <= 0x2a) ||
                     op == 0x30 || op == 0x31 || op == 0x33;
        const char aml[] = {0x5b, (char)op, 0x14, 0x06, '_', 'R', 'O', 'M', 0x02};
        if (alone)
            walk(aml, sizeof aml, AML_OK, "method \\_ROM\n");
    }
}

/* Scopes in scopes, each as long as the rest: deeper than any firmware, and then than any limit. */
static void test_nesting(void **state)
{
    (void)state;
    for (int depth = 1; depth < 3000; depth = depth * 3 / 2 + 1) {
        struct buffer aml = BUFFER(1 << 20);
        struct buffer expected = BUFFER(1 << 20);
        buffer_append_text(&expected, "method \\");
        for (int i = 0; i < depth; i++) {
            unsigned length = (unsigned)(8 * (depth - i) + 7 - 1);
            buffer_append(
                &aml,
                (const char[]){0x10, (char)(0x80 | (length & 15)), (char)(length >> 4), (char)(length >> 12)},
                4);
            buffer_append_text(&aml, "AAAA");
            buffer_append_text(&expected, "AAAA.");
        }
        buffer_append(&aml, AML(ROM_METHOD));
        buffer_append_text(&expected, "_ROM\n");
        if (depth < AML_MAX_SEGMENTS)
            walk(aml.data, aml.length, AML_OK, buffer_text(&expected));
        else
            walk(aml.data, aml.length, AML_DAMAGED, NULL);
        buffer_free(&aml);
        buffer_free(&expected);
    }
}

/* Blocks in blocks do not make the path longer, and are limited all the same. */
static void test_nested_blocks(void **state)
{
    char aml[5 * 200];
    (void)state;
    for (size_t i = 0; i < 200; i++) {
        size_t length = sizeof aml - 5 * i - 1;
        memcpy(aml + 5 * i,
               (const char[]){(char)0xa1, (char)(0x80 | (length & 15)), (char)(length >> 4), 0, 0}, 5);
    }
    walk(aml, sizeof aml, AML_DAMAGED, "");
    walk(aml + 5 * 150, 5 * 50, AML_OK, "");
}

static void test_random_bytes(void **state)
{
    static const char likely[] = "\x10\x5b\x82\x14\xa0\xa1\x2e\x2f\\^_ROMSBPC\x0d\x11\x12";
    static char bytes[4096];
    uint32_t random = 1;
    (void)state;
    for (int round = 0; round < 2000; round++) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            random = random * 1664525U + 1013904223U;
            bytes[i] = round % 2 ? (char)(random >> 24) : likely[(random >> 16) % (sizeof likely - 1)];
        }
        walk(bytes, sizeof bytes, AML_DAMAGED, NULL);
    }
}

/* What would take a look at the rest of the table for each few bytes, were it not bounded: this ends. */
static void test_takes_linear_time(void **state)
{
    static const char hard[][10] = {"\x14\x06_ROM\x01\x0d", "\x10\xff\xff\xff\xff_ROM", "\x2f\xff_ROM\x0d"};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(hard); i++) {
        struct buffer aml = BUFFER(4 << 20);
        while (aml.length < 2 << 20)
            buffer_append(&aml, hard[i], strlen(hard[i]));
        walk(aml.data, aml.length, AML_DAMAGED, NULL);
        buffer_free(&aml);
    }
}

static void test_paths(void **state)
{
    static const char *const none[] = {"",        "_SB_",         "\\_SB_.",     "\\.PCI0", "\\_SB_..PCI0",
                                       "\\_SBxx", "\\_SB_.PCI00", "\\_SB_.pci0", "\\0SB_",  "\\_SB_/PCI0",
                                       "\\\\",    "\\_SB_.\x1b[m"};
    struct aml_path path;
    struct aml_path other;
    char text[AML_PATH_TEXT_SIZE];
    char longest[6 * AML_MAX_SEGMENTS] = "\\";
    (void)state;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scopes),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_packages),
        cmocka_unit_test(test_data),
        cmocka_unit_test(test_uuids),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_operators),
        cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_nested_blocks),
        cmocka_unit_test(test_random_bytes),
        cmocka_unit_test(test_takes_linear_time),
        cmocka_unit_test(test_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
