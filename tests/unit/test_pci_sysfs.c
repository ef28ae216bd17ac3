/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recorded machines that are damaged or hostile: what can be read is read, what cannot is noted. That the
 * values are right is judged by lspci, in tests/cli/pci.test. */

#include "probe/pci.h"
#include "tests/unit/root_fixture.h"

static struct pci_machine machine; /* as it was read last */

/* The configuration space of a GPU with PCI Express and function level reset, as each test finds it. */
static uint8_t config[4096];

/* The path of an attribute of a device; valid until the next call. */
static const char *attribute(const char *address, const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/%s", address, name);
    return path;
}

static void put_text(const char *address, const char *name, const char *text)
{
    put(attribute(address, name), text);
}

/* Removes an attribute, and puts a directory in its place. */
static void make_directory_of(const char *address, const char *name)
{
    const char *full = full_path(attribute(address, name));
    assert_int_equal(unlink(full), 0);
    assert_int_equal(mkdir(full, 0755), 0);
}

static void make_device(const char *address)
{
    static const char *const attributes[][2] = {
        {"vendor", "0x10de\n"}, {"device", "0x1d16\n"},           {"class", "0x030200\n"},
        {"revision", "0xa1\n"}, {"subsystem_vendor", "0x1028\n"}, {"subsystem_device", "0x08b0\n"}};
    for (size_t i = 0; i < ARRAY_SIZE(attributes); i++)
        put_text(address, attributes[i][0], attributes[i][1]);
    put_bytes(attribute(address, "config"), config, sizeof config);
}

static int set_up(void **state)
{
    set_up_root(state);
    memset(config, 0, sizeof config);
    memcpy(config, "\xde\x10\x16\x1d\x07\0\x10\0\xa1\0\x02\x03", 12);
    memcpy(config + 0x2c, "\x28\x10\xb0\x08", 4);
    config[0x34] = 0x60;
    memcpy(config + 0x60, "\x10\0\x02\0\0\0\0\x10", 8);
    make_device("0000:01:00.0");
    make_device("0000:02:00.0");
    return 0;
}

/* Reads it without what was noted before; `expected` devices are there. */
static void read_machine(int expected)
{
    struct error error = {.code = ERROR_NONE};
    pci_machine_free(&machine);
    root_close(root);
    assert_int_equal(root_open(folder, &root, &error), ERROR_NONE);
    if (pci_read_machine(root, &machine, &error))
        fail_msg("%s", error.message);
    assert_int_equal(machine.count, expected);
}

/* The kernel still knows what a device is whose configuration space cannot be read. */
DEFINE_TEST_IN(test_configuration_space_that_is_cut_short, set_up, tear_down_root)
{
    for (int length = 0; length < 300; length += 10) {
        put_bytes(attribute("0000:01:00.0", "config"), config, (size_t)length);
        read_machine(2);
        const struct pci_device *gpu = &machine.devices[0];
        assert_int_equal(pci_id_number(&gpu->id), 0x10de1d16);
        assert_true(gpu->id.has_subsystem && gpu->id.subdevice == 0x08b0 && gpu->id.revision == 0xa1);
        assert_int_equal(gpu->flr, length < 256 ? TRISTATE_UNKNOWN : TRISTATE_YES);
        assert_int_equal(gpu->sriov_total, -1);
        assert_int_equal(machine.devices[1].flr, TRISTATE_YES);
        if (length < 64)
            assert_true(has_fault("config: cannot be read"));
        else if (length < 256)
            assert_true(has_fault("capabilities are unknown"));
    }
}

/* What no machine of tests/machines has: an Advanced Features capability, a power management capability
 * without soft reset, sizes beyond 128 TiB, virtual functions that are enabled. */
