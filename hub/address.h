/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_ADDRESS_H
#define PASSTHRU_HUB_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* Who asks, as far as rate limits need it. */

struct address {
    bool is_v6;              /* an IPv4 address in IPv6 (RFC 4291, 2.5.5.2) is one of IPv4 */
    unsigned char bytes[16]; /* of IPv4 the first four; the others are 0 */
};

bool address_parse(const char *text, struct address *address);
/* What is neither IPv4 nor IPv6, as a socket of Unix, is 0.0.0.0. */
void address_of_socket(const struct sockaddr *socket, struct address *address);

/* Keeps of an address the network that a household or a small site has: /24 of IPv4, /56 of IPv6. */
void address_to_network(struct address *address);

/* A network such as 10.0.0.0/8 or fd00::/8; without a length it is one address. */
struct network {
    struct address address;
    int bits;
};
enum { MAX_NETWORKS = 16 };
struct networks {
    struct network items[MAX_NETWORKS];
    int count;
};
/* Reads a list with commas in between; false when it is not one, or has more than MAX_NETWORKS. */
bool networks_parse(const char *text, struct networks *networks);
bool networks_have(const struct networks *networks, const struct address *address);

/* The address of the client: that of the peer, or, where a trusted proxy is the peer, the last of
 * X-Forwarded-For (NULL: there is none) that is not of a trusted proxy itself. What cannot be read there ends
 * the search. */
void address_of_client(const struct networks *trusted, const char *forwarded_for, struct address *peer);

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
