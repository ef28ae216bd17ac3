/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_FEED_SIGNATURE_H
#define PASSTHRU_FEED_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buffer.h"
#include "core/error.h"

/* Signatures as minisign makes them (https://jedisct1.github.io/minisign/): Ed25519 over the bytes ("Ed") or
 * over their BLAKE2b-512 ("ED"), and a trusted comment that is signed with them. */

enum { SIGNATURE_MAX_BYTES = 4096, SIGNATURE_COMMENT_SIZE = 1024, SIGNATURE_KEY_NUMBER_SIZE = 17 };

/* Whether `key` is a minisign public key: the base64 line of its file. ERROR_BAD_INPUT says what is wrong. */
MUST_CHECK enum error_code signature_check_key(const char *key, struct error *error);

/* Verifies `bytes` by the text of a signature file and one of `key_count` public keys, and stores the trusted
 * comment (hostile text, NUL-terminated). ERROR_REMOTE, with a message of its own each, when the file is not
 * a signature, is of another key (both key numbers are named), does not match the bytes, or its trusted
 * comment was changed. */
MUST_CHECK enum error_code signature_verify(const unsigned char *bytes, size_t length, const char *signature,
                                            size_t signature_length, const char *const keys[], int key_count,
                                            char comment[SIGNATURE_COMMENT_SIZE], struct error *error);

/* Stores the number of the key that a signature names, in hexadecimal; false when it is not a signature. */
bool signature_key_number(const char *text, size_t length, char number[SIGNATURE_KEY_NUMBER_SIZE]);

/* Whether one of these keys has that number. */
bool signature_key_is_pinned(const char *number, const char *const keys[], int key_count);

/* The key that a feed is signed with, in minisign's own files (https://jedisct1.github.io/minisign/): the
 * secret key without a password, as `minisign -G -W` writes it, and the public one. What is signed is
 * verified by feed/signature.h. */

enum { SIGNING_PUBLIC_SIZE = 57 }; /* 56 characters in base64 and the NUL */

struct signing_key {
    unsigned char number[8];
    unsigned char secret[64]; /* seed and public key, as libsodium has it */
};

/* Makes a key and writes it into a file that must not be there yet, for its owner alone; the public key goes
 * to FILE with .pub instead of .key at its end, or after it; none is left without the other. Errors as
 * file_create() has them. */
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
