/* The host's configuration against devices, and the next steps; tests/cli/check_host.tsv has what is found in
 * its files. */

#include "probe/host_config.h"
#include "probe/host_state.h"
#include "tests/unit/config_fixture.h"

static struct fixture machine;

static int set_up(void **state)
{
    (void)state;
    fixture_open(&machine);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_close(&machine);
    return 0;
}

static void write_base(const char *cpu)
{
    fixture_write(&machine, "/proc/cpuinfo", cpu);
    fixture_write(&machine, "/etc/modprobe.d/vfio.conf",
                  "options vfio-pci ids=10de:1d16\nsoftdep nouveau pre: vfio-pci\n");
}

/* What is to be done names the tool of the machine, and the parameter as it should be. */
static void test_next_steps(void **state)
{
    (void)state;
    write_base("GenuineIntel");
    fixture_write(&machine, "/etc/kernel/cmdline", "intel_iommu=on igfx_off vfio-pci.id=10de:1d16");
    fixture_write(&machine, "/etc/kernel/proxmox-boot-uuids", "");
    fixture_write(&machine, "/proc/cmdline", "quiet");
    host_config_check(machine.root, NULL, &machine.findings);
    assert_int_equal(machine.findings.count, 3);
    assert_holds(machine.findings.items[0].next, "intel_iommu=on,igfx_off");
    assert_string_equal(machine.findings.items[1].next, "write vfio-pci.ids=10de:1d16");
    assert_string_equal(machine.findings.items[2].next,
                        "not active yet: proxmox-boot-tool refresh, then reboot");
    assert_holds(machine.findings.items[2].text, "without intel_iommu=on");
    assert_string_equal(machine.findings.items[2].file, "/etc/kernel/cmdline");
    fixture_write(&machine, "/etc/default/grub", "GRUB_CMDLINE_LINUX=\"iommu=pt intel_iommu=on\"");
    fixture_write(&machine, "/etc/kernel/cmdline", "iommu=pt intel_iommu=on");
    fixture_write(&machine, "/proc/cmdline", "BOOT_IMAGE=/vmlinuz quiet");
    host_config_check(machine.root, NULL, &machine.findings);
    assert_int_equal(machine.findings.count, 4);
    assert_string_equal(machine.findings.items[3].text,
                        "the running kernel was started without iommu=pt intel_iommu=on");
    assert_string_equal(machine.findings.items[3].next, "not active yet: update-grub, then reboot");
}

/* Where it belongs, and how to bring it there. */
static void test_unused_file(void **state)
{
    (void)state;
    write_base("GenuineIntel");
    fixture_write(&machine, "/etc/kernel/cmdline", "intel_iommu=on");
    fixture_write(&machine, "/etc/default/grub", "GRUB_CMDLINE_LINUX=\"intel_iommu=on iommu=pt\"");
    fixture_write(&machine, "/proc/cmdline", "initrd=\\EFI\\x intel_iommu=on");
    host_config_check(machine.root, NULL, &machine.findings);
    assert_findings("unused", &machine.findings, "cmdline-unused-file:1");
    assert_holds(machine.findings.items[0].text, "boots by /etc/kernel/cmdline");
    assert_holds(machine.findings.items[0].text, ": iommu=pt");
    assert_holds(machine.findings.items[0].next, "write it into /etc/kernel/cmdline");
    assert_string_equal(machine.findings.items[0].file, "/etc/default/grub");
}

