/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_DEVICE_NAMES_H
#define PASSTHRU_IMPORTER_DEVICE_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "importer/table.h"

/* data/names.tsv: GPUs that the pci.ids of older systems lacks or names otherwise. */
struct listed_name {
    uint32_t pci_id;
    char *name;       /* as pci.ids would write it: "AD107 [GeForce RTX 4060]" */
    char *product;    /* "GeForce RTX 4060", "" where the name says it or nobody does */
    char since[11];   /* the version of a pci.ids that was made on the same day: "2026.08.22" */
    char *source;     /* who says so */
    bool is_standing; /* it corrects a name, whatever the date of the list */
    bool is_listed;   /* the pci.ids that is being read has the device */
};

struct device_names {
    struct listed_name *items; /* by ascending ID, each ID once */
    int count;
};

/* Loads the table. Errors: ERROR_BAD_INPUT with file, line and reason. The caller frees the names, also after
 * an error. */
MUST_CHECK enum error_code device_names_load(const char *path, struct device_names *names,
                                             struct table_summary *summary, struct error *error);
void device_names_free(struct device_names *names);

/* The index of the first name whose ID is `pci_id` or greater: `count` when there is none. */
int device_names_first(const struct device_names *names, uint32_t pci_id);

/* Whether a name takes the place of what a pci.ids of this version ("2023.04.10", "" when it states none) has
 * for the ID: it is newer. */
bool device_name_is_newer(const struct listed_name *name, const char *version);

#endif
