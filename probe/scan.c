/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/scan.h"

#include <stdio.h>
#include <string.h>

enum { VENDOR_AMD = 0x1002, VENDOR_NVIDIA = 0x10de, MAX_DRM_NAMES = 1024 };

enum error_code scan_no_gpu(const struct scan *scan, struct error *error)
{
    if (scan->accelerator_count) {
        const struct pci_device *device = scan->accelerators[0];
        const char *address = pci_address_text(&device->address);
        error_set(error, ERROR_NOT_FOUND,
                  "there is no GPU here; the accelerator at %s (%04x:%04x) is none, as far as is known",
                  address, device->id.vendor, device->id.device);
        return scan->from_text ? error->code
                               : error_next(error, "to look at it nevertheless: passthru scan %s", address);
    }
    if (scan->from_text) {
        error_set(error, ERROR_NOT_FOUND, "no GPU is in this listing");
        return error_next(error, "make it with: lspci -nnk > FILE");
    }
    if (scan->host.in_vm == TRISTATE_YES) {
        error_set(error, ERROR_NOT_FOUND, "no GPU is in this machine, which is itself a virtual machine");
        return error_next(error, "run the scan on the host; in a guest it shows only what was passed in");
    }
    error_set(error, ERROR_NOT_FOUND, "no GPU is among the %d PCI devices of this machine",
              scan->machine.count);
    return error_next(error, "is it plugged in and powered, and does lspci -nn list it?");
}

static enum error_code add_gpu(struct scan *scan, const struct pci_device *device, struct error *error)
{
    if (scan->gpu_count == MAX_SCAN_GPUS)
        return error_set(error, ERROR_BAD_INPUT, "more than %d GPUs: name the addresses to look at",
                         MAX_SCAN_GPUS);
    scan->gpus[scan->gpu_count++] = device;
    return ERROR_NONE;
}

static enum error_code find_gpus(struct scan *scan, const struct pci_address *addresses, int address_count,
                                 struct error *error)
{
    for (int i = 0; i < address_count; i++) {
        const struct pci_device *device = pci_find(&scan->machine, &addresses[i]);
        if (!device) {
            error_set(error, ERROR_NOT_FOUND, "there is no PCI device at %s",
                      pci_address_text(&addresses[i]));
            return error_next(error,
                              "lspci -nn lists the addresses; passthru scan without one shows all GPUs");
        }
        if (add_gpu(scan, device, error))
            return error->code;
    }
    for (int i = 0; i < scan->machine.count && !address_count; i++) {
        const struct pci_device *device = &scan->machine.devices[i];
        if (pci_is_gpu_class(device) && device->is_virtual_function != TRISTATE_YES &&
            add_gpu(scan, device, error))
            return error->code;
    }
    return scan->gpu_count ? ERROR_NONE : scan_no_gpu(scan, error);
}

enum error_code scan_read(struct root *root, const char *lspci, const struct pci_address *addresses,
                          int address_count, struct scan *scan, struct error *error)
{
    *scan = (struct scan){.root = root, .from_text = lspci != NULL, .are_named = address_count};
    if (lspci) {
        if (pci_read_lspci(lspci, &scan->machine, error))
            return error->code;
        return find_gpus(scan, addresses, address_count, error);
    }
    host_read(root, &scan->host);
    if (pci_read_machine(root, &scan->machine, error))
        return error->code;
    iommu_read(root, &scan->host, &scan->machine, &scan->iommu);
    if (find_gpus(scan, addresses, address_count, error))
        return error->code;
    scan->configured = host_config_read(root, &scan->machine, &scan->configuration, &scan->setup);
    return acpi_read(root, &scan->acpi, error);
}

void scan_free(struct scan *scan)
{
    pci_machine_free(&scan->machine);
    acpi_free(scan->acpi);
    findings_free(&scan->findings);
    findings_free(&scan->configuration);
    host_setup_free(&scan->setup);
}

int scan_functions(const struct scan *scan, const struct pci_device *gpu, int functions[MAX_FUNCTIONS])
{
    int count = 0;
    for (int i = 0; i < scan->machine.count && count < MAX_FUNCTIONS; i++)
        if (pci_same_device(&scan->machine.devices[i], gpu))
            functions[count++] = i;
    return count;
}

