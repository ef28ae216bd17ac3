/* The kernel command line: the parameters by themselves, and where they come from. */

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

/* Parameters in /proc/cmdline of a host that is otherwise set up well, with an Intel and an AMD processor. */
struct maker_case {
    const char *line;
    const char *intel;
    const char *amd;
};

static const struct maker_case maker_cases[] = {
    {"quiet intel_iommu=on iommu=pt", "", "cmdline-other-maker:1"},
    {"quiet intel_iommu=on,igfx_off", "", "cmdline-other-maker:1"},
    {"quiet igfx_off", "cmdline-igfx-off-alone:1 iommu-not-enabled:1", "cmdline-igfx-off-alone:1"},
    {"intel_iommu=on, igfx_off", "cmdline-igfx-off-alone:1",
     "cmdline-other-maker:1 cmdline-igfx-off-alone:1"},
    {"intel_iommu=igfx_off", "iommu-not-enabled:1", "cmdline-other-maker:1"},
    {"iommu=pt", "iommu-not-enabled:1", ""},
    {"intel_iommu=on,sm_on,strict", "", "cmdline-other-maker:1"},
    {"intel_iommu=on,pt", "cmdline-unknown-value:1", "cmdline-other-maker:1 cmdline-unknown-value:1"},
    {"intel_iommu=onn", "cmdline-unknown-value:1 iommu-not-enabled:1",
     "cmdline-other-maker:1 cmdline-unknown-value:1"},
    {"intel_iommu=off", "cmdline-iommu-off:1", "cmdline-other-maker:1"},
    {"intel_iommu=on intel_iommu=off", "cmdline-iommu-off:1 cmdline-contradictory:1",
     "cmdline-other-maker:1 cmdline-other-maker:1"},
    {"intel_iommu=off intel_iommu=on", "cmdline-contradictory:1",
     "cmdline-other-maker:1 cmdline-other-maker:1"},
    {"intel_iommu=on intel_iommu=on", "", "cmdline-other-maker:1 cmdline-other-maker:1"},
    {"amd_iommu=on", "cmdline-other-maker:1 iommu-not-enabled:1", "cmdline-amd-iommu-on:1"},
    {"amd_iommu=off", "cmdline-other-maker:1 iommu-not-enabled:1", "cmdline-iommu-off:1"},
    {"amd_iommu=fullflush,force_isolation", "cmdline-other-maker:1 iommu-not-enabled:1", ""},
    {"amd_iommu=pt", "cmdline-other-maker:1 iommu-not-enabled:1", "cmdline-unknown-value:1"},
    {"intel_iomu=on", "cmdline-typo:1 iommu-not-enabled:1", "cmdline-typo:1"},
    {"intel_iommmu=on", "cmdline-typo:1 iommu-not-enabled:1", "cmdline-typo:1"},
    {"intel-iommu=on", "", "cmdline-other-maker:1"},
};

/* Those that are the same for both: on Intel after intel_iommu=on. */
static const struct {
    const char *params;
    const char *findings;
} param_cases[] = {
    {"igfx_off", "cmdline-igfx-off-alone:1"},
    {",,igfx_off,,", "cmdline-igfx-off-alone:1"},
    {"igfx_off=1", "cmdline-igfx-off-alone:1"},
    {"sm_on", "cmdline-value-alone:1"},
    {"pt", "cmdline-value-alone:1"},
    {"iommu=ptt", "cmdline-unknown-value:1"},
    {"iommu=1", "cmdline-iommu-on:1"},
    {"iommu=off", "cmdline-iommu-off:1"},
    {"ioomu=pt", "cmdline-typo:1"},
    {"vfio-pci.ids=10de:1d16,8086:1234", ""},
    {"vfio_pci.ids=10DE:1D16", ""},
    {"vfio-pci.ids=10de:1d16:1028:08b0", ""},
    {"vfio-pci.id=10de:1d16", "cmdline-typo:1"},
    {"vfio.ids=10de:1d16", "cmdline-typo:1"},
    {"vfio-pci.ids=10de:1d16 10de:10f1", "vfio-ids-malformed:1"},
    {"vfio-pci.ids=\"10de:1d16,8086:1234\"", ""},
    {"vfio-pci.ids=10de0:1d16", "vfio-ids-malformed:1"},
    {"vfio-pci.ids=10de:1d160", "vfio-ids-malformed:1"},
    {"vfio-pci.ids=10de:1d16:1028:08b0:030000:ffffff:1", "vfio-ids-malformed:1"},
    {"vfio-pci.ids=10de:1d16:ffffffff:ffffffff:30000:ff0000", ""},
    {"vfio-pci.ids=10de:,:1d16", "vfio-ids-malformed:1 vfio-ids-malformed:1"},
    {"vfio-pci.ids=10de1d16", "vfio-ids-malformed:1"},
    {"vfio-pci.ids=01:00.0", "vfio-ids-malformed:1"},
    {"vfio-pci.ids=10de:1d16;10de:10f1", "vfio-ids-malformed:1"},
    {"pcie_acs_override=downstream,multifunction", "cmdline-acs-override:1"},
    {"pci_acs_override=downstream", "cmdline-typo:1"},
    {"video=efifb:off", "cmdline-efifb-off:1"},
    {"video=HDMI-A-1:1920x1080", ""},
    {"nomodeset", "cmdline-nomodeset:1"},
    {"modprobe.blacklist=amdgpu module_blacklist=i915", ""},
    {"initcall_blacklist=sysfb_init pcie_aspm=off pci=nommconf intel_pstate=passive amd_pstate=active "
     "intel_idle.max_cstate=1 root=/dev/sda1 ro splash mitigations=off nvme_core.x=1",
     ""},
    {"dyndbg=\"file a +p; igfx_off x\"", ""},
};

