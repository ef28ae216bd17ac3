/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_DB_OUTBOX_H
#define PASSTHRU_DB_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buffer.h"
#include "core/error.h"
#include "db/database.h"
#include "db/report_id.h"

/* The reports that were written on this machine: a directory with one file each, ID.json, which holds the
 * report on one line. Files are replaced as core/file.h does it: each is whole or not there. */

enum { OUTBOX_NAME_SIZE = 256, OUTBOX_MAX_REPORTS = 4096 };

/* The directory: $XDG_STATE_HOME/passthru/outbox, else $HOME/.local/state/passthru/outbox. It need not exist.
 * ERROR_USAGE when neither is set. */
MUST_CHECK enum error_code outbox_locate(char directory[DATABASE_PATH_SIZE], struct error *error);

/* The directory sent/ beside an outbox; whether the report with this whole id is in it. */
void outbox_locate_sent(const char *directory, char sent[DATABASE_PATH_SIZE]);
bool outbox_was_sent(const char *directory, const char *id);

/* Takes the JSON of a report (core/report.h) and appends what the outbox keeps of it and what is ever sent:
 * its canonical JSON, with its id in front. Stores the id. ERROR_BAD_INPUT when it is no report or states
 * another id. */
MUST_CHECK enum error_code outbox_prepare(const char *json, size_t length, struct buffer *whole,
                                          char id[REPORT_ID_HEX_SIZE], struct error *error);

/* Keeps a report as outbox_prepare made it; makes the directory if there is none. Calls `waiting`, which may
 * be NULL, once when another process uses the outbox. `is_new` is false when the report was there already.
 * Signals wait while it is written. ERROR_SYSTEM when there are OUTBOX_MAX_REPORTS. On an error nothing is
 * left behind. */
MUST_CHECK enum error_code outbox_add(const char *directory, const char *id, const struct buffer *whole,
                                      void (*waiting)(void), bool *is_new, struct error *error);

/* Why a remote has rejected a report for good. All of it is hostile. */
struct outbox_rejection {
    char remote[80]; /* its name */
    char time[32];   /* when, "2026-11-22T17:42:34Z" */
    char why[400];
    long status; /* of HTTP; 0: it was not rejected */
};

/* A file of the outbox. */
struct outbox_entry {
    char name[OUTBOX_NAME_SIZE]; /* of the file: hostile */
    char id[REPORT_ID_HEX_SIZE]; /* "" when it holds no valid report */
    struct buffer whole;         /* the report, without a newline */
    struct error error;          /* why it is none */
    bool was_sent;               /* it is in sent/ too, and counts as sent */
    struct outbox_rejection rejection;
};

/* The files of the outbox, by name; a directory that does not exist is empty. Files whose name does not end
 * in .json are passed over, those that hold no valid report of that id have an error. The caller frees them.
 */
struct outbox {
    struct outbox_entry *entries;
    int count;
};
MUST_CHECK enum error_code outbox_read(const char *directory, struct outbox *outbox, struct error *error);
void outbox_free(struct outbox *outbox);

/* Whether a file could not be read, now: what is in it may be a valid report. */
bool outbox_is_unreadable(const struct outbox_entry *entry);

/* The entry whose file name has this prefix; NULL with ERROR_NOT_FOUND, or ERROR_USAGE when several have. */
const struct outbox_entry *outbox_find(const struct outbox *outbox, const char *prefix, struct error *error);

/* Removes a file, a damaged one too, and what marks it as rejected. */
MUST_CHECK enum error_code outbox_drop(const char *directory, const struct outbox_entry *entry,
                                       struct error *error);

/* Why a server has rejected a report, in its own words: the text `error` of an object in JSON, else the whole
 * body, cut. Hostile; never "". */
void outbox_reason(const char *body, size_t length, char *why, size_t size);

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
