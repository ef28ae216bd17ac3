/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/outbox_sent.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "core/file.h"
#include "core/json_writer.h"
#include "db/outbox_internal.h"

enum error_code outbox_append_answer(struct buffer *out, const struct outbox_answer *answer,
                                     struct error *error)
{
    struct json_writer writer = {.out = out, .for_terminal = true};
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
    json_write_end_object(&writer);
    buffer_append_byte(out, '\n');
    return out->failed ? error_set(error, ERROR_NO_MEMORY, "no memory for an answer") : ERROR_NONE;
}

int outbox_count_sent(const char *directory)
{
    char sent[DATABASE_PATH_SIZE];
    const size_t name_length = REPORT_ID_HEX_SIZE - 1 + sizeof ".json" - 1;
    int count = 0;
    outbox_locate_sent(directory, sent);
    DIR *stream = opendir(sent);
    for (const struct dirent *entry; stream && (entry = readdir(stream));)
        count += strlen(entry->d_name) == name_length &&
                 strcmp(entry->d_name + REPORT_ID_HEX_SIZE - 1, ".json") == 0;
    if (stream)
        closedir(stream);
    return count;
}

/* Writes as much as an answer can have in the outbox, and moves it. */
static enum error_code try_moving(const struct outbox_sending *sending, struct error *error)
{
    char from[DATABASE_PATH_SIZE];
    char to[DATABASE_PATH_SIZE];
    struct buffer bytes CLEANUP(buffer_free) = BUFFER(2 * MAX_ANSWER_JSON);
    char *space = buffer_reserve(&bytes, MAX_ANSWER_JSON);
    if (!space)
        return error_set(error, ERROR_NO_MEMORY, "no memory for an answer");
    memset(space, '\n', MAX_ANSWER_JSON);
    bytes.length = MAX_ANSWER_JSON;
    outbox_join(from, sending->outbox, file_temp_prefix, "trial");
    outbox_join(to, sending->sent, file_temp_prefix, "trial");
    unlink(from);
    if (!file_create(from, 0600, &bytes, error) && rename(from, to)) {
        error_set_errno(error, errno, "cannot move a file from %s to %s", sending->outbox, sending->sent);
        unlink(from);
    }
    unlink(to);
    return error->code;
}

static enum error_code open_directory(const char *path, int *opened, struct error *error)
{
    char parent[FILE_PATH_SIZE];
    *opened = outbox_open(path, error);
    file_parent(path, parent);
    return *opened < 0 ? error->code : file_sync(parent, error); /* the directory may be new */
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
    char from[DATABASE_PATH_SIZE];
    char to[DATABASE_PATH_SIZE];
    struct buffer json CLEANUP(buffer_free) = BUFFER(MAX_ANSWER_JSON);
    sigset_t before CLEANUP(outbox_restore_signals);
    outbox_block_signals(&before);
    error->code = ERROR_NONE;
    /* The answer first: whatever is in sent/ has one. */
    outbox_join(to, sending->sent, entry->id, ".answer.json");
    if (answer && (outbox_append_answer(&json, answer, error) || file_replace(to, 0600, &json, error)))
        return error->code;
    outbox_rejection_path(from, sending->outbox, entry->name);
    unlink(from);
    outbox_join(from, sending->outbox, entry->name, "");
    outbox_join(to, sending->sent, entry->id, ".json");
    return file_move(from, to, error) ? error->code : file_sync(sending->outbox, error);
}

enum error_code outbox_mark_rejected(const struct outbox_sending *sending, const struct outbox_entry *entry,
                                     const struct outbox_answer *answer, struct error *error)
{
    char path[DATABASE_PATH_SIZE];
    struct buffer json CLEANUP(buffer_free) = BUFFER(MAX_ANSWER_JSON);
    outbox_rejection_path(path, sending->outbox, entry->name);
    if (outbox_append_answer(&json, answer, error))
        return error->code;
    outbox_lock(sending->outbox_lock, NULL);
    sigset_t before CLEANUP(outbox_restore_signals);
    outbox_block_signals(&before);
    enum error_code code = file_replace(path, 0600, &json, error);
    flock(sending->outbox_lock, LOCK_UN);
    return code;
}