DEFINE_TEST_IN(test_capabilities, set_up, tear_down_root)
{
    memcpy(config + 0x60, "\x13\x80\x06\x02", 5);
    memcpy(config + 0x80, "\x01\x90\x03\xc8\0\0", 6);
    memcpy(config + 0x90, "\x10\0\x02\0\0\0\0\0", 8);
    memcpy(config + 0x100, "\x15\0\x01\x20\x10\0\0\x80\x41\0\x01\0\x20\0\0\0\x07\0\0\0", 20);
    memcpy(config + 0x200, "\x10\0\x01\0\0\0\0\0\x01\0\0\0\x20\0\x20\0\x05\0", 18);
    put_bytes(attribute("0000:01:00.0", "config"), config, sizeof config);
    config[0x63] = 0x01;
    config[0x84] = 0x08;
    config[0x208] = 0;
    put_bytes(attribute("0000:02:00.0", "config"), config, sizeof config);
    put_text("0000:02:00.0", "sriov_numvfs", "3\n");
    read_machine(2);
    const struct pci_device *devices = machine.devices;
    assert_true(devices[0].flr == TRISTATE_YES && devices[0].pm_reset == TRISTATE_YES);
    assert_true(devices[1].flr == TRISTATE_NO && devices[1].pm_reset == TRISTATE_NO);
    assert_true(devices[0].bars[1].resizable == (1 | 1 << 27 | 1ULL << 28));
    assert_true(devices[0].sriov_total == 32 && devices[0].sriov_enabled == 5);
    assert_true(devices[1].sriov_total == 32 && devices[1].sriov_enabled == 3);
    for (int i = 0; i < PCI_BAR_COUNT; i++)
        assert_true(i == 1 || !devices[0].bars[i].resizable);
}

DEFINE_TEST_IN(test_capabilities_that_loop, set_up, tear_down_root)
{
    config[0x60] = 0x01;
    config[0x61] = 0x60;
    put_bytes(attribute("0000:01:00.0", "config"), config, sizeof config);
    config[0x60] = 0x10;
    config[0x61] = 0xfc;
    config[0xfc] = 0x01;
    config[0xfd] = 0x60;
    memcpy(config + 0x100, "\x15\0\x01\xff\xff\xff\xff\xff", 8);
    memcpy(config + 0xff0, "\x10\0\x01\x10", 4);
    put_bytes(attribute("0000:02:00.0", "config"), config, sizeof config);
    read_machine(2);
    assert_int_equal(machine.devices[0].flr, TRISTATE_NO);
    assert_int_equal(machine.devices[1].flr, TRISTATE_YES);
}

DEFINE_TEST_IN(test_device_that_does_not_answer, set_up, tear_down_root)
{
    memset(config, 0xff, sizeof config);
    put_bytes(attribute("0000:01:00.0", "config"), config, sizeof config);
    read_machine(2);
    assert_int_equal(machine.devices[0].flr, TRISTATE_UNKNOWN);
    assert_int_equal(machine.devices[0].id.revision, 0xa1);
    assert_true(has_fault("does not answer"));
}

/* Without its IDs a device is left out, without its configuration space it is what the kernel remembers. */
DEFINE_TEST_IN(test_attributes_that_cannot_be_read, set_up, tear_down_root)
{
    make_directory_of("0000:01:00.0", "vendor");
    read_machine(1);
    assert_int_equal(machine.devices[0].address.bus, 2);
    assert_true(has_fault("vendor: is not a regular file"));
    make_directory_of("0000:02:00.0", "config");
    read_machine(1);
    assert_int_equal(machine.devices[0].id.revision, 0xa1);
    assert_int_equal(machine.devices[0].flr, TRISTATE_UNKNOWN);
    assert_true(has_fault("config: is not a regular file"));
    assert_false(has_fault("config: cannot be read"));
}

DEFINE_TEST_IN(test_values_that_are_none, set_up, tear_down_root)
{
    char zeros[3000];
    memset(zeros, '0', sizeof zeros);
    put_text("0000:01:00.0", "class", "");
    put_bytes(attribute("0000:02:00.0", "device"), zeros, sizeof zeros);
    read_machine(0);
    assert_true(has_fault("0000:01:00.0/: states no vendor, device and class"));
    assert_true(has_fault("0000:02:00.0"));
    put_text("0000:01:00.0", "class", "0x030000");
    put_text("0000:01:00.0", "resource", "not at all\n");
    put_link(attribute("0000:01:00.0", "iommu_group"), "../somewhere");
    read_machine(1);
    assert_int_equal(machine.devices[0].iommu_group, IOMMU_GROUP_UNKNOWN);
    assert_true(has_fault("not a group number"));
    put_text("0000:02:00.0", "device", "0x1d16");
    put_text("0000:02:00.0", "vendor", "0xffff");
    read_machine(1);
    assert_int_equal(machine.devices[0].boot_vga, TRISTATE_UNKNOWN);
    assert_true(has_fault("resource: is not what a kernel writes"));
    assert_true(has_fault("states no vendor"));
}

