/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/http.h"

#include <errno.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "core/report.h"
#include "hub/intake.h"
#include "version.h"

enum {
    MAX_CONNECTIONS = 2048,
    IDLE_SECONDS = 20,             /* a connection on which nothing comes or goes */
    CONNECTION_MEMORY = 32 * 1024, /* headers and buffers of one */
    RETRY_SECONDS = 10,            /* after a 503 */
    MAX_STATUS = 600,
    MAX_ADDRESS = 300, /* of a page */
    ANSWER_MAX = 256 * 1024
};

struct http {
    struct http_settings settings;
    struct MHD_Daemon *daemon;
    atomic_int requests;          /* that have begun and are not answered */
    int64_t answered[MAX_STATUS]; /* by status; of the server's thread alone */
    atomic_bool draining;
};

/* One request. It lives from its first byte until its answer is sent. */
struct exchange {
    struct http *http;
    struct MHD_Connection *connection;
    struct buffer body;
    struct intake intake;
    struct committer_job job;
    const char *allowed; /* methods */
    bool is_report;
    bool is_submitted;
    int retry_after;
};

/* ---- answers ---- */

static const char *header(const struct exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result send_response(struct exchange *exchange, int status, struct MHD_Response *response)
{
    char seconds[16];
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Content-Security-Policy", "default-src 'self'");
    if (exchange->retry_after) {
        snprintf(seconds, sizeof seconds, "%d", exchange->retry_after);
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
    }
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, exchange->allowed);
    if (exchange->http->draining)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    exchange->http->answered[status]++;
    enum MHD_Result result = MHD_queue_response(exchange->connection, (unsigned)status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result send_text(struct exchange *exchange, int status, const char *type,
                                 const struct buffer *text)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        text->length, (void *)(uintptr_t)buffer_text(text), MHD_RESPMEM_MUST_COPY);
    if (response) {
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
        MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    }
    return send_response(exchange, status, response);
}

static enum MHD_Result send_json(struct exchange *exchange, int status, const struct buffer *json)
{
    return send_text(exchange, status, "application/json", json);
}

static enum MHD_Result fail(struct exchange *exchange, int status, const char *why)
{
    struct buffer answer CLEANUP(buffer_free) = BUFFER(ANSWER_MAX);
    return send_json(exchange, intake_fail(&answer, status, why), &answer);
}

static enum MHD_Result fail_for_now(struct exchange *exchange)
{
    exchange->retry_after = RETRY_SECONDS;
    return fail(exchange, MHD_HTTP_SERVICE_UNAVAILABLE,
                "the hub cannot store reports at the moment; nothing was stored, try again later");
}

/* ---- what is read ---- */

static enum MHD_Result send_metrics(struct exchange *exchange)
{
    struct http *http = exchange->http;
    struct buffer text CLEANUP(buffer_free) = BUFFER(ANSWER_MAX);
    struct committer_counts counts = committer_count(http->settings.committer);
    buffer_append_text(&text, "# TYPE passthru_hub_answers_total counter\n");
    for (int status = 0; status < MAX_STATUS; status++)
        if (http->answered[status])
            buffer_append_format(&text, "passthru_hub_answers_total{status=\"%d\"} %" PRId64 "\n", status,
                                 http->answered[status]);
    buffer_append_format(
        &text,
        "# TYPE passthru_hub_batches_total counter\npassthru_hub_batches_total %" PRId64
        "\n# TYPE passthru_hub_failed_batches_total counter\npassthru_hub_failed_batches_total %" PRId64
        "\n# TYPE passthru_hub_waiting gauge\npassthru_hub_waiting %" PRId64
        "\n# TYPE passthru_hub_store_up gauge\npassthru_hub_store_up %d\n"
        "# TYPE passthru_hub_info gauge\npassthru_hub_info{version=\"" PASSTHRU_VERSION "\"} 1\n",
        counts.batches, counts.failed, counts.waiting, !counts.is_away);
    return send_text(exchange, MHD_HTTP_OK, "text/plain; version=0.0.4", &text);
}

