/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_SYMPTOM_MATCHER_H
#define PASSTHRU_CORE_SYMPTOM_MATCHER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

/* Finds the lines of a log that show a known failure. A signature fits a line that has one of its words
 * and that its pattern matches, both without regard to case. The words alone are looked for everywhere, all
 * in one pass over the log as it is; a pattern (PCRE2, with limits) is only tried on a line in which a word
 * was found, and which was made plain before (core/log_text.h). */
struct symptom_matcher;

/* What is looked at of a line at most: of a longer one, as much as this around each word. */
enum { SYMPTOM_MAX_LINE = 4096, SYMPTOM_BEFORE_WORD = 1024 };
enum { MAX_SIGNATURES = 512 };

/* The caller frees it; NULL is fine there. */
MUST_CHECK enum error_code symptom_matcher_create(struct symptom_matcher **matcher, struct error *error);
void symptom_matcher_free(struct symptom_matcher *matcher);

/* Adds a signature; they are numbered from 0. `words` are separated by '|'. ERROR_BAD_INPUT says what is
 * wrong with words or pattern. */
MUST_CHECK enum error_code symptom_matcher_add(struct symptom_matcher *matcher, const char *words,
                                               const char *pattern, struct error *error);

/* Where a word is in a text, and the line around it, or of a long line what is looked at. */
struct symptom_place {
    size_t start;
    size_t end;
    size_t word;
};

/* The next line with a word in `text`, which may hold any bytes, after *position; moves *position past it.
 * Words that begin at `limit` or after it are left alone: the text may go on after `length`. False when there
 * is none. */
bool symptom_matcher_next(const struct symptom_matcher *matcher, const char *text, size_t length,
                          size_t limit, size_t *position, struct symptom_place *place);

/* What the patterns that fit a line say of it. */
enum { SYMPTOM_CODE_SIZE = 32 };
struct symptom_details {
    size_t at;                    /* where the first one matches */
    char code[SYMPTOM_CODE_SIZE]; /* the group (?<code>...) of the first one that has it; "": none has */
};

/* The signatures that fit a plain line, in the order in which they were added, at most `capacity` of them.
 * Returns how many there are in `fitting`. */
int symptom_matcher_fit(struct symptom_matcher *matcher, const char *line, size_t length, int fitting[],
                        int capacity, struct symptom_details *details);

/* Whether a line begins as a record of a log does: with a time, a driver or a program. */
bool symptom_matcher_begins_record(const struct symptom_matcher *matcher, const char *line, size_t length);

#endif
