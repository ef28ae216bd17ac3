/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "core/json_reader.h"
#include "probe/vm_state.h"

enum { MAX_WORD = 64 << 10 };

static int number_of(struct span value)
{
    char text[16];
    snprintf(text, sizeof text, "%.*s", SPAN_FORMAT(value));
    long number = strtol(text, NULL, 0);
    return number > 0 && number < 1000 ? (int)number : 0;
}

/* "0000:01:00.0" of "/sys/bus/pci/devices/0000:01:00.0". */
static struct span last_step(struct span path)
{
    const char *slash = memrchr(path.start, '/', path.length);
    return (struct span){slash + 1, path.length - (size_t)(slash + 1 - path.start)};
}

/* MODEL[,+FLAG][,-FLAG][,KEY=VALUE]... */
static void read_cpu(const struct qemu_args *args, struct span value)
{
    static const char *const limits[] = {"host-phys-bits-limit", "guest-phys-bits", "phys-bits", NULL};
    struct vm_state *vm = args->vm;
    struct span option;
    struct span key;
    struct span setting;
    vm->cpu.hiding_count = 0;
    vm->cpu.line = args->line;
    vm->cpu.model[0] = '\0';
    for (int number = 0; span_next_part(&value, ',', &option); number++) {
        span_split(option, '=', &key, &setting);
        bool is_off = span_is(setting, "off");
        if (number == 0)
            snprintf(vm->cpu.model, sizeof vm->cpu.model, "%.*s", SPAN_FORMAT(option));
        else if (span_is(option, "-hypervisor") || (span_is(key, "hypervisor") && is_off))
            vm_note_hiding(vm, VM_HIDES_ALL, "-hypervisor", args->line);
        else if (span_is(key, "kvm") && is_off)
            vm_note_hiding(vm, VM_HIDES_KVM, "kvm=off", args->line);
        else if (span_is(key, "hv_vendor_id") || span_is(key, "hv-vendor-id"))
            vm_note_hiding(vm, VM_HIDES_HYPER_V, "hv_vendor_id=", args->line);
        else if (span_is_any(key, limits))
            vm->cpu.is_limited = true;
    }
}

/* {"driver":"vfio-pci","host":"0000:01:00.0","rombar":0}, as libvirt writes it since QEMU 6.2, in the older
 * way: vfio-pci,host=0000:01:00.0,rombar=0. */
static void read_json(struct span value, struct buffer *options)
{
    struct error error;
    json_auto_t *device = NULL;
    const char *key;
    json_t *member;
    if (json_read(value.start, value.length, &device, &error) || !json_member_text(device, "driver"))
        return;
    buffer_append_text(options, json_member_text(device, "driver"));
    json_object_foreach (device, key, member) {
        if (json_is_string(member))
            buffer_append_format(options, ",%s=%s", key, json_string_value(member));
        else if (json_is_boolean(member))
            buffer_append_format(options, ",%s=%s", key, json_is_true(member) ? "on" : "off");
        else
            buffer_append_format(options, ",%s=%lld", key, (long long)json_integer_value(member));
    }
}

/* vfio-pci[-nohotplug],host=ADDRESS[,rombar=0][,romfile=FILE]... or intel-iommu[,aw-bits=N] */
static void read_device(struct qemu_args *args, struct span value)
{
    struct buffer options CLEANUP(buffer_free) = BUFFER(MAX_WORD);
    struct vm_state *vm = args->vm;
    if (span_begins(value, "{")) {
        read_json(value, &options);
        value = (struct span){buffer_text(&options), options.length};
    }
    struct passed_device device = {.line = args->line};
    struct span option;
    struct span key;
    struct span setting;
    char address[PCI_ADDRESS_TEXT_SIZE] = "";
    char rom_file[256] = "";
    bool bar_off = false;
    bool is_vfio = span_begins(value, "vfio-pci");
    bool is_viommu = span_begins(value, "intel-iommu");
    bool is_applesmc = span_begins(value, "isa-applesmc");
    while (span_next_part(&value, ',', &option)) {
        span_split(option, '=', &key, &setting);
        if (span_is(key, "host"))
            snprintf(address, sizeof address, "%.*s", SPAN_FORMAT(setting));
        else if (span_is(key, "sysfsdev") && span_holds(setting, "/"))
            snprintf(address, sizeof address, "%.*s", SPAN_FORMAT(last_step(setting)));
        else if (span_is(key, "rombar"))
            bar_off = span_is(setting, "0") || span_is(setting, "off");
        else if (span_is(key, "romfile") && setting.length < sizeof rom_file)
            snprintf(rom_file, sizeof rom_file, "%.*s", SPAN_FORMAT(setting));
        else if (span_is(key, "aw-bits") && is_viommu)
            vm->cpu.viommu_bits = number_of(setting);
        else if (span_is(key, "caching-mode"))
            vm->cpu.has_caching = span_is(setting, "on") || span_is(setting, "true");
    }
    if (is_viommu)
        vm->cpu.viommu_line = args->line;
    vm->is_macos |= is_applesmc;
    if (!is_vfio)
        return;
    args->device_line = args->device_count++ ? args->device_line : args->line;
    bool is_known = pci_address_parse(address, &device.address);
    vm->has_unknown |= !is_known;
    if (is_known)
        vm_pass_device(vm, &device);
    else if (strchr(address, ':') && !address[strspn(address, "0123456789abcdefABCDEF:")])
        vm_finding(vm, args->line, FINDING_VM_HOSTPCI_MALFORMED_QEMU, address);
    vm_check_rom(vm, rom_file, bar_off, args->line);
}

