#ifndef PASSTHRU_CLI_LOG_DIAGNOSIS_H
#define PASSTHRU_CLI_LOG_DIAGNOSIS_H

#include "core/error.h"
#include "core/log_conclusion.h"
#include "core/symptom_matcher.h"
#include "db/database.h"

/* The known failures that stand in logs. */

/* A signature of the database, and where it was found. */
struct known_symptom {
    char *strings; /* what the following four lie in */
    const char *word;
    const char *scope;
    const char *cause;
    const char *next;
    enum fixable fixable;
    int symptom;    /* enum symptom; NO_SYMPTOM for what is harmless */
    long count;     /* lines that show it, in all logs */
    int log;        /* the first of them: which log, by its number from 0 ... */
    long line;      /* ... which line ... */
    char text[240]; /* ... and what it says, cut around what matters; any bytes */
    size_t text_length;
};

struct log_diagnosis {
    struct symptom_matcher *matcher;
    struct known_symptom symptoms[MAX_SIGNATURES]; /* in the order of causes */
    int count;
    int log_count;
    struct log_evidence evidence; /* of the log read last: of its last boot that shows a symptom */
    struct log_evidence earlier;  /* while it is read: of the boots before */
};

/* Loads the signatures. The caller frees the diagnosis (log_diagnosis_free), also after an error. Errors:
 * those of database_each_symptom, ERROR_DATABASE_DAMAGED. */
MUST_CHECK enum error_code log_diagnosis_start(struct log_diagnosis *diagnosis, struct database *database,
                                               struct error *error);
void log_diagnosis_free(struct log_diagnosis *diagnosis);

/* Reads one log, in constant memory; `path` "-" is standard input. It counts as a log also when it could not
 * be read to its end. Errors: as log_scan. */
MUST_CHECK enum error_code log_diagnosis_read(struct log_diagnosis *diagnosis, const char *path,
                                              struct error *error);

/* The symptoms that one log shows, for a report: at most SYMPTOM_COUNT of them, each once, in the order of
 * causes, without the harmless ones. Errors: those of the functions above. */
MUST_CHECK enum error_code log_symptoms(const char *path, struct database *database,
                                        enum symptom symptoms[SYMPTOM_COUNT], int *count,
                                        struct error *error);

#endif
