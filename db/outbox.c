/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/outbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.h"
#include "core/json_reader.h"
#include "core/owner.h"
#include "core/report.h"
#include "core/text.h"
#include "db/outbox_internal.h"

enum { MAX_WHOLE = 4 * REPORT_MAX_BYTES, MAX_DIRECTORY = DATABASE_PATH_SIZE - OUTBOX_NAME_SIZE - 64 };

static const char report_suffix[] = ".json";

enum error_code outbox_locate(char directory[DATABASE_PATH_SIZE], struct error *error)
{
    const char *state_home = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    int length;
    if (state_home && *state_home == '/') {
        length = snprintf(directory, MAX_DIRECTORY, "%s/passthru/outbox", state_home);
    } else if (home && *home == '/') {
        length = snprintf(directory, MAX_DIRECTORY, "%s/.local/state/passthru/outbox", home);
    } else {
        error_set(error, ERROR_USAGE, "there is no place for reports: $HOME is not set");
        return error_next(error, "set XDG_STATE_HOME to a directory of yours");
    }
    if (length >= MAX_DIRECTORY)
        return error_set(error, ERROR_USAGE, "the path of the outbox is too long");
    return error->code = ERROR_NONE;
}

void outbox_locate_sent(const char *directory, char sent[DATABASE_PATH_SIZE])
{
    const char *slash = strrchr(directory, '/');
    int parent = slash ? (int)(slash - directory) : 0;
    snprintf(sent, DATABASE_PATH_SIZE, "%.*s%ssent", parent, directory, slash ? "/" : "");
}

struct path outbox_rejection_path(const char *directory, const char *name)
{
    const char *dot = strrchr(name, '.');
    return path_of("%s/%.*s.refused", directory, dot ? (int)(dot - name) : (int)strlen(name), name);
}

enum error_code outbox_prepare(const char *json, size_t length, struct buffer *whole,
                               char id[REPORT_ID_HEX_SIZE], struct error *error)
{
    struct report report;
    struct buffer canonical CLEANUP(buffer_free) = BUFFER(MAX_WHOLE);
    if (report_parse(json, length, &report, &canonical, error))
        return error->code;
    report_id(buffer_text(&canonical), canonical.length, id);
    if (report.id && strcmp(report.id, id) != 0) {
        error_set(error, ERROR_BAD_INPUT, "field \"id\" is not the SHA-256 of this report");
        error_next(error, "leave the field out: it is computed");
    }
    report_free(&report);
    if (error->code)
        return error->code;
    buffer_append_format(whole, "{\"id\":\"%s\",", id);
    buffer_append(whole, buffer_text(&canonical) + 1, canonical.length - 1);
    if (whole->failed)
        return error_set(error, ERROR_NO_MEMORY, "no memory for a report");
    if (whole->length > REPORT_MAX_BYTES) {
        error_set(error, ERROR_BAD_INPUT, "with its id the report has more than %d bytes", REPORT_MAX_BYTES);
        return error_next(error, "shorten its texts");
    }
    return ERROR_NONE;
}

/* ---- writing ---- */

void outbox_block_signals(sigset_t *before)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, before);
}

void outbox_restore_signals(sigset_t *before)
{
    sigprocmask(SIG_SETMASK, before, NULL);
}

int outbox_open(const char *directory, struct error *error)
{
    int entered = owner_enter_own(directory, 0700, error);
    if (entered < 0 && error->code == ERROR_PERMISSION && !error->next[0])
        error_next(error, "have the outbox elsewhere: XDG_STATE_HOME=DIRECTORY passthru report ...");
    return entered;
}

