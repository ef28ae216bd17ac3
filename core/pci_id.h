/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_PCI_ID_H
#define PASSTHRU_CORE_PCI_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A PCI ID as a card states it in its configuration space (PCI Local Bus Specification 3.0, section 6.2):
 * vendor and device, and where known the subsystem and the revision. */
struct pci_id {
    uint16_t vendor;
    uint16_t device;
    bool has_subsystem;
    uint16_t subvendor;
    uint16_t subdevice;
    bool has_revision;
    uint8_t revision;
};

enum pci_id_result {
    PCI_ID_OK,
    PCI_ID_NONE,      /* does not look like an ID at all: a model name, perhaps */
    PCI_ID_MALFORMED, /* meant as an ID, but wrong */
};

/* Large enough for any printed ID with its NUL. */
enum { PCI_ID_TEXT_SIZE = 20 };

/* Parses `vvvv:dddd`, `vvvv:dddd:ssss:ssss` (hexadecimal in either case, 0x allowed) or a kernel modalias
 * `pci:v000010DEd00001D16sv00001028sd000008B0bc03...`, all of `text`. `id` is written only on PCI_ID_OK. */
enum pci_id_result pci_id_parse(const char *text, size_t length, struct pci_id *id);

/* Parses a subsystem `ssss:ssss` or a revision `rr` (also `revrr`, 0x allowed) into `id`. */
bool pci_id_parse_subsystem(const char *text, struct pci_id *id);
bool pci_id_parse_revision(const char *text, struct pci_id *id);

/* Finds the next ID (with or without subsystem, or a modalias) in free text from `*position` on, moves
 * `*position` after it. An ID must stand alone: hexadecimal groups that are part of something longer, such
 * as an IPv6 or MAC address, are passed over. */
bool pci_id_find(const char *text, size_t length, size_t *position, struct pci_id *id);

/* Stores the revision that the line of lspci states, "(rev a1)", if it does. */
void pci_id_find_revision(const char *line, struct pci_id *id);

/* Whether an ID in a text cannot begin after this byte, nor end before it: letters, digits, colon,
 * underscore. */
bool pci_id_may_contain(char c);

/* vendor << 16 | device: the key that the database uses. */
uint32_t pci_id_number(const struct pci_id *id);
struct pci_id pci_id_from_number(uint32_t number);

/* The ID without its subsystem and revision. */
struct pci_id pci_id_base(const struct pci_id *id);

/* "10de:1d16", or with its subsystem "10de:1d16:1028:08b0". Returns `text`. */
char *pci_id_print(const struct pci_id *id, char text[PCI_ID_TEXT_SIZE]);

/* The same of its base alone, and of the base as a number; its subsystem, "1028:08b0". */
char *pci_id_print_base(const struct pci_id *id, char text[PCI_ID_TEXT_SIZE]);
char *pci_id_print_number(uint32_t number, char text[PCI_ID_TEXT_SIZE]);
char *pci_id_print_subsystem(const struct pci_id *id, char text[PCI_ID_TEXT_SIZE]);

/* The first two in memory that lasts to the end of the block that this stands in. */
#define pci_id_text(id)      pci_id_print((id), (char[PCI_ID_TEXT_SIZE]){""})
#define pci_id_text_base(id) pci_id_print_base((id), (char[PCI_ID_TEXT_SIZE]){""})

#endif
