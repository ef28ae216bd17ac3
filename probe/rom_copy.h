/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_ROM_COPY_H
#define PASSTHRU_PROBE_ROM_COPY_H

#include "core/buffer.h"
#include "core/pci_id.h"
#include "probe/pci.h"
#include "probe/root.h"

/* Where a vBIOS was read. */
enum rom_source { ROM_SOURCE_NONE, ROM_SOURCE_BAR, ROM_SOURCE_VFCT, ROM_SOURCE_DEBUGFS };

/* Reads the copy of a GPU's vBIOS that a machine has beside its ROM BAR, into `bytes`, which are cleared
 * first: the image in the firmware's ACPI table VFCT (AMD), or what the host's driver shows in debugfs
 * (amdgpu, nouveau). Only root sees either. ROM_SOURCE_NONE: there is none, or for want of memory. */
enum rom_source rom_copy_read(struct root *root, const struct pci_address *address, const struct pci_id *id,
                              struct buffer *bytes);

#endif
