/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "probe/scan.h"

/* What a scan concludes from what it saw. An environment failure (the IOMMU, a driver, a setting) is kept
 * apart from a fault of the GPU, which no set-up changes (schema/findings.tsv). */

enum { HUGE_BAR_GIB = 16, LISTED_FOREIGN_DEVICES = 6 };

/* ---- the host ---- */

static void judge_iommu(const struct iommu *iommu, struct findings *findings)
{
    bool amd = iommu->kind == IOMMU_KIND_AMD;
    if (iommu->fault == IOMMU_FAULT_FIRMWARE)
        findings_add(findings, NULL, 0, FINDING_IOMMU_OFF_FIRMWARE, amd ? "AMD-Vi (SVM and IOMMU)" : "VT-d");
    else if (iommu->fault == IOMMU_FAULT_COMMAND_LINE && amd)
        findings_add(findings, NULL, 0, FINDING_IOMMU_OFF_COMMAND_LINE_AMD);
    else if (iommu->fault == IOMMU_FAULT_COMMAND_LINE)
        findings_add(findings, NULL, 0, FINDING_IOMMU_OFF_COMMAND_LINE);
    else if (iommu->fault == IOMMU_FAULT_UNKNOWN)
        findings_add(findings, NULL, 0, FINDING_IOMMU_OFF);
    if (iommu->enabled == TRISTATE_YES && iommu->interrupt_remapping == TRISTATE_NO)
        findings_add(findings, NULL, 0, FINDING_INTERRUPT_REMAPPING_OFF);
}

void scan_judge_host(struct scan *scan)
{
    if (scan->host.is_xen)
        findings_add(&scan->findings, NULL, 0, FINDING_HOST_XEN);
    else if (scan->host.in_vm != TRISTATE_YES && !scan->from_text)
        judge_iommu(&scan->iommu, &scan->findings);
    else if (scan->host.in_vm == TRISTATE_YES && scan->iommu.enabled == TRISTATE_NO)
        findings_add(&scan->findings, NULL, 0, FINDING_SCAN_IN_VM_NO_IOMMU);
    else if (scan->host.in_vm == TRISTATE_YES)
        findings_add(&scan->findings, NULL, 0, FINDING_SCAN_IN_VM);
}

void scan_judge_unreadable(struct scan *scan)
{
    bool root_helps = root_is_live(scan->root) && !scan->host.is_root;
    const struct root_fault *fault;
    for (int i = 0; (fault = root_fault(scan->root, i)); i++) {
        char text[sizeof((struct finding *)0)->text];
        snprintf(text, sizeof text, "%s: %s", fault->path, fault->why);
        if (root_helps)
            findings_add(&scan->findings, NULL, 0, FINDING_MACHINE_UNREADABLE_ROOT, text);
        else
            findings_add(&scan->findings, NULL, 0, FINDING_MACHINE_UNREADABLE, text);
    }
}

/* ---- the GPU ---- */

static bool is_of_form(const struct gpu *known, enum form_factor form_factor)
{
    return known && gpu_form_factor(known) == form_factor;
}

static void judge_delivery(const struct gpu *known, struct scan_gpu *gpu)
{
    struct findings *findings = &gpu->findings;
    const struct acpi_gpu *acpi = &gpu->acpi;
    enum vbios vbios = known ? gpu_vbios(known) : VBIOS_UNKNOWN;
    if (vbios == VBIOS_ACPI_ROM) {
        struct finding *finding = findings_add(findings, NULL, 0, FINDING_VBIOS_ACPI_ROM);
        if (acpi->rom_method == ACPI_ROM_YES)
            finding_append(finding, " The method is %s.", acpi->where_rom);
        else
            finding_append(finding, " This is known of such GPUs; it was not seen on this machine.");
        if (acpi->rom_method != ACPI_ROM_YES && known->attributes[ATTRIBUTE_VBIOS].confidence < 0.85)
            finding->severity = SEVERITY_WARNING;
    } else if ((acpi->rom_method == ACPI_ROM_BINDING_UNSURE ||
                (acpi->rom_method == ACPI_ROM_YES && gpu->rom.valid != TRISTATE_YES)) &&
               scan_asks_rom_method(gpu) && !is_of_form(known, FORM_FACTOR_INTEGRATED)) {
        findings_add(findings, NULL, 0, FINDING_VBIOS_ACPI_ROM_UNSURE, acpi->where_rom);
    }
    if (vbios == VBIOS_UNKNOWN && is_of_form(known, FORM_FACTOR_MOBILE) && acpi->rom_method == ACPI_ROM_NO)
        findings_add(findings, NULL, 0, FINDING_VBIOS_UNKNOWN);
    if (vbios == VBIOS_ACPI_ATRM) {
        struct finding *finding = findings_add(findings, NULL, 0, FINDING_VBIOS_ACPI_ATRM);
        if (acpi->atrm == TRISTATE_YES)
            finding_append(finding, " The method is %s.", acpi->where_atrm);
        else
            finding_append(finding, " This is known of such GPUs; it was not seen on this machine.");
    }
}

