/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/list_version.h"
#include "core/pci_id.h"

enum { MAX_NAMES = 65536, MAX_NAME = 240, MAX_PRODUCT = 95 };
enum { NAME_PCI_ID, NAME_NAME, NAME_PRODUCT, NAME_SINCE, NAME_SOURCE };

/* A day of any year: a clock that is behind must not make a table of its own program unreadable. */
static bool take_day(const char *text, char version[11])
{
    static const time_t last_day = 253402300799; /* of the year 9999 */
    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
        return false;
    snprintf(version, 11, "%.4s.%.2s.%.2s", text, text + 5, text + 8);
    return list_version_is_valid(version, last_day);
}

static enum error_code add_name(void *context, const struct table_row *row, struct error *error)
{
    struct device_names *names = context;
    const char *text = row->fields[NAME_PCI_ID];
    size_t length = strlen(row->fields[NAME_NAME]);
    struct listed_name name = {.is_standing = strcmp(row->fields[NAME_SINCE], "-") == 0};
    struct pci_id id;
    if (pci_id_parse(text, strlen(text), &id) != PCI_ID_OK || id.has_subsystem)
        return table_error(row, error, "pci_id must be vvvv:dddd, not \"%s\"", text);
    if (!length || length > MAX_NAME)
        return table_error(row, error, "name must have 1 to %d bytes", MAX_NAME);
    if (strlen(row->fields[NAME_PRODUCT]) > MAX_PRODUCT)
        return table_error(row, error, "product must have at most %d bytes", MAX_PRODUCT);
    if (!name.is_standing && !take_day(row->fields[NAME_SINCE], name.since))
        return table_error(row, error, "since must be a day, YYYY-MM-DD, or -, not \"%s\"",
                           row->fields[NAME_SINCE]);
    if (!row->fields[NAME_SOURCE][0])
        return table_error(row, error, "source is empty");
    if (names->count == MAX_NAMES)
        return table_error(row, error, "more than %d names", MAX_NAMES);
    if (!ARRAY_GROW(names->items, names->count))
        return error_set(error, ERROR_NO_MEMORY, "no memory for names");
    name.pci_id = pci_id_number(&id);
    name.name = strdup(row->fields[NAME_NAME]);
    name.product = strdup(row->fields[NAME_PRODUCT]);
    name.source = strdup(row->fields[NAME_SOURCE]);
    names->items[names->count++] = name;
    return name.name && name.product && name.source
               ? ERROR_NONE
               : error_set(error, ERROR_NO_MEMORY, "no memory for names");
}

static int compare(const void *a, const void *b)
{
    uint32_t x = ((const struct listed_name *)a)->pci_id;
    uint32_t y = ((const struct listed_name *)b)->pci_id;
    return (x > y) - (x < y);
}

const struct table device_names_table = {"pci_id\tname\tproduct\tsince\tsource", 1, add_name, "names.tsv"};

void device_names_sort(struct device_names *names)
{
    if (names->count)
        qsort(names->items, (size_t)names->count, sizeof *names->items, compare);
}

void device_names_free(struct device_names *names)
{
    for (int i = 0; i < names->count; i++) {
        free(names->items[i].name);
        free(names->items[i].product);
        free(names->items[i].source);
    }
    free(names->items);
    *names = (struct device_names){.count = 0};
}

bool device_name_is_newer(const struct listed_name *name, const char *version)
{
    return name->is_standing || strcmp(name->since, version) > 0;
}
