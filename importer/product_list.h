/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_PRODUCT_LIST_H
#define PASSTHRU_IMPORTER_PRODUCT_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "importer/problems.h"

struct line_reader;
struct product;
struct product_list;
struct remote_update;

/* A list that others keep: how it is called, where it is found, how it is checked and read. The table is in
 * product_list.c, below what reads the products: a further kind of list is a row there. */
struct list_kind {
    const char *name;        /* kind= of a remote, its file in the source cache, its kind in the database */
    const char *name_part;   /* a file whose name has it is such a list */
    const char *system_path; /* NULL: a system has none, or where it is depends on the kernel */
    const char *claim;       /* what it says of an ID, as the origin of an annotation */
    bool is_json;
    bool (*has_line)(const char *line); /* whether a line can only be one of such a list; NULL: not known */
    /* Checks what a remote sent before it is used; NULL: it is never fetched. ERROR_BAD_INPUT: it is no such
     * list. */
    enum error_code (*check)(struct remote_update *update, struct error *error);
    /* Adds its products, of modules.alias the devices that graphics drivers claim; NULL: it has none. */
    enum error_code (*read)(struct line_reader *lines, const char *shown_path, struct product_list *list,
                            struct problems *problems, struct error *error);
    /* Of a list with a product on a line: reads one; false when it is none. */
    bool (*parse)(const char *line, size_t length, struct product *product);
    const char *expected; /* of each line that is no comment; NULL: other lines are passed over */
};

/* The rows by number. The table ends with a row without a name. */
extern const struct list_kind list_kinds[];
int list_kind_count(void);

/* What a source is: the number of a row, of which only these need a name, or reports. */
enum source_kind { SOURCE_REPORTS = -1, SOURCE_PCI_IDS, SOURCE_MODULES_ALIAS };

/* A product list has names by device, subsystem and revision: many makers sell one ID as a card and as a
 * laptop chip, and only the product says which. */
struct product {
    uint32_t pci_id;
    int64_t subsystem;       /* subvendor << 16 | subdevice, -1: any */
    int revision;            /* -1: any */
    enum source_kind source; /* that lists it; the subsystems of pci.ids are products, too */
    int place;               /* in the order of reading */
    char name[96];           /* "Radeon RX 6800M": UTF-8, without the maker */
};

/* All zero is a list without products; product_list_free frees what is in it. */
struct product_list {
    struct product *products; /* by ID, then in the order of reading */
    int count;
    enum source_kind reading;
};

/* Adds the products of a file that has some. A record that does not follow the format is rejected by name and
 * the others go on; what is no table in a README, and a line of modules.alias that is of no graphics driver
 * or no device, are passed over. Stores how many products were added. */
MUST_CHECK enum error_code product_list_read(struct product_list *list, enum source_kind source,
                                             const char *path, const char *shown_path, int *added,
                                             struct problems *problems, struct error *error);

/* Sorts the list, once all files are read. */
void product_list_sort(struct product_list *list);

void product_list_free(struct product_list *list);

/* The products of an ID, `count` of them one after the other, or NULL. The list has been sorted. */
const struct product *product_list_find(const struct product_list *list, uint32_t pci_id, int *count);

#endif
