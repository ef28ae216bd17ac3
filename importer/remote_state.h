/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_REMOTE_STATE_H
#define PASSTHRU_IMPORTER_REMOTE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "feed/signature.h"
#include "importer/feed_cache.h"
#include "importer/transfer.h"

/* What is remembered of a remote from one sync to the next: remotes/NAME.json in the source cache. All of it
 * can be lost: the next sync then fetches more than it needs to. */
struct remote_state {
    char url[REMOTE_URL_SIZE];     /* that it was fetched from */
    char etag[TRANSFER_ETAG_SIZE]; /* of the current copy, which is in the database; "" */
    char last_modified[TRANSFER_DATE_SIZE];
    char fetched[MANIFEST_TIME_SIZE];         /* when that was, "" never */
    char version[64];                         /* of a list, as it states it */
    int64_t seen_version;                     /* of a feed: the highest that was ever verified, 0 none */
    char seen_hash[MANIFEST_HASH_SIZE];       /* SHA-256 of that manifest; of a list in use */
    char seen_key[SIGNATURE_KEY_NUMBER_SIZE]; /* the number of the key that has signed it; "" not known */
    int64_t retracted;                        /* reports of the feed that are taken back */
};

/* Reads it; all empty when there is none or it is damaged. What its server called it (ETag, Last-Modified) is
 * empty where it is of another address. */
void remote_state_load(const struct source_cache *cache, const char *name, const char *url,
                       struct remote_state *state);

/* Writes it. */
MUST_CHECK enum error_code remote_state_save(const struct source_cache *cache, const char *name,
                                             const struct remote_state *state, struct error *error);

/* Has a transfer ask only for something else than what the state is of. */
void remote_state_ask(const struct remote_state *state, struct transfer *transfer);

/* Remembers what the server calls what it has answered. Returns whether it was called otherwise before. */
bool remote_state_take_tags(struct remote_state *state, const struct transfer *answer);

/* A time, in seconds since 1970, as "2026-11-22T10:00:00Z". */
void remote_time(int64_t seconds, char text[MANIFEST_TIME_SIZE]);

#endif
