/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_PUBLISH_PAGES_H
#define PASSTHRU_HUB_PUBLISH_PAGES_H

#include "db/database.h"
#include "hub/site.h"

/* What a database of passthru says, as files: for each GPU gpu/VVVV-DDDD/index.html, and what `passthru query
 * --json` says of it, as one object, in api/v1/devices/VVVV-DDDD.json; for each vendor
 * vendor/VVVV/index.html; index.html and style.css. */
void publish_pages(struct database *database, struct site *site, struct error *error);

/* Takes them over from the site in use as they are. *found is false where it has none. */
void publish_pages_again(struct site *site, bool *found, struct error *error);

#endif
