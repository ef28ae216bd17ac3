#include "importer/transfer.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "importer/transfer_request.h"

enum { MAX_PARALLEL = 16, PROGRESS_INTERVAL = 200, LONGEST_POLL = 1000 };

struct transfers {
    CURLM *multi;
    struct transfer_limits limits;
    transfer_progress *progress; /* of transfer_run */
    struct request requests[MAX_PARALLEL];
};

/* One call of transfers_run. */
struct run {
    struct transfers *transfers;
    const struct transfer_queue *queue;
    int running;
    int done;
    bool may_have_more; /* the queue is worth asking */
    uint64_t received;  /* by what is done */
    int64_t told;       /* when progress was told last */
};

/* OpenSSL writes to a connection that the server has closed. */
static void ignore_sigpipe(struct sigaction *old)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, old);
}

static void restore_sigpipe(struct sigaction *old)
{
    sigaction(SIGPIPE, old, NULL);
}

static struct transfer_limits with_defaults(const struct transfer_limits *given)
{
    struct transfer_limits limits = *given;
    limits.connect = limits.connect > 0 ? limits.connect : 15;
    limits.stall = limits.stall > 0 ? limits.stall : 30;
    limits.total = limits.total > 0 ? limits.total : 900;
    limits.retries = limits.retries < 0 ? 0 : limits.retries > 0 ? limits.retries : 3;
    limits.pause = limits.pause > 0 ? limits.pause : 0.5;
    return limits;
}

enum error_code transfers_open(const struct transfer_limits *limits, struct transfers **transfers,
                               struct error *error)
{
    if (libcurl_load(error))
        return error->code;
    if (libcurl.curl_global_init(CURL_GLOBAL_DEFAULT))
        return error_set(error, ERROR_SYSTEM, "libcurl does not start");
    struct transfers *opened = calloc(1, sizeof *opened);
    if (opened)
        opened->multi = libcurl.curl_multi_init();
    if (!opened || !opened->multi) {
        free(opened);
        libcurl.curl_global_cleanup();
        return error_set(error, ERROR_NO_MEMORY, "out of memory");
    }
    const char *trusted = getenv("SSL_CERT_FILE");
    opened->limits = with_defaults(limits);
    for (int i = 0; i < MAX_PARALLEL; i++) {
        opened->requests[i].limits = &opened->limits;
        opened->requests[i].trusted = trusted && trusted[0] ? trusted : NULL;
        opened->requests[i].file = -1;
    }
    *transfers = opened;
    return ERROR_NONE;
}

void transfers_close(struct transfers *transfers)
{
    if (!transfers)
        return;
    struct sigaction old CLEANUP(restore_sigpipe);
    ignore_sigpipe(&old);
    for (int i = 0; i < MAX_PARALLEL; i++) {
        libcurl.curl_easy_cleanup(transfers->requests[i].easy);
        libcurl.curl_slist_free_all(transfers->requests[i].headers);
    }
    libcurl.curl_multi_cleanup(transfers->multi);
    free(transfers);
    libcurl.curl_global_cleanup();
}

/* Gives the transfer back; its place is free. */
static void finish(struct run *run, struct request *request)
{
    struct transfer *transfer = request->transfer;
    request->transfer = NULL;
    run->running--;
    run->done++;
    run->received += transfer->received;
    run->may_have_more = true;
    run->queue->done(run->queue->context, transfer);
}

/* Sends the next request of a transfer off. */
static void send_request(struct run *run, struct request *request)
{
    if (request_prepare(request) == ERROR_NONE &&
        libcurl.curl_multi_add_handle(run->transfers->multi, request->easy))
        request_fail(request, ERROR_NO_MEMORY, "out of memory");
    if (request->transfer->error.code)
        finish(run, request);
}

static void start(struct run *run, struct request *request, struct transfer *transfer)
{
    request->transfer = transfer;
    transfer->tries = 0;
    transfer->status = 0;
    transfer->received = 0;
    transfer->new_etag[0] = transfer->new_last_modified[0] = '\0';
    transfer->body.max = transfer->max_bytes < SIZE_MAX / 4 ? (size_t)transfer->max_bytes : SIZE_MAX / 4;
    run->running++;
    if (!request->easy)
        request->easy = libcurl.curl_easy_init();
    struct error wrong;
    if (!request->easy) {
        request_fail(request, ERROR_NO_MEMORY, "out of memory");
        finish(run, request);
    } else if (remote_check_url(transfer->url, &wrong)) {
        request_fail(request, wrong.code, "%s", wrong.message);
        finish(run, request);
    } else {
        request_begin(request);
        send_request(run, request);
    }
}

static void fill(struct run *run)
{
    for (int i = 0; i < MAX_PARALLEL && i < run->queue->parallel && run->may_have_more; i++) {
        struct request *request = &run->transfers->requests[i];
        while (!request->transfer && run->may_have_more) {
            struct transfer *transfer = run->queue->next(run->queue->context);
            run->may_have_more = transfer;
            if (transfer)
                start(run, request, transfer);
        }
    }
}

/* Milliseconds before the next try. -1: the server asks for more than anyone waits. */
static int64_t pause_before(const struct request *request)
{
    double seconds = request->limits->pause;
    long asked = request_retry_after(request);
    for (int i = 1; i < request->transfer->tries && seconds < MAX_PAUSE; i++)
        seconds *= 2;
    if (asked > MAX_PAUSE)
        return -1;
    if (asked > seconds)
        seconds = (double)asked;
    return (int64_t)((seconds < MAX_PAUSE ? seconds : MAX_PAUSE) * 1000) + 1;
}

