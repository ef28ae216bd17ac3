/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_FEED_SEGMENTS_H
#define PASSTHRU_IMPORTER_FEED_SEGMENTS_H

#include "importer/remote_update.h"

/* The segments of a feed's manifest on their way into the cache. */

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

#endif
