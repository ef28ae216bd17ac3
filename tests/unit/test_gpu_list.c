/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/pci.h"

#include "tests/unit/device_text.h"
#include "tests/unit/root_fixture.h"

static void put_device(const char *address, const char *class_code, const char *vendor, const char *device)
{
    static const char *const names[] = {"class", "vendor", "device"};
    const char *const values[] = {class_code, vendor, device};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        char path[200];
        snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/%s", address, names[i]);
        if (values[i])
            put(path, values[i]);
    }
}

ROOT_TEST(test_gpus_by_address)
{
    struct pci_device gpus[4];
    struct buffer out CLEANUP(buffer_free) = BUFFER(1000);
    put_device("0000:01:00.1", "0x040300\n", "0x10de\n", "0x10fa\n"); /* sound */
    put_device("10000:01:00.0", "0x030200\n", "0x10de\n", "0x1d16\n");
    put_device("0000:00:02.0", "0x030000\n", "0x8086\n", "0x8a52\n");
    put_device("0000:05:00.0", "0x120000\n", "0x1002\n", "0x74a1\n");
    assert_int_equal(pci_list_gpus(root, gpus, 4), 3);
    for (int i = 0; i < 3; i++)
        append_device(&out, NULL, &gpus[i]);
    assert_string_equal(buffer_text(&out), "0000:00:02.0 0300 8086:8a52\n0000:05:00.0 1200 1002:74a1\n"
                                           "10000:01:00.0 0302 10de:1d16\n");
    assert_int_equal(pci_list_gpus(root, gpus, 2), 2);
}

ROOT_TEST(test_what_is_no_gpu)
{
    struct pci_device gpus[4];
    assert_int_equal(pci_list_gpus(root, gpus, 4), 0); /* no PCI bus */
    put_device("nonsense", "0x030000\n", "0x10de\n", "0x1d16\n");
    put_device("0000:01:00.0", "0x030000\n", "0x10de\n", NULL);
    put_device("0000:02:00.0", "picture\n", "0x10de\n", "0x1d16\n");
    assert_int_equal(pci_list_gpus(root, gpus, 4), 0);
}

TESTSUITE_MAIN(NULL, NULL)