static void judge_display(const struct gpu *known, struct scan_gpu *gpu)
{
    if (gpu->display.outputs != 0 && !(known && gpu_display(known) == DISPLAY_NONE))
        return;
    struct finding *finding = is_of_form(known, FORM_FACTOR_SERVER)
                                  ? findings_add(&gpu->findings, NULL, 0, FINDING_NO_DISPLAY_PATH_SERVER)
                                  : findings_add(&gpu->findings, NULL, 0, FINDING_NO_DISPLAY_PATH);
    if (gpu->display.outputs != 0)
        finding_append(finding, " So it is with this model, as far as is known.");
    else
        finding_append(finding, " %s%s.",
                       gpu->display.by_class ? "It is a 3D controller"
                                             : "The kernel lists no connector of it",
                       gpu->chassis == CHASSIS_LAPTOP ? ": the laptop is muxless" : "");
}

static void judge_reset(const struct gpu *known, struct scan_gpu *gpu)
{
    const struct pci_device *device = gpu->device;
    if (device->is_silent)
        findings_add(&gpu->findings, NULL, 0, FINDING_GPU_SILENT);
    enum reset reset = known ? gpu_reset(known) : RESET_UNKNOWN;
    if (reset == RESET_VENDOR_RESET)
        findings_add(&gpu->findings, NULL, 0, FINDING_RESET_VENDOR_MODULE);
    else if (reset == RESET_BROKEN)
        findings_add(&gpu->findings, NULL, 0, FINDING_RESET_BROKEN);
    else if (device->resets_known && !*device->resets)
        findings_add(&gpu->findings, NULL, 0, FINDING_RESET_NONE);
}

/* The first virtual function of a GPU, and how many there are. */
static const struct pci_device *find_virtual_function(const struct scan *scan, const struct pci_device *gpu,
                                                      int *count)
{
    const struct pci_device *first = NULL;
    *count = 0;
    for (int i = 0; i < scan->machine.count && gpu->is_virtual_function != TRISTATE_YES; i++) {
        const struct pci_device *device = &scan->machine.devices[i];
        if (device->is_virtual_function != TRISTATE_YES || !pci_same_slot(&device->address, &gpu->address))
            continue;
        first = first ? first : device;
        ++*count;
    }
    return first;
}

static void judge_split(const struct scan *scan, struct scan_gpu *gpu)
{
    char address[PCI_ADDRESS_TEXT_SIZE];
    int count;
    const struct pci_device *function = find_virtual_function(scan, gpu->device, &count);
    if (function)
        findings_add(&gpu->findings, NULL, 0, FINDING_GPU_SPLIT,
                     gpu->device->sriov_enabled > count ? gpu->device->sriov_enabled : count,
                     pci_address_print(&function->address, address));
}

static void judge_kind(const struct gpu *known, struct scan_gpu *gpu)
{
    if (is_of_form(known, FORM_FACTOR_INTEGRATED))
        findings_add(&gpu->findings, NULL, 0, FINDING_INTEGRATED_GPU, gpu->device->id.vendor,
                     gpu->device->id.device);
    if (is_of_form(known, FORM_FACTOR_BMC))
        findings_add(&gpu->findings, NULL, 0, FINDING_BMC_GPU);
    if (is_of_form(known, FORM_FACTOR_VIRTUAL))
        findings_add(&gpu->findings, NULL, 0, FINDING_NO_PASSTHROUGH_NEEDED);
}

/* What is in the ROM of an integrated GPU means nothing; what is in the firmware's copy is not the card's. */
static void judge_rom(const struct gpu *known, struct scan_gpu *gpu)
{
    const struct rom_reading *rom = &gpu->rom;
    if (is_of_form(known, FORM_FACTOR_INTEGRATED)) {
        if (rom->valid == TRISTATE_NO && rom->state != ROM_BAR_ABSENT)
            findings_add(&gpu->findings, NULL, 0, FINDING_ROM_HEADER_HARMLESS);
    } else if (rom->is_shadow) {
        findings_add(&gpu->findings, NULL, 0, FINDING_ROM_SHADOW);
    } else if (rom->present == TRISTATE_YES) {
        option_rom_findings(&rom->image, &gpu->device->id, &gpu->findings);
    }
}

