/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several GPUs in text, a line each. */

#include "cli/query.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"

/* A row, its name wrapped; narrow terminals do without the form factor. */
static void write_row(struct output *output, const char *id, const char *form, const char *verdict,
                      enum color color, const char *name)
{
    char columns[64];
    int width = output->width < 60 ? snprintf(columns, sizeof columns, "%-11s%-14s", id, verdict)
                                   : snprintf(columns, sizeof columns, "%-11s%-12s%-14s", id, form, verdict);
    output_paragraph(output, width, columns, color, "%s", name);
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

/* "likely 82%", with `gap` before the sign. */
static void verdict_text(const struct verdict *verdict, const char *gap, char text[64])
{
    if (verdict->level == LEVEL_UNKNOWN)
        snprintf(text, 64, "%s", level_value(verdict->level));
    else
        snprintf(text, 64, "%s %ld%s%%", level_value(verdict->level), lround(verdict->usable * 100.0), gap);
}

void query_table_row(struct output *output, const struct answer *answer)
{
    const struct device *device = &answer->device;
    const struct verdict *verdict = &answer->verdict;
    char id[PCI_ID_TEXT_SIZE];
    char text[64];
    char name[NAME_SIZE + 4];
    verdict_text(verdict, "", text);
    table_name(device->name, name);
    write_row(output, pci_id_print_base(&device->id, id), form_factor_value(gpu_form_factor(&device->gpu)),
              text, answer_level_color(verdict->level), name);
}

/* ---- names ---- */

enum { NARROW = 72, NAME_COLUMNS = 33, FORM_COLUMNS = 20, VERDICT_COLUMNS = 14, ALSO_INDENT = 14 };

/* What a person calls it. */
static const char *form_text(enum form_factor form_factor)
{
    static const char *const texts[FORM_FACTOR_COUNT] = {
        [FORM_FACTOR_DESKTOP] = "card",          [FORM_FACTOR_MOBILE] = "laptop",
        [FORM_FACTOR_INTEGRATED] = "in the CPU", [FORM_FACTOR_SERVER] = "server",
        [FORM_FACTOR_VIRTUAL] = "virtual",       [FORM_FACTOR_BMC] = "BMC",
        [FORM_FACTOR_EITHER] = "card or laptop", [FORM_FACTOR_UNKNOWN] = "",
    };
    return texts[form_factor];
}

/* Appends ", 8 or 12 GB" or ", 3 to 6 GB": what the names of a product's IDs and the cards of the first one
 * say. */
static void append_memory(struct buffer *text, const struct name_search *search, int group,
                          const struct answer *answer)
{
    enum { MAX_GB = 1024 };
    bool has[MAX_GB] = {false};
    int least = 0;
    int most = 0;
    int count = 0;
    for (int i = 0; i < search->count + answer->card_count; i++) {
        const struct name_hit *hit = i < search->count ? &search->hits[i] : NULL;
        int size = !hit ? (int)answer->cards[i - search->count].vram_gib
                   : hit->group == group && strstr(hit->memory, "gb") ? atoi(hit->memory)
                                                                      : 0;
        if (size <= 0 || size >= MAX_GB || has[size])
            continue;
        has[size] = true;
        count++;
        least = !least || size < least ? size : least;
        most = size > most ? size : most;
    }
    if (count == 1)
        buffer_append_format(text, ", %d GB", most);
    else if (count)
        buffer_append_format(text, ", %d %s %d GB", least, count > 2 ? "to" : "or", most);
}

/* A product without what the column of form factors says, with the memory. */
static void plain_name(const char *product, char name[PRODUCT_SIZE])
{
    static const char *const ends[] = {" Mobile", " Laptop GPU",     " Laptop",
                                       " Max-Q",  " Lite Hash Rate", " LHR"};
    snprintf(name, PRODUCT_SIZE, "%s", product);
    size_t all = strlen(name);
    if (all > 2 && strcasecmp(name + all - 2, "GB") == 0) {
        size_t number = all - 2;
        while (number && name[number - 1] == ' ')
            number--;
        while (number && name[number - 1] >= '0' && name[number - 1] <= '9')
            number--;
        if (number > 1 && name[number - 1] == ' ')
            name[number - 1] = '\0';
    }
    for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
        size_t length = strlen(name);
        size_t end = strlen(ends[i]);
        if (length > end && strcasecmp(name + length - end, ends[i]) == 0)
            name[length - end] = '\0';
    }
}

/* ---- what was understood ---- */

void query_names_head(struct output *output, const struct name_search *search, const char *name)
{
    const struct name_hit *first = &search->hits[0];
    const char *left_out = search->left_out;
    const char *understood = search->understood;
    if (!search->has_model)
        output_paragraph(output, 0, "", COLOR_PLAIN,
                         "\"%s\" names many GPUs: add the number of the model. Most is known of:", name);
    else if (first->kind == MATCH_SIMILAR && left_out[0])
        output_paragraph(output, 0, "", COLOR_PLAIN, "Nothing is called \"%s\". Without \"%s\":", name,
                         left_out);
    else if (!search->asked)
        output_paragraph(output, 0, "", COLOR_PLAIN, "Nothing is called just \"%s\". %s:", name,
                         first->kind == MATCH_WORDS && !first->is_other_form
                             ? "GPUs that have all these words"
                             : "The nearest");
    else if (first->is_of_processor)
        output_paragraph(output, 0, "", COLOR_PLAIN,
                         "The GPU in the processor \"%s\" is one of these:", name);
    else if (!search->is_safe)
        output_paragraph(output, 0, "", COLOR_PLAIN, "Nothing is called \"%s\". \"%s\" is sold as:", left_out,
                         understood);
    else if (left_out[0])
        output_paragraph(output, 0, "", COLOR_PLAIN, "Without \"%s\", \"%s\" is sold as:", left_out,
                         understood);
    else
        output_paragraph(output, 0, "", COLOR_PLAIN, "\"%s\" is sold as:", name);
    output_blank(output);
}

