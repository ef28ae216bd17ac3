/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "answer/parts.h"
#include "answer/recommend.h"

/* ---- what was asked ---- */

static void append_filters(struct buffer *out, const struct card_question *wanted)
{
    if (wanted->budget)
        buffer_append_format(out, ", up to $%d", wanted->budget);
    if (wanted->vram_gib > 0)
        buffer_append_format(out, ", %g GB or more", wanted->vram_gib);
    if (wanted->watts)
        buffer_append_format(out, ", up to %d W", wanted->watts);
    if (wanted->no_plug)
        buffer_append_text(out, ", no power plug");
    if (wanted->slots > 0)
        buffer_append_format(out, ", %g slot%s", wanted->slots, wanted->slots == 1 ? "" : "s");
    if (wanted->low_profile)
        buffer_append_text(out, ", low profile");
    if (wanted->passive)
        buffer_append_text(out, ", no fan");
    if (wanted->length_mm)
        buffer_append_format(out, ", up to %d mm", wanted->length_mm);
    if (wanted->encode)
        buffer_append_format(out, ", encodes %s", wanted->encode);
    if (wanted->decode)
        buffer_append_format(out, ", decodes %s", wanted->decode);
    if (wanted->guests > 1)
        buffer_append_format(out, ", shared by %d guests", wanted->guests);
    if (wanted->macos && wanted->purpose != PURPOSE_MACOS)
        buffer_append_text(out, ", for macOS");
}

static void write_question(const struct prose *prose, const struct card_question *wanted)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    buffer_append_text(&line, "Cards");
    if (wanted->purpose != ANY_PURPOSE)
        buffer_append_format(&line, " for %s", purpose_value(wanted->purpose));
    append_filters(&line, wanted);
    buffer_append_format(&line,
                         "%s that are likely to pass through:", strchr(buffer_text(&line), ',') ? "," : "");
    prose_add(prose, PARAGRAPH_TEXT, "", COLOR_BOLD, "%s", buffer_text(&line));
}

static void write_given(const struct prose *prose, const struct recommendation *recommendation)
{
    const struct recommend_question *question = recommendation->question;
    const struct answer *given = &question->given;
    enum form_factor form_factor = gpu_form_factor(&given->device.gpu);
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    struct buffer driver CLEANUP(buffer_free) = BUFFER(1024);
    char id[PCI_ID_TEXT_SIZE];
    bool same_chip = false;
    for (int i = 0; i < recommendation->count; i++)
        same_chip |= recommend_same_chip(question, &recommendation->cards[i]);
    buffer_append_format(&line, "%s %s: ", pci_id_print_base(&given->device.id, id), given->device.name);
    if (recommendation->may_keep)
        buffer_append_text(&line, "it is itself such a card, ");
    buffer_append_text(&line, level_value(given->verdict.level));
    if (given->verdict.level != LEVEL_UNKNOWN)
        buffer_append_format(&line, ", about %d %%", verdict_percent(given->verdict.usable));
    buffer_append_byte(&line, '.');
    answer_append_driver(&driver, &given->device);
    if (driver.length)
        buffer_append_format(&line, " Its driver: %s.", buffer_text(&driver));
    if (question->is_unsure)
        buffer_append_text(&line, " The name may mean other GPUs, too: passthru query shows them.");
    if (recommendation->may_keep)
        buffer_append_text(&line, " Keep it, unless it has failed already.");
    else if (form_factor == FORM_FACTOR_MOBILE)
        buffer_append_text(&line,
                           " In the laptop itself no card can be added: these are for a desktop, or an "
                           "external box (eGPU).");
    if (given->device.gpu.chip[0] && !same_chip && !recommendation->may_keep)
        buffer_append_format(&line, " No card with its chip %s fits.", given->device.gpu.chip);
    prose_add(prose, PARAGRAPH_FIELD, recommendation->may_keep ? "Keep" : "Instead of",
              recommendation->may_keep ? COLOR_GREEN : COLOR_PLAIN, "%s", buffer_text(&line));
}

/* ---- the table ---- */

enum { NAME_COLUMNS = 25, PRICE_COLUMNS = 13, TABLE_COLUMNS = 80, CELL_SIZE = 24 };

