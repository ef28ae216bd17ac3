#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/report.h"
#include "db/outbox.h"
#include "importer/feed_line.h"
#include "importer/line_reader.h"
#include "importer/remote_update.h"
#include "importer/signature.h"

enum { PARALLEL_SEGMENTS = 6, CLOCK_SLACK_SECONDS = 24 * 3600 };

/* ---- the manifest ---- */

/* A manifest as it came, and its signature. */
struct fetched_manifest {
    struct transfer manifest;
    struct transfer signature;
    char hash[MANIFEST_HASH_SIZE];
};

static void free_fetched(struct fetched_manifest *fetched)
{
    buffer_free(&fetched->manifest.body);
    buffer_free(&fetched->signature.body);
}

static enum error_code fetch(struct remote_update *update, const char *file, uint64_t max_bytes,
                             struct transfer *transfer, struct error *error)
{
    transfer->max_bytes = max_bytes;
    buffer_free(&transfer->body);
    transfer->body = BUFFER(max_bytes + 1);
    snprintf(transfer->url, sizeof transfer->url, "%s/%s", update->remote->url, file);
    enum error_code code = transfer_run(update->transfers, transfer, error);
    update->told->received += transfer->received;
    return code;
}

static enum error_code verify_bytes(const struct remote *remote, const struct buffer *manifest,
                                    const struct buffer *signature, char comment[SIGNATURE_COMMENT_SIZE],
                                    struct error *error)
{
    const char *keys[REMOTE_MAX_KEYS];
    for (int i = 0; i < remote->key_count; i++)
        keys[i] = remote->keys[i];
    return signature_verify((const unsigned char *)buffer_text(manifest), manifest->length,
                            buffer_text(signature), signature->length, keys, remote->key_count, comment,
                            error);
}

static enum error_code verify_fetched(struct remote_update *update, struct fetched_manifest *fetched,
                                      struct error *error)
{
    const struct buffer *manifest = &fetched->manifest.body;
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, (const unsigned char *)buffer_text(manifest), manifest->length);
    sodium_bin2hex(fetched->hash, sizeof fetched->hash, digest, sizeof digest);
    return verify_bytes(update->remote, manifest, &fetched->signature.body, update->told->trusted_comment,
                        error);
}

/* Whether what was kept is still what was signed, by a key that is pinned now: disks forget, people edit, and
 * a key may be taken back. */
static bool is_kept_whole(const struct remote_update *update)
{
    struct buffer manifest CLEANUP(buffer_free) = BUFFER(MANIFEST_MAX_BYTES + 1);
    struct buffer signature CLEANUP(buffer_free) = BUFFER(SIGNATURE_MAX_BYTES + 1);
    char path[DATABASE_PATH_SIZE];
    char comment[SIGNATURE_COMMENT_SIZE];
    struct error none;
    feed_cache_path(update->cache, update->remote->name, FEED_MANIFEST, path);
    if (feed_cache_read(path, &manifest, &none))
        return false;
    feed_cache_path(update->cache, update->remote->name, FEED_SIGNATURE, path);
    return !feed_cache_read(path, &signature, &none) &&
           !verify_bytes(update->remote, &manifest, &signature, comment, &none);
}

/* Fetches both and verifies them. While a mirror is being brought up to date, they may be of two versions for
 * a moment: then once more. Nothing is looked at before the signature holds. */
static enum error_code fetch_verified(struct remote_update *update, struct fetched_manifest *fetched,
                                      struct error *error)
{
    for (int turn = 0;; turn++) {
        if (fetch(update, "manifest.json", MANIFEST_MAX_BYTES, &fetched->manifest, error) ||
            fetched->manifest.status == 304)
            return error->code;
        if (fetch(update, "manifest.json.minisig", SIGNATURE_MAX_BYTES, &fetched->signature, error)) {
            if (fetched->signature.status != 404)
                return error->code;
            error_set(error, ERROR_REMOTE, "it is not signed: there is no %.900s", fetched->signature.url);
            error->next[0] = '\0'; /* of the 404 */
            break;
        }
        if (!verify_fetched(update, fetched, error))
            return ERROR_NONE;
        if (error->code != ERROR_REMOTE || turn == 1)
            break;
        nanosleep(&(struct timespec){.tv_nsec = 500000000}, NULL);
        fetched->manifest.etag = fetched->manifest.last_modified = NULL;
        error->code = ERROR_NONE;
    }
    struct error why = *error;
    error_set(error, why.code, "%s: %s", update->remote->name, why.message);
    return error_next(error, "%s",
                      why.next[0] ? why.next : "nothing of it was used; ask whoever runs the feed");
}