/* /proc/iomem shows what is in a GPU's memory by deeper indentation below its address. */
static bool has_framebuffer(struct root *root, const struct pci_device *device)
{
    static const char *const names[] = {"efifb", "simplefb", "vesafb", "BOOTFB", "simple-framebuffer"};
    const char *address = pci_address_text(&device->address);
    struct buffer text CLEANUP(buffer_free) = BUFFER(2 << 20);
    size_t depth = 0;
    bool inside = false;
    if (root_read_start(root, "/proc/iomem", 1 << 20, &text) != ROOT_OK)
        return false;
    for (const char *line = buffer_text(&text); *line; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t indent = strspn(line, " ");
        size_t length = strcspn(line, "\n");
        if (indent <= depth)
            inside = false;
        for (size_t i = 0; inside && i < ARRAY_SIZE(names); i++)
            if (memmem(line, length, names[i], strlen(names[i])))
                return true;
        if (!inside && memmem(line, length, address, strlen(address))) {
            inside = true;
            depth = indent;
        }
    }
    return false;
}

static void look_at_firmware(struct scan *scan, enum form_factor form_factor, struct scan_gpu *gpu)
{
    const struct pci_device *device = gpu->device;
    bool discrete = form_factor != FORM_FACTOR_INTEGRATED && form_factor != FORM_FACTOR_UNKNOWN;
    const struct acpi_question question = {
        .gpu_path = device->acpi_path,
        .port_path = gpu->port ? gpu->port->acpi_path : "",
        .address = device->address,
        .id = device->id,
        .is_amd_discrete = device->id.vendor != VENDOR_AMD      ? TRISTATE_NO
                           : form_factor == FORM_FACTOR_UNKNOWN ? TRISTATE_UNKNOWN
                                                                : tristate_of(discrete),
        .removable = device->removable,
        .machine = &scan->machine,
    };
    acpi_gpu_facts(scan->acpi, &question, &gpu->acpi);
}

/* ---- outputs ---- */

/* Whether "card0" is the DRM card of this GPU. A recording may have kept the link without what it leads to.
 */
static bool is_card_of(struct root *root, const char *card, const char *address)
{
    char path[320];
    char device[1024];
    snprintf(path, sizeof path, "/sys/class/drm/%.200s/device", card);
    if (!root_resolve(root, path, device, sizeof device) &&
        !root_read_link(root, path, device, sizeof device))
        return false;
    const char *slash = strrchr(device, '/');
    return strcmp(slash ? slash + 1 : device, address) == 0;
}

static void read_display_path(struct root *root, const struct pci_device *gpu, struct display_path *path)
{
    const char *address = pci_address_text(&gpu->address);
    bool found = false;
    struct root_names names CLEANUP(root_names_free) = root_list(root, "/sys/class/drm", MAX_DRM_NAMES);
    *path = (struct display_path){.outputs = -1};
    for (int i = 0; i < names.count && !found; i++) {
        size_t length = strlen(names.items[i]);
        if (strncmp(names.items[i], "card", 4) != 0 || strchr(names.items[i], '-') ||
            !is_card_of(root, names.items[i], address))
            continue;
        found = true;
        path->outputs = 0;
        for (int other = 0; other < names.count; other++)
            if (strncmp(names.items[other], names.items[i], length) == 0 &&
                names.items[other][length] == '-' && !strstr(names.items[other], "Writeback")) {
                size_t used = strlen(path->names);
                snprintf(path->names + used, sizeof path->names - used, "%s%.32s", used ? ", " : "",
                         names.items[other] + length + 1);
                path->outputs++;
            }
    }
    /* NVIDIA's own driver shows connectors only with modeset=1: none says nothing. */
    if (found && !path->outputs && strcmp(gpu->driver, "nvidia") == 0) {
        path->outputs = -1;
        found = false;
    }
    if (!found && gpu->base_class == 0x03 && gpu->sub_class == 0x02) {
        path->outputs = 0;
        path->by_class = true;
    }
}

/* ---- the option ROM ---- */

/* Where a firmware leaves the ROM of the GPU that it boots with. */
static const uint64_t shadow_address = 0xC0000;

