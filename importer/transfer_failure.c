/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a transfer failed, in words, and what to do. What libcurl says itself is passed on. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "importer/transfer_request.h"

static const char check_address[] = "check the address; the list or feed may have moved";
static const char try_later[] = "try again later";

static const struct {
    long status;
    bool transient;
    const char *words;
    const char *next;
} statuses[] = {
    {206, false, "Partial Content, but not the part it was asked for", NULL},
    {304, false, "Not Modified, but it was not asked for changes", NULL},
    {400, false, "Bad Request", NULL},
    {401, false, "Unauthorized", "passthru sends no passwords: ask who runs the server for an open address"},
    {403, false, "Forbidden", NULL},
    {404, false, "Not Found", check_address},
    {408, true, "Request Timeout", try_later},
    {410, false, "Gone", check_address},
    {413, false, "Content Too Large", NULL},
    {415, false, "Unsupported Media Type", NULL},
    {416, false, "Range Not Satisfiable", NULL},
    {422, false, "Unprocessable Content", NULL},
    {429, true, "Too Many Requests", try_later},
    {500, true, "Internal Server Error", try_later},
    {502, true, "Bad Gateway", try_later},
    {503, true, "Service Unavailable", try_later},
    {504, true, "Gateway Timeout", try_later},
};

/* What OpenSSL thinks of a certificate (X509_verify_cert_error_string(3)). Another TLS library has other
 * numbers, and a wrong name has none. */
static const struct {
    long result;
    const char *next;
} certificates[] = {
    {9, "check this machine's clock (date)"},
    {10, "check this machine's clock (date); if it is right, the server's owner must renew the certificate"},
    {18, "if you trust it, name a file that has it in the environment variable SSL_CERT_FILE"},
    {19, "install the package ca-certificates, or name a file of trusted certificates in SSL_CERT_FILE"},
    {20, "install the package ca-certificates, or name a file of trusted certificates in SSL_CERT_FILE"},
    {21, "install the package ca-certificates, or name a file of trusted certificates in SSL_CERT_FILE"},
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
                     transfer->post || transfer->is_delete ? "send to" : "fetch", transfer->url, why);
}

/* The variable by which libcurl may have taken a proxy for this address, NULL when there is none. */
static const char *proxy_variable(const struct request *request)
{
    static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    for (size_t i = 0; i < ARRAY_SIZE(names) && !remote_url_is_loopback(request->transfer->url); i++) {
        const char *value = getenv(names[i]);
        if (value && value[0])
            return names[i];
    }
    return NULL;
}

static void suggest_network_check(const struct request *request)
{
    const char *variable = proxy_variable(request);
    struct error *error = &request->transfer->error;
    if (variable)
        error_next(error, "check the proxy that %s names, and the network", variable);
    else if (!remote_url_is_loopback(request->transfer->url))
        error_next(error, "check the network connection; everything else works offline");
}

static void suggest_certificate_check(const struct request *request)
{
    long result = 0;
    libcurl.curl_easy_getinfo(request->easy, CURLINFO_SSL_VERIFYRESULT, &result);
    error_next(&request->transfer->error, "check the address: another server may answer in its place");
    for (size_t i = 0; i < ARRAY_SIZE(certificates); i++)
        if (certificates[i].result == result)
            error_next(&request->transfer->error, "%s", certificates[i].next);
}

/* CURLE_TOO_LARGE, since libcurl 8.6: headers of more than 100 KiB. Before, that was CURLE_OUT_OF_MEMORY. */
enum { CODE_TOO_LARGE = 100 };

bool request_explain_code(const struct request *request, CURLcode code)
{
    long number = 0;
    struct error *error = &request->transfer->error;
    const char *words = request->message[0] ? request->message : libcurl.curl_easy_strerror(code);
    libcurl.curl_easy_getinfo(request->easy, CURLINFO_OS_ERRNO, &number);
    request_fail(request, ERROR_REMOTE, "%s", words);
    switch ((int)code) {
    case CODE_TOO_LARGE:
    case CURLE_OUT_OF_MEMORY:
        if (request->transfer->connected && !request->begun)
            request_fail(request, ERROR_REMOTE, "the headers of the answer do not end");
        else
            error->code = ERROR_NO_MEMORY;
        return false;
    case CURLE_COULDNT_CONNECT:
        if (number)
            request_fail(request, ERROR_REMOTE, "%s: %s", words, strerror((int)number));
        suggest_network_check(request);
        return true;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_SSL_CONNECT_ERROR:
        suggest_network_check(request);
        return true;
    case CURLE_PEER_FAILED_VERIFICATION:
        suggest_certificate_check(request);
        return false;
    case CURLE_SSL_CACERT_BADFILE:
        error->code = ERROR_SYSTEM;
        error_next(error, "%s",
                   request->trusted ? "SSL_CERT_FILE must name a file of certificates in PEM form"
                                    : "install the package ca-certificates");
        return false;
    default:
        return false;
    }
}

/* A list that moves is a matter of configuration: nobody else chooses where it comes from. */
static void explain_redirect(const struct request *request)
{
    const char *to = NULL;
    struct error why = {.code = ERROR_NONE};
    libcurl.curl_easy_getinfo(request->easy, CURLINFO_REDIRECT_URL, &to);
    if (!to)
        request_fail(request, ERROR_REMOTE, "the server redirects (%ld) but names no address",
                     request->transfer->status);
    else if (remote_check_url(to, &why)) /* which may hold a password */
        request_fail(request, ERROR_REMOTE, "the server redirects to an address that cannot be used: %s",
                     why.message);
    else
        request_fail(request, ERROR_REMOTE, "it has moved (%ld) to %.200s", request->transfer->status, to);
    if (to && !why.code && request->transfer->file)
        error_next(&request->transfer->error, "if you trust the new address, set %s= in %.200s",
                   request->transfer->post || request->transfer->is_delete ? "submit" : "url",
                   request->transfer->file);
}

bool request_explain_status(const struct request *request)
{
    long status = request->transfer->status;
    if (status / 100 == 3 && status != 304) {
        explain_redirect(request);
        return false;
    }
    request_fail(request, ERROR_REMOTE, "the server answered with HTTP status %ld", status);
    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
        if (statuses[i].status != status)
            continue;
        request_fail(request, ERROR_REMOTE, "the server answered %ld %s", status, statuses[i].words);
        if (statuses[i].next)
            error_next(&request->transfer->error, "%s", statuses[i].next);
        return statuses[i].transient;
    }
    return false;
}
