/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "probe/proxmox_state.h"

/* qm.conf(5). Only what is before the first section counts: sections are snapshots and the like. */

static const char *const setting_names[SETTING_COUNT] = {
    [MACHINE] = "machine",  [BIOS] = "bios",       [CPU] = "cpu",
    [VGA] = "vga",          [BALLOON] = "balloon", [ARGS] = "args",
    [EFIDISK] = "efidisk0", [OSTYPE] = "ostype",   [ONBOOT] = "onboot",
};

static bool is_key(struct span key)
{
    if (!key.length || key.length > 64)
        return false;
    for (size_t i = 0; i < key.length; i++) {
        char c = key.start[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
              c == '-'))
            return false;
    }
    return true;
}

/* A setting, "key: value"; false for comments, empty lines and anything else. */
static bool read_setting(struct span line, struct span *key, struct span *value)
{
    line = span_trim(line);
    if (!line.length || line.start[0] == '#' || !span_split(line, ':', key, value) || !is_key(*key))
        return false;
    *value = span_trim(*value);
    return true;
}

/* Most lines are settings, and some of them are those of a virtual machine. YAML has some without a value,
 * and what belongs to them is indented. */
bool proxmox_conf_recognise(struct span text)
{
    static const char *const typical[] = {
        "memory", "cores",   "sockets", "ostype", "scsihw",  "boot", "smbios1", "machine",  "bios", "cpu",
        "name",   "vmgenid", "numa",    "onboot", "balloon", "vga",  "args",    "efidisk0", NULL};
    struct span line;
    struct span key;
    struct span value;
    int settings = 0;
    int others = 0;
    bool known = false;
    bool has_empty = false;
    while (span_next_line(&text, &line)) {
        bool is_indented = span_begins(line, " ");
        line = span_trim(line);
        if (!line.length || line.start[0] == '#')
            continue;
        if (line.start[0] == '[')
            break;
        if (has_empty && is_indented)
            return false;
        bool is_setting = read_setting(line, &key, &value);
        has_empty |= is_setting && !value.length;
        is_setting &= value.length > 0;
        settings += is_setting;
        others += !is_setting;
        known |= is_setting && (span_is_any(key, typical) || proxmox_is_hostpci(key));
    }
    return known && settings > others;
}

/* pct.conf(5): every container has a root file system, and no virtual machine has. */
bool proxmox_conf_is_container(struct span text)
{
    struct span line;
    while (span_next_line(&text, &line) && !span_begins(line, "["))
        if (span_begins(line, "rootfs:"))
            return true;
    return false;
}

/* ---- the settings ---- */

static void check_firmware(const struct proxmox_conf *conf)
{
    struct vm_state *vm = conf->vm;
    bool ovmf = vm->is_ovmf;
    if (ovmf && !conf->lines[EFIDISK])
        vm_finding(vm, conf->lines[BIOS], FINDING_VM_EFIDISK_MISSING);
    /* The old way of passing an Intel GPU needs i440fx. */
    if (!ovmf && conf->maybe_gpu && !conf->legacy_igd_line)
        vm_finding(vm, conf->lines[BIOS], FINDING_VM_SEABIOS);
    if (!vm->is_q35 && conf->maybe_card && !conf->legacy_igd_line)
        vm_finding(vm, conf->lines[MACHINE], FINDING_VM_I440FX);
}

/* cpu: [cputype=]TYPE[,hidden=1][,hv-vendor-id=NAME][,flags=...] */
static void read_cpu(struct proxmox_conf *conf)
{
    struct vm_state *vm = conf->vm;
    struct span rest = conf->settings[CPU];
    struct span option;
    long line = conf->lines[CPU];
    vm->cpu.line = line;
    while (span_next_part(&rest, ',', &option)) {
        struct span key;
        struct span value;
        if (!span_split(option, '=', &key, &value) || span_is(key, "cputype"))
            snprintf(vm->cpu.model, sizeof vm->cpu.model, "%.*s",
                     SPAN_FORMAT(span_trim(span_is(key, "cputype") ? value : key)));
        else if (span_is(key, "hidden") && proxmox_is_yes(value))
            vm_note_hiding(vm, VM_HIDES_KVM, "hidden=1", line);
        else if (span_is(key, "hv-vendor-id"))
            vm_note_hiding(vm, VM_HIDES_HYPER_V, "hv-vendor-id=", line);
    }
}

