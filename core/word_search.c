/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/word_search.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct word_search_word {
    char *text;
    size_t length;
    int owner;
    int next; /* with the same end of the window, or -1 */
};

enum { WINDOW = WORD_SEARCH_MIN, MAX_WORDS = 4096 };

/* Two bytes with the case of letters folded. What else that folds together costs a comparison, no more. */
static unsigned block_of(const char *bytes)
{
    return ((unsigned)(unsigned char)bytes[0] << 8 | (unsigned char)bytes[1]) | 0x2020U;
}

void word_search_start(struct word_search *search)
{
    search->words = NULL;
    search->count = 0;
    memset(search->shifts, WINDOW - 1, sizeof search->shifts);
    memset(search->first, 0xff, sizeof search->first);
}

enum error_code word_search_add(struct word_search *search, const char *word, size_t length, int owner,
                                struct error *error)
{
    if (length < WORD_SEARCH_MIN || length > WORD_SEARCH_MAX)
        return error_set(error, ERROR_BAD_INPUT, "the word \"%.*s\" has %zu bytes, not %d to %d",
                         (int)(length < 40 ? length : 40), word, length, WORD_SEARCH_MIN, WORD_SEARCH_MAX);
    if (search->count == MAX_WORDS)
        return error_set(error, ERROR_BAD_INPUT, "more than %d words", MAX_WORDS);
    struct word_search_word *words =
        realloc(search->words, ((size_t)search->count + 1) * sizeof *search->words);
    if (words)
        search->words = words;
    char *text = words ? strndup(word, length) : NULL;
    if (!text)
        return error_set(error, ERROR_NO_MEMORY, "no memory for a word");
    for (unsigned end = 1; end < WINDOW; end++) {
        uint8_t *shift = &search->shifts[block_of(word + end - 1)];
        if (*shift > WINDOW - 1 - end)
            *shift = (uint8_t)(WINDOW - 1 - end);
    }
    int16_t *first = &search->first[block_of(word + WINDOW - 2)];
    words[search->count] = (struct word_search_word){text, length, owner, *first};
    *first = (int16_t)search->count++;
    return ERROR_NONE;
}

int word_search_next(const struct word_search *search, const char *text, size_t length,
                     struct word_search_cursor *cursor)
{
    size_t position = cursor->position;
    int word = cursor->word;
    while (position + WINDOW <= length) {
        const char *window = text + position;
        if (!word) {
            unsigned block = block_of(window + WINDOW - 2);
            if (search->shifts[block]) {
                position += search->shifts[block];
                continue;
            }
            word = search->first[block] + 1;
        }
        while (word) {
            const struct word_search_word *candidate = &search->words[word - 1];
            word = candidate->next + 1;
            if (candidate->length <= length - position &&
                strncasecmp(window, candidate->text, candidate->length) == 0) {
                *cursor = (struct word_search_cursor){position + (word == 0), word, position};
                return candidate->owner;
            }
        }
        position++;
    }
    *cursor = (struct word_search_cursor){.position = position};
    return -1;
}

void word_search_free(struct word_search *search)
{
    for (int i = 0; i < search->count; i++)
        free(search->words[i].text);
    free(search->words);
    search->words = NULL;
    search->count = 0;
}
