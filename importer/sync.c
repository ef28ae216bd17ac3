/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/sync.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/list_version.h"
#include "db/database.h"
#include "importer/confine.h"
#include "importer/feed_files.h"
#include "importer/rebuild.h"

struct sync {
    const struct sync_request *request;
    struct sync_summary *summary;
    struct problems *problems;
    struct source_cache cache;
    struct transfers *transfers; /* NULL: nothing was asked yet */
    int64_t reports;             /* of the database in use */
    int feeds;                   /* whose manifest in the cache is the one that it was made from */
    int cached_feeds;            /* all that have a manifest in the cache */
    bool has_database;
};

const char *sync_state_name(enum sync_state state)
{
    static const char *const words[] = {
        [SYNC_ENABLED] = "enabled",           [SYNC_DISABLED] = "disabled", [SYNC_UP_TO_DATE] = "up-to-date",
        [SYNC_WOULD_UPDATE] = "would-update", [SYNC_UPDATED] = "updated",   [SYNC_FAILED] = "failed"};
    return words[state];
}

/* ---- what is in use ---- */

static bool hash_cached(const struct sync *sync, const char *name, char hash[MANIFEST_HASH_SIZE])
{
    struct error none;
    return !feed_cache_hash(feed_cache_path(&sync->cache, name, FEED_MANIFEST).text, hash, NULL, &none);
}

static enum error_code count_cached(void *context, const char *name, struct error *error)
{
    struct sync *sync = context;
    char hash[MANIFEST_HASH_SIZE];
    sync->cached_feeds += hash_cached(sync, name, hash);
    return error->code = ERROR_NONE;
}

static bool is_source(const struct remote *remote, const struct source_record *source)
{
    if (!remote->list)
        return strcmp(source->kind, "feed") == 0 && strcmp(source->name, remote->name) == 0;
    return strcmp(source->kind, remote->list->name) == 0 &&
           (!source->version[0] || list_version_is_valid(source->version, time(NULL)));
}

static enum error_code note_source(void *context, const struct source_record *source, struct error *error)
{
    struct sync *sync = context;
    const bool is_feed = strcmp(source->kind, "feed") == 0;
    char hash[MANIFEST_HASH_SIZE];
    /* To count the rows themselves would take longer than all the rest of a sync that finds nothing new. */
    if (is_feed || strcmp(source->kind, "reports") == 0)
        sync->reports += source->records;
    if (is_feed && feed_name_fits(source->name, strlen(source->name)))
        sync->feeds += hash_cached(sync, source->name, hash) && strcmp(hash, source->hash) == 0;
    for (int i = 0; i < sync->summary->remote_count; i++) {
        struct remote_update *update = &sync->summary->remotes[i];
        if (!is_source(update->remote, source))
            continue;
        snprintf(update->current_version, sizeof update->current_version, "%s", source->version);
        snprintf(update->current_hash, sizeof update->current_hash, "%s", source->hash);
        update->current_records = source->records;
    }
    return error->code = ERROR_NONE;
}

/* What the database in use was made from; one that cannot be read is as none. */
static void look_at_database(struct sync *sync)
{
    struct database *database;
    struct error error;
    if (database_open(sync->request->database_path, &database, &error))
        return;
    sync->has_database = !database_each_source(database, note_source, sync, &error);
    database_close(database);
    for (int i = 0; i < sync->summary->remote_count && !sync->has_database; i++) {
        sync->summary->remotes[i].current_version[0] = sync->summary->remotes[i].current_hash[0] = '\0';
        sync->summary->remotes[i].current_records = 0;
    }
    sync->reports = sync->has_database ? sync->reports : 0;
}

/* Whether the database was not made from all manifests in the cache: an earlier sync may have died before it
 * was. */
static bool is_outdated(struct sync *sync)
{
    struct error none;
    return !feed_cache_each(&sync->cache, count_cached, sync, &none) &&
           (!sync->has_database || sync->feeds != sync->cached_feeds);
}

/* ---- which remotes ---- */

static enum error_code check_names(const struct sync *sync, struct error *error)
{
    for (int i = 0; i < sync->request->name_count; i++) {
        if (remotes_find(&sync->summary->configured, sync->request->names[i]))
            continue;
        error_set(error, ERROR_USAGE, "there is no remote \"%.80s\"", sync->request->names[i]);
        return error_next(error, "passthru sync --list shows those there are");
    }
    return ERROR_NONE;
}

static bool is_wanted(const struct sync *sync, const struct remote *remote)
{
    for (int i = 0; i < sync->request->name_count; i++)
        if (strcmp(sync->request->names[i], remote->name) == 0)
            return true;
    return !sync->request->name_count && (remote->enabled || sync->request->list);
}

static void begin_update(struct sync *sync, const struct remote *remote, struct remote_update *update)
{
    *update = (struct remote_update){.remote = remote,
                                     .cache = &sync->cache,
                                     .dry_run = sync->request->dry_run,
                                     .force = sync->request->force,
                                     .now = time(NULL)};
    update->result.state = remote->enabled ? SYNC_ENABLED : SYNC_DISABLED;
    if (remote->error.code) {
        update->result.state = SYNC_FAILED;
        update->result.error = remote->error;
        return;
    }
    remote_state_load(&sync->cache, remote->name, remote->url, &update->state);
}

