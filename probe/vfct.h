/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_VFCT_H
#define PASSTHRU_PROBE_VFCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/macros.h"
#include "core/pci_id.h"
#include "core/tristate.h"
#include "probe/pci.h"

/* The ACPI table VFCT, in which an AMD firmware hands the driver copies of vBIOS images. No specification is
 * public; its layout is that of AMD's ATOM BIOS headers (Linux, atombios.h: UEFI_ACPI_VFCT and
 * VFCT_IMAGE_HEADER). */

/* Whether there is an image for the device at this bus, slot and function (the table knows no domains) with
 * this vendor and device ID; unknown when the table is cut short or malformed, and what could be read has
 * none. Its subsystem says nothing: firmware leaves it zero. `table` is the whole table with its header.
 * Where there is one, `offset` and `image_length` say where it is in the table, never outside of it; the
 * length is not 0. */
MUST_CHECK enum tristate vfct_find(const uint8_t *table, size_t length, const struct pci_address *address,
                                   const struct pci_id *id, size_t *offset, size_t *image_length);

/* Whether the table is cut short or malformed, so that vfct_find does not see all of it. */
bool vfct_is_damaged(const uint8_t *table, size_t length);

#endif
