#include "importer/pci_ids.h"

#include "core/buffer.h"
#include "tests/unit/unit.h"

/* Each case is read into a transcript: a line for each call of the visitor, then the problems. */

static enum error_code on_vendor(void *context, uint16_t vendor, const char *name, struct error *error)
{
    buffer_append_format(context, "v %04x %s\n", vendor, name);
    return vendor == 0xdead ? error_set(error, ERROR_NO_SPACE, "enough") : ERROR_NONE;
}

static enum error_code on_device(void *context, uint32_t pci_id, const char *name, struct error *error)
{
    (void)error;
    buffer_append_format(context, "d %08x %s\n", (unsigned)pci_id, name);
    return ERROR_NONE;
}

static enum error_code on_subsystem(void *context, uint32_t pci_id, uint32_t subsystem, const char *name,
                                    struct error *error)
{
    (void)error;
    buffer_append_format(context, "s %08x %08x %s\n", (unsigned)pci_id, (unsigned)subsystem, name);
    return ERROR_NONE;
}

static enum error_code on_class(void *context, int base, int sub, int interface, const char *name,
                                struct error *error)
{
    (void)error;
    buffer_append_format(context, "c %d %d %d %s\n", base, sub, interface, name);
    return ERROR_NONE;
}

static void on_problem(void *context, const char *file, long line, const char *message)
{
    buffer_append_format(context, "problem %s:%ld: %s\n", file, line, message);
}

static enum error_code read_bytes(const char *bytes, size_t length, struct buffer *said,
                                  struct pci_ids_summary *summary, struct error *error)
{
    char path[SCRATCH_PATH_SIZE];
    const struct pci_ids_visitor visitor = {said, on_vendor, on_device, on_subsystem, on_class};
    struct problems problems = {.report = on_problem, .context = said};
    buffer_clear(said);
    scratch_write(path, bytes, length);
    enum error_code code = pci_ids_read(path, "pci.ids", &visitor, summary, &problems, error);
    unlink(path);
    assert_int_equal(problems.rejected, 0);
    return code;
}

static const char small_list[] = "#\n"
                                 "#\tList of PCI ID's\n"
                                 "#\n"
                                 "#\tVersion: 2026.08.22\n"
                                 "#\tDate:    2026-08-22 03:15:01\n"
                                 "#\n"
                                 "\n"
                                 "10de  NVIDIA Corporation\n"
                                 "\t1d16  GP108M [GeForce MX330]\n"
                                 "\t\t1028 08b0  Latitude  5510  \n"
                                 "# between\n"
                                 "\t\t1043 17D1  X\n"
                                 "\t1D01  GP108 [GeForce GT 1030]\n"
                                 "1002  Advanced Micro Devices, Inc. [AMD/ATI]\n"
                                 "\n"
                                 "C 03  Display controller\n"
                                 "\t00  VGA compatible controller\n"
                                 "\t\t00  VGA controller\n"
                                 "\t02  3D controller\n"
                                 "C ff  Unassigned class\n"
                                 "# Version: 1999\n";

static const char small_transcript[] = "v 10de NVIDIA Corporation\n"
                                       "d 10de1d16 GP108M [GeForce MX330]\n"
                                       "s 10de1d16 102808b0 Latitude  5510\n"
                                       "s 10de1d16 104317d1 X\n"
                                       "d 10de1d01 GP108 [GeForce GT 1030]\n"
                                       "v 1002 Advanced Micro Devices, Inc. [AMD/ATI]\n"
                                       "c 3 -1 -1 Display controller\n"
                                       "c 3 0 -1 VGA compatible controller\n"
                                       "c 3 0 0 VGA controller\n"
                                       "c 3 2 -1 3D controller\n"
                                       "c 255 -1 -1 Unassigned class\n";

static void test_lists(void **state)
{
    static const struct {
        const char *text;
        const char *transcript;
        struct pci_ids_summary summary;
    } cases[] = {
        {small_list, small_transcript, {"2026.08.22", "2026-08-22 03:15:01", 2, 2, true}},
        {"", "", {"", "", 0, 0, true}},
        {"# Version: \x1b[31m\n#Date:\n#\n", "", {"", "", 0, 0, true}},
        {"# Version: 1234567890123456789012345678901234567890\n",
         "",
         {"1234567890123456789012345678901", "", 0, 0, true}},
        {"10de  N", "v 10de N\n", {"", "", 0, 0, false}},
        /* What is no UTF-8 is mended, and reported once. */
        {"10de  N\n\t0001  Gr\xfc\xdf\n\t0002  caf\xe9\n\t0003  \xc3\xa9\n",
         "v 10de N\nd 10de0001 Gr\xef\xbf\xbd\xef\xbf\xbd\nd 10de0002 caf\xef\xbf\xbd\nd 10de0003 \xc3\xa9\n"
         "problem pci.ids:2: 3 bytes in this file are no UTF-8 and were replaced, the first one here\n",
         {"", "", 3, 0, true}},
    };
    struct buffer said = BUFFER(1 << 16);
    struct pci_ids_summary summary;
    struct error error;
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct pci_ids_summary *expected = &cases[i].summary;
        assert_int_equal(read_bytes(cases[i].text, strlen(cases[i].text), &said, &summary, &error),
                         ERROR_NONE);
        assert_string_equal(buffer_text(&said), cases[i].transcript);
        assert_string_equal(summary.version, expected->version);
        assert_string_equal(summary.date, expected->date);
        assert_int_equal(summary.devices, expected->devices);
        assert_int_equal(summary.classes, expected->classes);
        assert_int_equal(summary.ended_whole, expected->ended_whole);
    }
    buffer_free(&said);
}

