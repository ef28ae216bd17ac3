#include "probe/vfct.h"

#include "tests/unit/unit.h"

enum { HEADER = 76, IMAGE_HEADER = 28 };

static uint8_t table[512];
static size_t length;

static void put_32(size_t at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        table[at + (size_t)i] = (uint8_t)(value >> (8 * i));
}

static int set_up(void **state)
{
    (void)state;
    memset(table, 0, sizeof table);
    put_32(52, HEADER);
    length = HEADER;
    return 0;
}

/* As firmware has it, with a subsystem of zero. */
static void add_image(uint32_t bus, uint32_t slot, uint32_t function, uint32_t vendor, uint32_t device,
                      uint32_t size)
{
    put_32(length, bus);
    put_32(length + 4, slot);
    put_32(length + 8, function);
    put_32(length + 12, device << 16 | vendor);
    put_32(length + 24, size);
    length += IMAGE_HEADER + size;
    put_32(4, (uint32_t)length);
}

static enum vfct_result find(size_t size, uint8_t bus, uint8_t slot, uint8_t function, uint16_t device,
                             size_t *offset, size_t *image_length)
{
    const struct pci_address address = {.domain = 0, .bus = bus, .slot = slot, .function = function};
    const struct pci_id id = {
        .vendor = 0x1002, .device = device, .has_subsystem = true, .subvendor = 0x1028, .subdevice = 0x05ea};
    char *copy = exact_copy(table, size);
    enum vfct_result result = vfct_find((const uint8_t *)copy, size, &address, &id, offset, image_length);
    free(copy);
    return result;
}

static enum vfct_result result_of(uint8_t bus, uint8_t slot, uint8_t function, uint16_t device)
{
    size_t offset = 0;
    size_t image_length = 0;
    return find(length, bus, slot, function, device, &offset, &image_length);
}

static void test_finds_by_place_and_id(void **state)
{
    size_t offset = 0;
    size_t image_length = 0;
    (void)state;
    assert_int_equal(result_of(1, 0, 0, 0x6600), VFCT_NONE);
    add_image(0, 1, 0, 0x1002, 0x9999, 40);
    add_image(1, 0, 0, 0x1002, 0x6600, 50);
    assert_int_equal(find(length, 1, 0, 0, 0x6600, &offset, &image_length), VFCT_FOUND);
    assert_int_equal(offset, HEADER + IMAGE_HEADER + 40 + IMAGE_HEADER);
    assert_int_equal(image_length, 50);
    assert_int_equal(result_of(0, 1, 0, 0x9999), VFCT_FOUND);
    assert_int_equal(result_of(1, 0, 0, 0x9999), VFCT_NONE);
    assert_int_equal(result_of(2, 0, 0, 0x6600), VFCT_NONE);
    assert_int_equal(result_of(1, 1, 0, 0x6600), VFCT_NONE);
    assert_int_equal(result_of(1, 0, 1, 0x6600), VFCT_NONE);
    table[HEADER + IMAGE_HEADER + 40 + 12] = 0xde; /* the vendor */
    assert_int_equal(result_of(1, 0, 0, 0x6600), VFCT_NONE);
}

static void test_passes_over_empty_images(void **state)
{
    (void)state;
    add_image(1, 0, 0, 0x1002, 0x6600, 0);
    assert_int_equal(result_of(1, 0, 0, 0x6600), VFCT_NONE);
    add_image(1, 0, 0, 0x1002, 0x6600, 8);
    assert_int_equal(result_of(1, 0, 0, 0x6600), VFCT_FOUND);
}

static void test_damage(void **state)
{
    size_t offset = 0;
    size_t image_length = 0;
    (void)state;
    add_image(0, 1, 0, 0x1002, 0x9999, 40);
    add_image(1, 0, 0, 0x1002, 0x6600, 50);
    for (size_t size = 0; size < length; size++)
        assert_int_equal(find(size, 1, 0, 0, 0x6600, &offset, &image_length),
                         size == HEADER || size == HEADER + IMAGE_HEADER + 40 ? VFCT_NONE : VFCT_DAMAGED);
    put_32(HEADER + IMAGE_HEADER + 40 + 24, 51); /* longer than the table */
    assert_int_equal(result_of(1, 0, 0, 0x6600), VFCT_DAMAGED);
    assert_int_equal(result_of(0, 1, 0, 0x9999), VFCT_FOUND);
    put_32(HEADER + 24, UINT32_MAX);
    assert_int_equal(result_of(0, 1, 0, 0x9999), VFCT_DAMAGED);
    put_32(52, UINT32_MAX);
    assert_int_equal(result_of(1, 0, 0, 0x6600), VFCT_DAMAGED);
}

static void test_images_in_the_header(void **state)
{
    (void)state;
    length = HEADER - 4;
    put_32(52, HEADER - 4);
    add_image(1, 0, 0, 0x1002, 0x6600, 50);
    assert_int_equal(result_of(1, 0, 0, 0x6600), VFCT_DAMAGED);
}

/* What lies behind the images is no image, and damages none. */
static void test_library(void **state)
{
    (void)state;
    add_image(0, 1, 0, 0x1002, 0x9999, 40);
    put_32(56, (uint32_t)length);
    memset(table + length, 0xff, 64);
    length += 64;
    assert_int_equal(result_of(0, 1, 0, 0x9999), VFCT_FOUND);
    assert_int_equal(result_of(1, 0, 0, 0x6600), VFCT_NONE);
    put_32(56, 0);
    assert_int_equal(result_of(1, 0, 0, 0x6600), VFCT_DAMAGED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_finds_by_place_and_id, set_up),
        cmocka_unit_test_setup(test_passes_over_empty_images, set_up),
        cmocka_unit_test_setup(test_damage, set_up),
        cmocka_unit_test_setup(test_images_in_the_header, set_up),
        cmocka_unit_test_setup(test_library, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
