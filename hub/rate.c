/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/address.h"

#include <limits.h>
#include <math.h>
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct bucket {
    double spent; /* tokens that are missing to a full bucket, at */
    double time;
};

struct rate {
    double per_second;
    double size; /* of a full bucket */
    unsigned char key[crypto_shorthash_KEYBYTES];
    struct bucket buckets[RATE_BUCKETS];
};

struct rate *rate_create(double per_second)
{
    struct rate *rate = calloc(1, sizeof *rate);
    if (!rate)
        return NULL;
    rate->per_second = per_second;
    rate->size = fmax(1, per_second * RATE_BURST);
    crypto_shorthash_keygen(rate->key);
    return rate;
}

void rate_free(struct rate *rate)
{
    free(rate);
}

static struct bucket *find_bucket(struct rate *rate, const struct address *address)
{
    struct address network = *address;
    unsigned char text[1 + sizeof network.bytes];
    uint64_t hash;
    address_to_network(&network);
    text[0] = network.is_v6;
    memcpy(text + 1, network.bytes, sizeof network.bytes);
    crypto_shorthash((unsigned char *)&hash, text, sizeof text, rate->key);
    return &rate->buckets[hash % RATE_BUCKETS];
}

int rate_take(struct rate *rate, const struct address *address, double now)
{
    if (!rate)
        return 0;
    struct bucket *bucket = find_bucket(rate, address);
    bucket->spent = fmax(0, bucket->spent - (now - bucket->time) * rate->per_second);
    bucket->time = now;
    if (bucket->spent + 1 <= rate->size) {
        bucket->spent++;
        return 0;
    }
    return (int)fmin(fmax(1, ceil((bucket->spent + 1 - rate->size) / rate->per_second)), INT_MAX);
}
