/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_SITE_H
#define PASSTHRU_HUB_SITE_H

#include <stdbool.h>

#include "core/buffer.h"
#include "core/error.h"

/* A published directory: PUBLIC/current is a link to PUBLIC/site-N, which is written whole beside the one in
 * use and put in its place by renaming a link: who reads gets the old files or the new ones, whatever happens
 * when. What has not changed is the same file (a hard link) in both. One process writes at a time (flock).
 * Paths are relative to the site, and made by the program. */
struct site;

/* How a name stands in a path: letters, digits and _ as they are, a - for all that is between them. "": it
 * has none of these. */
void site_path_part(const char *name, char *part, size_t size);

/* Takes the lock, removes what earlier writers have left, and begins a new site. ERROR_SYSTEM: somebody else
 * is publishing. The caller ends it with site_end or site_drop. */
enum error_code site_begin(const char *public_directory, struct site **site, struct error *error);

/* Reads a file of the site in use; ERROR_NOT_FOUND. */
enum error_code site_read(const struct site *site, const char *path, struct buffer *bytes,
                          struct error *error);

/* Takes a file over from the site in use as it is; with a path that ends in '/' all of that directory. *found
 * is false where there is none. */
enum error_code site_take_over(struct site *site, const char *path, bool *found, struct error *error);

/* Writes a file, and takes it over where it has these bytes already. */
enum error_code site_write(struct site *site, const char *path, const struct buffer *bytes,
                           struct error *error);

/* How many files were written, those taken over not counted. */
int site_written(const struct site *site);

/* Syncs what was written and puts it in place. Frees the site, also after an error. */
enum error_code site_end(struct site *site, struct error *error);

/* Throws away what was written, and frees the site. */
void site_drop(struct site *site);

#endif
