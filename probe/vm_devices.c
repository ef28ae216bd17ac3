/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "core/buffer.h"
#include "probe/iommu.h"
#include "probe/vm_state.h"

enum { MAX_ROM_FILES = 4096, MAX_FOREIGN = 16 };

bool vm_is_of_this_machine(const struct vm_state *vm)
{
    static const char nodes[] = "/etc/pve/nodes/";
    char own[300];
    if (strncmp(vm->file, nodes, sizeof nodes - 1) != 0)
        return strncmp(vm->file, "/etc/", 5) == 0;
    return root_resolve(vm->root, "/etc/pve/qemu-server", own, sizeof own) &&
           strncmp(vm->file, own, strlen(own)) == 0 && vm->file[strlen(own)] == '/';
}

void vm_note_facts(struct vm_state *vm, enum hypervisor hypervisor)
{
    enum machine_type machine_type = vm->is_q35 ? MACHINE_TYPE_Q35 : MACHINE_TYPE_I440FX;
    vm->facts.hypervisor = vocabulary_value(&vocabulary_hypervisor, (int)hypervisor);
    if (!vm->is_virt)
        vm->facts.machine_type = vocabulary_value(&vocabulary_machine_type, (int)machine_type);
    if (vm->is_ovmf || !vm->is_virt)
        vm->facts.firmware =
            vocabulary_value(&vocabulary_firmware, vm->is_ovmf ? FIRMWARE_OVMF : FIRMWARE_SEABIOS);
}

bool vm_device_covers(const struct passed_device *device, const struct pci_address *address)
{
    return pci_same_slot(&device->address, address) &&
           (device->all_functions || device->address.function == address->function);
}

/* "0000:01:00.0", or "0000:01:00" of all functions; returns `text`. */
static const char *print_address(const struct passed_device *device, char text[PCI_ADDRESS_TEXT_SIZE])
{
    pci_address_print(&device->address, text);
    if (device->all_functions)
        *strchr(text, '.') = '\0';
    return text;
}

void vm_pass_device(struct vm_state *vm, const struct passed_device *device)
{
    char address[PCI_ADDRESS_TEXT_SIZE];
    for (int i = 0; i < vm->passed_count; i++) {
        const struct passed_device *other = &vm->passed[i];
        if (device->is_part ||
            !(vm_device_covers(other, &device->address) || vm_device_covers(device, &other->address)))
            continue;
        vm_finding(vm, device->line, FINDING_VM_DEVICE_TWICE, print_address(device, address), other->line);
        break;
    }
    if (vm->passed_count < MAX_PASSED_DEVICES)
        vm->passed[vm->passed_count++] = *device;
}

enum tristate vm_device_is_gpu(const struct vm_state *vm, const struct passed_device *device)
{
    bool found = false;
    for (int i = 0; vm->machine && i < vm->machine->count; i++) {
        const struct pci_device *candidate = &vm->machine->devices[i];
        if (!vm_device_covers(device, &candidate->address))
            continue;
        found = true;
        if (candidate->base_class == 0x03)
            return TRISTATE_YES;
    }
    return found ? TRISTATE_NO : TRISTATE_UNKNOWN;
}

uint16_t vm_gpu_vendor(const struct vm_state *vm)
{
    uint16_t vendor = 0;
    for (int i = 0; i < vm->passed_count; i++) {
        enum tristate is_gpu = vm_device_is_gpu(vm, &vm->passed[i]);
        if (is_gpu == TRISTATE_UNKNOWN)
            return 0;
        for (int k = 0; is_gpu == TRISTATE_YES && k < vm->machine->count; k++) {
            const struct pci_device *device = &vm->machine->devices[k];
            if (device->base_class != 0x03 || !vm_device_covers(&vm->passed[i], &device->address))
                continue;
            if (vendor && vendor != device->id.vendor)
                return 0;
            vendor = device->id.vendor;
        }
    }
    return vm->has_unknown ? 0 : vendor;
}

bool vm_has_part(const struct vm_state *vm)
{
    if (vm->has_mdev)
        return true;
    for (int i = 0; i < vm->passed_count; i++) {
        const struct pci_device *device = vm->machine ? pci_find(vm->machine, &vm->passed[i].address) : NULL;
        if (vm->passed[i].is_part || (device && device->is_virtual_function == TRISTATE_YES))
            return true;
    }
    return false;
}

static bool is_passed(const struct vm_state *vm, const struct pci_device *found)
{
    for (int i = 0; i < vm->passed_count; i++)
        if (vm_device_covers(&vm->passed[i], &found->address))
            return true;
    return false;
}

/* The functions of a GPU's card that are not passed. Those in its IOMMU group that the host uses keep it from
 * starting; without the others it lacks their sound or USB. What shares the slot and is no part of the card
 * must stay where it is: then the whole slot is no answer. */
