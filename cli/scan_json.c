/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/scan.h"

#include <stdio.h>

/* ---- the host ---- */

static void write_iommu(struct json_writer *writer, const struct iommu *iommu)
{
    static const char *const faults[] = {[IOMMU_FAULT_NONE] = "",
                                         [IOMMU_FAULT_FIRMWARE] = "firmware",
                                         [IOMMU_FAULT_COMMAND_LINE] = "command-line",
                                         [IOMMU_FAULT_UNKNOWN] = ""};
    json_write_begin_object(writer, "iommu");
    json_write_tristate(writer, "enabled", iommu->enabled);
    json_write_text_or_null(writer, "kind", iommu_kind_name(iommu->kind));
    json_write_tristate(writer, "firmware_table", iommu->table);
    json_write_text_or_null(writer, "off_by", faults[iommu->fault]);
    json_write_tristate(writer, "interrupt_remapping", iommu->interrupt_remapping);
    json_write_end_object(writer);
}

static void write_accelerators(struct json_writer *writer, const struct scan *scan)
{
    json_write_begin_array(writer, "accelerators");
    for (int i = 0; i < scan->accelerator_count; i++) {
        const struct pci_device *device = scan->accelerators[i];
        char address[PCI_ADDRESS_TEXT_SIZE];
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "address", pci_address_print(&device->address, address));
        json_write_pci_id(writer, "pci_id", pci_id_number(&device->id));
        json_write_text_or_null(writer, "listing_name", device->name);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

void scan_write_host_json(struct json_writer *writer, const struct scan *scan)
{
    const struct host *host = &scan->host;
    write_accelerators(writer, scan);
    json_write_begin_object(writer, "host");
    json_write_text_or_null(writer, "machine", host->machine);
    bool chassis_known = host->chassis != CHASSIS_UNKNOWN;
    json_write_text_or_null(writer, "chassis", chassis_known ? chassis_value(host->chassis) : NULL);
    json_write_text_or_null(writer, "cpu", host->cpu);
    json_write_text_or_null(writer, "system", host->system);
    json_write_text_or_null(writer, "kernel", host->kernel);
    json_write_text_or_null(writer, "hypervisor", host->hypervisor);
    json_write_tristate(writer, "virtual_machine", host->in_vm);
    write_iommu(writer, &scan->iommu);
    json_write_tristate(writer, "configuration_correct", scan->configured);
    json_write_begin_object(writer, "configuration");
    findings_write_json(writer, &scan->configuration);
    json_write_end_object(writer);
    findings_write_json(writer, &scan->findings);
    json_write_begin_object(writer, "sandbox");
    json_write_integer(writer, "landlock", scan->sandbox.landlock);
    json_write_bool(writer, "seccomp", scan->sandbox.seccomp);
    json_write_end_object(writer);
    json_write_begin_array(writer, "unreadable");
    if (scan->from_text)
        json_write_string(writer, NULL, "all but PCI devices: this is a listing of lspci");
    const struct root_fault *fault;
    for (int i = 0; (fault = root_fault(scan->root, i)); i++) {
        char text[1100];
        snprintf(text, sizeof text, "%s: %s", fault->path, fault->why);
        json_write_string(writer, NULL, text);
    }
    json_write_end_array(writer);
    json_write_end_object(writer);
}

/* ---- a GPU ---- */

static void write_group(struct json_writer *writer, const struct scan *scan, const struct scan_gpu *gpu)
{
    int group = gpu->device->iommu_group;
    if (!json_write_begin_object_or_null(writer, "iommu_group", group >= 0))
        return;
    json_write_integer(writer, "id", group);
    json_write_tristate(writer, "isolated", gpu->isolated);
    json_write_begin_array(writer, "devices");
    for (int i = 0; i < scan->machine.count; i++) {
        const struct pci_device *device = &scan->machine.devices[i];
        char text[8];
        char address[PCI_ADDRESS_TEXT_SIZE];
        if (device->iommu_group != group)
            continue;
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "address", pci_address_print(&device->address, address));
        json_write_pci_id(writer, "pci_id", pci_id_number(&device->id));
        snprintf(text, sizeof text, "%02x%02x", device->base_class, device->sub_class);
        json_write_string(writer, "class", text);
        json_write_text_or_null(writer, "driver", device->driver);
        json_write_bool(writer, "own", pci_same_device(device, gpu->device));
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
    json_write_end_object(writer);
}

static void write_rom(struct json_writer *writer, const struct scan_gpu *gpu)
{
    const struct rom_reading *rom = &gpu->rom;
    json_write_begin_object(writer, "rom");
    json_write_tristate(writer, "present", rom->present);
    json_write_tristate(writer, "valid", rom->valid);
    json_write_tristate(writer, "matches", rom->matches);
    bool present = rom->present == TRISTATE_YES;
    bool efi = present && option_rom_efi_image(&rom->image);
    bool legacy = present && option_rom_has_legacy(&rom->image);
    json_write_tristate(writer, "efi", present ? tristate_of(efi) : TRISTATE_UNKNOWN);
    json_write_tristate(writer, "legacy", present ? tristate_of(legacy) : TRISTATE_UNKNOWN);
    json_write_bool(writer, "shadow", rom->is_shadow);
    json_write_integer(writer, "bar_size", (int64_t)gpu->device->rom.size);
    json_write_end_object(writer);
}

static void write_acpi(struct json_writer *writer, const struct scan_gpu *gpu)
{
    static const char *const states[] = {[ACPI_ROM_UNKNOWN] = "unknown",
                                         [ACPI_ROM_NO] = "no",
                                         [ACPI_ROM_YES] = "yes",
                                         [ACPI_ROM_BINDING_UNSURE] = "unsure"};
    const struct acpi_gpu *acpi = &gpu->acpi;
    bool sure = acpi->rom_method == ACPI_ROM_YES || acpi->rom_method == ACPI_ROM_NO;
    json_write_begin_object(writer, "acpi");
    json_write_text_or_null(writer, "path", acpi->path);
    json_write_tristate(writer, "rom_method",
                        sure ? tristate_of(acpi->rom_method == ACPI_ROM_YES) : TRISTATE_UNKNOWN);
    json_write_string(writer, "rom_method_state", states[acpi->rom_method]);
    json_write_tristate(writer, "atrm", acpi->atrm);
    json_write_tristate(writer, "atpx", acpi->atpx);
    json_write_tristate(writer, "optimus_dsm", acpi->optimus_dsm);
    json_write_tristate(writer, "mux_dsm", acpi->mux_dsm);
    json_write_tristate(writer, "vfct", acpi->vfct);
    const char *const places[][2] = {{"where_rom_method", acpi->where_rom},
                                     {"where_atrm", acpi->where_atrm},
                                     {"where_atpx", acpi->where_atpx},
                                     {"where_optimus_dsm", acpi->where_optimus_dsm},
                                     {"where_mux_dsm", acpi->where_mux_dsm}};
    for (size_t i = 0; i < ARRAY_SIZE(places); i++)
        if (*places[i][1])
            json_write_string(writer, places[i][0], places[i][1]);
    json_write_end_object(writer);
}

static void write_bars(struct json_writer *writer, const struct pci_device *device)
{
    json_write_begin_array(writer, "bars");
    for (int i = 0; i < PCI_BAR_COUNT; i++) {
        const struct pci_bar *bar = &device->bars[i];
        if (!bar->size && !bar->address)
            continue;
        json_write_begin_object(writer, NULL);
        json_write_integer(writer, "index", i);
        json_write_string(writer, "type", bar->is_io ? "io" : "memory");
        json_write_integer_or_null(writer, "size", (int64_t)bar->size, bar->size > 0);
        json_write_bool(writer, "64bit", bar->is_64bit);
        json_write_bool(writer, "prefetchable", bar->is_prefetchable);
        json_write_begin_array(writer, "resizable_mib");
        for (int bit = 0; bit < 44; bit++)
            if (bar->resizable >> bit & 1)
                json_write_integer(writer, NULL, (int64_t)1 << bit);
        json_write_end_array(writer);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

static void write_device(struct json_writer *writer, const struct pci_device *device)
{
    char text[8];
    json_write_text_or_null(writer, "listing_name", device->name);
    json_write_text_or_null(writer, "driver", device->driver_known ? device->driver : NULL);
    json_write_bool(writer, "driver_known", device->driver_known);
    snprintf(text, sizeof text, "%02x%02x", device->base_class, device->sub_class);
    json_write_string(writer, "class", text);
    json_write_tristate(writer, "boot_vga", device->boot_vga);
    json_write_tristate(writer, "removable", device->removable);
    json_write_tristate(writer, "flr", device->flr);
    json_write_tristate(writer, "pm_reset", device->pm_reset);
    json_write_tristate(writer, "d3cold_allowed", device->d3cold_allowed);
    if (device->resets_known)
        json_write_list(writer, "reset_methods", device->resets, ' ');
    else
        json_write_null(writer, "reset_methods");
    write_bars(writer, device);
    json_write_begin_object(writer, "sriov");
    json_write_integer_or_null(writer, "total", device->sriov_total, device->sriov_total >= 0);
    json_write_integer_or_null(writer, "enabled", device->sriov_enabled, device->sriov_enabled >= 0);
    json_write_tristate(writer, "is_virtual_function", device->is_virtual_function);
    json_write_end_object(writer);
}

/* What the database does not know: what the machine says of it is all there is. */
static void write_unknown(struct json_writer *writer, const struct scan_answer *gpu)
{
    char text[PCI_ID_TEXT_SIZE];
    const struct pci_id *id = &gpu->seen.device->id;
    json_write_pci_id(writer, "query", pci_id_number(id));
    json_write_pci_id(writer, "pci_id", pci_id_number(id));
    if (id->has_subsystem)
        json_write_string(writer, "subsystem", pci_id_print_subsystem(id, text));
    snprintf(text, sizeof text, "%02x", id->revision);
    if (id->has_revision)
        json_write_string(writer, "revision", text);
    json_write_text_or_null(writer, "vendor", gpu->answer.device.vendor);
    json_write_null(writer, "name");
    json_write_bool(writer, "is_listed", false);
    json_write_null(writer, "chip");
    json_write_null(writer, "is_gpu");
    json_write_null(writer, "verdict");
}

/* The ids of what stands in the way, the GPU's own faults apart from those of the set-up. */
static void write_faults(struct json_writer *writer, const struct findings *findings)
{
    json_write_begin_object(writer, "faults");
    for (int of_gpu = 1; of_gpu >= 0; of_gpu--) {
        json_write_begin_array(writer, of_gpu ? "gpu" : "setup");
        for (int i = 0; i < findings->count; i++) {
            const struct finding *finding = &findings->items[i];
            if (finding->severity != SEVERITY_INFO && (finding_fault(finding) != NULL) == of_gpu)
                json_write_string(writer, NULL, finding_id_value(finding->id));
        }
        json_write_end_array(writer);
    }
    json_write_end_object(writer);
}

void scan_write_gpu_json(struct json_writer *writer, const struct scan *scan, const struct scan_answer *gpu)
{
    char address[PCI_ADDRESS_TEXT_SIZE];
    struct buffer summary CLEANUP(buffer_free) = BUFFER(4096);
    const struct scan_gpu *seen = &gpu->seen;
    json_write_begin_object(writer, NULL);
    if (!gpu->known)
        write_unknown(writer, gpu);
    else
        answer_write_members(writer, &gpu->answer);
    json_write_string(writer, "address", pci_address_print(&seen->device->address, address));
    write_device(writer, seen->device);
    write_group(writer, scan, seen);
    write_rom(writer, seen);
    write_acpi(writer, seen);
    json_write_integer_or_null(writer, "outputs", seen->display.outputs, seen->display.outputs >= 0);
    scan_append_summary(&summary, scan, gpu);
    json_write_string(writer, "summary", buffer_text(&summary));
    write_faults(writer, &seen->findings);
    findings_write_json(writer, &seen->findings);
    json_write_end_object(writer);
}
