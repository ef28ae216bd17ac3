#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "importer/feed_cache.h"
#include "importer/feed_retractions.h"
#include "importer/rebuild_internal.h"
#include "importer/reports.h"

static int compare_names(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* The reports of a source that are there already. */
static enum error_code continue_source(struct rebuild *work, const struct old_source *old, const char *hash,
                                       struct error *error)
{
    work->summary->reports += old->records;
    return builder_complete_source(work->builder, old->id, NULL, NULL, hash, old->is_cached, old->records,
                                   old->refused, error);
}

/* All *.ndjson below data/reports, in the order of their names. */
static enum error_code read_bundled_reports(struct rebuild *work, struct error *error)
{
    char folder[DATABASE_PATH_SIZE];
    int64_t source;
    struct report_counts counts = {0, 0};
    rebuild_data_path(work, "reports", folder);
    if (work->continues) {
        char hash[65];
        rebuild_hash_folder(folder, hash);
        const struct old_source *old = rebuild_find_old(work, false, hash);
        work->misfits = !old;
        return old ? continue_source(work, old, hash, error)
                   : error_set(error, ERROR_SYSTEM, "the bundled reports have changed meanwhile");
    }
    long refused_before = work->problems->refused;
    if (builder_add_source(work->builder, "reports", folder, &source, error))
        return error->code;
    FTS *tree = fts_open((char *[]){folder, NULL}, FTS_PHYSICAL | FTS_NOCHDIR, compare_names);
    if (!tree)
        return error_set_errno(error, errno, "cannot list %s", folder);
    enum error_code code = ERROR_NONE;
    for (FTSENT *entry; !code && (entry = fts_read(tree));) {
        const char *ending = strrchr(entry->fts_name, '.');
        if (entry->fts_info == FTS_F && ending && strcmp(ending, ".ndjson") == 0)
            code = reports_read_file(entry->fts_path, entry->fts_path, work->builder, source, &counts,
                                     work->problems, error);
    }
    fts_close(tree);
    work->summary->reports += counts.reports;
    if (code)
        return code;
    work->bundled =
        (struct bundled_reports){source, counts.reports, work->problems->refused - refused_before};
    return builder_complete_source(work->builder, source, NULL, NULL, NULL, false, counts.reports,
                                   work->problems->refused - refused_before, error);
}

/* ---- reports that users imported ---- */

static enum error_code read_reports(struct rebuild *work, const char *path, const char *shown,
                                    const char *hash, struct problems *problems, int64_t *source,
                                    int64_t *valid, struct error *error)
{
    struct report_counts counts = {0, 0};
    long refused_before = problems->refused;
    if (builder_add_source(work->builder, "reports", shown, source, error) ||
        reports_read_file(path, shown, work->builder, *source, &counts, problems, error))
        return error->code;
    *valid = counts.reports;
    work->summary->reports += *valid;
    return builder_complete_source(work->builder, *source, NULL, NULL, hash, true, *valid,
                                   problems->refused - refused_before, error);
}

static enum error_code read_cached_reports(void *context, const char *path, const char *hash,
                                           struct error *error)
{
    struct rebuild *work = context;
    int64_t source;
    int64_t valid;
    /* A file that is being imported again speaks for itself: its problems are told again. */
    for (int i = 0; i < work->request->file_count; i++)
        if (strcmp(work->incoming[i].hash, hash) == 0)
            return ERROR_NONE;
    const struct old_source *old = rebuild_find_old(work, false, hash);
    if (old)
        return continue_source(work, old, hash, error);
    return read_reports(work, path, path, hash, &work->quiet, &source, &valid, error);
}

static enum error_code read_given_reports(struct rebuild *work, int number, struct error *error)
{
    const struct incoming_source *incoming = &work->incoming[number];
    const char *shown = work->request->files[number].shown;
    long refused_before = work->problems->refused;
    bool known = source_cache_has_reports(work->cache, incoming->hash);
    int64_t source;
    int64_t valid;
    if (read_reports(work, incoming->path, shown, incoming->hash, work->problems, &source, &valid, error))
        return error->code;
    if (!valid && work->problems->refused > refused_before) {
        error_set(error, ERROR_BAD_INPUT, "%s: none of its %ld records is a report", shown,
                  work->problems->refused - refused_before);
        return error_next(error, "correct them; data/README.md shows what a report looks like");
    }
    if (!known) {
        work->new_sources[number] = source;
        work->summary->new_reports += valid;
    }
    return ERROR_NONE;
}

/* ---- reports of feeds ---- */

/* The segments of a feed that are read in a row. */
struct segment_row {
    const struct source_cache *cache;
    const char *name;
    const struct segment *segments;
    int count;
};

/* In the thread that reads: a segment that the disk has spoilt is removed, and fetched again by the next
 * sync. */
static bool segment_path(void *context, int number, char path[DATABASE_PATH_SIZE], struct error *error)
{
    const struct segment_row *row = context;
    if (number >= row->count)
        return false;
    feed_cache_segment_path(row->cache, row->name, row->segments[number].sha256, path);
    if (!feed_cache_check(path, &row->segments[number], error))
        return true;
    if (error->code == ERROR_REMOTE) /* what could not be read may be sound */
        unlink(path);
    error_set(error, ERROR_BAD_INPUT, "segment %.12s of the feed %s is missing or damaged",
              row->segments[number].sha256, row->name);
    error_next(error, "fetch it again with: passthru sync %s; or go on without the feed with --force",
               row->name);
    return false;
}

static void segment_shown(void *context, int number, char text[SHOWN_FILE_SIZE])
{
    const struct segment_row *row = context;
    snprintf(text, SHOWN_FILE_SIZE, "%s/%.12s", row->name, row->segments[number].sha256);
}

bool rebuild_feed_is_incoming(const struct rebuild *work, const char *name)
{
    for (int i = 0; i < work->request->feed_count; i++)
        if (strcmp(work->request->feeds[i], name) == 0)
            return true;
    return false;
}

/* Only what is not there already remains to be read. */
static enum error_code leave_new_segments(struct rebuild *work, const struct old_source *old,
                                          struct manifest *manifest, struct error *error)
{
    int kept = 0;
    for (int i = 0; i < manifest->segment_count; i++)
        if (!rebuild_has_segment(&old->manifest, &manifest->segments[i]))
            manifest->segments[kept++] = manifest->segments[i];
    manifest->segment_count = kept;
    /* What was taken back must be known for good: it also holds for reports that are added later. */
    work->misfits = feed_retractions_read(work->cache, old->name, old->hash, work->builder, old->id, error);
    return error->code;
}

/* How many of a manifest's segments the one in use names, too; they come first then. What is wrong in them
 * was told when they were new. */
static int put_known_first(const struct rebuild *work, const char *name, struct manifest *manifest)
{
    char path[DATABASE_PATH_SIZE];
    char hash[MANIFEST_HASH_SIZE];
    struct manifest known;
    struct error none = {.code = ERROR_NONE};
    int count = 0;
    if (!rebuild_feed_is_incoming(work, name))
        return manifest->segment_count;
    feed_cache_path(work->cache, name, FEED_MANIFEST, path);
    if (feed_cache_manifest(path, &known, hash, &none))
        return 0;
    rebuild_sort_segments(&known);
    for (int i = 0; i < manifest->segment_count; i++) {
        struct segment segment = manifest->segments[i];
        if (!rebuild_has_segment(&known, &segment))
            continue;
        manifest->segments[i] = manifest->segments[count];
        manifest->segments[count++] = segment;
    }
    manifest_free(&known);
    return count;
}

/* Reads some of a feed's segments; the number of lines that were left out is added to `refused`. */
static enum error_code read_row(struct rebuild *work, const struct segment_row *row, int64_t source,
                                struct report_counts *counts, struct problems *problems, int64_t *refused,
                                struct error *error)
{
    const struct report_input input = {(void *)row, segment_path, segment_shown, true};
    long before = problems->refused;
    enum error_code code = reports_read(&input, work->builder, source, counts, problems, error);
    *refused += problems->refused - before;
    return code;
}

static enum error_code note_feed(struct rebuild *work, const char *name, const char *hash, int64_t source,
                                 int64_t reports, bool continues, struct error *error)
{
    work->summary->reports += reports;
    if (work->summary->feed_count == MAX_REMOTES)
        return ERROR_NONE;
    struct rebuild_feed *feed = &work->summary->feeds[work->summary->feed_count++];
    *feed = (struct rebuild_feed){.source = source, .reports = reports, .continues = continues};
    snprintf(feed->name, sizeof feed->name, "%s", name);
    return feed_retractions_write(work->cache, name, hash, work->builder, source, error);
}

static enum error_code read_segments(struct rebuild *work, const char *name, struct manifest *manifest,
                                     const char *hash, struct error *error)
{
    const struct old_source *old = rebuild_find_old(work, true, name);
    struct report_counts counts = {0, 0};
    int64_t refused = old ? old->refused : 0;
    char version[32];
    int64_t source;
    snprintf(version, sizeof version, "%lld", (long long)manifest->version);
    if (old) {
        source = old->id;
        counts.reports = old->records;
        if (leave_new_segments(work, old, manifest, error))
            return error->code;
    } else if (builder_add_source(work->builder, "feed", name, &source, error)) {
        return error->code;
    }
    int known = old ? 0 : put_known_first(work, name, manifest);
    const struct segment_row rows[] = {
        {work->cache, name, manifest->segments, known},
        {work->cache, name, manifest->segments + known, manifest->segment_count - known}};
    if (read_row(work, &rows[0], source, &counts, &work->quiet, &refused, error) ||
        read_row(work, &rows[1], source, &counts, work->problems, &refused, error))
        return error->code;
    /* Another source may have had a report that is taken back now, and it was left out: read that one again.
     */
    if (counts.retractions && work->continues && work->old.duplicates) {
        work->misfits = true;
        return error_set(error, ERROR_SYSTEM, "retractions and duplicates");
    }
    if (note_feed(work, name, hash, source, counts.reports, old, error))
        return error->code;
    return builder_complete_source(work->builder, source, version, manifest->created, hash, true,
                                   counts.reports, refused, error);
}

/* Whether all segments are there as they should be. */
static bool is_whole(const struct rebuild *work, const char *name, const struct manifest *manifest,
                     struct error *error)
{
    for (int i = 0; i < manifest->segment_count && !error->code; i++) {
        char path[DATABASE_PATH_SIZE];
        feed_cache_segment_path(work->cache, name, manifest->segments[i].sha256, path);
        if (feed_cache_check(path, &manifest->segments[i], error))
            break;
    }
    return !error->code;
}

static enum error_code read_feed(void *context, const char *name, struct error *error)
{
    struct rebuild *work = context;
    bool incoming = rebuild_feed_is_incoming(work, name);
    char path[DATABASE_PATH_SIZE];
    char hash[MANIFEST_HASH_SIZE];
    struct manifest manifest;
    feed_cache_path(work->cache, name, incoming ? FEED_NEW_MANIFEST : FEED_MANIFEST, path);
    if (feed_cache_manifest(path, &manifest, hash, error) == ERROR_NOT_FOUND)
        return error->code = ERROR_NONE; /* no update of it was ever whole */
    if (!error->code && work->request->force && !is_whole(work, name, &manifest, error))
        manifest_free(&manifest);
    if (error->code && work->request->force) {
        /* It is forgotten: nothing waits for it, and a sync fetches it anew. */
        problems_warn(work->problems, name, 0, "is left out: %s", error->message);
        unlink(path);
        return error->code = ERROR_NONE;
    }
    if (error->code) {
        error->code = ERROR_BAD_INPUT;
        return error_next(error, "fetch it again with: passthru sync %s; or go on without it with --force",
                          name);
    }
    read_segments(work, name, &manifest, hash, error);
    manifest_free(&manifest);
    return error->code;
}

enum error_code rebuild_keep_feeds(struct rebuild *work, struct error *error)
{
    for (int i = 0; i < work->summary->feed_count; i++) {
        const struct rebuild_feed *feed = &work->summary->feeds[i];
        if (feed_retractions_keep(work->cache, feed->name, error))
            return error->code;
    }
    for (int i = 0; i < work->request->feed_count; i++)
        if (feed_cache_keep(work->cache, work->request->feeds[i], error))
            return error->code;
    return ERROR_NONE;
}

/* ---- all of them ---- */

enum error_code rebuild_read_reports(struct rebuild *work, struct error *error)
{
    if (rebuild_as_starter(work, read_bundled_reports, error) ||
        source_cache_each_reports(work->cache, read_cached_reports, work, error))
        return error->code;
    for (int i = 0; i < work->request->file_count; i++)
        if (work->incoming[i].kind == SOURCE_REPORTS && read_given_reports(work, i, error))
            return error->code;
    return feed_cache_each(work->cache, read_feed, work, error);
}
