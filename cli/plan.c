/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/plan.h"

#include <errno.h>
#include <string.h>

#include "cli/command.h"
#include "probe/confine.h"

struct plan_command {
    struct session *session;
    const char *directory;
    const char *vm; /* NULL: the one that has the GPU */
    struct pci_address address;
    bool has_address;
    struct plan_machine machine;
    struct plan plan;
};

/* ---- which virtual machine ---- */

static enum error_code read_vm_file(struct plan_machine *machine, const char *file, struct error *error)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(MAX_CONFIG_SIZE + 16);
    struct error unread;
    if (read_named_file(machine->root, file, &text, &unread)) {
        if (unread.number == ENOENT)
            error_set(error, unread.code,
                      "--vm: there is no virtual machine %s on this host, and no such file", file);
        else
            error_set(error, unread.code, "--vm: cannot read %s: %s", file, unread.message);
        return error_next(error, "qm list or virsh list --all names them; as root they can be read");
    }
    if (vm_setup_read(machine->root, &machine->scan.machine, machine->functions, machine->function_count,
                      file, (struct span){buffer_text(&text), text.length}, &machine->vm))
        return ERROR_NONE;
    error_set(error, ERROR_BAD_INPUT, "--vm: %s is neither a Proxmox .conf nor the domain XML of libvirt",
              file);
    return error_next(error, "of a script or command line: passthru check FILE says what is wrong with it");
}

/* ---- which GPU ---- */

/* What people mean who do not say which: one that a virtual machine has, else one that is set aside for them,
 * else a card that the host does not start with. */
static enum error_code judge_fitness(struct plan_command *command, int *fitness, struct error *error)
{
    struct plan_machine *machine = &command->machine;
    const struct pci_device *gpu = machine->device;
    struct pci_id base = pci_id_base(&gpu->id);
    struct device known;
    struct vm_setup setup;
    if (database_find_device(command->session->database, &base, &known, error) &&
        error->code != ERROR_NOT_FOUND)
        return error->code;
    enum form_factor form = error->code ? FORM_FACTOR_UNKNOWN : gpu_form_factor(&known.gpu);
    plan_find_functions(machine);
    bool has_vm = vm_setup_find(machine->root, &machine->scan.machine, machine->functions,
                                machine->function_count, command->vm, &setup) &&
                  setup.facts.passes_gpu;
    *fitness = 8 * has_vm + 4 * pci_is_on_vfio(gpu) +
               2 * (form != FORM_FACTOR_INTEGRATED && form != FORM_FACTOR_BMC) +
               (gpu->boot_vga != TRISTATE_YES);
    if (gpu->sriov_enabled > 0)
        *fitness = -1;
    return error->code = ERROR_NONE;
}

/* Also virtual functions, which no scan lists: in place of the GPU that is split into them. */
static enum error_code choose_gpu(struct plan_command *command, struct error *error)
{
    struct plan_machine *machine = &command->machine;
    const struct scan *scan = &machine->scan;
    const struct pci_device *best = NULL;
    int best_fitness = -1;
    struct buffer all CLEANUP(buffer_free) = BUFFER(4096);
    char address[PCI_ADDRESS_TEXT_SIZE];
    if (scan_keep_gpus(&machine->scan, command->session->database, error))
        return error->code;
    for (int i = 0; i < scan->gpu_count + scan->machine.count; i++) {
        const struct pci_device *other =
            &scan->machine.devices[i < scan->gpu_count ? 0 : i - scan->gpu_count];
        int fitness = -1;
        if (i >= scan->gpu_count && (other->is_virtual_function != TRISTATE_YES || !pci_is_gpu_class(other)))
            continue;
        machine->device = i < scan->gpu_count ? scan->gpus[i] : other;
        if (judge_fitness(command, &fitness, error))
            return error->code;
        best = fitness > best_fitness ? machine->device : best;
        best_fitness = fitness > best_fitness ? fitness : best_fitness;
        if (fitness >= 0)
            buffer_append_format(&all, "%s%s", all.length ? ", " : "",
                                 pci_address_print(&machine->device->address, address));
    }
    machine->device = best;
    if (best && strchr(buffer_text(&all), ',')) {
        buffer_append_format(
            &machine->facts.choice,
            "The GPUs here are at %s; this is the plan for %s. For another: passthru plan ADDRESS",
            buffer_text(&all), pci_address_print(&best->address, address));
    }
    return ERROR_NONE;
}

