/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/transfer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/text.h"
#include "importer/transfer_request.h"
#include "version.h"

enum { MAX_PAUSE = 60 };
static const double progress_interval = 0.2;

struct transfers {
    struct request request; /* its handle keeps connections open from one transfer to the next */
    struct transfer_limits limits;
    transfer_progress *progress;
    uint64_t expected;
    uint64_t received; /* by transfers that are done */
    int done;
    double shown; /* when progress was */
};

/* What became of a request. */
enum request_end { REQUEST_DONE, REQUEST_RESTART, REQUEST_TRANSIENT, REQUEST_FAILED };

/* OpenSSL writes to a connection that the server has closed. */
static struct sigaction ignore_sigpipe(void)
{
    struct sigaction old;
    sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, &old);
    return old;
}

static void restore_sigpipe(struct sigaction *old)
{
    sigaction(SIGPIPE, old, NULL);
}

static struct transfer_limits with_defaults(const struct transfer_limits *given)
{
    struct transfer_limits limits = given ? *given : (struct transfer_limits){.connect = 0};
    limits.connect = limits.connect > 0 ? limits.connect : 15;
    limits.stall = limits.stall > 0 ? limits.stall : 30;
    limits.total = limits.total > 0 ? limits.total : 900;
    limits.retries = limits.retries < 0 ? 0 : limits.retries > 0 ? limits.retries : 3;
    limits.pause = limits.pause > 0 ? limits.pause : 0.5;
    return limits;
}

enum error_code transfers_open(const struct transfer_limits *limits, transfer_progress *progress,
                               struct transfers **transfers, struct error *error)
{
    const char *trusted = getenv("SSL_CERT_FILE");
    if (libcurl_load(error))
        return error->code;
    if (libcurl.curl_global_init(CURL_GLOBAL_DEFAULT))
        return error_set(error, ERROR_SYSTEM, "libcurl does not start");
    struct transfers *opened = calloc(1, sizeof *opened);
    if (opened)
        *opened = (struct transfers){
            .request = {.easy = libcurl.curl_easy_init(), .trusted = trusted && trusted[0] ? trusted : NULL},
            .limits = with_defaults(limits),
            .progress = progress};
    if (!opened || !opened->request.easy) {
        free(opened);
        libcurl.curl_global_cleanup();
        return error_set(error, ERROR_NO_MEMORY, "no memory for transfers");
    }
    *transfers = opened;
    return ERROR_NONE;
}

void transfers_close(struct transfers *transfers)
{
    if (!transfers)
        return;
    struct sigaction old CLEANUP(restore_sigpipe) = ignore_sigpipe();
    libcurl.curl_easy_cleanup(transfers->request.easy);
    free(transfers);
    libcurl.curl_global_cleanup();
}

double transfers_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void transfers_expect(struct transfers *transfers, uint64_t bytes)
{
    transfers->expected = bytes;
    transfers->received = 0;
    transfers->done = 0;
}

/* ---- the request ---- */

static void free_headers(struct curl_slist **headers)
{
    libcurl.curl_slist_free_all(*headers);
}

static bool add_header(struct curl_slist **headers, const char *name, const char *value)
{
    char line[TRANSFER_ETAG_SIZE + 32];
    size_t length = value ? strlen(value) : 0;
    if (!length || length >= TRANSFER_ETAG_SIZE || text_plain_length(value, length) != length)
        return true;
    snprintf(line, sizeof line, "%s: %s", name, value);
    struct curl_slist *longer = libcurl.curl_slist_append(*headers, line);
    if (longer)
        *headers = longer;
    return longer;
}

static bool set_headers(CURL *easy, const struct transfer *transfer, struct curl_slist **headers)
{
    char authorization[TRANSFER_ETAG_SIZE] = "";
    if (transfer->token)
        snprintf(authorization, sizeof authorization, "Bearer %s", transfer->token);
    return add_header(headers, "Content-Type", transfer->post ? "application/json" : NULL) &&
           add_header(headers, "Authorization", authorization) &&
           add_header(headers, "If-None-Match", transfer->etag) &&
           add_header(headers, "If-Modified-Since", transfer->last_modified) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_HTTPHEADER, *headers);
}

static int show_progress(void *context, curl_off_t total, curl_off_t now, curl_off_t to_send, curl_off_t sent)
{
    struct transfers *transfers = context;
    double seconds = transfers_clock();
    (void)total, (void)now, (void)to_send, (void)sent;
    if (seconds - transfers->shown < progress_interval)
        return 0;
    transfers->shown = seconds;
    transfers->progress(transfers->received + transfers->request.transfer->received, transfers->expected,
                        transfers->done);
    return 0;
}

/* What is the same for every request. */
static bool set_common_options(struct transfers *transfers)
{
    struct request *request = &transfers->request;
    CURL *easy = request->easy;
    const struct transfer_limits *limits = &transfers->limits;
    return !libcurl.curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_USERAGENT, "passthru/" PASSTHRU_VERSION) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, limits->connect) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, limits->stall) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_TIMEOUT, limits->total) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, request->message) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, request_take_header) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_HEADERDATA, request) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, request_take_body) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_WRITEDATA, request) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, show_progress) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_XFERINFODATA, transfers) &&
           !libcurl.curl_easy_setopt(easy, CURLOPT_NOPROGRESS, transfers->progress ? 0L : 1L);
}

