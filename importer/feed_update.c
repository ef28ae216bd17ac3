/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/file.h"
#include "db/report_id.h"
#include "feed/signature.h"
#include "importer/feed_files.h"
#include "importer/sync.h"

enum { CLOCK_SLACK_SECONDS = 24 * 3600 };

/* One update of a feed. */
struct feed {
    struct remote_update *update;
    const char *keys[REMOTE_MAX_KEYS];
    bool have_current;
    struct manifest current; /* the one that the database in use was made from, where there is one */
    char current_hash[MANIFEST_HASH_SIZE];
    struct transfer manifest; /* as it came */
    struct transfer signature;
    char hash[MANIFEST_HASH_SIZE]; /* SHA-256 of what came */
};

/* ---- fetching and verifying ---- */

static enum error_code verify(const struct feed *feed, const struct buffer *manifest,
                              const struct buffer *signature, struct error *error)
{
    return signature_verify((const unsigned char *)buffer_text(manifest), manifest->length,
                            buffer_text(signature), signature->length, feed->keys,
                            feed->update->remote->key_count, feed->update->result.trusted_comment, error);
}

static enum error_code read_cached(const struct feed *feed, const char *file, struct buffer *bytes)
{
    struct error none;
    return feed_cache_read(feed_cache_path(feed->update->cache, feed->update->remote->name, file).text, bytes,
                           &none);
}

/* Whether the current manifest is still what was signed, by a key that is pinned now: disks forget, people
 * edit, and a key may be taken back. */
static bool is_current_valid(const struct feed *feed)
{
    struct buffer manifest CLEANUP(buffer_free) = BUFFER(MANIFEST_MAX_BYTES + 1);
    struct buffer signature CLEANUP(buffer_free) = BUFFER(SIGNATURE_MAX_BYTES + 1);
    struct error none;
    return !read_cached(feed, FEED_MANIFEST, &manifest) && !read_cached(feed, FEED_SIGNATURE, &signature) &&
           !verify(feed, &manifest, &signature, &none);
}

/* Fetches both and verifies them. While a mirror is being brought up to date, they may be of two versions for
 * a moment: then once more. Nothing is looked at before the signature holds. */
static enum error_code fetch_verified(struct feed *feed, struct error *error)
{
    for (int turn = 0;; turn++) {
        const struct buffer *manifest = &feed->manifest.body;
        if (feed_fetch(feed->update, FEED_MANIFEST, &feed->manifest, error) || feed->manifest.status == 304)
            return error->code;
        if (feed_fetch(feed->update, FEED_SIGNATURE, &feed->signature, error)) {
            if (feed->signature.status != 404)
                return error->code;
            error_set(error, ERROR_REMOTE, "it is not signed: there is no %.900s", feed->signature.url);
            break;
        }
        report_id(buffer_text(manifest), manifest->length, feed->hash); /* SHA-256 */
        if (!verify(feed, manifest, &feed->signature.body, error))
            return ERROR_NONE;
        if (error->code != ERROR_REMOTE || turn == 1)
            break;
        nanosleep(&(struct timespec){.tv_nsec = 500000000}, NULL);
        feed->manifest.etag = feed->manifest.last_modified = NULL;
        error->code = ERROR_NONE;
    }
    return feed_name_error(feed->update, error, "nothing of it was used; ask whoever runs the feed");
}

/* ---- checking ---- */

/* A signed manifest may still be an old one that somebody serves again. */
static enum error_code check_age(const struct feed *feed, const struct manifest *manifest,
                                 struct error *error)
{
    const int64_t now = feed->update->now;
    char shown[MANIFEST_TIME_SIZE];
    manifest_print_time(now, shown);
    if (manifest->created_at > now + CLOCK_SLACK_SECONDS) {
        error_set(error, ERROR_REMOTE, "the feed was created at %s, which is in the future: it is %s here",
                  manifest->created, shown);
        return feed_name_error(feed->update, error, "set the clock of this machine, then: passthru sync");
    }
    if (manifest->expires_at <= now) {
        error_set(error, ERROR_REMOTE,
                  "the feed expired at %s: the server no longer updates it, or holds it back",
                  manifest->expires);
        return feed_name_error(
            feed->update, error,
            "the last good copy stays in use; check the clock of this machine, else ask whoever"
            " runs the feed");
    }
    return ERROR_NONE;
}

