/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_DB_INTERNAL_H
#define PASSTHRU_DB_INTERNAL_H

/* What the files of db/ share. Nobody else includes it. */

#include <sqlite3.h>
#include <stddef.h>

#include "core/error.h"
#include "core/gpu.h"
#include "core/gpu_name.h"
#include "core/verdict.h"
#include "db/database.h"

enum { DATABASE_APPLICATION_ID = 0x50545255, DATABASE_USER_VERSION = 6, MAX_STATEMENTS = 64, KEY_SIZE = 128 };

struct database {
    sqlite3 *handle;
    char path[4096]; /* for messages */
    struct {
        const char *sql;
        sqlite3_stmt *prepared;
    } statements[MAX_STATEMENTS]; /* those in use so far, then zeros */
    int64_t steps;                /* of the statement that runs; more than max_steps: it does not end */
    int64_t max_steps;
    char **origins; /* texts of the table, by the number of their row; NULL: not fetched yet */
    int origin_capacity;
    bool without_sources;   /* of values: database_name_sources */
    struct kept *kept[512]; /* by a hash; NULL: nothing */
};

/* ---- statements ---- */

/* A value for a parameter of a statement. Texts and blobs must live until the statement has run. */
struct sql_value {
    int type; /* SQLITE_INTEGER, SQLITE_FLOAT, SQLITE_TEXT, SQLITE_BLOB or SQLITE_NULL */
    int64_t integer;
    double real;
    const void *bytes;
    int length; /* -1: up to a NUL */
};

static inline struct sql_value sql_integer(int64_t value)
{
    return (struct sql_value){.type = SQLITE_INTEGER, .integer = value};
}

static inline struct sql_value sql_real(double value)
{
    return (struct sql_value){.type = SQLITE_FLOAT, .real = value};
}

/* NULL for a NULL. */
static inline struct sql_value sql_text(const char *text)
{
    return (struct sql_value){.type = text ? SQLITE_TEXT : SQLITE_NULL, .bytes = text, .length = -1};
}

static inline struct sql_value sql_word(const struct vocabulary *vocabulary, int value)
{
    return sql_text(vocabulary_value(vocabulary, value));
}

static inline struct sql_value sql_blob(const void *bytes, int length)
{
    return (struct sql_value){.type = SQLITE_BLOB, .bytes = bytes, .length = length};
}

/* The number of a row, where 0 stands for none. */
static inline struct sql_value sql_reference(int64_t row)
{
    return (struct sql_value){.type = row ? SQLITE_INTEGER : SQLITE_NULL, .integer = row};
}

/* The values of a statement's parameters, and how many there are: two arguments of a call. */
#define SQL_VALUES(...)                                                                                      \
    (const struct sql_value[]){__VA_ARGS__},                                                                 \
        (int)(sizeof((const struct sql_value[]){__VA_ARGS__}) / sizeof(struct sql_value))
#define SQL_NO_VALUES NULL, 0

/* Prepares a statement, which the caller finalizes, with sqlite3_prepare_v3's flags. */
MUST_CHECK enum error_code database_prepare(struct database *database, const char *sql, unsigned flags,
                                            sqlite3_stmt **statement, struct error *error);

/* A statement with its parameters, ready to be stepped. It is prepared when it is first asked for and kept as
 * long as the database is open: `sql` must be the same string each time, not one that is equal. */
MUST_CHECK enum error_code database_query(struct database *database, const char *sql,
                                          const struct sql_value values[], int count,
                                          sqlite3_stmt **statement, struct error *error);

/* Steps to the next row. False when there is none, and when that failed, with the error set. */
bool database_next(const struct database *database, sqlite3_stmt *statement, struct error *error);

/* The same for a statement as database_query has it: *row is NULL before its first row. */
bool database_row(struct database *database, const char *sql, const struct sql_value values[], int count,
                  sqlite3_stmt **row, struct error *error);

/* Copies the text that a statement gives, "" where it gives none. Returns whether there is a row. */
bool database_text(struct database *database, const char *sql, const struct sql_value values[], int count,
                   char *text, size_t size, struct error *error);

/* Runs a statement that gives no rows, and resets it. */
MUST_CHECK enum error_code database_run(struct database *database, const char *sql,
                                        const struct sql_value values[], int count, struct error *error);

/* Runs the lines of an SQL file of schema/, NULL at the end. */
MUST_CHECK enum error_code database_run_script(struct database *database, const char *const lines[],
                                               struct error *error);

/* To be called before SQLite is first used. */
void database_configure_sqlite(void);

