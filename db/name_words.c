/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of names that are not the model. */

#include <stdlib.h>
#include <string.h>

#include "db/internal.h"

enum { MAX_KNOWN_WORDS = 4096 };

enum error_code known_words_load(struct database *database, struct known_words *known, struct error *error)
{
    sqlite3_stmt *row;
    known->count = 0;
    if (database_query(database, "SELECT word, kind FROM name_word", SQL_NO_VALUES, &row, error))
        return error->code;
    while (database_next(database, row, error)) {
        int kind = vocabulary_find(&vocabulary_word_kind, column_text(row, 1));
        if (known->count == MAX_KNOWN_WORDS)
            return database_damaged(database, "there are too many words", error);
        if ((known->count & (known->count - 1)) == 0) {
            size_t capacity = known->count ? 2 * (size_t)known->count : 1;
            struct known_word *words = realloc(known->words, capacity * sizeof *words);
            if (!words)
                return error_set(error, ERROR_NO_MEMORY, "no memory for words");
            known->words = words;
        }
        struct known_word *word = &known->words[known->count];
        copy_column(row, 0, word->text, sizeof word->text);
        word->kind = kind < 0 ? WORD_KIND_NOISE : (enum word_kind)kind;
        known->count++;
    }
    known_words_sort(known);
    return error->code;
}

void known_words_free(struct known_words *known)
{
    free(known->words);
    *known = (struct known_words){.count = 0};
}
