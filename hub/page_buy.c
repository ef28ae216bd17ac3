/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/pages.h"

#include <stdlib.h>
#include <string.h>

#include "answer/recommend.h"
#include "db/cards.h"
#include "hub/template.h"

/* A card, with what a guest changes: how likely it is to work, and its place among cards that are as fit. */
struct choice {
    struct offer offer;
    struct {
        struct verdict verdict;
        int place; /* from 1; 0: it is not likely to work */
    } guests[GUEST_COUNT];
};

struct choices {
    struct choice *items;
    int count;
    enum guest guest; /* of this visit */
    int at;           /* the next card in it: each visit has the same cards in the same order */
    json_t *parts;    /* of cards, each once: many have the same */
    json_t *numbers;  /* of the parts */
};

/* ---- which cards, and their order ---- */

enum { FLAG_SHARED = 1, FLAG_PASSIVE = 2, FLAG_BUDGET = 4, FLAG_COUNT = 8 };

static struct card_question question_of(int purpose, int flags)
{
    return (struct card_question){.purpose = purpose,
                                  .vendor = ANY_VENDOR,
                                  .budget = flags & FLAG_BUDGET ? 1 : 0,
                                  .passive = flags & FLAG_PASSIVE,
                                  .guests = flags & FLAG_SHARED ? 2 : 0};
}

static bool fits_any(const struct offer *offer)
{
    for (int purpose = ANY_PURPOSE; purpose < PURPOSE_COUNT; purpose++)
        for (int flags = 0; flags < FLAG_BUDGET; flags++) {
            const struct card_question question = question_of(purpose, flags);
            if (offer_fits(offer, &question))
                return true;
        }
    return false;
}

/* Adds a card that fits something if it is likely to work. */
static enum error_code add_choice(void *context, const struct offer *offer, struct error *error)
{
    struct choices *choices = context;
    struct offer likely = *offer;
    error->code = ERROR_NONE;
    likely.verdict.level = LEVEL_LIKELY;
    if ((offer->reset != RESET_FLR && offer->reset != RESET_BUS && offer->reset != RESET_VENDOR_RESET) ||
        !fits_any(&likely))
        return ERROR_NONE;
    if (choices->at == MAX_OFFERS) {
        error_set(error, ERROR_BAD_INPUT, "the database has more than %d cards that one can buy", MAX_OFFERS);
        return error_next(error, "build it from a cards.tsv without those that nobody sells");
    }
    struct choice *choice = &choices->items[choices->at++];
    if (choices->at > choices->count) {
        *choice = (struct choice){.offer = *offer};
        choices->count = choices->at;
    }
    choice->guests[choices->guest].verdict = offer->verdict;
    choice->guests[choices->guest].place = fits_any(offer);
    return ERROR_NONE;
}

/* Numbers the cards that are likely to work with a guest in the order of recommend. An offer is what a choice
 * begins with, so that those who compare offers compare choices. */
static void set_places(struct choices *choices, enum guest guest)
{
    int place = 0;
    for (int i = 0; i < choices->count; i++)
        choices->items[i].offer.verdict = choices->items[i].guests[guest].verdict;
    qsort(choices->items, (size_t)choices->count, sizeof *choices->items, offer_compare_evidence);
    for (int i = 0; i < choices->count; i++)
        if (choices->items[i].guests[guest].place)
            choices->items[i].guests[guest].place = ++place;
}

static enum error_code gather(struct database *database, struct choices *choices, struct error *error)
{
    for (int guest = 0; guest < GUEST_COUNT; guest++) {
        choices->guest = (enum guest)guest;
        choices->at = 0;
        if (database_each_offer(database, choices->guest, add_choice, choices, error))
            return error->code;
    }
    for (int guest = 0; guest < GUEST_COUNT; guest++)
        set_places(choices, (enum guest)guest);
    qsort(choices->items, (size_t)choices->count, sizeof *choices->items, offer_compare_launch);
    return error->code;
}

