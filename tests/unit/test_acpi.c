/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/acpi.h"

#include "tests/unit/root_fixture.h"

/* A literal without the NUL at its end. */
#define AML(literal) (literal), sizeof(literal) - 1

/* Scope (\_SB_.PCI0) { Device (PEG_) { Device (VID_) { Method (_ROM, 2) } } } */
#define ROM_AT_VID                                                                                           \
    "\x10\x20\\\x2e_SB_PCI0"                                                                                 \
    "\x5b\x82\x13PEG_"                                                                                       \
    "\x5b\x82\x0cVID_"                                                                                       \
    "\x14\x06_ROM\x02"
/* Scope (\_SB_.PCI0.GFX0) { Method (ATRM, 2) Method (ATPX, 2) } */
#define HYBRID "\x10\x1e\\\x2f\x03_SB_PCI0GFX0\x14\6ATRM\2\x14\6ATPX\2"

static struct acpi *acpi; /* what was read last */

static void put_bytes_of(const char *name, const void *bytes, size_t length)
{
    char path[256];
    snprintf(path, sizeof path, "/sys/firmware/acpi/tables/%s", name);
    put_bytes(path, bytes, length);
}

/* A table with its header, whose length may be a lie; the checksum is wrong. */
static void put_table(const char *name, const char *signature, const char *aml, size_t length, long lie)
{
    char table[8192] = {0};
    size_t stated = (size_t)((long)length + 36 + lie);
    memcpy(table, signature, 4);
    table[4] = (char)stated;
    table[5] = (char)(stated >> 8);
    memcpy(table + 36, aml, length);
    put_bytes_of(name, table, length + 36);
}

static void read_tables(enum tristate readable)
{
    struct error error = {.code = ERROR_NONE};
    acpi_free(acpi);
    assert_int_equal(acpi_read(root, &acpi, &error), ERROR_NONE);
    assert_int_equal(acpi_readable(acpi), readable);
}

static const struct acpi_question nvidia = {.address = {.bus = 1},
                                            .id = {.vendor = 0x10de, .device = 0x1d16},
                                            .is_amd_discrete = TRISTATE_NO,
                                            .removable = TRISTATE_UNKNOWN};
static const struct acpi_question radeon = {.address = {.bus = 1},
                                            .id = {.vendor = 0x1002, .device = 0x6600},
                                            .is_amd_discrete = TRISTATE_YES,
                                            .removable = TRISTATE_UNKNOWN};

#define VID "\\_SB_.PCI0.PEG_.VID_"

static struct acpi_gpu ask(struct acpi_question question, const char *gpu_path, const char *port_path)
{
    struct acpi_gpu facts;
    question.gpu_path = gpu_path;
    question.port_path = port_path;
    acpi_gpu_facts(acpi, &question, &facts);
    return facts;
}

/* tests/cli/acpi.test has the ordinary ones. */
ROOT_TEST(test_binding_of_rom)
{
    static const struct {
        const char *gpu_path, *port_path;
        enum acpi_rom rom;
    } cases[] = {
        {"\\_SB.PCI0.PEG.VID", "", ACPI_ROM_YES},
        {"", "\\_SB_.PCI0.PEG_", ACPI_ROM_BINDING_UNSURE},
        {"\\_SB_.PCI0.VID_", "", ACPI_ROM_NO}, /* a ThinkPad X230 without its discrete GPU */
        {"\\_SB_.PCI0.PEG_", "\\_SB_.PCI0.RP01", ACPI_ROM_NO},
        {"\\_SB_.PCI0.PEG_.VI", "\\_SB_.PCI0.PEG1", ACPI_ROM_NO},
        {"", "\\_SB_.PCI0.RP01", ACPI_ROM_NO},
        {"", "", ACPI_ROM_UNKNOWN},
        {"no path", "\x1b[31m", ACPI_ROM_UNKNOWN},
    };
    put_table("DSDT", "DSDT", AML("\x10\x05_SB_"), 0);
    put_table("SSDT2", "SSDT", AML(ROM_AT_VID), 0);
    read_tables(TRISTATE_YES);
    assert_null(root_fault(root, 0));
    assert_string_equal(ask(nvidia, "", "").path, "");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct acpi_gpu facts = ask(nvidia, cases[i].gpu_path, cases[i].port_path);
        assert_int_equal(facts.rom_method, cases[i].rom);
        assert_string_equal(facts.where_rom,
                            cases[i].rom == ACPI_ROM_NO ? "" : "\\_SB.PCI0.PEG.VID._ROM in SSDT2");
    }
    /* What is in data/ is no table of the namespace. */
    put_table("SSDT2", "SSDT", AML(""), 0);
    put_table("data/SSDT9", "SSDT", AML(ROM_AT_VID), 0);
    read_tables(TRISTATE_YES);
    assert_int_equal(ask(nvidia, "", "").rom_method, ACPI_ROM_NO);
}