/* What is missing on a host that has nothing, by the maker of its processor. */
static void test_nothing_set_up(void **state)
{
    (void)state;
    fixture_write(&machine, "/proc/cpuinfo", "GenuineIntel");
    fixture_write(&machine, "/proc/cmdline", "quiet");
    host_config_check(machine.root, NULL, &machine.findings);
    fixture_write(&machine, "/proc/cmdline", "quiet intel_iommu=on");
    host_config_check(machine.root, NULL, &machine.findings);
    fixture_write(&machine, "/proc/cpuinfo", "AuthenticAMD");
    fixture_write(&machine, "/proc/cmdline", "quiet");
    host_config_check(machine.root, NULL, &machine.findings);
    assert_findings("nothing", &machine.findings, "vfio-not-set-up vfio-not-set-up vfio-not-set-up");
    assert_holds(machine.findings.items[0].next, "write intel_iommu=on");
    assert_null(strstr(machine.findings.items[1].next, "intel_iommu"));
    assert_null(strstr(machine.findings.items[2].next, "intel_iommu"));
}

/* Without /proc/cpuinfo the host bridge shows who made the processor. */
static void test_host_bridge(void **state)
{
    struct pci_device devices[] = {a_device(0, 0, 0x8086, 0x8a12, 0x06, NULL),
                                   a_device(1, 0, 0x10de, 0x1d16, 3, "")};
    struct pci_machine pci = {.devices = devices, .count = 2};
    static const struct {
        uint16_t vendor;
        uint8_t base_class;
        const char *findings;
    } bridges[] = {{0x1022, 0x03, ""},
                   {0x8086, 0x06, "iommu-not-enabled:1"},
                   {0x1022, 0x06, ""},
                   {0x1234, 0x06, ""},
                   {0x8086, 0x03, ""}};
    (void)state;
    write_base("");
    fixture_write(&machine, "/proc/cmdline", "quiet");
    for (size_t i = 0; i < ARRAY_SIZE(bridges); i++) {
        struct findings findings = {.items = NULL};
        devices[0].id.vendor = bridges[i].vendor;
        devices[0].base_class = bridges[i].base_class;
        host_config_check(machine.root, &pci, &findings);
        assert_findings("bridge", &findings, bridges[i].findings);
        findings_free(&findings);
    }
}

static void test_bounds(void **state)
{
    struct cmdline *line = calloc(1, sizeof *line);
    struct buffer text = BUFFER(1 << 20);
    (void)state;
    assert_non_null(line);
    for (int i = 0; i < 5000; i++)
        buffer_append_text(&text, "intel_iommu=on ");
    cmdline_add(line, (struct span){buffer_text(&text), text.length}, "f", 1);
    assert_int_equal(line->count, MAX_CMDLINE_PARAMS);
    buffer_clear(&text);
    for (int i = 0; i < 900000; i++)
        buffer_append_byte(&text, 'x');
    line->count = 0;
    cmdline_add(line, (struct span){buffer_text(&text), text.length}, "f", 1);
    assert_int_equal(line->count, 0);
    assert_true(line->is_cut);
    cmdline_free(line);
    free(line);
    buffer_free(&text);
}

#define CARD(driver)  a_device(1, 0, 0x10de, 0x1d16, 0x03, driver)
#define SOUND(driver) a_device(1, 1, 0x10de, 0x10f1, 0x04, driver)

static struct pci_device a_bridge(uint8_t bus, uint8_t function)
{
    struct pci_device bridge = a_device(bus, function, 0x8086, 0x460d, 0x06, "pcieport");
    bridge.is_bridge = true;
    return bridge;
}

/* With `ids` for vfio-pci in modprobe.d, NULL: with nothing, on a machine with these devices. */
static void check_devices(const char *name, const char *ids, struct pci_device *devices, const char *expected)
{
    struct pci_machine pci = {.devices = devices};
    struct fixture fixture;
    char text[100];
    while (pci.count < 4 && devices[pci.count].id.vendor)
        pci.count++;
    fixture_open(&fixture);
    fixture_write(&fixture, "/proc/cmdline", "quiet");
    snprintf(text, sizeof text, "options vfio-pci ids=%s\n", ids ? ids : "");
    if (ids)
        fixture_write(&fixture, "/etc/modprobe.d/vfio.conf", text);
    host_config_check(fixture.root, &pci, &fixture.findings);
    assert_findings(name, &fixture.findings, expected);
    fixture_close(&fixture);
}

