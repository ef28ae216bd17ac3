/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/query.h"
#include "core/streams.h"
#include "core/text.h"

/* Several GPUs in text, a line each. */

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
        snprintf(text, 64, "%s %d%s%%", level_value(verdict->level), verdict_percent(verdict->usable), gap);
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

static void names_head(struct output *output, const struct name_search *search, const char *name)
{
    const struct name_hit *first = &search->hits[0];
    const char *left_out = search->left_out;
    const char *understood = search->understood;
    if (!search->has_model)
        output_text(output, "\"%s\" names many GPUs: add the number of the model. Most is known of:", name);
    else if (first->kind == MATCH_SIMILAR && left_out[0])
        output_text(output, "Nothing is called \"%s\". Without \"%s\":", name, left_out);
    else if (!search->asked)
        output_text(output, "Nothing is called just \"%s\". %s:", name,
                    first->kind == MATCH_WORDS && !first->is_other_form ? "GPUs that have all these words"
                                                                        : "The nearest");
    else if (first->is_of_processor)
        output_text(output, "The GPU in the processor \"%s\" is one of these:", name);
    else if (!search->is_safe)
        output_text(output, "Nothing is called \"%s\". \"%s\" is sold as:", left_out, understood);
    else if (left_out[0])
        output_text(output, "Without \"%s\", \"%s\" is sold as:", left_out, understood);
    else
        output_text(output, "\"%s\" is sold as:", name);
    output_blank(output);
}

/* What was understood, if that is not what was asked for. */
static void names_understood(struct output *output, const struct name_search *search, const char *name)
{
    const struct name_hit *first = &search->hits[0];
    if (first->is_of_processor)
        output_text(output, "The processor \"%s\" has this GPU: %s.", name, first->product);
    else if (search->left_out[0])
        output_text(output, "\"%s\", without \"%s\": %s.", search->understood, search->left_out,
                    first->product);
}

/* ---- the rows ---- */

/* A product that a name may mean: `number` is that of its first hit, `answer` what is known of it. Returns
 * how many lines that took. */
