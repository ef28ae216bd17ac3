#ifndef PASSTHRU_DB_BUILDER_INTERNAL_H
#define PASSTHRU_DB_BUILDER_INTERNAL_H

/* What db/builder.c and db/evidence.c share. Nobody else includes it. */

#include "db/builder.h"
#include "db/database.h"
#include "db/internal.h"
#include "db/tally.h"

enum insert {
    INSERT_SOURCE,
    COMPLETE_SOURCE,
    INSERT_VENDOR,
    INSERT_DEVICE,
    INSERT_DEVICES,
    INSERT_SUBSYSTEM,
    INSERT_SUBSYSTEMS,
    INSERT_CLASS,
    INSERT_ORIGIN,
    INSERT_ANNOTATION,
    INSERT_VARIANT,
    INSERT_SUBVENDOR,
    INSERT_GPU,
    INSERT_WORDS,
    INSERT_PRIOR,
    INSERT_PRICE,
    INSERT_REPORT,
    INSERT_EVIDENCE,
    INSERT_WORKAROUND,
    INSERT_COUNT
};

/* The reports that are in already, by the first half of their id: open addressing, at most half full. 32
 * bytes a report, and far cheaper than an index that only an import would use. */
struct seen_reports {
    uint64_t (*slots)[2];
    size_t room; /* a power of two */
    size_t count;
};

/* Boards are told apart by ID, subsystem and chassis; attempts by ID and what was tried (its word follows).
 */
struct board_key {
    uint32_t pci_id;
    uint32_t subsystem;
    uint32_t has_subsystem;
    uint32_t chassis;
};

/* A GPU waits in memory for its evidence, which is complete at the end. */
struct waiting_gpu {
    struct gpu gpu;
    int origins[ATTRIBUTE_COUNT];
    char class_key[KEY_SIZE];
    char chip_key[KEY_SIZE]; /* "" when the chip is not known */
};

/* A line of priors.tsv, by which each GPU gets its prior. */
enum { MAX_PRIORS = 256, PRIOR_WORDS = 4, PRIOR_ANY = -1 };
struct known_prior {
    int words[PRIOR_WORDS]; /* form factor, vBIOS, display, reset; PRIOR_ANY */
    struct prior prior;     /* without its reason */
};

enum { COUNT_PUBLIC = OUTCOME_COUNT, /* by outcome again */ COUNT_TRIED = 0, COUNT_HELPED = 1 };

enum { ROWS_AT_ONCE = 16 };

/* Rows of a number and a name that wait for the others. */
struct waiting_rows {
    int count;
    int64_t numbers[ROWS_AT_ONCE];
    char names[ROWS_AT_ONCE][NAME_SIZE];
};

struct builder {
    struct waiting_rows devices;
    struct waiting_rows subsystems;
    struct seen_reports seen;
    struct tally boards;
    struct tally attempts;
    struct tally workarounds;
    struct tally evidence; /* by level, key and chassis, each ended by a NUL */
    struct known_prior priors[MAX_PRIORS];
    int prior_count;
    struct tally known_gpus;  /* by PCI ID */
    struct waiting_gpu *gpus; /* by PCI ID from evidence_store on */
    size_t gpu_count;
    struct database database; /* so that a verdict is computed as a reader computes it */
    sqlite3_stmt *inserts[INSERT_COUNT];
    char path[DATABASE_PATH_SIZE];
    bool published;
};

/* A statement, prepared when first asked for, or NULL with the error set. */
sqlite3_stmt *builder_statement(struct builder *builder, enum insert insert, struct error *error);
/* Runs a statement that gives no rows, and resets it. */
MUST_CHECK enum error_code builder_run(struct builder *builder, sqlite3_stmt *statement, struct error *error);
/* Inserts one row of numbers and a text at the end: the shape of all tables of pci.ids. */
MUST_CHECK enum error_code builder_insert_named(struct builder *builder, enum insert kind,
                                                const int64_t numbers[], int count, const char *name,
                                                struct error *error);
void bind_text(sqlite3_stmt *statement, int column, const char *text);

/* Remembers the id of a report. `is_new` is false when it was known. */
MUST_CHECK enum error_code evidence_remember(struct seen_reports *seen, const unsigned char id[32],
                                             bool *is_new, struct error *error);
/* Counts a report for its board and what was tried on it. */
MUST_CHECK enum error_code evidence_count_report(struct builder *builder, const struct report *report,
                                                 struct error *error);
/* Stores evidence, workarounds and the GPUs with their verdicts, once everything was added. */
MUST_CHECK enum error_code evidence_store(struct builder *builder, struct error *error);
void evidence_free(struct builder *builder);

#endif
