/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_SOURCE_CACHE_H
#define PASSTHRU_IMPORTER_SOURCE_CACHE_H

#include <stdbool.h>

#include "core/buffer.h"
#include "core/error.h"
#include "core/file.h"
#include "db/database.h"
#include "feed/manifest.h"
#include "importer/product_list.h"

/* The source cache: the directory `DATABASE.sources` beside a database. It keeps the files that were
 * imported, byte for byte, so that the database can be rebuilt offline at any time. A list of names is
 * `pci.ids`, report files are `reports-<BLAKE2b-256>`: no name comes from outside. */
struct source_cache {
    char directory[DATABASE_PATH_SIZE];
    int lock; /* -1: not taken */
    int received;
};

/* A file on its way into the cache: copied, hashed, but not part of it before source_cache_keep. */
struct incoming_source {
    char path[DATABASE_PATH_SIZE]; /* the copy */
    char hash[65];
    enum source_kind kind;
    int64_t new_source; /* the caller's: of reports that were not there before the number of their source */
};

/* Opens the cache of a database and takes its lock: two importers of one database work one after the other.
 * Creates database directory and cache where they are missing, and removes what an import that was killed
 * left in it. `waiting` (may be NULL) is called before it has to wait for the lock. The caller closes the
 * cache. Root becomes, for good, the user whose directory it is (core/owner.h). Before anything is made:
 * ERROR_FOREIGN_DATABASE where there is something else than a regular file, ERROR_USAGE where the path is too
 * long for SQLite. Whoever holds the lock is that user. */
MUST_CHECK enum error_code source_cache_open(const char *database_path, void (*waiting)(void),
                                             struct source_cache *cache, struct error *error);
void source_cache_close(struct source_cache *cache);

/* The cache of a database for reading only, as it is now: no lock is taken, nothing is made. */
struct source_cache source_cache_view(const char *database_path);

/* Copies a file (- is standard input; else as owner_hold has opened it) into the cache's directory, where
 * only its owner can read it until it is kept, and finds out what it is: by the name that it is shown by,
 * else by its first lines. At most 4 GiB. */
MUST_CHECK enum error_code source_cache_receive(struct source_cache *cache, const char *path,
                                                const char *shown, struct incoming_source *incoming,
                                                struct error *error);

/* The path of a file of the cache; its name comes from here, never from outside. */
struct path source_cache_path(const struct source_cache *cache, const char *name);

/* Makes an incoming file part of the cache, in place of its predecessor, flushed to disk. */
MUST_CHECK enum error_code source_cache_keep(struct source_cache *cache,
                                             const struct incoming_source *incoming, struct error *error);

/* Stores the path of a cached list. False when there is none. Reports are many: not for them. */
bool source_cache_list(const struct source_cache *cache, enum source_kind kind,
                       char path[DATABASE_PATH_SIZE]);

/* Whether a report file of that hash (64 hexadecimal digits) is there. */
bool source_cache_has_reports(const struct source_cache *cache, const char *hash);

/* Calls `each` with every cached report file and its hash, in the order of their names. */
MUST_CHECK enum error_code source_cache_each_reports(const struct source_cache *cache,
                                                     enum error_code (*each)(void *context, const char *path,
                                                                             const char *hash,
                                                                             struct error *error),
                                                     void *context, struct error *error);

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

/* Removes the files of a directory but these, which it sorts; `called` says what their names are. */
void feed_cache_remove_others(const struct source_cache *cache, const char *name, const char *directory,
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
