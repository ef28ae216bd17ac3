/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void unwrap(struct address *address)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (!address->is_v6 || memcmp(address->bytes, mapped, sizeof mapped) != 0)
        return;
    address->is_v6 = false;
    memmove(address->bytes, address->bytes + 12, 4);
    memset(address->bytes + 4, 0, 12);
}

bool address_parse(const char *text, struct address *address)
{
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, text, address->bytes) == 1)
        return true;
    const bool is_read = address->is_v6 = inet_pton(AF_INET6, text, address->bytes) == 1;
    unwrap(address);
    return is_read;
}

void address_of_socket(const struct sockaddr *socket, struct address *address)
{
    memset(address, 0, sizeof *address);
    if (socket && socket->sa_family == AF_INET)
        memcpy(address->bytes, &((const struct sockaddr_in *)socket)->sin_addr, 4);
    if (socket && socket->sa_family == AF_INET6) {
        address->is_v6 = true;
        memcpy(address->bytes, &((const struct sockaddr_in6 *)socket)->sin6_addr, 16);
        unwrap(address);
    }
}

static void keep_bits(struct address *address, int bits)
{
    for (int i = 0; i < 16; i++, bits -= 8)
        if (bits < 8)
            address->bytes[i] &= (unsigned char)(bits <= 0 ? 0 : 0xff << (8 - bits));
}

void address_to_network(struct address *address)
{
    keep_bits(address, address->is_v6 ? 56 : 24);
}

static bool read_network(const char *text, struct network *network)
{
    char copy[INET6_ADDRSTRLEN + 8];
    char *end;
    if (snprintf(copy, sizeof copy, "%s", text) >= (int)sizeof copy)
        return false;
    char *slash = strchr(copy, '/');
    if (slash)
        *slash = '\0';
    if (!address_parse(copy, &network->address))
        return false;
    const int most = network->address.is_v6 ? 128 : 32;
    const long bits = slash ? strtol(slash + 1, &end, 10) : most;
    if (slash && (slash[1] < '0' || slash[1] > '9' || *end || bits > most))
        return false;
    network->bits = (int)bits;
    keep_bits(&network->address, network->bits);
    return true;
}

bool networks_parse(const char *text, struct networks *networks)
{
    char copy[MAX_NETWORKS * (INET6_ADDRSTRLEN + 8)];
    char *rest = NULL;
    networks->count = 0;
    if (snprintf(copy, sizeof copy, "%s", text) >= (int)sizeof copy)
        return false;
    for (const char *word = strtok_r(copy, ",", &rest); word; word = strtok_r(NULL, ",", &rest))
        if (networks->count == MAX_NETWORKS || !read_network(word, &networks->items[networks->count++]))
            return false;
    return networks->count > 0;
}

bool networks_have(const struct networks *networks, const struct address *address)
{
    for (int i = 0; i < networks->count; i++) {
        struct address kept = *address;
        keep_bits(&kept, networks->items[i].bits);
        if (kept.is_v6 == networks->items[i].address.is_v6 &&
            memcmp(kept.bytes, networks->items[i].address.bytes, sizeof kept.bytes) == 0)
            return true;
    }
    return false;
}

void address_of_client(const struct networks *trusted, const char *forwarded_for, struct address *peer)
{
    const char *end = forwarded_for ? forwarded_for + strlen(forwarded_for) : NULL;
    while (end && networks_have(trusted, peer)) {
        char word[INET6_ADDRSTRLEN];
        const char *comma = memrchr(forwarded_for, ',', (size_t)(end - forwarded_for));
        const char *start = comma ? comma + 1 : forwarded_for;
        struct address found;
        start += strspn(start, " \t");
        int length = start < end ? (int)(end - start) : 0;
        while (length && strchr(" \t", start[length - 1]))
            length--;
        if (snprintf(word, sizeof word, "%.*s", length, start) >= (int)sizeof word ||
            !address_parse(word, &found))
            return;
        *peer = found;
        end = comma;
    }
}
