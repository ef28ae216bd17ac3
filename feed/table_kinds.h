/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_FEED_TABLE_KINDS_H
#define PASSTHRU_FEED_TABLE_KINDS_H

#include <stdbool.h>

enum { TABLE_KIND_COUNT = 13 };

/* The tables of data/ that a feed may carry (schema/feed.md) and that a user may add to. */
struct table_kind {
    const char *name;      /* of the file */
    bool is_about_verdict; /* says what a verdict is made by, not what a GPU is */
};
extern const struct table_kind table_kinds[TABLE_KIND_COUNT];

/* The one of that name, or NULL. */
const struct table_kind *table_kind_find(const char *name);

#endif
