#include "importer/sync.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "db/database.h"
#include "importer/feed_segments.h"
#include "importer/rebuild.h"
#include "importer/remote_update.h"

/* What the database in use was made from. */
struct in_use {
    bool is_there;
    long devices;
    int64_t reports;
    char pci_ids_version[64];
    struct {
        char name[REMOTE_NAME_SIZE];
        char hash[MANIFEST_HASH_SIZE];
        int64_t reports;
    } feeds[MAX_REMOTES];
    int feed_count;
};

struct sync {
    const struct sync_request *request;
    struct sync_summary *summary;
    struct problems *problems;
    struct remotes remotes;
    struct source_cache *cache;
    struct transfers *transfers;   /* NULL: nothing was asked yet */
    struct remote_update *updates; /* one for each entry of the summary */
    struct in_use in_use;
};

const char *sync_state_word(enum sync_state state)
{
    static const char *const words[] = {
        [SYNC_ENABLED] = "enabled",           [SYNC_DISABLED] = "disabled", [SYNC_UP_TO_DATE] = "up-to-date",
        [SYNC_WOULD_UPDATE] = "would-update", [SYNC_UPDATED] = "updated",   [SYNC_FAILED] = "failed"};
    return words[state];
}

void remote_time(int64_t seconds, char text[MANIFEST_TIME_SIZE])
{
    time_t moment = (time_t)seconds;
    struct tm parts;
    text[0] = '\0';
    if (gmtime_r(&moment, &parts))
        strftime(text, MANIFEST_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void say_nothing(void *context, const char *file, long line, const char *message)
{
    (void)context;
    (void)file;
    (void)line;
    (void)message;
}

/* ---- what is in use ---- */

static enum error_code note_source(void *context, const struct source_record *source, struct error *error)
{
    struct in_use *in_use = context;
    (void)error;
    /* To count the rows themselves would take longer than all the rest of a sync that finds nothing new. */
    if (strcmp(source->kind, "pci.ids") == 0)
        in_use->devices = (long)source->records;
    if (strcmp(source->kind, "reports") == 0 || strcmp(source->kind, "feed") == 0)
        in_use->reports += source->records;
    if (strcmp(source->kind, "pci.ids") == 0)
        snprintf(in_use->pci_ids_version, sizeof in_use->pci_ids_version, "%s", source->version);
    if (strcmp(source->kind, "feed") != 0 || in_use->feed_count == MAX_REMOTES)
        return ERROR_NONE;
    int i = in_use->feed_count++;
    snprintf(in_use->feeds[i].name, sizeof in_use->feeds[i].name, "%s", source->name);
    snprintf(in_use->feeds[i].hash, sizeof in_use->feeds[i].hash, "%s", source->hash);
    in_use->feeds[i].reports = source->records;
    return ERROR_NONE;
}

static void look_at_database(const char *path, struct in_use *in_use)
{
    struct database *database;
    struct error error = {.code = ERROR_NONE};
    *in_use = (struct in_use){.is_there = false};
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
 * was. */
static enum error_code compare_feed(void *context, const char *name, struct error *error)
{
    bool *differs = ((void **)context)[1];
    const struct sync *sync = ((void **)context)[0];
    char path[DATABASE_PATH_SIZE];
    char hash[MANIFEST_HASH_SIZE];
    struct error none = {.code = ERROR_NONE};
    (void)error;
    feed_cache_path(sync->cache, name, FEED_MANIFEST, path);
    if (feed_cache_hash(path, hash, NULL, &none))
        return ERROR_NONE;
    int known = find_feed(&sync->in_use, name);
    *differs |= known < 0 || strcmp(sync->in_use.feeds[known].hash, hash) != 0;
    return ERROR_NONE;
}

static bool is_behind(struct sync *sync)
{
    bool differs = !sync->in_use.is_there;
    struct error none = {.code = ERROR_NONE};
    void *const context[] = {sync, &differs};
    return feed_cache_each(sync->cache, compare_feed, (void *)context, &none) == ERROR_NONE && differs;
}

/* ---- which remotes ---- */

static enum error_code check_names(const struct sync *sync, struct error *error)
{
    for (int i = 0; i < sync->request->name_count; i++) {
        if (remotes_find(&sync->remotes, sync->request->names[i]))
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

static enum error_code choose_remotes(struct sync *sync, struct error *error)
{
    struct sync_summary *summary = sync->summary;
    size_t room = (size_t)sync->remotes.count + 1;
    if (check_names(sync, error))
        return error->code;
    summary->remotes = calloc(room, sizeof *summary->remotes);
    sync->updates = calloc(room, sizeof *sync->updates);
    if (!summary->remotes || !sync->updates)
        return error_set(error, ERROR_NO_MEMORY, "no memory for remotes");
    int64_t now = time(NULL);
    for (int i = 0; i < sync->remotes.count; i++) {
        const struct remote *remote = &sync->remotes.items[i];
        if (!is_wanted(sync, remote))
            continue;
        struct sync_remote *told = &summary->remotes[summary->remote_count];
        struct remote_update *update = &sync->updates[summary->remote_count++];
        told->kind = remote->kind;
        told->state = remote->enabled ? SYNC_ENABLED : SYNC_DISABLED;
        snprintf(told->name, sizeof told->name, "%s", remote->name);
        snprintf(told->url, sizeof told->url, "%s", remote->url);
        *update = (struct remote_update){.request = sync->request,
                                         .remote = remote,
                                         .cache = sync->cache,
                                         .now = now,
                                         .told = told,
                                         .quiet = {.report = say_nothing}};
        if (remote->error.code) {
            told->state = SYNC_FAILED;
            told->error = remote->error;
            continue;
        }
        remote_state_load(sync->cache, remote->name, remote->url, &update->state);
        snprintf(told->fetched, sizeof told->fetched, "%s", update->state.fetched);
    }
    return ERROR_NONE;
}

/* ---- fetching ---- */

/* What is told of a remote that is only listed. */
static void tell_had(struct remote_update *update)
{
    char path[DATABASE_PATH_SIZE];
    char hash[MANIFEST_HASH_SIZE];
    struct manifest manifest;
    struct error none = {.code = ERROR_NONE};
    struct sync_remote *told = update->told;
    if (update->remote->error.code)
        return;
    if (update->remote->kind != REMOTE_FEED) {
        snprintf(told->version, sizeof told->version, "%s", update->state.version);
        return;
    }
    feed_cache_path(update->cache, update->remote->name, FEED_MANIFEST, path);
    if (feed_cache_manifest(path, &manifest, hash, &none))
        return;
    snprintf(told->version, sizeof told->version, "%lld", (long long)manifest.version);
    snprintf(told->expires, sizeof told->expires, "%s", manifest.expires);
    told->segments = told->segments_kept = manifest.segment_count;
    manifest_free(&manifest);
}

static void fetch_remote(struct sync *sync, struct remote_update *update)
{
    struct sync_remote *told = update->told;
    double start = seconds_now();
    if (update->remote->error.code)
        return;
    update->transfers = sync->transfers;
    transfers_expect(sync->transfers, 0);
    update->devices_in_use = sync->in_use.devices;
    snprintf(update->pci_ids_in_use, sizeof update->pci_ids_in_use, "%s", sync->in_use.pci_ids_version);
    enum error_code code = update->remote->kind == REMOTE_FEED ? feed_update(update, &told->error)
                                                               : list_update(update, &told->error);
    told->seconds = seconds_now() - start;
    sync->summary->received += told->received;
    sync->summary->download_seconds += told->seconds;
    if (code == ERROR_REMOTE && !told->error.next[0])
        error_next(&told->error, "what was had of it stays in use; its address is in %.200s",
                   update->remote->file);
    if (code)
        told->state = SYNC_FAILED;
    else if (!update->has_new)
        told->state = SYNC_UP_TO_DATE;
    else
        told->state = SYNC_WOULD_UPDATE; /* until it is in the database */
}

static enum error_code fetch_all(struct sync *sync, struct error *error)
{
    if (!sync->summary->remote_count)
        return ERROR_NONE;
    if (transfers_open(&sync->request->limits, sync->request->progress, &sync->transfers, error))
        return error->code;
    for (int i = 0; i < sync->summary->remote_count; i++)
        fetch_remote(sync, &sync->updates[i]);
    return ERROR_NONE;
}

/* ---- the new database ---- */

/* Remembers what a remote said, once its words are in the database. */
static enum error_code remember(struct sync *sync, struct remote_update *update, struct error *error)
{
    remote_time(update->now, update->state.fetched);
    snprintf(update->told->fetched, sizeof update->told->fetched, "%s", update->state.fetched);
    return remote_state_save(sync->cache, update->remote->name, &update->state, error);
}

static void tell_feed(struct sync *sync, struct remote_update *update, const struct rebuild_summary *built)
{
    struct sync_remote *told = update->told;
    int before = find_feed(&sync->in_use, told->name);
    for (int i = 0; i < built->feed_count; i++) {
        const struct rebuild_feed *feed = &built->feeds[i];
        if (strcmp(feed->name, told->name) != 0)
            continue;
        told->retracted = feed->retracted - update->state.retracted;
        told->retracted = told->retracted > 0 ? told->retracted : 0;
        told->added = feed->reports + told->retracted - (before < 0 ? 0 : sync->in_use.feeds[before].reports);
        told->added = told->added > 0 ? told->added : 0;
        update->state.retracted = feed->retracted;
    }
}

static enum error_code build(struct sync *sync, struct error *error)
{
    struct rebuild_file files[MAX_REMOTES];
    const char *feeds[MAX_REMOTES];
    struct rebuild_request request = {.database_path = sync->request->database_path,
                                      .data_directory = sync->request->data_folder,
                                      .files = files,
                                      .feeds = feeds,
                                      .cache = sync->cache,
                                      .force = sync->request->force};
    struct rebuild_summary *built = calloc(1, sizeof *built);
    if (!built)
        return error_set(error, ERROR_NO_MEMORY, "no memory to rebuild the database");
    for (int i = 0; i < sync->summary->remote_count; i++) {
        const struct remote_update *update = &sync->updates[i];
        if (update->told->state != SYNC_WOULD_UPDATE)
            continue;
        if (update->remote->kind == REMOTE_FEED)
            feeds[request.feed_count++] = update->remote->name;
        else
            files[request.file_count++] = (struct rebuild_file){
                .path = update->path,
                .shown = update->remote->url,
                .kind_known = true,
                .kind = update->remote->kind == REMOTE_PCI_IDS ? SOURCE_PCI_IDS : SOURCE_AMDGPU_IDS};
    }
    if (!rebuild(&request, built, sync->problems, error)) {
        sync->summary->updated = true;
        sync->summary->reports = built->reports;
        sync->summary->new_reports =
            built->reports > sync->in_use.reports ? built->reports - sync->in_use.reports : 0;
        sync->summary->refused = built->rejected;
        for (int i = 0; i < sync->summary->remote_count; i++)
            tell_feed(sync, &sync->updates[i], built);
    }
    free(built);
    return error->code;
}

/* Fetches again what a build has found to be damaged in the cache. Whether there was any. */
static bool mend_feeds(struct sync *sync)
{
    bool mended = false;
    for (int i = 0; i < sync->summary->remote_count; i++) {
        struct remote_update *update = &sync->updates[i];
        enum sync_state state = update->told->state;
        char path[DATABASE_PATH_SIZE];
        char hash[MANIFEST_HASH_SIZE];
        struct manifest manifest;
        struct error none = {.code = ERROR_NONE};
        if (update->remote->kind != REMOTE_FEED || (state != SYNC_UP_TO_DATE && state != SYNC_WOULD_UPDATE))
            continue;
        feed_cache_path(sync->cache, update->remote->name,
                        state == SYNC_WOULD_UPDATE ? FEED_NEW_MANIFEST : FEED_MANIFEST, path);
        if (feed_cache_manifest(path, &manifest, hash, &none))
            continue;
        feed_segments_count(update, &manifest);
        if (update->told->missing_bytes)
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

static enum error_code apply(struct sync *sync, struct error *error)
{
    struct sync_summary *summary = sync->summary;
    bool has_new = false;
    double start = seconds_now();
    for (int i = 0; i < summary->remote_count; i++)
        has_new |= summary->remotes[i].state == SYNC_WOULD_UPDATE;
    summary->reports = sync->in_use.reports;
    if (sync->request->dry_run)
        return ERROR_NONE;
    if ((has_new || is_behind(sync)) && build_mended(sync, error)) {
        for (int i = 0; i < summary->remote_count; i++)
            if (summary->remotes[i].state == SYNC_WOULD_UPDATE)
                summary->remotes[i].state = SYNC_FAILED;
        return error->code;
    }
    for (int i = 0; i < summary->remote_count; i++) {
        struct sync_remote *told = &summary->remotes[i];
        if (told->state != SYNC_WOULD_UPDATE)
            continue;
        struct error why = {.code = ERROR_NONE};
        told->state = SYNC_UPDATED; /* even if that cannot be remembered: the next sync asks once more */
        if (remember(sync, &sync->updates[i], &why))
            *error = error->code ? *error : why;
        else if (told->kind == REMOTE_FEED)
            feed_cache_clean(sync->cache, told->name);
    }
    if (summary->updated)
        summary->apply_seconds = seconds_now() - start;
    return error->code;
}

static enum error_code run(struct sync *sync, struct error *error)
{
    const struct sync_request *request = sync->request;
    bool only_looks = request->list || request->dry_run;
    if (remotes_load(request->data_folder, &sync->remotes, error))
        return error->code;
    if (only_looks ? source_cache_view(request->database_path, &sync->cache, error)
                   : source_cache_open(request->database_path, request->waiting, &sync->cache, error))
        return error->code;
    if (choose_remotes(sync, error))
        return error->code;
    if (request->list) {
        for (int i = 0; i < sync->summary->remote_count; i++)
            tell_had(&sync->updates[i]);
        return ERROR_NONE;
    }
    look_at_database(request->database_path, &sync->in_use);
    return fetch_all(sync, error) ? error->code : apply(sync, error);
}

enum error_code sync_run(const struct sync_request *request, struct sync_summary *summary,
                         struct problems *problems, struct error *error)
{
    struct sync sync = {.request = request, .summary = summary, .problems = problems};
    *summary = (struct sync_summary){.remotes = NULL};
    error->code = ERROR_NONE;
    run(&sync, error);
    for (int i = 0; sync.updates && i < summary->remote_count; i++)
        if (sync.updates[i].path[0])
            unlink(sync.updates[i].path);
    transfers_close(sync.transfers);
    source_cache_close(sync.cache);
    remotes_free(&sync.remotes);
    free(sync.updates);
    return error->code;
}

void sync_summary_free(struct sync_summary *summary)
{
    free(summary->remotes);
    summary->remotes = NULL;
}
