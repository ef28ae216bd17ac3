/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/owner.h"
#include "core/text.h"
#include "importer/rebuild_internal.h"
#include "importer/reports.h"
#include "importer/source_cache.h"

/* Notes what a source has, once it is read. */
static enum error_code complete_source(struct rebuild *work, struct report_source *source,
                                       struct error *error)
{
    work->summary->reports += source->record.records;
    return builder_put_source(work->builder, &source->record, error);
}

/* ---- the bundled reports ---- */

static int compare_names(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

enum error_code rebuild_hold_data(const char *directory, struct error *error)
{
    char *roots[] = {(char *)directory, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, compare_names);
    if (!tree)
        return error_set_errno(error, errno, "cannot list %s", directory);
    error->code = ERROR_NONE;
    size_t length = strlen(directory);
    for (FTSENT *entry; !error->code && (entry = fts_read(tree));)
        if (entry->fts_info == FTS_DNR && strncmp(entry->fts_path + length, "/reports", 8) == 0)
            error_set_errno(error, entry->fts_errno, "cannot list %.400s", entry->fts_path);
        else if ((entry->fts_info == FTS_F || entry->fts_info == FTS_SL) &&
                 (text_ends_in(entry->fts_path, ".tsv") || text_ends_in(entry->fts_path, ".ndjson") ||
                  text_ends_in(entry->fts_path, "/pci.ids")))
            owner_hold(entry->fts_path, O_NONBLOCK);
    fts_close(tree);
    return error->code;
}

/* All *.ndjson below data/reports, in the order of their names. */
static enum error_code read_bundled_reports(struct rebuild *work, struct error *error)
{
    const struct path directory = rebuild_data_path(work, "reports");
    struct report_source source = {.record = {.kind = "reports", .name = directory.text}};
    if (builder_put_source(work->builder, &source.record, error))
        return error->code;
    work->bundled_source = source.record.id;
    size_t length = strlen(directory.text);
    for (size_t i = 0; owner_held(i); i++) {
        const char *path = owner_held(i);
        const struct report_file file = {path, path, true, false};
        if (strncmp(path, directory.text, length) == 0 && path[length] == '/' &&
            text_ends_in(path, ".ndjson") &&
            reports_read(&file, &work->samples, work->builder, &source, work->problems, error))
            return error->code;
    }
    return complete_source(work, &source, error);
}

/* ---- reports that users imported ---- */

static enum error_code read_imported(struct rebuild *work, struct report_source *source, const char *path,
                                     struct problems *problems, struct error *error)
{
    const struct report_file file = {path, source->record.name, false, false};
    if (builder_put_source(work->builder, &source->record, error) ||
        reports_read(&file, &work->samples, work->builder, source, problems, error))
        return error->code;
    return complete_source(work, source, error);
}

static enum error_code read_cached_reports(void *context, const char *path, const char *hash,
                                           struct error *error)
{
    struct rebuild *work = context;
    struct report_source source = {.record = {.kind = "reports", .name = path, .hash = hash, .cached = true}};
    /* A file that is being imported again speaks for itself: its problems are reported again. */
    for (int i = 0; i < work->request->file_count; i++)
        if (strcmp(work->request->files[i].incoming.hash, hash) == 0)
            return ERROR_NONE;
    return read_imported(work, &source, path, &work->quiet, error);
}

static enum error_code read_given_reports(struct rebuild *work, int number, struct error *error)
{
    struct incoming_source *incoming = &work->request->files[number].incoming;
    struct report_source source = {.record = {.kind = "reports",
                                              .name = work->request->files[number].shown,
                                              .hash = incoming->hash,
                                              .cached = true}};
    bool is_known = source_cache_has_reports(work->cache, incoming->hash);
    if (read_imported(work, &source, incoming->path, work->problems, error))
        return error->code;
    if (!source.record.records && source.record.rejected) {
        error_set(error, ERROR_BAD_INPUT, "%s: none of its %lld records is a report", source.record.name,
                  (long long)source.record.rejected);
        return error_next(error, "correct them; data/README.md shows what a report looks like");
    }
    if (!is_known) {
        incoming->new_source = source.record.id;
        work->summary->new_reports += source.record.records;
    }
    return ERROR_NONE;
}

/* ---- reports of feeds ---- */

/* The manifest of a feed that is in use, its segments sorted: what is wrong in them was reported when they
 * were new. Without segments where there is none. The caller frees it. */
static void load_known(const struct rebuild *work, const char *name, struct manifest *known)
{
    struct error none;
    if (feed_cache_manifest(work->cache, name, FEED_MANIFEST, known, NULL, &none))
        *known = (struct manifest){.segment_count = 0};
    if (known->segment_count)
        qsort(known->segments, (size_t)known->segment_count, sizeof *known->segments, text_compare);
}

static bool is_known_segment(const struct manifest *known, const struct segment *segment)
{
    return known->segment_count &&
           bsearch(segment, known->segments, (size_t)known->segment_count, sizeof *segment, text_compare);
}

/* A segment that the disk has spoilt is removed, and fetched again by the next sync. */
static enum error_code check_segment(const struct segment *segment, const char *name, const char *path,
                                     struct error *error)
{
    if (!feed_cache_check(path, segment, error))
        return ERROR_NONE;
    if (error->code == ERROR_REMOTE) /* what could not be read may be sound */
        unlink(path);
    error_set(error, ERROR_BAD_INPUT, "segment %.12s of the feed %s is missing or damaged", segment->sha256,
              name);
    return error_next(error, "fetch it again with: passthru sync %s; or go on without the feed with --force",
                      name);
}

static enum error_code read_segment(struct rebuild *work, struct report_source *source,
                                    const struct segment *segment, struct problems *problems,
                                    struct error *error)
{
    const struct path path = feed_cache_segment_path(work->cache, source->record.name, segment->sha256);
    const struct path shown = path_of("%s/%.12s", source->record.name, segment->sha256);
    const struct report_file file = {path.text, shown.text, false, true};
    if (check_segment(segment, source->record.name, path.text, error))
        return error->code;
    return reports_read(&file, &work->samples, work->builder, source, problems, error);
}

static void note_feed(struct rebuild *work, const struct report_source *source)
{
    struct rebuild_summary *summary = work->summary;
    if (summary->feed_count == MAX_REMOTES)
        return;
    struct rebuild_feed *feed = &summary->feeds[summary->feed_count++];
    *feed = (struct rebuild_feed){.source = source->record.id, .reports = source->record.records};
    snprintf(feed->name, sizeof feed->name, "%s", source->record.name);
}

static enum error_code read_segments(struct rebuild *work, const char *name, const struct manifest *manifest,
                                     const char *hash, struct error *error)
{
    char version[32];
    struct report_source source = {.record = {.kind = "feed",
                                              .name = name,
                                              .version = version,
                                              .date = manifest->created,
                                              .hash = hash,
                                              .cached = true}};
    struct manifest known CLEANUP(manifest_free) = {.version = 0};
    snprintf(version, sizeof version, "%lld", (long long)manifest->version);
    if (builder_put_source(work->builder, &source.record, error))
        return error->code;
    load_known(work, name, &known);
    for (int i = 0; i < manifest->segment_count && !error->code; i++) {
        const struct segment *segment = &manifest->segments[i];
        struct problems *problems = is_known_segment(&known, segment) ? &work->quiet : work->problems;
        if (read_segment(work, &source, segment, problems, error))
            break;
    }
    if (error->code)
        return error->code;
    note_feed(work, &source);
    return complete_source(work, &source, error);
}

/* Whether all segments are there as they should be. */
static bool is_complete(const struct rebuild *work, const char *name, const struct manifest *manifest,
                        struct error *error)
{
    for (int i = 0; i < manifest->segment_count && !error->code; i++) {
        const struct segment *segment = &manifest->segments[i];
        if (feed_cache_check(feed_cache_segment_path(work->cache, name, segment->sha256).text, segment,
                             error))
            break;
    }
    return !error->code;
}

static enum error_code read_feed(void *context, const char *name, struct error *error)
{
    struct rebuild *work = context;
    const char *file = rebuild_feed_is_incoming(work, name) ? FEED_NEW_MANIFEST : FEED_MANIFEST;
    char hash[MANIFEST_HASH_SIZE];
    struct manifest manifest CLEANUP(manifest_free) = {.version = 0};
    if (feed_cache_manifest(work->cache, name, file, &manifest, hash, error) == ERROR_NOT_FOUND)
        return error->code = ERROR_NONE; /* no update of it was ever complete */
    if (work->request->force && (error->code || !is_complete(work, name, &manifest, error))) {
        /* It is forgotten: nothing waits for it, and a sync fetches all of it. */
        problems_warn(work->problems, name, 0, "is left out: %s", error->message);
        unlink(feed_cache_path(work->cache, name, file).text);
        return error->code = ERROR_NONE;
    }
    if (error->code) {
        error->code = ERROR_BAD_INPUT;
        return error_next(error, "fetch it again with: passthru sync %s; or go on without it with --force",
                          name);
    }
    return read_segments(work, name, &manifest, hash, error);
}

/* ---- all of them ---- */

enum error_code rebuild_read_reports(struct rebuild *work, struct error *error)
{
    if (read_bundled_reports(work, error) ||
        source_cache_each_reports(work->cache, read_cached_reports, work, error))
        return error->code;
    for (int i = 0; i < work->request->file_count; i++)
        if (work->request->files[i].incoming.kind == SOURCE_REPORTS && read_given_reports(work, i, error))
            return error->code;
    return feed_cache_each(work->cache, read_feed, work, error);
}
