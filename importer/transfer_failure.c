#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "importer/remote_url.h"
#include "importer/transfer_request.h"

/* What libcurl tells of a certificate: the numbers of OpenSSL (X509_verify_cert_error_string(3)). Built with
 * another TLS library it tells 0, and its own words are shown. */
enum {
    CERTIFICATE_NOT_YET_VALID = 9,
    CERTIFICATE_EXPIRED = 10,
    CERTIFICATE_SELF_SIGNED = 18,
    CERTIFICATE_SELF_SIGNED_IN_CHAIN = 19,
    CERTIFICATE_ISSUER_UNKNOWN = 20,
    CERTIFICATE_ISSUER_UNKNOWN_LEAF = 21
};

static const struct {
    long status;
    const char *words;
    bool passes;
    const char *next;
} statuses[] = {
    {304, "Not Modified, although it was not asked whether it was", false, NULL},
    {400, "Bad Request", false, NULL},
    {401, "Unauthorized", false,
     "passthru sends no passwords: ask who runs the server for an address without"},
    {403, "Forbidden", false, NULL},
    {404, "Not Found", false, "check the address; the list or feed may have moved"},
    {408, "Request Timeout", true, "try again later"},
    {410, "Gone", false, "check the address; the list or feed may have moved"},
    {413, "Content Too Large", false, NULL},
    {416, "Range Not Satisfiable", false, NULL},
    {422, "Unprocessable Content", false, NULL},
    {429, "Too Many Requests", true, "try again later"},
    {500, "Internal Server Error", true, "try again later"},
    {502, "Bad Gateway", true, "try again later"},
    {503, "Service Unavailable", true, "try again later"},
    {504, "Gateway Timeout", true, "try again later"},
};

