/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "feed/signature.h"

#include "core/text.h"

#include <sodium.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Both start with the algorithm, two letters, and the number of the key. */
enum {
    ALGORITHM_SIZE = 2,
    KEY_NUMBER_SIZE = 8,
    HEAD_SIZE = ALGORITHM_SIZE + KEY_NUMBER_SIZE,
    KEY_BYTES = HEAD_SIZE + crypto_sign_PUBLICKEYBYTES,
    SIGNATURE_BYTES = HEAD_SIZE + crypto_sign_BYTES,
    HASH_BYTES = 64,
    LINES = 4
};

struct line {
    const char *text;
    size_t length;
};

struct signature {
    unsigned char bytes[SIGNATURE_BYTES];
    unsigned char global[crypto_sign_BYTES]; /* over bytes and the trusted comment */
    struct line comment;
};

/* libsodium is strict about the alphabet, the padding and bits that are left over, but up to 1.0.18 takes
 * each byte from 0x80 on for a '/'. */
static bool decode(const struct line *line, unsigned char *bytes, size_t size)
{
    size_t length;
    return text_plain_length(line->text, line->length) == line->length &&
           sodium_base642bin(bytes, size, line->text, line->length, NULL, &length, NULL,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           length == size;
}

/* As minisign shows it: the bytes are a number with the lowest first. */
static uint64_t key_number(const unsigned char *head)
{
    uint64_t number = 0;
    for (int i = KEY_NUMBER_SIZE - 1; i >= 0; i--)
        number = number << 8 | head[ALGORITHM_SIZE + i];
    return number;
}

static bool decode_key(const char *text, unsigned char key[KEY_BYTES])
{
    const struct line line = {text, strlen(text)};
    return decode(&line, key, KEY_BYTES) && memcmp(key, "Ed", ALGORITHM_SIZE) == 0;
}

enum error_code signature_check_key(const char *key, struct error *error)
{
    unsigned char bytes[KEY_BYTES];
    error->code = ERROR_NONE;
    if (decode_key(key, bytes))
        return ERROR_NONE;
    error_set(error, ERROR_BAD_INPUT, "\"%.100s\" is not a minisign public key", key);
    return error_next(error, "use the second line of the file *.pub: 56 characters that start with RW");
}

static bool split(const char *text, size_t length, struct line lines[LINES])
{
    int count = 0;
    for (const char *end = text + length; text < end; count++) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        const char *next = line_end ? line_end + 1 : end;
        size_t line_length = (size_t)((line_end ? line_end : end) - text);
        if (count == LINES)
            return false;
        if (line_end && line_length && text[line_length - 1] == '\r')
            line_length--;
        lines[count] = (struct line){text, line_length};
        text = next;
    }
    return count == LINES;
}

/* Removes the prefix of a line. */
static bool skip(struct line *line, const char *prefix)
{
    size_t length = strlen(prefix);
    if (line->length < length || memcmp(line->text, prefix, length) != 0)
        return false;
    line->text += length;
    line->length -= length;
    return true;
}

/* Returns what is wrong with it, or NULL. */
static const char *parse(const char *text, size_t length, struct signature *signature)
{
    struct line lines[LINES];
    if (length > SIGNATURE_MAX_BYTES)
        return "it is too long";
    if (!split(text, length, lines))
        return "it does not have four lines";
    if (!skip(&lines[0], "untrusted comment: "))
        return "its first line is not an untrusted comment";
    if (!decode(&lines[1], signature->bytes, SIGNATURE_BYTES))
        return "its second line is not a signature in base64";
    if (memcmp(signature->bytes, "Ed", ALGORITHM_SIZE) != 0 &&
        memcmp(signature->bytes, "ED", ALGORITHM_SIZE) != 0)
        return "its algorithm is unknown";
    if (!skip(&lines[2], "trusted comment: "))
        return "its third line is not a trusted comment";
    signature->comment = lines[2];
    if (signature->comment.length >= SIGNATURE_COMMENT_SIZE)
        return "its trusted comment is too long";
    if (memchr(signature->comment.text, '\0', signature->comment.length))
        return "its trusted comment is not text";
    if (!decode(&lines[3], signature->global, sizeof signature->global))
        return "its fourth line is not a signature in base64";
    return NULL;
}

