#ifndef PASSTHRU_IMPORTER_TRANSFER_REQUEST_H
#define PASSTHRU_IMPORTER_TRANSFER_REQUEST_H

#include "importer/libcurl.h"
#include "importer/transfer.h"

/* One place for a transfer that runs: its tries, one after the other, each of one request or, behind
 * redirects, several. Used by transfer.c alone. */

enum { MAX_REDIRECTS = 5, MAX_PAUSE = 60, TRANSFER_URL_SIZE = sizeof((struct transfer *)NULL)->url };

struct request {
    CURL *easy;
    struct curl_slist *headers;
    struct transfer *transfer; /* NULL: the place is free */
    const struct transfer_limits *limits;
    const char *trusted;         /* file of certificates, NULL: the system's */
    char url[TRANSFER_URL_SIZE]; /* that is asked now */
    int redirects;               /* that led there */
    int file;                    /* -1: not open */
    uint64_t offset;             /* of the first byte that was asked for */
    uint64_t size;               /* of the content that is there */
    uint64_t whole;              /* size of it all, as a part (206) says; 0: not known */
    size_t header_bytes;
    size_t discarded; /* bytes of a body that nobody wants */
    bool begun;       /* all headers of the answer are here */
    bool wanted;      /* the body is content */
    bool connected;
    bool stalled;
    int64_t last_byte; /* when it came, or the request was sent; milliseconds of CLOCK_MONOTONIC */
    int64_t deadline;  /* of this try */
    int64_t wake;      /* when the next try begins; 0: one runs */
    char message[CURL_ERROR_SIZE];
};

/* What became of a request. */
enum request_end {
    REQUEST_DONE,
    REQUEST_AGAIN,  /* at once: a redirect, or from the beginning of the file */
    REQUEST_PASSES, /* failed; may succeed later */
    REQUEST_FAILED
};

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t request_now(void);

/* Begins a try from the transfer's own address. */
void request_begin(struct request *request);

/* Makes the next request ready in request->easy. The transfer's error says why it cannot be. */
MUST_CHECK enum error_code request_prepare(struct request *request);

/* Ends a request and says what is next; the transfer's error is set for the last two. */
MUST_CHECK enum request_end request_end(struct request *request, CURLcode code);

/* Seconds that the server asks to wait before the next try, 0 when it asks for none. */
long request_retry_after(const struct request *request);

/* ---- transfer_answer.c: what becomes of the bytes that come */

/* libcurl's callbacks for headers and body; what they refuse they tell in the transfer's error. */
size_t request_take_header(char *bytes, size_t size, size_t count, void *context);
size_t request_take_body(char *bytes, size_t size, size_t count, void *context);

/* Whether a status is what was asked for. */
bool request_is_answer(const struct request *request, long status);

/* How many bytes are in the file to go on behind; 0 where there is none, or none that may be. */
uint64_t request_bytes_there(const struct transfer *transfer);

/* Leaves nothing in the file. False with errno. */
bool request_empty_file(const struct request *request);

/* Sets the transfer's error for a system call on its file that failed. Returns its code. */
enum error_code request_file_failed(const struct request *request, int number);

/* Closes the file, if one is open. */
void request_close(struct request *request);

/* ---- transfer_failure.c: words */

/* Why the transfer failed, in words: libcurl's code, where no answer came or one broke off, else the status.
 * Returns whether it may pass. */
bool request_explain_code(const struct request *request, CURLcode code);
bool request_explain_status(const struct request *request);

/* Sets the transfer's error: "cannot fetch URL: ...". Returns its code. */
enum error_code request_fail(const struct request *request, enum error_code code, const char *format, ...)
    PRINTF_LIKE(3, 4);

#endif