struct cells {
    char price[PRICE_TEXT_SIZE];
    char vram[CELL_SIZE];
    char watts[CELL_SIZE];
    char slots[CELL_SIZE];
    char verdict[CELL_SIZE];
    char reports[CELL_SIZE];
};

static struct cells cells_of(const struct offer *offer)
{
    const struct card *card = &offer->card;
    struct cells cells = {.vram = "?", .watts = "?", .slots = "?", .reports = "none"};
    card_print_price(card, card_condition(card), cells.price);
    if (!cells.price[0])
        snprintf(cells.price, sizeof cells.price, "unknown");
    if (card->vram_gib > 0)
        snprintf(cells.vram, sizeof cells.vram, "%g GB", card->vram_gib);
    if (card->board_power_w)
        snprintf(cells.watts, sizeof cells.watts, "%d", card->board_power_w);
    if (card->slots > 0)
        snprintf(cells.slots, sizeof cells.slots, "%g", card->slots);
    snprintf(cells.verdict, sizeof cells.verdict, "%s %d %%", level_value(offer->verdict.level),
             verdict_percent(offer->verdict.usable));
    if (offer->reports)
        snprintf(cells.reports, sizeof cells.reports, "%d of %d", offer->usable_reports, offer->reports);
    return cells;
}

/* A long price begins further to the left; what leaves no room for the name stands below it. */
static void write_line(const struct prose *prose, const char *name, const struct cells *cells)
{
    int columns = NAME_COLUMNS + PRICE_COLUMNS - (int)strlen(cells->price);
    columns = columns < NAME_COLUMNS ? columns : NAME_COLUMNS;
    bool is_alone = (int)strlen(name) > columns;
    if (is_alone)
        prose_add(prose, PARAGRAPH_LINE, "", COLOR_PLAIN, "  %s", name);
    prose_add(prose, PARAGRAPH_LINE, "", COLOR_PLAIN, "  %-*s %-*s %6s %5s %5s %-11s %7s", columns,
              is_alone ? "" : name, PRICE_COLUMNS, cells->price, cells->vram, cells->watts, cells->slots,
              cells->verdict, cells->reports);
}

static void write_table(const struct prose *prose, const struct offer *offers, int count)
{
    static const struct cells head = {"price", "VRAM", "watts", "slots", "verdict", "reports"};
    if (prose->width >= TABLE_COLUMNS)
        write_line(prose, "card", &head);
    for (int i = 0; i < count; i++) {
        const struct cells cells = cells_of(&offers[i]);
        if (prose->width >= TABLE_COLUMNS) {
            write_line(prose, offers[i].card.name, &cells);
            continue;
        }
        prose_add(prose, PARAGRAPH_ITEM, "-", COLOR_BOLD, "%s", offers[i].card.name);
        prose_add(prose, PARAGRAPH_DETAIL, "", COLOR_PLAIN, "%s, %s, %s W, %s slots, %s, reports: %s",
                  cells.price, cells.vram, cells.watts, cells.slots, cells.verdict, cells.reports);
    }
}

static void write_reasons(const struct prose *prose, const struct recommendation *recommendation)
{
    const struct offer *first = &recommendation->cards[0];
    struct buffer line CLEANUP(buffer_free) = BUFFER(8192);
    char text[PCI_ID_TEXT_SIZE];
    recommend_append_why(&line, recommendation->question, first);
    prose_field(prose, "First", "%s (%s): %s", first->card.name, pci_id_print_number(first->pci_id, text),
                buffer_text(&line));
    buffer_clear(&line);
    recommend_append_mind(&line, recommendation->question, first);
    if (line.length)
        prose_add(prose, PARAGRAPH_FIELD, "Mind", COLOR_YELLOW, "%s", buffer_text(&line));
}