static void test_devices(void **state)
{
    struct {
        const char *name;
        const char *ids;
        struct pci_device devices[4];
        const char *findings;
    } cases[] = {
        /* A device on vfio-pci is a set-up too, one on another driver is not. */
        {"on other drivers", NULL, {CARD("nouveau"), SOUND("snd_hda_intel")}, "vfio-not-set-up"},
        {"on vfio-pci", NULL, {CARD("vfio-pci"), SOUND("snd_hda_intel")}, ""},
        {"one function, bound", "10de:1d16", {CARD("vfio-pci")}, ""},
        {"one function, drivers not known", "10de:1d16", {CARD(NULL)}, "vfio-no-precedence:1"},
        {"one function, nothing holds it yet", "10de:1d16", {CARD("")}, "vfio-no-precedence:1"},
        {"one function, nouveau holds it", "10de:1d16", {CARD("nouveau")}, "vfio-driver-holds-device:1"},
        {"the sound of the card is not named",
         "10de:1d16",
         {CARD("vfio-pci"), SOUND("snd_hda_intel")},
         "vfio-function-missing:1"},
        {"the sound of the card is bound by other means",
         "10de:1d16",
         {CARD("vfio-pci"), SOUND("vfio-pci")},
         ""},
        {"both are named", "10de:1d16,10de:10f1", {CARD("vfio-pci"), SOUND("vfio-pci")}, ""},
        {"a card beside it",
         "10de:1d16",
         {CARD("vfio-pci"), a_device(2, 0, 0x10de, 0x10f1, 0x04, "snd_hda_intel")},
         ""},
        {"only sound is passed", "10de:10f1", {CARD("nouveau"), SOUND("vfio-pci")}, ""},
        {"no such device", "10de:1d61,10de:1d16", {CARD("vfio-pci")}, "vfio-id-without-device:1"},
        {"two cards with one ID, one of them not bound",
         "10de:1d16",
         {CARD("vfio-pci"), a_device(2, 0, 0x10de, 0x1d16, 0x03, "")},
         "vfio-id-of-several:1 vfio-no-precedence:1"},
        {"a part of the card is a bridge", "10de:1d16", {CARD("vfio-pci"), a_bridge(1, 1)}, ""},
        {"a card of AMD without a driver",
         "1002:67df",
         {a_device(1, 0, 0x1002, 0x67df, 0x03, "")},
         "vfio-no-precedence:1"},
        {"a sound device alone", "10de:10f1", {SOUND("")}, ""},
        {"two cards with one ID",
         "10de:1d16",
         {CARD("vfio-pci"), a_device(2, 0, 0x10de, 0x1d16, 0x03, "vfio-pci")},
         "vfio-id-of-several:1"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        check_devices(cases[i].name, cases[i].ids, cases[i].devices, cases[i].findings);
}

static void test_missing_functions_are_named(void **state)
{
    struct fixture fixture;
    struct pci_device devices[] = {CARD("vfio-pci"), SOUND("snd_hda_intel")};
    struct pci_machine pci = {.devices = devices, .count = 2};
    (void)state;
    fixture_open(&fixture);
    fixture_write(&fixture, "/proc/cmdline", "vfio-pci.ids=10de:1d16");
    host_config_check(fixture.root, &pci, &fixture.findings);
    assert_findings("functions", &fixture.findings, "vfio-function-missing:1");
    assert_string_equal(fixture.findings.items[0].file, "/proc/cmdline");
    assert_holds(fixture.findings.items[0].text, "01:00.1 [10de:10f1]");
    assert_string_equal(fixture.findings.items[0].next, "add them to ids=: 10de:10f1");
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_next_steps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unused_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_set_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_host_bridge, set_up, tear_down),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_devices),
        cmocka_unit_test(test_missing_functions_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
