/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/vocabulary.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

int vocabulary_find(const struct vocabulary *vocabulary, const char *value)
{
    /* Most differ in the first letter already, and an answer looks for forty values. */
    for (int i = 0; i < vocabulary->count; i++)
        if (vocabulary->entries[i].value[0] == value[0] && strcmp(vocabulary->entries[i].value, value) == 0)
            return i;
    return -1;
}

static bool is_border(char c)
{
    return c == '-' || c == '_' || c == ' ';
}

int vocabulary_find_spelled(const struct vocabulary *vocabulary, const char *value)
{
    for (int i = 0; i < vocabulary->count; i++) {
        const char *at = vocabulary->entries[i].value;
        const char *given = value;
        while (*at && (tolower((unsigned char)*at) == tolower((unsigned char)*given) ||
                       (is_border(*at) && is_border(*given))))
            at++, given++;
        if (!*at && !*given)
            return i;
    }
    return -1;
}

/* Whether a word of the text opens so. */
static bool has_word(const char *text, const char *word, size_t length)
{
    for (const char *at = text; *at; at++)
        if ((at == text || !isalnum((unsigned char)at[-1])) && strncasecmp(at, word, length) == 0)
            return true;
    return false;
}

bool vocabulary_fits_words(const struct vocabulary_entry *entry, const char *words, size_t length)
{
    bool any = false;
    for (size_t at = 0, size = 0; at < length; at += size + 1) {
        size = 0;
        while (at + size < length && !is_border(words[at + size]))
            size++;
        if (size && !has_word(entry->value, words + at, size) && !has_word(entry->text, words + at, size))
            return false;
        any |= size > 0;
    }
    return any;
}

const char *vocabulary_value(const struct vocabulary *vocabulary, int value)
{
    return value >= 0 && value < vocabulary->count ? vocabulary->entries[value].value : "unknown";
}

const char *vocabulary_text(const struct vocabulary *vocabulary, const char *value)
{
    int index = vocabulary_find(vocabulary, value);
    return index < 0 ? NULL : vocabulary->entries[index].text;
}