void query_names_understood(struct output *output, const struct name_search *search, const char *name)
{
    const struct name_hit *first = &search->hits[0];
    if (first->is_of_processor)
        output_paragraph(output, 0, "", COLOR_PLAIN, "The processor \"%s\" has this GPU: %s.", name,
                         first->product);
    else if (search->left_out[0])
        output_paragraph(output, 0, "", COLOR_PLAIN, "\"%s\", without \"%s\": %s.", search->understood,
                         search->left_out, first->product);
}

/* ---- the rows ---- */

int query_names_row(struct output *output, const struct name_search *search, int number,
                    const struct answer *answer)
{
    const struct name_hit *hit = &search->hits[number];
    struct buffer form CLEANUP(buffer_free) = BUFFER(256);
    const struct gpu *gpu = &answer->device.gpu;
    char name[PRODUCT_SIZE + CHIP_SIZE];
    char verdict[64];
    char id[PCI_ID_TEXT_SIZE];
    char more[24] = "";
    plain_name(hit->product, name);
    if (hit->form_factor == FORM_FACTOR_INTEGRATED && gpu->chip[0] && !strchr(name, '(') &&
        !strstr(name, gpu->chip))
        snprintf(name + strlen(name), sizeof name - strlen(name), " (%s)", gpu->chip);
    buffer_append_text(&form, form_text(hit->form_factor));
    append_memory(&form, search, hit->group, answer);
    verdict_text(&answer->verdict, " ", verdict);
    pci_id_print_base(&answer->device.id, id);
    if (hit->ids > 1)
        snprintf(more, sizeof more, " +%d", hit->ids - 1);
    if (number && number == search->asked)
        output_paragraph(output, 0, "", COLOR_PLAIN, "also");
    if (output->width < NARROW || text_width(name, strlen(name)) > NAME_COLUMNS - 3) {
        output_paragraph(output, 2, "", COLOR_PLAIN, "%s", name);
        output_paragraph(output, 4, "", COLOR_PLAIN, "%s%s%s, %s%s", buffer_text(&form),
                         form.length ? ", " : "", verdict, id, more);
        return 2;
    }
    buffer_append_text(&output->buffer, "  ");
    output_cell(output, name, NAME_COLUMNS - 2);
    output_cell(output, form.length < FORM_COLUMNS ? buffer_text(&form) : form_text(hit->form_factor),
                FORM_COLUMNS);
    output_color(output, answer_level_color(answer->verdict.level));
    output_cell(output, verdict, VERDICT_COLUMNS);
    output_color(output, COLOR_PLAIN);
    buffer_append_format(&output->buffer, "%s%s\n", id, more);
    return 1;
}

void query_names_end(struct output *output, const struct name_search *search, int rows)
{
    char first[PCI_ID_TEXT_SIZE];
    if (search->group_count > rows)
        output_paragraph(output, 2, "", COLOR_PLAIN, "and %d more: add words of the name.",
                         search->group_count - rows);
    output_blank(output);
    output_paragraph(output, 2, "", COLOR_PLAIN, "For the whole answer: passthru query %s",
                     pci_id_print_number(search->hits[0].pci_id, first));
}

const struct name_hit *query_names_sibling(const struct name_search *search)
{
    const struct name_hit *first = &search->hits[0];
    for (int i = search->asked; i < search->count; i++)
        if (search->hits[i].is_other_form && search->hits[i].form_factor != first->form_factor)
            return &search->hits[i];
    return NULL;
}

void query_names_also(struct output *output, const struct name_search *search, const struct answer *sibling)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(4096);
    const struct name_hit *first = &search->hits[0];
    char id[PCI_ID_TEXT_SIZE];
    char verdict[64];
    for (int i = 1; i < search->asked; i++) {
        if (search->hits[i].group == first->group)
            buffer_append_format(&text, "%s%s", text.length ? ", " : "Same product: ",
                                 pci_id_print_number(search->hits[i].pci_id, id));
    }
    if (text.length)
        buffer_append_text(&text, ". ");
    if (sibling) {
        verdict_text(&sibling->verdict, " ", verdict);
        buffer_append_format(&text, "%s another GPU, %s: passthru query %s",
                             gpu_form_factor(&sibling->device.gpu) == FORM_FACTOR_MOBILE ? "In laptops"
                                                                                         : "As a card",
                             verdict, pci_id_print_base(&sibling->device.id, id));
    }
    if (text.length)
        output_paragraph(output, ALSO_INDENT, "Also", COLOR_PLAIN, "%s", buffer_text(&text));
}
