/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The next steps in the host's configuration; tests/cli/check_host.tsv has what is found in its files. */

#include "probe/host_config.h"
#include "probe/host_state.h"
#include "tests/unit/root_fixture.h"

static struct findings findings;

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
        {"GenuineIntel", NULL, NULL, NULL, NULL, "quiet", {"through -> passthru plan"}},
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
        host_config_read(root, NULL, &findings, NULL);
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

TESTSUITE_MAIN(NULL, NULL)
