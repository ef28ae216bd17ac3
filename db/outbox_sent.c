/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/outbox.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "core/file.h"
#include "core/json_reader.h"
#include "core/json_writer.h"
#include "core/owner.h"
#include "db/outbox_internal.h"

static const char answer_suffix[] = ".answer.json";

/* ID.json, ID.answer.json and so on in sent/. */
static bool is_of_report(const char *name, const char *suffix)
{
    return strspn(name, "0123456789abcdef") == REPORT_ID_HEX_SIZE - 1 &&
           strcmp(name + REPORT_ID_HEX_SIZE - 1, suffix) == 0;
}

/* Writes what is kept of an answer: remote, url, status, time, the answer itself, and why it is an error. */
static enum error_code write_answer(const struct path *path, const struct outbox_answer *answer,
                                    struct error *error)
{
    struct buffer out CLEANUP(buffer_free) = BUFFER(MAX_ANSWER_JSON);
    struct json_writer writer = {.out = &out, .for_terminal = true};
    char now[sizeof((struct outbox_rejection *)NULL)->time];
    char why[sizeof((struct outbox_rejection *)NULL)->why];
    time_t seconds = time(NULL);
    struct tm parts;
    if (!gmtime_r(&seconds, &parts) || !strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", &parts))
        now[0] = '\0';
    const char *body = answer->body ? answer->body : "";
    size_t length = answer->length < OUTBOX_MAX_ANSWER ? answer->length : OUTBOX_MAX_ANSWER;
    /* Up to a NUL: json_read() takes no text that has one, and all of this would be lost. */
    length = answer->body ? strnlen(body, length) : 0;
    json_write_begin_object(&writer, NULL);
    json_write_string(&writer, "remote", answer->remote);
    json_write_string(&writer, "url", answer->url);
    json_write_integer(&writer, "status", answer->status);
    json_write_string(&writer, "time", now);
    json_write_bytes(&writer, "answer", body, length);
    if (answer->status >= 400) {
        outbox_reason(answer->body, answer->length, why, sizeof why);
        json_write_string(&writer, "error", why);
    }
    json_write_end_line(&writer);
    return out.failed ? error_set(error, ERROR_NO_MEMORY, "no memory for an answer")
                      : file_replace(path->text, 0600, &out, error);
}

int outbox_count_sent(const char *directory)
{
    char sent[DATABASE_PATH_SIZE];
    int count = 0;
    outbox_locate_sent(directory, sent);
    DIR *stream = opendir(sent);
    for (const struct dirent *entry; stream && (entry = readdir(stream));)
        count += is_of_report(entry->d_name, ".json");
    if (stream)
        closedir(stream);
    return count;
}

/* Writes as much as an answer can have in the outbox, and moves it. */
static enum error_code try_moving(const struct outbox_sending *sending, struct error *error)
{
    const struct path from = path_of("%s/%strial", sending->outbox, file_temp_prefix);
    const struct path to = path_of("%s/%strial", sending->sent, file_temp_prefix);
    struct buffer bytes CLEANUP(buffer_free) = BUFFER(2 * MAX_ANSWER_JSON);
    char *space = buffer_reserve(&bytes, MAX_ANSWER_JSON);
    if (!space)
        return error_set(error, ERROR_NO_MEMORY, "no memory for an answer");
    memset(space, '\n', MAX_ANSWER_JSON);
    bytes.length = MAX_ANSWER_JSON;
    unlink(from.text);
    if (!file_create(from.text, 0600, &bytes, error) && rename(from.text, to.text)) {
        error_set_errno(error, errno, "cannot move a file from %s to %s", sending->outbox, sending->sent);
        unlink(from.text);
    }
    unlink(to.text);
    return error->code;
}

static enum error_code open_directory(const char *path, int *opened, struct error *error)
{
    *opened = outbox_open(path, error);
    return *opened < 0 ? error->code : file_sync(file_parent(path).text, error); /* it may be new */
}

enum error_code outbox_begin_sending(const char *directory, void (*waiting)(void),
                                     struct outbox_sending *sending, struct error *error)
{
    *sending = (struct outbox_sending){.outbox_lock = -1, .sent_lock = -1};
    snprintf(sending->outbox, sizeof sending->outbox, "%s", directory);
    outbox_locate_sent(directory, sending->sent);
    if (!open_directory(sending->outbox, &sending->outbox_lock, error) &&
        !open_directory(sending->sent, &sending->sent_lock, error)) {
        outbox_lock(sending->sent_lock, waiting);
        file_remove_leftovers(sending->sent, file_temp_prefix);
        outbox_lock(sending->outbox_lock, waiting);
        if (!try_moving(sending, error)) {
            flock(sending->outbox_lock, LOCK_UN);
            return ERROR_NONE;
        }
    }
    outbox_end_sending(sending);
    if (!*error_next_step(error))
        error_next(error, "nothing was sent: what is sent must be kept");
    return error->code;
}

void outbox_end_sending(struct outbox_sending *sending)
{
    if (sending->outbox_lock >= 0)
        close(sending->outbox_lock);
    if (sending->sent_lock >= 0)
        close(sending->sent_lock);
    sending->outbox_lock = sending->sent_lock = -1;
}

enum error_code outbox_keep_sent(const struct outbox_sending *sending, const struct outbox_entry *entry,
                                 const struct outbox_answer *answer, struct error *error)
{
    const struct path to_answer = path_of("%s/%s%s", sending->sent, entry->id, answer_suffix);
    sigset_t before CLEANUP(outbox_restore_signals);
    outbox_block_signals(&before);
    error->code = ERROR_NONE;
    /* The answer first: whatever is in sent/ has one. */
    if (answer && write_answer(&to_answer, answer, error))
        return error->code;
    unlink(outbox_rejection_path(sending->outbox, entry->name).text);
    return file_move(path_of("%s/%s", sending->outbox, entry->name).text,
                     path_of("%s/%s.json", sending->sent, entry->id).text, error)
               ? error->code
               : file_sync(sending->outbox, error);
}

enum error_code outbox_mark_rejected(const struct outbox_sending *sending, const struct outbox_entry *entry,
                                     const struct outbox_answer *answer, struct error *error)
{
    const struct path path = outbox_rejection_path(sending->outbox, entry->name);
    outbox_lock(sending->outbox_lock, NULL);
    sigset_t before CLEANUP(outbox_restore_signals);
    outbox_block_signals(&before);
    enum error_code code = write_answer(&path, answer, error);
    flock(sending->outbox_lock, LOCK_UN);
    return code;
}

/* ---- what was answered to a report that was sent ---- */

static enum error_code find_id(const char *sent, const char *prefix, char id[REPORT_ID_HEX_SIZE],
                               struct error *error)
{
    const size_t length = strlen(prefix);
    int found = 0;
    DIR *stream = opendir(sent);
    for (const struct dirent *entry; stream && (entry = readdir(stream));)
        if (is_of_report(entry->d_name, answer_suffix) && strncmp(entry->d_name, prefix, length) == 0 &&
            !found++)
            snprintf(id, REPORT_ID_HEX_SIZE, "%.64s", entry->d_name);
    if (stream)
        closedir(stream);
    if (found == 1 && length >= OUTBOX_MIN_PREFIX)
        return error->code = ERROR_NONE;
    if (!found) {
        error_set(error, ERROR_NOT_FOUND, "no report %.80s was sent from here", prefix);
        return error_next(error, "those that were sent are in %.200s", sent);
    }
    error_set(error, ERROR_USAGE,
              found > 1 ? "several reports that were sent begin with %.80s" : "%.80s is too short", prefix);
    return error_next(error, "write more of its digits");
}

static enum error_code read_answer(const char *path, struct buffer *text, struct error *error)
{
    int file = owner_open_regular(path, path, error);
    if (file < 0)
        return error->code;
    bool is_whole = file_read_all(file, text) && !text->failed;
    close(file);
    return is_whole ? (error->code = ERROR_NONE) : error_set(error, ERROR_BAD_INPUT, "cannot read %s", path);
}

static void copy_text(char *copy, size_t size, const char *text)
{
    snprintf(copy, size, "%s", text && strlen(text) < size ? text : "");
}

/* The token of the object in JSON that was answered. */
static void take_token(struct outbox_receipt *receipt, const char *answer)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    json_auto_t *object = NULL;
    struct error none;
    if (answer && !json_read(answer, strlen(answer), &object, &none))
        copy_text(receipt->token, sizeof receipt->token, json_member_text(object, "withdraw_token"));
    if (strspn(receipt->token, letters) != strlen(receipt->token))
        receipt->token[0] = '\0';
}