static void read_global(const struct qemu_args *args, struct span value)
{
    static const char width[] = "intel-iommu.aw-bits=";
    if (span_begins(value, width))
        args->vm->cpu.viommu_bits =
            number_of((struct span){value.start + sizeof width - 1, value.length - (sizeof width - 1)});
}

/* QEMU merges several -machine: one without a type, such as -machine kernel_irqchip=on, leaves it as it is.
 */
static void read_machine(const struct qemu_args *args, struct span value)
{
    struct span rest = value;
    struct span part;
    struct span key;
    struct span type;
    while (span_next_part(&rest, ',', &part)) {
        if (span_split(part, '=', &key, &type) && !span_is(key, "type"))
            continue;
        args->vm->is_q35 = span_holds(part, "q35");
        args->vm->is_virt = span_begins(type.length ? type : part, "virt");
        args->vm->cpu.qemu_version = vm_machine_version(value);
    }
}

void qemu_args_take(struct qemu_args *args, struct span word)
{
    static const char *const known[] = {"-cpu",   "-device",   "-global", "-machine", "-M",
                                        "-drive", "-blockdev", "-bios",   NULL};
    struct span option = span_of(args->option);
    if (span_is(option, "-cpu"))
        read_cpu(args, word);
    else if (span_is(option, "-device"))
        read_device(args, word);
    else if (span_is(option, "-global"))
        read_global(args, word);
    else if (span_is(option, "-machine") || span_is(option, "-M"))
        read_machine(args, word);
    else if (span_is(option, "-drive") || span_is(option, "-blockdev") || span_is(option, "-bios"))
        args->vm->is_ovmf |= span_holds(word, "OVMF") || span_holds(word, "edk2");
    bool is_value = option.length;
    args->option[0] = '\0';
    if (!is_value && span_begins(word, "--"))
        word = (struct span){word.start + 1, word.length - 1};
    if (!is_value && span_is_any(word, known))
        snprintf(args->option, sizeof args->option, "%.*s", SPAN_FORMAT(word));
}

/* Whether a line without a backslash at its end goes on: a text that was broken at options, and no log. */
static bool goes_on(const char *next, const char *end)
{
    while (next < end && (*next == ' ' || *next == '\t'))
        next++;
    return next < end && *next == '-';
}

/* Quoting is that of IEEE 1003.1, section 2.2, as far as a configuration can need it. */
void qemu_args_take_line(struct qemu_args *args, struct span line)
{
    struct buffer word CLEANUP(buffer_free) = BUFFER(MAX_WORD);
    char quote = '\0';
    bool is_open = false;
    for (size_t i = 0; i < line.length; i++) {
        char c = line.start[i];
        if (!quote && (c == ' ' || (c >= '\t' && c <= '\r'))) {
            if (is_open)
                qemu_args_take(args, (struct span){buffer_text(&word), word.length});
            buffer_clear(&word);
            is_open = false;
            if (c == '\n' && !goes_on(line.start + i + 1, line.start + line.length))
                return;
            continue;
        }
        if (c == '\\' && i + 1 < line.length && line.start[i + 1] == '\n') {
            i++; /* the line goes on */
            continue;
        }
        is_open = true;
        /* ps shows JSON without the quotes of a shell around it. */
        bool is_json = !quote && word.length && buffer_text(&word)[0] == '{';
        if (is_json)
            buffer_append_byte(&word, c);
        else if (c == '\\' && quote != '\'' && i + 1 < line.length)
            buffer_append_byte(&word, line.start[++i]);
        else if (quote ? c == quote : c == '"' || c == '\'')
            quote = quote ? '\0' : c;
        else
            buffer_append_byte(&word, c);
    }
    if (is_open)
        qemu_args_take(args, (struct span){buffer_text(&word), word.length});
}

