/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/plan.h"
#include "core/macros.h"

enum {
    VENDOR_NVIDIA = 0x10de,
    VENDOR_AMD = 0x1002,
    VENDOR_INTEL = 0x8086,
    HUGE_BAR_GIB = 16,
    SMALL_BAR = 256 << 20
};

/* What shares the slot and is of another maker, or a virtual function, stays with the host. */
static bool is_of_card(const struct pci_device *function, const struct pci_device *gpu)
{
    return !function->is_bridge && function->id.vendor == gpu->id.vendor &&
           function->is_virtual_function != TRISTATE_YES && gpu->is_virtual_function != TRISTATE_YES;
}

/* The bridge above the bridge above a device; -1: none. */
static int grandparent(const struct plan_machine *machine, const struct pci_device *device)
{
    return device->parent < 0 ? -1 : machine->scan.machine.devices[device->parent].parent;
}

/* Intel's cards have their sound on a bus of its own behind the switch of the card. */
static void add_apart(struct plan_machine *machine)
{
    const struct pci_device *gpu = machine->device;
    int card = grandparent(machine, gpu);
    for (int i = 0; i < machine->scan.machine.count && machine->function_count < MAX_FUNCTIONS; i++) {
        const struct pci_device *other = &machine->scan.machine.devices[i];
        if (card < 0 || gpu->id.vendor != VENDOR_INTEL || grandparent(machine, other) != card ||
            other->base_class != 0x04 || !is_of_card(other, gpu))
            continue;
        machine->functions[machine->function_count++] = other->address;
        machine->owns_slot = false;
    }
}

void plan_find_functions(struct plan_machine *machine)
{
    const struct pci_device *gpu = machine->device;
    int functions[MAX_FUNCTIONS];
    int count = scan_functions(&machine->scan, gpu, functions);
    machine->functions[0] = gpu->address;
    machine->function_count = 1;
    machine->owns_slot = gpu->is_virtual_function != TRISTATE_YES;
    for (int i = 0; i < count && machine->function_count < MAX_FUNCTIONS; i++) {
        const struct pci_device *function = &machine->scan.machine.devices[functions[i]];
        if (function != gpu && is_of_card(function, gpu))
            machine->functions[machine->function_count++] = function->address;
    }
    add_apart(machine);
    for (int i = 0; i < machine->scan.machine.count; i++) {
        const struct pci_device *other = &machine->scan.machine.devices[i];
        if (other != gpu && pci_same_slot(&other->address, &gpu->address) && !is_of_card(other, gpu))
            machine->owns_slot = false;
    }
}

static const struct pci_device *function_of(const struct plan_machine *machine, int number)
{
    return pci_find(&machine->scan.machine, &machine->functions[number]);
}

static void set(struct plan_machine *machine, enum plan_fact fact, bool yes)
{
    machine->facts.facts[fact] = tristate_of(yes);
}

/* What comes from a file of the machine and is to be typed: a text that a shell would take for more is not
 * used. */
static const char *plain(const char *text, const char *instead)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/=,+@-";
    return *text && !text[strspn(text, safe)] ? text : instead;
}

/* ---- the host ---- */

static bool runs(const struct plan_machine *machine, enum hypervisor hypervisor)
{
    const char *name = machine->scan.host.hypervisor;
    return name && strcmp(name, hypervisor_value(hypervisor)) == 0;
}

static void set_system(struct plan_machine *machine)
{
    const struct host_setup *setup = &machine->scan.setup;
    bool proxmox = runs(machine, HYPERVISOR_PROXMOX) || machine->vm.is_proxmox;
    bool unraid = runs(machine, HYPERVISOR_UNRAID);
    bool truenas = runs(machine, HYPERVISOR_TRUENAS);
    set(machine, PLAN_FACT_PROXMOX, proxmox);
    set(machine, PLAN_FACT_UNRAID, unraid);
    set(machine, PLAN_FACT_TRUENAS, truenas);
    set(machine, PLAN_FACT_DEBIAN,
        proxmox || (!truenas && (host_is_like(setup, "debian") || host_is_like(setup, "ubuntu"))));
    set(machine, PLAN_FACT_FEDORA, host_is_like(setup, "fedora") || host_is_like(setup, "rhel"));
    set(machine, PLAN_FACT_ARCH, host_is_like(setup, "arch"));
    set(machine, PLAN_FACT_OPENSUSE, host_is_like(setup, "opensuse") || host_is_like(setup, "suse"));
    set(machine, PLAN_FACT_NIXOS, host_is_like(setup, "nixos"));
    set(machine, PLAN_FACT_OSTREE, setup->is_ostree);
    set(machine, PLAN_FACT_POPOS, host_is_like(setup, "pop"));
    buffer_append_format(&machine->facts.host, "this %s host",
                         proxmox                        ? "Proxmox VE"
                         : unraid                       ? "Unraid"
                         : truenas                      ? "TrueNAS"
                         : machine->scan.host.system[0] ? machine->scan.host.system
                                                        : "Linux");
}

