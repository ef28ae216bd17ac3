/* modprobe.d, the modules of the initramfs, and vfio-pci's IDs against the devices. */

#include "probe/host_config.h"
#include "tests/unit/config_fixture.h"

#define SOFTDEP                                                                                              \
    {                                                                                                        \
        "/etc/modprobe.d/zz.conf", "softdep nouveau pre: vfio-pci\n"                                         \
    }
#define IDS                                                                                                  \
    {                                                                                                        \
        "/etc/modprobe.d/vfio.conf", "options vfio-pci ids=10de:1d16\n"                                      \
    }

struct tree_case {
    const char *name;
    struct fixture_file files[MAX_FIXTURE_FILES];
    const char *findings;
};

static const struct tree_case cases[] = {
    {"nothing set up", {{"/etc/modprobe.d/x.conf", "blacklist pcspkr\n"}}, "vfio-not-set-up"},
    {"the seed",
     {IDS, {"/etc/modprobe.d/b.conf", "blacklist nouveau\nblacklist nvidia\nblacklist nvidiafb\n"}},
     ""},
    {"ids alone", {IDS}, "vfio-no-precedence:1"},
    {"ids and softdep", {IDS, SOFTDEP}, ""},
    {"ids and install", {IDS, {"/etc/modprobe.d/i.conf", "install nouveau /bin/false\n"}}, ""},
    {"a softdep that comes after",
     {IDS, {"/etc/modprobe.d/i.conf", "softdep nouveau post: vfio-pci\n"}},
     "vfio-no-precedence:1"},
    {"ids and a softdep of another maker's driver",
     {IDS, {"/etc/modprobe.d/i.conf", "softdep amdgpu pre: vfio-pci\n"}},
     "vfio-no-precedence:1"},
    {"nouveau is blacklisted by the package of NVIDIA's driver, which is then quicker",
     {IDS, {"/usr/lib/modprobe.d/nvidia-installer.conf", "blacklist nouveau\n"}},
     "vfio-no-precedence:1"},
    {"and both wait",
     {IDS,
      {"/usr/lib/modprobe.d/nvidia-installer.conf", "blacklist nouveau\n"},
      {"/etc/modprobe.d/x.conf", "softdep nvidia pre: vfio-pci\n"}},
     ""},
    {"AMD, radeon or amdgpu",
     {{"/etc/modprobe.d/v.conf", "options vfio-pci ids=1002:67df,1002:aaf0\nblacklist radeon\n"}},
     ""},
    {"AMD, none", {{"/etc/modprobe.d/v.conf", "options vfio-pci ids=1002:67df\n"}}, "vfio-no-precedence:1"},
    {"blacklisted on the kernel command line",
     {IDS, {"/proc/cmdline", "quiet modprobe.blacklist=nouveau,nvidia"}},
     ""},
    {"early in the initramfs", {IDS, {"/etc/initramfs-tools/modules", "# x\nvfio\nvfio_pci\n"}}, ""},
    {"early by rd.driver.pre", {IDS, {"/proc/cmdline", "rd.driver.pre=vfio-pci"}}, ""},
    {"/etc/modules is not early", {IDS, {"/etc/modules", "vfio\nvfio_pci\n"}}, "vfio-no-precedence:1"},
    {"ids in the initramfs's list",
     {{"/etc/initramfs-tools/modules", "vfio_pci ids=10de:1d16,zz\n"}},
     "vfio-ids-malformed:1"},
    {"continued lines, CRLF, underscore, comments",
     {SOFTDEP,
      {"/etc/modprobe.d/v.conf", "# options vfio-pci ids=x\r\noptions vfio_pci \\\r\n"
                                 "  ids=10de:1d16,nonsense \\\r\n  disable_vga=1\r\n"}},
     "vfio-ids-malformed:2"},
    {"a blank behind the comma",
     {SOFTDEP, {"/etc/modprobe.d/v.conf", "\noptions vfio-pci ids=10de:1d16, 10de:10f1\n"}},
     "vfio-ids-malformed:2"},
    {"two lines with ids",
     {SOFTDEP,
      {"/etc/modprobe.d/v.conf", "options vfio-pci ids=10de:1d16\noptions vfio-pci ids=10de:10f1\n"}},
     "modprobe-ids-twice:2"},
    {"ids and another line without",
     {SOFTDEP,
      {"/etc/modprobe.d/v.conf", "options vfio-pci ids=10de:1d16\noptions vfio-pci disable_vga=1\n"}},
     ""},
    {"ids of another module",
     {SOFTDEP, {"/etc/modprobe.d/v.conf", "options vfio_iommu_type1 ids=10de:1d16\n"}},
     "modprobe-ids-elsewhere:1"},
    {"options of another vfio module",
     {SOFTDEP, {"/etc/modprobe.d/v.conf", "options vfio_iommu_type1 allow_unsafe_interrupts=1\n"}},
     ""},
    {"a mistyped parameter",
     {SOFTDEP, {"/etc/modprobe.d/v.conf", "options vfio-pci id=10de:1d16 disable_vg=1 x=1\n"}},
     "modprobe-unknown-parameter:1 modprobe-unknown-parameter:1 modprobe-unknown-parameter:1"},
    {"mistyped modules",
     {SOFTDEP,
      {"/etc/modprobe.d/v.conf", "options vfio-pcie ids=10de:1d16\nsoftdep nouveau pre: vfio-pic\n"},
      {"/etc/modules", "vfio_iommu_typ1\nvfio_mdev\nvfio-pci-core\nnvme\n"}},
     "module-typo:1 module-typo:2 module-typo:1"},
    {"a mistyped directive",
     {SOFTDEP, {"/etc/modprobe.d/v.conf", "option vfio-pci ids=10de:1d16\nblacklst x\n"}},
     "modprobe-unknown-directive:1 modprobe-unknown-directive:2"},
    {"directives that are none of ours",
     {SOFTDEP,
      {"/etc/modprobe.d/v.conf", "alias a b\nremove x y\ninstall a b\noptions snd x=1\nweakdep a b\n"}},
     ""},
    {"a file without .conf",
     {IDS, SOFTDEP, {"/etc/modprobe.d/blacklist", "# x\nblacklist radeon\n"}},
     "modprobe-file-ignored:2"},
    {"a backup, and a file that says nothing",
     {IDS,
      SOFTDEP,
      {"/etc/modprobe.d/vfio.conf.bak", "blacklist radeon\n"},
      {"/etc/modprobe.d/README", "read me and weep\noptions snd x=1\nsoftdep snd pre: soundcore\n"}},
     ""},
    {"a file without .conf that says options vfio-pci",
     {IDS, SOFTDEP, {"/etc/modprobe.d/vfio", "options vfio-pci disable_vga=1\n"}},
     "modprobe-file-ignored:1"},
    {"modules that resemble vfio",
     {IDS,
      SOFTDEP,
      {"/etc/modprobe.d/x.conf", "options fio x=1\noptions vfi ids=10de:1d16\noptions vfio_ap x=1\n"}},
     "module-typo:2"},
    {"install by /bin/true", {IDS, {"/etc/modprobe.d/i.conf", "install nouveau /bin/true\n"}}, ""},
    {"install that is no hindrance",
     {IDS, {"/etc/modprobe.d/i.conf", "install nouveau /sbin/modprobe --ignore-install nouveau\n"}},
     "vfio-no-precedence:1"},
    {"a file in /etc hides that of the distribution",
     {SOFTDEP,
      {"/etc/modprobe.d/v.conf", "options vfio-pci ids=10de:1d16\n"},
      {"/lib/modprobe.d/v.conf", "options vfio-pci ids=10de:ffff\n"}},
     ""},
    {"vfio_virqfd on a new kernel",
     {SOFTDEP,
      {"/proc/sys/kernel/osrelease", "6.8.12-4-pve"},
      {"/etc/modules", "; vfio_virqfd\n# vfio_virqfd\n\nvfio_virqfd\n"}},
     "vfio-virqfd-gone:4"},
    {"vfio_virqfd on an unknown kernel", {SOFTDEP, {"/etc/modules", "vfio_virqfd\n"}}, "vfio-virqfd-gone:1"},
    {"vfio_virqfd on an old kernel",
     {SOFTDEP, {"/proc/sys/kernel/osrelease", "5.15.0"}, {"/etc/modules-load.d/v.conf", "vfio_virqfd\n"}},
     ""},
    {"mkinitcpio",
     {IDS,
      {"/etc/mkinitcpio.conf", "# MODULES=(x)\nMODULES=(vfio_pci vfio\n  vfio_iommu_type1 nouveau)\n"
                               "HOOKS=(base udev modconf block)\n"}},
     ""},
    {"mkinitcpio, order and hook",
     {IDS,
      SOFTDEP,
      {"/etc/mkinitcpio.conf", "MODULES=(nouveau\n vfio_pci)\nFILES=()\nHOOKS=(base udev block)\n"}},
     "initramfs-order:2 initramfs-no-modconf:4"},
    {"mkinitcpio, the driver of the GPU that stays",
     {IDS, {"/etc/mkinitcpio.conf", "MODULES=\"i915 vfio_pci\"\n"}},
     ""},
    {"dracut", {IDS, {"/etc/dracut.conf.d/v.conf", "force_drivers+=\" vfio_pci vfio \"\n"}}, ""},
    {"dracut, added alone is not early",
     {IDS, {"/etc/dracut.conf.d/v.conf", "add_drivers+=\" vfio_pci vfoi \"\n"}},
     "vfio-no-precedence:1"},
    {"a virtual machine passes a device: Proxmox binds it itself",
     {{"/etc/pve/qemu-server/100.conf", "cores: 1\nhostpci0: 01:00\n"}},
     ""},
    {"so does libvirt",
     {{"/etc/libvirt/qemu/a.xml", "<domain><devices><hostdev type='pci'/></devices></domain>"}},
     ""},
    {"NVIDIA's name in a file of the user's tells nothing",
     {IDS, {"/etc/modprobe.d/nvidia.conf", "blacklist nouveau\n"}},
     ""},
    {"a virtual machine that passes nothing",
     {{"/etc/pve/qemu-server/100.conf", "cores: 1\n"}},
     "vfio-not-set-up"},
    {"rubbish in every file",
     {{"/etc/default/grub", "\x01\xff\"'\\"},
      {"/etc/modprobe.d/a.conf", "\\\n\\\n\\"},
      {"/etc/mkinitcpio.conf", "MODULES=(((\nHOOKS=\n\"\"'(("},
      {"/etc/dracut.conf.d/a.conf", "force_drivers="},
      {"/etc/kernel/cmdline", "\xff\"\"="}},
     "vfio-not-set-up"},
};