/* A page by its address without the '/' at the end, as people type it. */
static bool lacks_slash(const char *directory, const char *path, char whole[MAX_ADDRESS])
{
    struct stat status;
    if (snprintf(whole, MAX_ADDRESS, "%s/", path) >= MAX_ADDRESS)
        return false;
    int file = files_open(directory, whole, &status);
    if (file >= 0)
        close(file);
    return file >= 0;
}

static enum MHD_Result send_elsewhere(struct exchange *exchange, const char *path)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (response)
        MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION, path);
    return send_response(exchange, MHD_HTTP_MOVED_PERMANENTLY, response);
}

static enum MHD_Result send_file(struct exchange *exchange, const char *path)
{
    struct stat status;
    char tag[64];
    char whole[MAX_ADDRESS];
    const char *directory = exchange->http->settings.public_directory;
    int answer = MHD_HTTP_OK;
    int file = directory ? files_open(directory, path, &status) : -1;
    if (file < 0 && directory && lacks_slash(directory, path, whole))
        return send_elsewhere(exchange, whole);
    if (file < 0 && directory) {
        answer = MHD_HTTP_NOT_FOUND;
        path = "/404.html";
        file = files_open(directory, path, &status);
    }
    if (file < 0)
        return fail(exchange, MHD_HTTP_NOT_FOUND, "there is nothing at this address");
    snprintf(tag, sizeof tag, "\"%" PRIx64 "-%" PRIx64 "\"", (uint64_t)status.st_size,
             (uint64_t)status.st_mtim.tv_sec * 1000000000 + (uint64_t)status.st_mtim.tv_nsec);
    const char *known = header(exchange, MHD_HTTP_HEADER_IF_NONE_MATCH);
    const bool is_known = answer == MHD_HTTP_OK && known && strstr(known, tag);
    struct MHD_Response *response = is_known
                                        ? MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT)
                                        : MHD_create_response_from_fd64((uint64_t)status.st_size, file);
    if (is_known || !response)
        close(file);
    if (response) {
        MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, tag);
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, files_type(path));
        MHD_add_response_header(response, "Access-Control-Allow-Origin", "*");
        MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL,
                                strncmp(path, "/segments/", 10) == 0 ? "public, max-age=31536000, immutable"
                                                                     : "no-cache");
    }
    return send_response(exchange, is_known ? MHD_HTTP_NOT_MODIFIED : answer, response);
}

/* ---- reports ---- */

/* By the committer's thread: goes on with the answer in the server's. */
static void resume(struct committer_job *job)
{
    struct exchange *exchange = job->context;
    MHD_resume_connection(exchange->connection);
}

static enum MHD_Result submit(struct exchange *exchange)
{
    exchange->job.request = exchange->intake.request;
    exchange->job.done = resume;
    exchange->job.context = exchange;
    exchange->is_submitted = true;
    MHD_suspend_connection(exchange->connection);
    if (committer_submit(exchange->http->settings.committer, &exchange->job))
        return MHD_YES;
    exchange->job.error.code = ERROR_SYSTEM;
    MHD_resume_connection(exchange->connection);
    return MHD_YES;
}

static enum MHD_Result answer_submitted(struct exchange *exchange)
{
    struct buffer answer CLEANUP(buffer_free) = BUFFER(ANSWER_MAX);
    if (exchange->job.error.code)
        return fail_for_now(exchange);
    exchange->intake.request.result = exchange->job.request.result;
    int status = intake_answer(&exchange->intake, &answer);
    return send_json(exchange, status, &answer);
}

