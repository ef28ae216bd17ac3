/* SPDX-License-Identifier: GPL-2.0-or-later */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "core/private_text.h"

#include <ctype.h>
#include <pcre2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/buffer.h"
#include "core/macros.h"
#include "core/text.h"

/* Where a rule does not hold. */
enum exception { ANYWHERE, NOT_IN_VERSION, NOT_IN_PATH };

#include "private_rules.h" /* made from schema/private-text.tsv: places[], and rules[] in their order */

/* ---- finding it ---- */

/* All rules as one pattern, without those that do not hold in the path of a URL or in a version; each leaves
 * its number as a mark. */
static pcre2_code *compile_rules(enum exception without)
{
    struct buffer all CLEANUP(buffer_free) = BUFFER(64 * 1024);
    int error;
    PCRE2_SIZE at;
    const char *last = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
        const char *place = places[rules[i].place];
        if (without && rules[i].except == without)
            continue;
        const char *end = last ? ")|" : "";
        buffer_append_format(&all, "%s%s(*MARK:%zu)(?:%s)%s", place == last ? "|" : end,
                             place == last ? "" : place, i, rules[i].pattern,
                             rules[i].shape ? "" : "(*SKIP)(*FAIL)");
        last = place;
    }
    buffer_append_byte(&all, ')');
    pcre2_code *code =
        all.failed ? NULL
                   : pcre2_compile((PCRE2_SPTR)all.data, all.length, PCRE2_CASELESS, &error, &at, NULL);
    if (code) /* where a system forbids to compile it, pcre2_match interprets */
        (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    return code;
}

/* Made once in the life of a program, when it is first asked for. */
static const pcre2_code *rules_without(enum exception without)
{
    static pcre2_code *compiled[NOT_IN_PATH + 1];
    if (!compiled[without])
        compiled[without] = compile_rules(without);
    return compiled[without];
}

/* ---- what is harmless ----
 *
 * Whether one pass over a text shows that no rule can apply: a search for all of them takes microseconds,
 * most texts hold nothing, and an import sees millions. False says nothing. A rule that is added may need a
 * word or a character here; the corpus in tests/data/private-texts.tsv shows it. */

static bool is_letter(unsigned char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26;
}

static bool is_digit(unsigned char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* A character that with those after it gives something away. */
static bool is_telling(const unsigned char *at)
{
    switch (*at) {
    case '.': /* a name, a private network */
        return (is_letter(at[1]) && is_letter(at[2])) || strncmp((const char *)at, ".168.", 5) == 0;
    case '/':
        return at[1] && strchr("/hHuUmMrR", at[1]);
    case ':':
        return at[1] == ':';
    case '+':
        return is_digit(at[1]);
    case '(':
    case '[':
    case '{':
    case '<':
    case '_': /* john (at) example.org, (555) 123-4567 */
        return ((at[1] | 0x20) == 'a' && (at[2] | 0x20) == 't') || (*at == '(' && is_digit(at[1]));
    case '@':
    case '\\':
    case '~':
    case '=':
        return true;
    default:
        return *at >= 0x80;
    }
}

/* Whether a word is the two letters with which serial numbers of Lenovo begin, and a digit follows. */
static bool is_lenovo(const unsigned char *word, size_t letters)
{
    return letters == 2 && is_digit(word[2]) &&
           (strncmp((const char *)word, "PF", 2) == 0 || strncmp((const char *)word, "MJ", 2) == 0);
}

/* Whether a word may be a label in the rules, by its first three letters, or its end: "hostid". */
static bool is_label(const unsigned char *word, size_t letters)
{
    static const char labels[] =
        "sertagkeymatnuminvimemeiiccimshwitelphomobhancalwhafaxwwnhosusenamlogcompaspwdkenapiglpbegben";
    static bool known[32 * 32 * 32];
    for (const char *at = labels; !known['b' % 32 << 10 | 'e' % 32 << 5 | 'n' % 32] && *at; at += 3)
        known[at[0] % 32 << 10 | at[1] % 32 << 5 | at[2] % 32] = true;
    if (letters > 2)
        return known[word[0] % 32 << 10 | word[1] % 32 << 5 | word[2] % 32] ||
               strncasecmp((const char *)word + letters - 2, "id", 2) == 0;
    char start[] = {(char)(word[0] | 0x20), letters > 1 ? (char)(word[1] | 0x20) : '/', '\0'};
    return letters && strstr("s/ sn st id", start);
}

/* "hostname", "name"; "dot" of john at example dot org. */
static bool is_name(const unsigned char *word, size_t letters)
{
    return (letters == 3 && strncasecmp((const char *)word, "dot", 3) == 0) ||
           (letters > 3 && strncasecmp((const char *)word + letters - 4, "name", 4) == 0);
}

/* Whether no rule applies to any text like this: its numbers are short and of few parts, and so on. */
static bool is_harmless(const char *text)
{
    enum { REACH = 8 }; /* words between a label and its number */
    unsigned size = 0, digits = 0, parts = 0, pairs = 0, halves = 0, reach = 0;
    for (const unsigned char *at = (const unsigned char *)text;; at++) {
        const unsigned char *word = at;
        while (is_letter(*at))
            at++;
        size_t letters = (size_t)(at - word);
        bool is_labelled = is_label(word, letters);
        reach = is_labelled ? REACH : reach;
        if (is_telling(at) || (*at == ':' && is_labelled) || is_name(word, letters) ||
            is_lenovo(word, letters))
            return false;
        size += (unsigned)letters + (*at > ' ');
        if (is_digit(*at)) {
            digits++;
        } else if (*at > ' ') {
            parts++;
        } else {
            pairs = size == 2 ? pairs + 1 : 0;
            halves = size == 6 && digits ? halves + 1 : 0;
            bool is_long = size >= 12 || size - parts >= 10 || parts >= 3 || (reach && size > 2);
            if ((digits && is_long) || pairs > 4 || halves > 1 || (digits > 2 && at[-(ptrdiff_t)size] == '0'))
                return false;
            size = digits = parts = 0;
            reach -= reach > 0;
        }
        if (!*at)
            return true;
    }
}

/* ---- the search ---- */

/* How a reader sees the character at `text`: full-width letters, digits and punctuation, dashes and spaces of
 * all kinds as ASCII, what has no width as nothing. Appends it and returns its bytes in `text`. */
static size_t fold(const char *text, size_t length, bool is_url, struct buffer *folded)
{
    uint32_t c;
    size_t size = text_decode(text, length, &c);
    if (is_url && c == '%' && length > 2 && isxdigit((unsigned char)text[1]) &&
        isxdigit((unsigned char)text[2])) {
        char digits[] = {text[1], text[2], '\0'};
        buffer_append_byte(folded, (char)strtol(digits, NULL, 16));
        return 3;
    }
    if (!size)
        size = c = 1;
    if (c >= 0xff01 && c <= 0xff5e)
        buffer_append_byte(folded, (char)(c - 0xff01 + '!'));
    else if (c >= 0x1d7ce && c <= 0x1d7ff) /* digits of mathematics */
        buffer_append_byte(folded, (char)('0' + (c - 0x1d7ce) % 10));
    else if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212)
        buffer_append_byte(folded, '-');
    else if (c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x3000)
        buffer_append_byte(folded, ' ');
    else if (c < 0x80 || !(text_is_unsafe(c) || c == 0x34f || (c >= 0xfe00 && c <= 0xfe0f)))
        buffer_append(folded, text, size);
    return size;
}

