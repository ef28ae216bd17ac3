/* Recorded machines that are damaged or hostile: what can be read is read, what cannot is noted. That the
 * values are right is judged by lspci, in tests/cli/pci.test. */

#include <sys/stat.h>

#include "probe/pci.h"
#include "tests/unit/faults.h"

static char folder[512];

static void put(const char *path, const void *bytes, size_t length)
{
    char full[1024];
    snprintf(full, sizeof full, "%s%s", folder, path);
    FILE *file = fopen(full, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

static void make_folder(const char *path)
{
    char full[1024];
    snprintf(full, sizeof full, "%s%s", folder, path);
    assert_int_equal(mkdir(full, 0755), 0);
}

static void make_link(const char *target, const char *path)
{
    char full[1024];
    snprintf(full, sizeof full, "%s%s", folder, path);
    assert_int_equal(symlink(target, full), 0);
}

/* The path of an attribute of a device; valid until the next call but one. */
static const char *attribute(const char *address, const char *name)
{
    static char paths[2][256];
    static int turn;
    turn = !turn;
    snprintf(paths[turn], sizeof paths[turn], "/sys/bus/pci/devices/%s/%s", address, name);
    return paths[turn];
}

static void put_text(const char *address, const char *name, const char *text)
{
    put(attribute(address, name), text, strlen(text));
}

static void drop(const char *address, const char *name)
{
    char full[1024];
    snprintf(full, sizeof full, "%s%s", folder, attribute(address, name));
    assert_int_equal(unlink(full), 0);
}

/* A GPU with PCI Express and function level reset, in a folder of its own. */
static void make_config(uint8_t config[4096])
{
    static const uint8_t header[] = {0xde, 0x10, 0x16, 0x1d, 0x07, 0, 0x10, 0, 0xa1, 0, 0x02, 0x03};
    memset(config, 0, 4096);
    memcpy(config, header, sizeof header);
    memcpy(config + 0x2c, "\x28\x10\xb0\x08", 4);
    config[0x34] = 0x60;
    memcpy(config + 0x60, "\x10\0\x02\0\0\0\0\x10", 8);
}

static void make_device(const char *address)
{
    uint8_t config[4096];
    make_config(config);
    make_folder(attribute(address, ""));
    put_text(address, "vendor", "0x10de\n");
    put_text(address, "device", "0x1d16\n");
    put_text(address, "class", "0x030200\n");
    put_text(address, "revision", "0xa1\n");
    put_text(address, "subsystem_vendor", "0x1028\n");
    put_text(address, "subsystem_device", "0x08b0\n");
    put(attribute(address, "config"), config, sizeof config);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%.400s/pci-XXXXXX", scratch_parent());
    assert_non_null(mkdtemp(folder));
    make_folder("/sys");
    make_folder("/sys/bus");
    make_folder("/sys/bus/pci");
    make_folder("/sys/bus/pci/devices");
    make_device("0000:01:00.0");
    make_device("0000:02:00.0");
    return 0;
}

static int tear_down(void **state)
{
    char command[1024];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static struct root *root;
static struct pci_machine machine;

static void read_machine(int expected)
{
    struct error error = {.code = ERROR_NONE};
    assert_int_equal(root_open(folder, &root, &error), ERROR_NONE);
    if (pci_read_machine(root, &machine, &error))
        fail_msg("%s", error.message);
    assert_int_equal(machine.count, expected);
}

static void done(void)
{
    pci_machine_free(&machine);
    root_close(root);
}

static void test_reads_a_device(void **state)
{
    (void)state;
    put_text("0000:01:00.0", "resource",
             "0x00000000a3000000 0x00000000a3ffffff 0x0000000000040200\n"
             "0x0000000080000000 0x000000008fffffff 0x000000000014220c\n"
             "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
             "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
             "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
             "0x0000000000003000 0x000000000000307f 0x0000000000040101\n"
             "0x00000000a4000000 0x00000000a407ffff 0x0000000000046200\n");
    put_text("0000:01:00.0", "reset_method", "flr bus\n");
    put_text("0000:01:00.0", "removable", "fixed\n");
    put_text("0000:01:00.0", "d3cold_allowed", "1\n");
    make_link("../../../bus/pci/drivers/vfio-pci", attribute("0000:01:00.0", "driver"));
    make_link("../../../../kernel/iommu_groups/12", attribute("0000:01:00.0", "iommu_group"));
    read_machine(2);
    const struct pci_device *gpu = &machine.devices[0];
    assert_int_equal(pci_id_number(&gpu->id), 0x10de1d16);
    assert_true(gpu->id.has_subsystem && gpu->id.subvendor == 0x1028 && gpu->id.subdevice == 0x08b0);
    assert_true(gpu->id.has_revision && gpu->id.revision == 0xa1);
    assert_true(gpu->base_class == 0x03 && gpu->sub_class == 0x02);
    assert_int_equal(gpu->bars[0].address, 0xa3000000);
    assert_int_equal(gpu->bars[0].size, 16 << 20);
    assert_true(gpu->bars[1].is_64bit && gpu->bars[1].is_prefetchable && !gpu->bars[1].is_io);
    assert_true(gpu->bars[5].is_io && gpu->bars[5].size == 128);
    assert_int_equal(gpu->rom.size, 512 << 10);
    assert_int_equal(gpu->flr, TRISTATE_YES);
    assert_int_equal(gpu->removable, TRISTATE_NO);
    assert_int_equal(gpu->d3cold_allowed, TRISTATE_YES);
    assert_int_equal(gpu->boot_vga, TRISTATE_NO);
    assert_string_equal(gpu->resets, "flr bus");
    assert_string_equal(gpu->driver, "vfio-pci");
    assert_int_equal(gpu->iommu_group, 12);
    assert_true(gpu[1].driver_known && !gpu[1].driver[0]);
    assert_int_equal(gpu[1].iommu_group, IOMMU_GROUP_NONE);
    assert_true(gpu[1].resets_known && !gpu[1].resets[0]);
    done();
}

/* The kernel still knows what a device is whose configuration space cannot be read. */
static void test_configuration_space_that_is_cut_short(void **state)
{
    uint8_t config[4096];
    (void)state;
    make_config(config);
    for (int length = 0; length < 300; length += 10) {
        put(attribute("0000:01:00.0", "config"), config, (size_t)length);
        read_machine(2);
        const struct pci_device *gpu = &machine.devices[0];
        assert_int_equal(pci_id_number(&gpu->id), 0x10de1d16);
        assert_true(gpu->id.has_subsystem && gpu->id.subdevice == 0x08b0 && gpu->id.revision == 0xa1);
        assert_int_equal(gpu->flr, length < 256 ? TRISTATE_UNKNOWN : TRISTATE_YES);
        assert_int_equal(gpu->sriov_total, -1);
        assert_int_equal(machine.devices[1].flr, TRISTATE_YES);
        if (length < 64)
            assert_true(has_fault(root, "config: cannot be read"));
        else if (length < 256)
            assert_true(has_fault(root, "capabilities are unknown"));
        done();
    }
}

/* What no machine of tests/machines has: an Advanced Features capability, a power management capability
 * without soft reset, sizes beyond 128 TiB, virtual functions that are enabled. */
static void test_capabilities(void **state)
{
    uint8_t config[4096];
    (void)state;
    make_config(config);
    memcpy(config + 0x60, "\x13\x80\x06\x02", 5);
    memcpy(config + 0x80, "\x01\x90\x03\xc8\0\0", 6);
    memcpy(config + 0x90, "\x10\0\x02\0\0\0\0\0", 8);
    memcpy(config + 0x100, "\x15\0\x01\x20\x10\0\0\x80\x41\0\x01\0\x20\0\0\0\x07\0\0\0", 20);
    memcpy(config + 0x200, "\x10\0\x01\0\0\0\0\0\x01\0\0\0\x20\0\x20\0\x05\0", 18);
    put(attribute("0000:01:00.0", "config"), config, sizeof config);
    config[0x63] = 0x01;
    config[0x84] = 0x08;
    config[0x208] = 0;
    put(attribute("0000:02:00.0", "config"), config, sizeof config);
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
    done();
}

static void test_capabilities_that_loop(void **state)
{
    uint8_t config[4096];
    (void)state;
    make_config(config);
    config[0x60] = 0x01;
    config[0x61] = 0x60;
    put(attribute("0000:01:00.0", "config"), config, sizeof config);
    config[0x60] = 0x10;
    config[0x61] = 0xfc;
    config[0xfc] = 0x01;
    config[0xfd] = 0x60;
    memcpy(config + 0x100, "\x15\0\x01\xff\xff\xff\xff\xff", 8);
    memcpy(config + 0xff0, "\x10\0\x01\x10", 4);
    put(attribute("0000:02:00.0", "config"), config, sizeof config);
    read_machine(2);
    assert_int_equal(machine.devices[0].flr, TRISTATE_NO);
    assert_int_equal(machine.devices[1].flr, TRISTATE_YES);
    done();
}

static void test_random_configuration_space(void **state)
{
    uint8_t config[4096];
    uint32_t number = 1;
    (void)state;
    for (int turn = 0; turn < 200; turn++) {
        make_config(config);
        for (size_t i = 0x10; i < sizeof config; i++) {
            number = number * 1664525 + 1013904223;
            config[i] = (uint8_t)(number >> 24);
        }
        config[0x06] = 0x10;
        put(attribute("0000:01:00.0", "config"), config, sizeof config);
        read_machine(2);
        assert_true(machine.devices[0].sriov_total >= -1 && machine.devices[0].sriov_total <= 0xffff);
        done();
    }
}

static void test_device_that_does_not_answer(void **state)
{
    uint8_t config[4096];
    (void)state;
    memset(config, 0xff, sizeof config);
    put(attribute("0000:01:00.0", "config"), config, sizeof config);
    read_machine(2);
    assert_int_equal(machine.devices[0].flr, TRISTATE_UNKNOWN);
    assert_int_equal(machine.devices[0].id.revision, 0xa1);
    assert_true(has_fault(root, "does not answer"));
    done();
}

/* libpci's error hook is called for these; the devices beside them are read. */
static void test_attributes_that_cannot_be_read(void **state)
{
    (void)state;
    drop("0000:01:00.0", "vendor");
    read_machine(1);
    assert_int_equal(machine.devices[0].address.bus, 2);
    assert_true(has_fault(root, "0000:01:00.0"));
    done();
    make_folder(attribute("0000:01:00.0", "vendor"));
    read_machine(1);
    assert_true(has_fault(root, "vendor: is not a regular file"));
    done();
    drop("0000:02:00.0", "config");
    make_folder(attribute("0000:02:00.0", "config"));
    read_machine(0);
    assert_true(has_fault(root, "config: is not a regular file"));
    done();
}

static void test_values_that_are_none(void **state)
{
    char zeros[3000];
    (void)state;
    memset(zeros, '0', sizeof zeros);
    put_text("0000:01:00.0", "class", "");
    put_text("0000:01:00.0", "resource", "not at all\n");
    make_link("../somewhere", attribute("0000:01:00.0", "iommu_group"));
    put(attribute("0000:02:00.0", "device"), zeros, sizeof zeros);
    read_machine(1);
    assert_int_equal(machine.devices[0].base_class, 0);
    assert_int_equal(machine.devices[0].iommu_group, IOMMU_GROUP_UNKNOWN);
    assert_true(has_fault(root, "not a group number"));
    assert_true(has_fault(root, "0000:02:00.0"));
    done();
    put_text("0000:01:00.0", "class", "0x030000");
    put_text("0000:02:00.0", "device", "0x1d16");
    put_text("0000:02:00.0", "vendor", "0xffff");
    read_machine(1);
    assert_int_equal(machine.devices[0].boot_vga, TRISTATE_UNKNOWN);
    assert_true(has_fault(root, "resource: is not what a kernel writes"));
    assert_true(has_fault(root, "states no vendor"));
    done();
}

static void test_what_leads_out(void **state)
{
    char full[1024];
    (void)state;
    make_link("/sys/class", "/sys/bus/pci/devices/0000:03:00.0");
    make_link("0000:04:00.0", "/sys/bus/pci/devices/0000:04:00.0");
    make_link("../../../none", "/sys/bus/pci/devices/0000:05:00.0");
    make_device("0000:06:00.0");
    drop("0000:06:00.0", "config");
    make_link("/dev/zero", attribute("0000:06:00.0", "config"));
    make_device("0000:07:00.0");
    drop("0000:07:00.0", "vendor");
    snprintf(full, sizeof full, "%s%s", folder, attribute("0000:07:00.0", "vendor"));
    assert_int_equal(mkfifo(full, 0600), 0);
    put("/sys/bus/pci/devices/0000:08:00.0", "", 0);
    make_link("0000:01:00.0", "/sys/bus/pci/devices/0000:09:00.0");
    make_link("../../../..", "/sys/bus/pci/devices/0000:0a:00.0");
    read_machine(2);
    for (int bus = 3; bus <= 10; bus++) {
        char address[16];
        snprintf(address, sizeof address, "0000:%02x:00.0", (unsigned)bus);
        assert_true(has_fault(root, address));
    }
    done();
}

static void test_odd_names(void **state)
{
    static const char *const names[] = {"0000:01:00.8",  "01:00.0",       "0000:0A:00.0",     "x",
                                        ".hidden",       "0000:01:00.0 ", "ffffffff:01:00.0", "\033[31m",
                                        "0000:01:00.0\n"};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        make_device(names[i]);
    read_machine(2);
    assert_true(has_fault(root, "is not a PCI address"));
    done();
}

/* The folders above a device say which bridge it is behind; whoever walks up must come to an end. */
static void test_folders_in_a_circle(void **state)
{
    (void)state;
    make_folder("/sys/devices");
    make_folder("/sys/devices/0000:03:00.0");
    make_folder("/sys/devices/0000:03:00.0/0000:04:00.0");
    make_folder("/sys/devices/0000:04:00.0");
    make_folder("/sys/devices/0000:04:00.0/0000:03:00.0");
    make_link("../../../devices/0000:03:00.0/0000:04:00.0", "/sys/bus/pci/devices/0000:04:00.0");
    make_link("../../../devices/0000:04:00.0/0000:03:00.0", "/sys/bus/pci/devices/0000:03:00.0");
    for (int bus = 3; bus <= 4; bus++) {
        char address[16];
        snprintf(address, sizeof address, "0000:%02x:00.0", (unsigned)bus);
        put_text(address, "vendor", "0x1002");
        put_text(address, "device", "0x73ff");
        put_text(address, "class", "0x030000");
    }
    read_machine(4);
    assert_int_equal(machine.devices[2].parent, -1);
    assert_int_equal(machine.devices[3].parent, 2);
    done();
}

static void test_no_bus_at_all(void **state)
{
    char full[1024];
    (void)state;
    snprintf(full, sizeof full, "rm -rf '%s/sys/bus'", folder);
    assert_int_equal(system(full), 0);
    read_machine(0);
    assert_true(has_fault(root, "there is no PCI device"));
    done();
}

static void test_more_devices_than_there_can_be(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 5000; i++) {
        char address[24];
        snprintf(address, sizeof address, "%04x:%02x:00.0", 1 + i / 256, i % 256);
        make_folder(attribute(address, ""));
        put_text(address, "vendor", "0x8086");
        put_text(address, "device", "0x1234");
        put_text(address, "class", "0x020000");
    }
    struct error error = {.code = ERROR_NONE};
    assert_int_equal(root_open(folder, &root, &error), ERROR_NONE);
    assert_int_equal(pci_read_machine(root, &machine, &error), ERROR_NONE);
    assert_true(machine.count >= MAX_PCI_DEVICES - 2 && machine.count <= MAX_PCI_DEVICES);
    assert_true(has_fault(root, "more entries"));
    for (int i = 1; i < machine.count; i++)
        assert_true(pci_address_compare(&machine.devices[i - 1].address, &machine.devices[i].address) < 0);
    done();
}

/* This machine, whatever it has, as whoever runs the test. */
static void test_this_machine(void **state)
{
    struct error error = {.code = ERROR_NONE};
    (void)state;
    assert_int_equal(root_open(NULL, &root, &error), ERROR_NONE);
    assert_int_equal(pci_read_machine(root, &machine, &error), ERROR_NONE);
    for (int i = 0; i < machine.count; i++)
        assert_true(machine.devices[i].id.vendor && machine.devices[i].driver_known);
    done();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_reads_a_device),
        TEST(test_configuration_space_that_is_cut_short),
        TEST(test_capabilities),
        TEST(test_capabilities_that_loop),
        TEST(test_random_configuration_space),
        TEST(test_device_that_does_not_answer),
        TEST(test_attributes_that_cannot_be_read),
        TEST(test_values_that_are_none),
        TEST(test_what_leads_out),
        TEST(test_odd_names),
        TEST(test_folders_in_a_circle),
        TEST(test_no_bus_at_all),
        TEST(test_more_devices_than_there_can_be),
        TEST(test_this_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