static void set_boot(struct plan_machine *machine)
{
    const struct host_setup *setup = &machine->scan.setup;
    const struct iommu *iommu = &machine->scan.iommu;
    enum tristate *facts = machine->facts.facts;
    const char *next = setup->has_line ? buffer_text(&setup->next_line) : NULL;
    bool is_on = iommu->enabled == TRISTATE_YES;
    set(machine, PLAN_FACT_GRUB, setup->boot == BOOT_GRUB);
    set(machine, PLAN_FACT_PROXMOX_BOOT, setup->boot == BOOT_CMDLINE && setup->is_proxmox_boot);
    set(machine, PLAN_FACT_KERNEL_CMDLINE, setup->boot == BOOT_CMDLINE && !setup->is_proxmox_boot);
    set(machine, PLAN_FACT_LOADER_ENTRIES,
        setup->boot == BOOT_ENTRIES && strstr(setup->boot_file, "/loader/entries/"));
    set(machine, PLAN_FACT_INITRAMFS_TOOLS, setup->initramfs == INITRAMFS_TOOLS);
    set(machine, PLAN_FACT_DRACUT, setup->initramfs == INITRAMFS_DRACUT);
    set(machine, PLAN_FACT_MKINITCPIO, setup->initramfs == INITRAMFS_MKINITCPIO);
    set(machine, PLAN_FACT_INTEL_CPU, setup->cpu == CPU_INTEL);
    set(machine, PLAN_FACT_AMD_CPU, setup->cpu == CPU_AMD);
    set(machine, PLAN_FACT_VFIO_BUILTIN, setup->vfio_builtin);
    set(machine, PLAN_FACT_MODULE_EARLY, setup->vfio_early);
    set(machine, PLAN_FACT_RESET_MODULE, setup->vendor_reset);
    facts[PLAN_FACT_FIRMWARE_IOMMU] = is_on ? TRISTATE_YES : iommu->table;
    facts[PLAN_FACT_IOMMU_ON] = iommu->enabled;
    set(machine, PLAN_FACT_IOMMU_DEFAULT, is_on && !setup->iommu_was_asked);
    if (next)
        set(machine, PLAN_FACT_IOMMU_ASKED, setup->asks_iommu);
    if (next || is_on)
        set(machine, PLAN_FACT_IOMMU_REFUSED, setup->refuses_iommu);
    machine->facts.next_line = next;
    machine->facts.boot_line = buffer_text(&setup->boot_line);
    machine->facts.variables[PLAN_VARIABLE_BOOT_FILE] = plain(setup->boot_file, "FILE");
    machine->facts.variables[PLAN_VARIABLE_MODPROBE_FILE] =
        plain(setup->ids_file, "/etc/modprobe.d/vfio.conf");
}

/* ---- the GPU ---- */

static bool has_class(const struct plan_machine *machine, uint8_t base_class, uint8_t sub_class)
{
    for (int i = 0; i < machine->function_count; i++) {
        const struct pci_device *function = function_of(machine, i);
        if (function && function->base_class == base_class && function->sub_class == sub_class)
            return true;
    }
    return false;
}

/* A BAR of 16 GiB must lie above 4 GiB; Intel's cards want one that is as large as their memory. */
static void set_bars(struct plan_machine *machine)
{
    const struct pci_bar *largest = &machine->device->bars[0];
    for (int i = 1; i < PCI_BAR_COUNT; i++)
        if (!machine->device->bars[i].is_io && machine->device->bars[i].size > largest->size)
            largest = &machine->device->bars[i];
    bool is_large = largest->size >= (uint64_t)HUGE_BAR_GIB << 30;
    set(machine, PLAN_FACT_LARGE_BAR, is_large);
    if (largest->size)
        set(machine, PLAN_FACT_BARS_PLACED, is_large ? largest->address : largest->size > SMALL_BAR);
}

