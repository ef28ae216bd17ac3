/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/gpu_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TEXT = 1000, MAX_TOKENS = 64 };

/* A run of letters or of digits. */
struct token {
    uint16_t start;
    uint16_t length;
    bool is_number;
    bool is_glued;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'z';
}

/* Returns how many there are, at most one more than fit. */
static int split(const char *text, struct token tokens[MAX_TOKENS + 1])
{
    int count = 0;
    for (size_t i = 0; i < MAX_TEXT && text[i] && count <= MAX_TOKENS;) {
        size_t start = i;
        bool is_number = is_digit(text[i]);
        while (i < MAX_TEXT && (is_number ? is_digit(text[i]) : is_letter(text[i])))
            i++;
        if (i == start) {
            i++;
            continue;
        }
        bool is_glued = count && tokens[count - 1].start + tokens[count - 1].length == (int)start;
        tokens[count++] = (struct token){(uint16_t)start, (uint16_t)(i - start), is_number, is_glued};
    }
    return count;
}

static int compare_words(const void *a, const void *b)
{
    return strcmp(((const struct known_word *)a)->text, ((const struct known_word *)b)->text);
}

void known_words_sort(struct known_words *known)
{
    if (known->count)
        qsort(known->words, (size_t)known->count, sizeof *known->words, compare_words);
}

/* Appends tokens in lower case. False when they do not fit. */
static bool join(const char *text, const struct token *tokens, int count, const char *between,
                 char joined[NAME_WORD_SIZE])
{
    size_t length = 0;
    for (int i = 0; i < count; i++) {
        size_t gap = i ? strlen(between) : 0;
        if (length + gap + tokens[i].length >= NAME_WORD_SIZE)
            return false;
        memcpy(joined + length, between, gap);
        length += gap;
        for (int k = 0; k < tokens[i].length; k++) {
            char c = text[tokens[i].start + k];
            joined[length++] = is_letter(c) ? (char)(c | 0x20) : c;
        }
    }
    joined[length] = '\0';
    return true;
}

bool name_normalise(const char *text, char normal[NAME_WORD_SIZE])
{
    struct token tokens[MAX_TOKENS + 1];
    int count = split(text, tokens);
    return count > 0 && count <= NAME_MAX_PHRASE && join(text, tokens, count, " ", normal);
}

/* The longest phrase of known words that begins here; 0: none. */
static int known_phrase(const char *text, const struct token *tokens, int left,
                        const struct known_words *known, struct name_word *word)
{
    for (int count = left < NAME_MAX_PHRASE ? left : NAME_MAX_PHRASE; count; count--) {
        struct known_word key = {.text = ""};
        if (!known->count || !join(text, tokens, count, " ", key.text))
            continue;
        const struct known_word *found =
            bsearch(&key, known->words, (size_t)known->count, sizeof key, compare_words);
        if (!found)
            continue;
        word->kind = found->kind;
        join(text, tokens, count, "", word->text);
        return count;
    }
    return 0;
}

/* "12GB", "12 GB", "12G", "512MB"; but no "5600G", which is a processor. */
static int memory_size(const char *text, const struct token *tokens, int left, struct name_word *word)
{
    char unit[NAME_WORD_SIZE];
    if (left < 2 || !tokens[0].is_number || tokens[0].length > 4 || !join(text, tokens + 1, 1, "", unit))
        return 0;
    bool is_short = strcmp(unit, "g") == 0 && tokens[1].is_glued && tokens[0].length < 3;
    bool is_mb = strcmp(unit, "mb") == 0;
    if (!is_short && !is_mb && strcmp(unit, "gb") != 0 && strcmp(unit, "gib") != 0)
        return 0;
    snprintf(word->text, sizeof word->text, "%.*s%s", tokens[0].length, text + tokens[0].start,
             is_mb ? "mb" : "gb");
    word->kind = WORD_KIND_MEMORY;
    return 2;
}

void gpu_name_parse(const char *text, const struct known_words *known, struct gpu_name *name)
{
    struct token tokens[MAX_TOKENS + 1];
    int left = split(text, tokens);
    bool model_seen = false;
    name->count = 0;
    name->is_cut = left > MAX_TOKENS;
    left = left > MAX_TOKENS ? MAX_TOKENS : left;
    for (const struct token *token = tokens; left;) {
        const uint16_t end = name->count ? name->words[name->count - 1].end : 0;
        struct name_word word = {.kind = WORD_KIND_MODEL, .is_glued = name->count && token->start == end};
        int used = known_phrase(text, token, left, known, &word);
        if (!used)
            used = memory_size(text, token, left, &word);
        if (!used && join(text, token, 1, "", word.text))
            used = 1;
        if (!used || name->count == NAME_MAX_WORDS) {
            name->is_cut = true;
            token++;
            left--;
            continue;
        }
        word.start = token->start;
        word.end = (uint16_t)(token[used - 1].start + token[used - 1].length);
        word.has_digit = strpbrk(word.text, "0123456789") != NULL;
        if (word.kind == WORD_KIND_LINE && model_seen)
            word.kind = WORD_KIND_MODEL;
        model_seen |= word.kind == WORD_KIND_MODEL && word.has_digit;
        name->words[name->count++] = word;
        token += used;
        left -= used;
    }
}

bool gpu_name_has(const struct gpu_name *name, const char *word)
{
    return gpu_name_count(name, name->count, word) > 0;
}

int gpu_name_count(const struct gpu_name *name, int count, const char *word)
{
    int found = 0;
    for (int i = 0; i < count; i++)
        found += strcmp(name->words[i].text, word) == 0;
    return found;
}

void gpu_name_append(struct buffer *out, const struct gpu_name *name)
{
    for (int i = 0; i < name->count; i++)
        buffer_append_format(out, "%s%s", i ? " " : "", name->words[i].text);
}
