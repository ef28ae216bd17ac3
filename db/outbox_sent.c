#include "db/outbox_sent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/json_reader.h"
#include "core/json_writer.h"
#include "core/text.h"
#include "db/outbox_internal.h"

/* An answer, each byte of which may take six in JSON, and what stands beside it. */
enum { MAX_ANSWER_JSON = 6 * OUTBOX_MAX_ANSWER + 16 * 1024 };

static const char answer_ending[] = ".answer.json";
/* So called, it is removed by the next one that has the right to send. */
static const char trial[] = ".new-trial";

void outbox_locate_sent(const char *folder, char sent[DATABASE_PATH_SIZE])
{
    const char *slash = strrchr(folder, '/');
    int parent = slash ? (int)(slash - folder) : 0;
    snprintf(sent, DATABASE_PATH_SIZE, "%.*s%ssent", parent, folder, slash ? "/" : "");
}

void outbox_join_mark(char path[DATABASE_PATH_SIZE], const char *folder, const char *name)
{
    const char *dot = strrchr(name, '.');
    int stem = dot ? (int)(dot - name) : (int)strlen(name);
    snprintf(path, DATABASE_PATH_SIZE, "%s/%.*s.refused", folder, stem, name);
}

/* ---- the JSON of an answer ---- */

static enum error_code append_answer(struct buffer *out, const struct outbox_answer *answer,
                                     struct error *error)
{
    struct json_writer writer = {.out = out, .for_terminal = true};
    char now[sizeof((struct outbox_refusal *)NULL)->time];
    char why[sizeof((struct outbox_refusal *)NULL)->why];
    time_t seconds = time(NULL);
    struct tm parts;
    if (!gmtime_r(&seconds, &parts) || !strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", &parts))
        now[0] = '\0';
    size_t length = answer->length < OUTBOX_MAX_ANSWER ? answer->length : OUTBOX_MAX_ANSWER;
    json_write_begin_object(&writer, NULL);
    json_write_string(&writer, "remote", answer->remote);
    json_write_string(&writer, "url", answer->url);
    json_write_integer(&writer, "status", answer->status);
    json_write_string(&writer, "time", now);
    json_write_bytes(&writer, "answer", answer->body ? answer->body : "", length);
    if (answer->status >= 400) {
        outbox_reason(answer->body, answer->length, why, sizeof why);
        json_write_string(&writer, "error", why);
    }
    json_write_end_object(&writer);
    buffer_append_byte(out, '\n');
    return out->failed ? error_set(error, ERROR_NO_MEMORY, "no memory for an answer") : ERROR_NONE;
}

/* Cut between two characters. */
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

static void copy_member(char *copy, size_t size, const json_t *object, const char *key)
{
    const char *text = json_member_text(object, key);
    if (text)
        copy_text(copy, size, text, strlen(text));
}

void outbox_reason(const char *body, size_t length, char *why, size_t size)
{
    json_auto_t *object = NULL;
    struct error error;
    why[0] = '\0';
    length = body ? length : 0;
    if (length && !json_read(body, length, &object, &error) && json_is_object(object))
        copy_member(why, size, object, "error");
    else if (length)
        copy_text(why, size, body, length);
    if (!why[0])
        snprintf(why, size, "it gives no reason");
}

/* ---- reading ---- */

bool outbox_was_sent(const char *folder, const char *id)
{
    char sent[DATABASE_PATH_SIZE];
    char path[DATABASE_PATH_SIZE];
    struct stat status;
    outbox_locate_sent(folder, sent);
    outbox_join(path, sent, id, ".json");
    return lstat(path, &status) == 0 && S_ISREG(status.st_mode);
}

int outbox_count_sent(const char *folder)
{
    char sent[DATABASE_PATH_SIZE];
    const size_t name_length = REPORT_ID_SIZE - 1 + sizeof ".json" - 1;
    int count = 0;
    outbox_locate_sent(folder, sent);
    DIR *stream = opendir(sent);
    for (const struct dirent *entry; stream && (entry = readdir(stream));)
        count +=
            strlen(entry->d_name) == name_length && strcmp(entry->d_name + REPORT_ID_SIZE - 1, ".json") == 0;
    if (stream)
        closedir(stream);
    return count;
}

void outbox_read_fate(const char *folder, struct outbox_entry *entry)
{
    char path[DATABASE_PATH_SIZE];
    struct stat status;
    struct error error = {.code = ERROR_NONE};
    struct buffer text CLEANUP(buffer_free) = BUFFER(2 * MAX_ANSWER_JSON);
    struct outbox_refusal *refusal = &entry->refusal;
    json_auto_t *answer = NULL;
    int64_t number;
    if (!entry->id[0])
        return;
    entry->was_sent = outbox_was_sent(folder, entry->id);
    outbox_join_mark(path, folder, entry->name);
    if (lstat(path, &status))
        return;
    /* A mark is one, whatever has become of its content. */
    refusal->status = 400;
    snprintf(refusal->why, sizeof refusal->why, "what it answered is lost");
    if (outbox_read_file(path, MAX_ANSWER_JSON, &text, &error) ||
        json_read(buffer_text(&text), text.length, &answer, &error))
        return;
    if (json_whole_number(json_object_get(answer, "status"), 400, 599, &number))
        refusal->status = (long)number;
    copy_member(refusal->remote, sizeof refusal->remote, answer, "remote");
    copy_member(refusal->time, sizeof refusal->time, answer, "time");
    copy_member(refusal->why, sizeof refusal->why, answer, "error");
}

/* ---- sending ---- */

/* Without locks, where a file system has none. */
static void lock(int folder, void (*waiting)(void))
{
    if (flock(folder, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return;
    if (waiting)
        waiting();
    while (flock(folder, LOCK_EX) != 0 && errno == EINTR)
        continue;
}

/* Writes as much as an answer can have in the outbox, and moves it. */
static enum error_code try_moving(const struct outbox_sending *sending, struct error *error)
{
    char from[DATABASE_PATH_SIZE];
    char to[DATABASE_PATH_SIZE];
    struct buffer bytes CLEANUP(buffer_free) = BUFFER(2 * MAX_ANSWER_JSON);
    char *room = buffer_reserve(&bytes, MAX_ANSWER_JSON);
    if (!room)
        return error_set(error, ERROR_NO_MEMORY, "no memory for an answer");
    memset(room, '\n', MAX_ANSWER_JSON);
    bytes.length = MAX_ANSWER_JSON;
    outbox_join(from, sending->outbox, trial, "");
    outbox_join(to, sending->sent, trial, "");
    if (!outbox_replace_file(sending->outbox_folder, sending->outbox, trial, &bytes, error) &&
        rename(from, to)) {
        error_set_errno(error, errno, "cannot move a file from %s to %s", sending->outbox, sending->sent);
        unlink(from);
    }
    unlink(to);
    return error->code;
}

static enum error_code open_folder(const char *path, int *folder, struct error *error)
{
    if (outbox_make_folder(path, error))
        return error->code;
    *folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int parent = *folder < 0 ? -1 : openat(*folder, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0)
        return error_set_errno(error, errno, "cannot open the folder %s", path);
    enum error_code code = outbox_sync_folder(parent, path, error); /* it may be new */
    close(parent);
    return code;
}

enum error_code outbox_begin_sending(const char *folder, void (*waiting)(void),
                                     struct outbox_sending *sending, struct error *error)
{
    *sending = (struct outbox_sending){.outbox_folder = -1, .sent_folder = -1};
    error->code = ERROR_NONE;
    snprintf(sending->outbox, sizeof sending->outbox, "%s", folder);
    outbox_locate_sent(folder, sending->sent);
    if (!open_folder(sending->outbox, &sending->outbox_folder, error) &&
        !open_folder(sending->sent, &sending->sent_folder, error)) {
        lock(sending->sent_folder, waiting);
        outbox_remove_leftovers(sending->sent);
        lock(sending->outbox_folder, NULL);
        if (!try_moving(sending, error)) {
            flock(sending->outbox_folder, LOCK_UN);
            return ERROR_NONE;
        }
    }
    outbox_end_sending(sending);
    if (!error->next[0])
        error_next(error, "nothing was sent: what is sent must be kept");
    return error->code;
}

void outbox_end_sending(struct outbox_sending *sending)
{
    if (sending->outbox_folder >= 0)
        close(sending->outbox_folder);
    if (sending->sent_folder >= 0)
        close(sending->sent_folder);
    sending->outbox_folder = sending->sent_folder = -1;
}

static enum error_code move(const struct outbox_sending *sending, const struct outbox_entry *entry,
                            struct error *error)
{
    char from[DATABASE_PATH_SIZE];
    char to[DATABASE_PATH_SIZE];
    outbox_join_mark(from, sending->outbox, entry->name);
    unlink(from);
    outbox_join(from, sending->outbox, entry->name, "");
    outbox_join(to, sending->sent, entry->id, ".json");
    if (rename(from, to))
        return error_set_errno(error, errno, "cannot move %s to %s", from, sending->sent);
    if (outbox_sync_folder(sending->sent_folder, sending->sent, error))
        return error->code;
    return outbox_sync_folder(sending->outbox_folder, sending->outbox, error);
}

enum error_code outbox_keep_sent(const struct outbox_sending *sending, const struct outbox_entry *entry,
                                 const struct outbox_answer *answer, struct error *error)
{
    char name[OUTBOX_NAME_SIZE];
    struct buffer json CLEANUP(buffer_free) = BUFFER(MAX_ANSWER_JSON);
    sigset_t all;
    sigset_t before;
    error->code = ERROR_NONE;
    snprintf(name, sizeof name, "%s%s", entry->id, answer_ending);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    /* The answer first: whatever is in sent/ has one. */
    bool failed =
        (answer && (append_answer(&json, answer, error) ||
                    outbox_replace_file(sending->sent_folder, sending->sent, name, &json, error))) ||
        move(sending, entry, error);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return failed ? error->code : ERROR_NONE;
}

enum error_code outbox_mark_refused(const struct outbox_sending *sending, const struct outbox_entry *entry,
                                    const struct outbox_answer *answer, struct error *error)
{
    char path[DATABASE_PATH_SIZE];
    struct buffer json CLEANUP(buffer_free) = BUFFER(MAX_ANSWER_JSON);
    sigset_t all;
    sigset_t before;
    error->code = ERROR_NONE;
    outbox_join_mark(path, sending->outbox, entry->name);
    if (append_answer(&json, answer, error))
        return error->code;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    lock(sending->outbox_folder, NULL);
    enum error_code code =
        outbox_replace_file(sending->outbox_folder, sending->outbox, strrchr(path, '/') + 1, &json, error);
    flock(sending->outbox_folder, LOCK_UN);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return code;
}
