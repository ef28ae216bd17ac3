/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cli/command.h"
#include "cli/scan.h"
#include "probe/confine.h"

enum { MAX_ADDRESSES = 64, SCAN_REPORTS = 5 };

struct scan_command {
    struct session *session;
    const char *directory;
    const char *lspci;
    enum guest guest;
    int chassis; /* of the machine that was listed */
    struct pci_address addresses[MAX_ADDRESSES];
    int address_count;
    struct root *root;
    struct scan scan;
};

static int take_addresses(struct scan_command *command, char **texts, int count)
{
    bool json = command->session->json;
    if (count > MAX_ADDRESSES)
        return output_usage_error("scan", json, "at most %d addresses", MAX_ADDRESSES);
    for (int i = 0; i < count; i++) {
        struct pci_id id;
        if (pci_address_parse(texts[i], &command->addresses[command->address_count++]))
            continue;
        if (pci_id_parse(texts[i], strlen(texts[i]), &id) == PCI_ID_OK)
            return output_usage_error("scan", json,
                                      "\"%s\" is a PCI ID, not an address; did you mean: passthru query %s",
                                      texts[i], texts[i]);
        return output_usage_error("scan", json, "\"%s\" is not a PCI address such as 01:00.0", texts[i]);
    }
    return 0;
}

/* ---- which devices are GPUs: the database decides, where it knows them ---- */

enum { VENDOR_AMD = 0x1002, VENDOR_NVIDIA = 0x10de, VENDOR_HABANA = 0x1da3 };

enum kind { KIND_GPU, KIND_PART, KIND_ACCELERATOR };

/* Whether it is a further display function of a card whose first one is among the GPUs. */
static bool is_second_display(const struct scan *scan, const struct pci_device *device)
{
    for (int i = 0; i < scan->gpu_count; i++)
        if (pci_is_display(scan->gpus[i]) && pci_same_device(scan->gpus[i], device) &&
            scan->gpus[i]->address.function < device->address.function)
            return true;
    return false;
}

/* An accelerator that no list has is taken for a GPU if its maker sells GPUs of that class. */
static enum kind kind_of(const struct scan *scan, const struct pci_device *device, bool is_listed,
                         bool is_gpu)
{
    uint16_t vendor = device->id.vendor;
    if (is_gpu)
        return KIND_GPU;
    if (pci_is_display(device))
        return is_second_display(scan, device) ? KIND_PART : KIND_GPU;
    bool makes_gpus = vendor == VENDOR_AMD || vendor == VENDOR_NVIDIA || vendor == VENDOR_HABANA;
    return !is_listed && makes_gpus ? KIND_GPU : KIND_ACCELERATOR;
}

enum error_code scan_keep_gpus(struct scan *scan, struct database *database, struct error *error)
{
    static struct device device; /* too large for a stack */
    int candidates = scan->are_named ? 0 : scan->gpu_count;
    error->code = ERROR_NONE;
    if (!candidates)
        return ERROR_NONE;
    scan->gpu_count = 0;
    for (int i = 0; i < candidates; i++) {
        const struct pci_device *candidate = scan->gpus[i];
        struct pci_id base = pci_id_base(&candidate->id);
        if (database_find_device(database, &base, &device, error) && error->code != ERROR_NOT_FOUND)
            return error->code;
        bool is_gpu = !error->code && device.is_gpu;
        /* Of a listing nothing else tells that the machine is a guest itself. */
        if (scan->from_text && is_gpu && gpu_form_factor(&device.gpu) == FORM_FACTOR_VIRTUAL)
            scan->host.in_vm = TRISTATE_YES;
        enum kind kind = kind_of(scan, candidate, !error->code, is_gpu);
        if (kind == KIND_GPU)
            scan->gpus[scan->gpu_count++] = candidate;
        else if (kind == KIND_ACCELERATOR)
            scan->accelerators[scan->accelerator_count++] = candidate;
        error->code = ERROR_NONE;
    }
    return scan->gpu_count ? ERROR_NONE : scan_no_gpu(scan, error);
}

/* ---- a GPU ---- */