static void check_cpu(struct proxmox_conf *conf)
{
    static const char *const emulated[] = {"kvm64", "kvm32", "qemu64", "qemu32", NULL};
    struct vm_state *vm = conf->vm;
    struct span model = span_of(vm->cpu.model);
    static const char custom[] = "custom-";
    if (span_begins(model, custom)) {
        struct span name = {model.start + sizeof custom - 1, model.length - (sizeof custom - 1)};
        if (!proxmox_custom_cpu(conf, name))
            return;
        model = span_of(vm->cpu.model);
    }
    bool is_default = !model.length;
    model = is_default ? span_of("kvm64") : model;
    if (span_is(model, "host") || span_is(model, "max"))
        return;
    if (span_is_any(model, emulated))
        vm_finding(vm, vm->cpu.line, FINDING_VM_CPU_NOT_HOST_EMULATED, SPAN_FORMAT(model),
                   is_default ? " by default" : "");
    else
        vm_finding(vm, vm->cpu.line, FINDING_VM_CPU_NOT_HOST, SPAN_FORMAT(model));
}

/* args: comes last on QEMU's command line. */
static void read_args(struct proxmox_conf *conf)
{
    struct vm_state *vm = conf->vm;
    struct qemu_args args = {.vm = vm, .line = conf->lines[ARGS]};
    qemu_args_take_line(&args, conf->settings[ARGS]);
    conf->maybe_gpu |= args.device_count > 0;
    conf->maybe_card |= args.device_count > 0;
    if (args.device_count)
        vm_finding(vm, conf->lines[ARGS], FINDING_VM_ARGS_DEVICE);
}

/* The settings that other parts of a judgement need. */
static void read_settings(struct proxmox_conf *conf)
{
    struct vm_state *vm = conf->vm;
    struct span machine = conf->settings[MACHINE];
    struct span type = conf->settings[OSTYPE];
    vm->is_q35 = span_holds(machine, "q35");
    vm->is_ovmf = span_is(conf->settings[BIOS], "ovmf");
    vm->starts_at_boot = proxmox_is_yes(conf->settings[ONBOOT]);
    if (type.length && !span_is(type, "other"))
        vm->guest = span_is(type, "l26") || span_is(type, "l24") ? VM_GUEST_LINUX : VM_GUEST_OTHER;
    if (vm->is_ovmf && span_holds(conf->settings[EFIDISK], "pre-enrolled-keys=1"))
        vm->secure_boot_line = conf->lines[EFIDISK];
    vm->cpu.qemu_version = vm_machine_version(machine);
    if (span_holds(machine, "viommu=intel"))
        vm->cpu.viommu_line = conf->lines[MACHINE];
    vm->cpu.has_caching = true; /* by itself */
    read_cpu(conf);
}

static void check_rest(const struct proxmox_conf *conf)
{
    struct vm_state *vm = conf->vm;
    struct span balloon = conf->settings[BALLOON];
    struct span vga = conf->settings[VGA];
    if (conf->hostpci_count && conf->lines[BALLOON] && !span_is(balloon, "0"))
        vm_finding(vm, conf->lines[BALLOON], FINDING_VM_BALLOON);
    if (span_begins(vga, "type="))
        vga = (struct span){vga.start + 5, vga.length - 5};
    /* vga: serial0 is a terminal, no display. */
    if (conf->any_x_vga && vga.length && !span_begins(vga, "none") && !span_begins(vga, "serial"))
        vm_finding(vm, conf->lines[VGA], FINDING_VM_X_VGA_DISPLAY, conf->x_vga_line);
}

/* Takes the next setting before the first section from `text`, and counts the lines. */
static bool next_setting(struct span *text, long *number, struct span *key, struct span *value)
{
    struct span line;
    while (span_next_line(text, &line)) {
        ++*number;
        if (span_begins(line, "["))
            return false;
        if (read_setting(line, key, value))
            return true;
    }
    return false;
}