static void test_same_with_crlf(void **state)
{
    struct buffer said = BUFFER(1 << 16);
    struct buffer text = BUFFER(1 << 16);
    struct pci_ids_summary summary;
    struct error error;
    (void)state;
    for (const char *c = small_list; *c; c++)
        buffer_append_text(&text, *c == '\n' ? "\r\n" : (char[]){*c, '\0'});
    assert_int_equal(read_bytes(text.data, text.length, &said, &summary, &error), ERROR_NONE);
    assert_string_equal(buffer_text(&said), small_transcript);
    assert_string_equal(summary.version, "2026.08.22");
    buffer_free(&said);
    buffer_free(&text);
}

/* "pci.ids:LINE: why" */
static void assert_malformed(const char *bytes, size_t length, long line, const char *why)
{
    struct buffer said = BUFFER(1 << 16);
    struct pci_ids_summary summary;
    struct error error = {.code = ERROR_NONE};
    char place[40];
    if (read_bytes(bytes, length, &said, &summary, &error) != ERROR_BAD_INPUT)
        fail_msg("taken: %s", bytes);
    snprintf(place, sizeof place, "pci.ids:%ld: ", line);
    assert_memory_equal(error.message, place, strlen(place));
    assert_holds(error.message, why);
    assert_holds(error.next, "pci.ids");
    buffer_free(&said);
}

static void test_malformed(void **state)
{
    static const struct {
        const char *text;
        long line;
        const char *why;
    } cases[] = {
        {"nonsense\n", 1, "vendor"},
        {"<html>\n", 1, "vendor"},
        {"10de\n", 1, "vendor"},
        {"10de  \n", 1, "vendor"},
        {"10deX  NVIDIA\n", 1, "vendor"},
        {"10d  NVIDIA\n", 1, "vendor"},
        {"10dg  NVIDIA\n", 1, "vendor"},
        {" 10de  NVIDIA\n", 1, "vendor"},
        {"10de  NVIDIA\n C 03  x\n", 2, "vendor"},
        {"C 3  Display\n", 1, "class"},
        {"C 030  Display\n", 1, "class"},
        {"C  03  Display\n", 1, "class"},
        {"C 03\n", 1, "class"},
        {"\t1d16  a device of nobody\n", 1, "device"},
        {"10de  N\n\t1d1  x\n", 2, "device"},
        {"10de  N\n\t1d160  x\n", 2, "device"},
        {"10de  N\n\t1d16\n", 2, "device"},
        {"10de  N\n\t1d16   \n", 2, "device"},
        {"10de  N\n\t 1d16  x\n", 2, "device"},
        {"10de  N\n\t\t1028 08b0  x\n", 2, "subsystem"},
        {"10de  N\n\t1d16  x\n\t\t1028  x\n", 3, "subsystem"},
        {"10de  N\n\t1d16  x\n\t\t102808b0  x\n", 3, "subsystem"},
        {"10de  N\n\t1d16  x\n\t\t1028 08b0\n", 3, "subsystem"},
        {"10de  N\n\t1d16  x\n\t\t\t1028 08b0  x\n", 3, "subsystem"},
        {"10de  N\n\t1d16  x\n1002  A\n\t\t1028 08b0  x\n", 4, "subsystem"},
        {"C 03  D\n\t0  x\n", 2, "subclass"},
        {"C 03  D\n\t1d16  x\n", 2, "subclass"},
        {"C 03  D\n\t\t00  x\n", 2, "interface"},
        {"C 03  D\n\t00  x\n\t\t0  x\n", 3, "interface"},
        {"C 03  D\n\t00  x\n\t\t1028 08b0  x\n", 3, "interface"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_malformed(cases[i].text, strlen(cases[i].text), cases[i].line, cases[i].why);
    assert_malformed("10de  N\n\t1d16  x\0y\n", 19, 2, "NUL");
    assert_malformed("#\0\n", 3, 1, "NUL");
    assert_malformed("\0\0\0\0", 4, 1, "NUL");
}

static void test_long_names(void **state)
{
    struct buffer said = BUFFER(1 << 16);
    struct buffer text = BUFFER(1 << 16);
    struct pci_ids_summary summary;
    struct error error;
    (void)state;
    buffer_append_format(&text, "10de  N%0239d\n", 0);
    assert_int_equal(read_bytes(text.data, text.length, &said, &summary, &error), ERROR_NONE);
    buffer_clear(&text);
    buffer_append_format(&text, "10de  N%0240d\n", 0);
    assert_malformed(text.data, text.length, 1, "vendor");
    buffer_clear(&text);
    buffer_append_format(&text, "10de  N\n# %02000d\n", 0);
    assert_malformed(text.data, text.length, 2, "longer than");
    /* 100 bytes that are no UTF-8 take three times the space as U+FFFD. */
    buffer_clear(&text);
    buffer_append_text(&text, "10de  ");
    for (int i = 0; i < 100; i++)
        buffer_append_byte(&text, '\xff');
    assert_malformed(text.data, text.length, 1, "vendor");
    buffer_free(&text);
    buffer_free(&said);
}

static void test_visitor_ends_the_reading(void **state)
{
    struct buffer said = BUFFER(1 << 16);
    struct pci_ids_summary summary;
    struct error error;
    (void)state;
    assert_int_equal(read_bytes("dead  D\n10de  N\n", 16, &said, &summary, &error), ERROR_NO_SPACE);
    assert_string_equal(buffer_text(&said), "v dead D\n");
    buffer_free(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_same_with_crlf),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_long_names),
        cmocka_unit_test(test_visitor_ends_the_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
