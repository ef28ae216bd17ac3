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
    bool again; /* what was left of a segment was another file: once more, from its beginning */
    struct transfer transfers[PARALLEL_SEGMENTS];
    const struct segment *segments[PARALLEL_SEGMENTS]; /* NULL: the transfer is free */
    bool resumed[PARALLEL_SEGMENTS];
    char paths[PARALLEL_SEGMENTS][DATABASE_PATH_SIZE];
    struct error error; /* the first one: nothing further is begun */
};

static struct transfer *begin(struct segment_fetch *row, int slot, const struct segment *segment)
{
    struct transfer *transfer = &row->transfers[slot];
    char path[DATABASE_PATH_SIZE];
    feed_cache_segment_path(row->update->cache, row->update->remote->name, segment->sha256, path);
    snprintf(row->paths[slot], sizeof row->paths[slot], "%.4080s.part", path);
    *transfer =
        (struct transfer){.path = row->paths[slot], .resume = true, .max_bytes = (uint64_t)segment->size};
    snprintf(transfer->url, sizeof transfer->url, "%s/segments/%s.ndjson.zst", row->update->remote->url,
             segment->sha256);
    row->segments[slot] = segment;
    /* What is no file of ours is neither written to nor in the way. */
    struct stat there;
    row->resumed[slot] = lstat(row->paths[slot], &there) == 0 && S_ISREG(there.st_mode);
    if (!row->resumed[slot])
        unlink(row->paths[slot]);
    return transfer;
}

static struct transfer *next_segment(void *context)
{
    struct segment_fetch *row = context;
    int slot = 0;
    while (slot < PARALLEL_SEGMENTS && row->segments[slot])
        slot++;
    if (row->error.code || slot == PARALLEL_SEGMENTS)
        return NULL;
    while (row->next < row->manifest->segment_count) {
        const struct segment *segment = &row->manifest->segments[row->next++];
        if (!feed_cache_has(row->update->cache, row->update->remote->name, segment))
            return begin(row, slot, segment);
    }
    return NULL;
}

/* What unpacks lines knows other codings too, and none. */
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
        return error_set(error, ERROR_REMOTE, "%s holds more than the %lld records that the manifest says",
                         shown, (long long)segment->records);
    if (records != segment->records)
        return error_set(error, ERROR_REMOTE, "%s holds %lld records, the manifest says %lld", shown,
                         (long long)records, (long long)segment->records);
    return ERROR_NONE;
}

/* Puts a segment in its place when it is what the manifest says. */
static enum error_code take_segment(struct segment_fetch *row, int slot, struct error *error)
{
    const struct segment *segment = row->segments[slot];
    char path[DATABASE_PATH_SIZE];
    if (feed_cache_check(row->paths[slot], segment, error) || check_zstd(row->paths[slot], segment, error) ||
        check_lines(row->paths[slot], segment, error)) {
        unlink(row->paths[slot]);
        if (error->code == ERROR_BAD_INPUT)
            error->code = ERROR_REMOTE;
        return error->code;
    }
    feed_cache_segment_path(row->update->cache, row->update->remote->name, segment->sha256, path);
    if (rename(row->paths[slot], path))
        return error_set_errno(error, errno, "cannot keep %s", path);
    row->update->told->segments_fetched++;
    return ERROR_NONE;
}

static void segment_done(void *context, struct transfer *transfer)
{
    struct segment_fetch *row = context;
    int slot = (int)(transfer - row->transfers);
    struct error error = transfer->error;
    row->update->told->received += transfer->received;
    bool wrong = !error.code && take_segment(row, slot, &error) == ERROR_REMOTE;
    row->segments[slot] = NULL;
    buffer_free(&transfer->body);
    row->again |= wrong && row->resumed[slot];
    if (!error.code || row->error.code || (wrong && row->resumed[slot]))
        return;
    row->error = error;
    error_set(&row->error, error.code, "%s: %s", row->update->remote->name, error.message);
    error_next(&row->error, "%s",
               error.next[0] ? error.next
               : error.code == ERROR_REMOTE
                   ? "what is in use stays; the next passthru sync goes on where this one stopped"
                   : "");
}

enum error_code feed_segments_fetch(struct remote_update *update, const struct manifest *manifest,
                                    struct error *error)
{
    if (feed_cache_create(update->cache, update->remote->name, error))
        return error->code;
    struct segment_fetch *row = calloc(1, sizeof *row);
    if (!row)
        return error_set(error, ERROR_NO_MEMORY, "no memory for segments");
    *row = (struct segment_fetch){.update = update, .manifest = manifest};
    const struct transfer_queue queue = {row,
                                         next_segment,
                                         segment_done,
                                         update->request->progress,
                                         update->told->missing_bytes,
                                         PARALLEL_SEGMENTS};
    for (int turn = 0; turn == 0 || (turn == 1 && row->again); turn++) {
        row->next = 0;
        if (transfers_run(update->transfers, &queue, error) || row->error.code)
            break;
    }
    if (!error->code)
        *error = row->error;
    free(row);
    if (!error->code && update->told->segments_fetched)
        return feed_cache_flush(update->cache, update->remote->name, error);
    return error->code;
}

void feed_segments_count(struct remote_update *update, const struct manifest *manifest)
{
    struct sync_remote *told = update->told;
    int missing = 0;
    told->segments = manifest->segment_count;
    told->missing_bytes = 0;
    for (int i = 0; i < manifest->segment_count; i++) {
        if (feed_cache_has(update->cache, update->remote->name, &manifest->segments[i]))
            continue;
        missing++;
        told->missing_bytes += (uint64_t)manifest->segments[i].size;
    }
    told->segments_kept = manifest->segment_count - missing;
    if (update->request->dry_run)
        told->segments_fetched = missing;
}

/* Removes segments whose size is right and whose content is not. */
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

/* Fetches what is gone of a feed that is in use. */
enum error_code feed_segments_mend(struct remote_update *update, const struct manifest *manifest,
                                   struct error *error)
{
    feed_segments_count(update, manifest);
    if (update->request->dry_run || !update->told->missing_bytes)
        return ERROR_NONE;
    feed_segments_drop_damaged(update, manifest); /* the disk, or whoever it was, may have done more */
    feed_segments_count(update, manifest);
    return feed_segments_fetch(update, manifest, error);
}
