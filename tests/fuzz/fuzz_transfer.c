/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a web server answers: importer/transfer.h, with a libcurl of which the network is this file. The first
 * four bytes choose what is asked for and how it ends; then come the answer's headers, a line each, up to an
 * empty line, and its body. The number of the status is on the first line. */

#include <stdarg.h>
#include <strings.h>

#include "core/text.h"
#include "importer/transfer_request.h"
#include "tests/fuzz/fuzz.h"

enum { MAX_HEADERS = 100, THERE = 10 };
enum choice { RESUME = 1, POST = 2, TO_FILE = 4, WITH_ETAG = 8, ACCEPTS_400 = 16 };

/* The connection: what was set, and what comes. */
static struct {
    struct request *request;
    char *text; /* headers, NUL-terminated one by one */
    struct {
        const char *name;
        char *value;
    } headers[MAX_HEADERS];
    int header_count;
    long status;
    const uint8_t *body;
    size_t body_size;
    size_t piece;
    CURLcode end;
} peer;

static CURLcode fake_setopt(UNUSED CURL *easy, CURLoption option, ...)
{
    va_list arguments;
    va_start(arguments, option);
    if (option == CURLOPT_HEADERDATA)
        peer.request = va_arg(arguments, struct request *);
    va_end(arguments);
    return CURLE_OK;
}

static CURLcode fake_getinfo(UNUSED CURL *easy, CURLINFO info, ...)
{
    va_list arguments;
    va_start(arguments, info);
    void *value = va_arg(arguments, void *);
    va_end(arguments);
    if (info == CURLINFO_RESPONSE_CODE)
        *(long *)value = peer.status;
    else if (info == CURLINFO_PRETRANSFER_TIME_T)
        *(curl_off_t *)value = 1;
    else if (info == CURLINFO_RETRY_AFTER)
        *(curl_off_t *)value = 0;
    else if (info == CURLINFO_REDIRECT_URL)
        for (int i = 0; i < peer.header_count; i++)
            if (strcasecmp(peer.headers[i].name, "Location") == 0)
                *(const char **)value = peer.headers[i].value;
    return CURLE_OK;
}

static CURLHcode fake_header(UNUSED CURL *easy, const char *name, UNUSED size_t index, UNUSED unsigned origin,
                             UNUSED int request, struct curl_header **found)
{
    static struct curl_header header;
    for (int i = 0; i < peer.header_count; i++)
        if (strcasecmp(peer.headers[i].name, name) == 0) {
            header = (struct curl_header){.value = peer.headers[i].value};
            *found = &header;
            return CURLHE_OK;
        }
    return CURLHE_MISSING;
}

/* Sends all headers, then the body in pieces, until the client has had enough. */
static CURLcode fake_perform(UNUSED CURL *easy)
{
    char line[] = "a header\r\n";
    char end[] = "\r\n";
    for (int i = 0; i < peer.header_count; i++)
        if (request_take_header(line, 1, sizeof line - 1, peer.request) != sizeof line - 1)
            return CURLE_WRITE_ERROR;
    if (request_take_header(end, 1, 2, peer.request) != 2)
        return CURLE_WRITE_ERROR;
    for (size_t at = 0; at < peer.body_size; at += peer.piece) {
        size_t size = peer.body_size - at < peer.piece ? peer.body_size - at : peer.piece;
        char *piece = malloc(size);
        require(piece, "there is memory");
        memcpy(piece, peer.body + at, size);
        size_t taken = request_take_body(piece, 1, size, peer.request);
        free(piece);
        if (taken != size)
            return CURLE_WRITE_ERROR;
    }
    return peer.end;
}

/* "Name: value" lines, without what libcurl takes away around a value. */
static void read_headers(char *text)
{
    peer.header_count = 0;
    for (char *line; (line = strsep(&text, "\n"));) {
        char *colon = strchr(line, ':');
        if (!colon || peer.header_count == MAX_HEADERS)
            continue;
        *colon = '\0';
        char *value = colon + 1 + strspn(colon + 1, " \t");
        value[strcspn(value, "\r")] = '\0';
        peer.headers[peer.header_count].name = line;
        peer.headers[peer.header_count++].value = value;
    }
}