void recommend_write_prose(const struct prose *prose, const struct recommendation *recommendation)
{
    const struct recommend_question *question = recommendation->question;
    struct buffer note CLEANUP(buffer_free) = BUFFER(1 << 16);
    const char *label;
    if (question->instead)
        write_given(prose, recommendation);
    if (recommendation->count) {
        write_question(prose, &question->wanted);
        prose_break(prose);
        write_table(prose, recommendation->cards, recommendation->count);
        prose_break(prose);
        write_reasons(prose, recommendation);
    }
    if (recommendation->unpriced_count) {
        prose_add(prose, PARAGRAPH_DETAIL, "", COLOR_YELLOW,
                  "%sheir price is not known, so they may not fit $%d:",
                  recommendation->count ? "T" : "No card with a known price fits. Of these t",
                  question->wanted.budget);
        prose_break(prose);
        write_table(prose, recommendation->unpriced, recommendation->unpriced_count);
        prose_break(prose);
    }
    for (int i = 0; (label = recommend_append_note(&note, recommendation, i)); i++) {
        prose_field(prose, label, "%s", buffer_text(&note));
        buffer_clear(&note);
    }
    recommend_append_rule_of_thumb(&note, question);
    prose_field(prose, "Rule of thumb", "%s", buffer_text(&note));
}

/* ---- JSON ---- */

static void write_verdict(struct json_writer *writer, const struct verdict *verdict)
{
    json_write_begin_object(writer, "verdict");
    write_level(writer, verdict);
    json_write_integer(writer, "direct_reports", verdict->direct_reports);
    json_write_integer(writer, "pooled_reports", verdict->pooled_reports);
    json_write_end_object(writer);
}

static void write_given_json(struct json_writer *writer, const struct recommendation *recommendation)
{
    const struct answer *given = &recommendation->question->given;
    if (!json_write_begin_object_or_null(writer, "instead_of", recommendation->question->instead))
        return;
    json_write_string(writer, "query", given->query);
    json_write_pci_id(writer, "pci_id", pci_id_number(&given->device.id));
    json_write_string(writer, "name", given->device.name);
    json_write_string(writer, "vendor", given->device.vendor);
    json_write_text_or_null(writer, "chip", given->device.gpu.chip);
    write_verdict(writer, &given->verdict);
    json_write_bool(writer, "recommendable", recommendation->may_keep);
    json_write_end_object(writer);
}

static void write_question_json(struct json_writer *writer, const struct recommendation *recommendation)
{
    const struct card_question *wanted = &recommendation->question->wanted;
    enum guest guest = recommendation->question->guest;
    char vendor[8];
    snprintf(vendor, sizeof vendor, "%04x", (unsigned)wanted->vendor & 0xffff);
    json_write_begin_object(writer, "question");
    json_write_text_or_null(writer, "vendor_id", wanted->vendor == ANY_VENDOR ? NULL : vendor);
    json_write_decimal(writer, "vram_gib", wanted->vram_gib > 0 ? wanted->vram_gib : NAN);
    json_write_integer_or_null(writer, "board_power_w", wanted->watts, wanted->watts);
    json_write_decimal(writer, "slots", wanted->slots > 0 ? wanted->slots : NAN);
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
        json_write_pci_id(writer, NULL, wanted->beside[i]);
    json_write_end_array(writer);
    write_given_json(writer, recommendation);
    json_write_end_object(writer);
}

static void write_offer(struct json_writer *writer, const struct recommend_question *question,
                        const struct offer *offer)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(8192);
    json_write_begin_object(writer, NULL);
    json_write_pci_id(writer, "pci_id", offer->pci_id);
    json_write_begin_array(writer, "pci_ids");
    for (int i = 0; i < offer->pci_id_count; i++)
        json_write_pci_id(writer, NULL, offer->pci_ids[i]);
    json_write_end_array(writer);
    json_write_string(writer, "name", offer->card.name);
    json_write_text_or_null(writer, "chip", offer->chip);
    json_write_bool(writer, "same_chip", recommend_same_chip(question, offer));
    json_write_bool(writer, "sold_both_ways", offer->sold_both_ways);
    json_write_string(writer, "reset", reset_value(offer->reset));
    card_write_price(writer, &offer->card);
    card_write_json(writer, &offer->card, 1);
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
    write_question_json(writer, recommendation);
    write_offers(writer, "cards", question, recommendation->cards, recommendation->count);
    write_offers(writer, "unpriced", question, recommendation->unpriced, recommendation->unpriced_count);
    write_notes(writer, recommendation);
    json_write_integer(writer, "reports", recommendation->reports);
    json_write_end_object(writer);
}