void outbox_lock(int directory, void (*waiting)(void))
{
    if (flock(directory, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return;
    if (waiting)
        waiting();
    (void)TEMP_FAILURE_RETRY(flock(directory, LOCK_EX));
}

static bool has_report_suffix(const char *name)
{
    return name[0] != '.' && strlen(name) < OUTBOX_NAME_SIZE && text_ends_in(name, report_suffix);
}

static bool is_full(const char *directory)
{
    int count = 0;
    DIR *stream = opendir(directory);
    for (const struct dirent *found; stream && (found = readdir(stream));)
        count += has_report_suffix(found->d_name);
    if (stream)
        closedir(stream);
    return count >= OUTBOX_MAX_REPORTS;
}

/* Writes the line of a report into the outbox, which is locked. */
static enum error_code add_line(const char *directory, const char *id, const struct buffer *line,
                                bool *is_new, struct error *error)
{
    const struct path path = path_of("%s/%s%s", directory, id, report_suffix);
    struct stat status;
    file_remove_leftovers(directory, file_temp_prefix);
    /* One that is there is replaced nevertheless: it may be damaged. */
    *is_new = lstat(path.text, &status) != 0;
    if (*is_new && is_full(directory)) {
        error_set(error, ERROR_SYSTEM, "not saved: the outbox %s has %d reports, and no more are kept",
                  directory, OUTBOX_MAX_REPORTS);
        return error_next(error, "send them (passthru report send) or export and drop them");
    }
    return file_replace(path.text, 0600, line, error);
}

enum error_code outbox_add(const char *directory, const char *id, const struct buffer *whole,
                           void (*waiting)(void), bool *is_new, struct error *error)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(MAX_WHOLE);
    buffer_append(&line, buffer_text(whole), whole->length);
    buffer_append_byte(&line, '\n');
    if (line.failed)
        return error_set(error, ERROR_NO_MEMORY, "no memory for a report");
    int directory_lock = outbox_open(directory, error);
    if (directory_lock < 0)
        return error->code;
    outbox_lock(directory_lock, waiting);
    sigset_t before CLEANUP(outbox_restore_signals);
    outbox_block_signals(&before);
    enum error_code code = add_line(directory, id, &line, is_new, error);
    close(directory_lock);
    return code;
}

/* ---- reading ---- */

/* A file that fits, without its last newline. A device or a pipe is never read. */
static enum error_code read_file(const char *path, struct buffer *text, struct error *error)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    /* A link; a socket. */
    if (file < 0 && (errno == ELOOP || errno == ENXIO))
        return error_set(error, ERROR_BAD_INPUT, "it is not a regular file");
    if (file < 0)
        return error_set_errno(error, errno, "cannot read it");
    error->code = ERROR_NONE;
    if (fstat(file, &status))
        error_set_errno(error, errno, "cannot read it");
    else if (!S_ISREG(status.st_mode))
        error_set(error, ERROR_BAD_INPUT, "it is not a regular file");
    else if (!file_read_all(file, text))
        error_set_errno(error, errno, "cannot read it");
    else if (text->failed && buffer_memory_was_short)
        error_set(error, ERROR_NO_MEMORY, "no memory for a report");
    else if (text->failed)
        error_set(error, ERROR_BAD_INPUT, "it has more than %zu bytes", text->max - 1);
    close(file);
    if (!error->code && text->length && text->data[text->length - 1] == '\n')
        text->data[--text->length] = '\0';
    return error->code;
}

/* Copies a text, cut between two characters. */
static void copy_text(char *copy, size_t size, const char *text, size_t length)
{
    size_t end = 0;
    uint32_t character;
    for (size_t step; end < length; end += step) {
        step = text_decode(text + end, length - end, &character);
        step = step ? step : 1;
        if (end + step >= size || !text[end])
            break;
    }
    memcpy(copy, text, end);
    copy[end] = '\0';
}

/* Copies the text that an object has there; leaves the copy alone where it has none. */
static void copy_member(char *copy, size_t size, const json_t *object, const char *key)
{
    const char *text = json_member_text(object, key);
    if (text)
        copy_text(copy, size, text, strlen(text));
}

void outbox_reason(const char *body, size_t length, char *why, size_t size)
{
    json_auto_t *object = NULL;
    struct error none;
    why[0] = '\0';
    length = body ? length : 0;
    if (length && !json_read(body, length, &object, &none) && json_is_object(object))
        copy_member(why, size, object, "error");
    else if (length)
        copy_text(why, size, body, length);
    if (!why[0])
        snprintf(why, size, "it gives no reason");
}

bool outbox_was_sent(const char *directory, const char *id)
{
    char sent[DATABASE_PATH_SIZE];
    struct stat status;
    outbox_locate_sent(directory, sent);
    return lstat(path_of("%s/%s%s", sent, id, report_suffix).text, &status) == 0 && S_ISREG(status.st_mode);
}

/* Learns whether the report of an entry was sent or rejected. */
static void read_status(const char *directory, struct outbox_entry *entry)
{
    const struct path path = outbox_rejection_path(directory, entry->name);
    struct stat status;
    struct error error = {.code = ERROR_NONE};
    struct buffer text CLEANUP(buffer_free) = BUFFER(MAX_ANSWER_JSON + 1);
    struct outbox_rejection *rejection = &entry->rejection;
    json_auto_t *object = NULL;
    int64_t number;
    if (!entry->id[0])
        return;
    entry->was_sent = outbox_was_sent(directory, entry->id);
    if (lstat(path.text, &status))
        return;
    /* A mark is one, whatever has become of its content. */
    rejection->status = 400;
    snprintf(rejection->why, sizeof rejection->why, "its answer is lost");
    if (read_file(path.text, &text, &error) || json_read(buffer_text(&text), text.length, &object, &error))
        return;
    if (json_whole_number(json_object_get(object, "status"), 400, 599, &number))
        rejection->status = (long)number;
    copy_member(rejection->remote, sizeof rejection->remote, object, "remote");
    copy_member(rejection->time, sizeof rejection->time, object, "time");
    copy_member(rejection->why, sizeof rejection->why, object, "error");
}

