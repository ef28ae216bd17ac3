/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_DB_OUTBOX_RECEIPT_H
#define PASSTHRU_DB_OUTBOX_RECEIPT_H

#include "db/outbox_sent.h"

/* What a remote has answered to a report that is in sent/: by its token the report is taken back. */
struct outbox_receipt {
    char id[REPORT_ID_HEX_SIZE];
    char remote[80];
    char url[1024];  /* that it was sent to */
    char token[129]; /* letters, digits, '-' and '_'; "" when the remote gave none */
};

enum { OUTBOX_MIN_PREFIX = 4 };

/* Finds the report in sent/ whose id has this prefix. ERROR_NOT_FOUND, ERROR_USAGE when several have it, or
 * it is shorter than OUTBOX_MIN_PREFIX; ERROR_BAD_INPUT when its answer is damaged. */
MUST_CHECK enum error_code outbox_find_receipt(const char *directory, const char *prefix,
                                               struct outbox_receipt *receipt, struct error *error);

/* Keeps what the remote has answered when it took the report back, in ID.withdrawn.json beside it. */
MUST_CHECK enum error_code outbox_keep_withdrawn(const struct outbox_sending *sending, const char *id,
                                                 const struct outbox_answer *answer, struct error *error);

#endif
