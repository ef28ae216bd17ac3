/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_reader.h"
#include "core/json_writer.h"
#include "core/report.h"
#include "db/outbox.h"
#include "importer/remote.h"
#include "importer/transfer.h"

/* A server that answers more to a report than this is not listened to. */
enum { MAX_BODY = 64 * 1024 };

/* After so many in a row that were neither taken nor rejected, the others are not tried: each costs a server
 * that has other worries four tries, and its user the pauses between them. */
enum { MAX_FAILURES = 3 };

/* The statuses by which a server rejects a report for good. */
static const long rejections[] = {400, 413, 415, 422, 0};

struct sender {
    struct send *send;
    struct outbox_sending sending;
    struct outbox outbox;
    struct transfers *transfers;
    int failures;        /* in a row: neither taken nor rejected */
    bool stopped;        /* the rest is not tried */
    struct error last;   /* why the last one was kept */
    struct error system; /* what became of a report could not be written */
};

/* ---- which remote ---- */

static bool takes_reports(const struct remote *remote)
{
    return !remote->error.code && remote->enabled && remote->submit[0];
}

static enum error_code no_remote(struct error *error)
{
    error_set(error, ERROR_REMOTE, "cannot send the reports: no remote is configured that takes them");
    return error_next(
        error, "they are kept; passthru-remotes(5) says how to add a remote; or write them as a file for an "
               "e-mail or a pull request: passthru report export --output FILE");
}

enum error_code send_choose_remote(const struct remotes *remotes, const char *name,
                                   const struct remote **chosen, struct error *error)
{
    struct buffer names CLEANUP(buffer_free) = BUFFER((size_t)MAX_REMOTES * (REMOTE_NAME_SIZE + 2) + 1);
    int count = 0;
    *chosen = NULL;
    /* One that cannot be understood may be the one that is meant. */
    for (int i = 0; i < remotes->count; i++)
        if (remotes->items[i].error.code && (!name || strcmp(remotes->items[i].name, name) == 0)) {
            *error = remotes->items[i].error;
            return error->code;
        }
    for (int i = 0; i < remotes->count; i++) {
        const struct remote *remote = &remotes->items[i];
        if (!takes_reports(remote))
            continue;
        buffer_append_format(&names, "%s%s", count++ ? ", " : "", remote->name);
        if (!name || strcmp(remote->name, name) == 0)
            *chosen = remote;
    }
    if (!count)
        return no_remote(error);
    if (name && !*chosen) {
        error_set(error, ERROR_USAGE, "no remote \"%.80s\" takes reports", name);
        return error_next(error, "these do: %.200s", buffer_text(&names));
    }
    if (!name && count > 1) {
        error_set(error, ERROR_USAGE, "several remotes take reports: %.200s", buffer_text(&names));
        return error_next(error, "name one: passthru report send --remote NAME");
    }
    return remote_check_url((*chosen)->submit, error);
}

/* ---- which reports ---- */

static const struct outbox_entry *find_entry(const struct outbox *outbox, const char *id, struct error *error)
{
    /* A copy of the file under a longer name is the same report. */
    for (int i = 0; i < outbox->count; i++)
        if (outbox->entries[i].id[0] && strcmp(outbox->entries[i].id, id) == 0)
            return &outbox->entries[i];
    const struct outbox_entry *entry = outbox_find(outbox, id, error);
    if (entry && outbox_is_unreadable(entry)) {
        error_set(error, entry->error.code, "%s in the outbox: %s", entry->name, entry->error.message);
        error_next(error, "nothing was sent; the report may be valid: passthru report list says more");
        entry = NULL;
    } else if (entry && !entry->id[0]) {
        error_set(error, ERROR_BAD_INPUT, "%s in the outbox is not a valid report: %s", entry->name,
                  entry->error.message);
        error_next(error, "remove it with: passthru report drop %s", entry->name);
        entry = NULL;
    }
    return entry;
}

