/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of machines that say little; tests/cli/scan.test has those that say much. */

#include "probe/host.h"
#include "probe/iommu.h"

#include "tests/unit/root_fixture.h"

ROOT_TEST(test_chassis)
{
    static const struct {
        const char *type;
        enum chassis chassis;
    } cases[] = {{"3", CHASSIS_DESKTOP},  {"7\n", CHASSIS_DESKTOP}, {"10", CHASSIS_LAPTOP},
                 {"31", CHASSIS_LAPTOP},  {"23", CHASSIS_SERVER},   {"35", CHASSIS_MINI_PC},
                 {"2", CHASSIS_UNKNOWN},  {"0", CHASSIS_UNKNOWN},   {"255", CHASSIS_UNKNOWN},
                 {"-1", CHASSIS_UNKNOWN}, {"ten", CHASSIS_UNKNOWN}, {"", CHASSIS_UNKNOWN}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct host host;
        put("/sys/class/dmi/id/chassis_type", cases[i].type);
        host_read(root, &host);
        assert_int_equal(host.chassis, cases[i].chassis);
    }
}

ROOT_TEST(test_machine_that_says_nothing)
{
    struct host host;
    host_read(root, &host);
    assert_true(host.in_vm == TRISTATE_UNKNOWN && !host.machine[0] && !host.hypervisor && !host.is_root);
    put("/sys/class/dmi/id/sys_vendor", "To Be Filled By O.E.M.\n");
    put("/sys/class/dmi/id/product_name", "To Be Filled By O.E.M.\n");
    put("/sys/class/dmi/id/board_vendor", "ASRock\n");
    put("/sys/class/dmi/id/board_name", "Z390 Pro4\n");
    host_read(root, &host);
    assert_string_equal(host.machine, "ASRock Z390 Pro4");
}

ROOT_TEST(test_host_that_tells)
{
    struct host host;
    put("/proc/cpuinfo",
        "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: A CPU\nflags\t\t: fpu vmx nohypervisor\n\n"
        "processor\t: 1\nmodel name\t: Another\n");
    put("/etc/os-release", "NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
    put("/etc/unraid-version", "version=\"6.12\"\n");
    host_read(root, &host);
    assert_string_equal(host.cpu, "A CPU");
    assert_string_equal(host.cpu_vendor, "GenuineIntel");
    assert_string_equal(host.system, "Debian GNU/Linux 12 (bookworm)");
    assert_string_equal(host.hypervisor, "unraid");
    assert_int_equal(host.in_vm, TRISTATE_NO);
    put("/proc/cpuinfo", "flags : hypervisor fpu\n");
    host_read(root, &host);
    assert_int_equal(host.in_vm, TRISTATE_YES);
}

/* A machine with many processors: what its long files begin with is enough. */
ROOT_TEST(test_long_files)
{
    struct host host;
    struct iommu iommu;
    struct pci_machine machine = {.count = 0};
    struct buffer text CLEANUP(buffer_free) = BUFFER(4 << 20);
    buffer_append_text(&text, "vendor_id : GenuineIntel\nflags : fpu\n 0: 1 IR-IO-APIC 2-edge timer\n");
    while (text.length < 2 << 20)
        buffer_append_format(&text, "processor : %zu\n", text.length);
    put("/proc/cpuinfo", buffer_text(&text));
    put("/proc/interrupts", buffer_text(&text));
    host_read(root, &host);
    iommu_read(root, &host, &machine, &iommu);
    assert_string_equal(host.cpu_vendor, "GenuineIntel");
    assert_int_equal(iommu.interrupt_remapping, TRISTATE_YES);
    assert_null(root_fault(root, 0));
}

ROOT_TEST(test_version_of_the_hypervisor)
{
    static const char status[] =
        "Package: pve\nStatus: install ok installed\nVersion: 1\n\n"
        "Package: qemu-system-x86\nStatus: install ok installed\nVersion: 1:7.2+dfsg-7\n\n"
        "Package: pve-manager\nStatus: install ok installed\nPriority: optional\n"
        "Depends: a,\n b\nVersion: 8.2.4\nDescription: x\n\n"
        "Package: libvirt-daemon\nStatus: deinstall ok config-files\nVersion: 9.0.0-4\n";
    static const struct {
        const char *sign, *content, *hypervisor, *version;
    } cases[] = {{"/usr/bin/pvesh", "", "proxmox", "8.2.4"},
                 {"/usr/bin/qemu-system-x86_64", "", "qemu-kvm", "7.2"},
                 {"/etc/libvirt/qemu/x", "", "libvirt", ""},
                 {"/etc/unraid-version", "version=\"7.0.1\"\n", "unraid", "7.0.1"}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct host host;
        char version[HYPERVISOR_VERSION_SIZE];
        reset_root();
        put("/var/lib/dpkg/status", status);
        put(cases[i].sign, cases[i].content);
        host_read(root, &host);
        assert_string_equal(host.hypervisor, cases[i].hypervisor);
        host_read_hypervisor_version(root, version);
        assert_string_equal(version, cases[i].version);
    }
    char cut[HYPERVISOR_VERSION_SIZE];
    reset_root();
    put("/usr/bin/pvesh", "");
    put("/var/lib/dpkg/status", "Package: pve-manager\nStatus: install ok installed\n");
    host_read_hypervisor_version(root, cut);
    assert_string_equal(cut, "");
}

/* Why it is off: the firmware wins over the command line, and AMD's needs no parameter at all. */
ROOT_TEST(test_why_the_iommu_is_off)
{
    static const struct {
        const char *cpu, *table, *command_line;
        enum iommu_fault fault;
    } cases[] = {{"GenuineIntel", "FACP", "intel_iommu=on", IOMMU_FAULT_FIRMWARE},
                 {"GenuineIntel", "DMAR", "quiet", IOMMU_FAULT_COMMAND_LINE},
                 {"GenuineIntel", "DMAR", "intel_iommu=igfx_off", IOMMU_FAULT_COMMAND_LINE},
                 {"GenuineIntel", "DMAR", "intel_iommu=on iommu=off", IOMMU_FAULT_COMMAND_LINE},
                 {"GenuineIntel", "DMAR", "intel_iommu=on,igfx_off", IOMMU_FAULT_UNKNOWN},
                 {"AuthenticAMD", "IVRS", "amd_iommu=off", IOMMU_FAULT_COMMAND_LINE},
                 {"AuthenticAMD", "IVRS", "iommu=off iommu=pt", IOMMU_FAULT_COMMAND_LINE},
                 {"AuthenticAMD", "IVRS", "iommux=off iommu.x=off off", IOMMU_FAULT_UNKNOWN},
                 {"AuthenticAMD", "IVRS", "quiet", IOMMU_FAULT_UNKNOWN}};
    struct pci_machine machine = {.count = 0};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char text[256];
        struct host host;
        struct iommu iommu;
        reset_root();
        put("/sys/kernel/iommu_groups/", "");
        snprintf(text, sizeof text, "/sys/firmware/acpi/tables/%s", cases[i].table);
        put(text, "x");
        snprintf(text, sizeof text, "vendor_id : %s\n", cases[i].cpu);
        put("/proc/cpuinfo", text);
        put("/proc/cmdline", cases[i].command_line);
        host_read(root, &host);
        iommu_read(root, &host, &machine, &iommu);
        assert_int_equal(iommu.enabled, TRISTATE_NO);
        assert_int_equal(iommu.fault, cases[i].fault);
    }
}

