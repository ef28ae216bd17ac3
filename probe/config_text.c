/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/config_text.h"

#include <string.h>
#include <strings.h>

#include "core/text.h"

struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

bool span_is(struct span span, const char *text)
{
    return span.length == strlen(text) && memcmp(span.start, text, span.length) == 0;
}

bool span_is_word(struct span span, const char *word)
{
    return span.length == strlen(word) && strncasecmp(span.start, word, span.length) == 0;
}

bool span_begins(struct span span, const char *text)
{
    size_t length = strlen(text);
    return span.length >= length && memcmp(span.start, text, length) == 0;
}

bool span_ends(struct span span, const char *text)
{
    size_t length = strlen(text);
    return span.length >= length && memcmp(span.start + span.length - length, text, length) == 0;
}

bool span_is_any(struct span span, const char *const *texts)
{
    while (*texts && !span_is(span, *texts))
        texts++;
    return *texts;
}

bool span_holds(struct span span, const char *text)
{
    return span.length && memmem(span.start, span.length, text, strlen(text));
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span span_trim(struct span span)
{
    while (span.length && is_space(span.start[0]))
        span = (struct span){span.start + 1, span.length - 1};
    while (span.length && is_space(span.start[span.length - 1]))
        span.length--;
    return span;
}

bool span_next_line(struct span *rest, struct span *line)
{
    if (!span_next_part(rest, '\n', line))
        return false;
    if (line->length && line->start[line->length - 1] == '\r')
        line->length--;
    return true;
}

bool span_next_word(struct span *rest, struct span *word)
{
    *rest = span_trim(*rest);
    size_t length = 0;
    while (length < rest->length && !is_space(rest->start[length]))
        length++;
    *word = (struct span){rest->start, length};
    *rest = (struct span){rest->start + length, rest->length - length};
    return length > 0;
}

bool span_next_part(struct span *rest, char separator, struct span *part)
{
    if (!rest->length)
        return false;
    const char *end = memchr(rest->start, separator, rest->length);
    size_t length = end ? (size_t)(end - rest->start) : rest->length;
    size_t taken = length + (end != NULL);
    *part = (struct span){rest->start, length};
    *rest = (struct span){rest->start + taken, rest->length - taken};
    return true;
}

bool span_split(struct span span, char separator, struct span *key, struct span *value)
{
    const char *end = span.length ? memchr(span.start, separator, span.length) : NULL;
    *key = end ? (struct span){span.start, (size_t)(end - span.start)} : span;
    *value = end ? (struct span){end + 1, span.length - key->length - 1} : (struct span){"", 0};
    return end != NULL;
}

static char folded(char c)
{
    return c == '-' ? '_' : c;
}

bool span_same_module(struct span a, struct span b)
{
    if (a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++)
        if (folded(a.start[i]) != folded(b.start[i]))
            return false;
    return true;
}

bool span_is_module(struct span name, const char *module)
{
    return span_same_module(name, span_of(module));
}

const char *span_guess(struct span span, const char *const *words)
{
    const char *best = NULL;
    int best_distance = span.length < 3 ? 0 : span.length < 9 ? 2 : 3;
    for (; *words; words++) {
        int distance = text_distance(span.start, span.length, *words, strlen(*words));
        if (distance == 0)
            return NULL;
        if (distance < best_distance) {
            best_distance = distance;
            best = *words;
        }
    }
    return best;
}