/* ---- a command line of its own: what qm showcmd, libvirt's log or ps shows, or a script that starts it ----
 */

static bool is_qemu(struct span word)
{
    const char *slash = word.length ? memrchr(word.start, '/', word.length) : NULL;
    if (slash)
        word = (struct span){slash + 1, word.length - (size_t)(slash + 1 - word.start)};
    /* "qemu-system-x86_64: -device ...: failed" is a message of it. */
    return span_is(word, "kvm") || span_is(word, "qemu-kvm") ||
           (span_begins(word, "qemu-system-") && word.start[word.length - 1] != ':');
}

/* A script may keep the options, a line each, in an array: qemu-system-x86_64 "${options[@]}". */
static bool find_array(struct span text, struct span *args, long *number)
{
    struct span rest = text;
    struct span line;
    if (!span_holds(text, "qemu-system-") || !span_holds(text, "[@]}"))
        return false;
    for (long at = 1; span_next_line(&rest, &line); at++)
        if (span_begins(span_trim(line), "-")) {
            *args = (struct span){line.start, (size_t)(text.start + text.length - line.start)};
            *number = at;
            return true;
        }
    return false;
}

/* The programs kvm and qemu-kvm turn it on by themselves. */
static bool uses_kvm(struct span text)
{
    static const char *const ways[] = {"enable-kvm", "accel=kvm", "accel kvm", "accel=\"kvm", "accel=$"};
    bool uses = !span_holds(text, "qemu-system-");
    for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
        uses |= span_holds(text, ways[i]);
    return uses;
}

/* What follows the program in a line: it is among the first words, perhaps after sudo or exec, or with its
 * path after the columns of ps. In "-accel kvm" it is the value of an option. */
static bool follows_qemu(struct span *line)
{
    enum { FIRST_WORDS = 3, COLUMNS_OF_PS = 10 };
    struct span word;
    for (int i = 0; i <= COLUMNS_OF_PS && span_next_word(line, &word) && !span_begins(word, "-"); i++)
        if ((i < FIRST_WORDS || span_begins(word, "/")) && is_qemu(word) &&
            (span_begins(span_trim(*line), "-") || span_is(span_trim(*line), "\\")))
            return true;
    return false;
}

/* Finds the program; `args` is what follows. A log of libvirt has a command line for each start: the last one
 * counts. */
static bool find_qemu(struct span text, struct span *args, long *number)
{
    struct span rest = text;
    struct span line;
    *number = 0;
    for (long at = 1; span_next_line(&rest, &line); at++)
        if (follows_qemu(&line)) {
            *args = (struct span){line.start, (size_t)(text.start + text.length - line.start)};
            *number = at;
        }
    return *number || find_array(text, args, number);
}

static void check_machine(const struct vm_state *vm, long line)
{
    struct span model = span_of(vm->cpu.model);
    if (!span_is(model, "host") && !span_is(model, "max") && !vm->is_macos)
        vm_finding(vm, vm->cpu.line ? vm->cpu.line : line, FINDING_VM_CPU_NOT_HOST_QEMU);
    if (!vm->is_q35 && !vm->is_virt)
        vm_finding(vm, line, FINDING_VM_I440FX_QEMU);
    if (!vm->is_ovmf && !vm->is_virt)
        vm_finding(vm, line, FINDING_VM_SEABIOS_QEMU);
}

enum vm_config_result qemu_line_check(struct vm_state *vm, struct span text)
{
    struct qemu_args args = {.vm = vm};
    struct span words;
    if (!find_qemu(text, &words, &args.line))
        return VM_CONFIG_FOREIGN;
    qemu_args_take_line(&args, words);
    vm->facts.is_command_line = true;
    vm_note_facts(vm, span_holds(text, "qemu-server") ? HYPERVISOR_PROXMOX : HYPERVISOR_QEMU_KVM);
    vm_check_devices(vm);
    if (!args.device_count)
        return VM_CONFIG_READ;
    if (!uses_kvm(text))
        vm_finding(vm, args.line, FINDING_VM_NOT_KVM_QEMU);
    check_machine(vm, args.line);
    vm_check_cpu(vm);
    return VM_CONFIG_READ;
}