static enum error_code refuse(const struct remote_update *update, struct error *error, const char *next)
{
    struct error why = *error;
    error_set(error, ERROR_REMOTE, "%s: %s", update->remote->name, why.message);
    return error_next(error, "%s", next);
}

/* A signed manifest may still be an old one that somebody serves again. */
static enum error_code check_age(const struct remote_update *update, const struct manifest *manifest,
                                 struct error *error)
{
    char now[MANIFEST_TIME_SIZE];
    remote_time(update->now, now);
    if (manifest->created_at > update->now + CLOCK_SLACK_SECONDS) {
        error_set(error, ERROR_REMOTE, "the feed was created at %s, which is in the future: it is %s here",
                  manifest->created, now);
        return refuse(update, error, "set the clock of this machine, then: passthru sync");
    }
    if (manifest->expires_at <= update->now) {
        error_set(error, ERROR_REMOTE,
                  "the feed has expired at %s: what is served is no longer kept up, or is kept back",
                  manifest->expires);
        return refuse(update, error,
                      "what was fetched before stays in use; look at the clock of this machine, else ask"
                      " whoever runs the feed");
    }
    return ERROR_NONE;
}

static enum error_code check_manifest(const struct remote_update *update, const struct manifest *manifest,
                                      const char *hash, struct error *error)
{
    const struct remote_state *state = &update->state;
    if (strcmp(manifest->name, update->remote->name) != 0) {
        error_set(error, ERROR_REMOTE, "the feed calls itself \"%s\"", manifest->name);
        return refuse(update, error, "correct name= or url= in the remote's file");
    }
    if (manifest->version < state->seen_version) {
        error_set(error, ERROR_REMOTE, "version %lld is older than version %lld, which was seen before",
                  (long long)manifest->version, (long long)state->seen_version);
        return refuse(update, error, "what is in use stays; ask whoever runs the feed why it went back");
    }
    if (manifest->version == state->seen_version && state->seen_hash[0] &&
        strcmp(hash, state->seen_hash) != 0) {
        error_set(error, ERROR_REMOTE, "version %lld was another one when it was seen before",
                  (long long)manifest->version);
        return refuse(update, error, "what is in use stays; ask whoever runs the feed");
    }
    return check_age(update, manifest, error);
}

/* ---- segments ---- */

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

static enum error_code fetch_segments(struct remote_update *update, const struct manifest *manifest,
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
    return error->code;
}

static void count_segments(struct remote_update *update, const struct manifest *manifest)
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
static void drop_damaged(const struct remote_update *update, const struct manifest *manifest)
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
static enum error_code mend_segments(struct remote_update *update, const struct manifest *manifest,
                                     struct error *error)
{
    count_segments(update, manifest);
    if (update->request->dry_run || !update->told->missing_bytes)
        return ERROR_NONE;
    drop_damaged(update, manifest); /* the disk, or whoever it was, may have done more */
    count_segments(update, manifest);
    return fetch_segments(update, manifest, error);
}

/* ---- all of it ---- */

static void tell_manifest(struct sync_remote *told, const struct manifest *manifest)
{
    snprintf(told->version, sizeof told->version, "%lld", (long long)manifest->version);
    snprintf(told->expires, sizeof told->expires, "%s", manifest->expires);
}

static enum error_code write_file(const struct remote_update *update, enum feed_file file,
                                  const struct buffer *bytes, struct error *error)
{
    char path[DATABASE_PATH_SIZE];
    feed_cache_path(update->cache, update->remote->name, file, path);
    unlink(path);
    return outbox_write_file(path, 0644, bytes, error);
}

