/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/vm_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "probe/vm_state.h"

enum { MAX_NODES = 64, MAX_OWNED_DEVICES = 1024 };

/* The XML may follow the command that printed it, in a text that was copied from a terminal. */
static bool find_xml(struct span *text, long *lines_before)
{
    struct span rest = *text;
    struct span line;
    /* UTF-16 begins with a byte order mark, and expat reads it. */
    if (span_begins(span_trim(*text), "<") || span_begins(*text, "\xff\xfe") ||
        span_begins(*text, "\xfe\xff"))
        return true;
    for (; span_next_line(&rest, &line); ++*lines_before) {
        line = span_trim(line);
        if (span_begins(line, "<domain") || span_begins(line, "<?xml")) {
            *text = (struct span){line.start, (size_t)(text->start + text->length - line.start)};
            return true;
        }
    }
    return false;
}

static enum vm_config_result read_config(struct vm_state *vm, const char *text, size_t length)
{
    struct span all = {text, length};
    if (span_begins(all, "\xef\xbb\xbf"))
        all = (struct span){text + 3, length - 3};
    long lines_before = 0;
    if (find_xml(&all, &lines_before))
        return domain_xml_check(vm, all, lines_before);
    if (proxmox_conf_is_container(all)) {
        vm_finding(vm, 0, FINDING_VM_IS_CONTAINER);
        return VM_CONFIG_CONTAINER;
    }
    if (!proxmox_conf_recognise(all))
        return qemu_line_check(vm, all);
    vm->is_proxmox = true;
    proxmox_conf_check(vm, all);
    return VM_CONFIG_READ;
}

enum vm_config_result vm_config_check(struct root *root, const struct pci_machine *machine, const char *file,
                                      const char *text, size_t length, struct findings *findings)
{
    struct vm_state vm = {.root = root,
                          .machine = machine && machine->count ? machine : NULL,
                          .findings = findings,
                          .file = file};
    return read_config(&vm, text, length);
}

enum vm_config_result vm_config_facts(struct root *root, const struct pci_address *gpu, const char *text,
                                      size_t length, struct vm_facts *facts)
{
    struct findings findings = {.count = 0};
    struct vm_state vm = {.root = root, .findings = &findings, .file = ""};
    enum vm_config_result result = read_config(&vm, text, length);
    *facts = vm.facts;
    for (int i = 0; i < vm.passed_count && gpu && !facts->passes_gpu; i++) {
        const struct passed_device *device = &vm.passed[i];
        facts->passes_gpu = vm_device_covers(device, gpu);
        if (!facts->passes_gpu)
            continue;
        snprintf(facts->passed_as, sizeof facts->passed_as, "%s", device->name);
        if (device->options.length)
            snprintf(facts->options, sizeof facts->options, ",%.*s", SPAN_FORMAT(device->options));
    }
    findings_free(&findings);
    return result;
}

/* ---- files ---- */

void vm_config_each_file(struct root *root, config_visitor *visit, void *context)
{
    char path[512];
    each_config_file(root, "/etc/pve/qemu-server", ".conf", visit, context);
    /* /etc/pve/qemu-server leads to this node's directory in /etc/pve/nodes. The other nodes of a cluster are
     * other machines, so that all of them are read only where nothing shows which one this is. */
    struct root_names nodes CLEANUP(root_names_free) = {NULL, 0};
    if (!root_exists(root, "/etc/pve/qemu-server"))
        nodes = root_list(root, "/etc/pve/nodes", MAX_NODES);
    for (int i = 0; i < nodes.count; i++)
        if (snprintf(path, sizeof path, "/etc/pve/nodes/%s/qemu-server", nodes.items[i]) < (int)sizeof path)
            each_config_file(root, path, ".conf", visit, context);
    each_config_file(root, "/etc/libvirt/qemu", ".xml", visit, context);
}

/* ---- devices of two virtual machines ---- */

/* Those of all virtual machines of this host. Parts of a device may be in several. */
struct shared_devices {
    struct root *root;
    struct findings *findings;
    struct owned_device {
        struct passed_device device;
        char file[256];
        bool starts_at_boot;
    } * all;
    int count;
};

static bool starts_at_boot(struct root *root, const struct vm_state *vm)
{
    char path[300];
    snprintf(path, sizeof path, "/etc/libvirt/qemu/autostart%s", strrchr(vm->file, '/'));
    return vm->is_proxmox ? vm->starts_at_boot : root_exists(root, path);
}

static void add_owned(struct shared_devices *shared, const struct vm_state *vm,
                      const struct passed_device *device)
{
    struct owned_device added = {.device = *device, .starts_at_boot = starts_at_boot(shared->root, vm)};
    char address[PCI_ADDRESS_TEXT_SIZE];
    snprintf(added.file, sizeof added.file, "%s", vm->file);
    for (int i = 0; i < shared->count; i++) {
        const struct owned_device *other = &shared->all[i];
        if (strcmp(other->file, added.file) == 0 || !(vm_device_covers(&other->device, &device->address) ||
                                                      vm_device_covers(device, &other->device.address)))
            continue;
        pci_address_print(&device->address, address);
        if (other->starts_at_boot && added.starts_at_boot)
            findings_add(shared->findings, vm->file, device->line, FINDING_VM_DEVICE_SHARED_BOOT, address,
                         other->file);
        else
            findings_add(shared->findings, vm->file, device->line, FINDING_VM_DEVICE_SHARED, address,
                         other->file);
        break;
    }
    if (shared->count < MAX_OWNED_DEVICES)
        shared->all[shared->count++] = added;
}

static void take_devices(void *context, const char *file, struct span text)
{
    struct shared_devices *shared = context;
    struct findings ignored = {.count = 0};
    struct vm_state vm = {.root = shared->root, .findings = &ignored, .file = file};
    if (vm_is_of_this_machine(&vm) && read_config(&vm, text.start, text.length) == VM_CONFIG_READ)
        for (int i = 0; i < vm.passed_count; i++)
            if (!vm.passed[i].is_part)
                add_owned(shared, &vm, &vm.passed[i]);
    findings_free(&ignored);
}

void vm_config_check_shared(struct root *root, struct findings *findings)
{
    struct shared_devices shared = {
        .root = root, .findings = findings, .all = malloc(MAX_OWNED_DEVICES * sizeof *shared.all)};
    if (shared.all)
        vm_config_each_file(root, take_devices, &shared);
    else
        buffer_memory_was_short = true;
    free(shared.all);
}
