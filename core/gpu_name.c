/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/gpu_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"

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

/* Of words that are known, "* bit". */
static bool is_any_number(char c)
{
    return c == '*';
}

static bool is_letter(char c)
{
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'z';
}

/* Returns how many there are, at most one more than fit. "(R)" is no word. */
static int split(const char *text, bool with_any_number, struct token tokens[MAX_TOKENS + 1])
{
    int count = 0;
    for (size_t i = 0; i < MAX_TEXT && text[i] && count <= MAX_TOKENS;) {
        size_t start = i += strncasecmp(text + i, "(r)", 3) == 0 ? 3 : 0;
        bool is_number = is_digit(text[i]);
        while (i < MAX_TEXT && (is_number ? is_digit(text[i]) : is_letter(text[i])))
            i++;
        if (i == start && !(with_any_number && is_any_number(text[i]))) {
            i++;
            continue;
        }
        i += i == start;
        bool is_glued = count && tokens[count - 1].start + tokens[count - 1].length == (int)start;
        tokens[count++] = (struct token){(uint16_t)start, (uint16_t)(i - start), is_number, is_glued};
    }
    return count;
}

void known_words_sort(struct known_words *known)
{
    if (known->count)
        qsort(known->words, (size_t)known->count, sizeof *known->words, text_compare);
}

/* A number is a * where it may be any. What stands after a word is a version or a count: two digits at most.
 */
static bool may_be_any(const struct token *token, int place)
{
    return token->is_number && (place == 0 || token->length <= 2);
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
    int count = split(text, true, tokens);
    return count > 0 && count <= NAME_MAX_PHRASE && join(text, tokens, count, " ", normal);
}

static const struct known_word *look_up(const struct known_words *known, const struct known_word *key)
{
    return known->count ? bsearch(key, known->words, (size_t)known->count, sizeof *key, text_compare) : NULL;
}

/* The same with a * for each number that may be any; NULL where there is none, and for a part of what stands
 * together: the W of W7600 is no unit, nor the B of H20B. */
static const struct known_word *look_up_any(const char *text, const struct token *tokens, int count, int left,
                                            const struct known_words *known)
{
    struct known_word key = {.text = ""};
    bool has_number = false;
    if ((count < left && tokens[count].is_glued) || (tokens[0].is_number && tokens[0].is_glued))
        return NULL;
    for (int i = 0; i < count; i++) {
        char word[NAME_WORD_SIZE] = "*";
        bool is_any = may_be_any(&tokens[i], i);
        size_t length = strlen(key.text);
        if ((!is_any && !join(text, tokens + i, 1, "", word)) ||
            snprintf(key.text + length, sizeof key.text - length, "%s%s", i ? " " : "", word) >=
                (int)(sizeof key.text - length))
            return NULL;
        has_number |= is_any;
    }
    return has_number ? look_up(known, &key) : NULL;
}

/* The longest phrase of known words that begins here; 0: none. Of a model, as "Panther Lake" beside the noise
 * "Panther", the first word alone: the others are read by themselves. */
static int known_phrase(const char *text, const struct token *tokens, int left,
                        const struct known_words *known, struct name_word *word)
{
    for (int count = left < NAME_MAX_PHRASE ? left : NAME_MAX_PHRASE; count; count--) {
        struct known_word key = {.text = ""};
        if (!join(text, tokens, count, " ", key.text))
            continue;
        const struct known_word *found = look_up(known, &key);
        if (!found)
            found = look_up_any(text, tokens, count, left, known);
        if (!found)
            continue;
        word->kind = found->kind;
        count = word->kind == WORD_KIND_MODEL ? 1 : count;
        join(text, tokens, count, "", word->text);
        return count;
    }
    return 0;
}

/* "12GB", "12 GB", "12G", "12 Go", "512MB"; but no "5600G", which is a processor, nor "Ryzen Z2 Go". Of
 * "4GD6" and "8GBD6", as board makers write it, the kind of memory is a part. */
static int memory_size(const char *text, const struct token *tokens, int left, bool model_seen,
                       struct name_word *word)
{
    char unit[NAME_WORD_SIZE];
    int used = 2;
    if (left < 2 || !tokens[0].is_number || tokens[0].length > 4 || !join(text, tokens + 1, 1, "", unit))
        return 0;
    bool is_short = tokens[1].is_glued && tokens[0].length < 3;
    bool is_mb = strcmp(unit, "mb") == 0;
    bool is_go = model_seen && tokens[0].length < 3 && strcmp(unit, "go") == 0;
    if (is_short && (strcmp(unit, "gd") == 0 || strcmp(unit, "gbd") == 0))
        while (used < left && tokens[used].is_glued)
            used++;
    else if (!is_mb && !is_go && strcmp(unit, "gb") != 0 && strcmp(unit, "gib") != 0 &&
             !(is_short && strcmp(unit, "g") == 0))
        return 0;
    snprintf(word->text, sizeof word->text, "%.*s%s", tokens[0].length, text + tokens[0].start,
             is_mb ? "mb" : "gb");
    word->kind = WORD_KIND_MEMORY;
    return used;
}

void gpu_name_parse(const char *text, const struct known_words *known, struct gpu_name *name)
{
    struct token tokens[MAX_TOKENS + 1];
    int left = split(text, false, tokens);
    bool model_seen = false;
    name->count = 0;
    name->is_cut = left > MAX_TOKENS;
    left = left > MAX_TOKENS ? MAX_TOKENS : left;
    for (const struct token *token = tokens; left;) {
        const uint16_t end = name->count ? name->words[name->count - 1].end : 0;
        struct name_word word = {.kind = WORD_KIND_MODEL, .is_glued = name->count && token->start == end};
        int used = known_phrase(text, token, left, known, &word);
        if (!used)
            used = memory_size(text, token, left, model_seen, &word);
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

static bool stands_before(const struct gpu_name *name, int number)
{
    return gpu_name_count(name, number, name->words[number].text) > 0;
}

void gpu_name_drop_repeats(const char *text, struct gpu_name *name)
{
    bool drop[NAME_MAX_WORDS] = {false};
    int kept = 0;
    for (int i = 1; i < name->count; i++) {
        const struct name_word *word = &name->words[i];
        int first = i;
        int last = i;
        if (word->kind != WORD_KIND_MODEL || !word->has_digit || strlen(word->text) < 3 ||
            !stands_before(name, i))
            continue;
        while (first > 1 && stands_before(name, first - 1))
            first--;
        while (last + 1 < name->count && stands_before(name, last + 1))
            last++;
        const struct name_word *before = &name->words[first - 1];
        if (!memchr(text + before->end, '/', name->words[first].start - before->end))
            memset(drop + first, 1, (size_t)(last - first + 1));
    }
    for (int i = 0; i < name->count; i++)
        if (!drop[i])
            name->words[kept++] = name->words[i];
    name->count = kept;
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
