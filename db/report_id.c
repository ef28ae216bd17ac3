/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/report_id.h"

#include <sodium.h>

void report_id(const char *canonical, size_t length, char id[REPORT_ID_HEX_SIZE])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, (const unsigned char *)canonical, length);
    sodium_bin2hex(id, REPORT_ID_HEX_SIZE, digest, sizeof digest);
}