/* Finalizes all statements, closes the handle and frees the texts: for an owner of the structure. */
void database_release(struct database *database);

/* The error for a file that SQLite reads but that passthru did not write so; `what` says what is wrong in it.
 */
enum error_code database_damaged(const struct database *database, const char *what, struct error *error);

/* Turns what SQLite says about a database into an error. */
enum error_code database_sqlite_error(const struct database *database, int result, struct error *error);

/* ---- what many GPUs share ---- */

/* A value that was read, for the next GPU: as long as the database is open. What there is no memory or no
 * place for is not kept. kept_take copies it, and returns how many bytes it has, -1 where there is none. */
enum kept_kind { KEPT_VENDOR, KEPT_PRIOR, KEPT_EVIDENCE, KEPT_FIXES, KEPT_WORKAROUND };
int kept_take(struct database *database, enum kept_kind kind, const char *key, void *value);
void kept_store(struct database *database, enum kept_kind kind, const char *key, const void *value,
                size_t size);

/* ---- columns ---- */

/* A number from a database file, which anybody may have written, within bounds: no other file of db/ that
 * reads one calls sqlite3_column_int and its like. A count is between 0 and 100,000,000 (a few of them can be
 * added up in an int), a real number between 0 and `max`, the number of a row of another table between 1 and
 * MAX_ROWS - 1, -1 for one that cannot exist, 0 for NULL; 0 for what is no number. A value of a vocabulary is
 * 0, which is unknown, for what is none. */
enum { MAX_ROWS = 1 << 20 };
int column_count(sqlite3_stmt *statement, int column);
double column_real(sqlite3_stmt *statement, int column, double max);
int column_row(sqlite3_stmt *statement, int column);
uint32_t column_pci_id(sqlite3_stmt *statement, int column);
bool column_flag(sqlite3_stmt *statement, int column);
int column_value(sqlite3_stmt *statement, int column, const struct vocabulary *vocabulary);
int64_t column_integer(sqlite3_stmt *statement, int column); /* any: neither an index nor a size */

/* A column's text, "" for NULL; valid until the statement moves on. A copy that is too short ends after a
 * character. */
const char *column_text(sqlite3_stmt *statement, int column);
void copy_column(sqlite3_stmt *statement, int column, char *target, size_t size);

/* The value of an attribute that a GPU has. */
static inline const char *gpu_value(const struct gpu *gpu, enum attribute attribute)
{
    return vocabulary_value(attribute_vocabulary(attribute), gpu->attributes[attribute].value);
}

/* ---- evidence ---- */

/* Weights are stored as whole millionths: a sum of those is the same in whatever order it is made. */
enum { WEIGHT_UNIT = 1000000 };

/* The keys of the evidence table for a GPU or a part of it; that of a chip is "" when the chip is not known.
 * The prior is that of this share. `id` may have a subsystem, and is then a board. */
void evidence_class_key(const struct gpu *gpu, const struct prior *prior, char key[KEY_SIZE]);
void evidence_chip_key(const struct gpu *gpu, enum share share, char key[KEY_SIZE]);
void evidence_id_key(const struct pci_id *id, enum share share, char key[KEY_SIZE]);

/* The key of the workaround table for a blocker of a GPU. */
void blocker_key(const struct gpu *gpu, enum blocker blocker, char key[KEY_SIZE]);

/* Fetches what is reported at the levels that have these keys, from all machines; the others are empty.
 * `parts` is as in database_find_evidence. */
MUST_CHECK enum error_code evidence_fetch(struct database *database, const char *class_key,
                                          const char *chip_key, const char *id_key,
                                          struct evidence evidence[EVIDENCE_LEVELS], int parts[SHARE_COUNT],
                                          struct error *error);

/* ---- names ---- */

/* Fetches the table of words. Also after an error the caller frees them. */
MUST_CHECK enum error_code known_words_load(struct database *database, struct known_words *known,
                                            struct error *error);
void known_words_free(struct known_words *known);

/* ---- files ---- */

/* The prior of a mechanism. */
MUST_CHECK enum error_code database_find_prior(struct database *database, const struct gpu *gpu,
                                               enum share share, struct prior *prior, struct error *error);

/* The prior of that number, or an empty one for 0. */
MUST_CHECK enum error_code database_prior_of(struct database *database, int number, struct prior *prior,
                                             struct error *error);

/* Reads every page and compares the values of each column with its type (PRAGMA quick_check). */
MUST_CHECK enum error_code database_check_pages(struct database *database, struct error *error);

#endif
