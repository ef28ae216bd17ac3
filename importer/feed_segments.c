#include "importer/feed_segments.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/report.h"
#include "importer/feed_line.h"
#include "importer/line_reader.h"

enum { PARALLEL_SEGMENTS = 6 };

/* The segments of a manifest on their way into the cache. */
struct segment_fetch {
    struct remote_update *update;
    const struct manifest *manifest;
    int next;
    bool again; /* a part of a segment was of another file: once more, from its start */
    struct transfer transfers[PARALLEL_SEGMENTS];
    const struct segment *segments[PARALLEL_SEGMENTS]; /* NULL: the transfer is free */
    bool resumed[PARALLEL_SEGMENTS];
    char paths[PARALLEL_SEGMENTS][DATABASE_PATH_SIZE];
    struct error error; /* the first one: nothing more is started */
};

static struct transfer *begin(struct segment_fetch *fetch, int slot, const struct segment *segment)
{
    struct transfer *transfer = &fetch->transfers[slot];
    char path[DATABASE_PATH_SIZE];
    feed_cache_segment_path(fetch->update->cache, fetch->update->remote->name, segment->sha256, path);
    snprintf(fetch->paths[slot], sizeof fetch->paths[slot], "%.4080s.part", path);
    *transfer =
        (struct transfer){.path = fetch->paths[slot], .resume = true, .max_bytes = (uint64_t)segment->size};
    snprintf(transfer->url, sizeof transfer->url, "%s/segments/%s.ndjson.zst", fetch->update->remote->url,
             segment->sha256);
    fetch->segments[slot] = segment;
    /* Whatever is not a regular file is neither written to nor in the way. */
    struct stat there;
    fetch->resumed[slot] = lstat(fetch->paths[slot], &there) == 0 && S_ISREG(there.st_mode);
    if (!fetch->resumed[slot])
        unlink(fetch->paths[slot]);
    return transfer;
}

static struct transfer *next_segment(void *context)
{
    struct segment_fetch *fetch = context;
    int slot = 0;
    while (slot < PARALLEL_SEGMENTS && fetch->segments[slot])
        slot++;
    if (fetch->error.code || slot == PARALLEL_SEGMENTS)
        return NULL;
    while (fetch->next < fetch->manifest->segment_count) {
        const struct segment *segment = &fetch->manifest->segments[fetch->next++];
        if (!feed_cache_has(fetch->update->cache, fetch->update->remote->name, segment))
            return begin(fetch, slot, segment);
    }
    return NULL;
}

/* The reader of lines accepts other formats and plain text, too. */
static enum error_code check_zstd(const char *path, const struct segment *segment, struct error *error)
{
    static const unsigned char magic[] = {0x28, 0xb5, 0x2f, 0xfd}; /* RFC 8878, 3.1.1 */
    unsigned char start[sizeof magic];
    FILE *file = fopen(path, "re");
    bool is_zstd = file && fread(start, sizeof start, 1, file) == 1 && !memcmp(start, magic, sizeof magic);
    if (file)
        fclose(file);
    error->code = ERROR_NONE;
    return is_zstd
               ? ERROR_NONE
               : error_set(error, ERROR_REMOTE, "segment %.12s is not compressed with zstd", segment->sha256);
}

