/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_GPU_LIST_H
#define PASSTHRU_PROBE_GPU_LIST_H

#include "probe/pci.h"

/* The PCI ID at an address, from two files of sysfs; false when there is none. */
bool pci_read_id(struct root *root, const struct pci_address *address, struct pci_id *id);

/* The GPUs of a machine (pci_is_gpu_class) by address, with nothing but address, class and PCI ID: from three
 * files of sysfs each, without a library, and without waking any of them. Stores at most `limit` of them and
 * returns how many. */
int gpu_list(struct root *root, struct pci_device *gpus, int limit);

#endif
