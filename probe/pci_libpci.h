/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_PCI_LIBPCI_H
#define PASSTHRU_PROBE_PCI_LIBPCI_H

#include "probe/pci.h"

/* libpci, loaded when PCI devices are looked at and not before: linking it would slow the start of every
 * query. None of its functions that look up names (and could ask the DNS) is ever loaded. */
struct libpci;

/* Loads the library, where no file can be opened any more when it is needed. */
void libpci_preload(void);

enum libpci_method { LIBPCI_SYSFS, LIBPCI_DUMP };

/* Loads the library and opens /sys/bus/pci of a machine at `path`, or the dump that is there. ERROR_SYSTEM
 * when there is no library, ERROR_BAD_INPUT when it rejects the path. The caller closes it; NULL is fine. */
MUST_CHECK enum error_code libpci_open(enum libpci_method method, const char *path, struct libpci **library,
                                       struct error *error);
void libpci_close(struct libpci *library);

/* How much of a configuration space is to be read: the header, or all of it with its capabilities. Whoever is
 * not root gets the header only. */
enum libpci_depth { LIBPCI_HEADER = 64, LIBPCI_ALL = 4096 };

/* Reads identity, class, bridge numbers and, as far as the configuration space was readable, what its
 * capabilities say about resets, Resizable BAR and SR-IOV into a device whose address is set; from a dump the
 * BARs too. Leaves alone what it does not know. Returns how many bytes of configuration space there were, 0
 * for none; -1 when the device is gone or nothing identifies it. */
int libpci_read(struct libpci *library, enum libpci_depth depth, struct pci_device *device);

/* What the library has complained about last, "" for nothing. */
const char *libpci_complaint(const struct libpci *library);

#endif