enum error_code scan_gather(struct database *database, struct scan *scan, const struct pci_device *device,
                            struct answer_options *options, struct scan_answer *gpu, struct error *error)
{
    options->chassis = device->removable == TRISTATE_YES ? CHASSIS_EGPU : scan->host.chassis;
    enum error_code code = answer_find(database, &device->id, pci_id_print_base(&device->id, gpu->id),
                                       options, &gpu->answer, error);
    if (code && code != ERROR_NOT_FOUND)
        return code;
    gpu->known = !code;
    gpu->missing = *error;
    error->code = ERROR_NONE;
    bool is_gpu = gpu->known && gpu->answer.device.is_gpu;
    scan_look(scan, device, is_gpu ? gpu_form_factor(&gpu->answer.device.gpu) : FORM_FACTOR_UNKNOWN,
              &gpu->seen);
    /* What the database says, changed to what this machine shows, and judged again. */
    struct device *known = &gpu->answer.device;
    if (is_gpu && scan_observe(&gpu->seen, &known->gpu)) {
        known->settled = true;
        if (database_ask_share(database, known, known->share, error))
            return error->code;
    }
    if (is_gpu && answer_judge(database, &gpu->answer, error))
        return error->code;
    scan_judge(scan, is_gpu ? &gpu->answer.device.gpu : NULL, &gpu->seen);
    return ERROR_NONE;
}

static enum error_code look_at(struct scan_command *command, const struct pci_device *device,
                               struct error *error)
{
    static struct scan_answer gpu; /* too large for a stack */
    struct session *session = command->session;
    struct answer_options options = {
        .report_limit = SCAN_REPORTS, .guest = command->guest, .is_short = !session->json};
    if (!scan_gather(session->database, &command->scan, device, &options, &gpu, error)) {
        if (session->json) {
            scan_write_gpu_json(&session->writer, &command->scan, &gpu);
        } else {
            output_blank(&session->output);
            scan_write_gpu_text(&session->output, &command->scan, &gpu);
        }
    }
    scan_gpu_free(&gpu.seen);
    return error->code;
}

static enum error_code look_at_all(struct scan_command *command, struct error *error)
{
    struct scan *scan = &command->scan;
    struct json_writer *writer = &command->session->writer;
    scan_judge_host(scan);
    if (command->session->json) {
        json_write_begin_object(writer, NULL);
        json_write_begin_array(writer, "gpus");
    } else {
        scan_write_host_text(&command->session->output, scan);
    }
    for (int i = 0; i < scan->gpu_count; i++)
        if (look_at(command, scan->gpus[i], error))
            return error->code;
    /* Looking at the GPUs may have met more that cannot be read. */
    if (command->session->json) {
        scan_judge_unreadable(scan);
        json_write_end_array(writer);
        scan_write_host_json(writer, scan);
        json_write_end_object(writer);
    } else {
        scan_write_unreadable_text(&command->session->output, scan);
    }
    return ERROR_NONE;
}

static struct scan_command command; /* too large for a stack */
const struct command_option scan_options[] = {
    {"root", .text = &command.directory},
    {"lspci", .text = &command.lspci},
    {"guest", .take = command_take_guest, .target = &command.guest},
    {"chassis", .word = &command.chassis, .vocabulary = &vocabulary_chassis, .fault = command_chassis_fault},
    {.name = NULL}};

int command_scan(struct session *session, char **operands, int count, struct error *error)
{
    struct scan *scan = &command.scan;
    command.session = session;
    if (command.chassis && !command.lspci)
        return output_usage_error("scan", session->json,
                                  "--chassis goes with --lspci: else the machine is looked at");
    if (command.directory && command.lspci)
        return output_usage_error("scan", session->json, "give --root or --lspci, not both");
    int status = take_addresses(&command, operands, count);
    if (status)
        return status;
    session_begin(session);
    if (session_open_database(session, error) || root_open(command.directory, &command.root, error))
        return 0;
    struct sandbox sandbox = confine(command.lspci ? NULL : command.root, &command.lspci, 1);
    if (scan_read(command.root, command.lspci, command.addresses, command.address_count, scan, error) ||
        scan_keep_gpus(scan, session->database, error))
        return 0;
    scan->sandbox = sandbox;
    if (command.lspci)
        scan->host.chassis = (enum chassis)command.chassis;
    (void)!look_at_all(&command, error);
    return 0;
}