enum error_code request_fail(const struct request *request, enum error_code code, const char *format, ...)
{
    const struct transfer *transfer = request->transfer;
    char why[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    return error_set(&request->transfer->error, code, "cannot %s %.170s: %s",
                     transfer->post ? "send to" : "fetch", transfer->url, why);
}

static void next_step(const struct request *request, const char *step)
{
    error_next(&request->transfer->error, "%s", step);
}

/* The variable by which libcurl may have taken a proxy for this address, NULL when there is none. */
static const char *proxy_variable(const struct request *request)
{
    static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    for (size_t i = 0; i < ARRAY_SIZE(names) && !remote_url_is_loopback(request->url); i++) {
        const char *value = getenv(names[i]);
        if (value && value[0])
            return names[i];
    }
    return NULL;
}

static void blame_network(const struct request *request)
{
    const char *variable = proxy_variable(request);
    struct error *error = &request->transfer->error;
    if (variable)
        error_next(error, "check the proxy that %s names, and the network", variable);
    else if (!remote_url_is_loopback(request->url))
        error_next(error, "check the network connection; all that is here already works without");
}

static bool no_connection(const struct request *request, const char *host)
{
    long number = 0;
    libcurl.curl_easy_getinfo(request->easy, CURLINFO_OS_ERRNO, &number);
    request_fail(request, ERROR_REMOTE, "no connection to %s%s: %s", host,
                 proxy_variable(request) ? " or the proxy" : "",
                 number ? strerror((int)number) : request->message);
    blame_network(request);
    return true;
}

static bool timed_out(const struct request *request, const char *host)
{
    const struct transfer_limits *limits = request->limits;
    if (request->stalled)
        request_fail(request, ERROR_REMOTE, "%s has sent nothing for %ld s", host, limits->stall);
    else if (!request->connected)
        request_fail(request, ERROR_REMOTE, "no connection to %s within %ld s", host, limits->connect);
    else
        request_fail(request, ERROR_REMOTE, "not done within %ld s", limits->total);
    blame_network(request);
    return true;
}

static void bad_certificate(const struct request *request, const char *host)
{
    long result = 0;
    libcurl.curl_easy_getinfo(request->easy, CURLINFO_SSL_VERIFYRESULT, &result);
    const char *why = request->message;
    const char *next = NULL;
    switch (result) {
    case CERTIFICATE_NOT_YET_VALID:
        why = "it is not valid yet";
        next = "check this machine's clock (date)";
        break;
    case CERTIFICATE_EXPIRED:
        why = "it has expired";
        next =
            "check this machine's clock (date); if it is right, the server's owner must renew the certificate";
        break;
    case CERTIFICATE_SELF_SIGNED:
        why = "it is self-signed";
        next = "if you trust it, name a file that has it in the environment variable SSL_CERT_FILE";
        break;
    case CERTIFICATE_SELF_SIGNED_IN_CHAIN:
    case CERTIFICATE_ISSUER_UNKNOWN:
    case CERTIFICATE_ISSUER_UNKNOWN_LEAF:
        why = "nobody whom this machine trusts has signed it";
        next = "install the package ca-certificates, or name a file of trusted certificates in SSL_CERT_FILE";
        break;
    default:
        if (strstr(request->message, "subject name")) {
            why = "it is for another name";
            next = "check the address: somebody may answer in the server's place";
        }
    }
    request_fail(request, ERROR_REMOTE, "the certificate of %s is not accepted: %s", host, why);
    if (next)
        next_step(request, next);
}

static void bad_trust(const struct request *request)
{
    request_fail(request, ERROR_SYSTEM, "the trusted certificates (%s) cannot be read",
                 request->trusted ? request->trusted : "of the system");
    next_step(request, request->trusted ? "SSL_CERT_FILE must name a file in PEM form"
                                        : "install the package ca-certificates");
}

/* A proxy says no by a status of its own, behind which no connection is made. */
static bool proxy_refused(const struct request *request, bool *passes)
{
    long status = 0;
    libcurl.curl_easy_getinfo(request->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    if (!status || status / 100 == 2)
        return false;
    request_fail(request, ERROR_REMOTE, "the proxy answered %ld", status);
    blame_network(request);
    *passes = status >= 500;
    return true;
}

/* CURLE_TOO_LARGE, since libcurl 8.6: too many headers, or one that is longer than 100 KiB. Before, that was
 * CURLE_OUT_OF_MEMORY. */
enum { CODE_TOO_LARGE = 100 };

/* Whether the answer has begun, and its headers have not ended. */
static bool is_in_headers(const struct request *request)
{
    return request->connected && !request->begun;
}

bool request_explain_code(const struct request *request, CURLcode code)
{
    char host[REMOTE_HOST_SIZE];
    bool passes = false;
    remote_url_host(request->url, host);
    if (proxy_refused(request, &passes))
        return passes;
    switch ((int)code) {
    case CODE_TOO_LARGE:
    case CURLE_OUT_OF_MEMORY:
        if (is_in_headers(request))
            request_fail(request, ERROR_REMOTE, "the headers of the answer do not end%s",
                         code == CURLE_OUT_OF_MEMORY ? ", or memory is short" : "");
        else if (code == CURLE_OUT_OF_MEMORY)
            request_fail(request, ERROR_NO_MEMORY, "out of memory");
        else
            request_fail(request, ERROR_REMOTE, "a part of the request or of the answer is too large");
        return false;
    case CURLE_COULDNT_RESOLVE_HOST:
        request_fail(request, ERROR_REMOTE, "the name %s has no address, or no name server answers", host);
        blame_network(request);
        return true;
    case CURLE_COULDNT_RESOLVE_PROXY:
        request_fail(request, ERROR_REMOTE, "the name of the proxy has no address");
        blame_network(request);
        return true;
    case CURLE_COULDNT_CONNECT:
        return no_connection(request, host);
    case CURLE_OPERATION_TIMEDOUT:
        return timed_out(request, host);
    case CURLE_PEER_FAILED_VERIFICATION:
        bad_certificate(request, host);
        return false;
    case CURLE_SSL_CACERT_BADFILE:
        bad_trust(request);
        return false;
    case CURLE_SSL_CONNECT_ERROR:
        request_fail(request, ERROR_REMOTE, "no TLS with %s: %s", host, request->message);
        return true;
    case CURLE_GOT_NOTHING:
        request_fail(request, ERROR_REMOTE, "%s has closed the connection without an answer", host);
        return true;
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        request_fail(request, ERROR_REMOTE, "%s has closed the connection too early, after %llu bytes", host,
                     (unsigned long long)request->size);
        return true;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
        request_fail(request, ERROR_REMOTE, "what %s answers is no HTTP", host);
        return false;
    default:
        request_fail(request, ERROR_REMOTE, "%s",
                     request->message[0] ? request->message : libcurl.curl_easy_strerror(code));
        return false;
    }
}

bool request_explain_status(const struct request *request)
{
    char host[REMOTE_HOST_SIZE];
    long status = request->transfer->status;
    remote_url_host(request->url, host);
    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
        if (statuses[i].status != status)
            continue;
        request_fail(request, ERROR_REMOTE, "%s answered %ld %s", host, status, statuses[i].words);
        if (statuses[i].next)
            next_step(request, statuses[i].next);
        return statuses[i].passes;
    }
    request_fail(request, ERROR_REMOTE, "%s answered with the status %ld", host, status);
    return false;
}
