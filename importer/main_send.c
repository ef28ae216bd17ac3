/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "core/streams.h"
#include "db/outbox.h"
#include "importer/program.h"
#include "importer/send.h"

const char send_help[] = "send [OPTION]... ID...\n"
                         "\n"
                         "Sends reports of the outbox to a remote; passthru report send shows them, asks,\n"
                         "and starts this. Those that the remote has taken are kept in sent/ beside the\n"
                         "outbox.\n"
                         "\n"
                         "  --remote NAME  to this remote, where several take reports\n"
                         "  --dry-run      print the name of the remote, and send nothing\n"
                         "  --data DIR     take the remotes that come with passthru from DIR\n"
                         "  --json         say what was done as JSON\n"
                         "  --quiet        say nothing when all went well\n"
                         "  --no-color     accepted as by every command: there is no colour\n"
                         "  --help         this text\n"
                         "  --version      the version of this program\n"
                         "\n"
                         "Exit status: 0 done; 1 no such report; 2 wrong usage, or a report is damaged;\n"
                         "4 a report was rejected or cannot be sent; 5 the system denied it.\n";

struct send_options {
    const char *data;
    const char *remote;
    bool json;
    bool quiet;
    bool dry_run;
};

static void print_result(const struct send_result *result)
{
    static const char *const words[] = {"was sent", "was sent before", "was rejected", "could not be sent"};
    char text[1000];
    bool failed = result->error.code;
    const bool is_new = result->outcome == SEND_SENT;
    snprintf(text, sizeof text, "report %.12s %s%s%s%s%s", result->id, words[result->outcome],
             is_new ? " to " : "", is_new ? result->remote : "", failed ? ": " : "", result->error.message);
    if (failed)
        program_print(stderr, "passthru: ", text);
    else
        program_print(stdout, "", text);
}

static void print_failure(const struct send_result *result)
{
    if (result->error.code)
        print_result(result);
}

static int run_send(const struct send_options *options, const char *const *ids, int id_count)
{
    struct error error = {.code = ERROR_NONE};
    struct send_summary summary;
    struct buffer out CLEANUP(buffer_free) = BUFFER((size_t)64 * 1024 * 1024);
    char outbox[DATABASE_PATH_SIZE];
    char data[DATABASE_PATH_SIZE];
    if (program_find_data(options->data, data, &error))
        return program_fail(&error, options->json);
    if (outbox_locate(outbox, &error))
        return program_fail(&error, options->json);
    const struct send_request request = {.outbox = outbox,
                                         .data_directory = data,
                                         .remote = options->remote,
                                         .ids = ids,
                                         .id_count = id_count,
                                         .waiting = program_print_waiting_to_send,
                                         .report =
                                             options->json || options->quiet ? print_failure : print_result};
    if (send_reports(&request, &summary, &error))
        program_fail(&error, false);
    if (options->json) {
        send_append_json(&out, &summary, &error);
        buffer_append_byte(&out, '\n');
        streams_write(&out);
    }
    send_summary_free(&summary);
    return error_exit_status(error.code);
}

static int print_remote(const struct send_options *options)
{
    struct error error = {.code = ERROR_NONE};
    char data[DATABASE_PATH_SIZE];
    char name[80];
    if (program_find_data(options->data, data, &error) ||
        send_find_remote(data, options->remote, name, &error))
        return program_fail(&error, options->json);
    program_print(stdout, "", name);
    return 0;
}

int main_send(int argc, char **argv)
{
    struct send_options options = {.data = NULL};
    const struct program_option known[] = {{"remote", &options.remote, NULL},
                                           {"data", &options.data, NULL},
                                           {"json", NULL, &options.json},
                                           {"quiet", NULL, &options.quiet},
                                           {"dry-run", NULL, &options.dry_run}};
    int status = program_take_options(argc, argv, send_help, known, ARRAY_SIZE(known));
    if (status >= 0)
        return status;
    if (options.dry_run)
        return print_remote(&options);
    if (optind == argc)
        return program_usage("send", "the IDs of reports are missing", options.json);
    return run_send(&options, (const char *const *)argv + optind, argc - optind);
}