static void end_request(struct run *run, struct request *request, CURLcode code)
{
    libcurl.curl_multi_remove_handle(run->transfers->multi, request->easy);
    enum request_end end = request_end(request, code);
    if (end == REQUEST_AGAIN) {
        send_request(run, request);
        return;
    }
    if (end == REQUEST_PASSES && request->transfer->tries <= request->limits->retries) {
        int64_t pause = pause_before(request);
        if (pause > 0) {
            request->wake = request_now() + pause;
            return;
        }
        error_next(&request->transfer->error, "the server asks to wait %ld s before the next attempt",
                   request_retry_after(request));
    }
    finish(run, request);
}

static void take_ends(struct run *run)
{
    int left;
    for (CURLMsg *message; (message = libcurl.curl_multi_info_read(run->transfers->multi, &left));) {
        struct request *request = NULL;
        CURLcode code = message->data.result;
        if (message->msg == CURLMSG_DONE &&
            libcurl.curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &request) == CURLE_OK)
            end_request(run, request, code);
    }
}

/* Ends what has stalled and begins tries whose time has come. Returns milliseconds until the next such time.
 */
static int keep_time(struct run *run)
{
    int64_t now = request_now();
    int64_t wait = run->queue->progress ? PROGRESS_INTERVAL : LONGEST_POLL;
    for (int i = 0; i < MAX_PARALLEL; i++) {
        struct request *request = &run->transfers->requests[i];
        if (!request->transfer)
            continue;
        int64_t when = request->wake ? request->wake : request->last_byte + request->limits->stall * 1000;
        if (when > now) {
            wait = when - now < wait && (request->wake || request->connected) ? when - now : wait;
        } else if (request->wake) {
            request_begin(request);
            send_request(run, request);
            wait = 0;
        } else if (request->connected) {
            request->stalled = true;
            end_request(run, request, CURLE_OPERATION_TIMEDOUT);
            wait = 0;
        }
    }
    return (int)wait;
}

/* Returns false when the caller wants no more. */
static bool tell_progress(struct run *run)
{
    int64_t now = request_now();
    if (!run->queue->progress || now - run->told < PROGRESS_INTERVAL)
        return true;
    uint64_t received = run->received;
    for (int i = 0; i < MAX_PARALLEL; i++)
        if (run->transfers->requests[i].transfer)
            received += run->transfers->requests[i].transfer->received;
    run->told = now;
    return run->queue->progress(run->queue->context, received, run->queue->expected, run->done);
}

static void stop_all(struct run *run, const char *why)
{
    for (int i = 0; i < MAX_PARALLEL; i++) {
        struct request *request = &run->transfers->requests[i];
        if (!request->transfer)
            continue;
        if (!request->wake) {
            libcurl.curl_multi_remove_handle(run->transfers->multi, request->easy);
            request_close(request);
        }
        request_fail(request, ERROR_REMOTE, "%s", why);
        finish(run, request);
    }
}

enum error_code transfers_run(struct transfers *transfers, const struct transfer_queue *queue,
                              struct error *error)
{
    struct run run = {.transfers = transfers, .queue = queue, .may_have_more = true, .told = request_now()};
    struct sigaction old CLEANUP(restore_sigpipe);
    ignore_sigpipe(&old);
    for (fill(&run); run.running; fill(&run)) {
        int running;
        CURLMcode code = libcurl.curl_multi_perform(transfers->multi, &running);
        take_ends(&run);
        int wait = keep_time(&run);
        bool goes_on = tell_progress(&run);
        bool has_place = run.may_have_more && run.running < queue->parallel;
        if (code == CURLM_OK && goes_on && run.running && !has_place)
            code = libcurl.curl_multi_poll(transfers->multi, NULL, 0, wait, NULL);
        if (code == CURLM_OK && goes_on)
            continue;
        stop_all(&run, goes_on ? libcurl.curl_multi_strerror(code) : "stopped");
        return goes_on ? error_set(error, ERROR_SYSTEM, "libcurl: %s", libcurl.curl_multi_strerror(code))
                       : error_set(error, ERROR_REMOTE, "stopped");
    }
    return ERROR_NONE;
}

/* ---- one transfer
 * ------------------------------------------------------------------------------------------ */

static struct transfer *take_one(void *context)
{
    struct transfer **transfer = context;
    struct transfer *taken = *transfer;
    *transfer = NULL;
    return taken;
}

static void nothing_more(void *context, struct transfer *transfer)
{
    (void)context, (void)transfer;
}

void transfers_tell(struct transfers *transfers, transfer_progress *progress)
{
    transfers->progress = progress;
}

enum error_code transfer_run(struct transfers *transfers, struct transfer *transfer, struct error *error)
{
    struct transfer *waiting = transfer;
    const struct transfer_queue queue = {.context = &waiting,
                                         .next = take_one,
                                         .done = nothing_more,
                                         .progress = transfers->progress,
                                         .parallel = 1};
    if (transfers_run(transfers, &queue, error))
        return error->code;
    if (transfer->error.code)
        *error = transfer->error;
    return transfer->error.code;
}
