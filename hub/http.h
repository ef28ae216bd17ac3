/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_HTTP_H
#define PASSTHRU_HUB_HTTP_H

#include <stdbool.h>
#include <sys/stat.h>

#include "hub/address.h"
#include "hub/committer.h"

/* The hub over HTTP (libmicrohttpd): POST /v1/reports, DELETE /v1/reports/ID, GET /healthz, /metrics and,
 * with a directory, the published files. The address of who asks is used for the rate limit alone. */

struct http_settings {
    int socket; /* that listens */
    struct committer *committer;
    const char *public_directory; /* NULL: no files */
    struct networks trusted;      /* proxies whose X-Forwarded-For is believed */
    struct rate *rate;            /* NULL: no limit */
};

struct http;

/* Starts to answer. The settings are kept, the socket is the server's. ERROR_SYSTEM. */
enum error_code http_start(const struct http_settings *settings, struct http **http, struct error *error);

/* Takes no new connection and finishes the requests that have begun, for `seconds` at most. The committer is
 * stopped between the two, and freed after them. */
void http_drain(struct http *http, int seconds);
void http_stop(struct http *http);

/* The published files, for a hub that serves them itself. */

/* Opens what a path of an address names below DIRECTORY/current: "/gpu/10de-1d16/" is its index.html. Names
 * have a-z, 0-9, '.', '_' and '-', and do not begin with a dot; what is not a regular file is not there.
 * Returns the descriptor, which the caller closes, or -1. */
int files_open(const char *directory, const char *path, struct stat *status);

/* The media type of a file by its name. */
const char *files_type(const char *path);

#endif
