/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_DRIVER_CLAIMS_H
#define PASSTHRU_IMPORTER_DRIVER_CLAIMS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"

/* The IDs that graphics drivers of the kernel name in a modules.alias (modules.alias(5)). */
struct driver_claims;

/* Reads a modules.alias. Lines of other drivers, and those that name a class and no device, are passed over.
 * The caller frees the claims. */
MUST_CHECK enum error_code driver_claims_read(const char *path, const char *shown_path,
                                              struct driver_claims **claims, struct error *error);
void driver_claims_free(struct driver_claims *claims);

/* Whether a driver claims the ID. `claims` may be NULL. */
bool driver_claims_have(const struct driver_claims *claims, uint32_t pci_id);

int driver_claims_count(const struct driver_claims *claims);

#endif
