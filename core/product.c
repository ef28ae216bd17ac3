#include "core/product.h"

#include <math.h>
#include <string.h>

#include "core/macros.h"

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
        size_t ending = strlen(revisions[i]);
        if (length > ending && memcmp(name + length - ending, revisions[i], ending) == 0)
            length -= ending;
    }
    name[length] = '\0';
    return length > 0;
}

/* As an answer shows it: what looks equal shall not decide. */
static int compare_shares(double a, double b)
{
    long x = lround(a * 1000.0);
    long y = lround(b * 1000.0);
    return (y > x) - (y < x);
}

int product_compare(const struct product_rank *a, const struct product_rank *b)
{
    if (a->in_budget != b->in_budget)
        return a->in_budget ? -1 : 1;
    if (a->first_choice != b->first_choice)
        return a->first_choice ? -1 : 1;
    if ((a->usable_reports > 0) != (b->usable_reports > 0))
        return a->usable_reports > 0 ? -1 : 1;
    int order = compare_shares(a->verdict.low, b->verdict.low);
    if (!order)
        order = b->verdict.direct_reports - a->verdict.direct_reports;
    if (!order)
        order = compare_shares(a->verdict.usable, b->verdict.usable);
    if (order)
        return order;
    if (a->priced != b->priced)
        return a->priced ? -1 : 1;
    if (a->price_place != b->price_place)
        return a->price_place < b->price_place ? -1 : 1;
    return (b->pci_id > a->pci_id) - (b->pci_id < a->pci_id);
}
