/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of the bytes of an answer: the headers decide, then the body goes to a file or into memory. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.h"
#include "core/text.h"
#include "importer/transfer_request.h"

enum { MAX_HEADER_BYTES = 64 << 10, MAX_DISCARDED = 64 << 10 };

/* ---- the file ---- */

static enum error_code file_failed(const struct request *request, int number)
{
    return error_set_errno(&request->transfer->error, number, "cannot write %.400s", request->transfer->path);
}

uint64_t request_bytes_there(const struct transfer *transfer)
{
    struct stat status;
    if (!transfer->path || lstat(transfer->path, &status) || !S_ISREG(status.st_mode) ||
        (uint64_t)status.st_size > transfer->max_bytes)
        return 0;
    return (uint64_t)status.st_size;
}

/* Opens the file, with the first `size` bytes kept of what it has. */
static enum error_code open_file(struct request *request)
{
    struct stat status;
    request->file =
        open(request->transfer->path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0644);
    if (request->file < 0 || fstat(request->file, &status))
        return file_failed(request, errno);
    if (!S_ISREG(status.st_mode))
        return file_failed(request, EEXIST);
    if (ftruncate(request->file, (off_t)request->size) ||
        lseek(request->file, (off_t)request->size, SEEK_SET) < 0)
        return file_failed(request, errno);
    return ERROR_NONE;
}

void request_close(struct request *request)
{
    if (request->file >= 0 && close(request->file) && !request->transfer->error.code)
        file_failed(request, errno);
    request->file = -1;
}

/* ---- the answer ---- */

/* A header of the answer, NULL when it has none. */
static const char *header_of(const struct request *request, const char *name)
{
    struct curl_header *header;
    return libcurl.curl_easy_header(request->easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK
               ? header->value
               : NULL;
}

/* Keeps a header that will be sent back one day: as it is or not at all. */
static void keep_header(const struct request *request, const char *name, char *kept, size_t size)
{
    const char *value = header_of(request, name);
    kept[0] = '\0';
    if (value && strlen(value) < size && text_plain_length(value, strlen(value)) == strlen(value))
        memcpy(kept, value, strlen(value) + 1);
}

/* Whether a part of the content (206) is the one that is missing. */
static bool is_missing_part(const struct request *request)
{
    char start[40];
    const char *range = header_of(request, "Content-Range");
    int length = snprintf(start, sizeof start, "bytes %llu-", (unsigned long long)request->offset);
    return request->offset && range && strncmp(range, start, (size_t)length) == 0;
}

bool request_is_answer(const struct request *request)
{
    const struct transfer *transfer = request->transfer;
    for (const long *answer = transfer->answers; answer && *answer; answer++)
        if (transfer->status == *answer)
            return true;
    if (transfer->post)
        return transfer->status / 100 == 2;
    if (transfer->status == 304)
        return transfer->etag || transfer->last_modified;
    return transfer->status == 200 || (transfer->status == 206 && is_missing_part(request));
}

static enum error_code too_large(const struct request *request)
{
    return request_fail(request, ERROR_REMOTE, "it is larger than %llu bytes",
                        (unsigned long long)request->transfer->max_bytes);
}

/* All headers are here: decides what becomes of the body. */
static enum error_code begin_body(struct request *request)
{
    struct transfer *transfer = request->transfer;
    libcurl.curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &transfer->status);
    request->begun = transfer->status / 100 != 1;
    if (!request->begun || !request_is_answer(request))
        return ERROR_NONE;
    keep_header(request, "ETag", transfer->new_etag, sizeof transfer->new_etag);
    keep_header(request, "Last-Modified", transfer->new_last_modified, sizeof transfer->new_last_modified);
    if (transfer->status == 304)
        return ERROR_NONE;
    request->size = transfer->status == 206 ? request->offset : 0;
    const char *length = header_of(request, "Content-Length");
    if (length && strtoull(length, NULL, 10) > transfer->max_bytes - request->size)
        return too_large(request);
    return transfer->path ? open_file(request) : ERROR_NONE;
}

size_t request_take_header(char *bytes, size_t size, size_t count, void *context)
{
    struct request *request = context;
    size_t length = size * count;
    request->header_bytes += length;
    if (request->header_bytes > MAX_HEADER_BYTES) {
        request_fail(request, ERROR_REMOTE, "the headers of the answer do not end");
        return 0;
    }
    bool is_end = length <= 2 && (bytes[0] == '\r' || bytes[0] == '\n');
    return is_end && !request->begun && begin_body(request) ? 0 : length;
}

/* Returns the error of the transfer. */
static enum error_code keep_bytes(struct request *request, const char *bytes, size_t length)
{
    struct transfer *transfer = request->transfer;
    if (length > transfer->max_bytes - request->size)
        return too_large(request);
    request->size += length;
    if (transfer->path)
        return file_write_all(request->file, bytes, length) ? ERROR_NONE : file_failed(request, errno);
    buffer_append(&transfer->body, bytes, length);
    return transfer->body.failed ? request_fail(request, ERROR_NO_MEMORY, "out of memory") : ERROR_NONE;
}

size_t request_take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct request *request = context;
    size_t length = size * count;
    if (request_is_answer(request)) {
        request->transfer->received += length;
        return keep_bytes(request, bytes, length) ? 0 : length;
    }
    /* A short page is read to its end: the connection can be used again. */
    request->discarded += length;
    return request->discarded > MAX_DISCARDED ? 0 : length;
}
