#ifndef PASSTHRU_DB_TALLY_H
#define PASSTHRU_DB_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

/* Counts by key, gathered in memory: SQLite would sort once more. Memory grows with the number of different
 * keys. */

enum { TALLY_COUNTS = 10, TALLY_KEY_SIZE = 640 };

struct tally_entry {
    int64_t counts[TALLY_COUNTS];
    char latest[12];
    int64_t row; /* where it was stored; the owner's */
    uint32_t hash;
    uint16_t length;
    char key[]; /* `length` bytes */
};

struct tally {
    struct tally_entry **slots;
    size_t room; /* a power of two */
    size_t count;
};

/* The entry of a key, or NULL when there is none. */
struct tally_entry *tally_find(const struct tally *tally, const void *key, size_t length);

/* The entry of a key (at most TALLY_KEY_SIZE bytes), made with zero counts if it is new; NULL without memory.
 * It stays valid until tally_free. */
struct tally_entry *tally_entry(struct tally *tally, const void *key, size_t length);

/* Forgets all entries. */
void tally_clear(struct tally *tally);

void tally_free(struct tally *tally);

#endif
