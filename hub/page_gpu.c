/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/pages.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "hub/site.h"
#include "hub/template.h"

void page_gpu_slug(uint32_t pci_id, char slug[PCI_ID_TEXT_SIZE])
{
    struct pci_id id = pci_id_from_number(pci_id);
    pci_id_print(&id, slug);
    slug[strcspn(slug, ":")] = '-';
}

void page_gpu_name(const struct answer *answer, char *name, size_t size)
{
    const char *start = strrchr(answer->device.name, '[');
    const char *end = start ? strchr(start, ']') : NULL;
    if (end && end > start + 1)
        snprintf(name, size, "%.*s", (int)(end - start - 1), start + 1);
    else
        snprintf(name, size, "%s", answer->device.name);
}

json_t *page_begin(const char *root, const char *title, const char *description)
{
    json_t *values = json_object();
    template_set(values, "root", root);
    template_set(values, "title", title);
    template_set(values, "description", description);
    return values;
}

void page_set_level(json_t *object, enum level level, double usable)
{
    template_set(object, "level", vocabulary_value(&vocabulary_level, (int)level));
    json_object_set_new(object, "percent",
                        json_integer(level == LEVEL_UNKNOWN ? 0 : verdict_percent(usable)));
}

/* ---- paragraphs ---- */

/* Collects paragraphs as blocks: {"label", "text", "line", "items": [{"text", "detail"}]}. */
static void add_paragraph(void *context, enum paragraph kind, const char *label, enum color color,
                          const char *text)
{
    json_t *blocks = context;
    (void)color;
    if (kind == PARAGRAPH_BREAK)
        return;
    json_t *last = json_array_get(blocks, json_array_size(blocks) - 1);
    if (last && (kind == PARAGRAPH_ITEM || kind == PARAGRAPH_DETAIL)) {
        json_array_append_new(json_object_get(last, "items"),
                              json_pack("{s:o}", "text", template_text(text)));
        return;
    }
    json_array_append_new(blocks, json_pack("{s:o,s:o,s:[]}", "label", template_text(label), "text",
                                            template_text(text), "items"));
}

static void set_section(json_t *values, const char *key, const struct answer *answer,
                        void write(const struct prose *, const struct answer *))
{
    json_t *blocks = json_array();
    const struct prose prose = {add_paragraph, blocks, 80};
    write(&prose, answer);
    json_object_set_new(values, key, blocks);
}

/* The symptoms of the reports, those that have a page with where it is. */
static void set_symptoms(json_t *values, const struct answer *answer, const json_t *symptoms)
{
    set_section(values, "symptoms", answer, answer_write_symptoms);
    const json_t *block = json_array_get(json_object_get(values, "symptoms"), 0);
    for (int i = 0; i < answer->symptom_count; i++) {
        const char *name = vocabulary_value(&vocabulary_symptom, (int)answer->symptoms[i].symptom);
        json_t *item = json_array_get(json_object_get(block, "items"), (size_t)i);
        template_set(item, "symptom", json_object_get(symptoms, name) ? name : "");
    }
}

static void write_notes(const struct prose *prose, const struct answer *answer)
{
    answer_write_unlisted(prose, answer);
    answer_write_macos(prose, answer);
    answer_write_parts(prose, answer);
}

/* ---- parts ---- */

static json_t *fact(json_t *facts, const char *label, const char *value)
{
    json_t *added = json_pack("{s:o,s:o,s:s,s:s,s:i}", "label", template_text(label), "value",
                              template_text(value), "text", "", "source", "", "sure", 0);
    json_array_append_new(facts, added);
    return added;
}

