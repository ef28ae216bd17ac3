/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_SEND_H
#define PASSTHRU_IMPORTER_SEND_H

#include "core/buffer.h"
#include "core/error.h"
#include "db/report_id.h"

/* Sends reports of the outbox to the `submit` address of a remote: each is POSTed as JSON, the very bytes
 * that `passthru report show` shows. 201 (stored) and 200 (known already): it moves to sent/; 400, 413 and
 * 422: it is rejected for good, and marked; everything else: it is kept, and can be sent again. */

enum send_outcome {
    SEND_SENT,
    SEND_BEFORE,   /* it was sent before, or meanwhile by another process */
    SEND_REJECTED, /* for good */
    SEND_KEPT,     /* it could not be sent, or what became of it could not be written */
};

/* What became of one report. */
struct send_result {
    char id[REPORT_ID_HEX_SIZE];
    enum send_outcome outcome;
    long status;        /* of HTTP; 0: there was no answer */
    struct error error; /* why it was rejected or kept: hostile */
    const char *remote; /* its name, while request.report is called */
};

struct send_request {
    const char *outbox; /* the directory */
    const char *data_directory;
    const char *remote; /* its name, or NULL where there is but one */
    const char *const *ids;
    int id_count;
    void (*waiting)(void);                            /* somebody else sends */
    void (*report)(const struct send_result *result); /* called for each report when it is done; or NULL */
};

struct send_summary {
    char remote[80]; /* its name */
    struct send_result *results;
    int count;
};

/* Sends them. ERROR_NOT_FOUND, ERROR_USAGE, ERROR_BAD_INPUT or ERROR_REMOTE when nothing was sent because of
 * the ids or the remotes; ERROR_REMOTE when a report was rejected or kept; the error of the system when what
 * became of a report could not be written. The caller frees the summary, also after an error. */
MUST_CHECK enum error_code send_reports(const struct send_request *request, struct send_summary *summary,
                                        struct error *error);
/* Says to which remote send_reports would send: its name. The errors of a wrong or missing remote. */
MUST_CHECK enum error_code send_find_remote(const char *data_directory, const char *remote, char name[80],
                                            struct error *error);

void send_summary_free(struct send_summary *summary);

/* Appends {"sent":[...],"before":[...],"refused":[...],"kept":[...]}, and `error` unless it is none. */
void send_append_json(struct buffer *out, const struct send_summary *summary, const struct error *error);

#endif
