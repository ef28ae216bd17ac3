/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/line_reader.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "core/owner.h"

enum { CHUNK = 64 * 1024 };

/* Past this much text, a file may expand by this ratio at most: no list of facts is more repetitive. */
static const uint64_t ratio_free_bytes = 64ULL << 20;
static const uint64_t max_ratio = 250;
/* The largest list, pci.ids, has 1.5 MB. */
static const uint64_t max_list_text = 64ULL << 20;
/* A zstd window over 128 MiB would let a small file ask for gigabytes of memory. */
enum { MAX_ZSTD_WINDOW_LOG = 27 };

enum coding { PLAIN, GZIP, ZSTD };

struct line_reader {
    int file;
    enum coding coding;
    z_stream gzip;
    ZSTD_DCtx *zstd;
    bool stream_done; /* the compressed stream has come to its end */
    bool file_done;
    bool last_had_newline;
    long number;
    uint64_t raw_total;
    uint64_t text_total;
    uint64_t max_text; /* 0: no limit */
    size_t max_line;
    size_t raw_start, raw_end;
    size_t text_start, text_end;
    char path[512];
    unsigned char *raw; /* CHUNK bytes */
    char *text;         /* max_line + CHUNK + 1 bytes */
};

static enum error_code fill_raw(struct line_reader *reader, struct error *error)
{
    while (!reader->file_done && reader->raw_start == reader->raw_end) {
        ssize_t got = TEMP_FAILURE_RETRY(read(reader->file, reader->raw, CHUNK));
        if (got < 0)
            return error_set_errno(error, errno, "cannot read %s", reader->path);
        reader->file_done = got == 0;
        reader->raw_start = 0;
        reader->raw_end = (size_t)got;
        reader->raw_total += (uint64_t)got;
    }
    return ERROR_NONE;
}

static enum error_code damaged(struct line_reader *reader, const char *why, struct error *error)
{
    error_set(error, ERROR_BAD_INPUT, "%s: %s", reader->path, why);
    return error_next(error, "fetch the file again");
}

static enum error_code inflate_some(struct line_reader *reader, size_t *made, struct error *error)
{
    reader->gzip.next_in = reader->raw + reader->raw_start;
    reader->gzip.avail_in = (uInt)(reader->raw_end - reader->raw_start);
    reader->gzip.next_out = (unsigned char *)reader->text + reader->text_end;
    reader->gzip.avail_out = CHUNK;
    int result = inflate(&reader->gzip, Z_NO_FLUSH);
    reader->raw_start = reader->raw_end - reader->gzip.avail_in;
    *made = CHUNK - reader->gzip.avail_out;
    if (result == Z_STREAM_END) {
        /* gzip files may be joined end to end. */
        reader->stream_done = true;
        inflateReset(&reader->gzip);
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
        return damaged(reader, "damaged gzip data", error);
    } else {
        reader->stream_done = false;
    }
    return ERROR_NONE;
}

static enum error_code unzstd_some(struct line_reader *reader, size_t *made, struct error *error)
{
    ZSTD_inBuffer in = {reader->raw, reader->raw_end, reader->raw_start};
    ZSTD_outBuffer out = {reader->text + reader->text_end, CHUNK, 0};
    size_t result = ZSTD_decompressStream(reader->zstd, &out, &in);
    if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge)
        return damaged(reader, "needs more than 128 MiB of memory to unpack (zstd --long=27 is the most)",
                       error);
    if (ZSTD_isError(result))
        return damaged(reader, "damaged zstd data", error);
    reader->raw_start = in.pos;
    reader->stream_done = result == 0;
    *made = out.pos;
    return ERROR_NONE;
}

static enum error_code decode_some(struct line_reader *reader, size_t *made, struct error *error)
{
    if (reader->coding == GZIP)
        return inflate_some(reader, made, error);
    if (reader->coding == ZSTD)
        return unzstd_some(reader, made, error);
    *made = reader->raw_end - reader->raw_start;
    memcpy(reader->text + reader->text_end, reader->raw + reader->raw_start, *made);
    reader->raw_start = reader->raw_end;
    return ERROR_NONE;
}

/* Appends up to CHUNK bytes of text; none at the end of the file. */
static enum error_code fill_text(struct line_reader *reader, struct error *error)
{
    size_t made = 0;
    while (!made) {
        bool drained = reader->raw_start == reader->raw_end;
        if (fill_raw(reader, error))
            return error->code;
        if (reader->file_done && (reader->coding == PLAIN || reader->stream_done))
            return ERROR_NONE;
        if (decode_some(reader, &made, error))
            return error->code;
        if (!made && drained && reader->file_done)
            return damaged(reader, "compressed data is cut short", error);
    }
    reader->text_end += made;
    reader->text_total += made;
    if (reader->max_text && reader->text_total > reader->max_text)
        return damaged(reader, "holds more than 64 MiB of text, as no list does", error);
    if (reader->coding != PLAIN && reader->text_total > ratio_free_bytes &&
        reader->text_total / max_ratio > reader->raw_total)
        return damaged(reader, "compression ratio above 250:1", error);
    return ERROR_NONE;
}

