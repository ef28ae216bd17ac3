/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows that thousands of GPUs share: a hundred classes, thirty blockers of vendors. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/internal.h"

static struct kept **place_of(struct database *database, enum kept_kind kind, const char *key)
{
    unsigned hash = kind;
    for (const char *at = key; *at; at++)
        hash = hash * 31 + (unsigned char)*at;
    return &database->kept[hash % ARRAY_SIZE(database->kept)];
}

const struct kept *kept_find(struct database *database, enum kept_kind kind, const char *key)
{
    const struct kept *kept = *place_of(database, kind, key);
    return kept && kept->kind == kind && strcmp(kept->key, key) == 0 ? kept : NULL;
}

void kept_store(struct database *database, enum kept_kind kind, const char *key, const void *value,
                size_t size)
{
    struct kept **place = place_of(database, kind, key);
    free(*place);
    *place = malloc(sizeof **place + size);
    if (!*place)
        return;
    (*place)->kind = kind;
    snprintf((*place)->key, sizeof(*place)->key, "%s", key);
    (*place)->size = size;
    memcpy((*place)->value, value, size);
}

void kept_free(struct database *database)
{
    for (size_t i = 0; i < ARRAY_SIZE(database->kept); i++)
        free(database->kept[i]);
}