/* "ED" signs a hash, so that what is signed need not be in memory at once. */
static bool matches_bytes(const struct signature *signature, const unsigned char *bytes, size_t length,
                          const unsigned char key[KEY_BYTES])
{
    unsigned char hash[HASH_BYTES];
    if (signature->bytes[1] == 'D') {
        crypto_generichash(hash, sizeof hash, bytes, length, NULL, 0);
        bytes = hash;
        length = sizeof hash;
    }
    return crypto_sign_verify_detached(signature->bytes + HEAD_SIZE, bytes, length, key + HEAD_SIZE) == 0;
}

static bool matches_comment(const struct signature *signature, const unsigned char key[KEY_BYTES])
{
    unsigned char signed_bytes[crypto_sign_BYTES + SIGNATURE_COMMENT_SIZE];
    memcpy(signed_bytes, signature->bytes + HEAD_SIZE, crypto_sign_BYTES);
    memcpy(signed_bytes + crypto_sign_BYTES, signature->comment.text, signature->comment.length);
    return crypto_sign_verify_detached(signature->global, signed_bytes,
                                       crypto_sign_BYTES + signature->comment.length, key + HEAD_SIZE) == 0;
}

static enum error_code reject_other_key(const struct signature *signature, const char *const keys[],
                                        int key_count, struct error *error)
{
    struct buffer pinned CLEANUP(buffer_free) = BUFFER(200);
    unsigned char key[KEY_BYTES];
    for (int i = 0; i < key_count; i++)
        if (decode_key(keys[i], key))
            buffer_append_format(&pinned, "%s%016" PRIX64, pinned.length ? " or " : "", key_number(key));
    error_set(error, ERROR_REMOTE, "it is signed by key %016" PRIX64 ", not by %s",
              key_number(signature->bytes), pinned.length ? buffer_text(&pinned) : "a pinned key");
    return error_next(error, "if the feed has a new key, get it from its maintainers, not through the feed");
}

bool signature_key_number(const char *text, size_t length, char number[SIGNATURE_KEY_NUMBER_SIZE])
{
    struct signature signature;
    number[0] = '\0';
    if (parse(text, length, &signature))
        return false;
    sodium_bin2hex(number, SIGNATURE_KEY_NUMBER_SIZE, signature.bytes + ALGORITHM_SIZE, KEY_NUMBER_SIZE);
    return true;
}

bool signature_key_is_pinned(const char *number, const char *const keys[], int key_count)
{
    for (int i = 0; i < key_count; i++) {
        unsigned char key[KEY_BYTES];
        char pinned[SIGNATURE_KEY_NUMBER_SIZE];
        if (!decode_key(keys[i], key))
            continue;
        sodium_bin2hex(pinned, sizeof pinned, key + ALGORITHM_SIZE, KEY_NUMBER_SIZE);
        if (strcmp(pinned, number) == 0)
            return true;
    }
    return false;
}

enum error_code signature_verify(const unsigned char *bytes, size_t length, const char *signature_text,
                                 size_t signature_length, const char *const keys[], int key_count,
                                 char comment[SIGNATURE_COMMENT_SIZE], struct error *error)
{
    struct signature signature;
    unsigned char key[KEY_BYTES];
    bool known = false;
    comment[0] = '\0';
    error->code = ERROR_NONE;
    if (sodium_init() < 0)
        return error_set(error, ERROR_SYSTEM, "libsodium cannot be initialized");
    const char *why = parse(signature_text, signature_length, &signature);
    if (why)
        return error_set(error, ERROR_REMOTE, "its signature is not valid: %s", why);
    for (int i = 0; i < key_count; i++) {
        if (!decode_key(keys[i], key) ||
            memcmp(key + ALGORITHM_SIZE, signature.bytes + ALGORITHM_SIZE, KEY_NUMBER_SIZE) != 0)
            continue;
        known = true;
        if (!matches_bytes(&signature, bytes, length, key))
            continue;
        if (!matches_comment(&signature, key))
            return error_set(error, ERROR_REMOTE, "the trusted comment of its signature was changed");
        memcpy(comment, signature.comment.text, signature.comment.length);
        comment[signature.comment.length] = '\0';
        return ERROR_NONE;
    }
    if (!known)
        return reject_other_key(&signature, keys, key_count, error);
    error_set(error, ERROR_REMOTE, "its signature does not match: it was changed on its way, or damaged");
    return error_next(error,
                      "try again later; if that does not help, report it to the maintainers of the feed");
}
