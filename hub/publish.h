/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_PUBLISH_H
#define PASSTHRU_HUB_PUBLISH_H

#include "db/database.h"
#include "feed/signature.h"
#include "hub/site.h"
#include "hub/store.h"

/* What a database of passthru says, as files: for each GPU gpu/VVVV-DDDD/index.html, and what `passthru query
 * --json` says of it, as one object, in api/v1/devices/VVVV-DDDD.json; for each vendor
 * vendor/VVVV/index.html, for each chip chip/CHIP/index.html, for each series series/NAME/index.html, for
 * each symptom symptom/ID/index.html; index.html, search.json, and the files of `templates` that are no
 * templates. `url` is where the site is, and ends in '/': it gets sitemap.xml and atom.xml; "": it
 * does not. ERROR_BAD_INPUT: a template that does not fit, with file and line. */
void publish_pages(struct database *database, const char *templates, const char *url, struct site *site,
                   struct error *error);

/* Takes them over from the site in use as they are. *found is false where it has none. */
void publish_pages_again(struct site *site, bool *found, struct error *error);

/* Where the templates are that were installed with the program, or lie in its source tree. */
void publish_find_templates(char path[DATABASE_PATH_SIZE]);

/* Appends size and time of each of them, so that a changed one is noticed. */
void publish_stamp_templates(const char *templates, struct buffer *stamp);

/* The feed of what was accepted (schema/feed.md). */

struct feed_result {
    int64_t version;
    int64_t records; /* lines in all segments */
    int segments;
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