enum error_code outbox_find_receipt(const char *directory, const char *prefix, struct outbox_receipt *receipt,
                                    struct error *error)
{
    char sent[DATABASE_PATH_SIZE];
    struct buffer text CLEANUP(buffer_free) = BUFFER(2 * MAX_ANSWER_JSON);
    json_auto_t *object = NULL;
    struct error why;
    *receipt = (struct outbox_receipt){.id = ""};
    outbox_locate_sent(directory, sent);
    if (find_id(sent, prefix, receipt->id, error))
        return error->code;
    const struct path path = path_of("%s/%s%s", sent, receipt->id, answer_suffix);
    if (read_answer(path.text, &text, error))
        return error->code;
    if (json_read(buffer_text(&text), text.length, &object, &why))
        return error_set(error, ERROR_BAD_INPUT, "%s is damaged: %.200s", path.text, why.message);
    copy_text(receipt->remote, sizeof receipt->remote, json_member_text(object, "remote"));
    copy_text(receipt->url, sizeof receipt->url, json_member_text(object, "url"));
    take_token(receipt, json_member_text(object, "answer"));
    return ERROR_NONE;
}

enum error_code outbox_keep_withdrawn(const struct outbox_sending *sending, const char *id,
                                      const struct outbox_answer *answer, struct error *error)
{
    const struct path path = path_of("%s/%s.withdrawn.json", sending->sent, id);
    return write_answer(&path, answer, error);
}
