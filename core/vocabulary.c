#include "core/vocabulary.h"

#include <string.h>

int vocabulary_find(const struct vocabulary *vocabulary, const char *word)
{
    for (int i = 0; i < vocabulary->count; i++)
        if (strcmp(vocabulary->words[i].word, word) == 0)
            return i;
    return -1;
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
