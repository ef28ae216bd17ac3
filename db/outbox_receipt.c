/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/outbox_receipt.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/file.h"
#include "core/json_reader.h"
#include "core/owner.h"
#include "db/outbox_internal.h"

static const char answer_suffix[] = ".answer.json";

static bool is_answer(const char *name)
{
    return strspn(name, "0123456789abcdef") == REPORT_ID_HEX_SIZE - 1 &&
           strcmp(name + REPORT_ID_HEX_SIZE - 1, answer_suffix) == 0;
}

static enum error_code find_id(const char *sent, const char *prefix, char id[REPORT_ID_HEX_SIZE],
                               struct error *error)
{
    const size_t length = strlen(prefix);
    int found = 0;
    DIR *stream = opendir(sent);
    for (const struct dirent *entry; stream && (entry = readdir(stream));)
        if (is_answer(entry->d_name) && strncmp(entry->d_name, prefix, length) == 0 && !found++)
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

static enum error_code read_file(const char *path, struct buffer *text, struct error *error)
{
    int file = owner_open_regular(path, path, error);
    char *place = file < 0 ? NULL : buffer_reserve(text, MAX_ANSWER_JSON);
    ssize_t got = place ? read(file, place, MAX_ANSWER_JSON) : -1;
    if (file < 0)
        return error->code;
    close(file);
    if (got < 0)
        return error_set(error, ERROR_BAD_INPUT, "cannot read %s", path);
    text->length += (size_t)got;
    return error->code = ERROR_NONE;
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
    char path[DATABASE_PATH_SIZE];
    struct buffer text CLEANUP(buffer_free) = BUFFER(2 * MAX_ANSWER_JSON);
    json_auto_t *object = NULL;
    struct error why;
    *receipt = (struct outbox_receipt){.id = ""};
    outbox_locate_sent(directory, sent);
    if (find_id(sent, prefix, receipt->id, error))
        return error->code;
    outbox_join(path, sent, receipt->id, answer_suffix);
    if (read_file(path, &text, error))
        return error->code;
    if (json_read(buffer_text(&text), text.length, &object, &why))
        return error_set(error, ERROR_BAD_INPUT, "%s is damaged: %.200s", path, why.message);
    copy_text(receipt->remote, sizeof receipt->remote, json_member_text(object, "remote"));
    copy_text(receipt->url, sizeof receipt->url, json_member_text(object, "url"));
    take_token(receipt, json_member_text(object, "answer"));
    return ERROR_NONE;
}

enum error_code outbox_keep_withdrawn(const struct outbox_sending *sending, const char *id,
                                      const struct outbox_answer *answer, struct error *error)
{
    char path[DATABASE_PATH_SIZE];
    struct buffer json CLEANUP(buffer_free) = BUFFER(MAX_ANSWER_JSON);
    outbox_join(path, sending->sent, id, ".withdrawn.json");
    return outbox_append_answer(&json, answer, error) ? error->code : file_replace(path, 0600, &json, error);
}