static void set_facts(json_t *values, const struct answer *answer)
{
    static const struct {
        enum attribute attribute;
        const char *label;
    } attributes[] = {{ATTRIBUTE_FORM_FACTOR, "Form factor"},
                      {ATTRIBUTE_VBIOS, "vBIOS"},
                      {ATTRIBUTE_DISPLAY, "Display"},
                      {ATTRIBUTE_RESET, "Reset"}};
    json_t *facts = json_array();
    template_set(fact(facts, "Name", answer->device.name), "source", answer->device.name_source);
    if (answer->device.gpu.chip[0])
        fact(facts, "Chip", answer->device.gpu.chip);
    for (size_t k = 0; k < ARRAY_SIZE(attributes); k++) {
        const struct annotation *annotation = &answer->device.gpu.attributes[attributes[k].attribute];
        const struct vocabulary_entry *entry =
            &attribute_vocabulary(attributes[k].attribute)->entries[annotation->value];
        json_t *added = fact(facts, attributes[k].label, entry->value);
        template_set(added, "text", entry->text);
        template_set(added, "source", annotation->value ? annotation->source : "");
        json_object_set_new(added, "sure",
                            json_integer(annotation->value ? verdict_percent(annotation->confidence) : 0));
    }
    json_object_set_new(values, "facts", facts);
}

/* What is known of the cards, those with one source together. */
static void set_card_facts(json_t *values, const struct answer *answer)
{
    json_t *groups = json_array();
    json_t *block;
    size_t i;
    set_section(values, "card_facts", answer, answer_write_card_facts);
    json_array_foreach (json_object_get(values, "card_facts"), i, block) {
        const json_t *item = json_array_get(json_object_get(block, "items"), 0);
        json_t *group = json_array_get(groups, json_array_size(groups) - 1);
        json_t *source = json_object_get(item, "text");
        if (!group || !json_equal(json_object_get(group, "source"), source)) {
            group = json_pack("{s:O,s:[]}", "source", source, "facts");
            json_array_append_new(groups, group);
        }
        fact(json_object_get(group, "facts"), json_string_value(json_object_get(block, "label")),
             json_string_value(json_object_get(block, "text")));
    }
    json_object_set_new(values, "card_facts", groups);
}

static void set_instead(json_t *values, const struct answer *answer)
{
    json_t *others = json_array();
    for (int i = 0; i < answer->alternative_count; i++) {
        const struct alternative *other = &answer->alternatives[i];
        json_t *added = json_object();
        struct buffer price CLEANUP(buffer_free) = BUFFER(200);
        char slug[PCI_ID_TEXT_SIZE];
        page_gpu_slug(other->pci_id, slug);
        template_set(added, "slug", slug);
        slug[4] = ':';
        template_set(added, "other_id", slug);
        template_set(added, "name", other->name);
        page_set_level(added, verdict_level(other->usable), other->usable);
        if (other->price_usd)
            answer_append_price(&price, other);
        template_set(added, "price", price.length ? price.data + 2 : "");
        json_object_set_new(added, "same_chip", json_boolean(other->same_chip));
        json_array_append_new(others, added);
    }
    json_object_set_new(values, "others", others);
    json_object_set_new(values, "instead", json_boolean(answer->alternative_count));
    json_object_set_new(values, "in_desktop",
                        json_boolean(gpu_form_factor(&answer->device.gpu) == FORM_FACTOR_MOBILE));
}

static json_t *report_values(const struct shown_report *report)
{
    struct buffer where CLEANUP(buffer_free) = BUFFER(1 << 16);
    struct buffer tried CLEANUP(buffer_free) = BUFFER(1 << 16);
    json_t *values = json_object();
    answer_append_report(&where, report);
    answer_append_tried(&tried, report);
    template_set(values, "id", report->id);
    chart_set_outcome(values, report->outcome);
    json_object_set_new(values, "statement", json_boolean(report->sample == SAMPLE_VENDOR_STATEMENT));
    template_set(values, "sample", vocabulary_sample.entries[report->sample].text);
    template_set(values, "where", buffer_text(&where));
    template_set(values, "tried", buffer_text(&tried));
    template_set(values, "note", report->texts[SHOWN_NOTE] ? report->texts[SHOWN_NOTE] : "");
    template_set(values, "url", report->texts[SHOWN_URL] ? report->texts[SHOWN_URL] : "");
    return values;
}

/* ---- the page ---- */

static void write_title(const struct answer *answer, const char *name, const char *id, struct buffer *title)
{
    const struct verdict *verdict = &answer->verdict;
    buffer_append_format(title, "%s (%s) GPU passthrough: %s", name, id,
                         vocabulary_value(&vocabulary_level, (int)verdict->level));
    if (verdict->level != LEVEL_UNKNOWN)
        buffer_append_format(title, " (%d %%)", verdict_percent(verdict->usable));
}