static void set_kind(struct plan_machine *machine, const struct gpu *known)
{
    const struct pci_device *device = machine->device;
    enum tristate *facts = machine->facts.facts;
    int others = 0;
    int same = 0;
    for (int i = 0; i < machine->scan.machine.count; i++) {
        const struct pci_device *other = &machine->scan.machine.devices[i];
        if (pci_same_slot(&other->address, &device->address) || other->is_virtual_function == TRISTATE_YES)
            continue;
        others += other->base_class == 0x03;
        for (int k = 0; k < machine->function_count; k++) {
            const struct pci_device *function = function_of(machine, k);
            same +=
                function && other != function && pci_id_number(&other->id) == pci_id_number(&function->id);
        }
    }
    set(machine, PLAN_FACT_NVIDIA_GPU, device->id.vendor == VENDOR_NVIDIA);
    set(machine, PLAN_FACT_AMD_GPU, device->id.vendor == VENDOR_AMD);
    set(machine, PLAN_FACT_INTEL_GPU, device->id.vendor == VENDOR_INTEL);
    if (known && gpu_form_factor(known) != FORM_FACTOR_UNKNOWN)
        set(machine, PLAN_FACT_INTEGRATED, gpu_form_factor(known) == FORM_FACTOR_INTEGRATED);
    set(machine, PLAN_FACT_VIRTUAL_FUNCTION, device->is_virtual_function == TRISTATE_YES);
    set(machine, PLAN_FACT_HAS_AUDIO, has_class(machine, 0x04, 0x03));
    set(machine, PLAN_FACT_HAS_USB, has_class(machine, 0x0c, 0x03));
    set(machine, PLAN_FACT_HAS_UCSI, has_class(machine, 0x0c, 0x80));
    set(machine, PLAN_FACT_WHOLE_SLOT, machine->owns_slot);
    set(machine, PLAN_FACT_IDENTICAL, same > 0);
    set(machine, PLAN_FACT_ONLY_GPU, others == 0 && device->is_virtual_function != TRISTATE_YES);
    set(machine, PLAN_FACT_FRAMEBUFFER, machine->gpu.seen.framebuffer);
    set_bars(machine);
    set(machine, PLAN_FACT_RESET_VENDOR, known && gpu_reset(known) == RESET_VENDOR_RESET);
    set(machine, PLAN_FACT_RESET_BROKEN, known && gpu_reset(known) == RESET_BROKEN);
    facts[PLAN_FACT_BOOT_VGA] = device->boot_vga;
    facts[PLAN_FACT_GROUP_ALONE] = machine->gpu.seen.isolated;
    set(machine, PLAN_FACT_GROUP_KNOWN, device->iommu_group >= 0);
}

/* Whether a guest needs the vBIOS as a file: an AMD GPU in a processor has no ROM of its own, and what the
 * firmware leaves of the ROM of the GPU that it boots with is a copy that it has run. */
static void set_rom(struct plan_machine *machine)
{
    const struct scan_gpu *seen = &machine->gpu.seen;
    bool is_apu = machine->facts.facts[PLAN_FACT_AMD_GPU] == TRISTATE_YES &&
                  machine->facts.facts[PLAN_FACT_INTEGRATED] == TRISTATE_YES;
    bool is_broken =
        seen->rom.is_shadow || (seen->rom.state == ROM_BAR_READ && seen->rom.valid == TRISTATE_NO);
    bool has_romfile = machine->vm.plan_facts[PLAN_FACT_VM_ROM] == TRISTATE_YES;
    bool works_without = machine->vm.facts.passes_gpu && !has_romfile;
    bool needs = !works_without && !machine->facts.fault &&
                 machine->facts.facts[PLAN_FACT_INTEL_GPU] != TRISTATE_YES && (is_apu || is_broken);
    char name[40];
    snprintf(name, sizeof name, "vbios-%04x-%04x.rom", machine->device->id.vendor,
             machine->device->id.device);
    set(machine, PLAN_FACT_NEEDS_ROM, needs || has_romfile);
    buffer_append_text(&machine->texts[PLAN_VARIABLE_ROMFILE], name);
    if (needs) {
        buffer_append_format(&machine->texts[PLAN_VARIABLE_ROM], ",romfile=%s", name);
        buffer_append_format(&machine->texts[PLAN_VARIABLE_ROM_XML],
                             "<rom file='/var/lib/libvirt/vbios/%s'/>", name);
    }
}

