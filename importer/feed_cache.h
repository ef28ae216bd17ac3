/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_FEED_CACHE_H
#define PASSTHRU_IMPORTER_FEED_CACHE_H

#include <stdbool.h>

#include "core/buffer.h"
#include "core/error.h"
#include "feed/manifest.h"
#include "importer/source_cache.h"

/* The report feeds in the source cache: feeds/NAME/manifest.json, its signature,
 * feeds/NAME/segments/<sha256>.ndjson.zst and feeds/NAME/knowledge/<sha256>.tsv.zst. The manifest is the one
 * that the database in use was made from; the one that the next shall be made from lies beside it as
 * manifest.json.new until feed_cache_keep. Names of feeds are those of remotes, names of segments their
 * hashes: nothing else ever names a path. */

enum { MANIFEST_HASH_SIZE = 65 };

#define FEED_MANIFEST      "manifest.json"
#define FEED_SIGNATURE     "manifest.json.minisig"
#define FEED_NEW_MANIFEST  "manifest.json.new"
#define FEED_NEW_SIGNATURE "manifest.json.minisig.new"
#define FEED_SEGMENTS      "segments"
#define FEED_TABLES        "knowledge"

/* The path of a file of a feed, of those above or as feed_segment_path and feed_table_path say; and that of a
 * segment. */
struct path feed_cache_path(const struct source_cache *cache, const char *name, const char *file);
struct path feed_cache_segment_path(const struct source_cache *cache, const char *name, const char *sha256);

/* Creates a directory of a feed. */
MUST_CHECK enum error_code feed_cache_create(const struct source_cache *cache, const char *name,
                                             const char *directory, struct error *error);

/* Removes the files of a directory but these, which it sorts; `called` says what their names are. Whether
 * there were any. */
bool feed_cache_remove_others(const struct source_cache *cache, const char *name, const char *directory,
                              struct path (*called)(const char *sha256), struct segment files[], int count);

/* Appends what is in a file of the cache. ERROR_NOT_FOUND when there is none. */
MUST_CHECK enum error_code feed_cache_read(const char *path, struct buffer *bytes, struct error *error);

/* Flushes all that was written of a feed to the disk: its segments are too many to be flushed one by one. */
MUST_CHECK enum error_code feed_cache_flush(const struct source_cache *cache, const char *name,
                                            struct error *error);

/* Reads a manifest from the cache, and the SHA-256 of its bytes in hexadecimal unless `hash` is NULL.
 * ERROR_NOT_FOUND when there is none. The caller frees it. */
MUST_CHECK enum error_code feed_cache_manifest(const struct source_cache *cache, const char *name,
                                               const char *file, struct manifest *manifest,
                                               char hash[MANIFEST_HASH_SIZE], struct error *error);

/* Whether a segment is there and has its size. */
bool feed_cache_has(const struct source_cache *cache, const char *name, const struct segment *segment);

/* Stores the SHA-256 of a file in hexadecimal, and its size unless that is NULL. */
MUST_CHECK enum error_code feed_cache_hash(const char *path, char hash[MANIFEST_HASH_SIZE], int64_t *size,
                                           struct error *error);

/* Checks that the file at `path` is that segment: its size and its SHA-256. ERROR_REMOTE when it is not. */
MUST_CHECK enum error_code feed_cache_check(const char *path, const struct segment *segment,
                                            struct error *error);

/* Calls `each` with the name of every feed in the cache, in their order. */
MUST_CHECK enum error_code feed_cache_each(const struct source_cache *cache,
                                           enum error_code (*each)(void *context, const char *name,
                                                                   struct error *error),
                                           void *context, struct error *error);

/* Replaces the manifest in use and its signature by the new ones. */
MUST_CHECK enum error_code feed_cache_keep(const struct source_cache *cache, const char *name,
                                           struct error *error);

/* Removes the segments that the manifest in use does not name, once the new database is in place. */
void feed_cache_clean(const struct source_cache *cache, const char *name);

#endif
