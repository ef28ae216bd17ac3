/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/source_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/file.h"
#include "core/owner.h"
#include "importer/line_reader.h"

enum { COPY_CHUNK = 64 * 1024, SNIFF_LINES = 64, SNIFF_LINE = 16 * 1024, HASH_DIGITS = 64 };

static const long long max_source_bytes = 4LL << 30;
static const char reports_prefix[] = "reports-";
static const char incoming_prefix[] = "incoming-";
static const char download_prefix[] = "download-"; /* list_update.c */

/* How long another import is waited for: the longest that is known takes a tenth of it. */
enum { LOCK_WAIT_SECONDS = 600, LOOKS_A_SECOND = 5 };

/* SQLite takes no longer paths, with what it appends to them (SQLITE_MAX_PATHLEN of its os_unix.c). */
enum { MAX_SQLITE_PATH = 512 - sizeof ".new-journal" };

/* Only a regular file is ever replaced by a database, and a file that does not exist. `parent` is its open
 * directory, in which root becomes the owner of the file where anybody can have put it. */
static enum error_code check_target(int parent, const char *path, struct error *error)
{
    const struct path directory = file_parent(path);
    char real[PATH_MAX];
    const char *name = basename(path);
    struct stat place;
    struct stat status;
    if (fstat(parent, &place) || !realpath(directory.text, real))
        return error_set_errno(error, errno, "cannot examine directory %s", directory.text);
    if (strlen(real) + 1 + strlen(name) > MAX_SQLITE_PATH) {
        error_set(error, ERROR_USAGE, "the path of the database has more than %d bytes", MAX_SQLITE_PATH);
        return error_next(error, "name a shorter one with --db");
    }
    error->code = ERROR_NONE;
    if (fstatat(parent, *name ? name : ".", &status, AT_SYMLINK_NOFOLLOW))
        return errno == ENOENT ? ERROR_NONE : error_set_errno(error, errno, "cannot examine %s", path);
    if (S_ISREG(status.st_mode))
        return place.st_mode & S_IWOTH ? owner_become(&status, path, error) : ERROR_NONE;
    error_set(error, ERROR_FOREIGN_DATABASE, "%s is %s", path,
              S_ISDIR(status.st_mode)   ? "a directory, not a database"
              : S_ISLNK(status.st_mode) ? "a symbolic link, which a database does not replace"
                                        : "not a regular file");
    return error_next(error, "name the file itself with --db, or another one");
}

/* Opens the lock, which only its owner may hold: who can read it can. */
static enum error_code open_lock(struct source_cache *cache, const char *path, struct error *error)
{
    struct stat status;
    cache->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
    if (cache->lock < 0 || fstat(cache->lock, &status))
        return error_set_errno(error, errno, "cannot open the lock %s", path);
    if (!S_ISREG(status.st_mode) || status.st_nlink != 1) {
        error_set(error, ERROR_PERMISSION, "the lock %s is not a regular file of its own", path);
        return error_next(error, "remove it and try again");
    }
    if (owner_check(cache->lock, path, error))
        return error->code;
    /* Earlier versions let everybody read it. */
    return status.st_mode & 077 && fchmod(cache->lock, 0600)
               ? error_set_errno(error, errno, "cannot keep the lock %s from others", path)
               : ERROR_NONE;
}

static enum error_code take_lock(struct source_cache *cache, const char *path, void (*waiting)(void),
                                 struct error *error)
{
    if (open_lock(cache, path, error))
        return error->code;
    if (flock(cache->lock, LOCK_EX | LOCK_NB) == 0)
        return ERROR_NONE;
    if (waiting)
        waiting();
    const struct timespec pause = {.tv_nsec = 1000 * 1000 * 1000 / LOOKS_A_SECOND};
    for (int looks = 0; looks < LOCK_WAIT_SECONDS * LOOKS_A_SECOND; looks++) {
        nanosleep(&pause, NULL);
        if (flock(cache->lock, LOCK_EX | LOCK_NB) == 0)
            return ERROR_NONE;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return error_set_errno(error, errno, "cannot take the lock %s", path);
    }
    error_set(error, ERROR_SYSTEM, "another import has had the lock %.400s for %d minutes", path,
              LOCK_WAIT_SECONDS / 60);
    return error_next(error,
                      "see what it does (ps -C passthru-import -o pid,etime,args), end it, and try again");
}

struct path source_cache_path(const struct source_cache *cache, const char *name)
{
    return path_of("%.3900s/%.180s", cache->directory, name);
}

