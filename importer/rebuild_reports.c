#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "importer/feed_cache.h"
#include "importer/rebuild_internal.h"
#include "importer/reports.h"

static int compare_names(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* All *.ndjson below data/reports, in the order of their names. */
static enum error_code read_bundled_reports(struct rebuild *work, struct error *error)
{
    char folder[DATABASE_PATH_SIZE];
    int64_t source;
    struct report_counts counts = {0, 0};
    rebuild_data_path(work, "reports", folder);
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
    unlink(path);
    error_set(error, ERROR_BAD_INPUT, "segment %.12s of the feed %s is missing or damaged",
              row->segments[number].sha256, row->name);
    error_next(error, "fetch it again with: passthru sync %s", row->name);
    return false;
}

static void segment_shown(void *context, int number, char text[SHOWN_FILE_SIZE])
{
    const struct segment_row *row = context;
    snprintf(text, SHOWN_FILE_SIZE, "%s/%.12s", row->name, row->segments[number].sha256);
}

static bool is_incoming(const struct rebuild *work, const char *name)
{
    for (int i = 0; i < work->request->feed_count; i++)
        if (strcmp(work->request->feeds[i], name) == 0)
            return true;
    return false;
}

static enum error_code read_segments(struct rebuild *work, const char *name, const struct manifest *manifest,
                                     const char *hash, struct problems *problems, struct error *error)
{
    struct segment_row row = {work->cache, name, manifest->segments, manifest->segment_count};
    const struct report_input input = {&row, segment_path, segment_shown, true};
    struct report_counts counts = {0, 0};
    long refused_before = problems->refused;
    char version[32];
    int64_t source;
    snprintf(version, sizeof version, "%lld", (long long)manifest->version);
    if (builder_add_source(work->builder, "feed", name, &source, error) ||
        reports_read(&input, work->builder, source, &counts, problems, error))
        return error->code;
    work->summary->reports += counts.reports;
    if (work->summary->feed_count < MAX_REMOTES) {
        struct rebuild_feed *feed = &work->summary->feeds[work->summary->feed_count++];
        *feed = (struct rebuild_feed){.source = source, .reports = counts.reports};
        snprintf(feed->name, sizeof feed->name, "%s", name);
    }
    return builder_complete_source(work->builder, source, version, manifest->created, hash, true,
                                   counts.reports, problems->refused - refused_before, error);
}

static enum error_code read_feed(void *context, const char *name, struct error *error)
{
    struct rebuild *work = context;
    bool incoming = is_incoming(work, name);
    char path[DATABASE_PATH_SIZE];
    char hash[MANIFEST_HASH_SIZE];
    struct manifest manifest;
    feed_cache_path(work->cache, name, incoming ? FEED_NEW_MANIFEST : FEED_MANIFEST, path);
    if (feed_cache_manifest(path, &manifest, hash, error) == ERROR_NOT_FOUND)
        return error->code = ERROR_NONE; /* no update of it was ever whole */
    if (error->code)
        return error->code;
    read_segments(work, name, &manifest, hash, incoming ? work->problems : &work->quiet, error);
    manifest_free(&manifest);
    return error->code;
}

/* ---- all of them ---- */

enum error_code rebuild_read_reports(struct rebuild *work, struct error *error)
{
    if (read_bundled_reports(work, error) ||
        source_cache_each_reports(work->cache, read_cached_reports, work, error))
        return error->code;
    for (int i = 0; i < work->request->file_count; i++)
        if (work->incoming[i].kind == SOURCE_REPORTS && read_given_reports(work, i, error))
            return error->code;
    return feed_cache_each(work->cache, read_feed, work, error);
}
