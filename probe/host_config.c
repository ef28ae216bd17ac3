/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/host_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/host_state.h"
#include "probe/vm_config.h"

enum { MAX_CPUINFO = 8 << 20 };

/* 602 for "6.2.16-3-pve", or 0. */
static int read_kernel_version(struct root *root)
{
    char text[128];
    int major = 0;
    int minor = 0;
    if (root_read_line(root, "/proc/sys/kernel/osrelease", text, sizeof text) == ROOT_OK && *text) {
        if (sscanf(text, "%3d.%2d", &major, &minor) != 2)
            return 0;
    } else if (root_read_line(root, "/proc/version", text, sizeof text) != ROOT_OK ||
               sscanf(text, "Linux version %3d.%2d", &major, &minor) != 2) {
        return 0;
    }
    return 100 * major + minor;
}

static enum cpu_maker read_cpu_maker(struct root *root, const struct pci_machine *machine)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(MAX_CPUINFO + 16);
    root_read(root, "/proc/cpuinfo", MAX_CPUINFO, &text);
    struct span all = {buffer_text(&text), text.length};
    if (span_holds(all, "GenuineIntel"))
        return CPU_INTEL;
    if (span_holds(all, "AuthenticAMD") || span_holds(all, "HygonGenuine"))
        return CPU_AMD;
    /* The host bridge is made by who made the processor. */
    const struct pci_device *first = machine && machine->count ? &machine->devices[0] : NULL;
    if (!first || first->address.bus || first->address.slot || first->base_class != 0x06)
        return CPU_UNKNOWN;
    return first->id.vendor == 0x8086 ? CPU_INTEL : first->id.vendor == 0x1022 ? CPU_AMD : CPU_UNKNOWN;
}

static bool any_on_vfio(const struct pci_machine *machine)
{
    for (int i = 0; machine && i < machine->count; i++)
        if (pci_is_on_vfio(&machine->devices[i]))
            return true;
    return false;
}

static void note_device_pass(void *context, const char *file, struct span text)
{
    (void)file;
    if (span_holds(text, "\nhostpci") || span_begins(text, "hostpci") || span_holds(text, "<hostdev"))
        *(bool *)context = true;
}

static bool is_empty_directory(struct root *root, const char *directory)
{
    int count;
    char **names = root_list(root, directory, 4096, &count);
    root_free_names(names, count);
    return !count && root_exists(root, directory);
}

/* The running kernel has intel_iommu=on, and no IOMMU. */
static void check_iommu_seen(struct host_state *host)
{
    if (host->cpu == CPU_INTEL && host->running_intel_iommu && strcmp(host->running_intel_iommu, "on") == 0 &&
        is_empty_directory(host->root, "/sys/class/iommu") &&
        is_empty_directory(host->root, "/sys/kernel/iommu_groups"))
        findings_add(host->findings, NULL, 0, FINDING_IOMMU_NOT_SEEN);
}

static void check_nothing_set_up(struct host_state *host, bool wanted, bool has_line,
                                 const struct cmdline *line)
{
    if (!has_line)
        findings_add(host->findings, NULL, 0, FINDING_CMDLINE_UNREADABLE);
    if (wanted)
        return;
    bool needs_switch = has_line && host->cpu == CPU_INTEL && !cmdline_switch(line, "intel_iommu");
    findings_add(host->findings, NULL, 0, FINDING_VFIO_NOT_SET_UP,
                 needs_switch ? "write intel_iommu=on on the kernel command line; " : "");
}

void host_config_check(struct root *root, const struct pci_machine *machine, struct findings *findings)
{
    struct cmdline *line = calloc(1, sizeof *line);
    struct host_state *host = calloc(1, sizeof *host);
    if (line && host) {
        host->root = root;
        host->machine = machine;
        host->findings = findings;
        host->cpu = read_cpu_maker(root, machine);
        host->kernel = read_kernel_version(root);
        bool has_line = command_lines_check(host, line);
        modprobe_config_check(host);
        initramfs_config_check(host);
        vfio_ids_check(host);
        bool wanted = host->id_count || host->vfio_named || any_on_vfio(machine);
        vm_config_each_file(root, note_device_pass, &wanted);
        if (has_line)
            cmdline_check(host, line, wanted);
        check_iommu_seen(host);
        check_nothing_set_up(host, wanted, has_line, line);
    } else {
        buffer_memory_was_short = true;
    }
    if (line)
        cmdline_free(line);
    free(line);
    free(host);
}
