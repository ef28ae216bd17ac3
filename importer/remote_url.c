/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/remote.h"

#include "importer/libcurl.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The parts of an address as libcurl's own parser sees them: what it will connect to is what was checked. */
struct address {
    CURLU *parsed;
    char *scheme;
    char *host;
};

static void address_free(struct address *address)
{
    if (!address->parsed)
        return;
    libcurl.curl_free(address->scheme);
    libcurl.curl_free(address->host);
    libcurl.curl_url_cleanup(address->parsed);
}

/* NULL when the address does not have it. */
static char *part_of(const struct address *address, CURLUPart part)
{
    char *text = NULL;
    return libcurl.curl_url_get(address->parsed, part, &text, 0) == CURLUE_OK ? text : NULL;
}

static bool is_loopback(const char *host)
{
    struct in_addr address;
    if (inet_pton(AF_INET, host, &address) == 1)
        return ntohl(address.s_addr) >> 24 == 127;
    return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0;
}

/* The parser takes any bytes from 0x80 on, and would look up an internationalized name. */
static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text <= ' ' || (unsigned char)*text >= 0x7f)
            return false;
    return true;
}

static enum error_code parse(const char *url, struct address *address, struct error *error)
{
    if (!is_ascii(url))
        return error_set(error, ERROR_BAD_INPUT, "an address has only visible ASCII characters (RFC 3986)");
    if (libcurl_load(error))
        return error->code;
    address->parsed = libcurl.curl_url();
    if (!address->parsed)
        return error_set(error, ERROR_NO_MEMORY, "out of memory");
    CURLUcode code = libcurl.curl_url_set(address->parsed, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME);
    if (code == CURLUE_OUT_OF_MEMORY)
        return error_set(error, ERROR_NO_MEMORY, "out of memory");
    if (code != CURLUE_OK)
        return error_set(error, ERROR_BAD_INPUT, "not an address of the form https://HOST/PATH (%s)",
                         libcurl.curl_url_strerror(code));
    address->scheme = part_of(address, CURLUPART_SCHEME);
    address->host = part_of(address, CURLUPART_HOST);
    return ERROR_NONE;
}

static bool has_login(const struct address *address)
{
    char *user = part_of(address, CURLUPART_USER);
    char *password = part_of(address, CURLUPART_PASSWORD);
    bool has = user || password;
    libcurl.curl_free(user);
    libcurl.curl_free(password);
    return has;
}

static enum error_code check_parsed(const char *url, const struct address *address, struct error *error)
{
    bool https = address->scheme && strcmp(address->scheme, "https") == 0;
    bool http = address->scheme && strcmp(address->scheme, "http") == 0;
    if (!https && !http)
        return error_set(error, ERROR_BAD_INPUT,
                         "%.20s:// cannot be fetched from: an address begins with https://",
                         address->scheme ? address->scheme : "");
    /* The parser takes "https:/a" and "https:///a" for https://a. */
    const char *host = url + strlen(address->scheme);
    if (strncmp(host, "://", 3) != 0 || host[3] == '/' || !address->host || !address->host[0])
        return error_set(error, ERROR_BAD_INPUT, "the address names no host");
    if (has_login(address))
        return error_set(error, ERROR_BAD_INPUT, "an address must not have a user name or password");
    if (strchr(url, '#'))
        return error_set(error, ERROR_BAD_INPUT, "an address must not have a fragment (#)");
    if (http && !is_loopback(address->host))
        return error_set(
            error, ERROR_BAD_INPUT,
            "http:// is not encrypted: it is for this machine itself (127.0.0.1, localhost) alone");
    return ERROR_NONE;
}

enum error_code remote_check_url(const char *url, struct error *error)
{
    struct address address CLEANUP(address_free) = {0};
    return parse(url, &address, error) ? error->code : check_parsed(url, &address, error);
}

bool remote_url_is_loopback(const char *url)
{
    struct address address CLEANUP(address_free) = {0};
    struct error error = {.code = ERROR_NONE};
    return !parse(url, &address, &error) && address.host && is_loopback(address.host);
}