/* ---- the plan ---- */

static enum error_code look(struct plan_command *command, struct error *error)
{
    struct plan_machine *machine = &command->machine;
    struct answer_options options = {.is_short = !command->session->json,
                                     .report_limit = command->session->json ? 5 : 0};
    if (scan_read(machine->root, NULL, &command->address, command->has_address, &machine->scan, error))
        return error->code;
    if (machine->scan.host.is_xen) {
        error_set(error, ERROR_NOT_FOUND, "this host runs Xen, and a plan is for KVM");
        return error_next(error, "passthru scan says how Xen sets a GPU aside");
    }
    machine->device = machine->scan.gpus[0];
    if (!command->has_address && choose_gpu(command, error))
        return error->code;
    if (!machine->device || machine->device->sriov_enabled > 0) {
        error_set(error, ERROR_BAD_INPUT,
                  "this GPU is split into virtual functions, which it loses when it is passed"
                  " through itself");
        return error_next(error, "plan for one of them: lspci -nn lists their addresses");
    }
    plan_find_functions(machine);
    options.share = machine->device->is_virtual_function == TRISTATE_YES ? SHARE_SR_IOV : SHARE_WHOLE;
    bool is_found = vm_setup_find(machine->root, &machine->scan.machine, machine->functions,
                                  machine->function_count, command->vm, &machine->vm);
    if ((!is_found && command->vm && read_vm_file(machine, command->vm, error)) ||
        scan_gather(command->session->database, &machine->scan, machine->device, &options, &machine->gpu,
                    error))
        return error->code;
    if (machine->gpu.known ? !machine->gpu.answer.device.is_gpu : !pci_is_gpu_class(machine->device)) {
        error_set(error, ERROR_NOT_FOUND,
                  "%04x:%04x is not a GPU, as far as is known: there is no plan for it",
                  machine->device->id.vendor, machine->device->id.device);
        return error_next(error, "passthru scan lists the GPUs of this machine");
    }
    plan_set_facts(machine);
    const struct root_fault *fault;
    for (int i = 0; (fault = root_fault(machine->root, i)); i++)
        buffer_append_format(&machine->facts.unreadable, "%s: %s\n", fault->path, fault->why);
    return plan_make(command->session->database, &machine->facts, &command->plan, error);
}

static struct plan_command command; /* too large for a stack */
const struct command_option plan_options[] = {
    {"root", .text = &command.directory}, {"vm", .text = &command.vm}, {.name = NULL}};

int command_plan(struct session *session, char **operands, int count, struct error *error)
{
    struct plan_machine *machine = &command.machine;
    command.session = session;
    command.has_address = count > 0;
    if (count > 1)
        return output_usage_error("plan", session->json, "give one address: a plan is for one GPU");
    if (count && !pci_address_parse(operands[0], &command.address))
        return output_usage_error("plan", session->json, "\"%s\" is not a PCI address such as 01:00.0",
                                  operands[0]);
    for (int i = 0; i < PLAN_VARIABLE_COUNT; i++)
        machine->texts[i] = BUFFER(8192);
    machine->facts.host = machine->facts.choice = BUFFER(4096);
    machine->facts.unreadable = BUFFER(65536);
    session_begin(session);
    if (session_open_database(session, error) || root_open(command.directory, &machine->root, error))
        return 0;
    confine(machine->root, &command.vm, 1);
    if (look(&command, error))
        return 0;
    if (session->json) {
        plan_write_json(&session->writer, &command.plan);
    } else {
        const struct prose prose = output_prose(&session->output);
        plan_write_prose(&prose, &command.plan);
        scan_write_unreadable_text(&session->output, &machine->scan);
    }
    return 0;
}
