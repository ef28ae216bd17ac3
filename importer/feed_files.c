/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/feed_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/file.h"
#include "core/report.h"
#include "feed/manifest.h"
#include "importer/line_reader.h"
#include "importer/table.h"

enum error_code feed_fetch(struct remote_update *update, const char *name, struct transfer *transfer,
                           struct error *error)
{
    transfer->file = update->remote->file;
    snprintf(transfer->url, sizeof transfer->url, "%s/%.100s", update->remote->url, name);
    enum error_code code = transfer_run(update->transfers, transfer, error);
    update->result.received += transfer->received;
    return code;
}

enum error_code feed_name_error(const struct remote_update *update, struct error *error, const char *next)
{
    const struct error why = *error;
    error_set(error, why.code, "%s: %s", update->remote->name, why.message);
    return error_next(error, "%s", *error_next_step(&why) ? error_next_step(&why) : next);
}

/* A file that is on its way into the cache. */
static struct path part_path(const struct remote_update *update, const struct path *name)
{
    return path_of("%s.part", feed_cache_path(update->cache, update->remote->name, name->text).text);
}

/* ---- segments ---- */

/* Whether a segment unpacks to as many lines as the manifest says. */
static enum error_code check_lines(const char *path, const struct segment *segment, struct error *error)
{
    struct line_reader *lines CLEANUP(line_reader_close) = NULL;
    enum line_status status = LINE_OK;
    char shown[32];
    int64_t records = 0;
    snprintf(shown, sizeof shown, "segment %.12s", segment->sha256);
    if (line_reader_open(path, shown, REPORT_MAX_BYTES + FEED_LINE_EXTRA, &lines, error))
        return error->code;
    if (!line_reader_is_zstd(lines)) /* it knows other codings too, and none */
        error_set(error, ERROR_REMOTE, "%s is not compressed with zstd", shown);
    while (!error->code && records <= segment->records) {
        const char *line = "";
        size_t length = 1;
        status = line_reader_next(lines, &line, &length, error);
        if (status == LINE_END || status == LINE_FAILED)
            break;
        records += status == LINE_TOO_LONG || length > 0;
    }
    if (error->code)
        return error->code;
    if (status != LINE_END)
        return error_set(error, ERROR_REMOTE, "%s has more than the %lld records that the manifest says",
                         shown, (long long)segment->records);
    if (records != segment->records)
        return error_set(error, ERROR_REMOTE, "%s has %lld records, the manifest says %lld", shown,
                         (long long)records, (long long)segment->records);
    return ERROR_NONE;
}

/* Puts a segment in its place when it is what the manifest says; else it is removed. */
static enum error_code take_segment(struct remote_update *update, const char *part,
                                    const struct segment *segment, struct error *error)
{
    const struct path path = feed_cache_segment_path(update->cache, update->remote->name, segment->sha256);
    if (feed_cache_check(part, segment, error) || check_lines(part, segment, error)) {
        unlink(part);
        if (error->code == ERROR_BAD_INPUT)
            error->code = ERROR_REMOTE;
        return error->code;
    }
    if (rename(part, path.text))
        return error_set_errno(error, errno, "cannot keep %s", path.text);
    update->result.segments_fetched++;
    return ERROR_NONE;
}

/* Fetches a segment, or what is missing of it; all of it where what was there is of something else. */
static enum error_code fetch_segment(struct remote_update *update, const struct segment *segment,
                                     struct error *error)
{
    const struct path name = feed_segment_path(segment->sha256);
    const struct path part = part_path(update, &name);
    for (int turn = 0;; turn++) {
        struct transfer transfer = {.path = part.text, .resume = true, .max_bytes = (uint64_t)segment->size};
        struct stat there;
        /* What is no file of ours is neither written to nor in the way. */
        bool resumed = lstat(part.text, &there) == 0 && S_ISREG(there.st_mode);
        if (!resumed)
            unlink(part.text);
        if (feed_fetch(update, name.text, &transfer, error))
            return error->code;
        if (take_segment(update, part.text, segment, error) != ERROR_REMOTE || !resumed || turn)
            return error->code;
    }
}