static void write_base(const char *cpu)
{
    fixture_write(&machine, "/proc/cpuinfo", cpu);
    fixture_write(&machine, "/etc/modprobe.d/vfio.conf",
                  "options vfio-pci ids=10de:1d16\nsoftdep nouveau pre: vfio-pci\n");
}

static void check_line(const char *line, const char *cpu, const char *expected)
{
    struct findings findings = {.items = NULL};
    write_base(cpu);
    fixture_write(&machine, "/proc/cmdline", line);
    host_config_check(machine.root, NULL, &findings);
    assert_findings(line, &findings, expected);
    findings_free(&findings);
}

static void test_params(void **state)
{
    static const char intel[] = "vendor_id\t: GenuineIntel\n";
    static const char amd[] = "vendor_id\t: AuthenticAMD\n";
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(maker_cases); i++) {
        check_line(maker_cases[i].line, intel, maker_cases[i].intel);
        check_line(maker_cases[i].line, amd, maker_cases[i].amd);
    }
    for (size_t i = 0; i < ARRAY_SIZE(param_cases); i++) {
        char line[300];
        snprintf(line, sizeof line, "intel_iommu=on %s", param_cases[i].params);
        check_line(line, intel, param_cases[i].findings);
        check_line(param_cases[i].params, amd, param_cases[i].findings);
    }
}

/* Whole machines; a processor by Intel. */
struct tree_case {
    const char *name;
    struct fixture_file files[MAX_FIXTURE_FILES];
    const char *findings;
};

