/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's configuration against devices, and the next steps; tests/cli/check_host.tsv has what is found in
 * its files. */

#include "probe/host_config.h"
#include "probe/host_state.h"
#include "tests/unit/config_fixture.h"

static const char vfio_conf[] = "options vfio-pci ids=10de:1d16\nsoftdep nouveau pre: vfio-pci\n";

/* What is to be done names the tool of the machine, and the parameter as it should be. */
ROOT_TEST(test_next_steps)
{
    static const struct {
        const char *cpu, *vfio, *kernel_cmdline, *boot_uuids, *grub, *running; /* NULL: no such file */
        const char *says[4]; /* of each finding a part of "FILE: TEXT -> NEXT" */
    } cases[] = {
        {"GenuineIntel",
         vfio_conf,
         "intel_iommu=on igfx_off vfio-pci.id=10de:1d16",
         "",
         NULL,
         "quiet",
         {"-> write intel_iommu=on,igfx_off", "-> write vfio-pci.ids=10de:1d16",
          "/etc/kernel/cmdline: the running kernel was started without intel_iommu=on -> not active yet: "
          "proxmox-boot-tool refresh, then reboot"}},
        {"GenuineIntel",
         vfio_conf,
         "iommu=pt intel_iommu=on",
         "",
         "GRUB_CMDLINE_LINUX=\"iommu=pt intel_iommu=on\"",
         "BOOT_IMAGE=/vmlinuz quiet",
         {"the running kernel was started without iommu=pt intel_iommu=on -> not active yet: proxmox-boot-tool "
          "refresh, then reboot"}},
        /* Where it belongs, and how to bring it there. */
        {"GenuineIntel",
         vfio_conf,
         "intel_iommu=on",
         NULL,
         "GRUB_CMDLINE_LINUX=\"intel_iommu=on iommu=pt\"",
         "initrd=\\EFI\\x intel_iommu=on",
         {"/etc/default/grub: this machine boots by /etc/kernel/cmdline, so that this file has no effect: "
          "iommu=pt -> write it into /etc/kernel/cmdline"}},
        /* What is missing on a host that has nothing, by the maker of its processor. */
        {"GenuineIntel", NULL, NULL, NULL, NULL, "quiet", {"through -> write intel_iommu=on on"}},
        {"GenuineIntel", NULL, NULL, NULL, NULL, "quiet intel_iommu=on", {"through -> write \"options"}},
        {"AuthenticAMD", NULL, NULL, NULL, NULL, "quiet", {"through -> write \"options"}},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *const files[][2] = {{"/proc/cpuinfo", cases[i].cpu},
                                        {"/etc/modprobe.d/vfio.conf", cases[i].vfio},
                                        {"/etc/kernel/cmdline", cases[i].kernel_cmdline},
                                        {"/etc/kernel/proxmox-boot-uuids", cases[i].boot_uuids},
                                        {"/etc/default/grub", cases[i].grub},
                                        {"/proc/cmdline", cases[i].running}};
        int count = 0;
        reset_root();
        for (size_t file = 0; file < ARRAY_SIZE(files); file++)
            if (files[file][1])
                put(files[file][0], files[file][1]);
        host_config_check(root, NULL, &findings);
        for (; cases[i].says[count]; count++) {
            struct buffer says CLEANUP(buffer_free) = BUFFER(4096);
            const struct finding *finding = &findings.items[count];
            assert_true(count < findings.count);
            buffer_append_format(&says, "%s: %s -> %s", finding->file, finding->text, finding->next);
            assert_holds(buffer_text(&says), cases[i].says[count]);
        }
        assert_int_equal(findings.count, count);
        findings_free(&findings);
    }
}

/* check.test has more parameters than there can be. */
DEFINE_TEST(test_a_long_parameter)
{
    struct cmdline *line = calloc(1, sizeof *line);
    struct buffer text CLEANUP(buffer_free) = BUFFER(1 << 20);
    assert_non_null(line);
    for (int i = 0; i < 900000; i++)
        buffer_append_byte(&text, 'x');
    cmdline_add(line, (struct span){buffer_text(&text), text.length}, "f", 1);
    assert_int_equal(line->count, 0);
    assert_true(line->is_cut);
    cmdline_free(line);
    free(line);
}

#define CARD(driver)                    a_device(1, 0, 0x10de, 0x1d16, 0x03, driver)
#define SOUND(driver)                   a_device(1, 1, 0x10de, 0x10f1, 0x04, driver)
#define BRIDGE(vendor, base_class)      a_device(0, 0, vendor, 0x8a12, base_class, NULL)
#define OTHER(device, base_class, name) a_device(2, 0, 0x10de, device, base_class, name)