static void read_rom(struct root *root, struct scan_gpu *gpu)
{
    struct rom_reading *rom = &gpu->rom;
    struct rom_bar bar;
    rom->state = rom_bar_read(root, &gpu->device->address, &bar);
    rom->is_shadow = gpu->device->rom.address == shadow_address;
    if (rom->state == ROM_BAR_READ) {
        option_rom_parse((const unsigned char *)buffer_text(&bar.bytes), bar.bytes.length, &rom->image);
        rom->present = tristate_of(option_rom_is_present(&rom->image));
        rom->valid = tristate_of(option_rom_is_valid(&rom->image));
        rom->matches = option_rom_matches(&rom->image, &gpu->device->id);
    } else if (rom->state != ROM_BAR_UNKNOWN) {
        rom->present = rom->valid = TRISTATE_NO;
    }
    rom_bar_findings(&bar, &gpu->device->address, &gpu->findings);
    rom_bar_free(&bar);
}

void scan_look(struct scan *scan, const struct pci_device *device, enum form_factor form_factor,
               struct scan_gpu *gpu)
{
    *gpu = (struct scan_gpu){.device = device, .display = {.outputs = -1}};
    gpu->port = device->parent >= 0 ? &scan->machine.devices[device->parent] : NULL;
    /* A card in a box of its own is an eGPU, whatever it is plugged into. */
    gpu->chassis = device->removable == TRISTATE_YES ? CHASSIS_EGPU : scan->host.chassis;
    gpu->foreign_count =
        iommu_foreign_devices(&scan->machine, device, gpu->foreign_devices, MAX_FOREIGN_DEVICES);
    /* A listing may be a part of the machine: that nobody else is in it does not mean that nobody else is
     * there. */
    if (device->iommu_group >= 0 && (gpu->foreign_count || !scan->from_text))
        gpu->isolated = tristate_of(!gpu->foreign_count);
    if (scan->from_text) {
        if (device->base_class == 0x03 && device->sub_class == 0x02)
            gpu->display = (struct display_path){.outputs = 0, .by_class = true};
        return;
    }
    read_display_path(scan->root, device, &gpu->display);
    look_at_firmware(scan, form_factor, gpu);
    read_rom(scan->root, gpu);
    gpu->framebuffer = has_framebuffer(scan->root, device);
}

void scan_gpu_free(struct scan_gpu *gpu)
{
    findings_free(&gpu->findings);
}

/* The firmware's copy of the boot VGA's ROM at 0xC0000 says nothing about a ROM on the card. */
static bool has_own_rom(const struct scan_gpu *gpu)
{
    return gpu->rom.valid == TRISTATE_YES && gpu->rom.matches == TRISTATE_YES && !gpu->rom.is_shadow;
}

bool scan_asks_rom_method(const struct scan_gpu *gpu)
{
    return gpu->device->id.vendor == VENDOR_NVIDIA;
}

/* What kind of part it is, where its ID leaves that open. A listing whose list is newer has the name of a GPU
 * that our lists lack. AMD's laptop GPUs beside an integrated one state the class of a display controller
 * without VGA; its cards for desktops are VGA controllers. */
static bool observe_form(const struct scan_gpu *gpu, struct gpu *known)
{
    const struct pci_device *device = gpu->device;
    const struct annotation *form = &known->attributes[ATTRIBUTE_FORM_FACTOR];
    bool is_open =
        form->value == FORM_FACTOR_EITHER || (form->value == FORM_FACTOR_DESKTOP && form->confidence < 0.7);
    bool is_laptop =
        strstr(device->name, "Laptop") || strstr(device->name, "Mobile") || strstr(device->name, "Max-Q");
    if (is_open && is_laptop && !strchr(device->name, '/'))
        return gpu_settle(known, FORM_FACTOR_MOBILE, 0.9,
                          "seen on this machine: its listing names a laptop GPU");
    if (form->value == FORM_FACTOR_EITHER && device->id.vendor == VENDOR_AMD && device->base_class == 0x03 &&
        device->sub_class == 0x80 && device->is_virtual_function != TRISTATE_YES)
        return gpu_settle(
            known, FORM_FACTOR_MOBILE, 0.9,
            "seen on this machine: its class is display controller, which AMD's laptop GPUs beside an "
            "integrated one have");
    return false;
}