static enum error_code check_manifest(const struct feed *feed, const struct manifest *manifest,
                                      struct error *error)
{
    const struct remote_state *state = &feed->update->state;
    if (strcmp(manifest->name, feed->update->remote->name) != 0) {
        error_set(error, ERROR_REMOTE, "the feed calls itself \"%s\"", manifest->name);
        return feed_name_error(feed->update, error, "correct name= or url= in the remote's file");
    }
    if (manifest->version < state->seen_version) {
        error_set(error, ERROR_REMOTE, "version %lld is older than version %lld, which was seen before",
                  (long long)manifest->version, (long long)state->seen_version);
        return feed_name_error(feed->update, error,
                               "the last good copy stays in use; ask whoever runs the feed why it went back");
    }
    if (manifest->version == state->seen_version && state->seen_hash[0] &&
        strcmp(feed->hash, state->seen_hash) != 0) {
        error_set(error, ERROR_REMOTE, "version %lld differs from the version %lld seen before",
                  (long long)manifest->version, (long long)manifest->version);
        return feed_name_error(feed->update, error,
                               "the last good copy stays in use; ask whoever runs the feed");
    }
    return check_age(feed, manifest, error);
}

/* ---- taking ---- */

static void show_manifest(const struct feed *feed, const struct manifest *manifest)
{
    struct remote_result *result = &feed->update->result;
    snprintf(result->version, sizeof result->version, "%lld", (long long)manifest->version);
    snprintf(result->expires, sizeof result->expires, "%s", manifest->expires);
}

static enum error_code write_cached(const struct feed *feed, const char *file, const struct buffer *bytes,
                                    struct error *error)
{
    return file_replace(feed_cache_path(feed->update->cache, feed->update->remote->name, file).text, 0644,
                        bytes, error);
}

/* Brings a new manifest and its segments into the cache. */
static enum error_code take_new(const struct feed *feed, const struct manifest *manifest, struct error *error)
{
    struct remote_update *update = feed->update;
    struct remote_state *state = &update->state;
    update->has_new = true;
    /* One that was seen and never came into use: what was kept of it may be the reason. */
    if (state->seen_version == manifest->version && !update->dry_run)
        feed_segments_drop_damaged(update, manifest);
    feed_segments_count(update, manifest);
    if (update->dry_run)
        return ERROR_NONE;
    /* Seen is seen, whatever becomes of the segments. */
    state->seen_version = manifest->version;
    snprintf(state->seen_hash, sizeof state->seen_hash, "%s", feed->hash);
    signature_key_number(buffer_text(&feed->signature.body), feed->signature.body.length, state->seen_key);
    state->etag[0] = state->last_modified[0] = '\0';
    if (remote_state_save(update->cache, update->remote->name, state, error) ||
        feed_segments_fetch(update, manifest, error) || feed_knowledge_fetch(update, manifest, error) ||
        write_cached(feed, FEED_NEW_SIGNATURE, &feed->signature.body, error) ||
        write_cached(feed, FEED_NEW_MANIFEST, &feed->manifest.body, error))
        return error->code;
    remote_state_take_tags(state, &feed->manifest);
    return ERROR_NONE;
}

/* Remembers what the server calls the current manifest now. */
static enum error_code take_same(const struct feed *feed, const struct manifest *manifest,
                                 struct error *error)
{
    struct remote_update *update = feed->update;
    struct remote_state *state = &update->state;
    if (feed_segments_mend(update, manifest, error) || feed_knowledge_fetch(update, manifest, error) ||
        update->dry_run)
        return error->code;
    bool is_known = state->fetched[0];
    if (!is_known)
        manifest_print_time(update->now, state->fetched);
    return remote_state_take_tags(state, &feed->manifest) || !is_known
               ? remote_state_save(update->cache, update->remote->name, state, error)
               : ERROR_NONE;
}