static void check_case(const struct tree_case *c, const struct pci_machine *machine)
{
    struct fixture fixture;
    fixture_open(&fixture);
    fixture_write(&fixture, "/proc/cmdline", "quiet");
    for (int i = 0; i < MAX_FIXTURE_FILES && c->files[i].path; i++)
        fixture_write(&fixture, c->files[i].path, c->files[i].text);
    host_config_check(fixture.root, machine, &fixture.findings);
    assert_findings(c->name, &fixture.findings, c->findings);
    fixture_close(&fixture);
}

static void test_files(void **state)
{
    static const struct pci_machine none = {.count = 0};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        check_case(&cases[i], NULL);
        check_case(&cases[i], &none);
    }
}

#define CARD(driver)  a_device(1, 0, 0x10de, 0x1d16, 0x03, driver)
#define SOUND(driver) a_device(1, 1, 0x10de, 0x10f1, 0x04, driver)

static struct pci_device a_bridge(uint8_t bus, uint8_t function)
{
    struct pci_device bridge = a_device(bus, function, 0x8086, 0x460d, 0x06, "pcieport");
    bridge.is_bridge = true;
    return bridge;
}

struct device_case {
    const char *name;
    const char *ids;
    struct pci_device devices[4];
    const char *findings;
};

static void test_devices(void **state)
{
    const struct device_case device_cases[] = {
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
    for (size_t i = 0; i < ARRAY_SIZE(device_cases); i++) {
        const struct device_case *c = &device_cases[i];
        struct pci_machine machine = {.devices = (struct pci_device *)c->devices};
        char text[100];
        while (machine.count < 4 && c->devices[machine.count].id.vendor)
            machine.count++;
        snprintf(text, sizeof text, "options vfio-pci ids=%s\n", c->ids);
        const struct tree_case tree = {c->name, {{"/etc/modprobe.d/vfio.conf", text}}, c->findings};
        check_case(&tree, &machine);
    }
}

/* A device on vfio-pci is a set-up too, one on another driver is not. */
static void test_bound_device(void **state)
{
    struct pci_device devices[] = {CARD("nouveau"), SOUND("snd_hda_intel")};
    const struct pci_machine machine = {.devices = devices, .count = 2};
    const struct tree_case nothing = {"on other drivers", {{"/etc/hostname", "x"}}, "vfio-not-set-up"};
    const struct tree_case bound = {"on vfio-pci", {{"/etc/hostname", "x"}}, ""};
    (void)state;
    check_case(&nothing, &machine);
    devices[0] = CARD("vfio-pci");
    check_case(&bound, &machine);
}

static void test_missing_functions_are_named(void **state)
{
    struct fixture fixture;
    struct pci_device devices[] = {CARD("vfio-pci"), SOUND("snd_hda_intel")};
    struct pci_machine machine = {.devices = devices, .count = 2};
    (void)state;
    fixture_open(&fixture);
    fixture_write(&fixture, "/proc/cmdline", "vfio-pci.ids=10de:1d16");
    host_config_check(fixture.root, &machine, &fixture.findings);
    assert_findings("functions", &fixture.findings, "vfio-function-missing:1");
    assert_string_equal(fixture.findings.items[0].file, "/proc/cmdline");
    assert_holds(fixture.findings.items[0].text, "01:00.1 [10de:10f1]");
    assert_string_equal(fixture.findings.items[0].next, "add them to ids=: 10de:10f1");
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_files), cmocka_unit_test(test_devices),
                                       cmocka_unit_test(test_bound_device),
                                       cmocka_unit_test(test_missing_functions_are_named)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