/* ---- how it is set up here ---- */

static void judge_group(const struct scan *scan, struct scan_gpu *gpu)
{
    struct buffer names CLEANUP(buffer_free) = BUFFER(4096);
    bool is_held = false;
    bool in_slot = true;
    int listed = gpu->foreign_count < MAX_FOREIGN_DEVICES ? gpu->foreign_count : MAX_FOREIGN_DEVICES;
    for (int i = 0; i < listed; i++) {
        const struct pci_device *device = &scan->machine.devices[gpu->foreign_devices[i]];
        in_slot &= pci_same_slot(&device->address, &gpu->device->address);
        is_held |= pci_has_host_driver(device);
        if (i >= LISTED_FOREIGN_DEVICES)
            continue;
        buffer_append_format(&names, "%s%s %04x:%04x", i ? ", " : "", pci_address_text(&device->address),
                             device->id.vendor, device->id.device);
        if (*device->driver)
            buffer_append_format(&names, " (%s)", device->driver);
    }
    if (gpu->foreign_count > LISTED_FOREIGN_DEVICES)
        buffer_append_format(&names, " and %d more", gpu->foreign_count - LISTED_FOREIGN_DEVICES);
    const char *all = buffer_text(&names);
    int group = gpu->device->iommu_group;
    if (is_held && in_slot)
        findings_add(&gpu->findings, NULL, 0, FINDING_GROUP_SHARED_SLOT_HELD, group, all);
    else if (is_held)
        findings_add(&gpu->findings, NULL, 0, FINDING_GROUP_SHARED_HELD, group, all);
    else if (gpu->foreign_count && in_slot)
        findings_add(&gpu->findings, NULL, 0, FINDING_GROUP_SHARED_SLOT, group, all);
    else if (gpu->foreign_count)
        findings_add(&gpu->findings, NULL, 0, FINDING_GROUP_SHARED, group, all);
}

/* The display devices of other cards with the GPU's PCI ID, and itself. */
static int count_twins(const struct scan *scan, const struct pci_device *gpu)
{
    int count = 0;
    for (int i = 0; i < scan->machine.count; i++) {
        const struct pci_device *device = &scan->machine.devices[i];
        count += pci_id_number(&device->id) == pci_id_number(&gpu->id) && pci_is_gpu_class(device) &&
                 device->is_virtual_function != TRISTATE_YES;
    }
    return count;
}

/* FreeBSD gives a device to a guest of bhyve by its driver ppt, which is told the address at boot. */
static bool is_on_freebsd(const struct pci_device *gpu)
{
    return strcmp(gpu->driver, "vgapci") == 0 || strcmp(gpu->driver, "ppt") == 0;
}

/* Unraid sets devices aside by their address, in its own list. */
static bool is_on_unraid(const struct scan *scan)
{
    return scan->host.hypervisor &&
           strcmp(scan->host.hypervisor, vocabulary_value(&vocabulary_hypervisor, HYPERVISOR_UNRAID)) == 0;
}

static void judge_function(const struct scan *scan, const struct pci_device *gpu,
                           const struct pci_device *function, const char *place, struct findings *findings)
{
    const struct pci_id *id = &function->id;
    const char *address = pci_address_text(&function->address);
    if (pci_has_host_driver(gpu) || !pci_has_host_driver(function))
        return;
    if (scan->host.is_xen)
        findings_add(findings, NULL, 0, FINDING_FUNCTION_BOUND_XEN, address, id->vendor, id->device,
                     function->driver, place);
    else if (is_on_freebsd(gpu))
        findings_add(findings, NULL, 0, FINDING_FUNCTION_BOUND_BHYVE, address, id->vendor, id->device,
                     function->driver, place);
    else if (is_on_unraid(scan))
        findings_add(findings, NULL, 0, FINDING_FUNCTION_BOUND_UNRAID, address, id->vendor, id->device,
                     function->driver);
    else
        findings_add(findings, NULL, 0, FINDING_FUNCTION_BOUND, address, id->vendor, id->device,
                     function->driver, place);
}