/* ---- buy.json ---- */

/* Which of the parts this one is. Takes it over. */
static json_t *number_of(struct choices *choices, json_t *part)
{
    char *key = json_dumps(part, JSON_ENCODE_ANY | JSON_COMPACT);
    json_t *number = key ? json_object_get(choices->numbers, key) : NULL;
    if (!number) {
        number = json_integer((json_int_t)json_array_size(choices->parts));
        buffer_memory_was_short |= !key || json_object_set_new(choices->numbers, key, number);
        json_array_append(choices->parts, part);
    }
    json_decref(part);
    free(key);
    return json_incref(number);
}

/* For each purpose, first that of no purpose, null or with each of the flags: twice how it stands, or null.
 */
static json_t *standings(struct choices *choices, const struct offer *offer)
{
    struct offer likely = *offer;
    likely.verdict.level = LEVEL_LIKELY;
    json_t *by_purpose = json_array();
    for (int purpose = ANY_PURPOSE; purpose < PURPOSE_COUNT; purpose++) {
        json_t *by_flags = json_array();
        for (int flags = 0; flags < FLAG_COUNT; flags++) {
            const struct card_question question = question_of(purpose, flags);
            const bool fits = offer_fits(&likely, &question);
            json_array_append_new(by_flags,
                                  fits ? json_integer((json_int_t)(2 * offer_standing(offer, &question)))
                                       : json_null());
        }
        json_array_append_new(by_purpose, number_of(choices, by_flags));
    }
    return by_purpose;
}

struct clauses {
    struct choices *choices;
    json_t *list;
    bool can_be_shared;
};

static void add_clause(void *context, unsigned concerns, const char *text)
{
    const struct clauses *clauses = context;
    const bool can_be_asked = !(concerns & CONCERNS_SHARING) || clauses->can_be_shared;
    if (concerns != CONCERNS_NOBODY && can_be_asked)
        json_array_append_new(clauses->list, number_of(clauses->choices, json_pack("[i,o]", (int)concerns,
                                                                                   template_text(text))));
}

static json_t *clauses_of(struct choices *choices, const struct offer *offer,
                          void (*each)(const struct offer *, const struct clause_visitor *))
{
    const char *split = offer->card.features.split;
    struct clauses clauses = {choices, json_array(), *split && strcmp(split, "none") != 0};
    each(offer, &(struct clause_visitor){add_clause, &clauses});
    return clauses.list;
}

/* For each guest null, or the card's place, and how likely it is to work: level, percent, and a sentence. */
static json_t *guests_of(struct choices *choices, const struct choice *choice)
{
    json_t *guests = json_array();
    struct offer offer = choice->offer;
    for (int guest = 0; guest < GUEST_COUNT; guest++) {
        struct buffer said CLEANUP(buffer_free) = BUFFER(1024);
        if (!choice->guests[guest].place) {
            json_array_append_new(guests, json_null());
            continue;
        }
        json_t *shown = json_object();
        offer.verdict = choice->guests[guest].verdict;
        recommend_append_evidence(&said, &offer);
        page_set_level(shown, offer.verdict.level, offer.verdict.usable);
        template_set(shown, "said", buffer_text(&said));
        json_array_append_new(guests,
                              json_pack("[i,o]", choice->guests[guest].place, number_of(choices, shown)));
    }
    return guests;
}

static json_t *ids_of(const struct offer *offer)
{
    json_t *ids = json_array();
    for (int i = 0; i < offer->pci_id_count; i++) {
        char slug[PCI_ID_TEXT_SIZE];
        page_gpu_slug(offer->pci_ids[i], slug);
        json_array_append_new(ids, template_text(slug));
    }
    return ids;
}