static int names_row(struct output *output, const struct name_search *search, int number,
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
        output_text(output, "also");
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

static void names_end(struct output *output, const struct name_search *search, int rows)
{
    char first[PCI_ID_TEXT_SIZE];
    if (search->group_count > rows)
        output_paragraph(output, 2, "", COLOR_PLAIN, "and %d more: add words of the name.",
                         search->group_count - rows);
    output_blank(output);
    output_paragraph(output, 2, "", COLOR_PLAIN, "For the whole answer: passthru query %s",
                     pci_id_print_number(search->hits[0].pci_id, first));
}

/* Which GPU has that name in the other form factor. */
static const struct name_hit *names_sibling(const struct name_search *search)
{
    const struct name_hit *first = &search->hits[0];
    for (int i = search->asked; i < search->count; i++)
        if (search->hits[i].is_other_form && search->hits[i].form_factor != first->form_factor)
            return &search->hits[i];
    return NULL;
}

/* Which IDs are the same product, and the sibling. */
static void names_also(struct output *output, const struct name_search *search, const struct answer *sibling)
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

/* What one answer of passthru query looks like. */

enum error_code query_flush(struct query *query, size_t limit, struct error *error)
{
    struct buffer *buffer = &query->session->output.buffer;
    if (buffer->length < limit && !buffer->failed)
        return ERROR_NONE;
    query->lost = !streams_write(buffer);
    return query->lost ? error->code = ERROR_SYSTEM : ERROR_NONE;
}

/* Without a blank line before it. */
static void write_text(struct query *query)
{
    const struct prose prose = output_prose(&query->session->output);
    bool is_short = !query->full && query->answer.device.is_gpu;
    query->answered++;
    query->is_newer_than_list |= query->answer.device.name_source[0] && !query->answer.device.is_unlisted;
    query->short_answers += is_short;
    query->shown = query->answer.device.id;
    if (is_short)
        answer_write_short(&prose, &query->answer);
    else
        answer_write_full(&prose, &query->answer);
}

/* Of an array, or a line. */
static void end_element(struct query *query)
{
    if (query->format == FORMAT_NDJSON) {
        buffer_append_byte(&query->session->output.buffer, '\n');
        query->session->writer.need_comma = false;
    }
}

enum error_code query_write_answer(struct query *query, struct error *error)
{
    if (query->format == FORMAT_TEXT) {
        if (query->answered)
            output_blank(&query->session->output);
        write_text(query);
        return query_flush(query, QUERY_FLUSH_BYTES, error);
    }
    query->answered++;
    answer_write_json(&query->session->writer, &query->answer);
    end_element(query);
    return query_flush(query, QUERY_FLUSH_BYTES, error);
}

void query_write_unknown(struct query *query, const char *term, const struct error *error)
{
    struct json_writer *writer = &query->session->writer;
    json_write_begin_object(writer, NULL);
    json_write_string(writer, "query", term);
    error_write_json(writer, "error", error);
    json_write_end_object(writer);
    end_element(query);
}

/* A term without an answer: reported at once as text, as an element of its own in JSON. */
enum error_code query_write_missing(struct query *query, const char *term, struct error *error)
{
    if (!query->missing++)
        query->first_error = *error;
    if (query->format == FORMAT_TEXT)
        output_error(error, false);
    else
        query_write_unknown(query, term, error);
    error->code = ERROR_NONE;
    return query_flush(query, QUERY_FLUSH_BYTES, error);
}

struct pci_id query_refine(const struct query *query, struct pci_id id)
{
    const struct pci_id *refinement = &query->refinement;
    if (refinement->has_subsystem && !id.has_subsystem) {
        id.has_subsystem = true;
        id.subvendor = refinement->subvendor;
        id.subdevice = refinement->subdevice;
    }
    if (refinement->has_revision && !id.has_revision) {
        id.has_revision = true;
        id.revision = refinement->revision;
    }
    return id;
}

/* ---- by name ---- */

enum { MAX_HITS = 50, MAX_LINES = 15 };

static enum error_code gather_hit(struct query *query, const struct name_hit *hit, const char *name,
                                  struct error *error)
{
    struct pci_id id = term_hit_id(hit);
    if (query->refinement.has_revision) /* the user knows better */
        id = pci_id_base(&id);
    id = query_refine(query, id);
    return answer_gather_hit(query->session->database, &id, name, &query->options, hit, &query->answer,
                             error);
}

/* The products and form factors that a name may mean: what was asked for, then its neighbours. */
static enum error_code write_names(struct query *query, const char *name, struct error *error)
{
    const struct name_search *search = &query->search;
    int rows = 0;
    int lines = 0;
    names_head(&query->session->output, search, name);
    for (int i = 0; i < search->count && lines < MAX_LINES; i++) {
        if (search->hits[i].group != rows)
            continue;
        if (gather_hit(query, &search->hits[i], name, error))
            return error->code;
        lines += names_row(&query->session->output, search, i, &query->answer);
        query->answered++;
        rows++;
    }
    names_end(&query->session->output, search, rows);
    return query_flush(query, QUERY_FLUSH_BYTES, error);
}

/* The same product under other IDs, and its sibling in the other form factor. */
static enum error_code write_siblings(struct query *query, const char *name, struct error *error)
{
    const struct name_search *search = &query->search;
    const struct answer *answer = &query->answer;
    const struct name_hit *sibling = names_sibling(search);
    if (sibling && answer->alternative_count && answer->alternatives[0].pci_id == sibling->pci_id)
        sibling = NULL; /* has been named already, as what to buy instead */
    error->code = ERROR_NONE;
    if (sibling && gather_hit(query, sibling, name, error))
        return error->code;
    names_also(&query->session->output, search, sibling ? &query->answer : NULL);
    return ERROR_NONE;
}

static enum error_code write_hits(struct query *query, const char *name, struct error *error)
{
    const struct name_search *search = &query->search;
    int written = 0;
    for (int i = 0; i < search->count && written < MAX_HITS; i++) {
        bool is_known = false;
        for (int k = 0; k < i && !is_known; k++)
            is_known = search->hits[k].pci_id == search->hits[i].pci_id;
        if (is_known)
            continue;
        if (gather_hit(query, &search->hits[i], name, error) || query_write_answer(query, error))
            return error->code;
        written++;
    }
    return ERROR_NONE;
}

enum error_code query_answer_name(struct query *query, const char *name, struct error *error)
{
    const struct name_search *search = &query->search;
    if (term_search(query->session->database, name, query->options.chassis, &query->search, error))
        return error->code == ERROR_NOT_FOUND ? query_write_missing(query, name, error) : error->code;
    if (query->format != FORMAT_TEXT)
        return write_hits(query, name, error);
    if (query->answered)
        output_blank(&query->session->output);
    if ((!search->is_one && (!search->asked || search->group_count > 1)) || !search->is_safe)
        return write_names(query, name, error);
    names_understood(&query->session->output, search, name);
    if (gather_hit(query, &search->hits[0], name, error))
        return error->code;
    write_text(query);
    return write_siblings(query, name, error) ? error->code : query_flush(query, QUERY_FLUSH_BYTES, error);
}
