/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_STORE_H
#define PASSTHRU_HUB_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/pci_id.h"
#include "db/report_id.h"
#include "feed/manifest.h"

/* The hub's own store: what was sent in, what a maintainer decided, and what was published of it. It lies in
 * a file of SQLite or in PostgreSQL; what is asked of it is written once (store_reports.c, store_feed.c), how
 * it is asked twice (store_sqlite.c, store_postgres.c).
 *
 * All functions return ERROR_REMOTE while PostgreSQL is away, and connect anew at the next call;
 * ERROR_NO_SPACE, ERROR_PERMISSION or ERROR_SYSTEM when SQLite cannot write; ERROR_DATABASE_DAMAGED when it
 * cannot read. What has returned ERROR_NONE is on disk. One thread uses a store at a time. */
struct store;

enum { STORE_TOKEN_SIZE = 65, STORE_SENDER_SIZE = 33 }; /* hexadecimal, with the NUL */
enum { STORE_VALUE_SIZE = 100 };                        /* of what is kept by name */

/* Whether a text can be the ID of a report or the name of a segment: 64 lower-case hexadecimal digits. */
bool store_is_sha256(const char *text);

/* Whether this names PostgreSQL: postgresql://... or postgres://...; else it is a file. */
bool store_is_postgres(const char *where);

/* Opens a store. With `create` it is made if it is not there, else ERROR_NOT_FOUND; one of an earlier version
 * is brought to this one. ERROR_FOREIGN_DATABASE: it is something else; ERROR_DATABASE_VERSION: it is of a
 * later passthru-hub. The caller closes it. */
enum error_code store_open(const char *where, bool create, struct store **store, struct error *error);
void store_close(struct store *store);

/* ---- values that are kept by name ---- */

/* Stores a value, "" when there is none; one that does not fit is damage. */
enum error_code store_get(struct store *store, const char *name, char *value, size_t size,
                          struct error *error);

/* The name of the feed, "" where it has none yet. */
enum error_code store_get_name(struct store *store, char name[FEED_NAME_SIZE], struct error *error);

/* Sets a value, unless it is not `before` ("" for none) any more: *done is false then. */
enum error_code store_replace(struct store *store, const char *name, const char *before, const char *value,
                              bool *done, struct error *error);

/* ---- reports ---- */

/* What somebody asks for over HTTP. */
enum request_kind { REQUEST_ADD, REQUEST_WITHDRAW, REQUEST_PING };
enum request_result {
    RESULT_UNDECIDED,
    RESULT_STORED,
    RESULT_KNOWN,       /* it was there already, and nothing was changed */
    RESULT_WRONG_TOKEN, /* the token is not that of this report, or of the one that it supersedes */
    RESULT_NOT_FOUND,   /* there is no such report, or none that it could supersede */
    RESULT_DONE
};
struct store_request {
    enum request_kind kind;
    char id[REPORT_ID_HEX_SIZE];
    char pci_id[PCI_ID_TEXT_SIZE]; /* vvvv:dddd, of a report that is added, as what follows: */
    const char *outcome;
    const char *json; /* canonical */
    char sender[STORE_SENDER_SIZE];
    char supersedes[REPORT_ID_HEX_SIZE];     /* "" for none */
    char token_hash[STORE_TOKEN_SIZE];       /* of the token that is given out */
    char shown_token_hash[STORE_TOKEN_SIZE]; /* of the one that came along, "" for none */
    enum request_result result;              /* out */
};

/* Does all of these in one transaction. `now` is in seconds since 1970. After an error nothing was done. */
enum error_code store_commit(struct store *store, struct store_request *const requests[], int count,
                             int64_t now, struct error *error);

/* A report with what became of it. The strings live during the visit. */
struct stored_report {
    const char *id;
    const char *pci_id;
    const char *outcome;
    const char *state; /* pending, accepted, rejected, retracted, withdrawn or purged */
    const char *json;  /* "" when it was purged */
    const char *sender;
    int64_t received;
};
typedef enum error_code stored_report_visitor(void *context, const struct stored_report *report,
                                              struct error *error);

/* All reports in a state, by PCI ID and then as they came; with `pci_id` those on it alone. */
enum error_code store_each_report(struct store *store, const char *state, const char *pci_id,
                                  stored_report_visitor *each, void *context, struct error *error);

/* The reports whose ID begins so (hexadecimal digits); at most `limit`. */
enum error_code store_find_reports(struct store *store, const char *prefix, int limit,
                                   stored_report_visitor *each, void *context, struct error *error);

/* Whether the text of a report is a line of JSON, an object that is not empty; ERROR_DATABASE_DAMAGED.
 * Visitors that hand it on ask this: a store may have been damaged. */
enum error_code store_check_json(const char *id, const char *json, struct error *error);

/* What was decided on a report, in order. */
struct stored_decision {
    const char *action; /* accept, reject, retract, withdraw, supersede or purge */
    const char *who;
    const char *reason;
    int64_t time;
};
typedef enum error_code stored_decision_visitor(void *context, const struct stored_decision *decision,
                                                struct error *error);
enum error_code store_each_decision(struct store *store, const char *id, stored_decision_visitor *each,
                                    void *context, struct error *error);

enum decision { DECISION_ACCEPT, DECISION_REJECT, DECISION_RETRACT, DECISION_PURGE };

/* Decides on all of these reports, or on none. ERROR_BAD_INPUT names the first whose state does not allow it.
 */
enum error_code store_decide(struct store *store, enum decision decision, char (*ids)[REPORT_ID_HEX_SIZE],
                             int count, const char *who, const char *reason, int64_t now,
                             struct error *error);

/* The states of a report, purged being the last, and how many reports are in each. */
enum { STORE_STATES = 6 };
extern const char *const store_states[STORE_STATES];
enum error_code store_count(struct store *store, int64_t counts[STORE_STATES], struct error *error);

/* Reads all reports that were not purged: each is valid, and has its id. ERROR_DATABASE_DAMAGED. */
enum error_code store_check(struct store *store, struct error *error);

/* ---- what is published ---- */

/* A line of the feed. */
struct store_line {
    int64_t number; /* of the decision */
    bool is_retraction;
    const char *id;
    const char *json; /* of a report that is added */
    const char *reason;
    int64_t time;
};
typedef enum error_code store_line_visitor(void *context, const struct store_line *line, struct error *error);

/* Visits the lines with these numbers, in order. */
enum error_code store_each_line(struct store *store, int64_t first, int64_t last, store_line_visitor *each,
                                void *context, struct error *error);

/* The number of the last decision, 0 for none. */
enum error_code store_last_line(struct store *store, int64_t *number, struct error *error);

/* A segment that was published, and which lines it has. */
struct store_segment {
    struct segment segment;
    int64_t first;
    int64_t last;
    int64_t dropped; /* when it was replaced by another, in seconds since 1970; 0: it is in use */
};
typedef enum error_code store_segment_visitor(void *context, const struct store_segment *segment,
                                              struct error *error);
enum error_code store_each_segment(struct store *store, store_segment_visitor *each, void *context,
                                   struct error *error);

/* Keeps which segments are in use from now on: of those that were before, what is not among them is dropped.
 * Those that were dropped before `forget` are forgotten. */
enum error_code store_keep_segments(struct store *store, const struct store_segment segments[], int count,
                                    int64_t now, int64_t forget, struct error *error);

#endif
