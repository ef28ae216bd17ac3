/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_HOST_CONFIG_H
#define PASSTHRU_PROBE_HOST_CONFIG_H

#include "core/finding.h"
#include "probe/pci.h"
#include "probe/root.h"

/* Reads how the host is set up for a passthrough: the kernel command line that runs and the files that the
 * next one comes from (GRUB, /etc/kernel/cmdline, loader entries), modprobe.d, and the modules that are
 * loaded early. Adds what is wrong or good to know; changes nothing. `machine` may be NULL or empty when the
 * devices are not known: what needs them is then left out. What could not be read is in root_fault. */
void host_config_check(struct root *root, const struct pci_machine *machine, struct findings *findings);

#endif
