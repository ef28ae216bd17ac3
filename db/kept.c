/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows that thousands of GPUs share: a hundred classes, thirty blockers of vendors. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/internal.h"

struct kept {
    enum kept_kind kind;
    char key[KEY_SIZE];
    size_t size;
    char value[];
};

/* The place of what has this key, empty where nothing has; NULL: all that it could be in are taken. */
static struct kept **place_of(struct database *database, enum kept_kind kind, const char *key)
{
    uint32_t hash = 2166136261U + kind; /* FNV-1a */
    for (const char *at = key; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619U;
    for (uint32_t i = 0; i < 8; i++) {
        struct kept **place = &database->kept[(hash + i) % ARRAY_SIZE(database->kept)];
        if (!*place || ((*place)->kind == kind && strcmp((*place)->key, key) == 0))
            return place;
    }
    return NULL;
}

int kept_take(struct database *database, enum kept_kind kind, const char *key, void *value)
{
    struct kept **place = place_of(database, kind, key);
    if (!place || !*place)
        return -1;
    memcpy(value, (*place)->value, (*place)->size);
    return (int)(*place)->size;
}

void kept_store(struct database *database, enum kept_kind kind, const char *key, const void *value,
                size_t size)
{
    struct kept **place = place_of(database, kind, key);
    struct kept *kept = place && !*place ? malloc(sizeof *kept + size) : NULL;
    if (!kept)
        return;
    kept->kind = kind;
    snprintf(kept->key, sizeof kept->key, "%s", key);
    kept->size = size;
    memcpy(kept->value, value, size);
    *place = kept;
}

void kept_free(struct database *database)
{
    for (size_t i = 0; i < ARRAY_SIZE(database->kept); i++)
        free(database->kept[i]);
}
