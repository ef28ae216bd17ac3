/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which card is recommended before another, and what it is sold as. */

#include <math.h>
#include <string.h>

#include "answer/recommend.h"

/* The same card to whoever buys one. */
static const char *const revisions[] = {" Lite Hash Rate", " Rev. A", " Rev. 2"};

bool product_name(const char *device_name, const char *chip, char name[PRODUCT_NAME_SIZE])
{
    const char *start = device_name;
    size_t length = strlen(device_name);
    const char *bracket = strstr(device_name, " [");
    if (bracket && device_name[length - 1] == ']') {
        start = bracket + 2;
        length = (size_t)(device_name + length - 1 - start);
    } else if (chip[0] && strncmp(device_name, chip, strlen(chip)) == 0) {
        return false;
    }
    if (length >= PRODUCT_NAME_SIZE)
        length = PRODUCT_NAME_SIZE - 1;
    memcpy(name, start, length);
    for (size_t i = 0; i < ARRAY_SIZE(revisions); i++) {
        size_t suffix = strlen(revisions[i]);
        if (length > suffix && memcmp(name + length - suffix, revisions[i], suffix) == 0)
            length -= suffix;
    }
    name[length] = '\0';
    return length > 0;
}

/* What decides, one after the other: the higher value comes first. */
enum { DECIDING = 9 };
static void list_values(const struct candidate *candidate, double values[DECIDING])
{
    const struct verdict *verdict = &candidate->verdict;
    const double listed[DECIDING] = {
        candidate->in_budget,
        candidate->first_choice,
        candidate->usable_reports > 0,
        round(verdict->low * 1000.0), /* as an answer shows it: what looks equal does not decide */
        verdict->direct_reports,
        round(verdict->usable * 1000.0),
        candidate->card.price_usd > 0,
        -(double)candidate->card.price_place,
        candidate->card.pci_id,
    };
    memcpy(values, listed, sizeof listed);
}

int candidate_compare(const void *a, const void *b)
{
    double x[DECIDING];
    double y[DECIDING];
    list_values(a, x);
    list_values(b, y);
    for (int i = 0; i < DECIDING; i++)
        if (x[i] != y[i])
            return x[i] > y[i] ? -1 : 1;
    return 0;
}
