#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text.h"
#include "importer/transfer_request.h"

/* What becomes of the bytes of an answer: the headers decide, then the body goes to a file or into memory. */

enum { MAX_HEADER_BYTES = 64 << 10, MAX_DISCARDED = 64 << 10 };

/* ---- the file
 * ---------------------------------------------------------------------------------------------- */

enum error_code request_file_failed(const struct request *request, int number)
{
    struct error *error = &request->transfer->error;
    return error_set_errno(error, number, "cannot write %.400s", request->transfer->path);
}

/* How many bytes are there to go on behind; 0 where there is no such file. */
uint64_t request_bytes_there(const struct transfer *transfer)
{
    struct stat status;
    if (!transfer->path || !transfer->resume || lstat(transfer->path, &status) || !S_ISREG(status.st_mode) ||
        (uint64_t)status.st_size > transfer->max_bytes)
        return 0;
    return (uint64_t)status.st_size;
}

/* truncate(2) would go through a link. */
bool request_empty_file(const struct request *request)
{
    int file = open(request->transfer->path, O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    return file >= 0 && close(file) == 0;
}

/* Opens the file, with the first `size` bytes kept of what it has. */
static enum error_code open_file(struct request *request)
{
    struct stat status;
    request->file =
        open(request->transfer->path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0644);
    if (request->file < 0 || fstat(request->file, &status))
        return request_file_failed(request, errno);
    if (!S_ISREG(status.st_mode))
        return request_file_failed(request, EEXIST);
    if (ftruncate(request->file, (off_t)request->size) ||
        lseek(request->file, (off_t)request->size, SEEK_SET) < 0)
        return request_file_failed(request, errno);
    return ERROR_NONE;
}

static enum error_code write_file(struct request *request, const char *bytes, size_t length)
{
    while (length) {
        ssize_t written = write(request->file, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return request_file_failed(request, errno);
        bytes += written;
        length -= (size_t)written;
        request->size += (uint64_t)written;
    }
    return ERROR_NONE;
}

void request_close(struct request *request)
{
    if (request->file >= 0 && close(request->file) && !request->transfer->error.code)
        request_file_failed(request, errno);
    request->file = -1;
}

/* ---- the answer
 * -------------------------------------------------------------------------------------------- */

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

static bool parse_number(const char **text, uint64_t *number)
{
    const char *start = *text;
    for (*number = 0; **text >= '0' && **text <= '9'; ++*text) {
        if (*text - start == 18)
            return false;
        *number = *number * 10 + (uint64_t)(**text - '0');
    }
    return *text > start;
}

/* "bytes 100-199/200" or "bytes 100-199/ *" (RFC 9110, 14.4) */
static bool parse_content_range(const char *text, uint64_t *first, uint64_t *whole)
{
    uint64_t last;
    *whole = 0;
    if (strncmp(text, "bytes ", 6) != 0)
        return false;
    text += 6;
    if (!parse_number(&text, first) || *text++ != '-' || !parse_number(&text, &last) || *text++ != '/' ||
        last < *first)
        return false;
    return strcmp(text, "*") == 0 || (parse_number(&text, whole) && !*text && *whole > last);
}

static bool is_accepted(const struct transfer *transfer, long status)
{
    char word[32];
    snprintf(word, sizeof word, " %ld ", status);
    return transfer->accept_status && strstr(transfer->accept_status, word);
}

/* Whether the answer is what was asked for. */
bool request_is_answer(const struct request *request, long status)
{
    const struct transfer *transfer = request->transfer;
    if (is_accepted(transfer, status))
        return true;
    if (transfer->post)
        return status / 100 == 2;
    if (status == 304)
        return transfer->etag || transfer->last_modified;
    return status == 200 || status == 206;
}

static enum error_code too_large(const struct request *request)
{
    return request_fail(request, ERROR_REMOTE, "it has more than the %llu bytes that it may have",
                        (unsigned long long)request->transfer->max_bytes);
}

/* A part of the content goes on behind what is there, or is of no use. */
static enum error_code begin_part(struct request *request)
{
    const char *range = header_of(request, "Content-Range");
    uint64_t first;
    if (request->offset && range && parse_content_range(range, &first, &request->whole) &&
        first == request->offset)
        return request->whole > request->transfer->max_bytes ? too_large(request) : ERROR_NONE;
    /* What is there would be in the way of the next attempt too. */
    if (request->offset && !request_empty_file(request))
        return request_file_failed(request, errno);
    return request_fail(request, ERROR_REMOTE, "the server sent another part (%.60s) than was asked for",
                        range ? range : "it does not say which");
}

/* All headers are here: decides what becomes of the body. */
static enum error_code begin_body(struct request *request)
{
    struct transfer *transfer = request->transfer;
    libcurl.curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &transfer->status);
    if (transfer->status / 100 == 1)
        return ERROR_NONE;
    request->begun = true;
    request->wanted = request_is_answer(request, transfer->status) && transfer->status != 304;
    if (request_is_answer(request, transfer->status)) {
        keep_header(request, "ETag", transfer->new_etag, sizeof transfer->new_etag);
        keep_header(request, "Last-Modified", transfer->new_last_modified,
                    sizeof transfer->new_last_modified);
    }
    if (!request->wanted)
        return ERROR_NONE;
    request->size = 0;
    if (transfer->status == 206 && begin_part(request))
        return transfer->error.code;
    if (transfer->status == 206)
        request->size = request->offset;
    const char *length = header_of(request, "Content-Length");
    uint64_t coming = 0;
    if (length && parse_number(&length, &coming) && coming > transfer->max_bytes - request->size)
        return too_large(request);
    return transfer->path ? open_file(request) : ERROR_NONE;
}

size_t request_take_header(char *bytes, size_t size, size_t count, void *context)
{
    struct request *request = context;
    size_t length = size * count;
    request->last_byte = request_now();
    request->header_bytes += length;
    if (request->header_bytes > MAX_HEADER_BYTES) {
        request_fail(request, ERROR_REMOTE, "the headers of the answer do not end");
        return 0;
    }
    bool is_end = length <= 2 && (bytes[0] == '\r' || bytes[0] == '\n');
    if (is_end && !request->begun && begin_body(request))
        return 0;
    return length;
}

/* Returns whether there is room for it. */
static bool keep_bytes(struct request *request, const char *bytes, size_t length)
{
    struct transfer *transfer = request->transfer;
    if (length > transfer->max_bytes - request->size) {
        too_large(request);
        return false;
    }
    if (transfer->path)
        return write_file(request, bytes, length) == ERROR_NONE;
    buffer_append(&transfer->body, bytes, length);
    if (transfer->body.failed)
        request_fail(request, ERROR_NO_MEMORY, "out of memory");
    request->size += length;
    return !transfer->body.failed;
}

size_t request_take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct request *request = context;
    size_t length = size * count;
    request->last_byte = request_now();
    if (request->wanted) {
        request->transfer->received += length;
        return keep_bytes(request, bytes, length) ? length : 0;
    }
    request->discarded += length;
    return request->discarded > MAX_DISCARDED ? 0 : length;
}