/* Of "scsi0: local-lvm:vm-101-disk-0,size=32G" local-lvm; a disk of the host is a path. */
static void keep_storage(struct vm_facts *facts, struct span key, struct span value)
{
    static const char *const disks[] = {"scsi", "virtio", "sata", "efidisk", "ide"};
    struct span storage;
    struct span rest;
    if (facts->storage[0] || span_holds(value, "media=cdrom") || span_begins(value, "/") ||
        !span_split(value, ':', &storage, &rest))
        return;
    for (size_t i = 0; i < ARRAY_SIZE(disks); i++)
        if (span_begins(key, disks[i]))
            snprintf(facts->storage, sizeof facts->storage, "%.*s", SPAN_FORMAT(storage));
}

static void keep_setting(struct proxmox_conf *conf, struct span key, struct span value, long line)
{
    keep_storage(&conf->vm->facts, key, value);
    for (int i = 0; i < SETTING_COUNT; i++)
        if (span_is(key, setting_names[i])) {
            conf->settings[i] = value;
            conf->lines[i] = line;
        }
}

/* What qm.conf(5) has for ostype, as people call it. */
static const char *guest_os(struct span type)
{
    static const struct {
        const char *start;
        const char *name;
    } kinds[] = {{"l26", "linux"},   {"l24", "linux"},   {"win11", "windows 11"}, {"win10", "windows 10"},
                 {"win", "windows"}, {"w2k", "windows"}, {"wxp", "windows"},      {"wvista", "windows"}};
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (span_begins(type, kinds[i].start))
            return kinds[i].name;
    return NULL;
}

static void keep_facts(const struct proxmox_conf *conf)
{
    struct vm_facts *facts = &conf->vm->facts;
    struct span bios = conf->settings[BIOS];
    vm_note_facts(conf->vm, HYPERVISOR_PROXMOX);
    if (bios.length && !span_is(bios, "seabios") && !span_is(bios, "ovmf"))
        facts->firmware = NULL;
    facts->guest_os = guest_os(conf->settings[OSTYPE]);
    facts->fixes[FIX_X_VGA_ON] = conf->any_x_vga;
}

/* A line that was meant to pass a device, and whose key Proxmox does not know. */
static void check_keys(const struct proxmox_conf *conf, struct span text)
{
    struct span line;
    struct span key;
    struct span value;
    for (long number = 1; span_next_line(&text, &line) && !span_begins(line, "["); number++) {
        line = span_trim(line);
        if (line.length > 7 && strncasecmp(line.start, "hostpci", 7) == 0 &&
            span_split(line, ':', &key, &value) && !proxmox_is_hostpci(key))
            vm_finding(conf->vm, number, FINDING_VM_HOSTPCI_MALFORMED_KEY, SPAN_FORMAT(key));
    }
}

static void check(struct proxmox_conf *conf, struct span text)
{
    struct span key;
    struct span value;
    struct span rest = text;
    for (long line = 0; next_setting(&rest, &line, &key, &value);)
        keep_setting(conf, key, value, line);
    read_settings(conf);
    rest = text;
    for (long line = 0; next_setting(&rest, &line, &key, &value);)
        if (proxmox_is_hostpci(key))
            proxmox_hostpci_read(conf, key, value, line);
    check_keys(conf, text);
    read_args(conf);
    keep_facts(conf);
    vm_check_devices(conf->vm);
    if (!conf->hostpci_count && !conf->vm->passed_count && !conf->vm->has_unknown)
        return; /* nothing is passed through: how it is set up is nobody's business */
    check_firmware(conf);
    if (!conf->vm->is_macos)
        check_cpu(conf);
    vm_check_cpu(conf->vm);
    check_rest(conf);
}

void proxmox_conf_check(struct vm_state *vm, struct span text)
{
    struct proxmox_conf conf = {.vm = vm, .mappings = BUFFER(MAX_CONFIG_SIZE + 16)};
    check(&conf, text);
    buffer_free(&conf.mappings);
}
