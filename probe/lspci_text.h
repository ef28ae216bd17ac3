/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_LSPCI_TEXT_H
#define PASSTHRU_PROBE_LSPCI_TEXT_H

#include "core/buffer.h"
#include "core/listing.h"
#include "probe/pci.h"
#include "probe/pci_libpci.h"

/* A line that is longer is cut. */
enum { LSPCI_LINE_MAX = 65536 };

/* The configuration space of a device, from hexadecimal lines: all ones where there was none. */
struct lspci_dump {
    size_t length; /* 0: there were no lines */
    unsigned char bytes[PCI_CONFIG_ALL];
};

/* What lspci has printed, read line by line: device lines of -n, -nn, -mm and -vmm, and the lines below them
 * that -k, -v, -vv and -x add; also below the headings "IOMMU Group 12" that much-copied scripts print, and
 * what other programs list (core/listing.h). */
struct lspci_text {
    struct pci_machine *machine; /* its devices in the order of the text; vendor 0 where no ID was stated */
    bool is_numbered;            /* BARs are listed with their numbers: -vv */
    struct lspci_dump *dumps;    /* of the devices, in their order */
    bool has_dump;

    struct pci_device *current;      /* the one that the lines belong to; NULL: none */
    const struct pci_device *dumped; /* whose hexadecimal lines come now */
    struct buffer wrapped;           /* the current one's line, when a mail has broken it before the ID */
    int heading_group;
    int next_bar;
    bool is_record; /* "Key: value", of -vmm or hwinfo */
    struct listing_device record;
    bool is_resizable_bar;
    bool is_vf_enabled;
};

/* Begins a list of devices in `machine`. False when memory is short. lspci_text_free is to be called in any
 * case, and leaves the machine alone. */
MUST_CHECK bool lspci_text_init(struct lspci_text *text, struct pci_machine *machine);
void lspci_text_free(struct lspci_text *text);

/* Takes a line without its newline, of any content; changes it. */
void lspci_text_line(struct lspci_text *text, char *line);

/* For lspci_text.c: takes a line below a device line. */
void lspci_detail_line(struct lspci_text *text, struct pci_device *device, const char *line);

#endif