static void check_functions(struct vm_state *vm, const struct passed_device *device)
{
    struct buffer missing CLEANUP(buffer_free) = BUFFER(1024);
    const struct pci_address *at = &device->address;
    const struct pci_device *gpu = pci_find(vm->machine, at);
    bool is_whole_slot = true;
    bool is_needed = false;
    for (int i = 0; gpu && i < vm->machine->count; i++) {
        const struct pci_device *found = &vm->machine->devices[i];
        if (!pci_same_slot(at, &found->address) || found->is_bridge || is_passed(vm, found))
            continue;
        is_whole_slot &= pci_same_device(gpu, found);
        if (!pci_same_device(gpu, found))
            continue;
        bool same_group = gpu->iommu_group < 0 || gpu->iommu_group == found->iommu_group;
        is_needed |= same_group && (!found->driver_known || pci_has_host_driver(found));
        buffer_append_format(&missing, "%s.%x [%s]", missing.length ? ", " : "", found->address.function,
                             pci_id_text_base(&found->id));
    }
    if (!missing.length)
        return;
    if (!is_needed)
        vm_finding(vm, device->line, FINDING_VM_FUNCTION_MISSING_APART, (unsigned)at->domain, at->bus,
                   at->slot, buffer_text(&missing));
    else if (vm->is_proxmox && is_whole_slot && device->name[0])
        vm_finding(vm, device->line, FINDING_VM_FUNCTION_MISSING, (unsigned)at->domain, at->bus, at->slot,
                   buffer_text(&missing), at->function, device->name, (unsigned)at->domain, at->bus,
                   at->slot);
    else if (vm->is_proxmox)
        vm_finding(vm, device->line, FINDING_VM_FUNCTION_MISSING_SLOT, (unsigned)at->domain, at->bus,
                   at->slot, buffer_text(&missing));
    else
        vm_finding(vm, device->line, FINDING_VM_FUNCTION_MISSING_LIBVIRT, (unsigned)at->domain, at->bus,
                   at->slot, buffer_text(&missing));
}

/* The function that a missing one would be a virtual one of; NULL: it would be none. */
static const struct pci_device *physical_function(const struct vm_state *vm,
                                                  const struct passed_device *device)
{
    struct pci_address address = device->address;
    address.function = 0;
    const struct pci_device *found = pci_find(vm->machine, &address);
    return found && !device->all_functions && found->sriov_total > 0 ? found : NULL;
}

static void report_absent(const struct vm_state *vm, const struct passed_device *device, const char *address)
{
    const struct pci_device *split = physical_function(vm, device);
    if (!vm_is_of_this_machine(vm))
        vm_finding(vm, device->line, FINDING_VM_DEVICE_ABSENT_ELSEWHERE, address);
    else if (split)
        vm_finding(vm, device->line, FINDING_VM_DEVICE_ABSENT_VIRTUAL, address,
                   pci_address_text(&split->address));
    else
        vm_finding(vm, device->line, FINDING_VM_DEVICE_ABSENT, address);
}

/* Devices beside a GPU in its IOMMU group that the host uses, and that are not passed. */
static void check_group(const struct vm_state *vm, const struct pci_device *gpu, long line)
{
    struct buffer held CLEANUP(buffer_free) = BUFFER(1024);
    int foreign[MAX_FOREIGN];
    int count = iommu_foreign_devices(vm->machine, gpu, foreign, MAX_FOREIGN);
    for (int i = 0; i < count && i < MAX_FOREIGN; i++) {
        const struct pci_device *device = &vm->machine->devices[foreign[i]];
        if (pci_has_host_driver(device) && !is_passed(vm, device))
            buffer_append_format(&held, "%s%s (%s)", held.length ? ", " : "",
                                 pci_address_text(&device->address), device->driver);
    }
    if (held.length)
        vm_finding(vm, line, FINDING_VM_GROUP_SHARED, gpu->iommu_group, buffer_text(&held));
}

/* A GPU that is passed whole. */
static void check_gpu(struct vm_state *vm, const struct passed_device *device, const char *address)
{
    const struct pci_device *gpu = pci_find(vm->machine, &device->address);
    /* A function that has virtual ones: in a guest it has none. */
    if (gpu && gpu->sriov_enabled > 0) {
        vm_finding(vm, device->line, FINDING_VM_PASSES_PHYSICAL_FUNCTION, address, gpu->sriov_enabled);
        return;
    }
    if (!device->all_functions)
        check_functions(vm, device);
    if (gpu)
        check_group(vm, gpu, device->line);
}

void vm_check_devices(struct vm_state *vm)
{
    char address[PCI_ADDRESS_TEXT_SIZE];
    for (int i = 0; vm->machine && i < vm->passed_count; i++) {
        const struct passed_device *device = &vm->passed[i];
        enum tristate is_gpu = vm_device_is_gpu(vm, device);
        print_address(device, address);
        if (is_gpu == TRISTATE_UNKNOWN)
            report_absent(vm, device, address);
        else if (is_gpu == TRISTATE_YES && !device->is_part)
            check_gpu(vm, device, address);
    }
}

/* Not there only when its directory was read and does not list it: one that may not be read is unknown. */
static bool is_surely_absent(struct root *root, const char *path)
{
    char directory[512];
    const char *slash = strrchr(path, '/');
    bool listed = false;
    if (!slash || (size_t)(slash - path) >= sizeof directory || root_exists(root, path))
        return false;
    snprintf(directory, sizeof directory, "%.*s", (int)(slash - path), path);
    struct root_names names CLEANUP(root_names_free) =
        root_list(root, directory[0] ? directory : "/", MAX_ROM_FILES);
    for (int i = 0; i < names.count; i++)
        listed |= strcmp(names.items[i], slash + 1) == 0;
    return names.count && names.count < MAX_ROM_FILES && !listed;
}

void vm_check_rom(struct vm_state *vm, const char *path, bool bar_off, long line)
{
    vm->facts.fixes[FIX_ROMFILE] |= *path;
    vm->facts.fixes[FIX_ROMBAR_OFF] |= bar_off;
    if (*path && vm->rom_files++ < MAX_PASSED_DEVICES && is_surely_absent(vm->root, path)) {
        if (vm_is_of_this_machine(vm))
            vm_finding(vm, line, FINDING_VM_ROMFILE_MISSING, path);
        else
            vm_finding(vm, line, FINDING_VM_ROMFILE_MISSING_ELSEWHERE, path);
    }
    if (bar_off && *path)
        vm_finding(vm, line, FINDING_VM_ROMBAR_OFF_ROMFILE);
    else if (bar_off)
        vm_finding(vm, line, FINDING_VM_ROMBAR_OFF);
}