/* Brings a manifest that holds, and its segments, into the cache. */
static enum error_code take_manifest(struct remote_update *update, const struct fetched_manifest *fetched,
                                     const struct manifest *manifest, struct error *error)
{
    struct remote_state *state = &update->state;
    update->has_new = true;
    /* One that was seen and never came into use: what was kept of it may be the reason. */
    if (state->seen_version == manifest->version && !update->request->dry_run)
        drop_damaged(update, manifest);
    count_segments(update, manifest);
    if (update->request->dry_run)
        return ERROR_NONE;
    /* Seen is seen, whatever becomes of the segments. */
    state->seen_version = manifest->version;
    snprintf(state->seen_hash, sizeof state->seen_hash, "%s", fetched->hash);
    struct remote_state seen = *state;
    seen.etag[0] = seen.last_modified[0] = '\0';
    if (remote_state_save(update->cache, update->remote->name, &seen, error) ||
        fetch_segments(update, manifest, error) ||
        write_file(update, FEED_NEW_SIGNATURE, &fetched->signature.body, error) ||
        write_file(update, FEED_NEW_MANIFEST, &fetched->manifest.body, error))
        return error->code;
    snprintf(state->etag, sizeof state->etag, "%s", fetched->manifest.new_etag);
    snprintf(state->last_modified, sizeof state->last_modified, "%s", fetched->manifest.new_last_modified);
    return ERROR_NONE;
}

/* The manifest in use came once more: remembers by what name its server calls it now. */
static enum error_code take_again(struct remote_update *update, const struct transfer *answer,
                                  const struct manifest *manifest, struct error *error)
{
    struct remote_state *state = &update->state;
    bool is_known = state->fetched[0] && strcmp(state->etag, answer->new_etag) == 0 &&
                    strcmp(state->last_modified, answer->new_last_modified) == 0;
    if (mend_segments(update, manifest, error) || update->request->dry_run || is_known)
        return error->code;
    snprintf(state->etag, sizeof state->etag, "%s", answer->new_etag);
    snprintf(state->last_modified, sizeof state->last_modified, "%s", answer->new_last_modified);
    if (!state->fetched[0])
        remote_time(update->now, state->fetched);
    return remote_state_save(update->cache, update->remote->name, state, error);
}

static enum error_code update_from(struct remote_update *update, const struct manifest *had,
                                   const char *had_hash, struct fetched_manifest *fetched,
                                   struct error *error)
{
    struct manifest manifest;
    /* What the server is asked about is the latest that was verified: it must be what is there. */
    bool is_latest = had && strcmp(had_hash, update->state.seen_hash) == 0;
    if (is_latest && update->state.etag[0])
        fetched->manifest.etag = update->state.etag;
    if (is_latest && update->state.last_modified[0])
        fetched->manifest.last_modified = update->state.last_modified;
    if (fetch_verified(update, fetched, error))
        return error->code;
    if (fetched->manifest.status == 304) {
        /* Served again and again, it is still no younger. */
        if (check_age(update, had, error))
            return error->code;
        return mend_segments(update, had, error);
    }
    if (manifest_parse(buffer_text(&fetched->manifest.body), fetched->manifest.body.length, "its manifest",
                       &manifest, error))
        return refuse(update, error, "nothing of it was used; a newer passthru may know this format");
    tell_manifest(update->told, &manifest);
    if (!check_manifest(update, &manifest, fetched->hash, error)) {
        if (!had || strcmp(had_hash, fetched->hash) != 0)
            take_manifest(update, fetched, &manifest, error);
        else
            take_again(update, &fetched->manifest, &manifest, error);
    }
    manifest_free(&manifest);
    return error->code;
}

/* What is in use was verified, even where the state of the remote was lost. */
static void remember_had(struct remote_state *state, const struct manifest *had, const char *hash)
{
    if (had->version <= state->seen_version)
        return;
    state->seen_version = had->version;
    snprintf(state->seen_hash, sizeof state->seen_hash, "%s", hash);
}

enum error_code feed_update(struct remote_update *update, struct error *error)
{
    char path[DATABASE_PATH_SIZE];
    char hash[MANIFEST_HASH_SIZE];
    struct manifest had;
    struct error none = {.code = ERROR_NONE};
    struct fetched_manifest fetched = {.hash = ""};
    feed_cache_path(update->cache, update->remote->name, FEED_MANIFEST, path);
    bool is_had = is_kept_whole(update) && !feed_cache_manifest(path, &had, hash, &none);
    if (is_had)
        remember_had(&update->state, &had, hash);
    update_from(update, is_had ? &had : NULL, hash, &fetched, error);
    /* What is had, not what was refused. */
    if (is_had && (error->code || fetched.manifest.status == 304))
        tell_manifest(update->told, &had);
    else if (error->code)
        update->told->version[0] = update->told->expires[0] = '\0';
    if (error->code)
        update->told->trusted_comment[0] = '\0';
    if (is_had)
        manifest_free(&had);
    free_fetched(&fetched);
    return error->code;
}
