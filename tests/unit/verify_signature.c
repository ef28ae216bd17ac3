/* Verifies a signature of minisign, for tests that have the real program make it.
 *
 * verify_signature FILE SIGNATURE KEY...: prints "good: TRUSTED-COMMENT", or "SLUG: MESSAGE" and ends with 1.
 * verify_signature --flip FILE SIGNATURE KEY...: flips every bit of both, one at a time, and prints where
 * that made no difference; the text of the untrusted comment is passed over, which nobody signs. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "importer/signature.h"

enum { MAX_BYTES = 1 << 20 };

struct bytes {
    char *data;
    size_t length;
};

static struct bytes read_file(const char *path)
{
    struct bytes bytes = {.data = malloc(MAX_BYTES)};
    FILE *file = fopen(path, "rb");
    if (!bytes.data || !file) {
        perror(path);
        exit(2);
    }
    bytes.length = fread(bytes.data, 1, MAX_BYTES, file);
    fclose(file);
    return bytes;
}

static const char *const *keys;
static int key_count;

static enum error_code verify(const struct bytes *content, const struct bytes *signature,
                              char comment[SIGNATURE_COMMENT_SIZE], struct error *error)
{
    return signature_verify((const unsigned char *)content->data, content->length, signature->data,
                            signature->length, keys, key_count, comment, error);
}

/* Returns how many flips in one of the two, from byte `from` on, were not noticed. */
static int flip(struct bytes *flipped, size_t from, const char *shown, const struct bytes *content,
                const struct bytes *signature)
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

static int flip_all(struct bytes *content, struct bytes *signature)
{
    struct bytes beginning = {signature->data, strlen("untrusted comment: ")};
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
    char comment[SIGNATURE_COMMENT_SIZE];
    struct error error;
    int flips = argc > 1 && strcmp(argv[1], "--flip") == 0;
    argv += flips;
    argc -= flips;
    if (argc < 3)
        return 2;
    struct bytes content = read_file(argv[1]);
    struct bytes signature = read_file(argv[2]);
    keys = (const char *const *)argv + 3;
    key_count = argc - 3;
    int status = 0;
    if (verify(&content, &signature, comment, &error)) {
        printf("%s: %s\n", error_slug(error.code), error.message);
        status = 1;
    } else if (flips) {
        status = flip_all(&content, &signature);
    } else {
        printf("good: %s\n", comment);
    }
    free(content.data);
    free(signature.data);
    return status;
}