static const struct tree_case tree_cases[] = {
    {"GRUB, active",
     {{"/etc/default/grub", "GRUB_DEFAULT=0\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=on iommu=pt\"\n"},
      {"/proc/cmdline", "BOOT_IMAGE=/boot/vmlinuz root=x ro quiet intel_iommu=on iommu=pt\n"}},
     ""},
    {"GRUB, single quotes, CRLF, export",
     {{"/etc/default/grub", "\r\nexport GRUB_CMDLINE_LINUX='quiet igfx_off'\r\n"}},
     "cmdline-igfx-off-alone:2 iommu-not-enabled:2"},
    {"GRUB, in a comment and in another variable",
     {{"/etc/default/grub", "# GRUB_CMDLINE_LINUX=\"igfx_off\"\nGRUB_X=\"igfx_off\"\n"
                            "GRUB_CMDLINE_LINUX=intel_iommu=on # igfx_off\n"}},
     ""},
    {"GRUB, over several lines",
     {{"/etc/default/grub", "GRUB_CMDLINE_LINUX=\"quiet \\\n intel_iommu=on\n igfx_off\"\nGRUB_X=1\n"
                            "GRUB_CMDLINE_LINUX_DEFAULT=\"nomodset\"\n"}},
     "cmdline-igfx-off-alone:3 cmdline-typo:5"},
    {"GRUB, the last assignment counts",
     {{"/etc/default/grub", "GRUB_CMDLINE_LINUX=\"igfx_off\"\nGRUB_CMDLINE_LINUX=\"intel_iommu=on\"\n"}},
     ""},
    {"GRUB, an assignment that adds",
     {{"/etc/default/grub", "GRUB_CMDLINE_LINUX=\"intel_iommu=on\"\n"},
      {"/etc/default/grub.d/50-x.cfg", "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX igfx_off\"\n"},
      {"/etc/default/grub.d/60-x.cfg", "GRUB_CMDLINE_LINUX+=\" pt\"\n"},
      {"/etc/default/grub.d/70-x.off", "GRUB_CMDLINE_LINUX=\"nomodeset\"\n"}},
     "cmdline-igfx-off-alone:1 cmdline-value-alone:1"},
    {"GRUB, an open quotation mark",
     {{"/etc/default/grub", "GRUB_TIMEOUT=1\nGRUB_CMDLINE_LINUX=\"intel_iommu=on\nGRUB_X=1\n"}},
     "cmdline-unclosed-quote:2"},
    {"GRUB, not active yet",
     {{"/etc/default/grub", "\n\nGRUB_CMDLINE_LINUX=\"quiet intel_iommu=on iommu=pt\"\n"},
      {"/proc/cmdline", "BOOT_IMAGE=/boot/vmlinuz root=x ro quiet iommu=pt\n"}},
     "cmdline-not-active:3"},
    {"GRUB, another parameter is not ours to report",
     {{"/etc/default/grub", "GRUB_CMDLINE_LINUX=\"intel_iommu=on splash\"\n"},
      {"/proc/cmdline", "BOOT_IMAGE=/boot/vmlinuz ro intel-iommu=on\n"}},
     ""},
    {"a parameter of the running line that no file has",
     {{"/etc/default/grub", "GRUB_CMDLINE_LINUX=\"intel_iommu=on\"\n"},
      {"/proc/cmdline", "BOOT_IMAGE=/boot/vmlinuz ro intel_iommu=on igfx_off\n"}},
     "cmdline-igfx-off-alone:1"},
    {"systemd-boot of Proxmox, active",
     {{"/etc/kernel/cmdline", "root=ZFS=rpool boot=zfs intel_iommu=on\n"},
      {"/etc/kernel/proxmox-boot-uuids", "1234-ABCD\n"},
      {"/etc/default/grub", "GRUB_CMDLINE_LINUX=\"quiet\"\n"},
      {"/proc/cmdline", "initrd=\\EFI\\proxmox\\initrd.img root=ZFS=rpool boot=zfs intel_iommu=on\n"}},
     ""},
    {"systemd-boot of Proxmox, GRUB's file edited",
     {{"/etc/kernel/cmdline", "root=ZFS=rpool boot=zfs\n"},
      {"/etc/kernel/proxmox-boot-uuids", "1234-ABCD\n"},
      {"/etc/default/grub", "\nGRUB_CMDLINE_LINUX=\"quiet intel_iommu=on\"\n"},
      {"/proc/cmdline", "initrd=\\EFI\\proxmox\\initrd.img root=ZFS=rpool boot=zfs\n"}},
     "cmdline-unused-file:2 iommu-not-enabled:1"},
    {"the same by proxmox-boot-uuids alone",
     {{"/etc/kernel/cmdline", "root=ZFS=rpool boot=zfs intel_iommu=on\n"},
      {"/etc/kernel/proxmox-boot-uuids", "1234-ABCD\n"},
      {"/etc/default/grub", "GRUB_CMDLINE_LINUX=\"iommu=pt\"\n"}},
     "cmdline-unused-file:1"},
    {"systemd-boot without Proxmox, by its running line",
     {{"/etc/kernel/cmdline", "root=x intel_iommu=on iommu=pt\n"},
      {"/etc/default/grub", "GRUB_CMDLINE_LINUX=\"intel_iommu=on\"\n"},
      {"/proc/cmdline", "initrd=\\x\\initrd root=x intel_iommu=on\n"}},
     "cmdline-not-active:1"},
    {"two files, and nothing tells which one counts",
     {{"/etc/kernel/cmdline", "root=x intel_iommu=on igfx_off\n"},
      {"/etc/default/grub", "GRUB_CMDLINE_LINUX=\"intel_iommu=on\"\n"},
      {"/proc/cmdline", "root=x intel_iommu=on\n"}},
     "cmdline-igfx-off-alone:1"},
    {"GRUB runs, the other file edited",
     {{"/etc/kernel/cmdline", "intel_iommu=on\n"},
      {"/etc/default/grub", "GRUB_CMDLINE_LINUX=\"quiet\"\n"},
      {"/proc/cmdline", "BOOT_IMAGE=/boot/vmlinuz quiet\n"}},
     "cmdline-unused-file:1 iommu-not-enabled:1"},
    {"/etc/kernel/cmdline, not active yet, in two lines",
     {{"/etc/kernel/cmdline", "root=x\nintel_iommu=on\n"},
      {"/etc/kernel/proxmox-boot-uuids", ""},
      {"/proc/cmdline", "root=x\n"}},
     "cmdline-not-active:2 cmdline-several-lines:2"},
    {"loader entries",
     {{"/boot/loader/entries/a.conf", "\ntitle nomodeset\nlinux pt\noptions root=x igfx_off\n"},
      {"/boot/loader/entries/b.conf", "options root=x intel_iommu=on\n"},
      {"/boot/loader/entries/c.txt", "options nomodeset\n"}},
     "cmdline-igfx-off-alone:4"},
    {"a comment in /etc/kernel/cmdline",
     {{"/etc/kernel/cmdline", "# igfx_off\nroot=x intel_iommu=on\n\n"},
      {"/etc/kernel/proxmox-boot-uuids", ""}},
     ""},
    {"an option that is escaped, single quotes in double ones",
     {{"/etc/default/grub", "GRUB_CMDLINE_LINUX=\"x=\\\"a b\\\" 'intel_iommu=on' intel_iommu=on\"\n"}},
     "cmdline-typo:1"},
    {"a backslash between single quotes",
     {{"/etc/default/grub",
       "GRUB_CMDLINE_LINUX='a\\' # intel_iommu=off\nGRUB_CMDLINE_LINUX_DEFAULT=intel_iommu=on"}},
     ""},
    {"an empty name and a command",
     {{"/etc/default/grub",
       "=igfx_off\nif true; then GRUB_CMDLINE_LINUX=pt; fi\nGRUB_CMDLINE_LINUX=intel_iommu=on"}},
     ""},
    {"nothing could be read", {{"/etc/hostname", "x"}}, "cmdline-unreadable"},
    {"an empty file", {{"/etc/default/grub", ""}}, "iommu-not-enabled"},
    {"Intel's IOMMU is on by default", {{"/proc/cmdline", "quiet"}, {"/sys/class/iommu/dmar0/x", ""}}, ""},
    {"Intel's IOMMU is on because the running line says so, and the next one does not",
     {{"/proc/cmdline", "BOOT_IMAGE=/x intel_iommu=on"},
      {"/etc/default/grub", "GRUB_CMDLINE_LINUX=\"quiet\"\n"},
      {"/sys/class/iommu/dmar0/x", ""}},
     "iommu-not-enabled:1"},
    {"groups tell it too", {{"/proc/cmdline", "quiet"}, {"/sys/kernel/iommu_groups/0/x", ""}}, ""},
    {"turned on, but not there",
     {{"/proc/cmdline", "intel_iommu=on"}, {"/sys/class/iommu/", ""}, {"/sys/kernel/iommu_groups/", ""}},
     "iommu-not-seen"},
    {"turned on, and not recorded", {{"/proc/cmdline", "intel_iommu=on"}, {"/sys/class/iommu/", ""}}, ""},
    {"efifb on an old kernel",
     {{"/proc/cmdline", "intel_iommu=on video=efifb:off"}, {"/proc/sys/kernel/osrelease", "5.4.0-generic\n"}},
     ""},
    {"efifb on an old kernel, by /proc/version",
     {{"/proc/cmdline", "intel_iommu=on video=efifb:off"},
      {"/proc/version", "Linux version 5.10.0-28-amd64 (x)\n"}},
     ""},
    {"efifb on a new kernel",
     {{"/proc/cmdline", "intel_iommu=on video=efifb:off"},
      {"/proc/version", "Linux version 6.8.12-4-pve (x)\n"}},
     "cmdline-efifb-off:1"},
};

static void check_tree(const struct tree_case *c)
{
    fixture_open(&machine);
    write_base("vendor_id\t: GenuineIntel\n");
    for (int i = 0; i < MAX_FIXTURE_FILES && c->files[i].path; i++)
        fixture_write(&machine, c->files[i].path, c->files[i].text);
    host_config_check(machine.root, NULL, &machine.findings);
    assert_findings(c->name, &machine.findings, c->findings);
    fixture_close(&machine);
}

static void test_trees(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(tree_cases); i++)
        check_tree(&tree_cases[i]);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_params, set_up, tear_down),
        cmocka_unit_test(test_trees),
        cmocka_unit_test_setup_teardown(test_next_steps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unused_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_set_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_host_bridge, set_up, tear_down),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
