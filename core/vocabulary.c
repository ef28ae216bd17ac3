#include "core/vocabulary.h"

#include <string.h>

int vocabulary_find_bytes(const struct vocabulary *vocabulary, const char *word, size_t length)
{
    for (int i = 0; i < vocabulary->count; i++) {
        const char *candidate = vocabulary->words[i].word;
        if (strlen(candidate) == length && memcmp(candidate, word, length) == 0)
            return i;
    }
    return -1;
}

int vocabulary_find(const struct vocabulary *vocabulary, const char *word)
{
    return vocabulary_find_bytes(vocabulary, word, strlen(word));
}

const char *vocabulary_word_of(const struct vocabulary *vocabulary, int value)
{
    return value >= 0 && value < vocabulary->count ? vocabulary->words[value].word : "unknown";
}

const char *vocabulary_text_of(const struct vocabulary *vocabulary, const char *word)
{
    int index = vocabulary_find(vocabulary, word);
    return index < 0 ? NULL : vocabulary->words[index].text;
}
