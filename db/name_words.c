/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of names that are not the model. */

#include <stdlib.h>
#include <string.h>

#include "db/internal.h"
#include "db/search.h"

enum { MAX_KNOWN_WORDS = 4096 };

/* Adds a word; one that is too long is none. */
static enum error_code add(struct database *database, struct known_words *known, const char *word,
                           size_t length, enum word_kind kind, struct error *error)
{
    if (length >= NAME_WORD_SIZE)
        return ERROR_NONE;
    if (known->count == MAX_KNOWN_WORDS)
        return database_damaged(database, "there are too many words", error);
    if (!ARRAY_GROW(known->words, known->count))
        return error_set(error, ERROR_NO_MEMORY, "no memory for words");
    struct known_word *added = &known->words[known->count++];
    memcpy(added->text, word, length);
    added->text[length] = '\0';
    added->kind = kind;
    return ERROR_NONE;
}

enum error_code known_words_load(struct database *database, struct known_words *known, struct error *error)
{
    sqlite3_stmt *row = NULL;
    known->count = 0;
    error->code = ERROR_NONE;
    while (!error->code &&
           database_row(database, "SELECT kind, words FROM name_word", SQL_NO_VALUES, &row, error)) {
        int kind = vocabulary_find(&vocabulary_word_kind, column_text(row, 0));
        for (const char *at = column_text(row, 1); *at && kind >= WORD_KIND_MODEL && !error->code;) {
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

enum error_code database_each_name_word(struct database *database, name_word_visitor *each, void *context,
                                        struct error *error)
{
    sqlite3_stmt *row = NULL;
    while (database_row(database, "SELECT kind, words FROM name_word ORDER BY kind", SQL_NO_VALUES, &row,
                        error)) {
        int kind = vocabulary_find(&vocabulary_word_kind, column_text(row, 0));
        if (kind >= WORD_KIND_MODEL && each(context, (enum word_kind)kind, column_text(row, 1), error))
            break;
    }
    return error->code;
}

enum error_code database_each_alias(struct database *database, alias_visitor *each, void *context,
                                    struct error *error)
{
    /* As search_rank.c decides between equals. */
    static const char sql[] =
        "SELECT a.pci_id, a.name, a.product, a.form_factor, a.source = 'processors',"
        " min(CASE a.source WHEN 'cards' THEN 0 WHEN 'prices' THEN 1 WHEN 'names' THEN 2 WHEN 'pci.ids' THEN"
        " 3 ELSE 4 END) AS rank, g.reports FROM alias a JOIN gpu g ON g.pci_id = a.pci_id GROUP BY a.pci_id, a.name"
        " ORDER BY a.source = 'processors', CASE WHEN a.source = 'processors' THEN a.id END, g.reports DESC, rank, g.chip DESC, a.id";
    sqlite3_stmt *row = NULL;
    while (database_row(database, sql, SQL_NO_VALUES, &row, error)) {
        const struct alias_record alias = {
            .pci_id = column_pci_id(row, 0),
            .name = column_text(row, 1),
            .product = column_text(row, 2),
            .form_factor = (enum form_factor)column_value(row, 3, &vocabulary_form_factor),
            .is_of_processor = column_flag(row, 4),
            .source = column_count(row, 5),
            .reports = column_count(row, 6)};
        if (each(context, &alias, error))
            break;
    }
    return error->code;
}
