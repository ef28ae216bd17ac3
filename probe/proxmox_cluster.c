/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "probe/proxmox_state.h"

/* Files of a Proxmox cluster that configurations refer to: resource mappings and CPU models. Both consist of
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

bool proxmox_address(struct span text, struct pci_address *address, bool *all_functions)
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
    char id[PCI_ID_TEXT_SIZE];
    char group[16];
    char subsystem[16];
    struct pci_id bare = pci_id_base(&device->id);
    snprintf(group, sizeof group, "%d", device->iommu_group);
    snprintf(subsystem, sizeof subsystem, "%04x:%04x", device->id.subvendor, device->id.subdevice);
    const struct {
        const char *key;
        const char *right;
        bool is_known;
    } properties[] = {{"id", pci_id_print(&bare, id), true},
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
    bool is_address = span_next_part(&path, ';', &first) && proxmox_address(first, &address, &all_functions);
    const struct pci_device *device = vm->machine && is_address ? pci_find(vm->machine, &address) : NULL;
    if (device)
        compare(conf, name, line, map, device);
}

enum proxmox_mapping proxmox_mapping_find(struct proxmox_conf *conf, struct span name, long line,
                                          struct span *path)
{
    struct vm_state *vm = conf->vm;
    char node[64];
    struct span settings;
    struct span map;
    int number = conf->mapping_count++;
    if (!vm_is_of_this_machine(vm))
        return PROXMOX_MAPPING_UNKNOWN;
    if (number == 0 && root_read(vm->root, mappings_file, MAX_CONFIG_SIZE, &conf->mappings) != ROOT_OK)
        buffer_clear(&conf->mappings);
    if (number >= MAX_PASSED_DEVICES || !conf->mappings.length)
        return PROXMOX_MAPPING_UNKNOWN;
    struct span all = {buffer_text(&conf->mappings), conf->mappings.length};
    if (!find_section(all, "", name, &settings)) {
        vm_finding(vm, line, FINDING_VM_MAPPING_MISSING, SPAN_FORMAT(name));
        return PROXMOX_MAPPING_UNKNOWN;
    }
    read_node(vm->root, node);
    int count = maps_of_node(settings, node, &map);
    if (!count && *node)
        vm_finding(vm, line, FINDING_VM_MAPPING_MISSING_NODE, SPAN_FORMAT(name));
    if (count != 1)
        return count && *node ? PROXMOX_MAPPING_POOL : PROXMOX_MAPPING_UNKNOWN;
    *path = value_of(map, "path");
    check_map(conf, name, line, map);
    return PROXMOX_MAPPING_DEVICE;
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
