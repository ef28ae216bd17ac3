/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "answer/parts.h"
#include "answer/recommend.h"

static void write_figures(struct json_writer *writer, const struct verdict *verdict)
{
    write_probability(writer, verdict);
    json_write_string(writer, "level", vocabulary_value(&vocabulary_level, (int)verdict->level));
    json_write_integer(writer, "direct_reports", verdict->direct_reports);
    json_write_integer(writer, "pooled_reports", verdict->pooled_reports);
}

static void write_identity(struct json_writer *writer, const struct device *device)
{
    struct pci_id base = pci_id_base(&device->id);
    char id[PCI_ID_TEXT_SIZE];
    json_write_string(writer, "pci_id", pci_id_print(&base, id));
    json_write_string(writer, "name", device->name);
    json_write_string(writer, "vendor", device->vendor);
    write_string_or_null(writer, "chip", device->gpu.chip);
}

static void write_question(struct json_writer *writer, const struct recommend_question *question)
{
    char vendor[8];
    snprintf(vendor, sizeof vendor, "%04x", (unsigned)question->vendor & 0xffff);
    json_write_begin_object(writer, "question");
    write_string_or_null(writer, "use",
                         question->use == ANY_USE ? NULL : vocabulary_value(&vocabulary_use, question->use));
    write_integer_or_null(writer, "budget_usd", question->budget);
    write_string_or_null(writer, "vendor_id", question->vendor == ANY_VENDOR ? NULL : vendor);
    if (question->instead) {
        json_write_begin_object(writer, "instead_of");
        json_write_string(writer, "query", question->given.query);
        write_identity(writer, &question->given.device);
        write_figures(writer, &question->given.verdict);
        json_write_bool(writer, "recommendable", question->may_keep);
        json_write_end_object(writer);
    } else {
        json_write_null(writer, "instead_of");
    }
    json_write_end_object(writer);
}

static void write_card(struct json_writer *writer, const struct recommend_question *question,
                       const struct recommended *recommended)
{
    static const enum attribute attributes[] = {ATTRIBUTE_FORM_FACTOR, ATTRIBUTE_VBIOS, ATTRIBUTE_RESET,
                                                ATTRIBUTE_DISPLAY};
    const struct candidate *candidate = &recommended->candidate;
    const struct card *card = &candidate->card;
    const struct gpu *gpu = &recommended->answer.device.gpu;
    struct buffer why CLEANUP(buffer_free) = BUFFER(4096);
    json_write_begin_object(writer, NULL);
    write_identity(writer, &recommended->answer.device);
    json_write_string(writer, "product", candidate->product);
    json_write_begin_array(writer, "same_product");
    for (int i = 0; i < candidate->same_product_count; i++) {
        struct pci_id id = pci_id_from_number(candidate->same_product[i]);
        char text[PCI_ID_TEXT_SIZE];
        json_write_string(writer, NULL, pci_id_print(&id, text));
    }
    json_write_end_array(writer);
    json_write_bool(writer, "sold_both_ways", candidate->chassis == CHASSIS_DESKTOP);
    for (size_t i = 0; i < ARRAY_SIZE(attributes); i++)
        json_write_string(
            writer, attribute_name(attributes[i]),
            vocabulary_value(attribute_vocabulary(attributes[i]), gpu->attributes[attributes[i]].value));
    json_write_begin_array(writer, "uses");
    for (int use = 0; use < USE_COUNT; use++)
        if (recommended_for(recommended, (enum use)use))
            json_write_string(writer, NULL, vocabulary_value(&vocabulary_use, use));
    json_write_end_array(writer);
    write_figures(writer, &recommended->answer.verdict);
    write_integer_or_null(writer, "price_usd", card->price_usd);
    write_string_or_null(writer, "price_as_of", card->price_usd ? card->price_as_of : NULL);
    json_write_bool(writer, "same_chip", candidate->same_chip);
    recommended_append_kind(&why, recommended);
    recommended_append_reasons(&why, question, recommended);
    json_write_string(writer, "why", buffer_text(&why));
    json_write_end_object(writer);
}

void recommend_write_json(struct json_writer *writer, const struct recommendation *recommendation)
{
    json_write_begin_object(writer, NULL);
    write_question(writer, recommendation->question);
    json_write_begin_array(writer, "cards");
    for (int i = 0; i < recommendation->count; i++)
        write_card(writer, recommendation->question, &recommendation->cards[i]);
    json_write_end_array(writer);
    json_write_string(writer, "rule_of_thumb", recommend_rule_of_thumb);
    json_write_integer(writer, "reports", recommendation->reports);
    json_write_end_object(writer);
}