/* Other kinds of tables, and another name for the method. */
ROOT_TEST(test_kinds_of_tables)
{
    static const struct {
        const char *name, *signature;
        enum acpi_rom rom;
    } cases[] = {{"PSDT", "PSDT", ACPI_ROM_YES},          {"OSDT1", "OSDT", ACPI_ROM_YES},
                 {"OEM1", "OEM1", ACPI_ROM_NO},           {"dynamic/OEM1", "OEM1", ACPI_ROM_YES},
                 {"dynamic/SSDT9", "SSDT", ACPI_ROM_YES}, {"dynamic/OEM", "OEM1", ACPI_ROM_NO}};
    put_table("DSDT", "DSDT", AML(""), 0);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        put_table(cases[i].name, cases[i].signature, AML(ROM_AT_VID), 0);
        read_tables(TRISTATE_YES);
        assert_int_equal(ask(nvidia, VID, "").rom_method, cases[i].rom);
        put_table(cases[i].name, cases[i].signature, AML(""), 0);
    }
    /* Scope (\\_SB_.PCI0.PEG_.VID_) { Method (GROM, 2) Alias (GROM, _ROM) } */
    put_table("SSDT1", "SSDT", AML("\x10\x24\\\x2f\x04_SB_PCI0PEG_VID_\x14\x06GROM\x02\x06GROM_ROM"), 0);
    read_tables(TRISTATE_YES);
    assert_int_equal(ask(nvidia, VID, "").rom_method, ACPI_ROM_YES);
}

/* amdgpu asks the nodes of the display devices that are there. */
ROOT_TEST(test_hybrid_node)
{
    static const struct {
        const char *node;
        uint8_t base_class;
        enum tristate served;
    } cases[] = {{"\\_SB_.PCI0.GFX0", 0x03, TRISTATE_YES},
                 {"\\_SB_.PCI0.GFX0", 0x04, TRISTATE_NO},
                 {"\\_SB_.PCI0.VGA_", 0x03, TRISTATE_NO},
                 {"\\_SB_.PCI0", 0x03, TRISTATE_NO},
                 {"", 0x03, TRISTATE_YES}};
    struct acpi_question question = radeon;
    struct pci_device device = PCI_DEVICE_UNKNOWN;
    const struct pci_machine machine = {.devices = &device, .count = 1};
    question.machine = &machine;
    put_table("DSDT", "DSDT", AML(HYBRID), 0);
    read_tables(TRISTATE_YES);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        snprintf(device.acpi_path, sizeof device.acpi_path, "%s", cases[i].node);
        device.base_class = cases[i].base_class;
        assert_int_equal(ask(question, "", "\\_SB_.PCI0.RP05").atrm, cases[i].served);
    }
}

/* Nothing is ruled out by what could not be read. */
static void assert_unknown(const char *note)
{
    read_tables(TRISTATE_UNKNOWN);
    struct acpi_gpu facts = ask(radeon, "\\_SB_.PCI0.RP05.PEGP", "\\_SB_.PCI0.RP05");
    assert_int_equal(facts.rom_method, ACPI_ROM_UNKNOWN);
    assert_true(facts.atrm == TRISTATE_UNKNOWN && facts.atpx == TRISTATE_UNKNOWN);
    assert_true(facts.optimus_dsm == TRISTATE_UNKNOWN && facts.mux_dsm == TRISTATE_UNKNOWN);
    assert_true(note ? has_fault(note) : !root_fault(root, 0));
}

ROOT_TEST(test_unreadable)
{
    static const struct {
        const char *signature, *aml;
        size_t length;
        long lie;
        const char *note;
    } cases[] = {{"XSDT", AML(""), 0, "SSDT1: does not have the signature"},
                 {"SSDT", AML(ROM_AT_VID), 1, "SSDT1: is shorter than"},
                 {"SSDT", AML(ROM_AT_VID), -40, "SSDT1: states a length"},
                 {"SSDT", AML("\x10\x3f_SB_"), 0, "SSDT1: could be parsed"}};
    struct error error = {.code = ERROR_NONE};
    assert_unknown("has no DSDT");
    put_table("SSDT1", "SSDT", AML(""), 0);
    assert_unknown("has no DSDT"); /* there is no machine without one */
    put_table("DSDT", "DSDT", AML(""), 0);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        put_table("SSDT1", cases[i].signature, cases[i].aml, cases[i].length, cases[i].lie);
        assert_unknown(cases[i].note);
    }
    put_bytes_of("SSDT1", "SSDT", 4);
    assert_unknown("SSDT1: is too short");
    assert_int_equal(symlink("gone", full_path("/sys/firmware/acpi/tables/SSDT2")), 0);
    assert_unknown("SSDT2: is listed, but there is no such file");
    assert_int_equal(unlink(full_path("/sys/firmware/acpi/tables/SSDT2")), 0);
    /* What was found is there. */
    put_table("SSDT1", "SSDT", AML(ROM_AT_VID "\xfe"), 0);
    read_tables(TRISTATE_UNKNOWN);
    assert_int_equal(ask(nvidia, VID, "").rom_method, ACPI_ROM_YES);
    assert_int_equal(ask(nvidia, "\\_SB_.PCI0", "").rom_method, ACPI_ROM_UNKNOWN);
    /* After the length that the header states, there is nothing. */
    put_table("SSDT1", "SSDT", AML(ROM_AT_VID), -(long)sizeof ROM_AT_VID + 1);
    read_tables(TRISTATE_YES);
    assert_int_equal(ask(nvidia, VID, "").rom_method, ACPI_ROM_NO);
    /* Where the first table cannot be read at all, the others are not tried. */
    put_bytes_of("DSDT", "", 0);
    put_table("SSDT7", "XSDT", AML(""), 0);
    assert_unknown("DSDT: is too short");
    assert_false(has_fault("SSDT7"));
    root_close(root);
    assert_int_equal(root_open("/proc/self/fd", &root, &error), ERROR_NONE); /* no ACPI at all */
    assert_unknown("has no DSDT");
}

