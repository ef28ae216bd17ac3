/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "cli/diagnose.h"
#include "cli/report.h"
#include "cli/scan.h"
#include "core/private_text.h"

/* ---- names that must not be in a report ---- */

/* The host's own name and those of the user, to recognise them. They are compared and never kept. */
static void learn_names(struct report_command *command)
{
    static const char *const variables[] = {"USER", "LOGNAME", "SUDO_USER"};
    const char **names = command->circumstances.names;
    int count = 0;
    char *host = command->host_name;
    root_read_line(command->root, "/proc/sys/kernel/hostname", host, sizeof command->host_name);
    if (!*host)
        root_read_line(command->root, "/etc/hostname", host, sizeof command->host_name);
    host[strcspn(host, ".")] = '\0';
    names[count++] = host;
    for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
        const char *name = getenv(variables[i]);
        if (name)
            names[count++] = name;
    }
}

/* Some kernels and boards carry the name of their host. */
static void leave_out_names(struct report_command *command)
{
    struct report_draft *draft = &command->draft;
    for (int field = 0; field < FIELD_COUNT; field++) {
        enum report_field_type type = report_fields[field].type;
        if (!draft->texts[field] || (type != TYPE_TEXT && type != TYPE_VERSION))
            continue;
        for (int i = 0; i < MAX_PRIVATE_NAMES && command->circumstances.names[i]; i++)
            if (draft->texts[field] &&
                private_name_stands_in(draft->texts[field], command->circumstances.names[i]))
                report_draft_set(draft, (enum report_field)field, NULL);
    }
}

/* ---- the machine ---- */

static enum error_code take_gpu(struct report_command *command, const struct pci_device *device,
                                struct error *error)
{
    struct device known;
    struct scan_gpu seen;
    enum form_factor form_factor = FORM_FACTOR_UNKNOWN;
    enum error_code code = database_find_device(command->session->database, &device->id, &known, error);
    if (code && code != ERROR_NOT_FOUND)
        return code;
    error->code = ERROR_NONE;
    if (!code && known.is_gpu)
        form_factor = gpu_form_factor(&known.gpu);
    command->gpu_was_seen = pci_is_gpu_class(device);
    scan_look(&command->scan, device, form_factor, &seen);
    command->can_be_split = device->sriov_total > 0 || device->is_virtual_function == TRISTATE_YES;
    scan_report(&command->scan, &seen, &command->draft);
    char version[HYPERVISOR_VERSION_SIZE];
    host_read_hypervisor_version(command->root, version);
    report_draft_observe(&command->draft, FIELD_HYPERVISOR_VERSION, version);
    scan_gpu_free(&seen);
    return ERROR_NONE;
}

/* ---- the virtual machine ---- */

static const char *agreed(const char *one, const char *other)
{
    return one && other && strcmp(one, other) == 0 ? one : NULL;
}

struct vm_search {
    struct report_command *command;
    const struct pci_address *gpu;
    int found;
};

/* Of several machines that have the GPU only what is the same in all of them counts. */
static void take_found(void *context, const char *file, struct span text)
{
    struct vm_search *search = context;
    struct vm_facts *facts = &search->command->vm_facts;
    struct vm_facts more;
    (void)file;
    if (vm_config_facts(search->command->root, search->gpu, text.start, text.length, &more) !=
            VM_CONFIG_READ ||
        !more.passes_gpu)
        return;
    if (!search->found++) {
        *facts = more;
        return;
    }
    facts->hypervisor = agreed(facts->hypervisor, more.hypervisor);
    facts->machine_type = agreed(facts->machine_type, more.machine_type);
    facts->firmware = agreed(facts->firmware, more.firmware);
    facts->guest_os = agreed(facts->guest_os, more.guest_os);
    for (int i = 0; i < FIX_COUNT; i++)
        facts->fixes[i] &= more.fixes[i];
}

