/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/proxmox_state.h"

/* hostpciN of qm.conf(5); what Proxmox checks before it starts a virtual machine is that of qemu-server 8,
 * PVE/QemuServer/PCI.pm. */

/* One hostpciN. */
struct hostpci {
    struct proxmox_conf *conf;
    const char *name;
    long line;
    struct span options; /* after the first comma */
    struct span host;
    struct span mapping;
    char rom_file[256];
    bool pcie;
    bool x_vga;
    bool rom_bar_off;
    bool legacy_igd;
    bool is_part;
};

bool proxmox_is_hostpci(struct span key)
{
    return span_begins(key, "hostpci") && key.length > 7 && key.length <= 9;
}

static void read_romfile(struct hostpci *device, struct span value)
{
    snprintf(device->rom_file, sizeof device->rom_file, "/usr/share/kvm/%.*s", SPAN_FORMAT(value));
    if (value.length > 200)
        device->rom_file[0] = '\0';
}

static void reject_option(const struct hostpci *device, struct span key, const char *const *known)
{
    const struct vm_state *vm = device->conf->vm;
    const char *guess = span_guess(key, known);
    if (guess)
        vm_finding(vm, device->line, FINDING_VM_HOSTPCI_MALFORMED_TYPO, device->name, SPAN_FORMAT(key),
                   guess);
    else
        vm_finding(vm, device->line, FINDING_VM_HOSTPCI_MALFORMED, device->name, SPAN_FORMAT(key));
}

static void read_option(struct hostpci *device, struct span option)
{
    static const char *const known[] = {
        "host",       "mapping",   "pcie",      "x-vga",         "rombar",        "romfile", "mdev",
        "legacy-igd", "device-id", "vendor-id", "sub-device-id", "sub-vendor-id", "driver",  NULL};
    struct span key;
    struct span value;
    if (!span_split(option, '=', &key, &value) || span_is(key, "host"))
        device->host = span_is(key, "host") ? value : key;
    else if (span_is(key, "pcie"))
        device->pcie = proxmox_is_yes(value);
    else if (span_is(key, "x-vga"))
        device->x_vga = proxmox_is_yes(value);
    else if (span_is(key, "rombar"))
        device->rom_bar_off = !proxmox_is_yes(value);
    else if (span_is(key, "romfile"))
        read_romfile(device, value);
    else if (span_is(key, "mapping"))
        device->mapping = value;
    else if (span_is(key, "mdev"))
        device->is_part = true;
    else if (span_is(key, "legacy-igd"))
        device->legacy_igd = proxmox_is_yes(value);
    else if (!span_is_any(key, known))
        reject_option(device, key, known);
}

static int count_functions(const struct vm_state *vm, const struct passed_device *device)
{
    int count = 0;
    for (int i = 0; vm->machine && i < vm->machine->count; i++)
        count += vm_device_covers(device, &vm->machine->devices[i].address);
    return count ? count : 1;
}

/* The GPU of an Intel processor is no PCI Express device, and people run it on i440fx as well as on q35. */
static bool is_on_first_bus(const struct pci_address *address)
{
    return address->domain == 0 && address->bus == 0;
}

/* Passes the devices at these addresses. Returns how many functions that are, and stores the first one. */
static int pass_devices(const struct hostpci *device, struct span addresses, struct passed_device *first)
{
    struct proxmox_conf *conf = device->conf;
    struct span address;
    int count = 0;
    while (conf->vm->passed_count < MAX_PASSED_DEVICES && span_next_part(&addresses, ';', &address)) {
        struct passed_device passed = {
            .line = device->line, .is_part = device->is_part, .options = device->options};
        snprintf(passed.name, sizeof passed.name, "%s", device->name);
        if (proxmox_address(address, &passed.address, &passed.all_functions)) {
            vm_pass_device(conf->vm, &passed);
            bool maybe_gpu = vm_device_is_gpu(conf->vm, &passed) != TRISTATE_NO;
            conf->maybe_gpu |= maybe_gpu;
            conf->maybe_card |= maybe_gpu && !is_on_first_bus(&passed.address);
            *first = count ? *first : passed;
            count += count_functions(conf->vm, &passed);
        } else {
            vm_finding(conf->vm, device->line, FINDING_VM_HOSTPCI_MALFORMED_ADDRESS, SPAN_FORMAT(address),
                       device->name);
        }
    }
    return count;
}