/* A directory of tables that leads out of the machine may have anything in it. */
ROOT_TEST(test_unreadable_directory)
{
    put_table("DSDT", "DSDT", AML(""), 0);
    read_tables(TRISTATE_YES);
    assert_int_equal(symlink("/etc", full_path("/sys/firmware/acpi/tables/dynamic")), 0);
    assert_unknown("dynamic/: leads out");
}

ROOT_TEST(test_bounds)
{
    char name[32];
    char *huge = calloc(1, (2 << 20) + 1);
    assert_non_null(huge);
    put_table("DSDT", "DSDT", AML(""), 0);
    for (int i = 1; i < 63; i++) {
        snprintf(name, sizeof name, "SSDT%d", i);
        put_table(name, "SSDT", AML(""), 0);
    }
    memcpy(huge, "SSDT\x24\0\0", 8);
    put_bytes_of("SSDT1", huge, 2 << 20);
    read_tables(TRISTATE_YES);
    put_table("dynamic/SSDT63", "SSDT", AML(""), 0);
    read_tables(TRISTATE_YES);
    put_bytes_of("SSDT1", huge, (2 << 20) + 1);
    assert_unknown("SSDT1: is too large");
    free(huge);
    put_table("SSDT1", "SSDT", AML(""), 0);
    put_table("dynamic/SSDT64", "SSDT", AML(""), 0);
    assert_unknown("has too many tables");
    assert_int_equal(unlink(full_path("/sys/firmware/acpi/tables/dynamic/SSDT64")), 0);
    for (int i = 0; i < 512; i++) {
        snprintf(name, sizeof name, "OTHER%d", i);
        put_bytes_of(name, "", 0);
    }
    assert_unknown("has too many entries");
}

/* More methods than are kept: the rest is unknown. */
ROOT_TEST(test_many_places)
{
    char aml[7 * 1025];
    for (size_t i = 0; i < sizeof aml; i += 7)
        memcpy(aml + i, "\x14\x06_ROM\x02", 7);
    put_table("DSDT", "DSDT", aml, sizeof aml, -7);
    read_tables(TRISTATE_YES);
    assert_int_equal(ask(nvidia, VID, "").rom_method, ACPI_ROM_NO);
    put_table("DSDT", "DSDT", aml, sizeof aml, 0);
    read_tables(TRISTATE_UNKNOWN);
    assert_int_equal(ask(nvidia, VID, "").rom_method, ACPI_ROM_UNKNOWN);
}

ROOT_TEST(test_vfct)
{
    /* After the ACPI header: a UUID, the first image's offset, no library, one image of four bytes. */
    static const char vfct[] = "................"
                               "\x4c\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                               "\1\0\0\0\0\0\0\0\0\0\0\0\x02\x10\0\x66\0\0\0\0\0\0\0\0\4\0\0\0\x55\xaa\2\xe9";
    static const struct {
        const char *table; /* what is put there */
        size_t length;
        long lie;
        enum tristate readable, vfct;
    } cases[] = {{"data/x", 0, 0, TRISTATE_UNKNOWN, TRISTATE_UNKNOWN}, /* where nothing was recorded */
                 {"DSDT", 0, 0, TRISTATE_YES, TRISTATE_NO},
                 {"VFCT", sizeof vfct - 2, 0, TRISTATE_YES, TRISTATE_UNKNOWN}, /* cut short, and says so */
                 {"VFCT", sizeof vfct - 1, 0, TRISTATE_YES, TRISTATE_YES},
                 {"VFCT", sizeof vfct - 1, 1, TRISTATE_YES, TRISTATE_UNKNOWN}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        bool found = cases[i].vfct == TRISTATE_YES;
        put_table(cases[i].table, cases[i].table, vfct, cases[i].length, cases[i].lie);
        read_tables(cases[i].readable);
        struct acpi_gpu facts = ask(radeon, "", "");
        assert_int_equal(facts.vfct, cases[i].vfct);
        assert_true(found == (facts.vfct_image_length == 4) && found == (facts.vfct_image != NULL));
        assert_true(!found || memcmp(facts.vfct_image, "\x55\xaa\2\xe9", 4) == 0);
        assert_int_equal(has_fault("VFCT: "), i >= 2); /* once noted, it stays */
    }
}

TESTSUITE_MAIN(NULL, NULL)
