/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "answer/card.h"
#include "answer/parts.h"
#include "answer/recommend.h"

static void write_verdict(struct json_writer *writer, const struct verdict *verdict)
{
    json_write_begin_object(writer, "verdict");
    json_write_string(writer, "level", level_value(verdict->level));
    write_probability(writer, verdict);
    json_write_integer(writer, "direct_reports", verdict->direct_reports);
    json_write_integer(writer, "pooled_reports", verdict->pooled_reports);
    json_write_end_object(writer);
}

static void write_id(struct json_writer *writer, const char *key, uint32_t number)
{
    char text[PCI_ID_TEXT_SIZE];
    json_write_string(writer, key, pci_id_print_number(number, text));
}

static void write_given(struct json_writer *writer, const struct recommendation *recommendation)
{
    const struct answer *given = &recommendation->question->given;
    if (!recommendation->question->instead) {
        json_write_null(writer, "instead_of");
        return;
    }
    json_write_begin_object(writer, "instead_of");
    json_write_string(writer, "query", given->query);
    write_id(writer, "pci_id", pci_id_number(&given->device.id));
    json_write_string(writer, "name", given->device.name);
    json_write_string(writer, "vendor", given->device.vendor);
    json_write_text_or_null(writer, "chip", given->device.gpu.chip);
    write_verdict(writer, &given->verdict);
    json_write_bool(writer, "recommendable", recommendation->may_keep);
    json_write_end_object(writer);
}

static void write_question(struct json_writer *writer, const struct recommendation *recommendation)
{
    const struct card_question *wanted = &recommendation->question->wanted;
    enum guest guest = recommendation->question->guest;
    char vendor[8];
    snprintf(vendor, sizeof vendor, "%04x", (unsigned)wanted->vendor & 0xffff);
    json_write_begin_object(writer, "question");
    json_write_text_or_null(writer, "vendor_id", wanted->vendor == ANY_VENDOR ? NULL : vendor);
    if (wanted->vram_gib > 0)
        json_write_decimal(writer, "vram_gib", wanted->vram_gib);
    else
        json_write_null(writer, "vram_gib");
    json_write_integer_or_null(writer, "board_power_w", wanted->watts, wanted->watts);
    if (wanted->slots > 0)
        json_write_decimal(writer, "slots", wanted->slots);
    else
        json_write_null(writer, "slots");
    json_write_integer_or_null(writer, "length_mm", wanted->length_mm, wanted->length_mm);
    json_write_bool(writer, "no_plug", wanted->no_plug);
    json_write_bool(writer, "low_profile", wanted->low_profile);
    json_write_bool(writer, "passive", wanted->passive);
    json_write_text_or_null(writer, "encode", wanted->encode);
    json_write_text_or_null(writer, "decode", wanted->decode);
    json_write_integer_or_null(writer, "guests", wanted->guests, wanted->guests);
    json_write_text_or_null(writer, "guest", guest ? guest_value(guest) : NULL);
    json_write_begin_array(writer, "beside");
    for (int i = 0; i < wanted->beside_count; i++)
        write_id(writer, NULL, wanted->beside[i]);
    json_write_end_array(writer);
    write_given(writer, recommendation);
    json_write_end_object(writer);
}

static void write_offer(struct json_writer *writer, const struct recommend_question *question,
                        const struct offer *offer)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(8192);
    json_write_begin_object(writer, NULL);
    write_id(writer, "pci_id", offer->pci_id);
    json_write_begin_array(writer, "pci_ids");
    for (int i = 0; i < offer->pci_id_count; i++)
        write_id(writer, NULL, offer->pci_ids[i]);
    json_write_end_array(writer);
    json_write_string(writer, "name", offer->card.name);
    json_write_text_or_null(writer, "chip", offer->chip);
    json_write_bool(writer, "same_chip", recommend_same_chip(question, offer));
    json_write_bool(writer, "sold_both_ways", offer->sold_both_ways);
    json_write_string(writer, "reset", reset_value(offer->reset));
    card_write_price(writer, "price_usd", &offer->card);
    card_write_json(writer, "card", &offer->card, 1);
    write_verdict(writer, &offer->verdict);
    json_write_begin_object(writer, "reports");
    json_write_integer(writer, "usable", offer->usable_reports);
    json_write_integer(writer, "total", offer->reports);
    json_write_end_object(writer);
    recommend_append_why(&text, question, offer);
    json_write_string(writer, "why", buffer_text(&text));
    buffer_clear(&text);
    recommend_append_mind(&text, question, offer);
    json_write_string(writer, "mind", buffer_text(&text));
    json_write_end_object(writer);
}

static void write_offers(struct json_writer *writer, const char *key,
                         const struct recommend_question *question, const struct offer *offers, int count)
{
    json_write_begin_array(writer, key);
    for (int i = 0; i < count; i++)
        write_offer(writer, question, &offers[i]);
    json_write_end_array(writer);
}

static void write_notes(struct json_writer *writer, const struct recommendation *recommendation)
{
    struct buffer note CLEANUP(buffer_free) = BUFFER(1 << 16);
    json_write_begin_array(writer, "notes");
    for (int i = 0; recommend_append_note(&note, recommendation, i); i++) {
        json_write_string(writer, NULL, buffer_text(&note));
        buffer_clear(&note);
    }
    json_write_end_array(writer);
    recommend_append_rule_of_thumb(&note, recommendation->question);
    json_write_string(writer, "rule_of_thumb", buffer_text(&note));
}

void recommend_write_json(struct json_writer *writer, const struct recommendation *recommendation)
{
    const struct recommend_question *question = recommendation->question;
    const struct card_question *wanted = &question->wanted;
    json_write_begin_object(writer, NULL);
    json_write_text_or_null(writer, "use",
                            wanted->purpose == ANY_PURPOSE ? NULL : purpose_value(wanted->purpose));
    json_write_integer_or_null(writer, "budget_usd", wanted->budget, wanted->budget);
    write_question(writer, recommendation);
    write_offers(writer, "cards", question, recommendation->cards, recommendation->count);
    write_offers(writer, "unpriced", question, recommendation->unpriced, recommendation->unpriced_count);
    write_notes(writer, recommendation);
    json_write_integer(writer, "reports", recommendation->reports);
    json_write_end_object(writer);
}
