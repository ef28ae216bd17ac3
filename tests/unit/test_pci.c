/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/pci.h"

#include "core/buffer.h"
#include "tests/unit/unit.h"

DEFINE_TEST(test_addresses_parse_and_print)
{
    static const struct {
        const char *text, *printed;
    } cases[] = {
        {"0000:01:00.0", "0000:01:00.0"},     {"01:00.0", "0000:01:00.0"},
        {"ff:1f.7", "0000:ff:1f.7"},          {"10000:e1:00.0", "10000:e1:00.0"},
        {"ABCD:0a:1F.7", "abcd:0a:1f.7"},     {"ffffffff:ff:1f.7", "ffffffff:ff:1f.7"},
        {"00000000:01:00.0", "0000:01:00.0"},
    };
    static const char wrong[] =
        "01|01:00|01:00.8|01:20.0|1:00.0|01:0.0|01:00.00|01:00.0 | 01:00.0|001:01:00.0||01:00.g|"
        "0x00:01:00.0|0000:01:00|01:00.0\n|0000:01:00.0.0|0000:0000:01:00|-1:00.0|01-00.0|"
        "01:00.0:00.0|0123456789:01:00.0";
    char copy[sizeof wrong];
    char *rest = copy;
    char printed[PCI_ADDRESS_TEXT_SIZE];
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct pci_address address;
        assert_true(pci_address_parse(cases[i].text, &address));
        assert_string_equal(pci_address_print(&address, printed), cases[i].printed);
    }
    memcpy(copy, wrong, sizeof wrong);
    for (const char *text; (text = strsep(&rest, "|"));) {
        struct pci_address address = {.domain = 7};
        if (pci_address_parse(text, &address))
            fail_msg("\"%s\" is taken for an address", text);
        assert_int_equal(address.domain, 7);
    }
}

DEFINE_TEST(test_addresses_have_an_order)
{
    const struct pci_address sorted[] = {{0, 0, 0, 0},         {0, 0, 0, 7},   {0, 0, 1, 0},
                                         {0, 1, 0, 0},         {0, 255, 0, 0}, {0x10000, 0, 0, 0},
                                         {0xffffffff, 0, 0, 0}};
    for (size_t i = 0; i < ARRAY_SIZE(sorted); i++)
        for (size_t k = 0; k < ARRAY_SIZE(sorted); k++) {
            int order = pci_address_compare(&sorted[i], &sorted[k]);
            assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
        }
}

static struct pci_device devices[6];
static struct pci_machine machine;

/* A card below two bridges, and one in another domain with the same bus numbers. */
static int make_machine(UNUSED void **state)
{
    static const struct pci_address addresses[] = {
        {0, 3, 0, 1}, {1, 3, 0, 0}, {0, 2, 0, 0}, {0, 0, 1, 0}, {0, 3, 0, 0}, {0, 0, 0, 0},
    };
    for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
        devices[i] = PCI_DEVICE_UNKNOWN;
        devices[i].address = addresses[i];
    }
    devices[2].is_bridge = devices[3].is_bridge = true;
    devices[2].secondary_bus = 3;
    devices[3].secondary_bus = 2;
    machine = (struct pci_machine){.devices = devices, .count = ARRAY_SIZE(addresses)};
    pci_machine_sort(&machine);
    return 0;
}

DEFINE_TEST_IN(test_finds_devices, make_machine, NULL)
{
    const struct pci_machine empty = {.count = 0};
    const struct pci_address none = {0, 3, 0, 2};
    for (int i = 0; i < machine.count; i++)
        assert_ptr_equal(pci_find(&machine, &machine.devices[i].address), &machine.devices[i]);
    assert_null(pci_find(&machine, &none));
    assert_null(pci_find(&empty, &none));
    assert_true(pci_same_device(&machine.devices[3], &machine.devices[4]));
    assert_false(pci_same_device(&machine.devices[3], &machine.devices[5]));
    assert_false(pci_same_device(&machine.devices[0], &machine.devices[1]));
}

DEFINE_TEST_IN(test_finds_the_bridges_above, make_machine, NULL)
{
    static const int parents[] = {-1, -1, 1, 2, 2, -1};
    pci_machine_link(&machine);
    for (int i = 0; i < machine.count; i++)
        assert_int_equal(machine.devices[i].parent, parents[i]);
}

/* Bridges that point at themselves and at each other: whoever walks up comes to an end. */
DEFINE_TEST_IN(test_bridges_in_a_circle, make_machine, NULL)
{
    for (int i = 0; i < machine.count; i++) {
        machine.devices[i].is_bridge = true;
        machine.devices[i].secondary_bus = (uint8_t)(i % 4);
    }
    pci_machine_link(&machine);
    for (int i = 0; i < machine.count; i++) {
        int steps = 0;
        for (int k = i; k >= 0; k = machine.devices[k].parent)
            assert_true(++steps <= machine.count);
    }
}

DEFINE_TEST(test_tells_gpus_by_their_class)
{
    static const struct {
        uint8_t base_class, sub_class;
        bool is_gpu;
    } cases[] = {{0x03, 0x00, true}, {0x03, 0x02, true},  {0x03, 0x80, true},  {0x12, 0x00, true},
                 {0x0b, 0x40, true}, {0x0b, 0x20, false}, {0x04, 0x03, false}, {0x06, 0x04, false}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct pci_device device = {.base_class = cases[i].base_class, .sub_class = cases[i].sub_class};
        assert_int_equal(pci_is_gpu_class(&device), cases[i].is_gpu);
    }
}

/* Further functions of a chipset's slot are no GPUs, whatever their class. */
DEFINE_TEST(test_coprocessor_of_a_chipset)
{
    const struct pci_device device = {
        .address = {.slot = 3, .function = 5}, .base_class = 0x0b, .sub_class = 0x40};
    assert_false(pci_is_gpu_class(&device));
}

static enum error_code read_lspci(const struct buffer *text, struct pci_machine *read, struct error *error)
{
    char path[SCRATCH_PATH_SIZE];
    scratch_write(path, text->data, text->length);
    enum error_code code = pci_read_lspci(path, read, error);
    unlink(path);
    return code;
}

/* tests/data/lspci-texts.txt has what lspci prints. */
DEFINE_TEST(test_bounds_of_lspci)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(20 << 20);
    struct pci_machine read;
    buffer_append_text(&text, "ffff:ff:1f.0 a name without an ID is counted\n");
    for (unsigned i = 0; i < 5000; i++)
        buffer_append_format(&text, "%04x:%02x:00.0 0300: 10de:1234\n", i >> 8, i & 255);
    ASSERT_DONE(read_lspci(&text, &read, &failure));
    assert_int_equal(read.count, MAX_PCI_DEVICES - 1);
    assert_int_equal(read.omitted, 5001 - read.count);
    pci_machine_free(&read);
    /* A line that does not end, NUL bytes before and after the device. */
    buffer_clear(&text);
    buffer_append(&text, "\0\0\n01:00.0 0300: 10de:1234", 26);
    for (int i = 0; i < 1 << 20; i++)
        buffer_append(&text, "\0x", 2);
    ASSERT_DONE(read_lspci(&text, &read, &failure));
    assert_int_equal(read.count, 1);
    pci_machine_free(&read);
    while (text.length < 17 << 20)
        buffer_append_text(&text, "01:00.0 0300: 10de:1234\n");
    assert_int_equal(read_lspci(&text, &read, &failure), ERROR_BAD_INPUT);
    assert_holds(failure.message, "too large");
    assert_holds(failure.next, "lspci -nnk");
    pci_machine_free(&read);
}

TESTSUITE_MAIN(NULL, NULL)
