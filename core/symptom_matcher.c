/* SPDX-License-Identifier: GPL-2.0-or-later */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "core/symptom_matcher.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "core/word_search.h"

/* What a pattern may cost on one line. The patterns are our own, the lines are anybody's. */
enum { MATCH_LIMIT = 200000, HEAP_LIMIT_KIB = 1024 };

struct signature {
    pcre2_code *pattern;
    bool jit_tried;
};

struct symptom_matcher {
    struct word_search search;
    struct signature signatures[MAX_SIGNATURES];
    int count;
    bool seen[MAX_SIGNATURES]; /* whose words are in the line that is looked at */
    pcre2_match_data *match;
    pcre2_match_context *limits;
};

enum error_code symptom_matcher_create(struct symptom_matcher **matcher, struct error *error)
{
    struct symptom_matcher *created = calloc(1, sizeof *created);
    if (created) {
        word_search_start(&created->search);
        created->match = pcre2_match_data_create(1, NULL);
        created->limits = pcre2_match_context_create(NULL);
    }
    if (!created || !created->match || !created->limits) {
        symptom_matcher_free(created);
        return error_set(error, ERROR_NO_MEMORY, "no memory to look for symptoms");
    }
    pcre2_set_match_limit(created->limits, MATCH_LIMIT);
    pcre2_set_heap_limit(created->limits, HEAP_LIMIT_KIB);
    error->code = ERROR_NONE;
    *matcher = created;
    return ERROR_NONE;
}

void symptom_matcher_free(struct symptom_matcher *matcher)
{
    if (!matcher)
        return;
    for (int i = 0; i < matcher->count; i++)
        pcre2_code_free(matcher->signatures[i].pattern);
    word_search_free(&matcher->search);
    pcre2_match_data_free(matcher->match);
    pcre2_match_context_free(matcher->limits);
    free(matcher);
}

enum error_code symptom_matcher_add(struct symptom_matcher *matcher, const char *words, const char *pattern,
                                    struct error *error)
{
    int number;
    PCRE2_SIZE at;
    if (matcher->count == MAX_SIGNATURES)
        return error_set(error, ERROR_BAD_INPUT, "more than %d signatures", MAX_SIGNATURES);
    for (const char *word = words;; word++) {
        size_t length = strcspn(word, "|");
        if (word_search_add(&matcher->search, word, length, matcher->count, error))
            return error->code;
        word += length;
        if (!*word)
            break;
    }
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                      PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_CAPTURE, &number, &at, NULL);
    if (!code) {
        PCRE2_UCHAR why[160];
        pcre2_get_error_message(number, why, sizeof why);
        return error_set(error, number == PCRE2_ERROR_HEAP_FAILED ? ERROR_NO_MEMORY : ERROR_BAD_INPUT,
                         "pattern \"%.300s\", character %zu: %s", pattern, (size_t)at, (const char *)why);
    }
    matcher->signatures[matcher->count++] = (struct signature){.pattern = code};
    return ERROR_NONE;
}

static bool fits(struct symptom_matcher *matcher, int number, const char *line, size_t length)
{
    struct signature *signature = &matcher->signatures[number];
    /* Most logs need but a few of the patterns. Where a system forbids it, pcre2_match interprets. */
    if (!signature->jit_tried)
        (void)pcre2_jit_compile(signature->pattern, PCRE2_JIT_COMPLETE);
    signature->jit_tried = true;
    int found =
        pcre2_match(signature->pattern, (PCRE2_SPTR)line, length, 0, 0, matcher->match, matcher->limits);
    buffer_memory_was_short |= found == PCRE2_ERROR_NOMEMORY;
    return found >= 0;
}

/* The line around `at`, without its CR; of a long one a part. */
static void find_line(const char *text, size_t length, size_t from, size_t at, size_t *start, size_t *end)
{
    size_t first = at - from > SYMPTOM_BEFORE_WORD ? at - SYMPTOM_BEFORE_WORD : from;
    const char *before = memrchr(text + first, '\n', at - first);
    *start = before ? (size_t)(before - text) + 1 : first;
    size_t most = length - *start < SYMPTOM_MAX_LINE ? length - *start : SYMPTOM_MAX_LINE;
    const char *newline = memchr(text + at, '\n', *start + most - at);
    *end = newline ? (size_t)(newline - text) : *start + most;
}

bool symptom_matcher_next(struct symptom_matcher *matcher, const char *text, size_t length, size_t limit,
                          size_t *position, struct symptom_match *match)
{
    struct word_search_cursor cursor = {.position = *position};
    size_t from = *position;
    int owner;
    while ((owner = word_search_next(&matcher->search, text, length, &cursor)) >= 0 && cursor.found < limit) {
        match->word = cursor.found;
        find_line(text, length, from, match->word, &match->start, &match->end);
        memset(matcher->seen, 0, sizeof matcher->seen);
        struct word_search_cursor inside = cursor;
        do {
            matcher->seen[owner] = true;
        } while ((owner = word_search_next(&matcher->search, text, match->end, &inside)) >= 0);
        size_t trimmed = match->end;
        while (trimmed > match->start && text[trimmed - 1] == '\r')
            trimmed--;
        /* A word that the end of a part cuts in two is found once more. */
        bool is_cut = match->end < length && text[match->end] != '\n';
        from = is_cut ? match->end - WORD_SEARCH_MAX : match->end;
        cursor = (struct word_search_cursor){.position = from};
        for (int i = 0; i < matcher->count; i++) {
            if (!matcher->seen[i] || !fits(matcher, i, text + match->start, trimmed - match->start))
                continue;
            match->signature = i;
            match->end = trimmed;
            *position = from;
            return true;
        }
    }
    *position = length;
    return false;
}

int symptom_matcher_line(struct symptom_matcher *matcher, const char *line, size_t length)
{
    size_t position = 0;
    struct symptom_match match;
    bool found = symptom_matcher_next(matcher, line, length, length, &position, &match);
    return found ? match.signature : -1;
}
