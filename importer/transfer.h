/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_TRANSFER_H
#define PASSTHRU_IMPORTER_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buffer.h"
#include "core/error.h"
#include "importer/remote.h"

/* All that goes over the network, by libcurl, one request after the other. HTTPS by the system's trusted
 * certificates (those of $SSL_CERT_FILE alone where that is set), plain HTTP on loopback alone. Redirects are
 * rejected; the message names the new address. No cookies, no .netrc, no credentials. A proxy as the
 * environment has it (https_proxy, all_proxy, no_proxy), never for loopback. HTTP/1.1; what the server
 * encodes is kept as it comes. Transient failures (no connection, closed too early, stalled, 408, 429, 500,
 * 502, 503, 504) are tried again, after a pause that doubles or that Retry-After names; a server that asks
 * for more than 60 s is not asked again. A POST is not tried again once an answer has begun, but for these
 * statuses.
 *
 * A file is written where it lies (never through a link, 0644), and synced and renamed by the caller. It is
 * touched only when content comes, not by 304 or an error, and is there in part after a failure. With
 * `resume` the content starts from the beginning again where the server does not know ranges, has fewer bytes
 * (416) or sends another part than it was asked for. */

/* Seconds; 0 takes the default. */
struct transfer_limits {
    long connect; /* to have a connection: 15 */
    long stall;   /* without a byte, as libcurl measures it (up to 5 s more): 30 */
    long total;   /* for one try: 900 */
    int retries;  /* after the first try: 3. -1: none */
    double pause; /* before the first retry: 0.5; at most 60 */
};

enum { TRANSFER_ETAG_SIZE = 256, TRANSFER_DATE_SIZE = 64 };

/* One GET, POST or DELETE. The caller fills in the first part and keeps it until it is done. */
struct transfer {
    char url[REMOTE_URL_SIZE + 128]; /* remote_check_url holds */
    const char *file;                /* where it is configured, for a next step; NULL */
    const char *path;                /* of the file to write; NULL: into `body` */
    bool resume;        /* continues after what the file has: only where its content is known by a hash */
    uint64_t max_bytes; /* of the content, counted as it comes; more is rejected */
    const char *etag;   /* of the current copy: 304 if it is that still. NULL: none */
    const char *last_modified;
    const struct buffer *post; /* JSON to POST; NULL: GET, */
    bool is_delete;            /* or DELETE */
    const char *token;         /* that shows who asks (RFC 6750), NULL for none */
    const long *answers;       /* further statuses that are an answer, not an error, ended by 0; NULL */

    long status;                       /* of HTTP: 200, 304 ...; 0 when no answer came */
    bool connected;                    /* whether the last try has reached the server */
    char new_etag[TRANSFER_ETAG_SIZE]; /* "" when the answer has none */
    char new_last_modified[TRANSFER_DATE_SIZE];
    uint64_t received; /* bytes of content that came over the network, all tries together */
    int tries;
    struct buffer body; /* the caller frees it */
    struct error
        error; /* ERROR_REMOTE: the network or the server; ERROR_NO_SPACE, ERROR_SYSTEM: this machine */
};

/* What is done, for a progress line: `received` and `expected` bytes since transfers_expect (expected 0: not
 * known), transfers that are done. Called a few times a second. */
typedef void transfer_progress(uint64_t received, uint64_t expected, int done);

struct transfers;

/* Starts libcurl; without `limits` (NULL) by the defaults, and `progress` may be NULL. The caller closes it;
 * connections are kept open between transfers. */
MUST_CHECK enum error_code transfers_open(const struct transfer_limits *limits, transfer_progress *progress,
                                          struct transfers **transfers, struct error *error);
void transfers_close(struct transfers *transfers);

/* The seconds of a clock that is never set. */
double transfers_clock(void);

/* From now on progress counts from nothing to so many bytes, 0: not known. */
void transfers_expect(struct transfers *transfers, uint64_t bytes);

/* Runs one and returns its error. */
MUST_CHECK enum error_code transfer_run(struct transfers *transfers, struct transfer *transfer,
                                        struct error *error);

#endif
