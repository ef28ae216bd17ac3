/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verifies a signature of minisign, for tests that have the real program make it.
 *
 * verify_signature FILE SIGNATURE KEY...: prints "good: TRUSTED-COMMENT", or "SLUG: MESSAGE" and ends with 1.
 * verify_signature --flip FILE SIGNATURE KEY...: flips every bit of both, one at a time, and prints where
 * that made no difference; the text of the untrusted comment is passed over, which nobody signs. */

#include <stdio.h>
#include <string.h>

#include "feed/signature.h"
#include "importer/source_cache.h"

static const char *const *keys;
static int key_count;

static enum error_code verify(const struct buffer *content, const struct buffer *signature,
                              char comment[SIGNATURE_COMMENT_SIZE], struct error *error)
{
    return signature_verify((const unsigned char *)content->data, content->length, signature->data,
                            signature->length, keys, key_count, comment, error);
}

/* Returns how many flips in one of the two, from byte `from` on, were not noticed. */
static int flip(struct buffer *flipped, size_t from, const char *shown, const struct buffer *content,
                const struct buffer *signature)
{
    int missed = 0;
    for (size_t i = from; i < flipped->length; i++)
        for (int bit = 0; bit < 8; bit++) {
            char comment[SIGNATURE_COMMENT_SIZE];
            struct error error;
            flipped->data[i] ^= (char)(1 << bit);
            if (verify(content, signature, comment, &error) != ERROR_REMOTE || comment[0]) {
                printf("%s: byte %zu bit %d\n", shown, i, bit);
                missed++;
            }
            flipped->data[i] ^= (char)(1 << bit);
        }
    return missed;
}

static int flip_all(struct buffer *content, struct buffer *signature)
{
    struct buffer beginning = {.data = signature->data, .length = strlen("untrusted comment: ")};
    const char *line_end = memchr(signature->data, '\n', signature->length);
    if (!line_end)
        return 2;
    int missed = flip(content, 0, "file", content, signature) +
                 flip(signature, (size_t)(line_end - signature->data), "signature", content, signature);
    /* A shorter view of the same bytes: all of the signature is verified, its beginning is flipped. */
    missed += flip(&beginning, 0, "signature", content, signature);
    return missed ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct buffer content CLEANUP(buffer_free) = BUFFER(1 << 20);
    struct buffer signature CLEANUP(buffer_free) = BUFFER(1 << 20);
    char comment[SIGNATURE_COMMENT_SIZE];
    struct error error;
    int flips = argc > 1 && strcmp(argv[1], "--flip") == 0;
    argv += flips;
    argc -= flips;
    if (argc < 3 || feed_cache_read(argv[1], &content, &error) ||
        feed_cache_read(argv[2], &signature, &error))
        return 2;
    keys = (const char *const *)argv + 3;
    key_count = argc - 3;
    if (verify(&content, &signature, comment, &error)) {
        printf("%s: %s\n", error_slug(error.code), error.message);
        return 1;
    }
    if (flips)
        return flip_all(&content, &signature);
    printf("good: %s\n", comment);
    return 0;
}
