/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_SYMPTOM_H
#define PASSTHRU_CORE_SYMPTOM_H

#include "core/vocabulary.h"

/* What a known failure looks like in a log and what is known about it: a line of data/symptoms.tsv. */
struct symptom_record {
    const char *id;    /* of vocabulary_symptom, unless it is harmless or a mark */
    const char *scope; /* whose log shows it: guest, host, any */
    enum fixable fixable;
    const char *words;     /* for symptom_matcher_add */
    const char *pattern;   /* likewise */
    const char *condition; /* for symptom_condition_read */
    const char *cause;
    const char *next;
    const char *fixes; /* those that can help, of vocabulary_fix, with | between them; "-": none is known */
};

/* What a code in such a line means: a line of data/codes.tsv. */
struct symptom_code_record {
    const char *symptom;
    const char *code; /* with * for anything */
    const char *cause;
    const char *next;
};

#endif