static void set_driver(struct plan_machine *machine)
{
    const char *driver = machine->gpu.answer.device.driver;
    if (!machine->facts.gpu || !driver[0])
        return;
    set(machine, PLAN_FACT_DRIVER_BRANCH, isdigit((unsigned char)driver[0]));
    set(machine, PLAN_FACT_DRIVER_CURRENT, strcmp(driver, "current") == 0);
    machine->facts.variables[PLAN_VARIABLE_DRIVER] = driver;
}

/* ---- what is bound to vfio-pci ---- */

static void append_id(struct buffer *ids, const struct pci_id *id)
{
    char text[PCI_ID_TEXT_SIZE];
    pci_id_print_base(id, text);
    if (!strstr(buffer_text(ids), text))
        buffer_append_format(ids, "%s%s", ids->length ? "," : "", text);
}

/* What is in another IOMMU group may stay with the host. */
static bool is_needed(const struct plan_machine *machine, const struct pci_device *function)
{
    return machine->device->iommu_group < 0 || function->iommu_group == machine->device->iommu_group;
}

static void set_binding(struct plan_machine *machine)
{
    const struct host_setup *setup = &machine->scan.setup;
    struct buffer *ids = &machine->texts[PLAN_VARIABLE_IDS];
    bool is_bound = true;
    bool is_on_vfio = true;
    bool is_held = false;
    bool others_wait = true;
    bool waits = false;
    for (int i = 0; i < setup->id_count; i++)
        append_id(ids, &setup->ids[i].id);
    for (int i = 0; i < machine->function_count; i++) {
        const struct pci_device *function = function_of(machine, i);
        char address[PCI_ADDRESS_TEXT_SIZE];
        if (!function)
            continue;
        pci_address_print(&function->address, address);
        if (is_needed(machine, function)) {
            bool is_configured = host_setup_binds(machine->root, setup, function);
            is_bound &= is_configured;
            is_on_vfio &= pci_is_on_vfio(function);
            is_held |= pci_has_host_driver(function);
            /* The GPU is bound as it is set up, and this one is not: another driver was earlier. */
            others_wait &= !pci_is_on_vfio(machine->device) || !pci_has_host_driver(function) ||
                           !is_configured || host_setup_waits(machine->root, setup, function->driver);
        }
        append_id(ids, &function->id);
        buffer_append_format(&machine->texts[PLAN_VARIABLE_BINDINGS], "%s%s|%04x:%04x", i ? " " : "", address,
                             function->id.vendor, function->id.device);
    }
    for (size_t i = 0; i < ARRAY_SIZE(setup->waiting); i++)
        waits |= setup->waiting[i] == machine->device->id.vendor;
    if (is_bound || is_on_vfio || is_held || setup->is_recorded)
        set(machine, PLAN_FACT_BOUND, is_bound || is_on_vfio);
    if (is_on_vfio || waits || setup->is_recorded)
        set(machine, PLAN_FACT_DRIVER_WAITS, waits || is_on_vfio);
    set(machine, PLAN_FACT_OTHERS_WAIT, others_wait);
    if (is_on_vfio)
        set(machine, PLAN_FACT_MODULE_EARLY, true);
    bool iommu_waits = machine->scan.iommu.enabled == TRISTATE_NO &&
                       machine->facts.facts[PLAN_FACT_IOMMU_ASKED] == TRISTATE_YES && !setup->iommu_was_asked;
    bool reset_waits = setup->vendor_reset && !setup->vendor_reset_loaded;
    machine->facts.is_active = !(is_bound && is_held) && !iommu_waits && !reset_waits;
}

