/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_SYMPTOM_CONDITION_H
#define PASSTHRU_CORE_SYMPTOM_CONDITION_H

#include <stdbool.h>

#include "core/error.h"
#include "core/tristate.h"
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

/* When a row of data/symptoms.tsv is what a line means: its column `condition`, a closed language.
 *
 *     condition := "-" | part { "; " part }
 *     part      := key "=" [ "!" ] word { "|" word } [ "?" ] | "effect" | "over=" id { "|" id }
 *
 * Every term must hold; "!" turns its words round, "?" makes a fact that is not known a perhaps, where it
 * would be a no. `effect` and `over` say what leads among several failures (core/log_diagnosis.h). */

enum condition_key {
    CONDITION_VENDOR, /* of the device: nvidia, amd, intel, other */
    CONDITION_DRIVER, /* of the host that has it */
    CONDITION_CHIP,   /* its code name, as the database has it: "GP108", or "GP*" */
    CONDITION_VF,     /* whether it is a virtual function: yes, no */
    CONDITION_IGPU,   /* whether it is the integrated GPU of Intel, at 00:02: yes, no */
    CONDITION_SIDE,   /* whose log it is: host, guest */
    CONDITION_KERNEL, /* its version, or a range of them: 6.8-6.17, -6.1, 7.0- */
    CONDITION_BEFORE, /* a line of one of these rows stands before it, about the same device */
    CONDITION_AFTER,
    CONDITION_KEYS
};

enum { MAX_TERMS = 4, MAX_CONDITION_WORDS = 16 };

struct condition_words {
    const char *words[MAX_CONDITION_WORDS];
    int count;
};

struct condition_term {
    enum condition_key key;
    bool is_negated;
    bool may_be_unknown;
    struct condition_words words;
};

struct symptom_condition {
    char *text; /* what the words point into */
    struct condition_term terms[MAX_TERMS];
    int term_count;
    bool is_effect;
    struct condition_words over;
};

/* Reads a condition. ERROR_BAD_INPUT says what is wrong with it. The caller frees it, also after an error. */
MUST_CHECK enum error_code symptom_condition_read(const char *text, struct symptom_condition *condition,
                                                  struct error *error);
void symptom_condition_free(struct symptom_condition *condition);

bool condition_words_have(const struct condition_words *words, const char *word);

/* What a term that asks for a fact says of it; NULL: it is not known. */
enum tristate condition_term_judge(const struct condition_term *term, const char *fact);

#endif
