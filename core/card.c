/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/card.h"

#include <string.h>

bool card_list_has(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (; *list; list += strcspn(list, ","), list += *list == ',')
        if (strcspn(list, ",") == length && strncmp(list, word, length) == 0)
            return true;
    return false;
}

int card_condition(const struct card *card)
{
    int condition = 0;
    while (condition < CONDITION_COUNT && !card->prices[condition].low)
        condition++;
    return condition;
}

bool card_has_outputs(const struct card *card)
{
    return card->outputs[0] && strcmp(card->outputs, "none") != 0;
}

bool card_needs_no_plug(const struct card *card)
{
    return strcmp(card->power_connectors, "none") == 0 || strncmp(card->power_connectors, "none or ", 8) == 0;
}

/* What a heat sink alone gets rid of, on a board that is made for it. */
static const int most_passive_w = 75;

bool card_needs_airflow(const struct card *card)
{
    return card->cooling == COOLING_PASSIVE &&
           (card->sold == SOLD_SERVER || card->board_power_w > most_passive_w);
}