static enum error_code choose_remotes(struct sync *sync, struct error *error)
{
    struct sync_summary *summary = sync->summary;
    const struct remotes *configured = &summary->configured;
    if (check_names(sync, error))
        return error->code;
    summary->remotes = calloc((size_t)configured->count + 1, sizeof *summary->remotes);
    if (!summary->remotes)
        return error_set(error, ERROR_NO_MEMORY, "no memory for remotes");
    for (int i = 0; i < configured->count; i++)
        if (is_wanted(sync, &configured->items[i]))
            begin_update(sync, &configured->items[i], &summary->remotes[summary->remote_count++]);
    return ERROR_NONE;
}

/* ---- fetching ---- */

/* What is here of a remote that is only listed. */
static void list_remote(struct remote_update *update)
{
    struct manifest manifest CLEANUP(manifest_free) = {.version = 0};
    struct error none;
    struct remote_result *result = &update->result;
    if (update->remote->error.code)
        return;
    snprintf(result->version, sizeof result->version, "%s", update->state.version);
    if (update->remote->list ||
        feed_cache_manifest(update->cache, update->remote->name, FEED_MANIFEST, &manifest, NULL, &none))
        return;
    snprintf(result->version, sizeof result->version, "%lld", (long long)manifest.version);
    snprintf(result->expires, sizeof result->expires, "%s", manifest.expires);
    result->segments = result->segments_kept = manifest.segment_count;
}

static void fetch_remote(struct sync *sync, struct remote_update *update)
{
    const struct remote *remote = update->remote;
    struct remote_result *result = &update->result;
    double start = transfers_clock();
    if (remote->error.code)
        return;
    update->transfers = sync->transfers;
    transfers_expect(sync->transfers, 0);
    enum error_code code =
        remote->list ? list_update(update, &result->error) : feed_update(update, &result->error);
    result->seconds = transfers_clock() - start;
    sync->summary->download_seconds += result->seconds;
    if (code == ERROR_REMOTE && !result->error.next[0])
        error_next(&result->error, "the last good copy stays in use; the URL is set in %.200s", remote->file);
    if (code)
        result->state = SYNC_FAILED;
    else
        result->state = update->has_new ? SYNC_WOULD_UPDATE : SYNC_UP_TO_DATE;
}

static enum error_code fetch_all(struct sync *sync, struct error *error)
{
    if (!sync->summary->remote_count)
        return ERROR_NONE;
    if (transfers_open(&sync->request->limits, sync->request->progress, &sync->transfers, error))
        return error->code;
    importer_confine(sync->request->database_path, sync->request->data_directory, SANDBOX_NETWORK);
    for (int i = 0; i < sync->summary->remote_count; i++)
        fetch_remote(sync, &sync->summary->remotes[i]);
    return ERROR_NONE;
}

/* ---- the new database ---- */

/* Counts what a feed has added and retracted since the database in use. */
static void count_changes(struct remote_update *update, const struct rebuild_summary *built)
{
    struct remote_result *result = &update->result;
    for (int i = 0; i < built->feed_count; i++) {
        const struct rebuild_feed *feed = &built->feeds[i];
        if (strcmp(feed->name, update->remote->name) != 0)
            continue;
        result->retracted = feed->retracted - update->state.retracted;
        result->retracted = result->retracted > 0 ? result->retracted : 0;
        result->added = feed->reports + result->retracted - update->current_records;
        result->added = result->added > 0 ? result->added : 0;
        update->state.retracted = feed->retracted;
    }
}

static enum error_code build(struct sync *sync, struct error *error)
{
    struct sync_summary *summary = sync->summary;
    struct rebuild_file files[MAX_REMOTES];
    const char *feeds[MAX_REMOTES];
    struct rebuild_request request = {.database_path = sync->request->database_path,
                                      .data_directory = sync->request->data_directory,
                                      .files = files,
                                      .feeds = feeds,
                                      .cache = &sync->cache,
                                      .force = sync->request->force};
    struct rebuild_summary built;
    for (int i = 0; i < summary->remote_count; i++) {
        const struct remote_update *update = &summary->remotes[i];
        if (update->result.state != SYNC_WOULD_UPDATE)
            continue;
        if (!update->remote->list)
            feeds[request.feed_count++] = update->remote->name;
        else
            files[request.file_count++] =
                (struct rebuild_file){.path = update->path,
                                      .shown = update->remote->url,
                                      .kind_known = true,
                                      .kind = (enum source_kind)(update->remote->list - list_kinds)};
    }
    if (!rebuild(&request, &built, sync->problems, error)) {
        summary->updated = true;
        summary->reports = built.reports;
        summary->new_reports = built.reports > sync->reports ? built.reports - sync->reports : 0;
        summary->rejected = built.rejected;
        for (int i = 0; i < summary->remote_count; i++)
            count_changes(&summary->remotes[i], &built);
    }
    return error->code;
}

