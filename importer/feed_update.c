#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/file.h"
#include "importer/feed_segments.h"
#include "importer/remote_update.h"
#include "importer/signature.h"

enum { CLOCK_SLACK_SECONDS = 24 * 3600 };

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
    transfer->file = update->remote->file;
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
    struct error none;
    feed_cache_path(update->cache, update->remote->name, FEED_MANIFEST, path);
    if (feed_cache_read(path, &manifest, &none))
        return false;
    feed_cache_path(update->cache, update->remote->name, FEED_SIGNATURE, path);
    return !feed_cache_read(path, &signature, &none) &&
           !verify_bytes(update->remote, &manifest, &signature, update->told->trusted_comment, &none);
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
    return file_replace(path, 0644, bytes, error);
}

/* Brings a manifest that holds, and its segments, into the cache. */
static enum error_code take_manifest(struct remote_update *update, const struct fetched_manifest *fetched,
                                     const struct manifest *manifest, struct error *error)
{
    struct remote_state *state = &update->state;
    update->has_new = true;
    /* One that was seen and never came into use: what was kept of it may be the reason. */
    if (state->seen_version == manifest->version && !update->request->dry_run)
        feed_segments_drop_damaged(update, manifest);
    feed_segments_count(update, manifest);
    if (update->request->dry_run)
        return ERROR_NONE;
    /* Seen is seen, whatever becomes of the segments. */
    state->seen_version = manifest->version;
    snprintf(state->seen_hash, sizeof state->seen_hash, "%s", fetched->hash);
    signature_key_number(buffer_text(&fetched->signature.body), fetched->signature.body.length,
                         state->seen_key);
    struct remote_state seen = *state;
    seen.etag[0] = seen.last_modified[0] = '\0';
    if (remote_state_save(update->cache, update->remote->name, &seen, error) ||
        feed_segments_fetch(update, manifest, error) ||
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
    if (feed_segments_mend(update, manifest, error) || update->request->dry_run || is_known)
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
        return feed_segments_mend(update, had, error);
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

/* Whoever had a key that was taken back since may have made the highest version there is. */
static void forget_other_key(struct remote_update *update)
{
    struct buffer signature CLEANUP(buffer_free) = BUFFER(SIGNATURE_MAX_BYTES + 1);
    struct remote_state *state = &update->state;
    const char *keys[REMOTE_MAX_KEYS];
    char path[DATABASE_PATH_SIZE];
    struct error none;
    for (int i = 0; i < update->remote->key_count; i++)
        keys[i] = update->remote->keys[i];
    /* Where the state was lost, the manifest that is kept tells. */
    feed_cache_path(update->cache, update->remote->name, FEED_SIGNATURE, path);
    if (!state->seen_key[0] &&
        (feed_cache_read(path, &signature, &none) ||
         !signature_key_number(buffer_text(&signature), signature.length, state->seen_key)))
        return;
    if (signature_key_is_pinned(state->seen_key, keys, update->remote->key_count))
        return;
    state->seen_version = 0;
    state->seen_hash[0] = state->seen_key[0] = '\0';
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
    forget_other_key(update);
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
