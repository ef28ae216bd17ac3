/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edge values of option ROMs. tests/cli/rom.test has whole ones of each kind with what is found in them, and
 * an independent reader of random ones. */

#include "probe/option_rom.h"

#include "tests/unit/unit.h"

enum { BLOCK = 512, PCIR = 0x40, NPDE = 0x60, LIST = 0x80, MAX_BYTES = 64 * BLOCK };

/* A ROM under construction: images are appended, and `at` is the last of them. */
static unsigned char rom_bytes[MAX_BYTES];
static size_t rom_size;
static unsigned char *at;
static struct option_rom rom;

static void put_word(size_t offset, unsigned value)
{
    at[offset] = (unsigned char)value;
    at[offset + 1] = (unsigned char)(value >> 8);
}

static void start(void)
{
    memset(rom_bytes, 0, sizeof rom_bytes);
    rom_size = 0;
}

static void put_image(unsigned blocks, unsigned code_type, bool is_last)
{
    at = rom_bytes + rom_size;
    rom_size += (size_t)blocks * BLOCK;
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
    at[PCIR + 0x15] = is_last ? 0x80 : 0;
    if (code_type == OPTION_ROM_EFI) {
        put_word(4, 0x0ef1);
        put_word(0x08, 0x0b);
        put_word(0x0a, OPTION_ROM_MACHINE_X64);
        put_word(0x16, 0x100);
    }
}

static void put_npde(unsigned blocks)
{
    memcpy(at + NPDE, "NPDE", 4);
    put_word(NPDE + 8, blocks);
}

/* Makes the last image sum to 0. */
static void put_checksum(void)
{
    unsigned char total = 0;
    unsigned char *end = rom_bytes + rom_size - 1;
    *end = 0;
    for (const unsigned char *byte = at; byte < end; byte++)
        total = (unsigned char)(total + *byte);
    *end = (unsigned char)-total;
}

static void parse(size_t size)
{
    unsigned char *copy = (unsigned char *)exact_copy(rom_bytes, size);
    option_rom_parse(copy, size, &rom);
    free(copy);
}

/* Cut at every length: never valid, never read beyond the end, and known to be cut. Of NVIDIA's own images,
 * which NPDE adds after the last one of the standard, any part may be missing. */
DEFINE_TEST(test_cut)
{
    start();
    put_image(4, OPTION_ROM_LEGACY, false);
    put_checksum();
    put_image(8, OPTION_ROM_EFI, true);
    put_word(PCIR + 8, LIST - PCIR);
    put_word(LIST, 0x1b82);
    put_word(LIST + 2, 0x1b06);
    for (size_t size = 3; size < rom_size; size++) {
        parse(size);
        assert_true(rom.truncated && !option_rom_is_valid(&rom));
    }
    start();
    put_image(4, OPTION_ROM_LEGACY, false);
    put_npde(4);
    put_checksum();
    put_image(4, OPTION_ROM_EFI, true);
    put_npde(4);
    put_image(4, OPTION_ROM_NVIDIA_FIRMWARE, true);
    put_npde(6);
    at[NPDE + 10] = 0x80;
    memcpy(at, "VN", 2);
    memcpy(at + PCIR, "NPDS", 4);
    rom_size += (size_t)2 * BLOCK;
    for (size_t size = (size_t)8 * BLOCK; size < rom_size; size += 100) {
        parse(size);
        assert_true(rom.private_missing && !rom.truncated && option_rom_is_valid(&rom));
    }
    parse(rom_size);
    assert_int_equal(rom.images[2].length, 6 * BLOCK);
    assert_true(!rom.private_missing && rom.images[2].is_private && !rom.images[1].is_private);
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
        start();
        put_image(4, OPTION_ROM_LEGACY, false);
        put_word(0x18, cases[i].pointer);
        parse(rom_size);
        assert_int_equal(rom.fault, cases[i].fault);
        assert_true(rom.image_count == 0 && !option_rom_is_valid(&rom));
    }
}

/* The sum goes over the size in the header, after which there may be anything. */
DEFINE_TEST(test_checksum_of_a_part)
{
    start();
    put_image(4, OPTION_ROM_LEGACY, true);
    put_checksum();
    at[2] = 3;
    at[3 * BLOCK - 1] = (unsigned char)(at[4 * BLOCK - 1] + 1);
    at[4 * BLOCK - 1] = 0x77;
    parse(rom_size);
    assert_int_equal(rom.images[0].checksum, TRISTATE_YES);
}

/* A list of devices without an end stops at the end of the image, and is never longer than its bound. */
DEFINE_TEST(test_endless_device_list)
{
    const struct pci_id other = {.vendor = 0x10de, .device = 0x2204};
    start();
    put_image(1, OPTION_ROM_EFI, true);
    put_word(PCIR + 8, LIST - PCIR);
    memset(at + LIST, 0x11, BLOCK - LIST);
    parse(rom_size);
    assert_int_equal(rom.images[0].device_count, MAX_OPTION_ROM_DEVICES);
    assert_true(rom.images[0].devices_omitted);
    assert_int_equal(option_rom_matches(&rom, &other), TRISTATE_UNKNOWN);
    put_word(PCIR + 8, 0xffff);
    parse(rom_size);
    assert_int_equal(rom.images[0].device_count, 0);
    at[PCIR + 0x0c] = 0; /* before PCI 3.0 this was a pointer to vital product data */
    put_word(PCIR + 8, LIST - PCIR);
    parse(rom_size);
    assert_int_equal(rom.images[0].device_count, 0);
}

/* What is not printable in a version is not shown. */
DEFINE_TEST(test_amd)
{
    start();
    put_image(4, OPTION_ROM_LEGACY, true);
    put_word(PCIR + 4, 0x1002);
    memcpy(at + 0x30, " 761295520", 10);
    at[0x2f] = 1;
    put_word(0x6e, 0x180);
    memcpy(at + 0x180, "113-D00034-S06", 15);
    parse(rom_size);
    assert_string_equal(rom.version, "113-D00034-S06");
    at[0x185] = 0x1b;
    parse(rom_size);
    assert_string_equal(rom.version, "");
    put_word(0x6e, 0xffff);
    parse(rom_size);
    assert_string_equal(rom.version, "");
    at[0x2f] = 0;
    memcpy(at + 0x80, "113-OLD", 8);
    parse(rom_size);
    assert_string_equal(rom.version, "113-OLD");
}

TESTSUITE_MAIN(NULL, NULL)
