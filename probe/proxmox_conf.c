/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "probe/vm_state.h"

/* qm.conf(5). Only what is before the first section counts: sections are snapshots and the like. */

enum setting { MACHINE, BIOS, CPU, VGA, BALLOON, ARGS, EFIDISK, OSTYPE, SETTING_COUNT };

static const char *const setting_names[SETTING_COUNT] = {
    [MACHINE] = "machine", [BIOS] = "bios", [CPU] = "cpu",          [VGA] = "vga",
    [BALLOON] = "balloon", [ARGS] = "args", [EFIDISK] = "efidisk0", [OSTYPE] = "ostype",
};

struct proxmox_conf {
    struct vm_state *vm;
    struct span settings[SETTING_COUNT];
    long lines[SETTING_COUNT]; /* 0: not given */
    int hostpci_count;
    int mapping_count;
    struct buffer mappings; /* of the cluster, read when the first one is asked for */
    bool is_q35;
    bool any_x_vga;
    long x_vga_line;
    bool maybe_gpu; /* something that is passed is a GPU, or may be */
};

/* One hostpciN. */
struct hostpci {
    struct proxmox_conf *conf;
    const char *name;
    long line;
    struct span host;
    char rom_file[256];
    bool pcie;
    bool rom_bar_off;
    bool is_part;
};

static bool is_yes(struct span value)
{
    static const char *const yes[] = {"1", "on", "yes", "true", NULL};
    return span_is_any(value, yes);
}

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

static bool is_hostpci(struct span key)
{
    return span_begins(key, "hostpci") && key.length > 7 && key.length <= 9;
}

/* Most lines are settings, and some of them are those of a virtual machine. */
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
    while (span_next_line(&text, &line)) {
        line = span_trim(line);
        if (!line.length || line.start[0] == '#')
            continue;
        if (line.start[0] == '[')
            break;
        bool is_setting = read_setting(line, &key, &value);
        settings += is_setting;
        others += !is_setting;
        known |= is_setting && (span_is_any(key, typical) || is_hostpci(key));
    }
    return known && settings > others;
}

/* A mapping of the cluster, by its name: a line of its own, with its devices indented below. */
static void check_mapping(struct hostpci *device, struct span name)
{
    static const char file[] = "/etc/pve/mapping/pci.cfg";
    struct proxmox_conf *conf = device->conf;
    struct vm_state *vm = conf->vm;
    int number = conf->mapping_count++;
    if (number == 0 && root_read(vm->root, file, MAX_CONFIG_SIZE, &conf->mappings) != ROOT_OK)
        buffer_clear(&conf->mappings);
    if (number >= MAX_PASSED_DEVICES || !conf->mappings.length)
        return;
    struct span rest = {buffer_text(&conf->mappings), conf->mappings.length};
    struct span line;
    while (span_next_line(&rest, &line))
        if (line.length == name.length && memcmp(line.start, name.start, name.length) == 0)
            return;
    findings_add(vm->findings, vm->file, device->line, FINDING_VM_MAPPING_MISSING, SPAN_FORMAT(name));
}

static void read_romfile(struct hostpci *device, struct span value)
{
    snprintf(device->rom_file, sizeof device->rom_file, "/usr/share/kvm/%.*s", SPAN_FORMAT(value));
    if (value.length > 200)
        device->rom_file[0] = '\0';
}

static void read_option(struct hostpci *device, struct span option)
{
    static const char *const known[] = {
        "host",       "mapping",   "pcie",      "x-vga",         "rombar",        "romfile", "mdev",
        "legacy-igd", "device-id", "vendor-id", "sub-device-id", "sub-vendor-id", "driver",  NULL};
    struct proxmox_conf *conf = device->conf;
    struct span key;
    struct span value;
    if (!span_split(option, '=', &key, &value) || span_is(key, "host")) {
        device->host = span_is(key, "host") ? value : key;
    } else if (span_is(key, "pcie")) {
        device->pcie = is_yes(value);
    } else if (span_is(key, "x-vga")) {
        if (is_yes(value)) {
            conf->any_x_vga = true;
            conf->x_vga_line = device->line;
        }
    } else if (span_is(key, "rombar")) {
        device->rom_bar_off = !is_yes(value);
    } else if (span_is(key, "romfile")) {
        read_romfile(device, value);
    } else if (span_is(key, "mapping")) {
        check_mapping(device, value);
    } else if (span_is(key, "mdev")) {
        device->is_part = true;
    } else {
        const char *guess = span_guess(key, known);
        if (guess)
            findings_add(conf->vm->findings, conf->vm->file, device->line, FINDING_VM_HOSTPCI_MALFORMED_TYPO,
                         device->name, SPAN_FORMAT(key), guess);
        else if (!span_is_any(key, known))
            findings_add(conf->vm->findings, conf->vm->file, device->line, FINDING_VM_HOSTPCI_MALFORMED,
                         device->name, SPAN_FORMAT(key));
    }
}

