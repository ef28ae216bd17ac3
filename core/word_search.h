/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_WORD_SEARCH_H
#define PASSTHRU_CORE_WORD_SEARCH_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

/* Finds any of many words in a text in one pass, ASCII letters of either case: the algorithm of Wu and Manber
 * ("A fast algorithm for multi-pattern searching", 1994) with blocks of three bytes. The text may hold any
 * bytes. */

enum { WORD_SEARCH_MIN = 6, WORD_SEARCH_MAX = 128 };

struct word_search_word;

struct word_search {
    struct word_search_word *words;
    int count;
    uint8_t shifts[65536]; /* by the block that ends a window: how far the window may move; 0: look */
    int16_t first[65536];  /* the first word whose window ends with it, or -1 */
};

/* Makes it empty. */
void word_search_start(struct word_search *search);

/* Adds a word of WORD_SEARCH_MIN to WORD_SEARCH_MAX bytes that belongs to `owner`. ERROR_BAD_INPUT for
 * another length. */
MUST_CHECK enum error_code word_search_add(struct word_search *search, const char *word, size_t length,
                                           int owner, struct error *error);

/* Where a search is: at first {.position = 0}. `found` is where the word found last begins. */
struct word_search_cursor {
    size_t position;
    int word; /* the next one to be compared there, by its number from 1; 0: none has been yet */
    size_t found;
};

/* The owner of the next word in `text`, in the order of where they begin, or -1 after the last. */
int word_search_next(const struct word_search *search, const char *text, size_t length,
                     struct word_search_cursor *cursor);

void word_search_free(struct word_search *search);

#endif
