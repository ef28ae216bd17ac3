/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/pager.h"
#include "cli/scan.h"
#include "probe/confine.h"

enum {
    OPTION_ROOT = 'r',
    OPTION_LSPCI = 'l',
    OPTION_GUEST = 'g',
    OPTION_CHASSIS = 'c',
    MAX_ADDRESSES = 64,
    SCAN_REPORTS = 5
};

struct scan_command {
    struct common_options common;
    const char *directory;
    const char *lspci;
    enum guest guest;
    int chassis; /* of the machine that was listed */
    struct pci_address addresses[MAX_ADDRESSES];
    int address_count;
    struct root *root;
    struct database *database;
    struct scan scan;
    struct output output;
    struct json_writer writer;
};

static int parse_arguments(int argc, char **argv, struct scan_command *command)
{
    static const struct option long_options[] = {{"root", required_argument, NULL, OPTION_ROOT},
                                                 {"lspci", required_argument, NULL, OPTION_LSPCI},
                                                 {"guest", required_argument, NULL, OPTION_GUEST},
                                                 {"chassis", required_argument, NULL, OPTION_CHASSIS},
                                                 COMMON_OPTIONS};
    const char *chassis = NULL;
    bool json = command_wants_json(argc, argv); /* wherever it stands: errors are JSON too */
    int status;
    for (int c; (c = command_option(argc, argv, long_options, &command->common, &status)) != -1;) {
        if (c == COMMAND_ENDS)
            return status ? status : COMMAND_ENDS;
        if (c == OPTION_GUEST && !command_take_guest(optarg, &command->guest))
            return output_usage_error("scan", json, "%s", command_guest_fault);
        if (c != OPTION_GUEST)
            *(c == OPTION_ROOT    ? &command->directory
              : c == OPTION_LSPCI ? &command->lspci
                                  : &chassis) = optarg;
    }
    if (chassis && !command->lspci)
        return output_usage_error("scan", json, "--chassis goes with --lspci: else the machine is looked at");
    command->chassis = chassis ? vocabulary_find(&vocabulary_chassis, chassis) : CHASSIS_UNKNOWN;
    if (command->chassis < 0)
        return output_usage_error("scan", json,
                                  "--chassis is desktop, laptop, mini-pc, server, egpu or unknown");
    if (command->directory && command->lspci)
        return output_usage_error("scan", json, "give --root or --lspci, not both");
    if (argc - optind > MAX_ADDRESSES)
        return output_usage_error("scan", json, "at most %d addresses", MAX_ADDRESSES);
    for (; optind < argc; optind++) {
        struct pci_id id;
        if (pci_address_parse(argv[optind], &command->addresses[command->address_count++]))
            continue;
        if (pci_id_parse(argv[optind], strlen(argv[optind]), &id) == PCI_ID_OK)
            return output_usage_error("scan", json,
                                      "\"%s\" is a PCI ID, not an address; did you mean: passthru query %s",
                                      argv[optind], argv[optind]);
        return output_usage_error("scan", json, "\"%s\" is not a PCI address such as 01:00.0", argv[optind]);
    }
    return 0;
}

/* What the database says, changed to what this machine shows, and judged again. */
static enum error_code sharpen(struct database *database, struct scan_answer *gpu, struct error *error)
{
    struct device *device = &gpu->answer.device;
    struct gpu *known = &device->gpu;
    if (scan_observe(&gpu->seen, known)) {
        device->settled = true;
        if (database_ask_share(database, device, device->share, error))
            return error->code;
    }
    return answer_judge(database, &gpu->answer, error);
}

