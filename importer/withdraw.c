/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/withdraw.h"

#include <stdio.h>
#include <string.h>

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

static enum error_code take_answer(struct withdrawal *withdrawal, const struct outbox_sending *sending,
                                   const struct transfer *transfer, struct error *error)
{
    const struct outbox_receipt *receipt = &withdrawal->receipt;
    const struct outbox_answer answer = {.remote = receipt->remote,
                                         .url = receipt->url,
                                         .status = transfer->status,
                                         .body = buffer_text(&transfer->body),
                                         .length = transfer->body.length};
    char why[400];
    withdrawal->status = transfer->status;
    if (transfer->status == 200)
        return outbox_keep_withdrawn(sending, receipt->id, &answer, error);
    outbox_reason(answer.body, answer.length, why, sizeof why);
    error_set(error, ERROR_REMOTE, "%s does not take report %.12s back: %s", receipt->remote, receipt->id,
              why);
    return error_next(error, "ask the maintainers of the remote");
}

static enum error_code ask(struct withdrawal *withdrawal, const char *file, struct error *error)
{
    const struct transfer_limits defaults = {.connect = 0};
    const struct outbox_receipt *receipt = &withdrawal->receipt;
    struct outbox_sending sending;
    struct transfers *transfers;
    struct transfer transfer = {
        .file = file, .max_bytes = MAX_BODY, .is_delete = true, .token = receipt->token, .answers = answers};
    snprintf(transfer.url, sizeof transfer.url, "%s/%s", receipt->url, receipt->id);
    if (outbox_begin_sending(withdrawal->outbox, withdrawal->waiting, &sending, error))
        return error->code;
    if (!transfers_open(&defaults, NULL, &transfers, error)) {
        if (!transfer_run(transfers, &transfer, error))
            take_answer(withdrawal, &sending, &transfer, error);
        transfers_close(transfers);
        buffer_free(&transfer.body);
    }
    outbox_end_sending(&sending);
    return error->code;
}

enum error_code withdraw_report(struct withdrawal *withdrawal, const char *prefix, struct error *error)
{
    char file[4096];
    withdrawal->status = 0;
    if (outbox_find_receipt(withdrawal->outbox, prefix, &withdrawal->receipt, error) ||
        check_remote(&withdrawal->receipt, withdrawal->data_directory, file, error))
        return error->code;
    if (withdrawal->receipt.token[0])
        return ask(withdrawal, file, error);
    error_set(error, ERROR_REMOTE, "%s gave nothing with which report %.12s could be taken back",
              withdrawal->receipt.remote, withdrawal->receipt.id);
    return error_next(error, "ask the maintainers of the remote, and name the report: %s",
                      withdrawal->receipt.id);
}
