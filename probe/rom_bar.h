/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_ROM_BAR_H
#define PASSTHRU_PROBE_ROM_BAR_H

#include "core/buffer.h"
#include "core/finding.h"
#include "core/pci_id.h"
#include "probe/pci.h"
#include "probe/root.h"

/* Reads a device's option ROM through its expansion ROM BAR, by the file `rom` that Linux has in the device's
 * directory (Documentation/filesystems/sysfs-pci.rst). On this machine itself the BAR must be enabled before
 * and disabled after: the only thing on a machine that passthru ever writes to when it looks at it. */

enum rom_bar_state {
    ROM_BAR_UNKNOWN,    /* there is one, but we may not read it, or the recording has no bytes of it */
    ROM_BAR_ABSENT,     /* the device has no ROM BAR */
    ROM_BAR_UNREADABLE, /* the kernel read nothing through it */
    ROM_BAR_READ,       /* the bytes are there, be they what they may */
};

struct rom_bar {
    enum rom_bar_state state;
    int reason;           /* errno of what failed, 0: the kernel gave none */
    bool is_left_enabled; /* it could not be disabled again */
    struct buffer bytes;  /* at most MAX_OPTION_ROM_SIZE */
};

/* Reads the ROM of a device of the machine; of a recorded machine the file as it was recorded, which is never
 * written. What is unknown is noted in the root. The caller calls rom_bar_free. */
enum rom_bar_state rom_bar_read(struct root *root, const struct pci_address *address, struct rom_bar *bar);

/* The protocol on one file: writes "1\n", reads all, writes "0\n", whatever happened between, with all
 * signals held back meanwhile so that none can end the program with the BAR enabled (SIGKILL cannot be held
 * back). */
enum rom_bar_state rom_bar_read_enabled(const char *path, struct rom_bar *bar);

/* Adds a finding when there are no bytes, or the BAR stayed enabled. What is wrong with the bytes is found by
 * option_rom_findings. */
void rom_bar_findings(const struct rom_bar *bar, const struct pci_address *address,
                      struct findings *findings);

void rom_bar_free(struct rom_bar *bar);

/* Where a vBIOS was read. */
enum rom_source { ROM_SOURCE_NONE, ROM_SOURCE_BAR, ROM_SOURCE_VFCT, ROM_SOURCE_DEBUGFS };

/* Reads the copy of a GPU's vBIOS that a machine has beside its ROM BAR, into `bytes`, which are cleared
 * first: the image in the firmware's ACPI table VFCT (AMD), or what the host's driver shows in debugfs
 * (amdgpu, nouveau). Only root sees either. ROM_SOURCE_NONE: there is none, or for want of memory. */
enum rom_source rom_copy_read(struct root *root, const struct pci_address *address, const struct pci_id *id,
                              struct buffer *bytes);

#endif
