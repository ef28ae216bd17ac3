#include "importer/transfer_request.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/text.h"
#include "importer/remote_url.h"
#include "version.h"

int64_t request_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int note_connection(void *context, char *to, char *from, int to_port, int from_port)
{
    struct request *request = context;
    (void)to, (void)from, (void)to_port, (void)from_port;
    request->connected = request->transfer->connected = true;
    request->last_byte = request_now();
    return CURL_PREREQFUNC_OK;
}

/* ---- the request
 * ------------------------------------------------------------------------------------------- */

void request_begin(struct request *request)
{
    struct transfer *transfer = request->transfer;
    snprintf(request->url, sizeof request->url, "%s", transfer->url);
    request->redirects = 0;
    request->wake = 0;
    request->deadline = request_now() + request->limits->total * 1000;
    transfer->tries++;
}

static bool add_header(struct request *request, const char *name, const char *value)
{
    char line[TRANSFER_ETAG_SIZE + 32];
    size_t length = value ? strlen(value) : 0;
    if (!length || length >= TRANSFER_ETAG_SIZE || text_plain_length(value, length) != length)
        return true;
    snprintf(line, sizeof line, "%s: %s", name, value);
    struct curl_slist *longer = libcurl.curl_slist_append(request->headers, line);
    if (longer)
        request->headers = longer;
    return longer;
}

static bool set_headers(struct request *request)
{
    const struct transfer *transfer = request->transfer;
    if (transfer->post)
        return add_header(request, "Content-Type", "application/json");
    return add_header(request, "If-None-Match", transfer->etag) &&
           add_header(request, "If-Modified-Since", transfer->last_modified);
}

/* What is the same for every request. */
static bool set_manners(struct request *request)
{
    CURL *easy = request->easy;
    long connect = request->limits->connect * 1000;
    return !libcurl.curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) &&
           /* One connection for each transfer: one that stalls holds up no other, and less of libcurl runs.
            */
           !libcurl.curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_USERAGENT, "passthru/" PASSTHRU_VERSION) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, request->message) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, request_take_header) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_HEADERDATA, request) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, request_take_body) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_WRITEDATA, request) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, note_connection) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_PREREQDATA, request) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_PRIVATE, request);
}

static bool set_trust(struct request *request)
{
    if (!request->trusted)
        return true;
    return !libcurl.curl_easy_setopt(request->easy, CURLOPT_CAINFO, request->trusted) &&
           !libcurl.curl_easy_setopt(request->easy, CURLOPT_CAPATH, NULL);
}

static bool set_target(struct request *request)
{
    CURL *easy = request->easy;
    const struct transfer *transfer = request->transfer;
    long left = (long)(request->deadline - request_now());
    char range[32];
    snprintf(range, sizeof range, "%llu-", (unsigned long long)request->offset);
    if (libcurl.curl_easy_setopt(easy, CURLOPT_URL, request->url) ||
        libcurl.curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") ||
        libcurl.curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, left > 1 ? left : 1L) ||
        libcurl.curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request->headers))
        return false;
    /* Plain HTTP never leaves this machine, so not by a proxy either. */
    if (remote_url_is_loopback(request->url) && libcurl.curl_easy_setopt(easy, CURLOPT_PROXY, ""))
        return false;
    if (request->offset && libcurl.curl_easy_setopt(easy, CURLOPT_RANGE, range))
        return false;
    return !transfer->post ||
           (!libcurl.curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                      (curl_off_t)transfer->post->length) &&
            !libcurl.curl_easy_setopt(easy, CURLOPT_POSTFIELDS, buffer_text(transfer->post)));
}

enum error_code request_prepare(struct request *request)
{
    struct transfer *transfer = request->transfer;
    libcurl.curl_easy_reset(request->easy);
    libcurl.curl_slist_free_all(request->headers);
    request->headers = NULL;
    request->begun = request->wanted = request->connected = request->stalled = false;
    request->header_bytes = request->discarded = 0;
    request->size = request->whole = 0;
    request->message[0] = '\0';
    request->last_byte = request_now();
    request->offset = request_bytes_there(transfer);
    transfer->status = 0;
    transfer->connected = false;
    transfer->error = (struct error){.code = ERROR_NONE};
    buffer_clear(&transfer->body);
    if (!set_headers(request) || !set_manners(request) || !set_trust(request) || !set_target(request))
        return request_fail(request, ERROR_NO_MEMORY, "out of memory");
    return ERROR_NONE;
}

/* ---- the end
 * ----------------------------------------------------------------------------------------------- */

static enum request_end follow(struct request *request)
{
    struct transfer *transfer = request->transfer;
    const char *to = NULL;
    struct error why;
    libcurl.curl_easy_getinfo(request->easy, CURLINFO_REDIRECT_URL, &to);
    if (!to)
        request_fail(request, ERROR_REMOTE, "the server redirects (%ld) without saying where to",
                     transfer->status);
    else if (transfer->post)
        request_fail(request, ERROR_REMOTE, "the server redirects to %.200s, and nothing is sent elsewhere",
                     to);
    else if (strlen(to) >= sizeof request->url)
        request_fail(request, ERROR_REMOTE, "the server redirects to an address that is too long");
    else if (remote_check_redirect(request->url, to, &why))
        request_fail(request, why.code, "%s", why.message);
    else if (request->redirects == MAX_REDIRECTS)
        request_fail(request, ERROR_REMOTE, "the server redirects more than %d times", MAX_REDIRECTS);
    if (transfer->error.code)
        return REQUEST_FAILED;
    request->redirects++;
    snprintf(request->url, sizeof request->url, "%s", to);
    return REQUEST_AGAIN;
}

/* The server knows of fewer bytes than are there: they are of something else. */
static enum request_end start_over(const struct request *request)
{
    if (request_empty_file(request))
        return REQUEST_AGAIN;
    request_file_failed(request, errno);
    return REQUEST_FAILED;
}

static bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

enum request_end request_end(struct request *request, CURLcode code)
{
    struct transfer *transfer = request->transfer;
    request_close(request);
    if (transfer->error.code)
        return REQUEST_FAILED;
    if (request->begun && !request_is_answer(request, transfer->status)) {
        if (is_redirect(transfer->status))
            return follow(request);
        if (transfer->status == 416 && request->offset)
            return start_over(request);
        return request_explain_status(request) ? REQUEST_PASSES : REQUEST_FAILED;
    }
    if (!code && !request->begun)
        code = CURLE_PARTIAL_FILE; /* closed between two headers, which libcurl takes for an answer */
    if (!code && request->size < request->whole)
        code = CURLE_PARTIAL_FILE;
    if (!code)
        return REQUEST_DONE;
    /* Part of an answer: what was sent has arrived, and is not sent again. */
    bool passes = request_explain_code(request, code);
    return passes && !(transfer->post && request->begun) ? REQUEST_PASSES : REQUEST_FAILED;
}

long request_retry_after(const struct request *request)
{
    curl_off_t seconds = 0;
    libcurl.curl_easy_getinfo(request->easy, CURLINFO_RETRY_AFTER, &seconds);
    return seconds > 0 ? (long)seconds : 0;
}
