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

/* Words of no signature: a message of the journal that only its bytes tell. */
static const char *const byte_messages[] = {"\"MESSAGE\":[", "\"MESSAGE\" : ["};

static const char record_start[] =
    "^(\\s*\\[\\s*\\d+\\.\\d+\\]|<\\d+>|\\[?\\w{3} \\w{3} +\\d|\\w{3} +\\d+ \\d\\d:|\\d{4}-\\d\\d-\\d\\d|\\d\\d:\\d\\d|"
    "\\[\\d{4}|\\{|error:|warning:|TASK |kvm:|qemu-|vfio|NVRM|pci |pcieport|nvidia|amdgpu|i915|xe |"
    "\\(XEN\\)|libxl|\\+ |-- )";

struct signature {
    pcre2_code *pattern;
    bool jit_tried;
};

struct symptom_matcher {
    struct word_search search;
    struct signature signatures[MAX_SIGNATURES];
    int count;
    pcre2_code *record_start;
    pcre2_match_data *match;
    pcre2_match_context *limits;
};

static pcre2_code *compile(const char *pattern, struct error *error)
{
    int number;
    PCRE2_SIZE at;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                      PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_CAPTURE, &number, &at, NULL);
    if (!code) {
        PCRE2_UCHAR why[160];
        pcre2_get_error_message(number, why, sizeof why);
        error_set(error, number == PCRE2_ERROR_HEAP_FAILED ? ERROR_NO_MEMORY : ERROR_BAD_INPUT,
                  "pattern \"%.300s\", character %zu: %s", pattern, (size_t)at, (const char *)why);
    }
    return code;
}

enum error_code symptom_matcher_create(struct symptom_matcher **matcher, struct error *error)
{
    struct symptom_matcher *created = calloc(1, sizeof *created);
    if (created) {
        word_search_start(&created->search);
        created->match = pcre2_match_data_create(2, NULL);
        created->limits = pcre2_match_context_create(NULL);
        created->record_start = compile(record_start, error);
    }
    if (!created || !created->match || !created->limits || !created->record_start) {
        symptom_matcher_free(created);
        return error_set(error, ERROR_NO_MEMORY, "no memory to look for symptoms");
    }
    pcre2_set_match_limit(created->limits, MATCH_LIMIT);
    pcre2_set_heap_limit(created->limits, HEAP_LIMIT_KIB);
    (void)pcre2_jit_compile(created->record_start, PCRE2_JIT_COMPLETE);
    *matcher = created;
    error->code = ERROR_NONE;
    for (size_t i = 0; i < ARRAY_SIZE(byte_messages) && !error->code; i++)
        if (word_search_add(&created->search, byte_messages[i], strlen(byte_messages[i]), MAX_SIGNATURES,
                            error))
            return error->code;
    return ERROR_NONE;
}

void symptom_matcher_free(struct symptom_matcher *matcher)
{
    if (!matcher)
        return;
    for (int i = 0; i < matcher->count; i++)
        pcre2_code_free(matcher->signatures[i].pattern);
    word_search_free(&matcher->search);
    pcre2_code_free(matcher->record_start);
    pcre2_match_data_free(matcher->match);
    pcre2_match_context_free(matcher->limits);
    free(matcher);
}

enum error_code symptom_matcher_add(struct symptom_matcher *matcher, const char *words, const char *pattern,
                                    struct error *error)
{
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
    pcre2_code *code = compile(pattern, error);
    if (!code)
        return error->code;
    matcher->signatures[matcher->count++] = (struct signature){.pattern = code};
    return ERROR_NONE;
}

static bool matches(const struct symptom_matcher *matcher, const pcre2_code *pattern, const char *line,
                    size_t length)
{
    int found = pcre2_match(pattern, (PCRE2_SPTR)line, length, 0, 0, matcher->match, matcher->limits);
    buffer_memory_was_short |= found == PCRE2_ERROR_NOMEMORY;
    return found >= 0;
}

static bool fits(struct symptom_matcher *matcher, int number, const char *line, size_t length)
{
    struct signature *signature = &matcher->signatures[number];
    /* Most logs need but a few of the patterns. Where a system forbids it, pcre2_match interprets. */
    if (!signature->jit_tried)
        (void)pcre2_jit_compile(signature->pattern, PCRE2_JIT_COMPLETE);
    signature->jit_tried = true;
    return matches(matcher, signature->pattern, line, length);
}

/* The line around `at`; of a long one a part. */
static void find_line(const char *text, size_t length, size_t from, size_t at, size_t *start, size_t *end)
{
    size_t first = at - from > SYMPTOM_BEFORE_WORD ? at - SYMPTOM_BEFORE_WORD : from;
    const char *before = memrchr(text + first, '\n', at - first);
    *start = before ? (size_t)(before - text) + 1 : first;
    size_t most = length - *start < SYMPTOM_MAX_LINE ? length - *start : SYMPTOM_MAX_LINE;
    const char *newline = memchr(text + at, '\n', *start + most - at);
    *end = newline ? (size_t)(newline - text) : *start + most;
}

bool symptom_matcher_next(const struct symptom_matcher *matcher, const char *text, size_t length,
                          size_t limit, size_t *position, struct symptom_place *place)
{
    struct word_search_cursor cursor = {.position = *position};
    if (word_search_next(&matcher->search, text, length, &cursor) < 0 || cursor.found >= limit) {
        *position = length;
        return false;
    }
    place->word = cursor.found;
    find_line(text, length, *position, place->word, &place->start, &place->end);
    /* A word that the end of a part cuts in two is found once more. */
    bool is_cut = place->end < length && text[place->end] != '\n';
    *position = is_cut ? place->end - WORD_SEARCH_MAX : place->end;
    return true;
}

/* What the group `code` of the pattern that matched last has, where there is one and it has room. */
static void keep_code(const struct symptom_matcher *matcher, int number, struct symptom_details *details)
{
    PCRE2_SIZE size = sizeof details->code;
    int group = pcre2_substring_number_from_name(matcher->signatures[number].pattern, (PCRE2_SPTR) "code");
    if (group < 0 ||
        pcre2_substring_copy_bynumber(matcher->match, (uint32_t)group, (PCRE2_UCHAR *)details->code, &size))
        details->code[0] = '\0';
}

int symptom_matcher_fit(struct symptom_matcher *matcher, const char *line, size_t length, int fitting[],
                        int capacity, struct symptom_details *details)
{
    struct word_search_cursor cursor = {.position = 0};
    int owners[MAX_SIGNATURES + 1]; /* whose words are in the line, in their order */
    int owner_count = 0;
    int count = 0;
    for (int owner; (owner = word_search_next(&matcher->search, line, length, &cursor)) >= 0;) {
        int place = owner_count;
        while (place && owners[place - 1] > owner)
            place--;
        if (owner == MAX_SIGNATURES || (place && owners[place - 1] == owner))
            continue;
        memmove(&owners[place + 1], &owners[place], (size_t)(owner_count++ - place) * sizeof *owners);
        owners[place] = owner;
    }
    *details = (struct symptom_details){.at = 0};
    for (int i = 0; i < owner_count && count < capacity; i++) {
        if (!fits(matcher, owners[i], line, length))
            continue;
        if (!count)
            details->at = pcre2_get_ovector_pointer(matcher->match)[0];
        if (!details->code[0])
            keep_code(matcher, owners[i], details);
        fitting[count++] = owners[i];
    }
    return count;
}

bool symptom_matcher_begins_record(const struct symptom_matcher *matcher, const char *line, size_t length)
{
    return matches(matcher, matcher->record_start, line, length);
}