static void read_entry(const char *directory, const char *name, struct outbox_entry *entry)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(REPORT_MAX_BYTES + 1);
    struct error *error = &entry->error;
    *entry = (struct outbox_entry){.whole = BUFFER(MAX_WHOLE)};
    snprintf(entry->name, sizeof entry->name, "%s", name);
    if (read_file(path_of("%s/%s", directory, name).text, &text, error) ||
        outbox_prepare(buffer_text(&text), text.length, &entry->whole, entry->id, error))
        buffer_clear(&entry->whole);
    else if (strncmp(name, entry->id, REPORT_ID_HEX_SIZE - 1) != 0)
        error_set(error, ERROR_BAD_INPUT, "it was changed: its content does not have this id");
    if (error->code)
        entry->id[0] = '\0';
    read_status(directory, entry);
}

static bool has_file(int directory, const char *name)
{
    struct stat status;
    return fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

enum error_code outbox_read(const char *directory, struct outbox *outbox, struct error *error)
{
    *outbox = (struct outbox){.entries = NULL};
    error->code = ERROR_NONE;
    DIR *stream = opendir(directory);
    if (!stream)
        return errno == ENOENT ? ERROR_NONE
                               : error_set_errno(error, errno, "cannot read the outbox %s", directory);
    for (const struct dirent *found; !error->code && (errno = 0, found = readdir(stream));) {
        if (!has_report_suffix(found->d_name))
            continue;
        if (outbox->count == OUTBOX_MAX_REPORTS) {
            error_set(error, ERROR_BAD_INPUT, "more than %d files are in the outbox %s", OUTBOX_MAX_REPORTS,
                      directory);
            error_next_path(error, "move some of them elsewhere: mkdir -p ~/reports && mv ", directory,
                            "/[0-7]*.json ~/reports");
        } else if (!ARRAY_GROW(outbox->entries, outbox->count)) {
            error_set(error, ERROR_NO_MEMORY, "no memory for the outbox");
        } else {
            struct outbox_entry *entry = &outbox->entries[outbox->count];
            read_entry(directory, found->d_name, entry);
            /* One that was sent or removed in the meantime is none. */
            outbox->count += !entry->error.code || has_file(dirfd(stream), found->d_name);
        }
    }
    if (!error->code && errno)
        error_set_errno(error, errno, "cannot read the outbox %s", directory);
    closedir(stream);
    if (outbox->count)
        qsort(outbox->entries, (size_t)outbox->count, sizeof *outbox->entries, text_compare);
    return error->code;
}

bool outbox_is_unreadable(const struct outbox_entry *entry)
{
    return entry->error.code && entry->error.code != ERROR_BAD_INPUT;
}

void outbox_free(struct outbox *outbox)
{
    for (int i = 0; i < outbox->count; i++)
        buffer_free(&outbox->entries[i].whole);
    free(outbox->entries);
    *outbox = (struct outbox){.entries = NULL};
}

const struct outbox_entry *outbox_find(const struct outbox *outbox, const char *prefix, struct error *error)
{
    const struct outbox_entry *found = NULL;
    size_t length = strlen(prefix);
    error->code = ERROR_NONE;
    for (int i = 0; i < outbox->count && length; i++) {
        if (strncmp(outbox->entries[i].name, prefix, length) != 0)
            continue;
        if (found) {
            error_set(error, ERROR_USAGE, "several reports begin with \"%.80s\"", prefix);
            error_next(error, "write more of the id: passthru report list");
            return NULL;
        }
        found = &outbox->entries[i];
    }
    if (!found) {
        error_set(error, ERROR_NOT_FOUND, "no report in the outbox begins with \"%.80s\"", prefix);
        error_next(error, "passthru report list");
    }
    return found;
}

enum error_code outbox_drop(const char *directory, const struct outbox_entry *entry, struct error *error)
{
    const struct path path = path_of("%s/%s", directory, entry->name);
    int opened = outbox_open(directory, error);
    if (opened < 0)
        return error->code;
    close(opened);
    if (unlink(path.text) && errno != ENOENT)
        return error_set_errno(error, errno, "cannot remove %s", path.text);
    unlink(outbox_rejection_path(directory, entry->name).text);
    return file_sync(directory, error);
}