static enum MHD_Result read_report(struct exchange *exchange)
{
    struct buffer answer CLEANUP(buffer_free) = BUFFER(ANSWER_MAX);
    char tomorrow[11];
    struct tm tm;
    time_t later = time(NULL) + 86400;
    gmtime_r(&later, &tm);
    strftime(tomorrow, sizeof tomorrow, "%Y-%m-%d", &tm);
    int status = intake_read(&exchange->intake, &exchange->body, tomorrow, &answer);
    if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
        exchange->retry_after = RETRY_SECONDS;
    return status ? send_json(exchange, status, &answer) : submit(exchange);
}

/* The media type, whatever parameters it has. */
static bool is_json(const char *type)
{
    static const char json[] = "application/json";
    return type && strncasecmp(type, json, sizeof json - 1) == 0 &&
           (type[sizeof json - 1] == '\0' || strchr("; \t", type[sizeof json - 1]));
}

/* Some proxies append to the header that a client sent, others add one of their own after it. */
static enum MHD_Result add_forwarded(void *context, enum MHD_ValueKind kind, const char *name,
                                     const char *value)
{
    struct buffer *list = context;
    (void)kind;
    if (value && strcasecmp(name, "X-Forwarded-For") == 0)
        buffer_append_format(list, "%s%s", list->length ? "," : "", value);
    return MHD_YES;
}

/* Seconds after which a client may ask again, 0 for now. */
static int limit(struct exchange *exchange)
{
    const struct http_settings *settings = &exchange->http->settings;
    struct address *client = &exchange->job.network;
    struct buffer forwarded CLEANUP(buffer_free) = BUFFER(2 * CONNECTION_MEMORY);
    struct timespec now;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    address_of_socket(info ? info->client_addr : NULL, client);
    MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, add_forwarded, &forwarded);
    address_of_client(&settings->trusted, forwarded.length ? buffer_text(&forwarded) : NULL, client);
    clock_gettime(CLOCK_MONOTONIC, &now);
    return rate_take(settings->rate, client, (double)now.tv_sec + (double)now.tv_nsec / 1e9);
}

/* Looks at the head of a request for reports: what is refused is refused before its body comes. */
static enum MHD_Result begin_report(struct exchange *exchange, const char *method, const char *id)
{
    const char *length = header(exchange, MHD_HTTP_HEADER_CONTENT_LENGTH);
    const bool is_post = !*id;
    exchange->allowed = is_post ? MHD_HTTP_METHOD_POST : MHD_HTTP_METHOD_DELETE;
    if (strcmp(method, exchange->allowed) != 0)
        return fail(exchange, MHD_HTTP_METHOD_NOT_ALLOWED,
                    is_post ? "a report is sent with POST"
                            : "a report is taken back with DELETE, and is not read "
                              "here: all that are accepted are in the feed");
    exchange->retry_after = limit(exchange);
    if (exchange->retry_after)
        return fail(exchange, MHD_HTTP_TOO_MANY_REQUESTS,
                    "too many reports from this network; try again later");
    if (is_post && !is_json(header(exchange, MHD_HTTP_HEADER_CONTENT_TYPE)))
        return fail(exchange, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "a report is sent as application/json");
    /* A proxy in front may have read the other of the two: what follows would be another request to it. */
    if (length && header(exchange, MHD_HTTP_HEADER_TRANSFER_ENCODING))
        return fail(exchange, MHD_HTTP_BAD_REQUEST, "a report has a length or comes in chunks, not both");
    if (length && (strlen(length) > 9 || atol(length) > REPORT_MAX_BYTES))
        return fail(exchange, MHD_HTTP_CONTENT_TOO_LARGE, "a report has at most 16384 bytes");
    if (!is_post && !store_is_sha256(id))
        return fail(exchange, MHD_HTTP_NOT_FOUND, "there is no such report here");
    intake_take_authorization(&exchange->intake, header(exchange, MHD_HTTP_HEADER_AUTHORIZATION));
    exchange->intake.request.kind = is_post ? REQUEST_ADD : REQUEST_WITHDRAW;
    if (!is_post)
        snprintf(exchange->intake.request.id, sizeof exchange->intake.request.id, "%s", id);
    return MHD_YES;
}

