/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several GPUs in text, a line each. */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/query_table.h"

/* A row, its name wrapped; narrow terminals do without the form factor. */
static void write_row(struct output *output, const char *id, const char *form, const char *verdict,
                      enum color color, const char *name)
{
    char columns[64];
    int width = output->width < 60 ? snprintf(columns, sizeof columns, "%-11s%-14s", id, verdict)
                                   : snprintf(columns, sizeof columns, "%-11s%-12s%-14s", id, form, verdict);
    output_paragraph_color(output, width, columns, color, name);
}

void query_table_head(struct output *output)
{
    write_row(output, "PCI ID", "FORM", "VERDICT", COLOR_BOLD, "NAME");
}

/* "GA106M [GeForce RTX 3060 Mobile / Max-Q]" as "GeForce RTX 3060 Mobile / Max-Q (GA106M)": what people call
 * it comes first. */
static void table_name(const char *name, char text[NAME_SIZE + 4])
{
    const char *bracket = strstr(name, " [");
    size_t length = strlen(name);
    if (bracket && bracket > name && name[length - 1] == ']')
        snprintf(text, NAME_SIZE + 4, "%.*s (%.*s)", (int)(name + length - 1 - (bracket + 2)), bracket + 2,
                 (int)(bracket - name), name);
    else
        snprintf(text, NAME_SIZE + 4, "%s", name);
}

void query_table_row(struct output *output, const struct answer *answer)
{
    const struct device *device = &answer->device;
    const struct verdict *verdict = &answer->verdict;
    struct pci_id base = pci_id_base(&device->id);
    char id[PCI_ID_TEXT_SIZE];
    char text[64];
    char name[NAME_SIZE + 4];
    int length = snprintf(text, sizeof text, "%s", vocabulary_value(&vocabulary_level, (int)verdict->level));
    if (verdict->level != LEVEL_UNKNOWN)
        snprintf(text + length, sizeof text - (size_t)length, " %ld%%", lround(verdict->usable * 100.0));
    table_name(device->name, name);
    write_row(output, pci_id_print(&base, id),
              vocabulary_value(&vocabulary_form_factor, (int)gpu_form_factor(&device->gpu)), text,
              answer_level_color(verdict->level), name);
}
