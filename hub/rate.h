/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_RATE_H
#define PASSTHRU_HUB_RATE_H

#include "hub/address.h"

/* A rate limit for each network: a token bucket. The table does not grow: networks whose keyed hashes end
 * alike share a bucket, and nobody can choose with whom. */
struct rate;

/* `per_second` requests in the long run, RATE_BURST seconds of that at once, one at least; at most 10^6. NULL
 * without memory. */
enum { RATE_BUCKETS = 1 << 16, RATE_BURST = 10 };
struct rate *rate_create(double per_second);
void rate_free(struct rate *rate);

/* Takes a token for an address at a time in seconds of any clock that only goes on. Returns 0, or after how
 * many seconds, at least 1, there will be one. NULL limits nothing. */
int rate_take(struct rate *rate, const struct address *address, double now);

#endif
