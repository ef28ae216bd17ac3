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

/* A text that was quoted in a mail or a forum: each line begins with ">". */
static bool is_quoted(struct span text)
{
    struct span line;
    bool is_so = text.length;
    while (is_so && span_next_line(&text, &line))
        is_so = !span_trim(line).length || span_begins(line, ">");
    return is_so;
}

static void append_unquoted(struct buffer *out, struct span text)
{
    struct span line;
    while (span_next_line(&text, &line)) {
        size_t mark = span_begins(line, "> ") ? 2 : span_begins(line, ">");
        buffer_append(out, line.start + mark, line.length - mark);
        buffer_append_byte(out, '\n');
    }
}

static enum vm_config_result read_config(struct vm_state *vm, const char *text, size_t length)
{
    struct buffer unquoted CLEANUP(buffer_free) = BUFFER(MAX_CONFIG_SIZE + 32);
    struct span all = {text, length};
    if (is_quoted(all)) {
        append_unquoted(&unquoted, all);
        all = (struct span){buffer_text(&unquoted), unquoted.length};
    }
    if (span_begins(all, "\xef\xbb\xbf"))
        all = (struct span){all.start + 3, all.length - 3};
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
    facts->passes_device = vm.passed_count || vm.has_unknown || vm.has_mdev;
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
    const char *address = pci_address_text(&device->address);
    snprintf(added.file, sizeof added.file, "%s", vm->file);
    for (int i = 0; i < shared->count; i++) {
        const struct owned_device *other = &shared->all[i];
        if (strcmp(other->file, added.file) == 0 || !(vm_device_covers(&other->device, &device->address) ||
                                                      vm_device_covers(device, &other->device.address)))
            continue;
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

/* ---- how one is set up for a GPU ---- */

/* The text with the functions of the GPU in it, as the plan would have it. */
static void append_with_gpu(struct buffer *out, const struct vm_setup *setup, struct span text,
                            const struct pci_address *addresses, int count)
{
    const char *section = setup->is_proxmox ? memmem(text.start, text.length, "\n[", 2)
                                            : memmem(text.start, text.length, "</devices>", 10);
    size_t before = section ? (size_t)(section - text.start) : text.length;
    buffer_append(out, text.start, before);
    for (int i = 0; i < count; i++) {
        const struct pci_address *at = &addresses[i];
        if (setup->is_proxmox)
            buffer_append_format(out, "\nhostpci%d: %04x:%02x:%02x.%x,pcie=1", setup->hostpci + i,
                                 (unsigned)at->domain, at->bus, at->slot, at->function);
        else
            buffer_append_format(
                out,
                "<hostdev mode='subsystem' type='pci' managed='yes'><source><address "
                "domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%x'/></source></hostdev>",
                (unsigned)at->domain, at->bus, at->slot, at->function);
    }
    buffer_append_byte(out, '\n');
    buffer_append(out, text.start + before, text.length - before);
}

/* What somebody who has the GPU in the machine already has chosen is left alone, unless it cannot work. */
static void judge(struct vm_setup *setup, const struct findings *findings)
{
    enum tristate *facts = setup->plan_facts;
    bool has_gpu = setup->facts.passes_gpu;
    bool lacks_romfile = findings_have(findings, FINDING_ID_VM_ROMFILE_MISSING);
    facts[PLAN_FACT_VM_GPU] = tristate_of(has_gpu);
    facts[PLAN_FACT_VM_MACHINE] = tristate_of(!findings_have(findings, FINDING_ID_VM_PCIE_NEEDS_Q35) &&
                                              (has_gpu || !findings_have(findings, FINDING_ID_VM_I440FX)));
    facts[PLAN_FACT_VM_FIRMWARE] = tristate_of(has_gpu || !findings_have(findings, FINDING_ID_VM_SEABIOS));
    facts[PLAN_FACT_VM_EFIDISK] = tristate_of(!findings_have(findings, FINDING_ID_VM_EFIDISK_MISSING));
    facts[PLAN_FACT_VM_CPU] = tristate_of(!findings_have(findings, FINDING_ID_VM_CPU_NOT_HOST));
    facts[PLAN_FACT_VM_WHOLE] = tristate_of(!findings_have(findings, FINDING_ID_VM_FUNCTION_MISSING));
    facts[PLAN_FACT_VM_BALLOON] = tristate_of(!findings_have(findings, FINDING_ID_VM_BALLOON));
    facts[PLAN_FACT_VM_ROM] = tristate_of(setup->facts.fixes[FIX_ROMFILE] && !lacks_romfile);
    facts[PLAN_FACT_VM_IGD] = tristate_of(strstr(setup->facts.options, "legacy-igd=1") != NULL);
}

static void set_name(struct vm_setup *setup, const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *name = slash ? slash + 1 : file;
    snprintf(setup->file, sizeof setup->file, "%s", file);
    const char *dot = strrchr(name, '.');
    snprintf(setup->name, sizeof setup->name, "%.*s", (int)(dot ? dot - name : 60), name);
}

bool vm_setup_read(struct root *root, const struct pci_machine *machine, const struct pci_address *addresses,
                   int count, const char *file, struct span text, struct vm_setup *setup)
{
    struct buffer with_gpu CLEANUP(buffer_free) = BUFFER(MAX_CONFIG_SIZE + 8192);
    struct findings findings = {.count = 0};
    *setup = (struct vm_setup){.hostpci = 0};
    const struct vm_facts *facts = &setup->facts;
    if (vm_config_facts(root, &addresses[0], text.start, text.length, &setup->facts) != VM_CONFIG_READ ||
        facts->is_command_line)
        return false;
    set_name(setup, file);
    setup->is_proxmox =
        facts->hypervisor &&
        strcmp(facts->hypervisor, vocabulary_value(&vocabulary_hypervisor, HYPERVISOR_PROXMOX)) == 0;
    if (facts->passed_as[0])
        setup->hostpci = atoi(facts->passed_as + strlen("hostpci"));
    while (!facts->passed_as[0] && setup->hostpci < MAX_HOSTPCI - 1 &&
           facts->hostpci_taken >> setup->hostpci & 1)
        setup->hostpci++;
    if (!facts->passes_gpu) {
        append_with_gpu(&with_gpu, setup, text, addresses, count);
        text = (struct span){buffer_text(&with_gpu), with_gpu.length};
    }
    vm_config_check(root, machine, file, text.start, text.length, &findings);
    judge(setup, &findings);
    findings_free(&findings);
    return true;
}

/* Looking for one among the files of the host. */
struct wanted {
    struct root *root;
    const struct pci_machine *machine;
    const struct pci_address *addresses;
    int count;
    const char *name; /* NULL: the one that has the GPU */
    struct vm_setup *found;
};

static void try_file(void *context, const char *file, struct span text)
{
    struct wanted *wanted = context;
    struct vm_setup setup;
    if (wanted->found->file[0] ||
        !vm_setup_read(wanted->root, wanted->machine, wanted->addresses, wanted->count, file, text, &setup))
        return;
    if (wanted->name ? strcmp(wanted->name, setup.name) == 0 : setup.facts.passes_gpu)
        *wanted->found = setup;
}

bool vm_setup_find(struct root *root, const struct pci_machine *machine, const struct pci_address *addresses,
                   int count, const char *name, struct vm_setup *setup)
{
    struct wanted wanted = {root, machine, addresses, count, name, setup};
    *setup = (struct vm_setup){.hostpci = 0};
    vm_config_each_file(root, try_file, &wanted);
    return setup->file[0];
}
