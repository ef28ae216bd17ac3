#ifndef PASSTHRU_DB_BUILDER_INTERNAL_H
#define PASSTHRU_DB_BUILDER_INTERNAL_H

/* What db/builder.c, db/evidence.c and db/report_counts.c share. Nobody else includes it. */

#include "core/buffer.h"
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
    INSERT_CHIP_USE,
    INSERT_SYMPTOM,
    INSERT_REPORT,
    INSERT_EVIDENCE,
    INSERT_WORKAROUND,
    INSERT_DUPLICATE,
    INSERT_RETRACTION,
    SELECT_RETRACTIONS,
    SELECT_REPORTS,
    SELECT_DATES,
    SELECT_DUPLICATES,
    SUBTRACT_DUPLICATES,
    INSERT_COUNT
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

/* The counts of a tally: of evidence, by outcome, then weights by outcome; of fixes. */
enum {
    COUNT_WEIGHT = OUTCOME_COUNT,
    COUNT_PUBLIC = 2 * OUTCOME_COUNT,
    COUNT_OUTSIDE,
    EVIDENCE_COUNTS,
    COUNT_TRIED = 0,
    COUNT_HELPED = 1
};

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
    struct tally evidence;   /* by level, key and chassis, each ended by a NUL; all but the subsystems */
    struct tally duplicates; /* reports that were in already, by the number of their source */
    struct tally retracted;  /* reports that were taken back, likewise */
    bool retracts;           /* there is a table temp.retraction */
    struct buffer attempts;  /* of the report that is being added */
    struct buffer symptoms;  /* likewise */
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
/* Runs statements that take no values. */
MUST_CHECK enum error_code builder_execute(struct builder *builder, const char *sql, struct error *error);
/* Inserts one row of numbers and a text at the end: the shape of all tables of pci.ids. */
MUST_CHECK enum error_code builder_insert_named(struct builder *builder, enum insert kind,
                                                const int64_t numbers[], int count, const char *name,
                                                struct error *error);
/* Inserts the rows that still wait for others. */
MUST_CHECK enum error_code builder_flush_rows(struct builder *builder, struct error *error);
void bind_text(sqlite3_stmt *statement, int column, const char *text);

/* The name of an evidence row in the tally: level, key and chassis, each ended by a NUL. Returns its length.
 */
size_t evidence_name(char name[TALLY_KEY_SIZE], const char *level, const char *key, const char *chassis);
/* The kind of machine that a report is about: the one that it names, else the one that such a GPU is in. */
enum chassis evidence_chassis(enum chassis chassis, const struct waiting_gpu *gpu);
/* NULL when the device is no GPU. Good from evidence_store on. */
const struct waiting_gpu *evidence_find_gpu(const struct builder *builder, uint32_t pci_id);
/* Stores one row of evidence and, in the entry, where it stands. */
MUST_CHECK enum error_code evidence_insert(struct builder *builder, const char *level, const char *key,
                                           const char *chassis, struct tally_entry *entry,
                                           struct error *error);
/* Drops the reports that are there twice, counts all others for the levels of their devices (what is known by
 * subsystem is stored at once, the rest is left in `evidence`), and stores what was tried. */
MUST_CHECK enum error_code evidence_count_reports(struct builder *builder, struct error *error);
/* Stores evidence, workarounds and the GPUs with their verdicts, once everything was added. */
MUST_CHECK enum error_code evidence_store(struct builder *builder, struct error *error);
void evidence_free(struct builder *builder);

#endif
