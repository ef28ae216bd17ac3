/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_FEED_KNOWLEDGE_H
#define PASSTHRU_IMPORTER_FEED_KNOWLEDGE_H

#include "importer/feed_cache.h"
#include "importer/remote_update.h"

/* The tables that a feed carries (schema/feed.md), where its remote's file says knowledge=yes or all: they
 * lie in the cache as feeds/NAME/knowledge/SHA-256.tsv.zst. What lies there is allowed. */

/* Fetches the tables of a manifest that are allowed and missing, checks size, hash and that each begins with
 * its version and is text of at most TABLE_MAX_TEXT bytes; removes what is not allowed or not named any more.
 * Sets update->has_new_tables where that changes anything. ERROR_REMOTE: one could not be fetched, or is
 * another one. */
enum { TABLE_MAX_TEXT = 16 << 20 };
MUST_CHECK enum error_code feed_knowledge_fetch(struct remote_update *update, const struct manifest *manifest,
                                                struct error *error);

/* Where a table lies in the cache. */
void feed_knowledge_path(const struct source_cache *cache, const char *feed, const char *sha256,
                         char path[DATABASE_PATH_SIZE]);

/* The version in the first line of a table, plain or compressed; 0 when it is not there or has none. */
int64_t feed_knowledge_version(const char *path);

#endif
