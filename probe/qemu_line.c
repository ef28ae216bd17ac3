/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "probe/vm_state.h"

/* A command line of QEMU: what qm showcmd, libvirt's log or ps shows, or a script that starts it. */

static bool is_qemu(struct span word)
{
    const char *slash = word.length ? memrchr(word.start, '/', word.length) : NULL;
    if (slash)
        word = (struct span){slash + 1, word.length - (size_t)(slash + 1 - word.start)};
    /* "qemu-system-x86_64: -device ...: failed" is a message of it. */
    return span_is(word, "kvm") || span_is(word, "qemu-kvm") ||
           (span_begins(word, "qemu-system-") && word.start[word.length - 1] != ':');
}

/* Finds the program at the beginning of a line, perhaps after sudo or exec; `args` is what follows. A log of
 * libvirt has a command line for each start: the last one counts. */
static bool find_qemu(struct span text, struct span *args, long *number)
{
    struct span rest = text;
    struct span line;
    struct span word;
    *number = 0;
    for (long at = 1; span_next_line(&rest, &line); at++)
        for (int i = 0; i < 3 && span_next_word(&line, &word); i++)
            if (is_qemu(word) && (span_begins(span_trim(line), "-") || span_is(span_trim(line), "\\"))) {
                *args = (struct span){line.start, (size_t)(text.start + text.length - line.start)};
                *number = at;
                break;
            }
    return *number;
}

static void check_machine(const struct vm_state *vm, long line)
{
    struct span model = span_of(vm->cpu.model);
    if (!span_is(model, "host") && !span_is(model, "max"))
        vm_finding(vm, vm->cpu.line ? vm->cpu.line : line, FINDING_VM_CPU_NOT_HOST_QEMU);
    if (!vm->is_q35)
        vm_finding(vm, line, FINDING_VM_I440FX_QEMU);
    if (!vm->is_ovmf)
        vm_finding(vm, line, FINDING_VM_SEABIOS_QEMU);
}

enum vm_config_result qemu_line_check(struct vm_state *vm, struct span text)
{
    struct qemu_args args = {.vm = vm};
    struct span words;
    if (!find_qemu(text, &words, &args.line))
        return VM_CONFIG_FOREIGN;
    qemu_args_take_line(&args, words);
    vm_note_facts(vm, span_holds(text, "qemu-server") ? HYPERVISOR_PROXMOX : HYPERVISOR_QEMU_KVM);
    vm_check_devices(vm);
    if (!args.device_count)
        return VM_CONFIG_READ;
    check_machine(vm, args.line);
    vm_check_cpu(vm);
    return VM_CONFIG_READ;
}