/* A card in a slot whose node has the method: it is more likely meant for another GPU than for this one. */
static bool is_card_in_desktop(const struct scan_gpu *gpu, const struct gpu *known)
{
    return gpu_form_factor(known) == FORM_FACTOR_DESKTOP && gpu->chassis == CHASSIS_DESKTOP;
}

bool scan_observe(const struct scan_gpu *gpu, struct gpu *known)
{
    bool changed = observe_form(gpu, known);
    enum form_factor form_factor = gpu_form_factor(known);
    bool integrated = form_factor == FORM_FACTOR_INTEGRATED;
    if (has_own_rom(gpu) && !integrated)
        changed |= gpu_observe(known, ATTRIBUTE_VBIOS, VBIOS_ROM_BAR, 0.99,
                               "seen on this machine: the ROM BAR gives a valid image for this GPU");
    else if (gpu->acpi.rom_method == ACPI_ROM_YES && !integrated && scan_asks_rom_method(gpu) &&
             !is_card_in_desktop(gpu, known))
        changed |= gpu_observe(known, ATTRIBUTE_VBIOS, VBIOS_ACPI_ROM, 0.99,
                               "seen on this machine: the GPU's own ACPI node has a method _ROM");
    else if (gpu->acpi.atrm == TRISTATE_YES)
        changed |= gpu_observe(known, ATTRIBUTE_VBIOS, VBIOS_ACPI_ATRM, 0.95,
                               "seen on this machine: its firmware has the method ATRM");
    else if (gpu->acpi.vfct == TRISTATE_YES && (integrated || form_factor == FORM_FACTOR_MOBILE))
        changed |= gpu_observe(known, ATTRIBUTE_VBIOS, VBIOS_ACPI_VFCT, 0.95,
                               "seen on this machine: the ACPI table VFCT has an image for this GPU");
    /* No method does not mean no vBIOS: it may come from where we did not look. */
    else if ((gpu_vbios(known) == VBIOS_ACPI_ROM && gpu->acpi.rom_method == ACPI_ROM_NO) ||
             (gpu_vbios(known) == VBIOS_ACPI_ATRM && gpu->acpi.atrm == TRISTATE_NO))
        changed |= gpu_observe(
            known, ATTRIBUTE_VBIOS, VBIOS_UNKNOWN, 0.0,
            "seen on this machine: its firmware lacks the ACPI method that provides the vBIOS of such GPUs");
    if (gpu->display.outputs > 0)
        changed |= gpu_observe(known, ATTRIBUTE_DISPLAY, DISPLAY_OUTPUTS, 0.99,
                               "seen on this machine: the kernel lists connectors of this GPU");
    else if (gpu->display.outputs == 0)
        changed |= gpu_observe(known, ATTRIBUTE_DISPLAY, DISPLAY_NONE, gpu->display.by_class ? 0.95 : 0.99,
                               gpu->display.by_class
                                   ? "seen on this machine: its class is 3D controller, which has no outputs"
                                   : "seen on this machine: the kernel lists no connector of this GPU");
    /* What a reset method promises, hardware that is known not to keep it does not get. */
    if (gpu->device->flr == TRISTATE_YES && gpu_reset(known) != RESET_BROKEN &&
        gpu_reset(known) != RESET_VENDOR_RESET)
        changed |= gpu_observe(known, ATTRIBUTE_RESET, RESET_FLR, 0.95,
                               "seen on this machine: the GPU offers function level reset");
    return changed;
}

/* ---- what a report says of it ---- */

static void take_ids(const struct pci_id *id, struct report_draft *draft)
{
    char text[PCI_ID_TEXT_SIZE];
    report_draft_set(draft, FIELD_PCI_ID, pci_id_print_base(id, text));
    report_draft_set(draft, FIELD_PCI_ID_FROM, vocabulary_value(&vocabulary_pci_id_from, PCI_ID_FROM_SOURCE));
    /* A card without a maker of its own leaves the registers at zero or at all ones. */
    if (id->has_subsystem && id->subvendor && id->subvendor != 0xffff)
        report_draft_set(draft, FIELD_SUBSYSTEM, pci_id_print_subsystem(id, text));
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