/* The verdict's sentences; the first one, which a terminal has in capitals, apart: "Unlikely to work". */
static void set_verdict(json_t *values, const struct answer *answer)
{
    struct buffer summary CLEANUP(buffer_free) = BUFFER(8192);
    char first[64];
    snprintf(first, sizeof first, "%s", answer_level_sentence(answer->verdict.level));
    for (char *c = first + 1; isupper((unsigned char)*c); c++)
        *c = (char)tolower((unsigned char)*c);
    answer_append_after_level(&summary, answer);
    template_set(values, "sentence", first);
    template_set(values, "summary", buffer_text(&summary));
    page_set_level(values, answer->verdict.level, answer->verdict.usable);
    chart_set_outcomes(values, &answer->verdict);
}

json_t *page_gpu_values(const struct answer *answer, const struct series *series, const json_t *symptoms)
{
    struct buffer title CLEANUP(buffer_free) = BUFFER(4096);
    struct buffer summary CLEANUP(buffer_free) = BUFFER(8192);
    char name[NAME_SIZE];
    char id[PCI_ID_TEXT_SIZE];
    char slug[PCI_ID_TEXT_SIZE];
    char chip_path[CHIP_SIZE];
    page_gpu_name(answer, name, sizeof name);
    site_path_part(answer->device.gpu.chip, chip_path, sizeof chip_path);
    pci_id_print(&answer->device.id, id);
    page_gpu_slug(pci_id_number(&answer->device.id), slug);
    write_title(answer, name, id, &title);
    answer_append_verdict(&summary, answer);
    json_t *values = page_begin("../../", buffer_text(&title), buffer_text(&summary));
    template_set(values, "name", name);
    template_set(values, "series", series ? series->name : "");
    template_set(values, "series_slug", series ? series->slug : "");
    template_set(values, "vendor", answer->device.vendor);
    id[4] = '\0';
    template_set(values, "vendor_id", id);
    id[4] = ':';
    template_set(values, "id", id);
    template_set(values, "slug", slug);
    template_set(values, "chip", answer->device.gpu.chip);
    template_set(values, "chip_path", chip_path);
    template_set(values, "form",
                 vocabulary_value(&vocabulary_form_factor, (int)gpu_form_factor(&answer->device.gpu)));
    json_object_set_new(values, "forms", json_array());
    set_verdict(values, answer);
    set_section(values, "notes", answer, write_notes);
    set_section(values, "why", answer, answer_write_why);
    set_section(values, "cards", answer, answer_write_cards);
    set_section(values, "help", answer, answer_write_help);
    set_section(values, "similar", answer, answer_write_similar);
    set_symptoms(values, answer, symptoms);
    set_section(values, "about_reports", answer, answer_write_around_reports);
    template_set(values, "mechanism", answer->device.prior.reason);
    set_section(values, "steps", answer, answer_write_calculation);
    json_t *reports = json_array();
    for (int i = 0; i < answer->report_count; i++)
        json_array_append_new(reports, report_values(&answer->reports[i]));
    json_object_set_new(values, "has_reports", json_boolean(answer->report_count));
    json_object_set_new(values, "reports", reports);
    chart_set_years(values, &answer->years);
    set_instead(values, answer);
    set_facts(values, answer);
    set_card_facts(values, answer);
    return values;
}

void page_gpu_add_form(json_t *values, const struct answer *answer)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(8192);
    answer_append_verdict(&text, answer);
    json_array_append_new(json_object_get(values, "forms"),
                          json_pack("{s:s,s:o}", "chassis",
                                    vocabulary_value(&vocabulary_chassis, (int)answer->options.chassis),
                                    "text", template_text(buffer_text(&text))));
}

void page_gpu_write_json(struct buffer *out, const struct answer *answer)
{
    struct json_writer writer = {.out = out, .for_terminal = true};
    answer_write_json(&writer, answer);
    buffer_append_byte(out, '\n');
}
