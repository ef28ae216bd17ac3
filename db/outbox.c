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

#include "core/report.h"
#include "db/outbox_internal.h"

enum { MAX_WHOLE = 4 * REPORT_MAX_BYTES };

static const char ending[] = ".json";
/* What begins so is a file that is being written, or was when its writer died. */
static const char beginning_of_new[] = ".new-";

enum error_code outbox_locate(char folder[DATABASE_PATH_SIZE], struct error *error)
{
    const char *state_home = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    int length;
    error->code = ERROR_NONE;
    if (state_home && *state_home == '/') {
        length =
            snprintf(folder, DATABASE_PATH_SIZE - OUTBOX_NAME_SIZE - 64, "%s/passthru/outbox", state_home);
    } else if (home && *home == '/') {
        length = snprintf(folder, DATABASE_PATH_SIZE - OUTBOX_NAME_SIZE - 64,
                          "%s/.local/state/passthru/outbox", home);
    } else {
        error_set(error, ERROR_USAGE, "there is no place for reports: $HOME is not set");
        return error_next(error, "set XDG_STATE_HOME to a folder of yours");
    }
    if (length >= DATABASE_PATH_SIZE - OUTBOX_NAME_SIZE - 64)
        return error_set(error, ERROR_USAGE, "the name of the outbox is too long");
    return ERROR_NONE;
}

enum error_code outbox_prepare(const char *json, size_t length, struct buffer *whole, char id[REPORT_ID_SIZE],
                               struct error *error)
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

enum error_code outbox_make_folder(const char *folder, struct error *error)
{
    char path[DATABASE_PATH_SIZE];
    snprintf(path, sizeof path, "%s", folder);
    for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        int number = mkdir(path, 0700) ? errno : 0; /* access() sets errno, too */
        if (number && number != EEXIST && number != EISDIR && access(path, F_OK) != 0)
            return error_set_errno(error, number, "cannot make the folder %s", path);
        *slash = '/';
    }
    if (mkdir(path, 0700) && errno != EEXIST)
        return error_set_errno(error, errno, "cannot make the folder %s", path);
    return ERROR_NONE;
}

void outbox_join(char path[DATABASE_PATH_SIZE], const char *folder, const char *name, const char *after)
{
    snprintf(path, DATABASE_PATH_SIZE, "%s/%s%s", folder, name, after);
}

void outbox_remove_leftovers(const char *folder)
{
    char path[DATABASE_PATH_SIZE];
    DIR *stream = opendir(folder);
    for (const struct dirent *entry; stream && (entry = readdir(stream));)
        if (strncmp(entry->d_name, beginning_of_new, sizeof beginning_of_new - 1) == 0) {
            outbox_join(path, folder, entry->d_name, "");
            unlink(path);
        }
    if (stream)
        closedir(stream);
}

