#ifndef PASSTHRU_CORE_PRODUCT_H
#define PASSTHRU_CORE_PRODUCT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/verdict.h"

enum { PRODUCT_NAME_SIZE = 256 };

/* What a device of pci.ids is sold as: "GeForce GT 1030" for "GP108 [GeForce GT 1030]", without what sets
 * only revisions apart, so that several IDs of one product have one name. False where the name is that of the
 * chip alone: nobody sells that. `chip` is "" when it is not known. */
bool product_name(const char *device_name, const char *chip, char name[PRODUCT_NAME_SIZE]);

/* What decides which card is recommended before another. */
struct product_rank {
    bool in_budget;     /* its price is known and fits */
    bool first_choice;  /* it has the chip of the GPU that it shall replace */
    int usable_reports; /* on this very ID */
    bool priced;
    int price_place; /* in its line of the price list */
    uint32_t pci_id;
    struct verdict verdict;
};

/* Sorts by evidence, not by hope, for qsort: cards in the budget first, then those with the same chip, then
 * those that somebody reported as usable; among them the lower end of the interval decides, then the number
 * of reports, then the probability. What is still equal: the one with a known price, the
 * commoner one of the price list, the newer ID. */
int product_compare(const struct product_rank *a, const struct product_rank *b);

#endif
