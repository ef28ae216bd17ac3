/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/word_search.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/buffer.h"

struct word_search_word {
    char *text;
    size_t length;
    uint32_t start; /* its first bytes, as folded_start has them */
    int owner;
    int next; /* with the same end of the window, or -1 */
};

enum { WINDOW = WORD_SEARCH_MIN, BLOCK = 3, MAX_WORDS = 4096 };

/* Three bytes with the case of letters folded, as a number of 16 bits. What else that makes the same costs a
 * comparison, no more. */
static unsigned block_of(const char *bytes)
{
    const unsigned char *byte = (const unsigned char *)bytes;
    uint32_t folded = (byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16) | 0x202020U;
    return folded * 0x9e3779b1U >> 16;
}

/* The first four bytes, likewise: most of what looks like a word differs there. */
static uint32_t folded_start(const char *bytes)
{
    uint32_t start;
    memcpy(&start, bytes, sizeof start);
    return start | 0x20202020U;
}

void word_search_start(struct word_search *search)
{
    search->words = NULL;
    search->count = 0;
    memset(search->shifts, WINDOW - BLOCK + 1, sizeof search->shifts);
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
    char *text = ARRAY_GROW(search->words, search->count) ? strndup(word, length) : NULL;
    if (!text)
        return error_set(error, ERROR_NO_MEMORY, "no memory for a word");
    for (unsigned end = BLOCK; end <= WINDOW; end++) {
        uint8_t *shift = &search->shifts[block_of(word + end - BLOCK)];
        if (*shift > WINDOW - end)
            *shift = (uint8_t)(WINDOW - end);
    }
    int16_t *first = &search->first[block_of(word + WINDOW - BLOCK)];
    search->words[search->count] = (struct word_search_word){text, length, folded_start(word), owner, *first};
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
            unsigned block = block_of(window + WINDOW - BLOCK);
            if (search->shifts[block]) {
                position += search->shifts[block];
                continue;
            }
            word = search->first[block] + 1;
        }
        while (word) {
            const struct word_search_word *candidate = &search->words[word - 1];
            word = candidate->next + 1;
            if (candidate->start == folded_start(window) && candidate->length <= length - position &&
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