static enum error_code fetch_missing(struct remote_update *update, const struct manifest *manifest,
                                     struct error *error)
{
    for (int i = 0; i < manifest->segment_count; i++)
        if (!feed_cache_has(update->cache, update->remote->name, &manifest->segments[i]) &&
            fetch_segment(update, &manifest->segments[i], error))
            return error->code;
    return ERROR_NONE;
}

/* What cannot fit is not begun: it would fill the disk for everybody first. */
static enum error_code check_space(const struct remote_update *update, struct error *error)
{
    const struct path path = feed_cache_path(update->cache, update->remote->name, FEED_SEGMENTS);
    struct statvfs disk;
    const uint64_t missing = update->result.missing_bytes;
    /* Some file systems in user space say that they have no blocks at all. */
    if (statvfs(path.text, &disk) || !disk.f_blocks || (uint64_t)disk.f_bavail * disk.f_frsize >= missing)
        return error->code = ERROR_NONE;
    return error_set_errno(error, ENOSPC, "%llu MiB of reports cannot be kept in %s, where %llu MiB are free",
                           (unsigned long long)(missing + (1 << 20) - 1) >> 20, path.text,
                           (unsigned long long)disk.f_bavail * disk.f_frsize >> 20);
}

enum error_code feed_segments_fetch(struct remote_update *update, const struct manifest *manifest,
                                    struct error *error)
{
    if (feed_cache_create(update->cache, update->remote->name, FEED_SEGMENTS, error))
        return error->code;
    transfers_expect(update->transfers, update->result.missing_bytes);
    if (check_space(update, error) || fetch_missing(update, manifest, error))
        return feed_name_error(
            update, error,
            error->code == ERROR_REMOTE
                ? "what is in use stays; the next passthru sync continues where this one stopped"
                : "");
    error->code = ERROR_NONE;
    return update->result.segments_fetched ? feed_cache_flush(update->cache, update->remote->name, error)
                                           : ERROR_NONE;
}

void feed_segments_count(struct remote_update *update, const struct manifest *manifest)
{
    struct remote_result *result = &update->result;
    int missing = 0;
    result->segments = manifest->segment_count;
    result->missing_bytes = 0;
    for (int i = 0; i < manifest->segment_count; i++) {
        if (feed_cache_has(update->cache, update->remote->name, &manifest->segments[i]))
            continue;
        missing++;
        result->missing_bytes += (uint64_t)manifest->segments[i].size;
    }
    result->segments_kept = manifest->segment_count - missing - result->segments_fetched;
    if (update->dry_run)
        result->segments_fetched = missing;
}

void feed_segments_drop_damaged(const struct remote_update *update, const struct manifest *manifest)
{
    for (int i = 0; i < manifest->segment_count; i++) {
        const struct segment *segment = &manifest->segments[i];
        const struct path path =
            feed_cache_segment_path(update->cache, update->remote->name, segment->sha256);
        struct error why;
        if (feed_cache_has(update->cache, update->remote->name, segment) &&
            feed_cache_check(path.text, segment, &why) == ERROR_REMOTE)
            unlink(path.text);
    }
}

enum error_code feed_segments_mend(struct remote_update *update, const struct manifest *manifest,
                                   struct error *error)
{
    feed_segments_count(update, manifest);
    if (update->dry_run || !update->result.missing_bytes)
        return ERROR_NONE;
    feed_segments_drop_damaged(update, manifest); /* what removed some may have changed others */
    feed_segments_count(update, manifest);
    return feed_segments_fetch(update, manifest, error);
}

/* ---- tables ---- */

enum { MAX_LINE = 8192 };

