/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/pci_ids.h"

#include "core/buffer.h"
#include "tests/unit/unit.h"

/* Each case is read into a transcript: a line for each call of the visitor, then the problems. */

static enum error_code on_vendor(void *context, uint16_t vendor, const char *name, struct error *error)
{
    buffer_append_format(context, "v %04x %s\n", vendor, name);
    return vendor == 0xdead ? error_set(error, ERROR_NO_SPACE, "enough") : ERROR_NONE;
}

static enum error_code on_device(void *context, uint32_t pci_id, const char *name, UNUSED struct error *error)
{
    buffer_append_format(context, "d %08x %s\n", (unsigned)pci_id, name);
    return ERROR_NONE;
}

static enum error_code on_subsystem(void *context, uint32_t pci_id, uint32_t subsystem, const char *name,
                                    UNUSED struct error *error)
{
    buffer_append_format(context, "s %08x %08x %s\n", (unsigned)pci_id, (unsigned)subsystem, name);
    return ERROR_NONE;
}

static void on_problem(void *context, const char *file, long line, const char *message)
{
    buffer_append_format(context, "problem %s:%ld: %s\n", file, line, message);
}

static struct buffer said = {.max = 1 << 16};

static enum error_code read_text(const char *text, struct pci_ids_summary *summary)
{
    char path[SCRATCH_PATH_SIZE];
    const struct pci_ids_visitor visitor = {&said, on_vendor, on_device, on_subsystem};
    struct problems problems = {.report = on_problem, .context = &said};
    buffer_clear(&said);
    scratch_write_text(path, text);
    enum error_code code = pci_ids_read(path, "pci.ids", &visitor, summary, &problems, &failure);
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
                                       "v 1002 Advanced Micro Devices, Inc. [AMD/ATI]\n";

DEFINE_TEST(test_lists)
{
    static const struct {
        const char *text;
        const char *transcript;
        struct pci_ids_summary summary;
    } cases[] = {
        {small_list, small_transcript, {"2026.08.22", "2026-08-22 03:15:01", 2, 2, true}},
        {"", "", {"", "", 0, 0, true}},
        {"# Version: \x1b[31m\n#Date:\n#\n", "", {"\x1b[31m", "", 0, 0, true}},
        {"# Version: 2026.08.22 beta \t\n", "", {"2026.08.22 beta", "", 0, 0, true}},
        {"# Version: 1234567890123456789012345678901234567890\n",
         "",
         {"1234567890123456789012345678901", "", 0, 0, true}},
        {"10de  N", "v 10de N\n", {"", "", 0, 0, false}},
    };
    struct pci_ids_summary summary;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct pci_ids_summary *expected = &cases[i].summary;
        ASSERT_DONE(read_text(cases[i].text, &summary));
        assert_string_equal(buffer_text(&said), cases[i].transcript);
        assert_string_equal(summary.version, expected->version);
        assert_string_equal(summary.date, expected->date);
        assert_int_equal(summary.devices, expected->devices);
        assert_int_equal(summary.classes, expected->classes);
        assert_int_equal(summary.ended_whole, expected->ended_whole);
    }
    assert_int_equal(read_text("dead  D\n10de  N\n", &summary), ERROR_NO_SPACE);
    assert_string_equal(buffer_text(&said), "v dead D\n"); /* the visitor ends the reading */
}

/* What is in import-pci-ids.test besides: NULs, CR LF, lines without an end. */
DEFINE_TEST(test_malformed)
{
    static const struct {
        const char *text;  /* with %s in the place of the lines */
        const char *lines; /* between | */
        const char *place;
        const char *why;
    } cases[] = {
        {"%s\n", "nonsense|<html>|10de|10de  |10deX  NVIDIA|10d  NVIDIA|10dg  NVIDIA| 10de  NVIDIA",
         "pci.ids:1: ", "vendor"},
        {"10de  NVIDIA\n%s\n", " C 03  x", "pci.ids:2: ", "vendor"},
        {"%s\n", "C 3  Display|C 030  Display|C  03  Display|C 03", "pci.ids:1: ", "class"},
        {"%s\n", "\t1d16  a device of nobody", "pci.ids:1: ", "device"},
        {"10de  N\n%s\n", "\t1d1  x|\t1d160  x|\t1d16|\t1d16   |\t 1d16  x", "pci.ids:2: ", "device"},
        {"10de  N\n%s\n", "\t\t1028 08b0  x", "pci.ids:2: ", "subsystem"},
        {"10de  N\n\t1d16  x\n%s\n", "\t\t1028  x|\t\t102808b0  x|\t\t1028 08b0|\t\t\t1028 08b0  x",
         "pci.ids:3: ", "subsystem"},
        {"10de  N\n\t1d16  x\n1002  A\n%s\n", "\t\t1028 08b0  x", "pci.ids:4: ", "subsystem"},
        {"C 03  D\n%s\n", "\t0  x|\t1d16  x", "pci.ids:2: ", "subclass"},
        {"C 03  D\n%s\n", "\t\t00  x", "pci.ids:2: ", "interface"},
        {"C 03  D\n\t00  x\n%s\n", "\t\t0  x|\t\t1028 08b0  x", "pci.ids:3: ", "interface"},
    };
    struct pci_ids_summary summary;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        for (struct values v = values_of(cases[i].lines, cases[i].text); next_value(&v);) {
            if (read_text(v.text, &summary) != ERROR_BAD_INPUT)
                fail_msg("taken: %s", v.text);
            assert_memory_equal(failure.message, cases[i].place, strlen(cases[i].place));
            assert_holds(failure.message, cases[i].why);
            assert_holds(failure.next, "pci.ids");
        }
}

DEFINE_TEST(test_long_names)
{
    char text[2100];
    struct pci_ids_summary summary;
    snprintf(text, sizeof text, "10de  N%0239d\n", 0);
    ASSERT_DONE(read_text(text, &summary));
    snprintf(text, sizeof text, "10de  N%0240d\n", 0);
    assert_int_equal(read_text(text, &summary), ERROR_BAD_INPUT);
    assert_holds(failure.message, "pci.ids:1: ");
    snprintf(text, sizeof text, "10de  N\n# %02000d\n", 0);
    assert_int_equal(read_text(text, &summary), ERROR_BAD_INPUT);
    assert_holds(failure.message, "pci.ids:2: is longer than");
    /* 100 bytes that are no UTF-8 take three times the space as U+FFFD. */
    memset(text, '\xff', 106);
    memcpy(text, "10de  ", 6);
    memcpy(text + 106, "\n", 2);
    assert_int_equal(read_text(text, &summary), ERROR_BAD_INPUT);
    assert_holds(failure.message, "pci.ids:1: ");
}

TESTSUITE_MAIN(NULL, NULL)
