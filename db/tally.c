#include "db/tally.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a, with a last mixing step for the low bits that choose the slot. */
static uint32_t hash_bytes(const unsigned char *bytes, size_t length)
{
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ bytes[i]) * 16777619U;
    return hash ^ hash >> 15;
}

static size_t find_slot(const struct tally *tally, uint32_t hash, const void *key, size_t length)
{
    size_t slot = hash & (tally->room - 1);
    for (;; slot = (slot + 1) & (tally->room - 1)) {
        const struct tally_entry *entry = tally->slots[slot];
        if (!entry ||
            (entry->hash == hash && entry->length == length && memcmp(entry->key, key, length) == 0))
            return slot;
    }
}

static int grow(struct tally *tally)
{
    struct tally larger = {.room = tally->room ? 2 * tally->room : 64, .count = tally->count};
    larger.slots = calloc(larger.room, sizeof(struct tally_entry *));
    if (!larger.slots)
        return -1;
    for (size_t i = 0; i < tally->room; i++) {
        struct tally_entry *entry = tally->slots[i];
        if (entry)
            larger.slots[find_slot(&larger, entry->hash, entry->key, entry->length)] = entry;
    }
    free(tally->slots);
    *tally = larger;
    return 0;
}

struct tally_entry *tally_find(const struct tally *tally, const void *key, size_t length)
{
    return tally->room ? tally->slots[find_slot(tally, hash_bytes(key, length), key, length)] : NULL;
}

struct tally_entry *tally_entry(struct tally *tally, const void *key, size_t length)
{
    if (length > TALLY_KEY_SIZE || (2 * tally->count >= tally->room && grow(tally)))
        return NULL;
    uint32_t hash = hash_bytes(key, length);
    size_t slot = find_slot(tally, hash, key, length);
    if (!tally->slots[slot]) {
        struct tally_entry *entry = calloc(1, sizeof *entry + length);
        if (!entry)
            return NULL;
        entry->hash = hash;
        entry->length = (uint16_t)length;
        memcpy(entry->key, key, length);
        tally->slots[slot] = entry;
        tally->count++;
    }
    return tally->slots[slot];
}

void tally_clear(struct tally *tally)
{
    for (size_t i = 0; tally->count && i < tally->room; i++) {
        free(tally->slots[i]);
        tally->slots[i] = NULL;
    }
    tally->count = 0;
    /* One full tally must not make each further clearing long. */
    if (tally->room > 1024) {
        free(tally->slots);
        *tally = (struct tally){.count = 0};
    }
}

void tally_free(struct tally *tally)
{
    tally_clear(tally);
    free(tally->slots);
    *tally = (struct tally){.count = 0};
}
