/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_DB_OUTBOX_SENT_H
#define PASSTHRU_DB_OUTBOX_SENT_H

#include "db/outbox.h"

/* What becomes of the reports of the outbox when they are sent. One that a remote has taken moves to the
 * directory sent/ beside the outbox, as ID.json, with the answer in ID.answer.json. One that a remote has
 * rejected for good stays, with the answer in ID.refused beside it. Whatever fails and whenever it ends, a
 * report is in the outbox or in sent/; one that is in both counts as sent. */

enum { OUTBOX_MAX_ANSWER = 4096 };

/* What a server has answered. The caller keeps what it points to. */
struct outbox_answer {
    const char *remote; /* its name */
    const char *url;    /* that the report was sent to */
    long status;        /* of HTTP */
    const char *body;   /* hostile; kept up to OUTBOX_MAX_ANSWER bytes */
    size_t length;
};

/* The right to send from an outbox, which one process has at a time. */
struct outbox_sending {
    char outbox[DATABASE_PATH_SIZE];
    char sent[DATABASE_PATH_SIZE];
    int outbox_lock; /* the open directories; -1: not open */
    int sent_lock;
};

/* Waits for it (`waiting`, unless NULL, is called once when it has to), makes sent/, and tries whether a file
 * can be written and moved there: what could not be kept is better not sent. An outbox that does not exist is
 * made. The caller ends it, not after an error. */
MUST_CHECK enum error_code outbox_begin_sending(const char *directory, void (*waiting)(void),
                                                struct outbox_sending *sending, struct error *error);
void outbox_end_sending(struct outbox_sending *sending);

/* Moves a report to sent/. `answer` is NULL for one that is there already. */
MUST_CHECK enum error_code outbox_keep_sent(const struct outbox_sending *sending,
                                            const struct outbox_entry *entry,
                                            const struct outbox_answer *answer, struct error *error);

/* Marks a report as rejected for good. */
MUST_CHECK enum error_code outbox_mark_rejected(const struct outbox_sending *sending,
                                                const struct outbox_entry *entry,
                                                const struct outbox_answer *answer, struct error *error);

/* How many reports sent/ has. */
int outbox_count_sent(const char *directory);

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
