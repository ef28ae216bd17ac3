/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_writer.h"
#include "core/owner.h"
#include "core/streams.h"
#include "importer/program.h"
#include "importer/rebuild.h"
#include "importer/table.h"

struct import_options {
    const char *database;
    const char *data;
    bool force;
    bool json;
    bool quiet;
};

static void print_summary(const struct rebuild_summary *summary, const char *path,
                          const struct import_options *options)
{
    if (options->json) {
        struct buffer out CLEANUP(buffer_free) = BUFFER(32768);
        struct json_writer writer = {.out = &out, .for_terminal = true};
        json_write_begin_object(&writer, NULL);
        json_write_string(&writer, "database", path);
        json_write_string(&writer, "pci_ids_version", summary->pci_ids_version);
        json_write_integer(&writer, "devices", summary->devices);
        json_write_integer(&writer, "gpus", summary->gpus);
        json_write_integer(&writer, "reports", summary->reports);
        json_write_integer(&writer, "new_reports", summary->new_reports);
        json_write_integer(&writer, "refused", summary->rejected);
        json_write_end_line(&writer);
        streams_write(&out);
    } else if (!options->quiet) {
        program_print(stdout, "%s: pci.ids %s with %ld devices; %ld GPUs, %lld reports, %lld new", path,
                      summary->pci_ids_version[0] ? summary->pci_ids_version : "of unknown version",
                      summary->devices, summary->gpus, (long long)summary->reports,
                      (long long)summary->new_reports);
    }
}

static void free_files(struct rebuild_file **files)
{
    free(*files);
}

static int run_import(const struct import_options *options, char **files, int file_count)
{
    struct error error = {.code = ERROR_NONE};
    struct database_place place;
    struct rebuild_summary summary;
    struct problems problems = {.report = program_print_problem};
    char data[DATABASE_PATH_SIZE];
    if (program_find_data(options->data, data, &error))
        return program_fail(&error, options->json);
    if (database_target(options->database, &place, &error))
        return program_fail(&error, options->json);
    if (rebuild_hold_data(data, &error) || (!options->data && additions_hold(&error)))
        return program_fail(&error, options->json);
    struct rebuild_file *given CLEANUP(free_files) = calloc((size_t)file_count + 1, sizeof *given);
    if (!given) {
        error_set(&error, ERROR_NO_MEMORY, "no memory for %d files", file_count);
        return program_fail(&error, options->json);
    }
    for (int i = 0; i < file_count; i++) {
        bool is_stdin = strcmp(files[i], "-") == 0;
        given[i] = (struct rebuild_file){.path = files[i], .shown = is_stdin ? "standard input" : files[i]};
        if (!is_stdin)
            owner_hold(files[i], 0);
    }
    const struct rebuild_request request = {.database_path = place.path,
                                            .data_directory = data,
                                            .files = given,
                                            .file_count = file_count,
                                            .force = options->force,
                                            .waiting = program_print_waiting};
    if (rebuild(&request, &summary, &problems, &error))
        return program_fail(&error, options->json);
    print_summary(&summary, place.path, options);
    return program_print_rejected(summary.rejected);
}

int main_import(int argc, char **argv)
{
    struct import_options options = {.database = NULL};
    const struct program_option known[] = {{"db", &options.database, NULL},
                                           {"data", &options.data, NULL},
                                           {"force", NULL, &options.force},
                                           {"json", NULL, &options.json},
                                           {"quiet", NULL, &options.quiet}};
    int status = program_take_options(argc, argv, import_help, known, ARRAY_SIZE(known));
    return status >= 0 ? status : run_import(&options, argv + optind, argc - optind);
}
