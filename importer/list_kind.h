/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_LIST_KIND_H
#define PASSTHRU_IMPORTER_LIST_KIND_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

struct line_reader;
struct problems;
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

#endif
