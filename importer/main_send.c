/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_writer.h"
#include "core/streams.h"
#include "db/outbox.h"
#include "importer/program.h"
#include "importer/send.h"

struct send_options {
    const char *data;
    const char *remote;
    bool json;
    bool quiet;
    bool dry_run;
};

static void print_result(const struct send *send, const struct send_result *result)
{
    static const char *const words[] = {"was sent", "was sent before", "was rejected", "could not be sent"};
    bool failed = result->error.code;
    const bool is_new = result->outcome == SEND_SENT;
    program_print(failed ? stderr : stdout, "%sreport %.12s %s%s%s%s%s", failed ? "passthru: " : "",
                  result->id, words[result->outcome], is_new ? " to " : "", is_new ? send->remote->name : "",
                  failed ? ": " : "", result->error.message);
}

/* What becomes of those that were sent, and the way back. */
static void print_next(const struct send *send)
{
    const struct send_result *sent = NULL;
    int count = 0;
    for (int i = 0; i < send->count; i++)
        if (send->results[i].outcome == SEND_SENT && ++count)
            sent = &send->results[i];
    if (!sent)
        return;
    program_print(stdout,
                  "others get %s once %s has published %s; to take %s back:", count > 1 ? "them" : "it",
                  send->remote->name, count > 1 ? "them" : "it", count > 1 ? "one" : "it");
    program_print(stdout, "  passthru report withdraw %.12s", count > 1 ? "ID" : sent->id);
}

static void print_failure(const struct send *send, const struct send_result *result)
{
    if (result->error.code)
        print_result(send, result);
}

static void append_results(struct json_writer *writer, const char *key, const struct send *send,
                           enum send_outcome outcome)
{
    json_write_begin_array(writer, key);
    for (int i = 0; i < send->count; i++) {
        const struct send_result *result = &send->results[i];
        if (result->outcome != outcome)
            continue;
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "id", result->id);
        if (result->status)
            json_write_integer(writer, "status", result->status);
        if (outcome == SEND_SENT)
            json_write_string(writer, "remote", send->remote->name);
        if (result->error.code)
            json_write_string(writer, "error", result->error.message);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

static void print_json(const struct send *send, const struct error *error)
{
    struct buffer out CLEANUP(buffer_free) = BUFFER((size_t)64 * 1024 * 1024);
    struct json_writer writer = {.out = &out, .for_terminal = true};
    json_write_begin_object(&writer, NULL);
    append_results(&writer, "sent", send, SEND_SENT);
    append_results(&writer, "before", send, SEND_BEFORE);
    append_results(&writer, "refused", send, SEND_REJECTED);
    append_results(&writer, "kept", send, SEND_KEPT);
    if (error->code)
        error_write_json(&writer, "error", error);
    json_write_end_line(&writer);
    streams_write(&out);
}

static int run_send(const struct send_options *options, const char *const *ids, int id_count)
{
    struct error error = {.code = ERROR_NONE};
    struct remotes remotes;
    char outbox[DATABASE_PATH_SIZE];
    char data[DATABASE_PATH_SIZE];
    struct send send = {.outbox = outbox,
                        .ids = ids,
                        .id_count = id_count,
                        .waiting = program_print_waiting_to_send,
                        .report = options->json || options->quiet ? print_failure : print_result};
    if (program_find_data(options->data, data, &error) ||
        (!options->dry_run && outbox_locate(outbox, &error)))
        return program_fail(&error, options->json);
    const bool is_found = !remotes_load(data, &remotes, &error) &&
                          !send_choose_remote(&remotes, options->remote, &send.remote, &error);
    if (is_found && options->dry_run)
        program_print(stdout, "%s", send.remote->name);
    else if (is_found)
        (void)!send_reports(&send, &error);
    if (!options->json && !options->quiet)
        print_next(&send);
    if (error.code)
        program_fail(&error, options->json && options->dry_run);
    if (options->json && !options->dry_run)
        print_json(&send, &error);
    free(send.results);
    remotes_free(&remotes);
    return error_exit_status(error.code);
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
    if (optind == argc && !options.dry_run)
        return program_usage("send", "the IDs of reports are missing", options.json);
    return run_send(&options, (const char *const *)argv + optind, argc - optind);
}