/* Where in `text` the byte `at` of the folded text stands. */
static size_t unfold(const char *text, size_t length, bool is_url, size_t at)
{
    struct buffer folded CLEANUP(buffer_free) = BUFFER(length + 1);
    size_t position = 0;
    while (position < length && folded.length < at)
        position += fold(text + position, length - position, is_url, &folded);
    return position;
}

static enum private_shape search(const char *text, size_t length, enum exception without, size_t *start,
                                 size_t *end)
{
    static pcre2_match_data *match;
    const pcre2_code *code = rules_without(without);
    if (!match)
        match = pcre2_match_data_create(1, NULL);
    int result = code && match ? pcre2_match(code, (PCRE2_SPTR)text, length, *start, 0, match, NULL)
                               : PCRE2_ERROR_NOMEMORY;
    if (result == PCRE2_ERROR_NOMATCH)
        return PRIVATE_NONE;
    if (result < 0)
        return PRIVATE_UNCHECKED;
    *start = pcre2_get_ovector_pointer(match)[0];
    *end = pcre2_get_ovector_pointer(match)[1];
    return rules[atoi((const char *)pcre2_get_mark(match))].shape;
}

/* The query of a URL is a text like any other. */
static enum private_shape search_in(enum private_context context, const char *text, size_t length,
                                    size_t *start, size_t *end)
{
    if (context != PRIVATE_IN_URL)
        return search(text, length, context == PRIVATE_IN_VERSION ? NOT_IN_VERSION : ANYWHERE, start, end);
    const char *query = memchr(text, '?', length);
    enum private_shape shape = search(text, query ? (size_t)(query - text) : length, NOT_IN_PATH, start, end);
    if (shape || !query)
        return shape;
    *start = (size_t)(query - text);
    return search(text, length, ANYWHERE, start, end);
}

enum private_shape private_text_find(const char *text, enum private_context context, size_t *start,
                                     size_t *length)
{
    if (context != PRIVATE_IN_URL && is_harmless(text))
        return PRIVATE_NONE;
    size_t size = strlen(text);
    size_t from = 0;
    size_t to = size;
    bool is_url = context == PRIVATE_IN_URL;
    bool is_plain = text_plain_length(text, size) == size && !(is_url && strchr(text, '%'));
    struct buffer folded CLEANUP(buffer_free) = BUFFER(size + 1);
    for (size_t at = 0; !is_plain && at < size;)
        at += fold(text + at, size - at, is_url, &folded);
    enum private_shape shape = folded.failed ? PRIVATE_UNCHECKED
                               : is_plain
                                   ? search_in(context, text, size, &from, &to)
                                   : search_in(context, buffer_text(&folded), folded.length, &from, &to);
    if (!shape || !start)
        return shape;
    bool moved = !is_plain && shape != PRIVATE_UNCHECKED;
    *start = moved ? unfold(text, size, is_url, from) : from;
    *length = (moved ? unfold(text, size, is_url, to) : to) - *start;
    return shape;
}

const char *private_shape_name(enum private_shape shape)
{
    return shape_names[shape];
}

/* ---- names that are known ---- */

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

static bool is_everybodys(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(common_names); i++)
        if (strcasecmp(common_names[i], name) == 0)
            return true;
    return false;
}

bool private_name_stands_in(const char *text, const char *name)
{
    size_t length = strlen(name);
    if (length < 4 || is_everybodys(name))
        return false;
    for (const char *at = text; *at; at++)
        if ((at == text || !is_word(at[-1])) && strncasecmp(at, name, length) == 0 && !is_word(at[length]))
            return true;
    return false;
}