static enum error_code take_named(struct report_command *command, const struct pci_address *gpu,
                                  struct error *error)
{
    const char *file = command->vm;
    struct error unread = {.code = ERROR_NONE};
    struct buffer text CLEANUP(buffer_free) = BUFFER(MAX_CONFIG_SIZE + 16);
    if (read_named_file(command->root, file, &text, &unread))
        error_set(error, unread.code, "cannot read %s: %s", file, unread.message);
    else if (vm_config_facts(command->root, gpu, buffer_text(&text), text.length, &command->vm_facts) !=
             VM_CONFIG_READ)
        error_set(error, ERROR_BAD_INPUT, "%s is neither a Proxmox .conf nor a valid domain XML of libvirt",
                  file);
    else
        return ERROR_NONE;
    return error_next(error,
                      unread.code == ERROR_PERMISSION
                          ? "run it as root, or leave --vm out"
                          : "name a Proxmox .conf or the domain XML of libvirt with --vm, or leave it out");
}

static enum error_code take_vm(struct report_command *command, const struct pci_address *gpu,
                               struct error *error)
{
    struct vm_search search = {command, gpu, 0};
    struct report_draft *draft = &command->draft;
    error->code = ERROR_NONE;
    if (command->vm) {
        if (take_named(command, gpu, error))
            return error->code;
    } else if (gpu) {
        vm_config_each_file(command->root, take_found, &search);
    }
    /* libvirt manages the machines of several products, which the host names better. */
    const struct vm_facts *facts = &command->vm_facts;
    const char *host = draft->texts[FIELD_HYPERVISOR];
    bool is_libvirt =
        facts->hypervisor && strcmp(facts->hypervisor, hypervisor_value(HYPERVISOR_LIBVIRT)) == 0;
    if (facts->hypervisor && !(is_libvirt && host && strcmp(host, "qemu-kvm") != 0))
        report_draft_set(draft, FIELD_HYPERVISOR, facts->hypervisor);
    report_draft_set(draft, FIELD_MACHINE_TYPE, facts->machine_type);
    report_draft_set(draft, FIELD_FIRMWARE, facts->firmware);
    report_draft_set(draft, FIELD_GUEST_OS, facts->guest_os);
    return ERROR_NONE;
}

/* ---- all of it ---- */

enum error_code report_open_machine(struct report_command *command, struct error *error)
{
    if (root_open(command->directory, &command->root, error))
        return error->code;
    learn_names(command);
    return ERROR_NONE;
}

static enum error_code read_machine(struct report_command *command, const char *address, int *gpu,
                                    struct error *error)
{
    struct pci_address parsed;
    if (address && !pci_address_parse(address, &parsed)) {
        error_set(error, ERROR_USAGE, "report: \"%s\" is not a PCI address such as 01:00.0", address);
        return error_next(error, "passthru scan lists the GPUs of this machine");
    }
    if (scan_read(command->root, NULL, address ? &parsed : NULL, address ? 1 : 0, &command->scan, error) ||
        scan_keep_gpus(&command->scan, command->session->database, error)) {
        if (error->code == ERROR_NOT_FOUND && !address)
            error_next(error, "name a GPU that is not in this machine with --pci-id");
        return error->code;
    }
    return report_choose_gpu(command, gpu, error);
}

enum error_code report_prefill(struct report_command *command, const char *address, struct error *error)
{
    const struct pci_address *gpu_address = NULL;
    enum symptom symptoms[SYMPTOM_COUNT];
    int count = 0;
    error->code = ERROR_NONE;
    if (!command->given[FIELD_PCI_ID]) {
        int gpu;
        if (read_machine(command, address, &gpu, error) || take_gpu(command, command->scan.gpus[gpu], error))
            return error->code;
        gpu_address = &command->scan.gpus[gpu]->address;
        leave_out_names(command);
    }
    if (take_vm(command, gpu_address, error) ||
        (command->log && diagnose_log(command->log, command->session->database, symptoms, &count, error)))
        return error->code;
    for (int i = 0; i < count; i++)
        report_draft_add(&command->draft, FIELD_SYMPTOMS, symptom_value((int)symptoms[i]), NULL, NULL);
    return ERROR_NONE;
}
