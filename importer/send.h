/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_SEND_H
#define PASSTHRU_IMPORTER_SEND_H

#include "core/buffer.h"
#include "core/error.h"
#include "db/report_id.h"
#include "importer/remote.h"

/* Sends reports of the outbox to the `submit` address of a remote: each is POSTed as JSON, the very bytes
 * that `passthru report show` shows. 201 (stored) and 200 (known already): it moves to sent/; 400, 413, 415
 * and 422: it is rejected for good, and marked; everything else: it is kept, and can be sent again. */

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
};

struct send {
    const char *outbox; /* the directory */
    const struct remote *remote;
    const char *const *ids;
    int id_count;
    void (*waiting)(void); /* somebody else sends */
    /* Called for each report when it is done. */
    void (*report)(const struct send *send, const struct send_result *result);
    struct send_result *results; /* those that are done; the caller frees them, also after an error */
    int count;
};

/* Finds the remote that reports go to: that of this name, or, where it is NULL, the only one that takes some.
 * ERROR_USAGE, or the error of a remote whose file is wrong; ERROR_REMOTE when there is none. */
MUST_CHECK enum error_code send_choose_remote(const struct remotes *remotes, const char *name,
                                              const struct remote **chosen, struct error *error);

/* Sends them. ERROR_NOT_FOUND, ERROR_USAGE or ERROR_BAD_INPUT when nothing was sent because of the ids;
 * ERROR_REMOTE when a report was rejected or kept; the error of the system when what became of a report could
 * not be written. */
MUST_CHECK enum error_code send_reports(struct send *send, struct error *error);

#endif
