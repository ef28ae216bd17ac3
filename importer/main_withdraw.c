/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "core/json_writer.h"
#include "core/streams.h"
#include "db/outbox.h"
#include "importer/program.h"
#include "importer/remote.h"
#include "importer/transfer.h"

enum { MAX_BODY = 64 * 1024 };

/* Further statuses that are an answer: the token is another one's, there is no such report. */
static const long answers[] = {200, 403, 404, 0};

/* A token is shown to nobody but who gave it, and not any more once a user has removed that remote. */
static enum error_code check_remote(const struct outbox_receipt *receipt, const char *data_directory,
                                    char file[4096], struct error *error)
{
    struct remotes remotes;
    error->code = ERROR_NONE;
    if (!remotes_load(data_directory, &remotes, error)) {
        const struct remote *remote = remotes_find(&remotes, receipt->remote);
        if (!remote || remote->error.code || strcmp(remote->submit, receipt->url) != 0) {
            error_set(error, ERROR_REMOTE, "report %.12s was sent to %.200s, which no remote has any more",
                      receipt->id, receipt->url);
            error_next(error, "passthru sync --list shows the remotes; passthru-remotes(5) how one is added");
        } else if (!remote_check_url(remote->submit, error)) {
            snprintf(file, 4096, "%s", remote->file);
        }
    }
    remotes_free(&remotes);
    return error->code;
}

static enum error_code take_answer(const struct outbox_receipt *receipt, const struct outbox_sending *sending,
                                   const struct transfer *transfer, struct error *error)
{
    const struct outbox_answer answer = {.remote = receipt->remote,
                                         .url = receipt->url,
                                         .status = transfer->status,
                                         .body = buffer_text(&transfer->body),
                                         .length = transfer->body.length};
    char why[400];
    if (transfer->status == 200)
        return outbox_keep_withdrawn(sending, receipt->id, &answer, error);
    outbox_reason(answer.body, answer.length, why, sizeof why);
    error_set(error, ERROR_REMOTE, "%s does not take report %.12s back: %s", receipt->remote, receipt->id,
              why);
    return error_next(error, "ask the maintainers of the remote");
}

static enum error_code ask(const char *outbox, const struct outbox_receipt *receipt, const char *file,
                           struct error *error)
{
    struct outbox_sending sending;
    struct transfers *transfers;
    struct transfer transfer = {
        .file = file, .max_bytes = MAX_BODY, .is_delete = true, .token = receipt->token, .answers = answers};
    snprintf(transfer.url, sizeof transfer.url, "%s/%s", receipt->url, receipt->id);
    if (outbox_begin_sending(outbox, program_print_waiting_to_send, &sending, error))
        return error->code;
    if (!transfers_open(NULL, NULL, &transfers, error)) {
        if (!transfer_run(transfers, &transfer, error))
            take_answer(receipt, &sending, &transfer, error);
        else if (!error_next_step(error)[0])
            error_next(error, "nothing was taken back; try again: passthru report withdraw %.12s",
                       receipt->id);
        transfers_close(transfers);
        buffer_free(&transfer.body);
    }
    outbox_end_sending(&sending);
    return error->code;
}

/* `prefix` begins the id of one report that was sent. It is asked for where it was sent to, if the remote of
 * that name still has that address. */
static enum error_code withdraw(const char *outbox, const char *data_directory, const char *prefix,
                                struct outbox_receipt *receipt, struct error *error)
{
    char file[4096];
    if (outbox_find_receipt(outbox, prefix, receipt, error) ||
        check_remote(receipt, data_directory, file, error))
        return error->code;
    if (receipt->token[0])
        return ask(outbox, receipt, file, error);
    error_set(error, ERROR_REMOTE, "%s gave nothing with which report %.12s could be taken back",
              receipt->remote, receipt->id);
    return error_next(error, "ask the maintainers of the remote, and name the report: %s", receipt->id);
}

/* Tries all; the last error decides. */
static int withdraw_all(const char *outbox, const char *data, char **ids, int count, bool json, bool quiet)
{
    struct error error = {.code = ERROR_NONE};
    struct error last = error;
    struct buffer out CLEANUP(buffer_free) = BUFFER((size_t)16 << 20);
    struct json_writer writer = {.out = &out, .for_terminal = true};
    json_write_begin_object(&writer, NULL);
    json_write_begin_array(&writer, "withdrawn");
    for (int i = 0; i < count; i++) {
        struct outbox_receipt receipt;
        if (withdraw(outbox, data, ids[i], &receipt, &error)) {
            last = error;
            program_fail(&error, false);
            continue;
        }
        json_write_string(&writer, NULL, receipt.id);
        if (!json && !quiet)
            program_print(stdout, "%s has taken report %.12s back; who syncs does not get it any more",
                          receipt.remote, receipt.id);
    }
    json_write_end_array(&writer);
    if (last.code)
        error_write_json(&writer, "error", &last);
    json_write_end_line(&writer);
    if (json)
        streams_write(&out);
    return error_exit_status(last.code);
}

int main_withdraw(int argc, char **argv)
{
    const char *named = NULL;
    bool json = false;
    bool quiet = false;
    char outbox[DATABASE_PATH_SIZE];
    char data[DATABASE_PATH_SIZE];
    struct error error = {.code = ERROR_NONE};
    const struct program_option known[] = {
        {"data", &named, NULL}, {"json", NULL, &json}, {"quiet", NULL, &quiet}};
    int status = program_take_options(argc, argv, withdraw_help, known, ARRAY_SIZE(known));
    if (status >= 0)
        return status;
    if (optind == argc)
        return program_usage("withdraw", "the IDs of reports are missing", json);
    if (program_find_data(named, data, &error) || outbox_locate(outbox, &error))
        return program_fail(&error, json);
    return withdraw_all(outbox, data, argv + optind, argc - optind, json, quiet);
}
