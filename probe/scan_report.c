/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/scan_report.h"

#include <stdio.h>

static void take_ids(const struct pci_id *id, struct report_draft *draft)
{
    char text[PCI_ID_TEXT_SIZE];
    struct pci_id whole = pci_id_base(id);
    report_draft_set(draft, FIELD_PCI_ID, pci_id_print(&whole, text));
    report_draft_set(draft, FIELD_PCI_ID_FROM, vocabulary_value(&vocabulary_pci_id_from, PCI_ID_FROM_SOURCE));
    /* A card without a maker of its own leaves the registers at zero or at all ones. */
    if (id->has_subsystem && id->subvendor && id->subvendor != 0xffff) {
        snprintf(text, sizeof text, "%04x:%04x", id->subvendor, id->subdevice);
        report_draft_set(draft, FIELD_SUBSYSTEM, text);
    }
    if (id->has_revision) {
        snprintf(text, sizeof text, "%02x", id->revision);
        report_draft_set(draft, FIELD_REVISION, text);
    }
}

static void take_vbios(const struct scan_gpu *gpu, struct report_draft *draft)
{
    bool *seen = draft->vbios_observed;
    const struct rom_reading *rom = &gpu->rom;
    bool has_image = rom->valid == TRISTATE_YES && rom->matches == TRISTATE_YES;
    seen[VBIOS_ROM_BAR] = has_image && !rom->is_shadow;
    seen[VBIOS_SYSTEM_FIRMWARE] = has_image && rom->is_shadow;
    seen[VBIOS_ACPI_ROM] = gpu->acpi.rom_method == ACPI_ROM_YES;
    seen[VBIOS_ACPI_ATRM] = gpu->acpi.atrm == TRISTATE_YES;
    seen[VBIOS_ACPI_VFCT] = gpu->acpi.vfct == TRISTATE_YES;
}

void scan_report(const struct scan *scan, const struct scan_gpu *gpu, struct report_draft *draft)
{
    const struct host *host = &scan->host;
    take_ids(&gpu->device->id, draft);
    take_vbios(gpu, draft);
    draft->isolated = gpu->isolated;
    if (gpu->device->is_virtual_function == TRISTATE_YES)
        report_draft_set(draft, FIELD_SHARE, vocabulary_value(&vocabulary_share, SHARE_SR_IOV));
    if (gpu->chassis != CHASSIS_UNKNOWN)
        report_draft_set(draft, FIELD_CHASSIS, vocabulary_value(&vocabulary_chassis, (int)gpu->chassis));
    report_draft_observe(draft, FIELD_MACHINE, host->machine);
    report_draft_observe(draft, FIELD_CPU, host->cpu);
    report_draft_observe(draft, FIELD_HOST_OS, host->system);
    report_draft_observe(draft, FIELD_KERNEL, host->kernel);
    if (host->hypervisor)
        report_draft_set(draft, FIELD_HYPERVISOR, host->hypervisor);
}
