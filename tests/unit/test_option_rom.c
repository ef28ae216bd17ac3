/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edge values of option ROMs. tests/cli/rom.test has whole ones of each kind with what is found in them, and
 * an independent reader of random ones. */

#include "probe/option_rom.h"

#include "tests/unit/unit.h"

enum { BLOCK = 512, PCIR = 0x40, LIST = 0x80 };

/* A ROM of one image. */
static unsigned char at[4 * BLOCK];
static size_t rom_size;
static struct option_rom rom;

static void put_word(size_t offset, unsigned value)
{
    at[offset] = (unsigned char)value;
    at[offset + 1] = (unsigned char)(value >> 8);
}

static void put_image(unsigned blocks, unsigned code_type)
{
    memset(at, 0, sizeof at);
    rom_size = (size_t)blocks * BLOCK;
    put_word(0, 0xaa55);
    at[2] = (unsigned char)blocks;
    put_word(0x18, PCIR);
    memcpy(at + PCIR, "PCIR", 4);
    put_word(PCIR + 4, 0x10de);
    put_word(PCIR + 6, 0x1b81);
    put_word(PCIR + 0x0a, 0x1c);
    at[PCIR + 0x0c] = 3;
    at[PCIR + 0x0f] = 3;
    put_word(PCIR + 0x10, blocks);
    at[PCIR + 0x14] = (unsigned char)code_type;
    at[PCIR + 0x15] = 0x80;
    put_word(4, code_type == OPTION_ROM_EFI ? 0x0ef1 : 0);
}

static void parse(void)
{
    unsigned char *copy = (unsigned char *)exact_copy(at, rom_size);
    option_rom_parse(copy, rom_size, &rom);
    free(copy);
}

/* A pointer that nearly leads somewhere; rom.test has those that lead nowhere, and chains without an end. */
DEFINE_TEST(test_malformed)
{
    static const struct {
        unsigned pointer;
        enum option_rom_fault fault;
    } cases[] = {
        {0x19, OPTION_ROM_BAD_POINTER}, {0x1a, OPTION_ROM_NO_PCIR}, {4 * BLOCK - 0x18, OPTION_ROM_NO_PCIR}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        put_image(4, OPTION_ROM_LEGACY);
        put_word(0x18, cases[i].pointer);
        parse();
        assert_int_equal(rom.fault, cases[i].fault);
        assert_true(rom.image_count == 0 && !option_rom_is_valid(&rom));
    }
}

/* A list of devices without an end stops at the end of the image, and is never longer than its bound. */
DEFINE_TEST(test_endless_device_list)
{
    const struct pci_id other = {.vendor = 0x10de, .device = 0x2204};
    put_image(1, OPTION_ROM_EFI);
    put_word(PCIR + 8, LIST - PCIR);
    memset(at + LIST, 0x11, BLOCK - LIST);
    parse();
    assert_int_equal(rom.images[0].device_count, MAX_OPTION_ROM_DEVICES);
    assert_true(rom.images[0].devices_omitted);
    assert_int_equal(option_rom_matches(&rom, &other), TRISTATE_UNKNOWN);
    put_word(PCIR + 8, 0xffff);
    parse();
    assert_int_equal(rom.images[0].device_count, 0);
    at[PCIR + 0x0c] = 0; /* before PCI 3.0 this was a pointer to vital product data */
    put_word(PCIR + 8, LIST - PCIR);
    parse();
    assert_int_equal(rom.images[0].device_count, 0);
}

/* What is not printable in a version is not shown. */
DEFINE_TEST(test_amd)
{
    put_image(4, OPTION_ROM_LEGACY);
    put_word(PCIR + 4, 0x1002);
    memcpy(at + 0x30, " 761295520", 10);
    at[0x2f] = 1;
    put_word(0x6e, 0x180);
    memcpy(at + 0x180, "113-D00034-S06", 15);
    parse();
    assert_string_equal(rom.version, "113-D00034-S06");
    at[0x185] = 0x1b;
    parse();
    assert_string_equal(rom.version, "");
    put_word(0x6e, 0xffff);
    parse();
    assert_string_equal(rom.version, "");
    at[0x2f] = 0;
    memcpy(at + 0x80, "113-OLD", 8);
    parse();
    assert_string_equal(rom.version, "113-OLD");
}

TESTSUITE_MAIN(NULL, NULL)
