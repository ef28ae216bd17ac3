#ifndef PASSTHRU_IMPORTER_TRANSFER_H
#define PASSTHRU_IMPORTER_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buffer.h"
#include "core/error.h"
#include "importer/remote.h"

/* All that goes over the network, by libcurl. HTTPS by the system's trusted certificates (those of
 * $SSL_CERT_FILE alone where that is set), plain HTTP on loopback alone. Redirects, at most 5, are followed
 * to the same host and never to a weaker scheme. No cookies, no .netrc, no credentials. A proxy as the
 * environment has it (https_proxy, all_proxy, no_proxy), never for loopback. HTTP/1.1; what the server
 * encodes is kept as it comes. Failures that may pass (no connection, closed too early, stalled, 408, 429,
 * 500, 502, 503, 504) are tried again, after a pause that doubles or that Retry-After names; a server that
 * asks for more than 60 s is not asked again. A POST is not tried again once an answer has begun, but for
 * these statuses.
 *
 * A file is written where it lies (never through a link, 0644), and flushed and renamed by the caller. It is
 * touched only when content comes, not by 304 or an error, and is there in part after a failure. With
 * `resume` a server that does not know ranges, or has fewer bytes (416), makes it start from the beginning;
 * one that sends another part is refused, and the file emptied. */

/* Seconds; 0 takes the default. */
struct transfer_limits {
    long connect; /* to have a connection: 15 */
    long stall;   /* without a byte: 30 */
    long total;   /* for one try: 900 */
    int retries;  /* after the first try: 3. -1: none */
    double pause; /* before the first retry: 0.5; at most 60 */
};

enum { TRANSFER_ETAG_SIZE = 256, TRANSFER_DATE_SIZE = 64 };

/* One GET or POST. The caller fills in the first part and keeps it until it is done. */
struct transfer {
    char url[REMOTE_URL_SIZE + 128]; /* remote_check_url holds */
    const char *path;                /* of the file to write; NULL: into `body` */
    bool resume;        /* goes on behind what the file has: only where its content is known by a hash */
    uint64_t max_bytes; /* of the content, counted as it comes; more is refused */
    const char *etag;   /* what the caller has: 304 if it is that still. NULL: nothing */
    const char *last_modified;
    const struct buffer *post; /* JSON to POST; NULL: GET. A POST is never redirected */
    const char
        *accept_status; /* further statuses that are an answer, not an error, as " 400 413 422 "; NULL */

    long status;                       /* of HTTP: 200, 304 ...; 0 when no answer came */
    bool connected;                    /* whether the last try has reached the server, or a proxy */
    char new_etag[TRANSFER_ETAG_SIZE]; /* "" when the answer has none */
    char new_last_modified[TRANSFER_DATE_SIZE];
    uint64_t received; /* bytes of content that came over the network, all tries together */
    int tries;
    struct buffer body; /* the caller frees it */
    struct error
        error; /* ERROR_REMOTE: the network or the server; ERROR_NO_SPACE, ERROR_SYSTEM: this machine */
};

/* What is done, for a progress line: `received` and `expected` bytes of all transfers so far (expected 0: not
 * known), transfers that are done. Called a few times a second; returns false to stop. */
typedef bool transfer_progress(void *context, uint64_t received, uint64_t expected, int done);

struct transfers;

/* Starts libcurl. The caller closes it; connections are kept open between runs. */
MUST_CHECK enum error_code transfers_open(const struct transfer_limits *limits, struct transfers **transfers,
                                          struct error *error);
void transfers_close(struct transfers *transfers);

/* Where transfers come from and go to. `next` returns the next one to start, or NULL when there is none (it
 * is asked again after the next `done`); `done` takes it back, whether it failed or not. */
struct transfer_queue {
    void *context;
    struct transfer *(*next)(void *context);
    void (*done)(void *context, struct transfer *transfer);
    transfer_progress *progress; /* NULL: nobody wants to know */
    uint64_t expected;           /* bytes of all, 0: not known */
    int parallel;                /* at once, 1 to 16 */
};

/* Runs them all. ERROR_REMOTE when a `progress` has stopped it: what was running is done with an error first.
 */
MUST_CHECK enum error_code transfers_run(struct transfers *transfers, const struct transfer_queue *queue,
                                         struct error *error);

/* Whom transfer_run tells what it has received, with a NULL context; NULL, as at first: nobody. */
void transfers_tell(struct transfers *transfers, transfer_progress *progress);

/* Runs one and returns its error. */
MUST_CHECK enum error_code transfer_run(struct transfers *transfers, struct transfer *transfer,
                                        struct error *error);

#endif