static enum error_code detect_coding(struct line_reader *reader, struct error *error)
{
    static const unsigned char gzip_magic[] = {0x1f, 0x8b};
    static const unsigned char zstd_magic[] = {0x28, 0xb5, 0x2f, 0xfd};
    if (fill_raw(reader, error))
        return error->code;
    if (reader->raw_end >= 2 && memcmp(reader->raw, gzip_magic, 2) == 0) {
        reader->coding = GZIP;
        if (inflateInit2(&reader->gzip, 15 + 16) != Z_OK)
            return error_set(error, ERROR_NO_MEMORY, "no memory to read %s", reader->path);
    } else if (reader->raw_end >= 4 && memcmp(reader->raw, zstd_magic, 4) == 0) {
        reader->coding = ZSTD;
        reader->zstd = ZSTD_createDCtx();
        if (!reader->zstd)
            return error_set(error, ERROR_NO_MEMORY, "no memory to read %s", reader->path);
        ZSTD_DCtx_setParameter(reader->zstd, ZSTD_d_windowLogMax, MAX_ZSTD_WINDOW_LOG);
    }
    return ERROR_NONE;
}

enum error_code line_reader_open(const char *path, const char *shown, size_t max_line,
                                 struct line_reader **reader, struct error *error)
{
    struct line_reader *opened = calloc(1, sizeof *opened);
    unsigned char *raw = malloc(CHUNK);
    char *text = malloc(max_line + CHUNK + 1);
    if (!opened || !raw || !text) {
        free(opened);
        free(raw);
        free(text);
        return error_set(error, ERROR_NO_MEMORY, "no memory to read %s", shown);
    }
    opened->raw = raw;
    opened->text = text;
    opened->max_line = max_line;
    opened->last_had_newline = true;
    snprintf(opened->path, sizeof opened->path, "%s", shown);
    opened->file = owner_open_regular(path, shown, error);
    if (error->code == ERROR_NOT_FOUND)
        error->code = ERROR_BAD_INPUT;
    if (error->code || detect_coding(opened, error)) {
        line_reader_close(&opened);
        return error->code;
    }
    *reader = opened;
    return ERROR_NONE;
}

bool line_reader_is_zstd(const struct line_reader *reader)
{
    return reader->coding == ZSTD;
}

void line_reader_expect_list(struct line_reader *reader)
{
    reader->max_text = max_list_text;
}

void line_reader_close(struct line_reader **opened)
{
    struct line_reader *reader = *opened;
    *opened = NULL;
    if (!reader)
        return;
    if (reader->file >= 0)
        close(reader->file);
    if (reader->coding == GZIP)
        inflateEnd(&reader->gzip);
    ZSTD_freeDCtx(reader->zstd);
    free(reader->raw);
    free(reader->text);
    free(reader);
}

/* Passes over the rest of a line that is too long. */
static enum line_status skip_line(struct line_reader *reader, struct error *error)
{
    for (;;) {
        char *start = reader->text + reader->text_start;
        char *newline = memchr(start, '\n', reader->text_end - reader->text_start);
        if (newline) {
            reader->text_start = (size_t)(newline - reader->text) + 1;
            return LINE_TOO_LONG;
        }
        reader->text_start = reader->text_end = 0;
        if (fill_text(reader, error))
            return LINE_FAILED;
        if (reader->text_end == 0) {
            reader->last_had_newline = false;
            return LINE_TOO_LONG;
        }
    }
}

enum line_status line_reader_next(struct line_reader *reader, const char **line, size_t *length,
                                  struct error *error)
{
    size_t searched = 0;
    for (;;) {
        char *start = reader->text + reader->text_start;
        size_t available = reader->text_end - reader->text_start;
        char *newline = memchr(start + searched, '\n', available - searched);
        if (newline || available > reader->max_line) {
            reader->number++;
            size_t size = newline ? (size_t)(newline - start) : available;
            if (size > reader->max_line)
                return skip_line(reader, error);
            reader->text_start += size + 1;
            size -= size && start[size - 1] == '\r';
            start[size] = '\0';
            *line = start;
            *length = size;
            return LINE_OK;
        }
        searched = available;
        memmove(reader->text, start, available);
        reader->text_start = 0;
        reader->text_end = available;
        if (fill_text(reader, error))
            return LINE_FAILED;
        if (reader->text_end > available)
            continue;
        if (!available)
            return LINE_END;
        /* The last line has no newline: give it one, and remember. */
        reader->last_had_newline = false;
        reader->text[reader->text_end++] = '\n';
    }
}

long line_reader_number(const struct line_reader *reader)
{
    return reader->number;
}

bool line_reader_ended_whole(const struct line_reader *reader)
{
    return reader->last_had_newline;
}
