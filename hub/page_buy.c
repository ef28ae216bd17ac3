/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/page_buy.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "answer/card.h"
#include "db/cards.h"
#include "hub/page_gpu.h"
#include "hub/template.h"

struct offers {
    json_t *cards;
    int first_purpose; /* those that the verdicts of this visit are for */
    int last_purpose;
};

/* For each purpose, with and without a budget, to be passive, and to be shared: how fit it is, in steps, or
 * null. buy.js has the same order. Returns whether it fits any. */
static bool append_fitness(const struct offers *offers, const struct offer *offer, json_t *fitness)
{
    bool fits_any = false;
    for (int purpose = offers->first_purpose; purpose <= offers->last_purpose; purpose++)
        for (int flags = 0; flags < 8; flags++) {
            const struct card_question question = {.purpose = purpose,
                                                   .vendor = ANY_VENDOR,
                                                   .budget = flags & 4 ? 1 : 0,
                                                   .passive = flags & 2,
                                                   .guests = flags & 1 ? 2 : 0};
            const bool fits = offer_fits(offer, &question);
            json_array_append_new(fitness, fits ? json_real(offer_fitness(offer, &question)) : json_null());
            fits_any |= fits;
        }
    return fits_any;
}

static void set_price(json_t *card, const struct card *sold)
{
    const int condition = card_condition(sold);
    const bool is_known = condition < CONDITION_COUNT;
    json_object_set_new(card, "low", json_integer(is_known ? sold->prices[condition].low : 0));
    json_object_set_new(card, "high", json_integer(is_known ? sold->prices[condition].high : 0));
}

static enum error_code add_offer(void *context, const struct offer *offer, struct error *error)
{
    const struct offers *offers = context;
    const struct card *sold = &offer->card;
    json_t *fitness = json_array();
    error->code = ERROR_NONE;
    if ((offer->reset != RESET_FLR && offer->reset != RESET_BUS && offer->reset != RESET_VENDOR_RESET) ||
        !append_fitness(offers, offer, fitness)) {
        json_decref(fitness);
        return ERROR_NONE;
    }
    struct buffer facts CLEANUP(buffer_free) = BUFFER(4096);
    char slug[PCI_ID_TEXT_SIZE];
    json_t *card =
        json_pack("{s:o,s:I,s:f,s:i,s:f,s:i,s:b,s:b,s:b,s:b,s:b,s:i,s:f,s:i}", "fitness", fitness, "id",
                  (json_int_t)offer->pci_id, "vram", sold->vram_gib, "watts", sold->board_power_w, "slots",
                  sold->slots, "length", sold->length_mm, "no_plug", card_needs_no_plug(sold), "low_profile",
                  sold->low_profile == LOW_PROFILE_YES || sold->low_profile == LOW_PROFILE_SOME, "passive",
                  sold->cooling == COOLING_PASSIVE || sold->cooling == COOLING_SOME, "split",
                  sold->features.split[0] && strcmp(sold->features.split, "none") != 0, "module",
                  offer->reset == RESET_VENDOR_RESET, "rank", (int)offer->verdict.level, "usable",
                  offer->verdict.usable, "reports", offer->usable_reports);
    page_gpu_slug(offer->pci_id, slug);
    card_append_facts(&facts, sold, 1);
    template_set(card, "slug", slug);
    template_set(card, "name", sold->name);
    template_set(card, "facts", buffer_text(&facts));
    template_set(card, "encode", sold->features.encode);
    template_set(card, "decode", sold->features.decode);
    page_set_level(card, offer->verdict.level, offer->verdict.usable);
    set_price(card, sold);
    json_array_append_new(offers->cards, card);
    return ERROR_NONE;
}

enum error_code page_buy_write(struct database *database, struct buffer *out, struct error *error)
{
    struct offers any = {json_array(), ANY_PURPOSE, PURPOSE_MACOS - 1};
    struct offers macos = {json_array(), PURPOSE_MACOS, PURPOSE_MACOS};
    json_t *whole = json_pack("{s:o,s:o}", "cards", any.cards, "macos", macos.cards);
    if (!database_each_offer(database, GUEST_UNKNOWN, add_offer, &any, error) &&
        !database_each_offer(database, GUEST_MACOS, add_offer, &macos, error)) {
        char *text = json_dumps(whole, JSON_COMPACT | JSON_ENSURE_ASCII);
        out->failed |= !text;
        buffer_append_text(out, text ? text : "");
        free(text);
    }
    json_decref(whole);
    return error->code;
}