/* Makes a result of each id, once. */
static enum error_code select_reports(struct sender *sender, struct error *error)
{
    struct send *send = sender->send;
    send->results = calloc((size_t)send->id_count + 1, sizeof *send->results);
    if (!send->results)
        return error_set(error, ERROR_NO_MEMORY, "no memory for the results");
    for (int i = 0; i < send->id_count; i++) {
        const char *id = send->ids[i];
        bool is_new = true;
        if (strlen(id) != REPORT_ID_HEX_SIZE - 1 || !outbox_was_sent(send->outbox, id)) {
            const struct outbox_entry *entry = find_entry(&sender->outbox, id, error);
            if (!entry)
                return error->code;
            id = entry->id;
        }
        for (int j = 0; j < send->count; j++)
            is_new &= strcmp(send->results[j].id, id) != 0;
        if (is_new)
            snprintf(send->results[send->count++].id, REPORT_ID_HEX_SIZE, "%s", id);
    }
    return ERROR_NONE;
}

/* ---- one report ---- */

/* Nothing further is sent: what became of this report could not be written. */
static void stop(struct sender *sender, struct send_result *result, const struct error *error)
{
    result->error = sender->system = *error;
    result->outcome = SEND_KEPT;
    sender->stopped = true;
}

/* All files of this report move. */
static void keep_sent(struct sender *sender, const struct outbox_answer *answer, struct send_result *result)
{
    for (int i = 0; i < sender->outbox.count; i++) {
        const struct outbox_entry *entry = &sender->outbox.entries[i];
        struct error error;
        if (strcmp(entry->id, result->id) == 0 && outbox_keep_sent(&sender->sending, entry, answer, &error))
            stop(sender, result, &error);
    }
}

static void take_rejection(struct sender *sender, const struct outbox_entry *entry,
                           const struct outbox_answer *answer, struct send_result *result)
{
    char why[400];
    struct error error;
    outbox_reason(answer->body, answer->length, why, sizeof why);
    result->outcome = SEND_REJECTED;
    error_set(&result->error, ERROR_REMOTE, "%s", why);
    if (outbox_mark_rejected(&sender->sending, entry, answer, &error)) {
        sender->system = error;
        sender->stopped = true;
    }
}

static void take_failure(struct sender *sender, const struct transfer *transfer, struct send_result *result)
{
    result->outcome = SEND_KEPT;
    result->error = transfer->error;
    if (!transfer->error.code)
        error_set(&result->error, ERROR_REMOTE, "%s: unexpected HTTP status %ld", sender->send->remote->name,
                  transfer->status);
    sender->last = result->error;
    /* There is no server, or it wants to be left alone. */
    if (!transfer->connected || transfer->status == 429 || transfer->status == 503 ||
        ++sender->failures == MAX_FAILURES)
        sender->stopped = true;
    if (transfer->error.code && transfer->error.code != ERROR_REMOTE)
        stop(sender, result, &transfer->error);
}

/* What the server has answered decides, also when the rest of its answer did not arrive. */
static void take_answer(struct sender *sender, const struct outbox_entry *entry,
                        const struct transfer *transfer, struct send_result *result)
{
    const struct outbox_answer answer = {.remote = sender->send->remote->name,
                                         .url = sender->send->remote->submit,
                                         .status = transfer->status,
                                         .body = buffer_text(&transfer->body),
                                         .length = transfer->body.length};
    bool rejected = false;
    result->status = transfer->status;
    for (const long *status = rejections; *status; status++)
        rejected |= transfer->status == *status;
    if (rejected) {
        take_rejection(sender, entry, &answer, result);
    } else if (transfer->status == 200 || transfer->status == 201) {
        result->outcome = SEND_SENT;
        keep_sent(sender, &answer, result);
    } else {
        take_failure(sender, transfer, result);
        return;
    }
    sender->failures = 0;
}

/* A report that supersedes one is shown to be the same author's by the token that this remote gave for that
 * one. */
