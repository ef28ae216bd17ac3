/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_FEED_SIGNING_KEY_H
#define PASSTHRU_FEED_SIGNING_KEY_H

#include "core/buffer.h"
#include "core/error.h"

/* The key that a feed is signed with, in minisign's own files (https://jedisct1.github.io/minisign/): the
 * secret key without a password, as `minisign -G -W` writes it, and the public one. What is signed is
 * verified by feed/signature.h. */

enum { SIGNING_PUBLIC_SIZE = 57 }; /* 56 characters in base64 and the NUL */

struct signing_key {
    unsigned char number[8];
    unsigned char secret[64]; /* seed and public key, as libsodium has it */
};

/* Makes a key and writes it into a file that must not be there yet, for its owner alone; the public key goes
 * to FILE with .pub instead of .key at its end, or after it. Errors as file_create() has them. */
MUST_CHECK enum error_code signing_key_create(const char *path, struct signing_key *key, struct error *error);

/* Reads a secret key. ERROR_NOT_FOUND; ERROR_BAD_INPUT: it is not one, is damaged, or has a password; the
 * next step says how to make one without. */
MUST_CHECK enum error_code signing_key_load(const char *path, struct signing_key *key, struct error *error);

/* The public key, as the second line of its file has it. */
void signing_key_public(const struct signing_key *key, char text[SIGNING_PUBLIC_SIZE]);

/* Appends the signature file of some bytes, of their hash ("ED"), with a trusted comment of one line. */
void signing_key_sign(const struct signing_key *key, const struct buffer *bytes, const char *comment,
                      struct buffer *out);

/* Forgets the key. */
void signing_key_wipe(struct signing_key *key);

#endif