/* One of a later passthru is not known here. */
static bool is_allowed(const struct remote *remote, const char *name)
{
    const struct table_kind *kind = table_kind_find(name);
    return kind && remote->knowledge >= (kind->is_about_verdict ? KNOWLEDGE_ALL : KNOWLEDGE_YES);
}

int64_t feed_knowledge_version(const char *path)
{
    struct line_reader *lines CLEANUP(line_reader_close) = NULL;
    struct error none;
    const char *line;
    size_t length;
    return !line_reader_open(path, path, MAX_LINE, &lines, &none) &&
                   line_reader_next(lines, &line, &length, &none) == LINE_OK
               ? table_version(line)
               : 0;
}

/* What is read of it again and again later on is no bomb. */
static enum error_code check_text(const char *path, const struct feed_table *table, struct error *error)
{
    struct line_reader *lines CLEANUP(line_reader_close) = NULL;
    enum line_status status;
    const char *line;
    size_t length = 0;
    size_t total = 0;
    if (!feed_knowledge_version(path))
        return error_set(error, ERROR_REMOTE, "table %s does not begin with its version", table->name);
    if (line_reader_open(path, table->name, MAX_LINE, &lines, error))
        return error->code;
    do {
        status = line_reader_next(lines, &line, &length, error);
        total += status == LINE_OK ? length + 1 : MAX_LINE;
    } while ((status == LINE_OK || status == LINE_TOO_LONG) && total <= TABLE_MAX_TEXT);
    if (status == LINE_FAILED)
        return error->code;
    return status == LINE_END ? (error->code = ERROR_NONE)
                              : error_set(error, ERROR_REMOTE, "table %s has more than %d MiB of text",
                                          table->name, TABLE_MAX_TEXT >> 20);
}

static enum error_code check_table(const char *path, const struct feed_table *table, struct error *error)
{
    if (feed_cache_check(path, &table->file, error) == ERROR_REMOTE)
        error_set(error, ERROR_REMOTE, "table %s is another one than the manifest says", table->name);
    if (error->code)
        return error->code;
    if (check_text(path, table, error) == ERROR_BAD_INPUT)
        error->code = ERROR_REMOTE;
    return error->code;
}

static enum error_code fetch_table(struct remote_update *update, const struct feed_table *table,
                                   struct error *error)
{
    const struct path name = feed_table_path(table->file.sha256);
    const struct path path = feed_cache_path(update->cache, update->remote->name, name.text);
    const struct path part = part_path(update, &name);
    struct transfer transfer = {.path = part.text, .max_bytes = (uint64_t)table->file.size};
    if (!feed_cache_check(path.text, &table->file, error))
        return ERROR_NONE;
    unlink(part.text);
    if (feed_fetch(update, name.text, &transfer, error) || check_table(part.text, table, error) ||
        file_sync(part.text, error) || file_move(part.text, path.text, error)) {
        unlink(part.text);
        return error->code;
    }
    return ERROR_NONE;
}

enum error_code feed_knowledge_fetch(struct remote_update *update, const struct manifest *manifest,
                                     struct error *error)
{
    struct segment allowed[MANIFEST_MAX_TABLES];
    int count = 0;
    const struct path directory = feed_cache_path(update->cache, update->remote->name, FEED_TABLES);
    error->code = ERROR_NONE;
    if (update->dry_run || (!update->remote->knowledge && access(directory.text, F_OK)))
        return ERROR_NONE;
    if (feed_cache_create(update->cache, update->remote->name, FEED_TABLES, error))
        return error->code;
    for (int i = 0; i < manifest->table_count && !error->code; i++) {
        if (!is_allowed(update->remote, manifest->tables[i].name))
            continue;
        allowed[count++] = manifest->tables[i].file;
        fetch_table(update, &manifest->tables[i], error);
    }
    /* What the manifest does not name any more, or what is not allowed, goes. */
    if (!error->code)
        feed_cache_remove_others(update->cache, update->remote->name, FEED_TABLES, feed_table_path, allowed,
                                 count);
    return error->code;
}