static void find_token(const struct sender *sender, const struct outbox_entry *entry,
                       struct outbox_receipt *receipt)
{
    json_auto_t *report = NULL;
    struct error none;
    const char *old = json_read(buffer_text(&entry->whole), entry->whole.length, &report, &none)
                          ? NULL
                          : json_member_text(report, "supersedes");
    if (!old || outbox_find_receipt(sender->send->outbox, old, receipt, &none) ||
        strcmp(receipt->url, sender->send->remote->submit) != 0)
        receipt->token[0] = '\0';
}

static void post(struct sender *sender, const struct outbox_entry *entry, struct send_result *result)
{
    struct buffer json CLEANUP(buffer_free) = BUFFER(8 * REPORT_MAX_BYTES);
    struct transfer transfer = {
        .file = sender->send->remote->file, .max_bytes = MAX_BODY, .post = &json, .answers = rejections};
    struct outbox_receipt receipt;
    struct error error;
    find_token(sender, entry, &receipt);
    transfer.token = receipt.token[0] ? receipt.token : NULL;
    json_append_safe(&json, buffer_text(&entry->whole), entry->whole.length);
    if (json.failed) {
        error_set(&error, ERROR_NO_MEMORY, "no memory to send a report");
        stop(sender, result, &error);
        return;
    }
    snprintf(transfer.url, sizeof transfer.url, "%s", sender->send->remote->submit);
    /* The answer counts, not whether all of it came. */
    if (transfer_run(sender->transfers, &transfer, &error) && !transfer.error.code)
        transfer.error = error;
    take_answer(sender, entry, &transfer, result);
    buffer_free(&transfer.body);
}

static void send_one(struct sender *sender, struct send_result *result)
{
    struct error error = {.code = ERROR_NONE};
    if (outbox_was_sent(sender->send->outbox, result->id)) {
        result->outcome = SEND_BEFORE;
        keep_sent(sender, NULL, result);
    } else if (sender->stopped) {
        result->outcome = SEND_KEPT;
        error_set(&result->error, ERROR_REMOTE, "not tried, because of the errors before it");
    } else {
        post(sender, find_entry(&sender->outbox, result->id, &error), result);
    }
    sender->send->report(sender->send, result);
}

/* ---- all ---- */

static enum error_code send_all(struct sender *sender, struct error *error)
{
    int rejected = 0;
    int kept = 0;
    for (int i = 0; i < sender->send->count; i++) {
        send_one(sender, &sender->send->results[i]);
        rejected += sender->send->results[i].outcome == SEND_REJECTED;
        kept += sender->send->results[i].outcome == SEND_KEPT;
    }
    if (sender->system.code) {
        *error = sender->system;
        return error->code;
    }
    if (kept) {
        error_set(error, ERROR_REMOTE, "%d of %d reports could not be sent", kept, sender->send->count);
        return error_next(error, "they are kept; %s",
                          sender->last.next[0] ? sender->last.next : "try again: passthru report send");
    }
    if (!rejected)
        return ERROR_NONE;
    error_set(error, ERROR_REMOTE, "%d of %d reports were rejected", rejected, sender->send->count);
    return error_next(error, "passthru report list says why; passthru report drop ID removes one");
}

enum error_code send_reports(struct send *send, struct error *error)
{
    struct sender sender = {.send = send};
    error->code = ERROR_NONE;
    if (outbox_begin_sending(send->outbox, send->waiting, &sender.sending, error))
        return error->code;
    /* Read when nobody else sends any more, so that none is sent twice. */
    if (!outbox_read(send->outbox, &sender.outbox, error) && !select_reports(&sender, error) &&
        !transfers_open(NULL, NULL, &sender.transfers, error)) {
        (void)!send_all(&sender, error);
        transfers_close(sender.transfers);
    } else {
        send->count = 0;
    }
    outbox_free(&sender.outbox);
    outbox_end_sending(&sender.sending);
    return error->code;
}
