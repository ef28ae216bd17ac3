/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "feed/signature.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/file.h"
#include "core/owner.h"

/* The bytes of a secret key: algorithm "Ed", the derivation of its password ("Sc", or two NUL for none), the
 * hash "B2" of its checksum, what scrypt needs, and from there on what a password encrypts: number, key,
 * checksum, which is zero without a password. */
enum { DERIVATION = 2, CHECKSUM_KIND = 4, NUMBER = 54, SECRET = 62, SECRET_BYTES = 158 };
enum { FILE_MAX = 2048, BASE64_MAX = 256 };

static void append_base64(struct buffer *out, const unsigned char *bytes, size_t length)
{
    char text[BASE64_MAX];
    sodium_bin2base64(text, sizeof text, bytes, length, sodium_base64_VARIANT_ORIGINAL);
    buffer_append_format(out, "%s\n", text);
    sodium_memzero(text, sizeof text);
}

void signing_key_public(const struct signing_key *key, char text[SIGNING_PUBLIC_SIZE])
{
    unsigned char bytes[2 + 8 + 32] = "Ed";
    memcpy(bytes + 2, key->number, 8);
    memcpy(bytes + 10, key->secret + 32, 32);
    sodium_bin2base64(text, SIGNING_PUBLIC_SIZE, bytes, sizeof bytes, sodium_base64_VARIANT_ORIGINAL);
}

static enum error_code write_public(const char *path, const struct signing_key *key, struct error *error)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(FILE_MAX);
    char public_path[FILE_PATH_SIZE];
    char line[SIGNING_PUBLIC_SIZE];
    size_t length = strlen(path);
    bool has_suffix = length > 4 && strcmp(path + length - 4, ".key") == 0;
    if (snprintf(public_path, sizeof public_path, "%.*s.pub", (int)(length - (has_suffix ? 4 : 0)), path) >=
        (int)sizeof public_path)
        return error_set(error, ERROR_USAGE, "the path of the key is too long");
    signing_key_public(key, line);
    buffer_append_format(&text, "untrusted comment: public key of a passthru feed\n%s\n", line);
    return file_create(public_path, 0644, &text, error);
}

enum error_code signing_key_create(const char *path, struct signing_key *key, struct error *error)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(FILE_MAX);
    unsigned char bytes[SECRET_BYTES] = {0};
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    crypto_sign_keypair(public_key, key->secret);
    randombytes_buf(key->number, sizeof key->number);
    memcpy(bytes, "Ed", 2);
    memcpy(bytes + CHECKSUM_KIND, "B2", 2);
    memcpy(bytes + NUMBER, key->number, 8);
    memcpy(bytes + SECRET, key->secret, 64);
    buffer_append_text(&text, "untrusted comment: secret key of a passthru feed, without a password\n");
    append_base64(&text, bytes, sizeof bytes);
    enum error_code code = file_create(path, 0600, &text, error);
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(text.data, text.length);
    if (!code && (code = write_public(path, key, error)))
        unlink(path); /* one without the other would be taken for both */
    return code;
}

/* The second line of a file of at most FILE_MAX bytes, NUL-terminated. */
static enum error_code read_second_line(const char *path, char line[FILE_MAX], struct error *error)
{
    char text[FILE_MAX];
    int file = owner_open_regular(path, path, error);
    if (file < 0)
        return error->code;
    ssize_t got = read(file, text, sizeof text - 1);
    close(file);
    text[got > 0 ? got : 0] = '\0';
    const char *second = strchr(text, '\n');
    snprintf(line, FILE_MAX, "%.*s", second ? (int)strcspn(second + 1, "\r\n") : 0, second ? second + 1 : "");
    sodium_memzero(text, sizeof text);
    return error->code = ERROR_NONE;
}

/* Returns what is wrong with a key, or NULL. */
static const char *take(const unsigned char bytes[SECRET_BYTES], struct signing_key *key)
{
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    if (memcmp(bytes, "Ed", 2) != 0 || memcmp(bytes + CHECKSUM_KIND, "B2", 2) != 0)
        return "is not a secret key of minisign";
    if (bytes[DERIVATION] || bytes[DERIVATION + 1])
        return "has a password, which nobody is there to type";
    memcpy(key->number, bytes + NUMBER, sizeof key->number);
    crypto_sign_seed_keypair(public_key, key->secret, bytes + SECRET);
    if (sodium_memcmp(key->secret, bytes + SECRET, sizeof key->secret) != 0)
        return "is damaged: its two halves do not belong together";
    return NULL;
}

enum error_code signing_key_load(const char *path, struct signing_key *key, struct error *error)
{
    char line[FILE_MAX];
    unsigned char bytes[SECRET_BYTES];
    size_t length = 0;
    const char *why = "is not a secret key of minisign";
    if (read_second_line(path, line, error))
        return error->code;
    if (!sodium_base642bin(bytes, sizeof bytes, line, strlen(line), NULL, &length, NULL,
                           sodium_base64_VARIANT_ORIGINAL) &&
        length == sizeof bytes)
        why = take(bytes, key);
    sodium_memzero(line, sizeof line);
    sodium_memzero(bytes, sizeof bytes);
    if (!why)
        return ERROR_NONE;
    error_set(error, ERROR_BAD_INPUT, "the key %s %s", path, why);
    return error_next(error,
                      "make one without a password: minisign -G -W -s KEY.key -p KEY.pub; or remove the "
                      "password of this one: minisign -C -W -s KEY.key");
}

void signing_key_sign(const struct signing_key *key, const struct buffer *bytes, const char *comment,
                      struct buffer *out)
{
    unsigned char signature[2 + 8 + crypto_sign_BYTES] = "ED";
    unsigned char hash[64];
    unsigned char global[crypto_sign_BYTES];
    struct buffer covered CLEANUP(buffer_free) = BUFFER(2048);
    crypto_generichash(hash, sizeof hash, (const unsigned char *)buffer_text(bytes), bytes->length, NULL, 0);
    memcpy(signature + 2, key->number, 8);
    crypto_sign_detached(signature + 10, NULL, hash, sizeof hash, key->secret);
    buffer_append(&covered, (const char *)signature + 10, crypto_sign_BYTES);
    buffer_append_text(&covered, comment);
    crypto_sign_detached(global, NULL, (const unsigned char *)buffer_text(&covered), covered.length,
                         key->secret);
    buffer_append_text(out, "untrusted comment: signature of a passthru feed\n");
    append_base64(out, signature, sizeof signature);
    buffer_append_format(out, "trusted comment: %s\n", comment);
    append_base64(out, global, sizeof global);
    out->failed |= covered.failed;
}

void signing_key_wipe(struct signing_key *key)
{
    sodium_memzero(key, sizeof *key);
}
