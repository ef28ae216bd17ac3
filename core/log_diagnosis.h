/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_LOG_DIAGNOSIS_H
#define PASSTHRU_CORE_LOG_DIAGNOSIS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/symptom.h"
#include "core/symptom_matcher.h"

/* The known failures that are in logs, and what they come down to. */

/* What the symptoms of one boot in one log come down to. Start with LOG_EVIDENCE. */
enum { NO_SYMPTOM = -1 };
struct log_evidence {
    int first; /* the symptom (enum symptom) whose cause comes before those of the others, or NO_SYMPTOM */
    int first_rank;     /* its place in the order of causes */
    int kinds;          /* how many different ones there are, the harmless ones left out */
    bool vbios_missing; /* a driver says that it has no vBIOS */
    bool init_at_vbios; /* RmInitAdapter failed with 0x30:0xffff, which is what a missing vBIOS gives */
    bool seen[SYMPTOM_COUNT];
};
#define LOG_EVIDENCE ((struct log_evidence){.first = NO_SYMPTOM})

/* Adds one line that shows a symptom. `rank` is its place in the order of causes. */
void log_evidence_add(struct log_evidence *evidence, enum symptom symptom, int rank, const char *line,
                      size_t length);

enum log_conclusion {
    CONCLUSION_NOTHING,             /* no symptom */
    CONCLUSION_VBIOS_NOT_DELIVERED, /* the driver in the guest never got the vBIOS */
    CONCLUSION_ALLOCATION_FAILED,   /* it got the vBIOS, and the allocation of the device failed */
    CONCLUSION_INIT_FAILED,         /* it could not initialise the GPU, for another reason */
    CONCLUSION_FIRST_CAUSE,         /* whatever comes first in the order of causes */
};

/* What it comes down to. `sure` is set when a line says so itself. `leading` gets the symptom whose next step
 * is the one to take; it need not be in the log. */
enum log_conclusion log_conclude(const struct log_evidence *evidence, bool *sure, enum symptom *leading);

enum { MAX_SYMPTOMS = MAX_SIGNATURES - 1 }; /* one signature is for the boots */

/* A known failure, and where it was found. */
struct known_symptom {
    char *id;
    char *scope;
    char *cause;
    char *next;
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
    struct known_symptom symptoms[MAX_SYMPTOMS]; /* in the order of causes */
    int count;
    int log_count;
    struct log_evidence evidence; /* of the log read last: of its last boot that shows a symptom */
    struct log_evidence earlier;  /* while it is read: of the boots before */
};

/* Makes a diagnosis without symptoms. The caller frees it (log_diagnosis_free), also after an error. */
MUST_CHECK enum error_code log_diagnosis_start(struct log_diagnosis *diagnosis, struct error *error);
void log_diagnosis_free(struct log_diagnosis *diagnosis);

/* Adds a known failure, in the order of causes; a symptom_visitor, with the diagnosis as its context.
 * ERROR_BAD_INPUT for words or a pattern that are wrong, for a name that is no symptom, for too many. */
MUST_CHECK enum error_code log_diagnosis_add(void *diagnosis, const struct symptom_record *record,
                                             struct error *error);

/* Reads one log, in constant memory; `name` is for messages. It counts as a log also when it could not be
 * read to its end. Errors: as log_scan. */
MUST_CHECK enum error_code log_diagnosis_read(struct log_diagnosis *diagnosis, int file, const char *name,
                                              struct error *error);

#endif