/* Fetches again what a build has found to be damaged in the cache. Whether there was any. */
static bool mend_feeds(struct sync *sync)
{
    bool mended = false;
    for (int i = 0; i < sync->summary->remote_count; i++) {
        struct remote_update *update = &sync->summary->remotes[i];
        enum sync_state state = update->result.state;
        struct manifest manifest CLEANUP(manifest_free) = {.version = 0};
        struct error none;
        if (update->remote->list || (state != SYNC_UP_TO_DATE && state != SYNC_WOULD_UPDATE) ||
            feed_cache_manifest(update->cache, update->remote->name,
                                state == SYNC_WOULD_UPDATE ? FEED_NEW_MANIFEST : FEED_MANIFEST, &manifest,
                                NULL, &none))
            continue;
        feed_segments_count(update, &manifest);
        if (update->result.missing_bytes)
            mended |= feed_segments_mend(update, &manifest, &none) == ERROR_NONE;
    }
    return mended;
}

/* A segment that the disk has spoilt shows only when it is read: once more then. */
static enum error_code build_mended(struct sync *sync, struct error *error)
{
    if (build(sync, error) != ERROR_BAD_INPUT || !mend_feeds(sync))
        return error->code;
    error->code = ERROR_NONE;
    sync->problems->rejected = 0;
    return build(sync, error);
}

/* Remembers what a remote said, once it is in the database. Should that fail, the next sync asks once more.
 */
static enum error_code remember(struct sync *sync, struct remote_update *update, struct error *error)
{
    update->result.state = SYNC_UPDATED;
    manifest_print_time(update->now, update->state.fetched);
    if (remote_state_save(&sync->cache, update->remote->name, &update->state, error))
        return error->code;
    if (!update->remote->list)
        feed_cache_clean(&sync->cache, update->remote->name);
    return ERROR_NONE;
}

/* Whether a remote has what the database was not made from. A table that is fetched or removed changes the
 * time of their directory, also where no database came of it. */
static bool has_something(const struct sync *sync, const struct remote_update *update)
{
    const struct path directory = feed_cache_path(&sync->cache, update->remote->name, FEED_TABLES);
    struct stat tables;
    struct stat built;
    if (update->result.state != SYNC_UP_TO_DATE || stat(directory.text, &tables) ||
        stat(sync->request->database_path, &built))
        return update->result.state == SYNC_WOULD_UPDATE;
    return tables.st_mtim.tv_sec > built.st_mtim.tv_sec ||
           (tables.st_mtim.tv_sec == built.st_mtim.tv_sec && tables.st_mtim.tv_nsec > built.st_mtim.tv_nsec);
}

static enum error_code apply(struct sync *sync, struct error *error)
{
    struct sync_summary *summary = sync->summary;
    bool has_new = false;
    double start = transfers_clock();
    for (int i = 0; i < summary->remote_count; i++)
        has_new |= has_something(sync, &summary->remotes[i]);
    summary->reports = sync->reports;
    if (sync->request->dry_run)
        return ERROR_NONE;
    bool failed = (has_new || is_outdated(sync)) && build_mended(sync, error);
    for (int i = 0; i < summary->remote_count; i++) {
        struct remote_update *update = &summary->remotes[i];
        struct error why = {.code = ERROR_NONE};
        if (update->result.state != SYNC_WOULD_UPDATE)
            continue;
        if (failed)
            update->result.state = SYNC_FAILED;
        else if (remember(sync, update, &why) && !error->code)
            *error = why;
    }
    if (summary->updated)
        summary->apply_seconds = transfers_clock() - start;
    return error->code;
}

static enum error_code run(struct sync *sync, struct error *error)
{
    const struct sync_request *request = sync->request;
    bool only_looks = request->list || request->dry_run;
    if (remotes_load(request->data_directory, &sync->summary->configured, error))
        return error->code;
    if (!only_looks && (rebuild_hold_data(request->data_directory, error) ||
                        source_cache_open(request->database_path, request->waiting, &sync->cache, error)))
        return error->code;
    if (choose_remotes(sync, error))
        return error->code;
    for (int i = 0; request->list && i < sync->summary->remote_count; i++)
        list_remote(&sync->summary->remotes[i]);
    if (request->list)
        return ERROR_NONE;
    look_at_database(sync);
    return fetch_all(sync, error) ? error->code : apply(sync, error);
}

enum error_code sync_run(const struct sync_request *request, struct sync_summary *summary,
                         struct problems *problems, struct error *error)
{
    struct sync sync = {.request = request,
                        .summary = summary,
                        .problems = problems,
                        .cache = source_cache_view(request->database_path)};
    *summary = (struct sync_summary){.remotes = NULL};
    error->code = ERROR_NONE;
    run(&sync, error);
    for (int i = 0; i < summary->remote_count; i++) {
        summary->received += summary->remotes[i].result.received;
        if (summary->remotes[i].path[0])
            unlink(summary->remotes[i].path);
    }
    transfers_close(sync.transfers);
    source_cache_close(&sync.cache);
    return error->code;
}

void sync_summary_free(struct sync_summary *summary)
{
    free(summary->remotes);
    remotes_free(&summary->configured);
    summary->remotes = NULL;
}