static bool write_all(int file, const char *bytes, size_t length)
{
    while (length) {
        ssize_t written = write(file, bytes, length);
        if (written < 0 && errno != EINTR)
            return false;
        bytes += written > 0 ? written : 0;
        length -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

enum error_code outbox_write_file(const char *path, int mode, const struct buffer *bytes, struct error *error)
{
    error->code = ERROR_NONE;
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (file < 0)
        return error_set_errno(error, errno, "cannot write %s", path);
    bool written = write_all(file, buffer_text(bytes), bytes->length) && fsync(file) == 0;
    int number = errno;
    if (close(file) && written) {
        written = false;
        number = errno;
    }
    if (written)
        return ERROR_NONE;
    unlink(path);
    return error_set_errno(error, number, "cannot write %s", path);
}

enum error_code outbox_sync_folder(int folder, const char *path, struct error *error)
{
    if (fsync(folder) && errno != EINVAL)
        return error_set_errno(error, errno, "cannot write the folder %s", path);
    return ERROR_NONE;
}

enum error_code outbox_replace_file(int opened, const char *folder, const char *name,
                                    const struct buffer *bytes, struct error *error)
{
    char path[DATABASE_PATH_SIZE];
    char new_path[DATABASE_PATH_SIZE];
    outbox_join(path, folder, name, "");
    outbox_join(new_path, folder, beginning_of_new, name);
    unlink(new_path); /* there are file systems without locks, so that it may be there */
    if (outbox_write_file(new_path, 0600, bytes, error))
        return error->code;
    if (rename(new_path, path)) {
        error_set_errno(error, errno, "cannot write %s", path);
        unlink(new_path);
        return error->code;
    }
    return outbox_sync_folder(opened, folder, error);
}

static enum error_code add_to(int opened, const char *folder, const char *id, const struct buffer *whole,
                              bool *is_new, struct error *error)
{
    char name[OUTBOX_NAME_SIZE];
    char path[DATABASE_PATH_SIZE];
    struct stat status;
    struct buffer line CLEANUP(buffer_free) = BUFFER(MAX_WHOLE);
    snprintf(name, sizeof name, "%s%s", id, ending);
    outbox_join(path, folder, name, "");
    buffer_append(&line, buffer_text(whole), whole->length);
    buffer_append_byte(&line, '\n');
    if (line.failed)
        return error_set(error, ERROR_NO_MEMORY, "no memory for a report");
    if (flock(opened, LOCK_EX) == 0)
        outbox_remove_leftovers(folder);
    /* One that is there is written over all the same: it may be damaged. */
    *is_new = lstat(path, &status) != 0;
    return outbox_replace_file(opened, folder, name, &line, error);
}

enum error_code outbox_add(const char *folder, const char *id, const struct buffer *whole, bool *is_new,
                           struct error *error)
{
    sigset_t all;
    sigset_t before;
    error->code = ERROR_NONE;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    if (!outbox_make_folder(folder, error)) {
        int opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (opened < 0)
            error_set_errno(error, errno, "cannot open the outbox %s", folder);
        else
            add_to(opened, folder, id, whole, is_new, error);
        if (opened >= 0)
            close(opened);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return error->code;
}

/* ---- reading ---- */

static bool ends_so(const char *name)
{
    size_t length = strlen(name);
    return name[0] != '.' && length > sizeof ending - 1 && length < OUTBOX_NAME_SIZE &&
           strcmp(name + length - (sizeof ending - 1), ending) == 0;
}

enum error_code outbox_read_file(const char *path, size_t max, struct buffer *text, struct error *error)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return error_set_errno(error, errno, "cannot read it");
    char *room = buffer_reserve(text, max + 2);
    ssize_t length = -1;
    if (fstat(file, &status) || !S_ISREG(status.st_mode)) {
        error_set(error, ERROR_BAD_INPUT, "it is no regular file");
    } else if (!room) {
        error_set(error, ERROR_NO_MEMORY, "no memory for a report");
    } else {
        length = read(file, room, max + 2);
        if (length < 0)
            error_set_errno(error, errno, "cannot read it");
        else if (length > (ssize_t)max + 1)
            error_set(error, ERROR_BAD_INPUT, "it has more than %zu bytes", max);
    }
    close(file);
    if (error->code)
        return error->code;
    length -= length && room[length - 1] == '\n';
    room[length] = '\0';
    text->length = (size_t)length;
    return ERROR_NONE;
}

static void read_entry(const char *folder, const char *name, struct outbox_entry *entry)
{
    char path[DATABASE_PATH_SIZE];
    struct buffer text CLEANUP(buffer_free) = BUFFER(MAX_WHOLE);
    struct error *error = &entry->error;
    *entry = (struct outbox_entry){.whole = BUFFER(MAX_WHOLE)};
    snprintf(entry->name, sizeof entry->name, "%s", name);
    outbox_join(path, folder, name, "");
    if (outbox_read_file(path, REPORT_MAX_BYTES, &text, error) ||
        outbox_prepare(buffer_text(&text), text.length, &entry->whole, entry->id, error)) {
        entry->id[0] = '\0';
        buffer_clear(&entry->whole);
    } else if (strncmp(name, entry->id, REPORT_ID_SIZE - 1) != 0) {
        error_set(error, ERROR_BAD_INPUT, "it was changed: its content does not have this id");
        entry->id[0] = '\0';
    }
    outbox_read_fate(folder, entry);
}

static int compare_entries(const void *a, const void *b)
{
    const struct outbox_entry *x = a;
    const struct outbox_entry *y = b;
    return strcmp(x->name, y->name);
}

enum error_code outbox_read(const char *folder, struct outbox *outbox, struct error *error)
{
    *outbox = (struct outbox){.entries = NULL};
    error->code = ERROR_NONE;
    DIR *stream = opendir(folder);
    if (!stream)
        return errno == ENOENT ? ERROR_NONE
                               : error_set_errno(error, errno, "cannot read the outbox %s", folder);
    for (const struct dirent *found; !error->code && (found = readdir(stream));) {
        if (!ends_so(found->d_name))
            continue;
        struct outbox_entry *more = outbox->count < OUTBOX_MAX_REPORTS
                                        ? realloc(outbox->entries, ((size_t)outbox->count + 1) * sizeof *more)
                                        : NULL;
        if (more) {
            outbox->entries = more;
            read_entry(folder, found->d_name, &more[outbox->count++]);
        } else if (outbox->count == OUTBOX_MAX_REPORTS) {
            error_set(error, ERROR_BAD_INPUT, "more than %d files are in the outbox %s", OUTBOX_MAX_REPORTS,
                      folder);
        } else {
            error_set(error, ERROR_NO_MEMORY, "no memory for the outbox");
        }
    }
    closedir(stream);
    if (outbox->count)
        qsort(outbox->entries, (size_t)outbox->count, sizeof *outbox->entries, compare_entries);
    return error->code;
}

void outbox_free(struct outbox *outbox)
{
    for (int i = 0; i < outbox->count; i++)
        buffer_free(&outbox->entries[i].whole);
    free(outbox->entries);
    *outbox = (struct outbox){.entries = NULL};
}

const struct outbox_entry *outbox_find(const struct outbox *outbox, const char *beginning,
                                       struct error *error)
{
    const struct outbox_entry *found = NULL;
    size_t length = strlen(beginning);
    error->code = ERROR_NONE;
    for (int i = 0; i < outbox->count && length; i++) {
        if (strncmp(outbox->entries[i].name, beginning, length) != 0)
            continue;
        if (found) {
            error_set(error, ERROR_USAGE, "several reports begin with \"%.80s\"", beginning);
            error_next(error, "write more of the id: passthru report list");
            return NULL;
        }
        found = &outbox->entries[i];
    }
    if (!found) {
        error_set(error, ERROR_NOT_FOUND, "no report in the outbox begins with \"%.80s\"", beginning);
        error_next(error, "passthru report list");
    }
    return found;
}

enum error_code outbox_drop(const char *folder, const struct outbox_entry *entry, struct error *error)
{
    char path[DATABASE_PATH_SIZE];
    error->code = ERROR_NONE;
    outbox_join(path, folder, entry->name, "");
    if (unlink(path) && errno != ENOENT)
        return error_set_errno(error, errno, "cannot remove %s", path);
    outbox_join_mark(path, folder, entry->name);
    unlink(path);
    int opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened >= 0) {
        enum error_code code = outbox_sync_folder(opened, folder, error);
        close(opened);
        return code;
    }
    return ERROR_NONE;
}
