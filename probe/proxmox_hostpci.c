/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/proxmox_state.h"

/* hostpciN of qm.conf(5); what Proxmox checks before it starts a virtual machine is that of qemu-server 8,
 * PVE/QemuServer/PCI.pm. */

/* Files of a cluster that configurations refer to: resource mappings and CPU models. Both consist of
 * sections: a line with the name of one, and its settings indented below. */

static const char mappings_file[] = "/etc/pve/mapping/pci.cfg";
static const char models_file[] = "/etc/pve/virtual-guest/cpu-models.conf";

static bool is_indented(struct span line)
{
    return line.length && (line.start[0] == ' ' || line.start[0] == '\t');
}

/* Finds the section whose first line is `kind` and `name`; `settings` are the lines below it. */
static bool find_section(struct span text, const char *kind, struct span name, struct span *settings)
{
    char header[200];
    struct span line;
    if (snprintf(header, sizeof header, "%s%.*s", kind, SPAN_FORMAT(name)) >= (int)sizeof header)
        return false;
    while (span_next_line(&text, &line)) {
        if (is_indented(line) || !span_is(span_trim(line), header))
            continue;
        settings->start = text.start;
        struct span rest = text;
        while (span_next_line(&rest, &line) && (is_indented(line) || !span_trim(line).length))
            text = rest;
        settings->length = (size_t)(text.start - settings->start);
        return true;
    }
    return false;
}

/* The next setting of a section, "key value". */
static bool next_setting(struct span *settings, struct span *key, struct span *value)
{
    struct span line;
    while (span_next_line(settings, &line))
        if (span_next_word(&line, key)) {
            *value = span_trim(line);
            return true;
        }
    return false;
}

/* ---- mappings ---- */

/* The name of this node, which the links into its directory show; "" where they do not. */
static void read_node(struct root *root, char node[64])
{
    static const char nodes[] = "/etc/pve/nodes/";
    char resolved[512];
    node[0] = '\0';
    if (root_resolve(root, "/etc/pve/qemu-server", resolved, sizeof resolved) &&
        strncmp(resolved, nodes, sizeof nodes - 1) == 0)
        snprintf(node, 64, "%.*s", (int)strcspn(resolved + sizeof nodes - 1, "/"),
                 resolved + sizeof nodes - 1);
}

/* The value of KEY=VALUE in a list with commas; "" without. */
static struct span value_of(struct span list, const char *name)
{
    struct span part;
    struct span key;
    struct span value;
    while (span_next_part(&list, ',', &part))
        if (span_split(part, '=', &key, &value) && span_is(span_trim(key), name))
            return span_trim(value);
    return span_of("");
}

/* Takes the mapping's devices of this node: how many there are, and one of them. */
static int maps_of_node(struct span settings, const char *node, struct span *map)
{
    struct span key;
    struct span value;
    int count = 0;
    while (next_setting(&settings, &key, &value))
        if (span_is(key, "map") && (!*node || span_is(value_of(value, "node"), node))) {
            *map = value;
            count++;
        }
    return count;
}

/* "0000:01:00.0", "01:00.0", or "01:00" for all functions of the slot. */
static bool read_address(struct span text, struct pci_address *address, bool *all_functions)
{
    char whole[PCI_ADDRESS_TEXT_SIZE + 2];
    text = span_trim(text);
    *all_functions = !span_holds(text, ".");
    return snprintf(whole, sizeof whole, "%.*s%s", SPAN_FORMAT(text), *all_functions ? ".0" : "") <
               (int)sizeof whole &&
           pci_address_parse(whole, address);
}

/* Proxmox compares these before each start, and rejects the mapping also when one of them is missing
 * (PVE/Mapping/PCI.pm, assert_valid). */
static void compare(const struct proxmox_conf *conf, struct span name, long line, struct span map,
                    const struct pci_device *device)
{
    const struct vm_state *vm = conf->vm;
    char group[16];
    char subsystem[PCI_ID_TEXT_SIZE];
    snprintf(group, sizeof group, "%d", device->iommu_group);
    pci_id_print_subsystem(&device->id, subsystem);
    const struct {
        const char *key;
        const char *right;
        bool is_known;
    } properties[] = {{"id", pci_id_text_base(&device->id), true},
                      {"iommugroup", group, device->iommu_group >= 0},
                      {"subsystem-id", subsystem, device->id.has_subsystem}};
    for (size_t i = 0; i < ARRAY_SIZE(properties); i++) {
        struct span value = value_of(map, properties[i].key);
        if (!properties[i].is_known || span_is(value, properties[i].right))
            continue;
        vm_finding(vm, line, FINDING_VM_MAPPING_CHANGED, SPAN_FORMAT(name), properties[i].key,
                   value.length ? "is " : "is missing", SPAN_FORMAT(value), properties[i].right);
        return;
    }
}