/* "0000:01:00.0", "01:00.0", or "01:00" for all functions. */
static bool read_address(struct span text, struct passed_device *device)
{
    char address[PCI_ADDRESS_TEXT_SIZE + 2];
    text = span_trim(text);
    device->all_functions = !span_holds(text, ".");
    return snprintf(address, sizeof address, "%.*s%s", SPAN_FORMAT(text), device->all_functions ? ".0" : "") <
               (int)sizeof address &&
           pci_address_parse(address, &device->address);
}

static void pass_devices(struct hostpci *device)
{
    struct proxmox_conf *conf = device->conf;
    struct span rest = device->host;
    struct span address;
    while (span_next_part(&rest, ';', &address)) {
        struct passed_device passed = {.line = device->line, .is_part = device->is_part};
        snprintf(passed.name, sizeof passed.name, "%s", device->name);
        if (read_address(address, &passed)) {
            vm_pass_device(conf->vm, &passed);
            conf->maybe_gpu |= vm_device_is_gpu(conf->vm, &passed) != TRISTATE_NO;
        } else {
            findings_add(conf->vm->findings, conf->vm->file, device->line,
                         FINDING_VM_HOSTPCI_MALFORMED_ADDRESS, SPAN_FORMAT(address), device->name);
        }
    }
}

static void read_hostpci(struct proxmox_conf *conf, struct span key, struct span value, long line)
{
    char name[16];
    struct span option;
    struct hostpci device = {.conf = conf, .name = name, .line = line};
    struct vm_state *vm = conf->vm;
    snprintf(name, sizeof name, "%.*s", SPAN_FORMAT(key));
    conf->hostpci_count++;
    while (span_next_part(&value, ',', &option))
        read_option(&device, span_trim(option));
    if (device.host.length)
        pass_devices(&device);
    else
        conf->maybe_gpu = true; /* a mapping */
    if (device.pcie && !conf->is_q35)
        findings_add(vm->findings, vm->file, line, FINDING_VM_PCIE_NEEDS_Q35);
    vm_check_rom(vm, device.rom_file, device.rom_bar_off, line);
    const struct passed_device *last = vm->passed_count ? &vm->passed[vm->passed_count - 1] : NULL;
    if (conf->is_q35 && !device.pcie && last && last->line == line && !device.is_part &&
        vm_device_is_gpu(vm, last) == TRISTATE_YES)
        findings_add(vm->findings, vm->file, line, FINDING_VM_PCIE_OFF, name);
}

/* ---- the settings ---- */

static struct span setting(const struct proxmox_conf *conf, enum setting which)
{
    return conf->lines[which] ? conf->settings[which] : span_of("");
}

static void check_firmware(const struct proxmox_conf *conf)
{
    struct vm_state *vm = conf->vm;
    bool ovmf = span_is(setting(conf, BIOS), "ovmf");
    if (ovmf && !conf->lines[EFIDISK])
        findings_add(vm->findings, vm->file, conf->lines[BIOS], FINDING_VM_EFIDISK_MISSING);
    if (!ovmf && conf->maybe_gpu)
        findings_add(vm->findings, vm->file, conf->lines[BIOS], FINDING_VM_SEABIOS);
    if (!conf->is_q35 && conf->maybe_gpu)
        findings_add(vm->findings, vm->file, conf->lines[MACHINE], FINDING_VM_I440FX);
}

