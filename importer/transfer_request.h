/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_TRANSFER_REQUEST_H
#define PASSTHRU_IMPORTER_TRANSFER_REQUEST_H

#include "importer/libcurl.h"
#include "importer/transfer.h"

/* One request of a transfer, for the files transfer*.c alone. */
struct request {
    CURL *easy;
    struct transfer *transfer;
    const char *trusted; /* file of certificates, NULL: the system's */
    int file;            /* -1: not open */
    uint64_t offset;     /* of the first byte that was asked for */
    uint64_t size;       /* of the content that is there */
    size_t header_bytes;
    size_t discarded; /* bytes of a body that nobody wants */
    bool begun;       /* all headers of the answer are here */
    char message[CURL_ERROR_SIZE];
};

/* ---- transfer_answer.c: what becomes of the bytes that come */

/* libcurl's callbacks for headers and body; why they reject something is in the transfer's error. */
size_t request_take_header(char *bytes, size_t size, size_t count, void *context);
size_t request_take_body(char *bytes, size_t size, size_t count, void *context);

/* Whether the status is what was asked for. */
bool request_is_answer(const struct request *request);

/* How many bytes of the content are in the file; 0 where there is none, or none to continue after. */
uint64_t request_bytes_there(const struct transfer *transfer);

/* Closes the file, if one is open. */
void request_close(struct request *request);

/* ---- transfer_failure.c: words */

/* Why the transfer failed, in words: libcurl's code, where no answer came or one broke off, else the status.
 * Returns whether the failure may be transient. */
bool request_explain_code(const struct request *request, CURLcode code);
bool request_explain_status(const struct request *request);

/* Sets the transfer's error: "cannot fetch URL: ...". Returns its code. */
enum error_code request_fail(const struct request *request, enum error_code code, const char *format, ...)
    PRINTF_LIKE(3, 4);

#endif