ROOT_TEST(test_devices)
{
    /* With `ids` for vfio-pci in modprobe.d, NULL: with nothing, on a machine with these devices. */
    struct {
        const char *ids;
        struct pci_device devices[3];
        const char *findings;
    } cases[] = {
        /* A device on vfio-pci is a set-up too, one on another driver is not. */
        {NULL, {CARD("nouveau"), SOUND("snd_hda_intel")}, "vfio-not-set-up"},
        {NULL, {CARD("vfio-pci"), SOUND("snd_hda_intel")}, ""},
        {"10de:1d16", {CARD("vfio-pci")}, ""},
        {"10de:1d16", {CARD(NULL)}, "vfio-no-precedence:1"},
        {"10de:1d16", {CARD("")}, "vfio-no-precedence:1"},
        {"10de:1d16", {CARD("nouveau")}, "vfio-driver-holds-device:1"},
        {"10de:1d16", {CARD("vfio-pci"), SOUND("snd_hda_intel")}, "vfio-function-missing:1"},
        {"10de:1d16", {CARD("vfio-pci"), SOUND("vfio-pci")}, ""},
        {"10de:1d16,10de:10f1", {CARD("vfio-pci"), SOUND("vfio-pci")}, ""},
        {"10de:1d16", {CARD("vfio-pci"), OTHER(0x10f1, 0x04, "snd_hda_intel")}, ""}, /* another card */
        {"10de:10f1", {CARD("nouveau"), SOUND("vfio-pci")}, ""},
        {"10de:10f1", {SOUND("")}, ""},
        {"10de:1d61,10de:1d16", {CARD("vfio-pci")}, "vfio-id-without-device:1"},
        {"1002:67df", {a_device(1, 0, 0x1002, 0x67df, 0x03, "")}, "vfio-no-precedence:1"},
        {"10de:1d16", {CARD("vfio-pci"), OTHER(0x1d16, 0x03, "vfio-pci")}, "vfio-id-of-several:1"},
        {"10de:1d16",
         {CARD("vfio-pci"), OTHER(0x1d16, 0x03, "")},
         "vfio-id-of-several:1 vfio-no-precedence:1"},
        {"10de:1d16", {CARD("vfio-pci"), a_device(1, 1, 0x8086, 0x460d, 0x06, "pcieport")}, ""},
        /* Without /proc/cpuinfo the host bridge shows who made the processor: only Intel's needs the switch.
         */
        {"10de:1d16", {BRIDGE(0x8086, 0x06), CARD("vfio-pci")}, "iommu-not-enabled:1"},
        {"10de:1d16", {BRIDGE(0x8086, 0x03), CARD("vfio-pci")}, ""},
        {"10de:1d16", {BRIDGE(0x1022, 0x06), CARD("vfio-pci")}, ""},
        {"10de:1d16", {BRIDGE(0x1022, 0x03), CARD("vfio-pci")}, ""},
        {"10de:1d16", {BRIDGE(0x1234, 0x06), CARD("vfio-pci")}, ""},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct pci_machine pci = {.devices = cases[i].devices};
        char text[100];
        for (; pci.count < 3 && pci.devices[pci.count].id.vendor; pci.count++)
            pci.devices[pci.count].is_bridge = strcmp(pci.devices[pci.count].driver, "pcieport") == 0;
        reset_root();
        put("/proc/cmdline", "quiet");
        snprintf(text, sizeof text, "options vfio-pci ids=%s\n", cases[i].ids ? cases[i].ids : "");
        if (cases[i].ids)
            put("/etc/modprobe.d/vfio.conf", text);
        host_config_check(root, &pci, &findings);
        snprintf(text, sizeof text, "row %zu", i);
        assert_findings(text, cases[i].findings);
    }
}

ROOT_TEST(test_missing_functions_are_named)
{
    struct pci_device devices[] = {CARD("vfio-pci"), SOUND("snd_hda_intel")};
    struct pci_machine pci = {.devices = devices, .count = 2};
    put("/proc/cmdline", "vfio-pci.ids=10de:1d16");
    host_config_check(root, &pci, &findings);
    assert_string_equal(findings.items[0].file, "/proc/cmdline");
    assert_holds(findings.items[0].text, "01:00.1 [10de:10f1]");
    assert_string_equal(findings.items[0].next, "add them to ids=: 10de:10f1");
    assert_findings("functions", "vfio-function-missing:1");
}

TESTSUITE_MAIN(NULL, NULL)
