/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GPUs by the words of their names. */

#include "db/database.h"

#include <string.h>

#include "core/buffer.h"
#include "core/text.h"
#include "db/internal.h"

/* An FTS5 query: each word in quotation marks, so that nothing in it is an operator; the words are letters
 * and digits alone. What was written in one piece (rx580) need not stand so (RX 470/480/580), but after a
 * single letter (T4, A100) it must: a T and a 4 stand in many names. With `prefix` each may go on. */
static void append_match(struct buffer *match, const char *words, bool prefix)
{
    for (const char *word = words; *word;) {
        bool is_letter = word[1] == ' ';
        size_t length = strcspn(word, is_letter ? "\n" : " \n");
        buffer_append_format(match, "%s\"%.*s\"%s", match->length ? " " : "", (int)length, word,
                             prefix ? "*" : "");
        word += length + (word[length] != '\0');
    }
}

static enum error_code run_search(struct database *database, const char *match, uint32_t *ids, int limit,
                                  int *count, int *total, struct error *error)
{
    static const char sql[] =
        "SELECT w.rowid, count() OVER () FROM gpu_words w JOIN device d ON d.pci_id = w.rowid"
        " WHERE gpu_words MATCH ?1 ORDER BY length(d.name), w.rowid LIMIT ?2";
    sqlite3_stmt *row;
    *count = *total = 0;
    if (database_query(database, sql, SQL_VALUES(sql_text(match), sql_integer(limit)), &row, error))
        return error->code;
    while (*count < limit && database_next(database, row, error)) {
        ids[(*count)++] = column_pci_id(row, 0);
        *total = column_count(row, 1);
    }
    return error->code;
}

enum error_code database_search(struct database *database, const char *words, uint32_t *ids, int limit,
                                int *count, int *total, struct error *error)
{
    struct buffer folded CLEANUP(buffer_free) = BUFFER(2048);
    struct buffer match CLEANUP(buffer_free) = BUFFER(8192);
    *count = *total = 0;
    text_append_search_words(&folded, words, strlen(words), '\n');
    if (folded.failed)
        return error_set(error, ERROR_USAGE, "that is too long for the name of a GPU");
    if (!folded.length)
        return ERROR_NONE;
    append_match(&match, buffer_text(&folded), false);
    if (run_search(database, buffer_text(&match), ids, limit, count, total, error) || *count)
        return error->code;
    buffer_clear(&match);
    append_match(&match, buffer_text(&folded), true);
    return run_search(database, buffer_text(&match), ids, limit, count, total, error);
}
