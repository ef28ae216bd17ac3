/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_PCI_LIBPCI_H
#define PASSTHRU_PROBE_PCI_LIBPCI_H

#include "core/buffer.h"
#include "probe/pci.h"

/* libpci, loaded when PCI devices are looked at and not before: linking it would slow the start of every
 * query. None of its functions that look up names (and could ask the DNS) is ever loaded. */
struct libpci;

/* Loads the library, where no file can be opened any more when it is needed. */
void libpci_preload(void);

/* Loads the library. ERROR_SYSTEM when there is none. The caller closes it; NULL is fine. */
MUST_CHECK enum error_code libpci_open(struct libpci **library, struct error *error);
void libpci_close(struct libpci *library);

/* How much of a configuration space there can be: the header, which is all that the kernel shows to whoever
 * is not root, capabilities, PCI Express' own capabilities. */
enum { PCI_CONFIG_HEADER = 64, PCI_CONFIG_CAPABILITIES = 256, PCI_CONFIG_ALL = 4096 };

/* Takes revision, subsystem and bridge numbers and, as far as the `length` bytes of configuration space go,
 * what its capabilities say about resets, Resizable BAR and SR-IOV into a device; `with_identity` its ID,
 * class and BARs too, of which the kernel has files of their own. Leaves alone what it does not know. Returns
 * how many bytes could be used, one of the three above or 0 for none; -1 without memory. */
int libpci_read_config(struct libpci *library, const void *config, size_t length, bool with_identity,
                       struct pci_device *device);

#endif
