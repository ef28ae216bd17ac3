/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/json_writer.h"
#include "core/streams.h"
#include "importer/program.h"
#include "importer/sync.h"
#include "importer/table.h"

enum { MAX_SECONDS = 1000000, MAX_RETRIES = 100 };

/* Stores a number that was given; false when it is none, or out of range. */
static bool read_number(const char *text, long least, long most, long *number)
{
    char *end = NULL;
    if (!text)
        return true;
    *number = strtol(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && *number >= least && *number <= most;
}

/* Takes the options. Returns -1, or the exit status when the program shall end. */
static int take_options(int argc, char **argv, struct sync_request *request)
{
    struct transfer_limits *limits = &request->limits;
    const char *connect = NULL;
    const char *stall = NULL;
    const char *total = NULL;
    const char *retries = NULL;
    long tries = 3;
    const struct program_option known[] = {{"list", NULL, &request->list},
                                           {"dry-run", NULL, &request->dry_run},
                                           {"force", NULL, &request->force},
                                           {"db", &request->database_path, NULL},
                                           {"data", &request->data_directory, NULL},
                                           {"json", NULL, &request->json},
                                           {"quiet", NULL, &request->quiet},
                                           {"connect-timeout", &connect, NULL},
                                           {"stall-timeout", &stall, NULL},
                                           {"max-time", &total, NULL},
                                           {"retries", &retries, NULL}};
    int status = program_take_options(argc, argv, sync_help, known, ARRAY_SIZE(known));
    if (status >= 0)
        return status;
    if (!read_number(connect, 1, MAX_SECONDS, &limits->connect) ||
        !read_number(stall, 1, MAX_SECONDS, &limits->stall) ||
        !read_number(total, 1, MAX_SECONDS, &limits->total) || !read_number(retries, 0, MAX_RETRIES, &tries))
        return program_usage("sync",
                             "a limit must be a number of seconds, 1 to 1000000, or of retries, 0 to 100",
                             request->json);
    limits->retries = tries ? (int)tries : -1;
    request->names = (const char *const *)argv + optind;
    request->name_count = argc - optind;
    return -1;
}

static void append_segments(struct buffer *line, const char *before, const struct remote_update *update)
{
    const struct remote_result *result = &update->result;
    if (update->remote->list || !result->segments)
        return;
    buffer_append_format(line, "%s%d of %d segments", before, result->segments_fetched, result->segments);
    if (result->state == SYNC_UPDATED)
        buffer_append_format(line, ", %lld report%s added, %lld retracted", (long long)result->added,
                             result->added == 1 ? "" : "s", (long long)result->retracted);
}

/* What is here of a remote, or came from it, for the line that its name and state begin. */
static void append_what(struct buffer *line, const struct remote_update *update)
{
    const struct remote_result *result = &update->result;
    const char *fetched = update->state.fetched;
    if (result->version[0])
        buffer_append_format(line, "%s%s", update->remote->list ? "" : "version ", result->version);
    else
        buffer_append_text(line, fetched[0] ? "no version stated" : "nothing fetched yet");
    switch (result->state) {
    case SYNC_UPDATED:
        buffer_append_text(line, ", ");
        program_append_bytes(line, result->received);
        buffer_append_format(line, " in %.1f s", result->seconds);
        break;
    case SYNC_WOULD_UPDATE:
        append_segments(line, ", ", update);
        if (result->missing_bytes) {
            buffer_append_text(line, ", ");
            program_append_bytes(line, result->missing_bytes);
        }
        buffer_append_text(line, " to fetch");
        break;
    default:
        if (fetched[0])
            buffer_append_format(line, ", fetched %s", fetched);
    }
}

static void print_remote(const struct remote_update *update, bool with_url)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(8192);
    buffer_append_format(&line, "%-14s  %-12s  ", update->remote->name,
                         sync_state_name(update->result.state));
    append_what(&line, update);
    program_print(stdout, "%s", buffer_text(&line));
    buffer_clear(&line);
    if (update->result.state == SYNC_UPDATED)
        append_segments(&line, "", update);
    else if (update->result.state != SYNC_WOULD_UPDATE && update->result.expires[0])
        buffer_append_format(&line, "expires %s", update->result.expires);
    if (line.length)
        program_print(stdout, "  %s", buffer_text(&line));
    if (with_url && update->remote->url[0])
        program_print(stdout, "  %s", update->remote->url);
    if (with_url && !update->remote->enabled)
        program_print(stdout, "  enabled=yes in %s enables it; passthru sync %s asks it once",
                      update->remote->file, update->remote->name);
    if (update->result.trusted_comment[0])
        program_print(stdout, "  signed: %s", update->result.trusted_comment);
}

static void print_text(const struct sync_request *request, const struct sync_summary *summary)
{
    for (int i = 0; i < summary->remote_count; i++)
        print_remote(&summary->remotes[i], request->list);
    if (summary->updated)
        program_print(stdout, "%s: %lld reports, %lld new", request->database_path,
                      (long long)summary->reports, (long long)summary->new_reports);
    else if (request->dry_run)
        puts("nothing was changed");
}