static int is_reports(const struct dirent *entry)
{
    const char *hash = entry->d_name + sizeof reports_prefix - 1;
    return strncmp(entry->d_name, reports_prefix, sizeof reports_prefix - 1) == 0 &&
           strlen(hash) == HASH_DIGITS && strspn(hash, "0123456789abcdef") == HASH_DIGITS;
}

struct source_cache source_cache_view(const char *database_path)
{
    struct source_cache cache = {.lock = -1};
    snprintf(cache.directory, sizeof cache.directory, "%s.sources", database_path);
    return cache;
}

/* Makes the cache in its open parent directory. One that is there must be this user's: what is in it becomes
 * part of the database. */
static enum error_code make_cache(int parent, const char *path, struct error *error)
{
    const char *name = basename(path);
    int made = mkdirat(parent, name, 0755) && errno != EEXIST
                   ? -1
                   : openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (made < 0) {
        int number = errno;
        error_set_errno(error, number, "cannot open the source cache %s", path);
        return number == ENOTDIR ? error_next(error, "remove it: it must be a directory, not a link to one")
                                 : error->code;
    }
    enum error_code code = owner_check(made, path, error);
    close(made);
    return code;
}

/* Has the directory of a database, its lock, and the cache, in this order. */
static enum error_code enter(struct source_cache *cache, const char *database_path, void (*waiting)(void),
                             struct error *error)
{
    int parent = owner_enter(file_parent(database_path).text, 0755, error);
    if (parent < 0)
        return error->code;
    enum error_code code = check_target(parent, database_path, error) ||
                                   take_lock(cache, path_of("%s.lock", database_path).text, waiting, error)
                               ? error->code
                               : make_cache(parent, cache->directory, error);
    close(parent);
    return code;
}

enum error_code source_cache_open(const char *database_path, void (*waiting)(void),
                                  struct source_cache *cache, struct error *error)
{
    *cache = source_cache_view(database_path);
    if (enter(cache, database_path, waiting, error)) {
        source_cache_close(cache);
        if (error->code == ERROR_PERMISSION && !error->next[0])
            error_next(error,
                       "run it as a user who can write %.200s, or name another database with --db FILE",
                       database_path);
        return error->code;
    }
    file_remove_leftovers(cache->directory, incoming_prefix);
    file_remove_leftovers(cache->directory, download_prefix);
    /* A database that was being built: who has the lock is the only one who builds. */
    unlink(path_of("%s.new", database_path).text);
    return ERROR_NONE;
}

void source_cache_close(struct source_cache *cache)
{
    if (cache->lock >= 0)
        close(cache->lock);
    cache->lock = -1;
}

static enum error_code copy(int from, int to, const char *shown, char hash[65], struct error *error)
{
    unsigned char digest[crypto_generichash_BYTES];
    crypto_generichash_state state;
    long long total = 0;
    unsigned char chunk[COPY_CHUNK];
    crypto_generichash_init(&state, NULL, 0, sizeof digest);
    for (;;) {
        ssize_t got = TEMP_FAILURE_RETRY(read(from, chunk, sizeof chunk));
        if (got < 0 && errno == EISDIR) {
            error_set(error, ERROR_BAD_INPUT, "%s is a directory", shown);
            return error_next(error, "name the files in it");
        }
        if (got < 0)
            return error_set_errno(error, errno, "cannot read %s", shown);
        if (got == 0)
            break;
        total += got;
        if (total > max_source_bytes)
            return error_set(error, ERROR_BAD_INPUT, "%s is larger than 4 GiB", shown);
        crypto_generichash_update(&state, chunk, (unsigned long long)got);
        if (!file_write_all(to, (const char *)chunk, (size_t)got))
            return error_set_errno(error, errno, "cannot copy %s into the source cache", shown);
    }
    crypto_generichash_final(&state, digest, sizeof digest);
    sodium_bin2hex(hash, 65, digest, sizeof digest);
    return ERROR_NONE;
}

static bool name_contains(const char *path, const char *part)
{
    const char *slash = strrchr(path, '/');
    return strstr(slash ? slash + 1 : path, part) != NULL;
}

static bool is_json_line(const char *line)
{
    line += strspn(line, " \t");
    return line[0] == '{' && strchr("\" \t}", line[1]);
}

/* What the first lines of a file look like. */
struct first_lines {
    long seen;
    long json;
    enum source_kind list; /* the last kind that has a line like one of them, else pci.ids */
};