/* ---- the server ---- */

static enum MHD_Result read_something(struct exchange *exchange, const char *method, const char *path)
{
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return fail(exchange, MHD_HTTP_METHOD_NOT_ALLOWED, "this is only read");
    if (strcmp(path, "/healthz") == 0) {
        exchange->intake.request.kind = REQUEST_PING;
        return submit(exchange);
    }
    if (strcmp(path, "/metrics") == 0)
        return send_metrics(exchange);
    return send_file(exchange, path);
}

static enum MHD_Result begin(struct http *http, struct MHD_Connection *connection, const char *method,
                             const char *path, void **context)
{
    static const char reports[] = "/v1/reports";
    struct exchange *exchange = calloc(1, sizeof *exchange);
    if (!exchange)
        return MHD_NO;
    *context = exchange;
    atomic_fetch_add(&http->requests, 1);
    exchange->http = http;
    exchange->connection = connection;
    exchange->body = BUFFER(REPORT_MAX_BYTES + 1);
    exchange->is_report = strcmp(path, reports) == 0 || strncmp(path, "/v1/reports/", sizeof reports) == 0;
    exchange->allowed = "GET, HEAD";
    return exchange->is_report
               ? begin_report(exchange, method, path[sizeof reports - 1] ? path + sizeof reports : "")
               : MHD_YES;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *data, size_t *length,
                              void **request)
{
    struct exchange *exchange = *request;
    (void)version;
    if (!exchange)
        return begin(context, connection, method, path, request);
    if (*length) {
        buffer_append(&exchange->body, data, *length);
        *length = 0;
        return MHD_YES;
    }
    if (exchange->is_submitted)
        return answer_submitted(exchange);
    if (!exchange->is_report)
        return read_something(exchange, method, path);
    return exchange->intake.request.kind == REQUEST_WITHDRAW ? submit(exchange) : read_report(exchange);
}

static void complete(void *context, struct MHD_Connection *connection, void **request,
                     enum MHD_RequestTerminationCode why)
{
    struct exchange *exchange = *request;
    (void)context;
    (void)connection;
    (void)why;
    if (!exchange)
        return;
    atomic_fetch_sub(&exchange->http->requests, 1);
    buffer_free(&exchange->body);
    intake_free(&exchange->intake);
    free(exchange);
    *request = NULL;
}

/* What libmicrohttpd complains of is a client's doing. */
static void be_silent(void *context, const char *format, va_list arguments)
{
    (void)context;
    (void)format;
    (void)arguments;
}

enum error_code http_start(const struct http_settings *settings, struct http **http, struct error *error)
{
    struct http *made = calloc(1, sizeof *made);
    *http = made;
    error->code = ERROR_NONE;
    if (!made)
        return error_set(error, ERROR_NO_MEMORY, "no memory to start");
    made->settings = *settings;
    made->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_ERROR_LOG, 0, NULL,
        NULL, handle, made, MHD_OPTION_EXTERNAL_LOGGER, be_silent, NULL, MHD_OPTION_LISTEN_SOCKET,
        settings->socket, MHD_OPTION_CONNECTION_LIMIT, (unsigned)MAX_CONNECTIONS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_MEMORY, MHD_OPTION_NOTIFY_COMPLETED, complete, NULL, MHD_OPTION_END);
    if (made->daemon)
        return ERROR_NONE;
    free(made);
    *http = NULL;
    return error_set_errno(error, errno, "cannot start the web server");
}

void http_drain(struct http *http, int seconds)
{
    const struct timespec pause = {.tv_nsec = 10000000};
    http->draining = true;
    int listener = MHD_quiesce_daemon(http->daemon);
    for (int i = 0; i < seconds * 100 && atomic_load(&http->requests); i++)
        nanosleep(&pause, NULL);
    if (listener >= 0)
        close(listener);
}

void http_stop(struct http *http)
{
    MHD_stop_daemon(http->daemon);
    free(http);
}
