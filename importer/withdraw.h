/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_WITHDRAW_H
#define PASSTHRU_IMPORTER_WITHDRAW_H

#include "db/outbox_sent.h"

/* Takes a report back that was sent, by the token that the remote gave for it. */

struct withdrawal {
    const char *outbox;
    const char *data_directory; /* remotes.d of passthru itself is in it */
    void (*waiting)(void);      /* called when another process sends */

    struct outbox_receipt receipt; /* out: of which report */
    long status;                   /* of HTTP; 0: there was no answer */
};

/* `prefix` begins the id of one report that was sent. It is asked for where it was sent to, if the remote of
 * that name still has that address. ERROR_REMOTE: the remote is gone, gave no token, has rejected it or does
 * not answer; others as outbox_find_receipt() has them. */
MUST_CHECK enum error_code withdraw_report(struct withdrawal *withdrawal, const char *prefix,
                                           struct error *error);

#endif
