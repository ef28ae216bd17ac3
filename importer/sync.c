/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/sync.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/list_version.h"
#include "db/database.h"
#include "importer/confine.h"
#include "importer/feed_files.h"
#include "importer/rebuild.h"

enum { MAX_LISTS = 16 };

/* What the database in use was made from. */
struct in_use {
    bool is_there;
    int64_t reports;
    struct {
        char version[SYNC_VERSION_SIZE];
        int64_t records;
    } lists[MAX_LISTS]; /* by their kinds' numbers */
    struct {
        char name[REMOTE_NAME_SIZE];
        char version[SYNC_VERSION_SIZE];
        char hash[MANIFEST_HASH_SIZE];
        int64_t reports;
    } feeds[MAX_REMOTES];
    int feed_count;
};

struct sync {
    const struct sync_request *request;
    struct sync_summary *summary;
    struct problems *problems;
    struct source_cache *cache;
    struct transfers *transfers; /* NULL: nothing was asked yet */
    struct in_use in_use;
};

const char *sync_state_name(enum sync_state state)
{
    static const char *const words[] = {
        [SYNC_ENABLED] = "enabled",           [SYNC_DISABLED] = "disabled", [SYNC_UP_TO_DATE] = "up-to-date",
        [SYNC_WOULD_UPDATE] = "would-update", [SYNC_UPDATED] = "updated",   [SYNC_FAILED] = "failed"};
    return words[state];
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- what is in use ---- */

static enum error_code note_source(void *context, const struct source_record *source, struct error *error)
{
    struct in_use *in_use = context;
    (void)error;
    /* To count the rows themselves would take longer than all the rest of a sync that finds nothing new. */
    if (strcmp(source->kind, "reports") == 0 || strcmp(source->kind, "feed") == 0)
        in_use->reports += source->records;
    for (int i = 0; i < list_kind_count() && i < MAX_LISTS; i++) {
        if (strcmp(source->kind, list_kinds[i].name) != 0 ||
            (source->version[0] && !list_version_is_valid(source->version, time(NULL))))
            continue;
        in_use->lists[i].records = source->records;
        snprintf(in_use->lists[i].version, sizeof in_use->lists[i].version, "%s", source->version);
    }
    if (strcmp(source->kind, "feed") != 0 || in_use->feed_count == MAX_REMOTES)
        return ERROR_NONE;
    int i = in_use->feed_count++;
    snprintf(in_use->feeds[i].name, sizeof in_use->feeds[i].name, "%s", source->name);
    snprintf(in_use->feeds[i].version, sizeof in_use->feeds[i].version, "%s", source->version);
    snprintf(in_use->feeds[i].hash, sizeof in_use->feeds[i].hash, "%s", source->hash);
    in_use->feeds[i].reports = source->records;
    return ERROR_NONE;
}

static void look_at_database(const char *path, struct in_use *in_use)
{
    struct database *database;
    struct error error = {.code = ERROR_NONE};
    if (database_open(path, &database, &error))
        return;
    if (database_each_source(database, note_source, in_use, &error))
        *in_use = (struct in_use){.is_there = false};
    else
        in_use->is_there = true;
    database_close(database);
}

static int find_feed(const struct in_use *in_use, const char *name)
{
    for (int i = 0; i < in_use->feed_count; i++)
        if (strcmp(in_use->feeds[i].name, name) == 0)
            return i;
    return -1;
}

/* Whether the database was made from a feed's manifest in the cache: an earlier sync may have died before it
 * was. It is missing when it was not. */
static enum error_code compare_feed(void *context, const char *name, struct error *error)
{
    struct sync *sync = context;
    char path[DATABASE_PATH_SIZE];
    char hash[MANIFEST_HASH_SIZE];
    struct error none = {.code = ERROR_NONE};
    (void)error;
    feed_cache_path(sync->cache, name, FEED_MANIFEST, path);
    if (feed_cache_hash(path, hash, NULL, &none))
        return ERROR_NONE;
    int known = find_feed(&sync->in_use, name);
    sync->in_use.is_there &= known >= 0 && strcmp(sync->in_use.feeds[known].hash, hash) == 0;
    return ERROR_NONE;
}

static bool is_outdated(struct sync *sync)
{
    struct error none = {.code = ERROR_NONE};
    return feed_cache_each(sync->cache, compare_feed, sync, &none) == ERROR_NONE && !sync->in_use.is_there;
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

static void begin_update(const struct sync *sync, const struct remote *remote, struct remote_update *update)
{
    *update = (struct remote_update){.remote = remote,
                                     .cache = sync->cache,
                                     .dry_run = sync->request->dry_run,
                                     .force = sync->request->force,
                                     .now = time(NULL)};
    update->result.state = remote->enabled ? SYNC_ENABLED : SYNC_DISABLED;
    if (remote->error.code) {
        update->result.state = SYNC_FAILED;
        update->result.error = remote->error;
        return;
    }
    remote_state_load(sync->cache, remote->name, remote->url, &update->state);
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
    struct manifest manifest;
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
    manifest_free(&manifest);
}

static void fetch_remote(struct sync *sync, struct remote_update *update)
{
    const struct remote *remote = update->remote;
    struct remote_result *result = &update->result;
    long list = remote->list - list_kinds;
    double start = seconds_now();
    if (remote->error.code)
        return;
    update->transfers = sync->transfers;
    transfers_expect(sync->transfers, 0);
    if (remote->list && list < MAX_LISTS) {
        memcpy(update->current_version, sync->in_use.lists[list].version, sizeof update->current_version);
        update->current_records = sync->in_use.lists[list].records;
    }
    int feed = remote->list ? -1 : find_feed(&sync->in_use, remote->name);
    if (feed >= 0) {
        memcpy(update->current_version, sync->in_use.feeds[feed].version, sizeof update->current_version);
        update->current_hash = sync->in_use.feeds[feed].hash;
    }
    enum error_code code =
        remote->list ? list_update(update, &result->error) : feed_update(update, &result->error);
    result->seconds = seconds_now() - start;
    sync->summary->received += result->received;
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
static void count_changes(const struct sync *sync, struct remote_update *update,
                          const struct rebuild_summary *built)
{
    struct remote_result *result = &update->result;
    int before = find_feed(&sync->in_use, update->remote->name);
    for (int i = 0; i < built->feed_count; i++) {
        const struct rebuild_feed *feed = &built->feeds[i];
        if (strcmp(feed->name, update->remote->name) != 0)
            continue;
        result->retracted = feed->retracted - update->state.retracted;
        result->retracted = result->retracted > 0 ? result->retracted : 0;
        result->added =
            feed->reports + result->retracted - (before < 0 ? 0 : sync->in_use.feeds[before].reports);
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
                                      .cache = sync->cache,
                                      .force = sync->request->force};
    struct rebuild_summary *built = calloc(1, sizeof *built);
    if (!built)
        return error_set(error, ERROR_NO_MEMORY, "no memory to rebuild the database");
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
    if (!rebuild(&request, built, sync->problems, error)) {
        summary->updated = true;
        summary->reports = built->reports;
        summary->new_reports =
            built->reports > sync->in_use.reports ? built->reports - sync->in_use.reports : 0;
        summary->rejected = built->rejected;
        for (int i = 0; i < summary->remote_count; i++)
            count_changes(sync, &summary->remotes[i], built);
    }
    free(built);
    return error->code;
}

/* Fetches again what a build has found to be damaged in the cache. Whether there was any. */
static bool mend_feeds(struct sync *sync)
{
    bool mended = false;
    for (int i = 0; i < sync->summary->remote_count; i++) {
        struct remote_update *update = &sync->summary->remotes[i];
        enum sync_state state = update->result.state;
        struct manifest manifest;
        struct error none;
        if (update->remote->list || (state != SYNC_UP_TO_DATE && state != SYNC_WOULD_UPDATE) ||
            feed_cache_manifest(update->cache, update->remote->name,
                                state == SYNC_WOULD_UPDATE ? FEED_NEW_MANIFEST : FEED_MANIFEST, &manifest,
                                NULL, &none))
            continue;
        feed_segments_count(update, &manifest);
        if (update->result.missing_bytes)
            mended |= feed_segments_mend(update, &manifest, &none) == ERROR_NONE;
        manifest_free(&manifest);
    }
    return mended;
}

/* A segment that the disk has spoilt shows only when it is read: once more then. */
static enum error_code build_mended(struct sync *sync, struct error *error)
{
    if (build(sync, error) != ERROR_BAD_INPUT || !mend_feeds(sync))
        return error->code;
    error->code = ERROR_NONE;
    return build(sync, error);
}

/* Remembers what a remote said, once it is in the database. Should that fail, the next sync asks once more.
 */
static enum error_code remember(struct sync *sync, struct remote_update *update, struct error *error)
{
    update->result.state = SYNC_UPDATED;
    remote_time(update->now, update->state.fetched);
    if (remote_state_save(sync->cache, update->remote->name, &update->state, error))
        return error->code;
    if (!update->remote->list)
        feed_cache_clean(sync->cache, update->remote->name);
    return ERROR_NONE;
}

static bool has_something(const struct remote_update *update)
{
    return update->result.state == SYNC_WOULD_UPDATE ||
           (update->has_new_tables && update->result.state == SYNC_UP_TO_DATE);
}

static enum error_code apply(struct sync *sync, struct error *error)
{
    struct sync_summary *summary = sync->summary;
    bool has_new = false;
    double start = seconds_now();
    for (int i = 0; i < summary->remote_count; i++)
        has_new |= has_something(&summary->remotes[i]);
    summary->reports = sync->in_use.reports;
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
        summary->apply_seconds = seconds_now() - start;
    return error->code;
}

static enum error_code run(struct sync *sync, struct error *error)
{
    const struct sync_request *request = sync->request;
    bool only_looks = request->list || request->dry_run;
    if (remotes_load(request->data_directory, &sync->summary->configured, error))
        return error->code;
    if (!only_looks && rebuild_hold_data(request->data_directory, error))
        return error->code;
    if (only_looks ? source_cache_view(request->database_path, &sync->cache, error)
                   : source_cache_open(request->database_path, request->waiting, &sync->cache, error))
        return error->code;
    if (choose_remotes(sync, error))
        return error->code;
    for (int i = 0; request->list && i < sync->summary->remote_count; i++)
        list_remote(&sync->summary->remotes[i]);
    if (request->list)
        return ERROR_NONE;
    look_at_database(request->database_path, &sync->in_use);
    return fetch_all(sync, error) ? error->code : apply(sync, error);
}

enum error_code sync_run(const struct sync_request *request, struct sync_summary *summary,
                         struct problems *problems, struct error *error)
{
    struct sync *sync = calloc(1, sizeof *sync);
    *summary = (struct sync_summary){.remotes = NULL};
    error->code = ERROR_NONE;
    if (!sync)
        return error_set(error, ERROR_NO_MEMORY, "no memory to sync");
    *sync = (struct sync){.request = request, .summary = summary, .problems = problems};
    run(sync, error);
    for (int i = 0; i < summary->remote_count; i++)
        if (summary->remotes[i].path[0])
            unlink(summary->remotes[i].path);
    transfers_close(sync->transfers);
    source_cache_close(sync->cache);
    free(sync);
    return error->code;
}

void sync_summary_free(struct sync_summary *summary)
{
    free(summary->remotes);
    remotes_free(&summary->configured);
    summary->remotes = NULL;
}
