#include "importer/remote_url.h"

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
    char *port; /* NULL when it names none */
};

static void address_free(struct address *address)
{
    if (!address->parsed)
        return;
    libcurl.curl_free(address->scheme);
    libcurl.curl_free(address->host);
    libcurl.curl_free(address->port);
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
        return error_set(error, ERROR_BAD_INPUT, "an address has visible ASCII characters alone (RFC 3986)");
    if (libcurl_load(error))
        return error->code;
    address->parsed = libcurl.curl_url();
    if (!address->parsed)
        return error_set(error, ERROR_NO_MEMORY, "out of memory");
    CURLUcode code = libcurl.curl_url_set(address->parsed, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME);
    if (code == CURLUE_OUT_OF_MEMORY)
        return error_set(error, ERROR_NO_MEMORY, "out of memory");
    if (code != CURLUE_OK)
        return error_set(error, ERROR_BAD_INPUT, "this is no address of the form https://HOST/PATH (%s)",
                         libcurl.curl_url_strerror(code));
    address->scheme = part_of(address, CURLUPART_SCHEME);
    address->host = part_of(address, CURLUPART_HOST);
    address->port = part_of(address, CURLUPART_PORT);
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
                         "%.20s:// is not fetched from: an address begins with https://",
                         address->scheme ? address->scheme : "");
    /* The parser takes "https:/a" and "https:///a" for https://a. */
    const char *host = url + strlen(address->scheme);
    if (strncmp(host, "://", 3) != 0 || host[3] == '/' || !address->host || !address->host[0])
        return error_set(error, ERROR_BAD_INPUT, "the address names no host");
    if (has_login(address))
        return error_set(error, ERROR_BAD_INPUT, "an address has no user name and no password");
    if (strchr(url, '#'))
        return error_set(error, ERROR_BAD_INPUT, "an address has no fragment (#)");
    if (http && !is_loopback(address->host))
        return error_set(
            error, ERROR_BAD_INPUT,
            "http:// is not encrypted: only this machine itself (127.0.0.1, localhost) is asked so");
    return ERROR_NONE;
}

static enum error_code check(const char *url, struct address *address, struct error *error)
{
    enum error_code code = parse(url, address, error);
    return code ? code : check_parsed(url, address, error);
}

enum error_code remote_check_url(const char *url, struct error *error)
{
    struct address address CLEANUP(address_free) = {0};
    return check(url, &address, error);
}

enum error_code remote_check_redirect(const char *from, const char *to, struct error *error)
{
    struct address old CLEANUP(address_free) = {0};
    struct address new CLEANUP(address_free) = {0};
    if (check(from, &old, error))
        return error->code;
    enum error_code code = parse(to, &new, error);
    if (code == ERROR_NONE && new.scheme && strcmp(old.scheme, "https") == 0 &&
        strcmp(new.scheme, "http") == 0)
        return error_set(error, ERROR_REMOTE, "the server redirects to %.200s, which is not encrypted", to);
    if (code == ERROR_NONE)
        code = check_parsed(to, &new, error);
    if (code == ERROR_NO_MEMORY)
        return code;
    if (code) {
        char why[sizeof error->message];
        memcpy(why, error->message, sizeof why);
        return error_set(error, ERROR_REMOTE, "the server redirects to %.200s: %.300s", to, why);
    }
    if (strcasecmp(old.host, new.host) != 0)
        return error_set(error, ERROR_REMOTE,
                         "the server redirects to another host, %.200s, which is not asked", new.host);
    return ERROR_NONE;
}

const char *remote_url_host(const char *url, char shown[REMOTE_HOST_SIZE])
{
    struct address address CLEANUP(address_free) = {0};
    struct error error = {.code = ERROR_NONE};
    shown[0] = '\0';
    if (check(url, &address, &error) == ERROR_NONE)
        snprintf(shown, REMOTE_HOST_SIZE, "%.240s%s%.6s", address.host, address.port ? ":" : "",
                 address.port ? address.port : "");
    return shown;
}

bool remote_url_is_loopback(const char *url)
{
    struct address address CLEANUP(address_free) = {0};
    struct error error = {.code = ERROR_NONE};
    return check(url, &address, &error) == ERROR_NONE && is_loopback(address.host);
}