/* cpu: [cputype=]TYPE[,hidden=1][,flags=...] */
static void check_cpu(const struct proxmox_conf *conf)
{
    static const char *const emulated[] = {"kvm64", "kvm32", "qemu64", "qemu32", NULL};
    struct vm_state *vm = conf->vm;
    struct span rest = setting(conf, CPU);
    struct span option;
    struct span type = span_of("kvm64");
    long line = conf->lines[CPU];
    while (span_next_part(&rest, ',', &option)) {
        struct span key;
        struct span value;
        if (!span_split(option, '=', &key, &value) || span_is(key, "cputype"))
            type = span_trim(span_is(key, "cputype") ? value : key);
        else if (span_is(key, "hidden") && is_yes(value))
            findings_add(vm->findings, vm->file, line, FINDING_VM_HIDDEN_NOT_NEEDED,
                         "hidden=1 hides the hypervisor from the guest");
    }
    /* args: comes last on QEMU's command line. */
    if (span_is(type, "host") || span_is(type, "max") || span_holds(setting(conf, ARGS), "-cpu host"))
        return;
    if (span_is_any(type, emulated))
        findings_add(vm->findings, vm->file, line, FINDING_VM_CPU_NOT_HOST_EMULATED, SPAN_FORMAT(type),
                     line ? "" : " by default");
    else
        findings_add(vm->findings, vm->file, line, FINDING_VM_CPU_NOT_HOST, SPAN_FORMAT(type));
}

static void check_args(const struct proxmox_conf *conf)
{
    struct vm_state *vm = conf->vm;
    struct span args = setting(conf, ARGS);
    if (span_holds(args, "kvm=off") || span_holds(args, "hv_vendor_id") || span_holds(args, "hv-vendor-id"))
        findings_add(vm->findings, vm->file, conf->lines[ARGS], FINDING_VM_HIDDEN_NOT_NEEDED,
                     "args: hides the hypervisor from the guest");
    if (span_holds(args, "vfio-pci"))
        findings_add(vm->findings, vm->file, conf->lines[ARGS], FINDING_VM_ARGS_DEVICE);
}

static void check_rest(const struct proxmox_conf *conf)
{
    struct vm_state *vm = conf->vm;
    struct span balloon = setting(conf, BALLOON);
    struct span vga = setting(conf, VGA);
    if (conf->hostpci_count && conf->lines[BALLOON] && !span_is(balloon, "0"))
        findings_add(vm->findings, vm->file, conf->lines[BALLOON], FINDING_VM_BALLOON);
    if (conf->any_x_vga && vga.length && !span_begins(vga, "none") && !span_begins(vga, "type=none"))
        findings_add(vm->findings, vm->file, conf->lines[VGA], FINDING_VM_X_VGA_DISPLAY, conf->x_vga_line);
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

static void keep_setting(struct proxmox_conf *conf, struct span key, struct span value, long line)
{
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
    struct span bios = setting(conf, BIOS);
    struct span args = setting(conf, ARGS);
    facts->hypervisor = vocabulary_value(&vocabulary_hypervisor, HYPERVISOR_PROXMOX);
    facts->machine_type =
        vocabulary_value(&vocabulary_machine_type, conf->is_q35 ? MACHINE_TYPE_Q35 : MACHINE_TYPE_I440FX);
    if (!bios.length || span_is(bios, "seabios") || span_is(bios, "ovmf"))
        facts->firmware =
            vocabulary_value(&vocabulary_firmware, span_is(bios, "ovmf") ? FIRMWARE_OVMF : FIRMWARE_SEABIOS);
    facts->guest_os = guest_os(setting(conf, OSTYPE));
    facts->fixes[FIX_X_VGA_ON] = conf->any_x_vga;
    facts->fixes[FIX_HIDE_KVM] = span_holds(setting(conf, CPU), "hidden=1") || span_holds(args, "kvm=off");
    facts->fixes[FIX_HV_VENDOR_ID] = span_holds(args, "hv_vendor_id") || span_holds(args, "hv-vendor-id") ||
                                     span_holds(setting(conf, CPU), "hv-vendor-id");
}

static void check(struct proxmox_conf *conf, struct span text)
{
    struct span key;
    struct span value;
    struct span rest = text;
    for (long line = 0; next_setting(&rest, &line, &key, &value);)
        keep_setting(conf, key, value, line);
    conf->is_q35 = span_holds(setting(conf, MACHINE), "q35");
    rest = text;
    for (long line = 0; next_setting(&rest, &line, &key, &value);)
        if (is_hostpci(key))
            read_hostpci(conf, key, value, line);
    keep_facts(conf);
    vm_check_devices(conf->vm);
    check_args(conf);
    if (!conf->hostpci_count && !span_holds(setting(conf, ARGS), "vfio-pci"))
        return; /* nothing is passed through: how it is set up is nobody's business */
    check_firmware(conf);
    check_cpu(conf);
    check_rest(conf);
}

void proxmox_conf_check(struct vm_state *vm, struct span text)
{
    struct proxmox_conf conf = {.vm = vm, .mappings = BUFFER(MAX_CONFIG_SIZE + 16)};
    check(&conf, text);
    buffer_free(&conf.mappings);
}