/* What a card can do; what it cannot is left out. */
static void set_flags(json_t *card, const struct offer *offer)
{
    const struct card *sold = &offer->card;
    const struct {
        const char *name;
        bool is_set;
    } flags[] = {
        {"no_plug", card_needs_no_plug(sold)},
        {"low_profile", sold->low_profile == LOW_PROFILE_YES || sold->low_profile == LOW_PROFILE_SOME},
        {"passive", sold->cooling == COOLING_PASSIVE || sold->cooling == COOLING_SOME},
        {"macos", card_is_for_macos(sold->features.macos)},
        {"module", offer->reset == RESET_VENDOR_RESET},
        {"priced", card_condition(sold) < CONDITION_COUNT},
    };
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
        if (flags[i].is_set)
            json_object_set_new(card, flags[i].name, json_true());
}

static void set_facts(json_t *card, const struct offer *offer)
{
    struct buffer facts CLEANUP(buffer_free) = BUFFER(4096);
    char slug[PCI_ID_TEXT_SIZE];
    card_append_facts(&facts, &offer->card, 1);
    page_gpu_slug(offer->pci_id, slug);
    template_set(card, "slug", slug);
    template_set(card, "name", offer->card.name);
    template_set(card, "facts", buffer_text(&facts));
}

static json_t *card_values(struct choices *choices, const struct choice *choice)
{
    const struct offer *offer = &choice->offer;
    const struct card *sold = &offer->card;
    json_t *card =
        json_pack("{s:f,s:i,s:f,s:i,s:i,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "vram", sold->vram_gib, "watts",
                  sold->board_power_w, "slots", sold->slots, "length", sold->length_mm, "least",
                  offer_least_budget(offer), "ids", ids_of(offer), "encode",
                  number_of(choices, template_text(sold->features.encode)), "decode",
                  number_of(choices, template_text(sold->features.decode)), "fit", standings(choices, offer),
                  "why", clauses_of(choices, offer, recommend_each_reason), "mind",
                  clauses_of(choices, offer, recommend_each_doubt), "guests", guests_of(choices, choice));
    set_flags(card, offer);
    set_facts(card, offer);
    template_set(card, "chip", offer->chip);
    return card;
}

/* ---- the page ---- */

/* The last thing that is done with the choices: their order is another one then. */
static json_t *rows_of(struct choices *choices)
{
    struct card_question question = question_of(ANY_PURPOSE, 0);
    json_t *rows = json_array();
    for (int i = 0; i < choices->count; i++)
        choices->items[i].offer.verdict = choices->items[i].guests[GUEST_UNKNOWN].verdict;
    qsort_r(choices->items, (size_t)choices->count, sizeof *choices->items, offer_compare, &question);
    for (int i = 0; i < choices->count; i++) {
        const struct offer *offer = &choices->items[i].offer;
        if (offer->reset == RESET_VENDOR_RESET || !offer_fits(offer, &question))
            continue;
        json_t *row = json_object();
        set_facts(row, offer);
        page_set_level(row, offer->verdict.level, offer->verdict.usable);
        json_array_append_new(rows, row);
    }
    return rows;
}

enum error_code page_buy_write(struct database *database, json_t *values, struct buffer *out,
                               struct error *error)
{
    struct choices choices = {
        .items = calloc(MAX_OFFERS, sizeof *choices.items), .parts = json_array(), .numbers = json_object()};
    json_t *cards = json_array();
    if (!choices.items)
        error_set(error, ERROR_NO_MEMORY, "no memory for the cards");
    else if (!gather(database, &choices, error)) {
        for (int i = 0; i < choices.count; i++)
            json_array_append_new(cards, card_values(&choices, &choices.items[i]));
        json_t *whole = json_pack("{s:O,s:O}", "parts", choices.parts, "cards", cards);
        char *text = json_dumps(whole, JSON_COMPACT | JSON_ENSURE_ASCII);
        out->failed |= !text;
        buffer_append_text(out, text ? text : "");
        free(text);
        json_decref(whole);
        json_object_set_new(values, "cards", rows_of(&choices));
    }
    json_decref(cards);
    json_decref(choices.parts);
    json_decref(choices.numbers);
    free(choices.items);
    return error->code;
}