static enum error_code take(struct feed *feed, struct error *error)
{
    struct manifest manifest CLEANUP(manifest_free) = {.version = 0};
    if (fetch_verified(feed, error))
        return error->code;
    if (feed->manifest.status == 304) /* served again and again, it is still no younger */
        return check_age(feed, &feed->current, error) ||
                       feed_segments_mend(feed->update, &feed->current, error)
                   ? error->code
                   : feed_knowledge_fetch(feed->update, &feed->current, error);
    bool same = feed->have_current && strcmp(feed->current_hash, feed->hash) == 0;
    if (manifest_parse(buffer_text(&feed->manifest.body), feed->manifest.body.length, "its manifest",
                       &manifest, error)) {
        error->next[0] = '\0';
        return feed_name_error(feed->update, error,
                               "nothing of it was used; a newer passthru may know this format");
    }
    show_manifest(feed, &manifest);
    if (check_manifest(feed, &manifest, error))
        return error->code;
    return same ? take_same(feed, &manifest, error) : take_new(feed, &manifest, error);
}

/* ---- what is known before ---- */

/* Where the source cache was lost, the database still says which version it was made from. */
static void recall_version(const struct remote_update *update, struct remote_state *state)
{
    if (state->seen_version || !update->current_hash[0])
        return;
    state->seen_version = strtoll(update->current_version, NULL, 10);
    snprintf(state->seen_hash, sizeof state->seen_hash, "%s", update->current_hash);
}

/* Whoever had a key that was taken back since may have made the highest version there is. */
static void forget_other_key(const struct feed *feed)
{
    struct buffer signature CLEANUP(buffer_free) = BUFFER(SIGNATURE_MAX_BYTES + 1);
    struct remote_state *state = &feed->update->state;
    /* Where the state was lost, the current manifest says it. */
    if (!state->seen_key[0] &&
        (read_cached(feed, FEED_SIGNATURE, &signature) ||
         !signature_key_number(buffer_text(&signature), signature.length, state->seen_key)))
        return;
    if (signature_key_is_pinned(state->seen_key, feed->keys, feed->update->remote->key_count))
        return;
    state->seen_version = 0;
    state->seen_hash[0] = state->seen_key[0] = '\0';
}

static void read_current(struct feed *feed)
{
    struct remote_state *state = &feed->update->state;
    struct error none;
    feed->have_current = is_current_valid(feed) &&
                         !feed_cache_manifest(feed->update->cache, feed->update->remote->name, FEED_MANIFEST,
                                              &feed->current, feed->current_hash, &none);
    recall_version(feed->update, state);
    forget_other_key(feed);
    if (!feed->have_current)
        return;
    /* The current manifest was verified, even where the state of the remote was lost. */
    if (feed->current.version > state->seen_version) {
        state->seen_version = feed->current.version;
        snprintf(state->seen_hash, sizeof state->seen_hash, "%s", feed->current_hash);
    }
    /* What the server is asked about is the latest that was verified: it must be the current one. */
    if (strcmp(feed->current_hash, state->seen_hash) == 0)
        remote_state_ask(state, &feed->manifest);
}

enum error_code feed_update(struct remote_update *update, struct error *error)
{
    struct feed feed = {.update = update,
                        .manifest = {.max_bytes = MANIFEST_MAX_BYTES},
                        .signature = {.max_bytes = SIGNATURE_MAX_BYTES}};
    struct remote_result *result = &update->result;
    for (int i = 0; i < update->remote->key_count; i++)
        feed.keys[i] = update->remote->keys[i];
    read_current(&feed);
    take(&feed, error);
    /* What is shown is the current one, not one that was rejected. */
    if (feed.have_current && (error->code || feed.manifest.status == 304))
        show_manifest(&feed, &feed.current);
    else if (error->code)
        result->version[0] = result->expires[0] = '\0';
    if (error->code)
        result->trusted_comment[0] = '\0';
    manifest_free(&feed.current);
    buffer_free(&feed.manifest.body);
    buffer_free(&feed.signature.body);
    return error->code;
}