enum error_code scan_gather(struct database *database, struct scan *scan, const struct pci_device *device,
                            struct answer_options *options, struct scan_answer *gpu, struct error *error)
{
    struct pci_id whole = pci_id_base(&device->id);
    options->chassis = device->removable == TRISTATE_YES ? CHASSIS_EGPU : scan->host.chassis;
    enum error_code code =
        answer_find(database, &device->id, pci_id_print(&whole, gpu->id), options, &gpu->answer, error);
    if (code && code != ERROR_NOT_FOUND)
        return code;
    gpu->known = !code;
    gpu->missing = *error;
    error->code = ERROR_NONE;
    bool is_gpu = gpu->known && gpu->answer.device.is_gpu;
    scan_look(scan, device, is_gpu ? gpu_form_factor(&gpu->answer.device.gpu) : FORM_FACTOR_UNKNOWN,
              &gpu->seen);
    if (is_gpu && sharpen(database, gpu, error))
        return error->code;
    scan_judge(scan, is_gpu ? &gpu->answer.device.gpu : NULL, &gpu->seen);
    return ERROR_NONE;
}

static enum error_code look_at(struct scan_command *command, const struct pci_device *device,
                               struct scan_answer *gpu, struct answer_options *options, struct error *error)
{
    if (scan_gather(command->database, &command->scan, device, options, gpu, error))
        return error->code;
    if (command->common.json) {
        scan_write_gpu_json(&command->writer, &command->scan, gpu);
        return ERROR_NONE;
    }
    output_blank(&command->output);
    scan_write_gpu_text(&command->output, &command->scan, gpu);
    return ERROR_NONE;
}

static enum error_code look_at_all(struct scan_command *command, struct error *error)
{
    struct answer_options options = {
        .report_limit = SCAN_REPORTS, .guest = command->guest, .is_short = !command->common.json};
    struct scan *scan = &command->scan;
    struct scan_answer *gpu = calloc(1, sizeof *gpu);
    if (!gpu)
        return error_set(error, ERROR_NO_MEMORY, "no memory to look at a GPU");
    scan_judge_host(scan);
    if (command->common.json) {
        json_write_begin_object(&command->writer, NULL);
        json_write_begin_array(&command->writer, "gpus");
    } else {
        scan_write_host_text(&command->output, scan);
    }
    for (int i = 0; i < scan->gpu_count && !error->code; i++) {
        look_at(command, scan->gpus[i], gpu, &options, error);
        scan_gpu_free(&gpu->seen);
    }
    answer_free(&gpu->answer);
    free(gpu);
    /* Looking at the GPUs may have met more that cannot be read. */
    if (command->common.json) {
        scan_judge_unreadable(scan);
        json_write_end_array(&command->writer);
        scan_write_accelerators_json(&command->writer, scan);
        scan_write_host_json(&command->writer, scan);
        json_write_end_object(&command->writer);
        output_blank(&command->output);
    } else {
        scan_write_unreadable_text(&command->output, scan);
    }
    return error->code;
}

static enum error_code run(struct scan_command *command, struct error *error)
{
    struct database_place place;
    if (database_locate(command->common.database, &place, error) ||
        database_open(place.path, &command->database, error) ||
        root_open(command->directory, &command->root, error))
        return error->code;
    struct sandbox sandbox = confine(command->lspci ? NULL : command->root, &command->lspci, 1);
    if (scan_read(command->root, command->lspci, command->addresses, command->address_count, &command->scan,
                  error) ||
        scan_keep_gpus(&command->scan, command->database, error))
        return error->code;
    command->scan.sandbox = sandbox;
    if (command->lspci)
        command->scan.host.chassis = (enum chassis)command->chassis;
    return look_at_all(command, error);
}

int command_scan(int argc, char **argv)
{
    struct scan_command *command = calloc(1, sizeof *command);
    struct error error = {.code = ERROR_NONE};
    if (!command) {
        error_set(&error, ERROR_NO_MEMORY, "no memory to look at the machine");
        return output_error(&error, command_wants_json(argc, argv));
    }
    int status = parse_arguments(argc, argv, command);
    if (!status) {
        pager_start(&command->common, &command->lspci, 1);
        command->output = output_for_stdout(command->common.no_color);
        command->writer = (struct json_writer){.out = &command->output.buffer, .for_terminal = true};
        if (run(command, &error)) {
            buffer_clear(&command->output.buffer);
            status = output_error(&error, command->common.json);
        }
        scan_free(&command->scan);
        root_close(command->root);
        database_close(command->database);
        output_end(&command->output, status);
    }
    free(command);
    return status == COMMAND_ENDS ? 0 : status;
}