static void judge_driver(const struct scan *scan, const struct gpu *known, struct scan_gpu *gpu)
{
    struct buffer places CLEANUP(buffer_free) = BUFFER(256);
    int functions[MAX_FUNCTIONS];
    int split;
    const struct pci_device *device = gpu->device;
    int count = scan_functions(scan, device, functions);
    /* A GPU of processor or server belongs to the host until somebody decides otherwise; in a guest without
     * an IOMMU of its own it is used by a driver, and nobody gives it away again. A virtual function is bound
     * when the guest starts, and the GPU that it is of stays with the host. */
    if (device->is_virtual_function == TRISTATE_YES || device->sriov_enabled > 0 ||
        find_virtual_function(scan, device, &split) || is_of_form(known, FORM_FACTOR_INTEGRATED) ||
        is_of_form(known, FORM_FACTOR_BMC) || is_of_form(known, FORM_FACTOR_VIRTUAL) ||
        (scan->host.in_vm == TRISTATE_YES && scan->iommu.enabled != TRISTATE_YES))
        return;
    for (int i = 0; i < count; i++) {
        const struct pci_device *function = &scan->machine.devices[functions[i]];
        const struct pci_address *at = &function->address;
        char place[PCI_ID_TEXT_SIZE];
        if (scan->host.is_xen)
            snprintf(place, sizeof place, "(%s)", pci_address_text(at));
        else if (is_on_freebsd(device))
            snprintf(place, sizeof place, "%u/%u/%u", at->bus, at->slot, at->function);
        else
            pci_id_print_base(&function->id, place);
        buffer_append_format(&places, "%s%s",
                             !i || scan->host.is_xen ? ""
                             : is_on_freebsd(device) ? " "
                                                     : ",",
                             place);
        judge_function(scan, device, function, place, &gpu->findings);
    }
    int twins = count_twins(scan, device);
    if (!pci_has_host_driver(device))
        return;
    if (scan->host.is_xen)
        findings_add(&gpu->findings, NULL, 0, FINDING_DRIVER_BOUND_XEN, device->driver, buffer_text(&places),
                     buffer_text(&places));
    else if (is_on_freebsd(device))
        findings_add(&gpu->findings, NULL, 0, FINDING_DRIVER_BOUND_BHYVE, device->driver,
                     buffer_text(&places));
    else if (is_on_unraid(scan))
        findings_add(&gpu->findings, NULL, 0, FINDING_DRIVER_BOUND_UNRAID, device->driver);
    else if (twins > 1)
        findings_add(&gpu->findings, NULL, 0, FINDING_DRIVER_BOUND_TWINS, device->driver, twins,
                     buffer_text(&places), device->driver, pci_address_text(&device->address));
    else if (scan->from_text)
        findings_add(&gpu->findings, NULL, 0, FINDING_DRIVER_BOUND_LISTING, device->driver,
                     buffer_text(&places), device->driver);
    else
        findings_add(&gpu->findings, NULL, 0, FINDING_DRIVER_BOUND, device->driver,
                     pci_address_text(&device->address));
}

static void judge_boot_vga(const struct gpu *known, struct scan_gpu *gpu)
{
    if (gpu->device->boot_vga == TRISTATE_YES && !is_of_form(known, FORM_FACTOR_INTEGRATED) &&
        !is_of_form(known, FORM_FACTOR_BMC))
        findings_add(&gpu->findings, NULL, 0, FINDING_BOOT_VGA);
    if (gpu->framebuffer)
        findings_add(&gpu->findings, NULL, 0, FINDING_FRAMEBUFFER_ON_GPU);
}

static void judge_bars(struct scan_gpu *gpu)
{
    for (int i = 0; i < PCI_BAR_COUNT; i++) {
        const struct pci_bar *bar = &gpu->device->bars[i];
        if (!bar->is_io && bar->size >= (uint64_t)HUGE_BAR_GIB << 30)
            findings_add(&gpu->findings, NULL, 0, FINDING_LARGE_BAR, i,
                         (unsigned long long)(bar->size >> 30));
    }
}

void scan_judge(const struct scan *scan, const struct gpu *known, struct scan_gpu *gpu)
{
    judge_delivery(known, gpu);
    judge_display(known, gpu);
    judge_kind(known, gpu);
    judge_split(scan, gpu);
    judge_reset(known, gpu);
    judge_rom(known, gpu);
    judge_group(scan, gpu);
    judge_driver(scan, known, gpu);
    judge_boot_vga(known, gpu);
    judge_bars(gpu);
    findings_sort(&gpu->findings);
}