DEFINE_TEST_IN(test_what_leads_out, set_up, tear_down_root)
{
    put_link("/sys/bus/pci/devices/0000:03:00.0", "/sys/class");
    put_link("/sys/bus/pci/devices/0000:04:00.0", "0000:04:00.0");
    put_link("/sys/bus/pci/devices/0000:05:00.0", "../../../none");
    put_text("0000:06:00.0", "vendor", "0x10de\n");
    put_link(attribute("0000:06:00.0", "config"), "/dev/zero");
    put_text("0000:07:00.0", "device", "0x1d16\n");
    put_fifo(attribute("0000:07:00.0", "vendor"));
    put("/sys/bus/pci/devices/0000:08:00.0", "");
    put_link("/sys/bus/pci/devices/0000:09:00.0", "0000:01:00.0");
    put_link("/sys/bus/pci/devices/0000:0a:00.0", "../../../..");
    read_machine(2);
    for (int bus = 3; bus <= 10; bus++) {
        char address[16];
        snprintf(address, sizeof address, "0000:%02x:00.0", (unsigned)bus);
        assert_true(has_fault(address));
    }
}

DEFINE_TEST_IN(test_odd_names, set_up, tear_down_root)
{
    static const char *const names[] = {"0000:01:00.8",  "01:00.0",       "0000:0A:00.0",     "x",
                                        ".hidden",       "0000:01:00.0 ", "ffffffff:01:00.0", "\033[31m",
                                        "0000:01:00.0\n"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        make_device(names[i]);
    read_machine(2);
    assert_true(has_fault("is not a PCI address"));
}

/* The directories above a device say which bridge it is behind; whoever walks up must come to an end. */
DEFINE_TEST_IN(test_directories_in_a_circle, set_up, tear_down_root)
{
    put("/sys/devices/0000:03:00.0/0000:04:00.0/vendor", "0x1002");
    put("/sys/devices/0000:03:00.0/0000:04:00.0/device", "0x73ff");
    put("/sys/devices/0000:03:00.0/0000:04:00.0/class", "0x030000");
    put("/sys/devices/0000:04:00.0/0000:03:00.0/vendor", "0x1002");
    put("/sys/devices/0000:04:00.0/0000:03:00.0/device", "0x73ff");
    put("/sys/devices/0000:04:00.0/0000:03:00.0/class", "0x030000");
    put_link("/sys/bus/pci/devices/0000:04:00.0", "../../../devices/0000:03:00.0/0000:04:00.0");
    put_link("/sys/bus/pci/devices/0000:03:00.0", "../../../devices/0000:04:00.0/0000:03:00.0");
    read_machine(4);
    assert_int_equal(machine.devices[2].parent, -1);
    assert_int_equal(machine.devices[3].parent, 2);
}

DEFINE_TEST_IN(test_more_devices_than_there_can_be, set_up, tear_down_root)
{
    struct error error = {.code = ERROR_NONE};
    for (unsigned i = 0; i < 5000; i++) {
        char address[24];
        snprintf(address, sizeof address, "%04x:%02x:00.0", 1 + i / 256, i % 256);
        put_text(address, "vendor", "0x8086");
        put_text(address, "device", "0x1234");
        put_text(address, "class", "0x020000");
    }
    pci_machine_free(&machine);
    assert_int_equal(pci_read_machine(root, &machine, &error), ERROR_NONE);
    assert_true(machine.count >= MAX_PCI_DEVICES - 2 && machine.count <= MAX_PCI_DEVICES);
    assert_true(has_fault("has too many entries"));
    for (int i = 1; i < machine.count; i++)
        assert_true(pci_address_compare(&machine.devices[i - 1].address, &machine.devices[i].address) < 0);
}

TESTSUITE_MAIN(NULL, NULL)
