#ifndef PASSTHRU_IMPORTER_FEED_SEGMENTS_H
#define PASSTHRU_IMPORTER_FEED_SEGMENTS_H

#include "importer/remote_update.h"

/* The segments of a feed's manifest on their way into the cache. */

/* Counts how many there are and how many are missing. */
void feed_segments_count(struct remote_update *update, const struct manifest *manifest);

/* Fetches those that are missing, several at once, and checks each: its size, its SHA-256, how many lines it
 * unpacks to. What could not be fetched whole stays as a part. ERROR_REMOTE: one is not what the manifest
 * says, or could not be fetched. */
MUST_CHECK enum error_code feed_segments_fetch(struct remote_update *update, const struct manifest *manifest,
                                               struct error *error);

/* Removes those whose size is right and whose content is not. */
void feed_segments_drop_damaged(const struct remote_update *update, const struct manifest *manifest);

/* Counts and fetches what is missing of a manifest that is in use already: what the disk has lost or damaged
 * is fetched again. */
MUST_CHECK enum error_code feed_segments_mend(struct remote_update *update, const struct manifest *manifest,
                                              struct error *error);

#endif
