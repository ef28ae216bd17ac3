#ifndef PASSTHRU_IMPORTER_PRODUCT_LIST_H
#define PASSTHRU_IMPORTER_PRODUCT_LIST_H

#include <stdint.h>

#include "core/error.h"
#include "importer/problems.h"

/* Product names by device and revision, as libdrm's amdgpu.ids has them: AMD sells one ID as a card and as a
 * laptop chip, and the revision tells which. */
struct product_list;

struct product {
    uint32_t pci_id;
    uint8_t revision;
    char name[96]; /* "Radeon RX 6800M": UTF-8, without the maker */
};

/* Reads an amdgpu.ids (its head describes the format: device, revision, name, separated by a comma and a
 * tab). A line that does not follow it is refused by name and the others go on. The caller frees the list. */
MUST_CHECK enum error_code product_list_read(const char *path, const char *shown_path,
                                             struct product_list **list, struct problems *problems,
                                             struct error *error);
void product_list_free(struct product_list *list);

/* The products of an ID, `count` of them one after the other, or NULL. `list` may be NULL. */
const struct product *product_list_find(const struct product_list *list, uint32_t pci_id, int *count);

int product_list_count(const struct product_list *list);

#endif
