/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of names that are not the model. */

#include <stdlib.h>
#include <string.h>

#include "db/internal.h"

enum { MAX_KNOWN_WORDS = 4096 };

/* Adds a word; one that is too long is none. */
static enum error_code add(struct database *database, struct known_words *known, const char *word,
                           size_t length, enum word_kind kind, struct error *error)
{
    if (length >= NAME_WORD_SIZE)
        return ERROR_NONE;
    if (known->count == MAX_KNOWN_WORDS)
        return database_damaged(database, "there are too many words", error);
    if ((known->count & (known->count - 1)) == 0) {
        size_t capacity = known->count ? 2 * (size_t)known->count : 1;
        struct known_word *words = realloc(known->words, capacity * sizeof *words);
        if (!words)
            return error_set(error, ERROR_NO_MEMORY, "no memory for words");
        known->words = words;
    }
    struct known_word *added = &known->words[known->count++];
    memcpy(added->text, word, length);
    added->text[length] = '\0';
    added->kind = kind;
    return ERROR_NONE;
}

enum error_code known_words_load(struct database *database, struct known_words *known, struct error *error)
{
    sqlite3_stmt *row;
    known->count = 0;
    if (database_query(database, "SELECT kind, words FROM name_word", SQL_NO_VALUES, &row, error))
        return error->code;
    while (!error->code && database_next(database, row, error)) {
        int kind = vocabulary_find(&vocabulary_word_kind, column_text(row, 0));
        for (const char *at = column_text(row, 1); *at && kind > WORD_KIND_MODEL && !error->code;) {
            size_t length = strcspn(at, "|");
            if (add(database, known, at, length, (enum word_kind)kind, error))
                break;
            at += length + (at[length] == '|');
        }
    }
    known_words_sort(known);
    return error->code;
}

void known_words_free(struct known_words *known)
{
    free(known->words);
    *known = (struct known_words){.count = 0};
}
