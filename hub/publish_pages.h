/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_PUBLISH_PAGES_H
#define PASSTHRU_HUB_PUBLISH_PAGES_H

#include "db/database.h"
#include "hub/site.h"

/* What a database of passthru says, as files: for each GPU gpu/VVVV-DDDD/index.html, and what `passthru query
 * --json` says of it, as one object, in api/v1/devices/VVVV-DDDD.json; for each vendor
 * vendor/VVVV/index.html, for each chip chip/CHIP/index.html, for each series series/NAME/index.html, for
 * each symptom symptom/ID/index.html; index.html, search.json, and the files of `templates` that are no
 * templates. `url` is where the site is, and ends in '/': it gets sitemap.xml and atom.xml; NULL, or "": it
 * does not. ERROR_BAD_INPUT: a template that does not fit, with file and line. */
void publish_pages(struct database *database, const char *templates, const char *url, struct site *site,
                   struct error *error);

/* Takes them over from the site in use as they are. *found is false where it has none. */
void publish_pages_again(struct site *site, bool *found, struct error *error);

/* Where the templates are that were installed with the program, or lie in its source tree. */
void publish_find_templates(char path[DATABASE_PATH_SIZE]);

/* Appends size and time of each of them, so that a changed one is noticed. */
void publish_stamp_templates(const char *templates, struct buffer *stamp);

#endif
