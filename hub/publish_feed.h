/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_PUBLISH_FEED_H
#define PASSTHRU_HUB_PUBLISH_FEED_H

#include "feed/signing_key.h"
#include "hub/site.h"
#include "hub/store.h"

/* The feed of what was accepted (schema/feed.md). */

struct feed_result {
    int64_t version;
    int64_t records; /* lines in all segments */
    int segments;
    int new_segments;
    bool is_new; /* there is a new version; else nothing was to be said, and the files were taken over */
    int64_t last_line;          /* of the store that is in it */
    struct store_segment *kept; /* what publish_feed_end keeps; the caller frees it */
    int64_t created_at;
};

/* Writes the feed into a site: the segments that are there already, those of what was decided since, manifest
 * and signature; and the tables of `data_directory` (NULL: none). Nothing new is no new version, unless half
 * of the life of the last one is over. ERROR_SYSTEM: the clock is behind the last one. `now` is in seconds
 * since 1970. */
enum error_code publish_feed(struct store *store, struct site *site, const struct signing_key *key,
                             const char *data_directory, int64_t now, struct feed_result *result,
                             struct error *error);

/* Remembers what was published, once it is in place. */
enum error_code publish_feed_end(struct store *store, const struct feed_result *result, struct error *error);

#endif
