/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_STORE_DRIVER_H
#define PASSTHRU_HUB_STORE_DRIVER_H

/* How a store is asked: one table of functions for each database. Included by store_*.c alone.
 *
 * SQL is written once, for both: parameters are $1, $2 ... in the order in which they first stand there, all
 * values go in and come out as text. */

#include "hub/store.h"

/* A row, its columns as text, "" for NULL; they live during the visit. */
typedef enum error_code store_row(void *context, const char *const columns[], struct error *error);

/* What a statement is called with. */
struct store_values {
    const char *texts[12];
    int count;
    char numbers[12][24];
};
/* Sets as many values as `kinds` has letters: t for a text, which must live on, n for an int64_t. */
void store_fill(struct store_values *values, const char *kinds, ...);

/* Who wants to have the rows, each of which is made a struct first. */
struct store_visit {
    union {
        stored_report_visitor *report;
        stored_decision_visitor *decision;
        store_line_visitor *line;
        store_segment_visitor *segment;
    } each;
    void *context;
};

struct store_driver {
    /* Opens a connection; `create` as store_open() has it. */
    enum error_code (*open)(const char *where, bool create, void **connection, struct error *error);
    void (*close)(void *connection);
    /* Runs one statement. `each` (may be NULL) gets its rows; `changed` (may be NULL) how many it has
     * changed. */
    enum error_code (*run)(void *connection, const char *sql, const char *const values[], int count,
                           store_row *each, void *context, int *changed, struct error *error);
    /* Runs one that has no rows with each of these values, in one round trip; stores how many rows each has
     * changed. */
    enum error_code (*run_many)(void *connection, const char *sql, const struct store_values values[],
                                int count, int changed[], struct error *error);
    const char *begin;        /* a transaction that writes, and */
    const char *serial;       /* ... after which nobody else decides until its end; NULL: there is no need */
    const char *count_tables; /* how many tables of ours there are */
};

extern const struct store_driver store_sqlite;
extern const struct store_driver store_postgres;

enum error_code store_run(struct store *store, const char *sql, const struct store_values *values,
                          store_row *each, void *context, int *changed, struct error *error);

/* Runs one that has no rows, with values as store_fill takes them. */
enum error_code store_do(struct store *store, struct error *error, const char *sql, const char *kinds, ...);

enum error_code store_run_many(struct store *store, const char *sql, const struct store_values values[],
                               int count, int changed[], struct error *error);

/* A transaction; store_end commits it, or takes all back where `error` has a code. */
enum error_code store_begin(struct store *store, bool decides, struct error *error);
enum error_code store_end(struct store *store, struct error *error);

/* A number that a row has: whole, from 0; ERROR_DATABASE_DAMAGED. */
enum error_code store_number(const char *text, int64_t *number, struct error *error);
/* The one of a row that has no other column: a store_row, whose context is an int64_t. */
enum error_code store_read_number(void *context, const char *const columns[], struct error *error);

#endif
