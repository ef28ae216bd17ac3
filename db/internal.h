#ifndef PASSTHRU_DB_INTERNAL_H
#define PASSTHRU_DB_INTERNAL_H

/* What the files of db/ share. Nobody else includes it. */

#include <sqlite3.h>

#include "core/error.h"
#include "core/gpu.h"
#include "core/verdict.h"
#include "db/database.h"

enum { DATABASE_APPLICATION_ID = 0x50545255, DATABASE_USER_VERSION = 2 };

enum statement {
    STATEMENT_DEVICE,
    STATEMENT_VENDOR,
    STATEMENT_GPU,
    STATEMENT_ORIGIN,
    STATEMENT_VARIANT,
    STATEMENT_SUBVENDOR,
    STATEMENT_PRIOR_OF_ID,
    STATEMENT_SUBSYSTEM,
    STATEMENT_EVIDENCE,
    STATEMENT_EVIDENCE_OF_ID,
    STATEMENT_PRIOR,
    STATEMENT_SEARCH,
    STATEMENT_REPORTS,
    STATEMENT_WORKAROUNDS,
    STATEMENT_SYMPTOMS,
    STATEMENT_ALTERNATIVES,
    STATEMENT_CARDS,
    STATEMENT_CHIP_USE,
    STATEMENT_CHEAPEST,
    STATEMENT_STATED_VALUES,
    STATEMENT_CONFLICTS,
    STATEMENT_SOURCES,
    STATEMENT_COUNTS,
    STATEMENT_LATEST_REPORT,
    STATEMENT_COUNT
};

enum { KEY_SIZE = 128 };

/* The origins and priors are few and asked for again and again. */
struct kept_prior {
    bool known;
    struct prior prior;
};

/* Evidence that was fetched lately: neighbours share their class and chip. */
enum { KEPT_EVIDENCE = 256 };
struct kept_evidence {
    int64_t id; /* 0: empty */
    struct evidence evidence;
};

/* The ways around blockers that were fetched lately: they are few. */
enum { KEPT_PATHS = 8 };
struct kept_path {
    char key[KEY_SIZE]; /* "": empty */
    struct remaining_path path;
};

struct database {
    sqlite3 *handle;
    char path[4096]; /* for messages */
    sqlite3_stmt *statements[STATEMENT_COUNT];
    char **origins; /* by their number; NULL: not fetched yet */
    int origin_room;
    struct kept_prior *priors; /* by their number */
    int prior_room;
    struct kept_evidence evidence[KEPT_EVIDENCE];
    struct kept_path paths[KEPT_PATHS];
    int vendor; /* whose name is kept in vendor_name, when vendor_kept */
    bool vendor_kept;
    char vendor_name[256];
};

/* A prepared statement, reset and ready to be bound. It is prepared when first asked for and then kept. */
MUST_CHECK enum error_code database_statement(struct database *database, enum statement statement,
                                              sqlite3_stmt **prepared, struct error *error);

/* To be called before SQLite is first used. */
void database_configure_sqlite(void);

/* What database_check looks at, but for the references, which a build has just written. */
MUST_CHECK enum error_code database_check_built(struct database *database, struct error *error);

/* Frees what is kept in memory beside the statements. */
void database_forget(struct database *database);

/* The error for a file that SQLite reads but that passthru did not write so; `what` says what is wrong in it.
 */
enum error_code database_damaged(const struct database *database, const char *what, struct error *error);

/* Turns what SQLite says about a database into an error. */
enum error_code database_sqlite_error(const struct database *database, int result, struct error *error);

/* Steps a statement: ERROR_NONE with *row telling whether there is a row. */
MUST_CHECK enum error_code database_step(struct database *database, sqlite3_stmt *statement, bool *row,
                                         struct error *error);

/* Weights are stored as whole millionths: a sum of those is the same in whatever order it is made. */
enum { WEIGHT_UNIT = 1000000 };

/* The keys of the evidence table for a GPU. */
void evidence_class_key(const struct gpu *gpu, char key[KEY_SIZE]);
void evidence_chip_key(const struct gpu *gpu, char key[KEY_SIZE]);

/* The key of the workaround table for the ways around a blocker. */
void path_key(const struct gpu *gpu, enum blocker blocker, char key[KEY_SIZE]);

/* The key of the subsystem table: 64 bits that SQLite takes as signed. */
int64_t subsystem_key(uint32_t pci_id, uint32_t subsystem);

/* A number from a database file, which anybody may have written: a count is between 0 and 100,000,000 (a few
 * of them can be added up in an int), a real number between 0 and `max`; 0 for what is no number. */
int column_count(sqlite3_stmt *statement, int column);
double column_real(sqlite3_stmt *statement, int column, double max);

/* A column's text, "" for NULL; valid until the statement moves on. */
const char *column_text(sqlite3_stmt *statement, int column);
void copy_column(sqlite3_stmt *statement, int column, char *target, size_t size);

#endif
