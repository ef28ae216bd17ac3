/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/log_device.h"

#include "tests/unit/unit.h"

/* What a line says of its device: "-" is nothing. */
static const struct {
    const char *line;
    const char *address;
    const char *vendor;
    const char *driver;
} cases[] = {
    {"[    1.5] amdgpu 0000:03:00.0: amdgpu: PSP", "0000:03:00.0", "amd", "amdgpu"},
    {"vfio-pci 0000:0A:00.1: not ready", "0000:0a:00.1", "-", "vfio-pci"},
    {"kernel: vfio-pci 0000:0a:00.1: not ready", "0000:0a:00.1", "-", "vfio-pci"},
    {"NVRM: Xid (PCI:0000:01:00): 79", "0000:01:00.0", "nvidia", "-"},
    {"GPU 00000000:01:00.0 lost", "0000:01:00.0", "-", "-"},
    {"pciback 10000:e1:00.0: x", "10000:e1:00.0", "-", "pciback"},
    {"DMAR: Request device [00:02.0] PASID", "0000:00:02.0", "-", "-"},
    {"Failed to detach device pci_0000_01_00_0", "0000:01:00.0", "-", "-"},
    {"device [10de:1b80] here", "-", "nvidia", "-"},
    {"0000:03:00.0: 8086:4940 exists", "0000:03:00.0", "intel", "-"},
    {"pcieport 0000:00:01.0: AER: error message received from 0000:01:00.0", "0000:01:00.0", "-", "-"},
    {"pcieport 0000:00:01.0: DPC: containment event, status:0x1f01", "-", "-", "pcieport"},
    /* Times, ranges of memory and versions are none. */
    {"2026-11-30T10:00:00.123456 x", "-", "-", "-"},
    {"Nov 30 08:45.5 x", "-", "-", "-"},
    {"at 10:20:30.1", "-", "-", "-"},
    {"at 10:45.1 and 0000:01:20.0", "-", "-", "-"},
    {"[mem 0xf0000000-0xf0ffffff]", "-", "-", "-"},
    {"0000:01:00.8 0000:01:00.01", "-", "-", "-"},
    {"boxed xenon i9150", "-", "-", "-"},
};

DEFINE_TEST(test_lines)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char text[LOG_ADDRESS_SIZE];
        size_t length = strlen(cases[i].line);
        char *line = exact_copy(cases[i].line, length);
        struct log_device device = log_describe_line(line, length);
        int64_t address = device.address;
        free(line);
        if (strcmp(address < 0 ? "-" : log_print_address(address, text), cases[i].address) != 0 ||
            strcmp(device.vendor ? device.vendor : "-", cases[i].vendor) != 0 ||
            strcmp(device.driver ? device.driver : "-", cases[i].driver) != 0)
            fail_msg("%s: %s %s %s", cases[i].line, address < 0 ? "-" : log_print_address(address, text),
                     device.vendor, device.driver);
    }
}

DEFINE_TEST(test_what_is_known)
{
    static struct log_devices devices;
    const struct log_device card = {.address = 0x100 << 0 | 0, .vendor = "amd"};
    const struct log_device audio = {.address = 0x101, .driver = "vfio-pci"};
    const struct log_device nothing = {.address = 0x900};
    log_devices_add(&devices, &card);
    log_devices_add(&devices, &audio);
    log_devices_add(&devices, &nothing);
    log_devices_add(&devices, &(struct log_device){.address = 0x100, .vendor = "intel", .driver = "xe"});
    assert_int_equal(devices.count, 2);
    assert_string_equal(log_devices_find(&devices, 0x100)->vendor, "amd");
    assert_string_equal(log_devices_find(&devices, 0x100)->driver, "xe");
    assert_string_equal(log_devices_find(&devices, 0x101)->driver, "vfio-pci");
    assert_string_equal(log_devices_find(&devices, 0x102)->vendor, "amd"); /* of the same slot */
    assert_null(log_devices_find(&devices, 0x108));
    assert_null(log_devices_find(&devices, NO_ADDRESS));
    for (int i = 0; i < 2 * MAX_LOG_DEVICES; i++)
        log_devices_add(&devices, &(struct log_device){.address = 0x1000 + i, .vendor = "amd"});
    assert_int_equal(devices.count, MAX_LOG_DEVICES);
}

TESTSUITE_MAIN(NULL, NULL)