static enum error_code look_at_lines(const char *path, const char *shown, struct first_lines *lines,
                                     struct error *error)
{
    struct line_reader *reader CLEANUP(line_reader_close) = NULL;
    if (line_reader_open(path, shown, SNIFF_LINE, &reader, error))
        return error->code;
    while (lines->seen < SNIFF_LINES) {
        const char *line;
        size_t length;
        enum line_status status = line_reader_next(reader, &line, &length, error);
        if (status == LINE_END || status == LINE_FAILED)
            break;
        if (status == LINE_OK && line[strspn(line, " \t")] == '\0')
            continue;
        lines->seen++;
        lines->json += status == LINE_OK && is_json_line(line);
        for (int i = 0; i < list_kind_count(); i++)
            if (status == LINE_OK && list_kinds[i].has_line && list_kinds[i].has_line(line))
                lines->list = (enum source_kind)i;
    }
    return error->code;
}

/* By the file's name, else by its first lines. */
static enum source_kind kind_of(const char *shown, const struct first_lines *lines)
{
    bool is_json = name_contains(shown, ".ndjson") || name_contains(shown, ".json");
    for (int i = 0; i < list_kind_count(); i++)
        if ((list_kinds[i].is_json || !is_json) && name_contains(shown, list_kinds[i].name_part))
            return (enum source_kind)i;
    if (is_json || (lines->json && 2 * lines->json >= lines->seen))
        return SOURCE_REPORTS;
    return lines->list;
}

static enum error_code detect_kind(struct incoming_source *incoming, const char *shown, struct error *error)
{
    struct first_lines lines = {.list = SOURCE_PCI_IDS};
    if (look_at_lines(incoming->path, shown, &lines, error))
        return error->code;
    incoming->kind = kind_of(shown, &lines);
    if (lines.seen || incoming->kind == SOURCE_REPORTS)
        return ERROR_NONE;
    error_set(error, ERROR_BAD_INPUT, "%s is empty", shown);
    return error_next(error, "give a pci.ids, or reports as NDJSON, one JSON object a line");
}

enum error_code source_cache_receive(struct source_cache *cache, const char *path, const char *shown,
                                     struct incoming_source *incoming, struct error *error)
{
    bool from_stdin = strcmp(path, "-") == 0;
    snprintf(incoming->path, sizeof incoming->path, "%.3900s/%s%d", cache->directory, incoming_prefix,
             ++cache->received);
    int from = from_stdin ? STDIN_FILENO : owner_open(path, O_RDONLY);
    if (from < 0) {
        int number = errno;
        error_set_errno(error, number, "cannot open %s", path);
        if (number == ENOENT || number == ENOTDIR)
            error->code = ERROR_BAD_INPUT;
        return error_next(error, "check the name; - is standard input");
    }
    /* It may be a private file that was named by mistake. */
    int to = open(incoming->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (to < 0)
        error_set_errno(error, errno, "cannot write to the source cache %s", cache->directory);
    else
        copy(from, to, shown, incoming->hash, error);
    if (!from_stdin)
        close(from);
    if (to >= 0)
        close(to);
    return error->code ? error->code : detect_kind(incoming, shown, error);
}

static struct path reports_path(const struct source_cache *cache, const char *hash)
{
    return path_of("%.3900s/%s%.64s", cache->directory, reports_prefix, hash);
}

enum error_code source_cache_keep(struct source_cache *cache, const struct incoming_source *incoming,
                                  struct error *error)
{
    const struct path path = incoming->kind == SOURCE_REPORTS
                                 ? reports_path(cache, incoming->hash)
                                 : source_cache_path(cache, list_kinds[incoming->kind].name);
    if (chmod(incoming->path, file_public_mode()))
        return error_set_errno(error, errno, "cannot keep %s", path.text);
    return file_sync(incoming->path, error) ? error->code : file_move(incoming->path, path.text, error);
}

bool source_cache_list(const struct source_cache *cache, enum source_kind kind, char path[DATABASE_PATH_SIZE])
{
    memcpy(path, source_cache_path(cache, list_kinds[kind].name).text, DATABASE_PATH_SIZE);
    return access(path, R_OK) == 0;
}

bool source_cache_has_reports(const struct source_cache *cache, const char *hash)
{
    return access(reports_path(cache, hash).text, F_OK) == 0;
}

enum error_code source_cache_each_reports(const struct source_cache *cache,
                                          enum error_code (*each)(void *context, const char *path,
                                                                  const char *hash, struct error *error),
                                          void *context, struct error *error)
{
    struct dirent **entries;
    int count = scandir(cache->directory, &entries, is_reports, alphasort);
    if (count < 0)
        return error_set_errno(error, errno, "cannot list the source cache %s", cache->directory);
    for (int i = 0; i < count; i++) {
        const char *hash = entries[i]->d_name + sizeof reports_prefix - 1;
        if (!error->code)
            each(context, reports_path(cache, hash).text, hash, error);
        free(entries[i]);
    }
    free(entries);
    return error->code;
}
