/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_FEED_FILES_H
#define PASSTHRU_IMPORTER_FEED_FILES_H

#include "importer/sync.h"

/* What a feed's manifest names, on its way into the cache: segments, and the tables (schema/feed.md) that its
 * remote's file allows with knowledge=yes or all. What lies in the cache is allowed. */

/* Fetches DIRECTORY_OF_THE_FEED/NAME into a transfer, of which the caller sets where to and how much. */
MUST_CHECK enum error_code feed_fetch(struct remote_update *update, const char *name,
                                      struct transfer *transfer, struct error *error);

/* Puts the feed's name before an error, which gets this next step where it has none. */
enum error_code feed_name_error(const struct remote_update *update, struct error *error, const char *next);

/* Counts how many there are and how many are missing. */
void feed_segments_count(struct remote_update *update, const struct manifest *manifest);

/* Fetches those that are missing, one after the other, and looks at each: its size, its SHA-256, how many
 * lines it unpacks to. What could not be fetched whole stays in part. ERROR_REMOTE: one is another one, or
 * could not be fetched. */
MUST_CHECK enum error_code feed_segments_fetch(struct remote_update *update, const struct manifest *manifest,
                                               struct error *error);

/* Removes those whose size is right and whose content is not. */
void feed_segments_drop_damaged(const struct remote_update *update, const struct manifest *manifest);

/* Counts and fetches what is missing of a manifest that is in use already: what the disk has lost or damaged
 * is fetched again. */
MUST_CHECK enum error_code feed_segments_mend(struct remote_update *update, const struct manifest *manifest,
                                              struct error *error);

/* Fetches the tables of a manifest that are allowed and missing, checks size, hash and that each begins with
 * its version and is text of at most TABLE_MAX_TEXT bytes; removes what is not allowed or not named any more.
 * ERROR_REMOTE: one could not be fetched, or is another one. */
enum { TABLE_MAX_TEXT = 16 << 20 };
MUST_CHECK enum error_code feed_knowledge_fetch(struct remote_update *update, const struct manifest *manifest,
                                                struct error *error);

/* The version in the first line of a table, plain or compressed; 0 when it is not there or has none. */
int64_t feed_knowledge_version(const char *path);

#endif