static void write_remote(struct json_writer *writer, const struct remote_update *update)
{
    const struct remote_result *result = &update->result;
    json_write_begin_object(writer, NULL);
    json_write_string(writer, "name", update->remote->name);
    json_write_string(writer, "kind", remote_kind_name(update->remote));
    json_write_string(writer, "state", sync_state_name(result->state));
    json_write_string(writer, "url", update->remote->url);
    json_write_string(writer, "version", result->version);
    json_write_string(writer, "fetched", update->state.fetched);
    json_write_string(writer, "expires", result->expires);
    json_write_string(writer, "trusted_comment", result->trusted_comment);
    json_write_integer(writer, "received", (int64_t)result->received);
    json_write_decimal(writer, "seconds", result->seconds);
    if (update->remote->list) {
        json_write_null(writer, "segments");
    } else {
        json_write_begin_object(writer, "segments");
        json_write_integer(writer, "total", result->segments);
        json_write_integer(writer, "fetched", result->segments_fetched);
        json_write_integer(writer, "kept", result->segments_kept);
        json_write_integer(writer, "missing_bytes", (int64_t)result->missing_bytes);
        json_write_end_object(writer);
    }
    json_write_integer(writer, "added", result->added);
    json_write_integer(writer, "retracted", result->retracted);
    if (result->error.code)
        error_write_json(writer, "error", &result->error);
    json_write_end_object(writer);
}

static void print_json(const struct sync_request *request, const struct sync_summary *summary,
                       const struct error *error)
{
    struct buffer out CLEANUP(buffer_free) = BUFFER(4 << 20);
    struct json_writer writer = {.out = &out, .for_terminal = true};
    json_write_begin_object(&writer, NULL);
    if (error->code)
        error_write_json(&writer, "error", error);
    json_write_string(&writer, "database", request->database_path);
    json_write_bool(&writer, "updated", summary->updated);
    json_write_begin_array(&writer, "remotes");
    for (int i = 0; i < summary->remote_count; i++)
        write_remote(&writer, &summary->remotes[i]);
    json_write_end_array(&writer);
    json_write_integer(&writer, "received", (int64_t)summary->received);
    json_write_decimal(&writer, "download_seconds", summary->download_seconds);
    json_write_decimal(&writer, "apply_seconds", summary->apply_seconds);
    json_write_integer(&writer, "reports", summary->reports);
    json_write_integer(&writer, "new_reports", summary->new_reports);
    json_write_integer(&writer, "refused", summary->rejected);
    json_write_end_line(&writer);
    streams_write(&out);
}

/* Prints why a remote failed. Returns its exit status, 0 when it has not failed. */
static int print_failure(const struct remote_update *update)
{
    const char *name = update->remote->name;
    struct error named = update->result.error;
    size_t length = strlen(name);
    if (!named.code)
        return 0;
    if (strncmp(named.message, name, length) != 0 || named.message[length] != ':')
        snprintf(named.message, sizeof named.message, "%s: %.*s", name,
                 (int)(sizeof named.message - REMOTE_NAME_SIZE - 2), update->result.error.message);
    return program_fail(&named, false);
}

/* Prints what failed. Returns the exit status: that of the whole, else of the gravest error of a remote. */
static int print_failures(const struct sync_summary *summary, const struct error *whole)
{
    int status = program_print_rejected(summary->rejected);
    for (int i = 0; i < summary->remote_count; i++) {
        int its = print_failure(&summary->remotes[i]);
        status = its > status ? its : status;
    }
    return whole->code ? program_fail(whole, false) : status;
}

static int run(struct sync_request *request)
{
    struct error error = {.code = ERROR_NONE};
    struct database_place place;
    struct sync_summary summary;
    struct problems problems = {.report = program_print_problem};
    char data[DATABASE_PATH_SIZE];
    if (program_find_data(request->data_directory, data, &error) ||
        database_target(request->database_path, &place, &error))
        return program_fail(&error, request->json);
    if (!request->data_directory && !request->list && !request->dry_run && additions_hold(&error))
        return program_fail(&error, request->json);
    request->database_path = place.path;
    request->data_directory = data;
    request->waiting = program_print_waiting;
    if (isatty(STDERR_FILENO) && !request->quiet)
        request->progress = program_show_progress;
    program_catch_signals();
    enum error_code failed = sync_run(request, &summary, &problems, &error);
    bool nothing_done = failed && !summary.remote_count;
    program_clear_progress();
    if (request->json && !nothing_done)
        print_json(request, &summary, &error);
    else if (!failed && (request->list || !request->quiet))
        print_text(request, &summary);
    int status = nothing_done ? program_fail(&error, request->json) : print_failures(&summary, &error);
    sync_summary_free(&summary);
    return status;
}

int main_sync(int argc, char **argv)
{
    struct sync_request request = {.json = program_wants_json(argc, argv)};
    int status = take_options(argc, argv, &request);
    return status >= 0 ? status : run(&request);
}