/* Whether a segment unpacks to as many lines as the manifest says. */
static enum error_code check_lines(const char *path, const struct segment *segment, struct error *error)
{
    struct line_reader *lines;
    enum line_status status = LINE_OK;
    char shown[32];
    int64_t records = 0;
    snprintf(shown, sizeof shown, "segment %.12s", segment->sha256);
    if (line_reader_open_as(path, shown, REPORT_MAX_BYTES + FEED_LINE_EXTRA, &lines, error))
        return error->code;
    while (records <= segment->records) {
        const char *line = "";
        size_t length = 1;
        status = line_reader_next(lines, &line, &length, error);
        if (status == LINE_END || status == LINE_FAILED)
            break;
        records += status == LINE_TOO_LONG || length > 0;
    }
    line_reader_close(lines);
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

/* Moves a segment into place when it is what the manifest says. */
static enum error_code take_segment(struct segment_fetch *fetch, int slot, struct error *error)
{
    const struct segment *segment = fetch->segments[slot];
    char path[DATABASE_PATH_SIZE];
    if (feed_cache_check(fetch->paths[slot], segment, error) ||
        check_zstd(fetch->paths[slot], segment, error) || check_lines(fetch->paths[slot], segment, error)) {
        unlink(fetch->paths[slot]);
        if (error->code == ERROR_BAD_INPUT)
            error->code = ERROR_REMOTE;
        return error->code;
    }
    feed_cache_segment_path(fetch->update->cache, fetch->update->remote->name, segment->sha256, path);
    if (rename(fetch->paths[slot], path))
        return error_set_errno(error, errno, "cannot write %s", path);
    fetch->update->told->segments_fetched++;
    return ERROR_NONE;
}

static void segment_done(void *context, struct transfer *transfer)
{
    struct segment_fetch *fetch = context;
    int slot = (int)(transfer - fetch->transfers);
    struct error error = transfer->error;
    fetch->update->told->received += transfer->received;
    bool wrong = !error.code && take_segment(fetch, slot, &error) == ERROR_REMOTE;
    fetch->segments[slot] = NULL;
    buffer_free(&transfer->body);
    fetch->again |= wrong && fetch->resumed[slot];
    if (!error.code || fetch->error.code || (wrong && fetch->resumed[slot]))
        return;
    fetch->error = error;
    error_set(&fetch->error, error.code, "%s: %s", fetch->update->remote->name, error.message);
    error_next(&fetch->error, "%s",
               error.next[0] ? error.next
               : error.code == ERROR_REMOTE
                   ? "what is in use stays; the next passthru sync resumes where this one stopped"
                   : "");
}

enum error_code feed_segments_fetch(struct remote_update *update, const struct manifest *manifest,
                                    struct error *error)
{
    if (feed_cache_create(update->cache, update->remote->name, error))
        return error->code;
    struct segment_fetch *fetch = calloc(1, sizeof *fetch);
    if (!fetch)
        return error_set(error, ERROR_NO_MEMORY, "no memory for segments");
    *fetch = (struct segment_fetch){.update = update, .manifest = manifest};
    const struct transfer_queue queue = {fetch,
                                         next_segment,
                                         segment_done,
                                         update->request->progress,
                                         update->told->missing_bytes,
                                         PARALLEL_SEGMENTS};
    for (int turn = 0; turn == 0 || (turn == 1 && fetch->again); turn++) {
        fetch->next = 0;
        if (transfers_run(update->transfers, &queue, error) || fetch->error.code)
            break;
    }
    if (!error->code)
        *error = fetch->error;
    free(fetch);
    if (!error->code && update->told->segments_fetched)
        return feed_cache_flush(update->cache, update->remote->name, error);
    return error->code;
}

void feed_segments_count(struct remote_update *update, const struct manifest *manifest)
{
    struct sync_remote *result = update->told;
    int missing = 0;
    result->segments = manifest->segment_count;
    result->missing_bytes = 0;
    for (int i = 0; i < manifest->segment_count; i++) {
        if (feed_cache_has(update->cache, update->remote->name, &manifest->segments[i]))
            continue;
        missing++;
        result->missing_bytes += (uint64_t)manifest->segments[i].size;
    }
    result->segments_kept = manifest->segment_count - missing;
    if (update->request->dry_run)
        result->segments_fetched = missing;
}

void feed_segments_drop_damaged(const struct remote_update *update, const struct manifest *manifest)
{
    for (int i = 0; i < manifest->segment_count; i++) {
        const struct segment *segment = &manifest->segments[i];
        char path[DATABASE_PATH_SIZE];
        struct error why;
        feed_cache_segment_path(update->cache, update->remote->name, segment->sha256, path);
        if (feed_cache_has(update->cache, update->remote->name, segment) &&
            feed_cache_check(path, segment, &why) == ERROR_REMOTE)
            unlink(path);
    }
}

enum error_code feed_segments_mend(struct remote_update *update, const struct manifest *manifest,
                                   struct error *error)
{
    feed_segments_count(update, manifest);
    if (update->request->dry_run || !update->told->missing_bytes)
        return ERROR_NONE;
    feed_segments_drop_damaged(update, manifest); /* what removed some may have changed others */
    feed_segments_count(update, manifest);
    return feed_segments_fetch(update, manifest, error);
}
