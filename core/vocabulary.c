/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/vocabulary.h"

#include <string.h>

int vocabulary_find(const struct vocabulary *vocabulary, const char *value)
{
    for (int i = 0; i < vocabulary->count; i++)
        if (strcmp(vocabulary->entries[i].value, value) == 0)
            return i;
    return -1;
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