static void answer_with(const uint8_t *data, size_t size)
{
    static const CURLcode ends[] = {CURLE_OK, CURLE_PARTIAL_FILE, CURLE_RANGE_ERROR, CURLE_RECV_ERROR,
                                    CURLE_OUT_OF_MEMORY};
    peer.piece = data[1] * 16U + 1U;
    peer.end = ends[data[2] % ARRAY_SIZE(ends)];
    const uint8_t *head = data + 4;
    const uint8_t *blank = memmem(head, size - 4, "\n\n", 2);
    size_t length = blank ? (size_t)(blank - head) : size - 4;
    peer.body = blank ? blank + 2 : head + length;
    peer.body_size = size - (size_t)(peer.body - data);
    peer.text = strndup((const char *)head, length);
    require(peer.text, "there is memory");
    peer.status = labs(strtol(peer.text, NULL, 10) % 1000);
    read_headers(peer.text);
}

/* Whether a file of this size is what was there and the part of the answer, which says that it is the next.
 */
static bool is_rest(off_t size)
{
    struct curl_header *header;
    return fake_header(NULL, "Content-Range", 0, 0, 0, &header) == CURLHE_OK &&
           strncmp(header->value, "bytes 10-", 9) == 0 && size == (off_t)(THERE + peer.body_size);
}

/* What a transfer leaves. */
static void check(const struct transfer *transfer, enum error_code code)
{
    require(code == transfer->error.code && (!code || transfer->error.message[0]), "an error says why");
    require(transfer->body.length <= transfer->max_bytes, "the body keeps its limit");
    require(text_plain_length(transfer->new_etag, strlen(transfer->new_etag)) == strlen(transfer->new_etag) &&
                text_plain_length(transfer->new_last_modified, strlen(transfer->new_last_modified)) ==
                    strlen(transfer->new_last_modified),
            "what is sent back is printable");
    if (transfer->path) {
        struct stat status;
        require(lstat(transfer->path, &status) == 0 && (uint64_t)status.st_size <= transfer->max_bytes,
                "the file keeps its limit");
        require(code || transfer->status != 206 || (transfer->resume && is_rest(status.st_size)),
                "a part is taken only where it goes on with what is there");
        require(code || transfer->status != 200 || (uint64_t)status.st_size == peer.body_size,
                "a whole answer is the whole file");
    }
}

static struct transfers *open_transfers(void)
{
    static struct transfers *transfers;
    static const struct transfer_limits limits = {.retries = -1};
    struct error error = {.code = ERROR_NONE};
    if (transfers)
        return transfers;
    require(transfers_open(&limits, NULL, &transfers, &error) == ERROR_NONE, "libcurl is there");
    libcurl.curl_easy_setopt = fake_setopt;
    libcurl.curl_easy_getinfo = fake_getinfo;
    libcurl.curl_easy_header = fake_header;
    libcurl.curl_easy_perform = fake_perform;
    return transfers;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const long accepted[] = {400, 0};
    char path[FUZZ_PATH_SIZE];
    struct error error = {.code = ERROR_NONE};
    struct buffer post CLEANUP(buffer_free) = BUFFER(100);
    if (size < 4)
        return 0;
    enum choice choice = data[0];
    struct transfers *transfers = open_transfers();
    struct transfer *transfer = calloc(1, sizeof *transfer);
    require(transfer, "there is memory");
    buffer_append_text(&post, "{}");
    snprintf(transfer->url, sizeof transfer->url, "https://example.org/f");
    transfer->file = "f.conf";
    transfer->max_bytes = data[3] * 400U;
    transfer->post = choice & POST ? &post : NULL;
    transfer->path = choice & TO_FILE && !transfer->post ? fuzz_path(path, "answer") : NULL;
    transfer->resume = transfer->path && choice & RESUME;
    transfer->etag = choice & WITH_ETAG ? "\"x\"" : NULL;
    transfer->answers = choice & ACCEPTS_400 ? accepted : NULL;
    if (transfer->path)
        fuzz_write(path, (const uint8_t *)"0123456789", transfer->max_bytes < THERE ? 0 : THERE);
    answer_with(data, size);
    check(transfer, transfer_run(transfers, transfer, &error));
    buffer_free(&transfer->body);
    free(peer.text);
    free(transfer);
    return 0;
}
