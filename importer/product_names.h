/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_PRODUCT_NAMES_H
#define PASSTHRU_IMPORTER_PRODUCT_NAMES_H

#include <stdbool.h>

#include "core/error.h"
#include "core/gpu_name.h"

/* Calls `each` with every product of a name in which several share their words: "Radeon HD 7770/8760 / R7
 * 250X" gives Radeon HD 7770, Radeon HD 8760 and Radeon R7 250X, "GeForce RTX 3060 Mobile / Max-Q" the
 * GeForce RTX 3060 Mobile and the GeForce RTX 3060 Max-Q. A product that would be too long is passed over. */
typedef enum error_code product_name_visitor(void *context, const char *product, struct error *error);
MUST_CHECK enum error_code product_names_each(const struct known_words *known, const char *name,
                                              product_name_visitor *each, void *context, struct error *error);

/* What pci.ids has in brackets at the end of a device's name, and the code name before it. Without brackets
 * the whole is the product and there is no code name. */
struct device_name {
    char chip[NAME_WORD_SIZE * 4];
    char product[256];
};
void device_name_split(const char *name, struct device_name *split);

/* Whether a board's name is that of a GPU alone: "Radeon RX 480", but no "Latitude C600" nor "Radeon RX 580
 * Pulse". */
bool product_name_is_plain(const struct known_words *known, const char *name);

#endif
