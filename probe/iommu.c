/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/iommu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/host_state.h"

enum { MAX_GROUPS = 4096, DMAR_FLAGS = 37, DMAR_INTR_REMAP = 1 };

/* The names below /sys/class/iommu show who made it: dmar0, ivhd0, smmu3.0x.... */
static enum iommu_kind kind_of(const char *name)
{
    if (strncmp(name, "dmar", 4) == 0)
        return IOMMU_KIND_INTEL;
    if (strncmp(name, "ivhd", 4) == 0)
        return IOMMU_KIND_AMD;
    return IOMMU_KIND_OTHER;
}

enum tristate iommu_is_on(struct root *root)
{
    static const char *const directories[] = {"/sys/class/iommu", "/sys/kernel/iommu_groups"};
    enum tristate is_on = TRISTATE_UNKNOWN;
    for (size_t i = 0; i < ARRAY_SIZE(directories) && is_on != TRISTATE_YES; i++) {
        struct root_names names CLEANUP(root_names_free) = root_list(root, directories[i], MAX_GROUPS);
        if (names.count || root_exists(root, directories[i]))
            is_on = tristate_of(names.count);
    }
    return is_on;
}

static void read_units(struct root *root, struct iommu *iommu)
{
    struct root_names units CLEANUP(root_names_free) = root_list(root, "/sys/class/iommu", MAX_GROUPS);
    if (units.count)
        iommu->kind = kind_of(units.items[0]);
    iommu->enabled = iommu_is_on(root);
}

static void read_tables(struct root *root, const struct host *host, struct iommu *iommu)
{
    bool dmar = root_exists(root, "/sys/firmware/acpi/tables/DMAR");
    bool ivrs = root_exists(root, "/sys/firmware/acpi/tables/IVRS");
    if (dmar || ivrs || root_exists(root, "/sys/firmware/acpi/tables"))
        iommu->table = tristate_of(dmar || ivrs);
    if (iommu->kind == IOMMU_KIND_UNKNOWN && (dmar || ivrs))
        iommu->kind = dmar ? IOMMU_KIND_INTEL : IOMMU_KIND_AMD;
    if (iommu->kind == IOMMU_KIND_UNKNOWN && strcmp(host->cpu_vendor, "GenuineIntel") == 0)
        iommu->kind = IOMMU_KIND_INTEL;
    if (iommu->kind == IOMMU_KIND_UNKNOWN && strcmp(host->cpu_vendor, "AuthenticAMD") == 0)
        iommu->kind = IOMMU_KIND_AMD;
}

/* The kernel names the interrupt controllers behind a remapping unit IR-IO-APIC, IR-PCI-MSI and so on. Where
 * that list cannot be read the DMAR table says at least whether the hardware can. */
static void read_remapping(struct root *root, struct iommu *iommu)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(2 << 20);
    if (root_read_start(root, "/proc/interrupts", 1 << 20, &text) == ROOT_OK) {
        if (strstr(buffer_text(&text), " IR-"))
            iommu->interrupt_remapping = TRISTATE_YES;
        else if (strstr(buffer_text(&text), "IO-APIC"))
            iommu->interrupt_remapping = TRISTATE_NO;
    }
    if (iommu->interrupt_remapping == TRISTATE_UNKNOWN && iommu->enabled == TRISTATE_YES &&
        iommu->kind == IOMMU_KIND_INTEL &&
        root_read(root, "/sys/firmware/acpi/tables/DMAR", 1 << 20, &text) == ROOT_OK &&
        text.length > DMAR_FLAGS)
        iommu->interrupt_remapping = tristate_of(text.data[DMAR_FLAGS] & DMAR_INTR_REMAP);
}

static enum iommu_fault why_off(struct root *root, const struct iommu *iommu)
{
    char text[4096];
    struct cmdline line = {.count = 0};
    if (iommu->table == TRISTATE_NO)
        return IOMMU_FAULT_FIRMWARE;
    root_read_line(root, "/proc/cmdline", text, sizeof text);
    cmdline_add(&line, span_of(text), "", 1);
    bool is_off = cmdline_is(&line, "iommu", "off") ||
                  (iommu->kind != IOMMU_KIND_AMD && cmdline_is(&line, "intel_iommu", "off")) ||
                  (iommu->kind != IOMMU_KIND_INTEL && cmdline_is(&line, "amd_iommu", "off"));
    bool is_not_on = iommu->table == TRISTATE_YES && iommu->kind == IOMMU_KIND_INTEL && line.count &&
                     !cmdline_is(&line, "intel_iommu", "on");
    cmdline_free(&line);
    return is_off || is_not_on ? IOMMU_FAULT_COMMAND_LINE : IOMMU_FAULT_UNKNOWN;
}

/* Gives the devices that a group's directory names this group. */
static void read_group(struct root *root, const char *name, struct pci_machine *machine)
{
    char directory[320];
    int group = atoi(name);
    snprintf(directory, sizeof directory, "/sys/kernel/iommu_groups/%.200s/devices", name);
    struct root_names names CLEANUP(root_names_free) = root_list(root, directory, MAX_PCI_DEVICES);
    for (int i = 0; i < names.count; i++) {
        struct pci_address address;
        struct pci_device *device =
            pci_address_parse(names.items[i], &address) ? pci_find(machine, &address) : NULL;
        if (device)
            device->iommu_group = group;
    }
}

static bool has_groups(const struct pci_machine *machine)
{
    for (int i = 0; i < machine->count; i++)
        if (machine->devices[i].iommu_group >= 0)
            return true;
    return false;
}

/* The links of the devices say the same, and cost less to read. */
static void read_groups(struct root *root, struct pci_machine *machine)
{
    struct root_names names CLEANUP(root_names_free) =
        root_list(root, "/sys/kernel/iommu_groups", MAX_GROUPS);
    for (int i = 0; i < names.count; i++) {
        size_t length = strlen(names.items[i]);
        if (length < 9 && strspn(names.items[i], "0123456789") == length)
            read_group(root, names.items[i], machine);
    }
}

void iommu_read(struct root *root, const struct host *host, struct pci_machine *machine, struct iommu *iommu)
{
    *iommu = (struct iommu){.enabled = TRISTATE_UNKNOWN};
    read_units(root, iommu);
    if (!has_groups(machine))
        read_groups(root, machine);
    if (has_groups(machine))
        iommu->enabled = TRISTATE_YES;
    else if (host->is_xen) /* which has it */
        iommu->enabled = TRISTATE_UNKNOWN;
    read_tables(root, host, iommu);
    read_remapping(root, iommu);
    if (iommu->enabled == TRISTATE_NO)
        iommu->fault = why_off(root, iommu);
}

const char *iommu_kind_name(enum iommu_kind kind)
{
    static const char *const words[] = {
        [IOMMU_KIND_INTEL] = "intel", [IOMMU_KIND_AMD] = "amd", [IOMMU_KIND_OTHER] = "other"};
    return kind == IOMMU_KIND_UNKNOWN ? NULL : words[kind];
}

int iommu_foreign_devices(const struct pci_machine *machine, const struct pci_device *gpu, int foreign[],
                          int limit)
{
    int count = 0;
    if (gpu->iommu_group < 0)
        return 0;
    for (int i = 0; i < machine->count; i++) {
        const struct pci_device *device = &machine->devices[i];
        if (device->iommu_group != gpu->iommu_group || device->base_class == 0x06 ||
            pci_same_device(device, gpu))
            continue;
        if (count < limit)
            foreign[count] = i;
        count++;
    }
    return count;
}