/* Why Proxmox rejects legacy-igd=1, and the way out. `first` is the device, of `count` functions; 0: not
 * known. */
static void check_legacy_igd(const struct hostpci *device, const struct passed_device *first, int count)
{
    struct proxmox_conf *conf = device->conf;
    struct vm_state *vm = conf->vm;
    struct span vga = proxmox_setting(conf, VGA);
    const struct {
        bool is_so;
        const char *what;
        const char *next;
    } faults[] = {
        {conf->legacy_igd_line, "a second device", "keep it for the GPU at 0000:00:02.0 alone"},
        {!span_is(vga, "none"), "an emulated display", "write vga: none"},
        {device->rom_bar_off, "rombar=0", "remove rombar=0"},
        {device->x_vga, "x-vga=1", "remove x-vga=1"},
        {device->is_part, "mdev=", "remove one of them"},
        {vm->is_q35, "the machine q35",
         "remove the line machine: q35 (i440fx is the default), or legacy-igd=1"},
        {count > 1, "several functions", "write the address with its function: 0000:00:02.0"},
        {count && (first->address.slot != 2 || first->address.function),
         "another device than the one at 00:02.0", "keep it for the GPU at 0000:00:02.0 alone"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
        if (faults[i].is_so)
            vm_finding(vm, device->line, FINDING_VM_LEGACY_IGD, faults[i].what, faults[i].next);
    conf->legacy_igd_line = device->line;
}

/* The devices of the line, wherever they are named. Returns how many functions are known. */
static int pass_all(const struct hostpci *device, struct passed_device *first)
{
    struct proxmox_conf *conf = device->conf;
    struct vm_state *vm = conf->vm;
    struct span addresses = device->host;
    if (device->host.length && device->mapping.length)
        vm_finding(vm, device->line, FINDING_VM_HOSTPCI_HOST_AND_MAPPING, device->name);
    else if (device->mapping.length &&
             proxmox_mapping_find(conf, device->mapping, device->line, &addresses) != PROXMOX_MAPPING_DEVICE)
        addresses = span_of("");
    int count = pass_devices(device, addresses, first);
    vm->has_unknown |= !count;
    conf->maybe_gpu |= !device->host.length && !count;
    conf->maybe_card |= !device->host.length && !count;
    return count;
}

void proxmox_hostpci_read(struct proxmox_conf *conf, struct span key, struct span value, long line)
{
    char name[16];
    struct span option;
    struct passed_device first = {.line = 0};
    struct hostpci device = {.conf = conf, .name = name, .line = line};
    struct vm_state *vm = conf->vm;
    snprintf(name, sizeof name, "%.*s", SPAN_FORMAT(key));
    unsigned number = (unsigned)atoi(name + strlen("hostpci"));
    vm->facts.hostpci_taken |= number < MAX_HOSTPCI ? 1U << number : 0;
    conf->hostpci_count++;
    span_split(value, ',', &option, &device.options);
    while (span_next_part(&value, ',', &option))
        read_option(&device, span_trim(option));
    conf->x_vga_line = device.x_vga ? line : conf->x_vga_line;
    conf->any_x_vga |= device.x_vga;
    int count = pass_all(&device, &first);
    if (device.legacy_igd)
        check_legacy_igd(&device, &first, count);
    if (device.is_part && count > 1)
        vm_finding(vm, line, FINDING_VM_MDEV_SEVERAL, name);
    if (device.pcie && !vm->is_q35)
        vm_finding(vm, line, FINDING_VM_PCIE_NEEDS_Q35);
    vm_check_rom(vm, device.rom_file, device.rom_bar_off, line);
    if (vm->is_q35 && !device.pcie && count && !device.is_part && !is_on_first_bus(&first.address) &&
        vm_device_is_gpu(vm, &first) == TRISTATE_YES)
        vm_finding(vm, line, FINDING_VM_PCIE_OFF, name);
}