static void check_map(const struct proxmox_conf *conf, struct span name, long line, struct span map)
{
    const struct vm_state *vm = conf->vm;
    struct pci_address address;
    struct span path = value_of(map, "path");
    struct span first;
    bool all_functions;
    bool is_address = span_next_part(&path, ';', &first) && read_address(first, &address, &all_functions);
    const struct pci_device *device = vm->machine && is_address ? pci_find(vm->machine, &address) : NULL;
    if (device)
        compare(conf, name, line, map, device);
}

/* Finds the device that mapping=NAME of the hostpci line `line` stands for on this node, as the addresses in
 * `path`; reports a mapping that is not there or does not fit the machine. False when it cannot be seen, or
 * is one of several devices, chosen at each start. */
static bool find_mapping(struct proxmox_conf *conf, struct span name, long line, struct span *path)
{
    struct vm_state *vm = conf->vm;
    char node[64];
    struct span settings;
    struct span map;
    int number = conf->mapping_count++;
    if (!vm_is_of_this_machine(vm))
        return false;
    if (number == 0 && root_read(vm->root, mappings_file, MAX_CONFIG_SIZE, &conf->mappings) != ROOT_OK)
        buffer_clear(&conf->mappings);
    if (number >= MAX_PASSED_DEVICES || !conf->mappings.length)
        return false;
    struct span all = {buffer_text(&conf->mappings), conf->mappings.length};
    if (!find_section(all, "", name, &settings)) {
        vm_finding(vm, line, FINDING_VM_MAPPING_MISSING, SPAN_FORMAT(name));
        return false;
    }
    read_node(vm->root, node);
    int count = maps_of_node(settings, node, &map);
    if (!count && *node)
        vm_finding(vm, line, FINDING_VM_MAPPING_MISSING_NODE, SPAN_FORMAT(name));
    if (count != 1)
        return false;
    *path = value_of(map, "path");
    check_map(conf, name, line, map);
    return true;
}

/* ---- CPU models ---- */

bool proxmox_custom_cpu(struct proxmox_conf *conf, struct span name)
{
    struct vm_state *vm = conf->vm;
    struct buffer text CLEANUP(buffer_free) = BUFFER(MAX_CONFIG_SIZE + 16);
    struct span settings;
    struct span key;
    struct span value;
    if (!vm_is_of_this_machine(vm) || root_read(vm->root, models_file, MAX_CONFIG_SIZE, &text) != ROOT_OK)
        return false;
    struct span all = {buffer_text(&text), text.length};
    if (!find_section(all, "cpu-model: ", name, &settings)) {
        vm_finding(vm, vm->cpu.line, FINDING_VM_CPU_MODEL_MISSING, SPAN_FORMAT(name));
        return false;
    }
    vm->cpu.model[0] = '\0'; /* kvm64, as without a line cpu: */
    while (next_setting(&settings, &key, &value)) {
        if (span_is(key, "reported-model"))
            snprintf(vm->cpu.model, sizeof vm->cpu.model, "%.*s", SPAN_FORMAT(value));
        else if (span_is(key, "hidden") && proxmox_is_yes(value))
            vm_note_hiding(vm, VM_HIDES_KVM, "hidden 1 of the CPU model", vm->cpu.line);
    }
    return true;
}

/* ---- hostpciN ---- */

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
    if (!span_begins(key, "hostpci") || key.length < 8 || key.length > 9)
        return false;
    struct span number = {key.start + 7, key.length - 7};
    return number.length == 1 ? isdigit((unsigned char)*number.start)
                              : *number.start == '1' && number.start[1] >= '0' && number.start[1] < '6';
}

static void read_romfile(struct hostpci *device, struct span value)
{
    if (span_begins(value, "/"))
        vm_finding(device->conf->vm, device->line, FINDING_VM_ROMFILE_ABSOLUTE, SPAN_FORMAT(value));
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
        if (read_address(address, &passed.address, &passed.all_functions)) {
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
    struct span vga = conf->settings[VGA];
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
    else if (device->mapping.length && !find_mapping(conf, device->mapping, device->line, &addresses))
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
    bool has_space = false;
    snprintf(name, sizeof name, "%.*s", SPAN_FORMAT(key));
    unsigned number = (unsigned)atoi(name + strlen("hostpci"));
    if (vm->facts.hostpci_taken >> number & 1)
        vm_finding(vm, line, FINDING_VM_HOSTPCI_MALFORMED_TWICE, name);
    vm->facts.hostpci_taken |= 1U << number;
    conf->hostpci_count++;
    span_split(value, ',', &option, &device.options);
    while (span_next_part(&value, ',', &option)) {
        struct span bare = span_trim(option);
        /* PVE/JSONSchema.pm takes a space as a part of the name or of the value. */
        if (bare.length && bare.length != option.length && !has_space)
            vm_finding(vm, line, FINDING_VM_HOSTPCI_MALFORMED_SPACE, name, SPAN_FORMAT(bare), name);
        has_space |= bare.length != option.length;
        read_option(&device, bare);
    }
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
