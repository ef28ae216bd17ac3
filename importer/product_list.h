/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_PRODUCT_LIST_H
#define PASSTHRU_IMPORTER_PRODUCT_LIST_H

#include <stdint.h>

#include "core/error.h"
#include "importer/list_kind.h"
#include "importer/problems.h"

/* Product names by device, subsystem and revision: many makers sell one ID as a card and as a laptop chip,
 * and only the product says which. */
struct product_list;

struct product {
    uint32_t pci_id;
    int64_t subsystem;       /* subvendor << 16 | subdevice, -1: any */
    int revision;            /* -1: any */
    enum source_kind source; /* that lists it; the subsystems of pci.ids are products, too */
    int place;               /* in the order of reading */
    char name[96];           /* "Radeon RX 6800M": UTF-8, without the maker */
};

/* A list without products, or NULL without memory. */
struct product_list *product_list_new(void);

/* Adds the products of a file that has some. A record that does not follow the format is rejected by name and
 * the others go on; what is no table in a README, and a line of modules.alias that is of no graphics driver
 * or no device, are passed over. Stores how many products were added. */
MUST_CHECK enum error_code product_list_read(struct product_list *list, enum source_kind source,
                                             const char *path, const char *shown_path, int *added,
                                             struct problems *problems, struct error *error);

/* Sorts the list, once all files are read. */
void product_list_sort(struct product_list *list);

void product_list_free(struct product_list *list);

/* The products of an ID, `count` of them one after the other, or NULL. The list has been sorted. */
const struct product *product_list_find(const struct product_list *list, uint32_t pci_id, int *count);

#endif
