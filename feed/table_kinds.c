/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "feed/table_kinds.h"

#include <stddef.h>
#include <string.h>

#include "feed/manifest.h"

const struct table_kind table_kinds[TABLE_KIND_COUNT] = {
    {"board-words.tsv", false}, {"cards.tsv", false}, {"chips.tsv", false},  {"facts.tsv", false},
    {"names.tsv", false},       {"priors.tsv", true}, {"prices.tsv", false}, {"processors.tsv", false},
    {"ranges.tsv", false},      {"rules.tsv", true},  {"samples.tsv", true}, {"subvendors.tsv", false},
    {"symptoms.tsv", false},
};
_Static_assert((int)TABLE_KIND_COUNT <= (int)MANIFEST_MAX_TABLES, "all fit into a manifest");

const struct table_kind *table_kind_find(const char *name)
{
    for (int i = 0; i < TABLE_KIND_COUNT; i++)
        if (strcmp(table_kinds[i].name, name) == 0)
            return &table_kinds[i];
    return NULL;
}