static bool set_target(const struct request *request)
{
    CURL *easy = request->easy;
    const struct transfer *transfer = request->transfer;
    if (libcurl.curl_easy_setopt(easy, CURLOPT_URL, transfer->url) ||
        libcurl.curl_easy_setopt(easy, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)request->offset))
        return false;
    if (request->trusted && (libcurl.curl_easy_setopt(easy, CURLOPT_CAINFO, request->trusted) ||
                             libcurl.curl_easy_setopt(easy, CURLOPT_CAPATH, NULL)))
        return false;
    /* Plain HTTP never leaves this machine, so not by a proxy either. */
    if (remote_url_is_loopback(transfer->url) && libcurl.curl_easy_setopt(easy, CURLOPT_PROXY, ""))
        return false;
    if (transfer->is_delete && libcurl.curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "DELETE"))
        return false;
    return !transfer->post ||
           (!libcurl.curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                      (curl_off_t)transfer->post->length) &&
            !libcurl.curl_easy_setopt(easy, CURLOPT_POSTFIELDS, buffer_text(transfer->post)));
}

static enum request_end what_became(struct request *request, CURLcode code)
{
    const struct transfer *transfer = request->transfer;
    if (transfer->error.code)
        return REQUEST_FAILED;
    if (request->begun && !request_is_answer(request)) {
        if ((transfer->status == 416 || transfer->status == 206) && request->offset)
            return REQUEST_RESTART;
        return request_explain_status(request) ? REQUEST_TRANSIENT : REQUEST_FAILED;
    }
    if (code == CURLE_RANGE_ERROR)
        return REQUEST_RESTART;
    if (!code && !request->begun)
        code = CURLE_PARTIAL_FILE; /* closed between two headers, which libcurl takes for an answer */
    if (!code)
        return REQUEST_DONE;
    /* Part of an answer: what was sent has arrived, and is not sent again. */
    bool transient = request_explain_code(request, code);
    return transient && !(transfer->post && request->begun) ? REQUEST_TRANSIENT : REQUEST_FAILED;
}

/* Makes one request, for what is missing in the file or for all. */
static enum request_end run_request(struct transfers *transfers, struct transfer *transfer, bool resume)
{
    struct request *request = &transfers->request;
    struct curl_slist *headers CLEANUP(free_headers) = NULL;
    struct error wrong;
    curl_off_t connected = 0;
    *request = (struct request){.easy = request->easy,
                                .trusted = request->trusted,
                                .transfer = transfer,
                                .offset = resume ? request_bytes_there(transfer) : 0,
                                .file = -1};
    transfer->status = 0;
    transfer->connected = false;
    transfer->error = (struct error){.code = ERROR_NONE};
    buffer_clear(&transfer->body);
    libcurl.curl_easy_reset(request->easy);
    if (remote_check_url(transfer->url, &wrong))
        request_fail(request, wrong.code, "%s", wrong.message);
    else if (!set_common_options(transfers) || !set_target(request) ||
             !set_headers(request->easy, transfer, &headers))
        request_fail(request, ERROR_NO_MEMORY, "out of memory");
    if (transfer->error.code)
        return REQUEST_FAILED;
    CURLcode code = libcurl.curl_easy_perform(request->easy);
    request_close(request);
    libcurl.curl_easy_getinfo(request->easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
    transfer->connected = connected > 0;
    return what_became(request, code);
}

/* ---- one transfer, with its retries ---- */

/* Waits before the next try. False when the server asks for more than anyone waits. */
static bool pause_for(const struct transfers *transfers, struct transfer *transfer, double seconds)
{
    curl_off_t asked = 0;
    libcurl.curl_easy_getinfo(transfers->request.easy, CURLINFO_RETRY_AFTER, &asked);
    if (asked > MAX_PAUSE) {
        error_next(&transfer->error, "the server asks to wait %ld s before the next attempt", (long)asked);
        return false;
    }
    seconds = (double)asked > seconds ? (double)asked : seconds;
    struct timespec left = {.tv_sec = (time_t)seconds,
                            .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};
    while (nanosleep(&left, &left))
        continue;
    return true;
}

enum error_code transfer_run(struct transfers *transfers, struct transfer *transfer, struct error *error)
{
    struct sigaction old CLEANUP(restore_sigpipe) = ignore_sigpipe();
    double pause = transfers->limits.pause;
    transfer->received = 0;
    transfer->new_etag[0] = transfer->new_last_modified[0] = '\0';
    transfer->body.max = transfer->max_bytes < SIZE_MAX / 4 ? (size_t)transfer->max_bytes : SIZE_MAX / 4;
    for (transfer->tries = 1;; transfer->tries++) {
        enum request_end end = run_request(transfers, transfer, transfer->resume);
        if (end == REQUEST_RESTART) /* what is there is of something else */
            end = run_request(transfers, transfer, false);
        if (end != REQUEST_TRANSIENT || transfer->tries > transfers->limits.retries ||
            !pause_for(transfers, transfer, pause < MAX_PAUSE ? pause : MAX_PAUSE))
            break;
        pause *= 2;
    }
    transfers->received += transfer->received;
    transfers->done++;
    if (transfer->error.code)
        *error = transfer->error;
    return transfer->error.code;
}