static void append_foreign(struct plan_machine *machine)
{
    const struct scan_gpu *seen = &machine->gpu.seen;
    struct buffer *out = &machine->texts[PLAN_VARIABLE_FOREIGN];
    for (int i = 0; i < seen->foreign_count && i < MAX_FOREIGN_DEVICES; i++) {
        const struct pci_device *other = &machine->scan.machine.devices[seen->foreign_devices[i]];
        char address[PCI_ADDRESS_TEXT_SIZE];
        buffer_append_format(out, "%s%s %04x:%04x%s%s%s", i ? ", " : "",
                             pci_address_print(&other->address, address), other->id.vendor, other->id.device,
                             other->driver[0] ? " (" : "", other->driver, other->driver[0] ? ")" : "");
    }
    buffer_append_format(&machine->texts[PLAN_VARIABLE_GROUP], "%d", machine->device->iommu_group);
}

/* ---- the virtual machine ---- */

static void set_vm(struct plan_machine *machine)
{
    const struct vm_setup *vm = &machine->vm;
    enum tristate *facts = machine->facts.facts;
    const char **variables = machine->facts.variables;
    bool proxmox = facts[PLAN_FACT_PROXMOX] == TRISTATE_YES;
    set(machine, PLAN_FACT_VM_KNOWN, vm->file[0]);
    variables[PLAN_VARIABLE_VM] = proxmox ? "VMID" : "NAME";
    variables[PLAN_VARIABLE_STORAGE] = plain(vm->facts.storage, "local-lvm");
    machine->facts.hostpci = vm->hostpci;
    if (!vm->file[0])
        return;
    variables[PLAN_VARIABLE_VM] = plain(vm->name, variables[PLAN_VARIABLE_VM]);
    variables[PLAN_VARIABLE_VM_FILE] = plain(vm->file, "FILE");
    variables[PLAN_VARIABLE_OPTIONS] = plain(vm->facts.options, ",pcie=1");
    for (int i = 0; i < PLAN_FACT_COUNT; i++)
        if (vm->plan_facts[i] != TRISTATE_UNKNOWN)
            facts[i] = vm->plan_facts[i];
}

static void set_functions(struct plan_machine *machine)
{
    struct plan_facts *facts = &machine->facts;
    facts->function_count = machine->function_count;
    for (int i = 0; i < machine->function_count; i++) {
        const struct pci_address *at = &machine->functions[i];
        pci_address_print(at, facts->functions[i].address);
        snprintf(facts->functions[i].xml, sizeof facts->functions[i].xml,
                 "<address domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%x'/>",
                 (unsigned)at->domain, at->bus, at->slot, at->function);
    }
    buffer_append_text(&machine->texts[PLAN_VARIABLE_ADDRESS], facts->functions[0].address);
    buffer_append(&machine->texts[PLAN_VARIABLE_SLOT], facts->functions[0].address,
                  strcspn(facts->functions[0].address, "."));
}

void plan_set_facts(struct plan_machine *machine)
{
    const struct answer *answer = &machine->gpu.answer;
    bool is_gpu = machine->gpu.known && answer->device.is_gpu;
    const struct findings *findings = &machine->gpu.seen.findings;
    machine->facts.gpu = is_gpu ? answer : NULL;
    machine->facts.pci_id = pci_id_print_base(&machine->device->id, machine->pci_id);
    for (int i = 0; i < findings->count && !machine->facts.fault; i++)
        if (finding_fault(&findings->items[i]) && (findings->items[i].severity == SEVERITY_BLOCKER ||
                                                   findings->items[i].id == FINDING_ID_BMC_GPU)) {
            machine->facts.fault = finding_fault(&findings->items[i]);
            machine->facts.fault_text = findings->items[i].text;
        }
    set_system(machine);
    set(machine, PLAN_FACT_IN_VM, machine->scan.host.in_vm == TRISTATE_YES);
    set(machine, PLAN_FACT_SILENT, machine->device->is_silent);
    set_boot(machine);
    set_kind(machine, is_gpu ? &answer->device.gpu : NULL);
    set_rom(machine);
    set_driver(machine);
    set_binding(machine);
    append_foreign(machine);
    set_vm(machine);
    set_functions(machine);
    for (int i = 0; i < PLAN_VARIABLE_COUNT; i++)
        if (!machine->facts.variables[i])
            machine->facts.variables[i] = buffer_text(&machine->texts[i]);
}