/* A recording may have the groups' directories and not the devices' links to them. */
ROOT_TEST(test_groups_without_links)
{
    struct pci_device devices[] = {{.address = {.bus = 1}, .iommu_group = IOMMU_GROUP_NONE},
                                   {.address = {.bus = 2}, .iommu_group = IOMMU_GROUP_NONE}};
    struct pci_machine machine = {.devices = devices, .count = ARRAY_SIZE(devices)};
    struct host host;
    struct iommu iommu;
    put("/sys/kernel/iommu_groups/17/devices/0000:01:00.0", "");
    put("/sys/kernel/iommu_groups/18/devices/0000:09:00.0", "");
    put("/sys/kernel/iommu_groups/x1/devices/0000:02:00.0", "");
    host_read(root, &host);
    iommu_read(root, &host, &machine, &iommu);
    assert_int_equal(devices[0].iommu_group, 17);
    assert_int_equal(devices[1].iommu_group, IOMMU_GROUP_NONE);
    assert_int_equal(iommu.enabled, TRISTATE_YES);
}

/* Foreign devices of a group are neither functions of the GPU nor bridges. */
DEFINE_TEST(test_foreign_devices)
{
    struct pci_device devices[] = {
        {.address = {.bus = 0, .slot = 1}, .base_class = 6, .sub_class = 4, .iommu_group = 1},
        {.address = {.bus = 1}, .base_class = 3, .iommu_group = 1},
        {.address = {.bus = 1, .function = 1}, .base_class = 4, .iommu_group = 1},
        {.address = {.bus = 2}, .base_class = 2, .iommu_group = 1},
        {.address = {.bus = 3}, .base_class = 1, .iommu_group = 1},
        {.address = {.bus = 4}, .base_class = 1, .iommu_group = 2},
        {.address = {.bus = 5}, .base_class = 3, .iommu_group = IOMMU_GROUP_UNKNOWN},
        {.address = {.bus = 6}, .base_class = 3, .iommu_group = IOMMU_GROUP_UNKNOWN},
    };
    const struct pci_machine machine = {.devices = devices, .count = ARRAY_SIZE(devices)};
    int foreign[4];
    assert_int_equal(iommu_foreign_devices(&machine, &devices[1], foreign, 4), 2);
    assert_int_equal(foreign[0], 3);
    assert_int_equal(foreign[1], 4);
    assert_int_equal(iommu_foreign_devices(&machine, &devices[1], foreign, 1), 2);
    assert_int_equal(iommu_foreign_devices(&machine, &devices[5], foreign, 4), 0);
    assert_int_equal(iommu_foreign_devices(&machine, &devices[6], foreign, 4), 0);
}

TESTSUITE_MAIN(NULL, NULL)
