/* Several GPUs in text, a line each. */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/query_table.h"

enum { ID_COLUMN = 11, FORM_COLUMN = 12, VBIOS_COLUMN = 16, VERDICT_COLUMN = 14 };

/* Narrow terminals do without the columns that the whole answer has too. */
static bool shows_form(const struct output *output)
{
    return output->width >= 60;
}

static bool shows_vbios(const struct output *output)
{
    return output->width >= 96;
}

/* Whether a name has a line of its own, below its row. */
static bool names_below(const struct output *output)
{
    return output->width < 60;
}

static int name_columns(const struct output *output)
{
    return output->width - ID_COLUMN - VERDICT_COLUMN - (shows_form(output) ? FORM_COLUMN : 0) -
           (shows_vbios(output) ? VBIOS_COLUMN : 0);
}

static void trim_spaces(struct buffer *buffer)
{
    while (buffer->length && buffer->data[buffer->length - 1] == ' ')
        buffer->length--;
}

static void write_row(struct output *output, const char *id, const char *form, const char *vbios,
                      const char *verdict, enum color color)
{
    output_cell(output, id, ID_COLUMN);
    if (shows_form(output))
        output_cell(output, form, FORM_COLUMN);
    if (shows_vbios(output))
        output_cell(output, vbios, VBIOS_COLUMN);
    output_color(output, color);
    output_cell(output, verdict, VERDICT_COLUMN);
}

void query_table_head(struct output *output)
{
    output_color(output, COLOR_BOLD);
    write_row(output, "PCI ID", "FORM", "VBIOS", "VERDICT", COLOR_BOLD);
    if (names_below(output))
        trim_spaces(&output->buffer);
    else
        buffer_append_text(&output->buffer, "NAME");
    output_color(output, COLOR_PLAIN);
    output_blank(output);
}

/* "GA106M [GeForce RTX 3060 Mobile / Max-Q]" as "GeForce RTX 3060 Mobile / Max-Q (GA106M)": where a column
 * cuts a name short, what people call it shall remain. */
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
    enum level level = answer->verdict.level;
    struct pci_id base = pci_id_from_number(pci_id_number(&device->id));
    char id[PCI_ID_TEXT_SIZE];
    char verdict[64];
    char name[NAME_SIZE + 4];
    const char *word = vocabulary_word_of(&vocabulary_level, (int)level);
    if (level == LEVEL_UNKNOWN)
        snprintf(verdict, sizeof verdict, "%s", word);
    else
        snprintf(verdict, sizeof verdict, "%s %ld%%", word, lround(answer->verdict.usable * 100.0));
    write_row(output, pci_id_print(&base, id),
              vocabulary_word_of(&vocabulary_form_factor, (int)gpu_form_factor(&device->gpu)),
              vocabulary_word_of(&vocabulary_vbios, (int)gpu_vbios(&device->gpu)), verdict,
              answer_level_color(level));
    output_color(output, COLOR_PLAIN);
    table_name(device->name, name);
    if (names_below(output)) {
        trim_spaces(&output->buffer);
        output_blank(output);
        output_paragraph(output, 4, "", name);
        return;
    }
    output_cell(output, name, name_columns(output));
    trim_spaces(&output->buffer);
    output_blank(output);
}
