/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_PUBLISH_TABLES_H
#define PASSTHRU_HUB_PUBLISH_TABLES_H

#include "feed/manifest.h"
#include "hub/site.h"

/* The tables of data/ that a feed carries, so that a GPU is known before distributions ship a package. */

/* Writes those that lie in a directory as knowledge/SHA-256.tsv.zst, and stores which they are in the
 * manifest's tables. ERROR_BAD_INPUT: one is too large, or does not begin with its version. */
void publish_tables(struct site *site, const char *directory, struct manifest *manifest, struct error *error);

/* The path of a table in the site. */
void publish_tables_path(const struct feed_table *table, char path[100]);

#endif
