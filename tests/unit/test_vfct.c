/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/vfct.h"

#include "tests/unit/unit.h"

enum { HEADER = 76, IMAGE_HEADER = 28, FIRST = HEADER + IMAGE_HEADER, SECOND = FIRST + 40 + IMAGE_HEADER };

static uint8_t table[512];

static void put_32(size_t at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        table[at + (size_t)i] = (uint8_t)(value >> (8 * i));
}

/* As firmware has it, with a subsystem of zero. */
static void put_image(size_t at, uint32_t bus, uint32_t slot, uint32_t device, uint32_t size)
{
    put_32(at, bus);
    put_32(at + 4, slot);
    put_32(at + 12, device << 16 | 0x1002);
    put_32(at + 24, size);
}

/* Two images: 1002:9999 at 00:01.0 of 40 bytes, and 1002:6600 at 01:00.0 of 50. Returns the length. */
static size_t put_table(void)
{
    memset(table, 0, sizeof table);
    put_32(52, HEADER);
    put_image(HEADER, 0, 1, 0x9999, 40);
    put_image(SECOND - IMAGE_HEADER, 1, 0, 0x6600, 50);
    put_32(4, SECOND + 50);
    return SECOND + 50;
}

static size_t offset, length; /* of what was found last */

static enum tristate find(size_t size, uint8_t bus, uint8_t slot, uint16_t device)
{
    const struct pci_address address = {.bus = bus, .slot = slot};
    const struct pci_id id = {
        .vendor = 0x1002, .device = device, .has_subsystem = true, .subvendor = 0x1028, .subdevice = 0x05ea};
    char *copy = exact_copy(table, size);
    enum tristate result = vfct_find((const uint8_t *)copy, size, &address, &id, &offset, &length);
    free(copy);
    return result;
}

/* What is found of the two devices after a word of the table was changed. */
DEFINE_TEST(test_changes)
{
    static const struct {
        size_t at;
        uint32_t value;
        enum tristate first, second;
    } cases[] = {
        {HEADER + 8, 0, TRISTATE_YES, TRISTATE_YES},                         /* as it was */
        {HEADER + 24, UINT32_MAX, TRISTATE_UNKNOWN, TRISTATE_UNKNOWN},       /* a length */
        {SECOND - 4, 51, TRISTATE_YES, TRISTATE_UNKNOWN},                    /* beyond the table */
        {52, UINT32_MAX, TRISTATE_UNKNOWN, TRISTATE_UNKNOWN},                /* the first offset */
        {52, HEADER - 4, TRISTATE_UNKNOWN, TRISTATE_UNKNOWN},                /* in the header */
        {SECOND - IMAGE_HEADER + 12, 0x660010de, TRISTATE_YES, TRISTATE_NO}, /* the vendor */
        {SECOND - IMAGE_HEADER + 8, 1, TRISTATE_YES, TRISTATE_NO},           /* the function */
        {SECOND - IMAGE_HEADER, 2, TRISTATE_YES, TRISTATE_NO},               /* the bus */
        {SECOND - IMAGE_HEADER + 4, 1, TRISTATE_YES, TRISTATE_NO},           /* the slot */
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        size_t size = put_table();
        put_32(cases[i].at, cases[i].value);
        assert_int_equal(find(size, 0, 1, 0x9999), cases[i].first);
        assert_int_equal(find(size, 1, 0, 0x6600), cases[i].second);
        assert_true(cases[i].second != TRISTATE_YES || (offset == SECOND && length == 50));
    }
}

/* What follows the images is no image, and damages none when the table says that it is a library. */
DEFINE_TEST(test_library)
{
    size_t size = put_table();
    memset(table + size, 0xff, 64);
    assert_int_equal(find(size + 64, 3, 0, 0x6600), TRISTATE_UNKNOWN);
    put_32(56, (uint32_t)size);
    assert_int_equal(find(size + 64, 3, 0, 0x6600), TRISTATE_NO);
    assert_int_equal(find(size + 64, 1, 0, 0x6600), TRISTATE_YES);
}

/* An empty image is skipped; cut at each byte, nothing is read beyond the end. */
DEFINE_TEST(test_lengths)
{
    size_t whole = put_table();
    for (size_t size = 0; size < whole; size++)
        assert_int_equal(find(size, 1, 0, 0x6600),
                         size == HEADER || size == SECOND - IMAGE_HEADER ? TRISTATE_NO : TRISTATE_UNKNOWN);
    put_image(HEADER, 1, 0, 0x6600, 0);
    assert_int_equal(find(FIRST, 1, 0, 0x6600), TRISTATE_NO);
    put_image(FIRST, 1, 0, 0x6600, 8);
    assert_int_equal(find(FIRST + IMAGE_HEADER + 8, 1, 0, 0x6600), TRISTATE_YES);
}

TESTSUITE_MAIN(NULL, NULL)
