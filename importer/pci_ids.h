/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_PCI_IDS_H
#define PASSTHRU_IMPORTER_PCI_IDS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "importer/problems.h"

/* Called with the devices of a pci.ids file, in its order; classes of devices are only checked. Each returns
 * an error code; any error ends the reading. NULL: not wanted. Names are UTF-8, at most 240 bytes, and may
 * hold control characters. */
struct pci_ids_visitor {
    void *context;
    enum error_code (*vendor)(void *context, uint16_t vendor, const char *name, struct error *error);
    enum error_code (*device)(void *context, uint32_t pci_id, const char *name, struct error *error);
    enum error_code (*subsystem)(void *context, uint32_t pci_id, uint32_t subsystem, const char *name,
                                 struct error *error);
};

struct pci_ids_summary {
    char version[32]; /* "2026.08.22", "" when the file does not say */
    char date[32];
    long devices;
    long classes;
    bool ended_whole; /* the last line has its newline */
};

/* Reads a pci.ids file (the format is described at its own head, and at pci-ids.ucw.cz). A line that does not
 * follow the format makes all of the file unfit: ERROR_BAD_INPUT with file and line. Bytes that are no UTF-8
 * become U+FFFD and are reported once. */
MUST_CHECK enum error_code pci_ids_read(const char *path, const char *shown_path,
                                        const struct pci_ids_visitor *visitor,
                                        struct pci_ids_summary *summary, struct problems *problems,
                                        struct error *error);

/* Whether a list that somebody gave or sent may state this version (core/list_version.h), "" being none:
 * ERROR_BAD_INPUT. */
MUST_CHECK enum error_code pci_ids_check_version(const char *version, const char *shown_path,
                                                 struct error *error);

#endif
