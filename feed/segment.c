/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "feed/manifest.h"

#include <sodium.h>
#include <stdlib.h>
#include <zstd.h>

enum { LEVEL = 9 };

struct segment_writer {
    ZSTD_CCtx *context;
    struct buffer bytes;
};

enum error_code segment_writer_create(struct segment_writer **writer, struct error *error)
{
    struct segment_writer *made = calloc(1, sizeof *made);
    *writer = made;
    error->code = ERROR_NONE;
    if (made) {
        made->context = ZSTD_createCCtx();
        made->bytes = BUFFER(SEGMENT_MAX_BYTES + 1);
    }
    if (made && made->context &&
        !ZSTD_isError(ZSTD_CCtx_setParameter(made->context, ZSTD_c_compressionLevel, LEVEL)))
        return ERROR_NONE;
    segment_writer_free(made);
    *writer = NULL;
    return error_set(error, ERROR_NO_MEMORY, "no memory to compress reports");
}

void segment_writer_free(struct segment_writer *writer)
{
    if (!writer)
        return;
    ZSTD_freeCCtx(writer->context);
    buffer_free(&writer->bytes);
    free(writer);
}

static enum error_code compress(struct segment_writer *writer, ZSTD_inBuffer *in, ZSTD_EndDirective end,
                                struct error *error)
{
    size_t left = 1;
    error->code = ERROR_NONE;
    while (left || in->pos < in->size) {
        const size_t step = ZSTD_CStreamOutSize();
        char *place = buffer_reserve(&writer->bytes, step);
        ZSTD_outBuffer out = {place, step, 0};
        if (place)
            left = ZSTD_compressStream2(writer->context, &out, in, end);
        if (!place || ZSTD_isError(left))
            return error_set(error, ERROR_NO_MEMORY, "cannot compress reports: %s",
                             place ? ZSTD_getErrorName(left) : "they are too large, or memory is short");
        writer->bytes.length += out.pos;
        if (end == ZSTD_e_continue)
            left = 0; /* what it still holds comes later */
    }
    return ERROR_NONE;
}

enum error_code segment_writer_add(struct segment_writer *writer, const char *text, size_t length,
                                   struct error *error)
{
    ZSTD_inBuffer in = {text, length, 0};
    return compress(writer, &in, ZSTD_e_continue, error);
}

enum error_code segment_writer_end(struct segment_writer *writer, const struct buffer **bytes,
                                   struct segment *segment, struct error *error)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    ZSTD_inBuffer in = {"", 0, 0};
    if (compress(writer, &in, ZSTD_e_end, error))
        return error->code;
    crypto_hash_sha256(hash, (const unsigned char *)writer->bytes.data, writer->bytes.length);
    sodium_bin2hex(segment->sha256, sizeof segment->sha256, hash, sizeof hash);
    segment->size = (int64_t)writer->bytes.length;
    *bytes = &writer->bytes;
    return ERROR_NONE;
}
