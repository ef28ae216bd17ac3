/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_SYMPTOM_MATCHER_H
#define PASSTHRU_CORE_SYMPTOM_MATCHER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

/* Finds the lines of a log that show a known failure. A signature fits a line that has one of its words
 * and that its pattern matches, both without regard to case. The words alone are looked for
 * everywhere, all in one pass; a pattern (PCRE2, with limits) is only tried where a word was found. A line
 * shows one signature: the first that fits, in the order in which they were added. */
struct symptom_matcher;

/* What is looked at of a line at most: of a longer one, as much as this around each word. */
enum { SYMPTOM_MAX_LINE = 4096, SYMPTOM_BEFORE_WORD = 1024 };
enum { MAX_SIGNATURES = 256 };

/* The caller frees it; NULL is fine there. */
MUST_CHECK enum error_code symptom_matcher_create(struct symptom_matcher **matcher, struct error *error);
void symptom_matcher_free(struct symptom_matcher *matcher);

/* Adds a signature; they are numbered from 0. `words` are separated by '|'. ERROR_BAD_INPUT says what is
 * wrong with words or pattern. */
MUST_CHECK enum error_code symptom_matcher_add(struct symptom_matcher *matcher, const char *words,
                                               const char *pattern, struct error *error);

/* Where a symptom is in a text: the signature, and the line, or of a long line what was looked at. */
struct symptom_match {
    int signature;
    size_t start;
    size_t end;
    size_t word; /* where the word that led to it begins */
};

/* The next symptom in `text`, which may hold any bytes, after *position; moves *position past it. Words
 * that begin at `limit` or after it are left alone: the text may go on after `length`. False when there is
 * none. */
bool symptom_matcher_next(struct symptom_matcher *matcher, const char *text, size_t length, size_t limit,
                          size_t *position, struct symptom_match *match);

/* The signature that a line by itself shows, or -1. */
int symptom_matcher_line(struct symptom_matcher *matcher, const char *line, size_t length);

#endif
