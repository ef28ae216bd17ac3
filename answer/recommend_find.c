/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "answer/parts.h"
#include "answer/recommend.h"
#include "answer/term.h"
#include "db/cards.h"

struct search {
    struct recommendation *recommendation;
    struct card_question wanted;
    struct offer found[MAX_OFFERS]; /* that fit, whatever they cost */
    int count;
};

enum guest recommend_guest(const struct recommend_question *question)
{
    bool is_macos = question->guest == GUEST_UNKNOWN && question->wanted.purpose == PURPOSE_MACOS;
    return is_macos ? GUEST_MACOS : question->guest;
}

enum error_code recommend_find_given(struct database *database, const char *text,
                                     struct recommend_question *question, struct error *error)
{
    const struct answer_options options = {.chassis = CHASSIS_UNKNOWN, .guest = recommend_guest(question)};
    struct term_gpu gpu;
    if (term_resolve(database, text, &gpu, error) ||
        answer_gather(database, &gpu.id, text, &options, &question->given, error))
        return error->code;
    question->instead = true;
    question->is_unsure = !gpu.is_sure;
    if (question->given.device.is_gpu) {
        const bool computes = gpu_is_for_computing(&question->given.device.gpu);
        const double vram_gib = card_most_vram(question->given.cards, question->given.card_count);
        if (question->wanted.purpose == ANY_PURPOSE && question->wanted.vram_gib <= 0)
            question->wanted.vram_gib =
                computes ? card_like_compute_vram(vram_gib) : card_like_vram(vram_gib);
        if (question->wanted.purpose == ANY_PURPOSE && computes)
            question->wanted.purpose = PURPOSE_LLM; /* who has one wants memory */
        return ERROR_NONE;
    }
    error_set(error, ERROR_NOT_FOUND, "as far as is known %s is not a GPU", text);
    return error_next(error, "name the GPU itself; without a name, passthru recommend says what to buy");
}

enum error_code recommend_add_neighbour(struct database *database, const struct pci_id *id,
                                        struct recommend_question *question, struct error *error)
{
    struct neighbour *neighbour = &question->neighbours[question->neighbour_count];
    struct card cards[MAX_CARDS_OF_ID];
    int count;
    error->code = ERROR_NONE;
    if (question->neighbour_count == MAX_BESIDE)
        return ERROR_NONE;
    if (database_find_device(database, id, &neighbour->device, error))
        return error->code == ERROR_NOT_FOUND ? error->code = ERROR_NONE : error->code;
    if (!neighbour->device.is_gpu)
        return ERROR_NONE;
    if (database_find_cards(database, id, cards, MAX_CARDS_OF_ID, &count, error))
        return error->code;
    neighbour->card.name[0] = '\0';
    neighbour->is_one_of = count > 1;
    for (int i = 0; i < count; i++) /* which of them it is nobody knows: the hungriest */
        if (!i || cards[i].board_power_w > neighbour->card.board_power_w)
            neighbour->card = cards[i];
    question->wanted.beside[question->wanted.beside_count++] = pci_id_number(id);
    question->neighbour_count++;
    return ERROR_NONE;
}

bool recommend_same_chip(const struct recommend_question *question, const struct offer *offer)
{
    const struct gpu *given = &question->given.device.gpu;
    return question->instead && given->chip[0] && offer->pci_id >> 16 == given->id.vendor &&
           strcmp(offer->chip, given->chip) == 0;
}

static enum error_code on_offer(void *context, const struct offer *offer, struct error *error)
{
    struct search *search = context;
    const struct recommend_question *question = search->recommendation->question;
    const struct gpu *given = question->instead ? &question->given.device.gpu : NULL;
    bool resets = offer->reset == RESET_FLR || offer->reset == RESET_BUS;
    bool is_given = false;
    /* A card that does not reset is no cure for another one. */
    bool by_module = offer->reset == RESET_VENDOR_RESET &&
                     !(given && (gpu_reset(given) == RESET_VENDOR_RESET || gpu_reset(given) == RESET_BROKEN));
    error->code = ERROR_NONE;
    for (int i = 0; given && i < offer->pci_id_count; i++)
        is_given |= offer->pci_ids[i] == pci_id_number(&given->id);
    if ((!resets && !by_module) || !offer_fits(offer, &search->wanted))
        return ERROR_NONE;
    if (is_given) {
        search->recommendation->may_keep |= resets;
        return ERROR_NONE;
    }
    if (search->count == MAX_OFFERS)
        return error_set(error, ERROR_NO_MEMORY, "more than %d cards", MAX_OFFERS);
    search->found[search->count++] = *offer;
    return ERROR_NONE;
}

/* A card that needs a module of its own to reset is the last resort. */
static void drop_vendor_reset(struct search *search)
{
    int kept = 0;
    for (int i = 0; i < search->count; i++)
        if (search->found[i].reset != RESET_VENDOR_RESET)
            search->found[kept++] = search->found[i];
    if (kept)
        search->count = kept;
}

/* Two with the same chip at most come first: its tenth variant helps nobody. */
enum { MAX_SIBLINGS = 2 };

/* The chip that somebody has first, unless a purpose says what is best; and only the cards that one can pay.
 */
static void take_best(struct search *search)
{
    struct recommendation *best = search->recommendation;
    const struct recommend_question *question = best->question;
    bool by_chip = question->instead && !best->may_keep && question->wanted.purpose == ANY_PURPOSE;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0, siblings = 0; i < search->count; i++) {
            const struct offer *offer = &search->found[i];
            bool is_sibling = by_chip && recommend_same_chip(question, offer) && ++siblings <= MAX_SIBLINGS;
            if (is_sibling == (pass != 0))
                continue;
            if (best->count < question->limit &&
                (!search->wanted.budget || offer_in_budget(offer, &search->wanted)))
                best->cards[best->count++] = *offer;
        }
}

/* The cheapest of those that fit all but the budget, NULL when no price is known. */
static const struct offer *cheapest(const struct search *search)
{
    const struct offer *found = NULL;
    int least = 0;
    for (int i = 0; i < search->count; i++) {
        const struct card *card = &search->found[i].card;
        int condition = card_condition(card);
        if (condition == CONDITION_COUNT || (found && card->prices[condition].high >= least))
            continue;
        found = &search->found[i];
        least = card->prices[condition].high;
    }
    return found;
}

static enum error_code say_too_dear(const struct search *search, struct error *error)
{
    static const char raise_budget[] = "name a higher --budget, or leave it out";
    const struct offer *offer = cheapest(search);
    if (!offer) {
        error_set(error, ERROR_NOT_FOUND, "no card fits $%d: of those that fit otherwise no price is known",
                  search->wanted.budget);
        return error_next(error, "%s",
                          search->wanted.unpriced ? raise_budget
                                                  : "add --unpriced to see them, and look up what they cost");
    }
    int condition = card_condition(&offer->card);
    char price[PRICE_TEXT_SIZE];
    card_print_price(&offer->card, condition, price);
    error_set(error, ERROR_NOT_FOUND, "no card fits $%d: the cheapest with a known price is %s, %s%s (%s)",
              search->wanted.budget, offer->card.name, price, condition == CONDITION_USED ? " used" : "",
              offer->card.prices[condition].as_of);
    return error_next(error, "%s",
                      search->wanted.unpriced
                          ? raise_budget
                          : "add --unpriced to see cards whose price is not known, or leave out --budget");
}

/* The options that filter, and what they set. */
#define FILTER(option, member)                                                                               \
    {                                                                                                        \
        option, offsetof(struct card_question, member), sizeof((struct card_question *)0)->member            \
    }
static const struct {
    const char *option;
    size_t place;
    size_t size;
} filters[] = {
    FILTER("--vram", vram_gib),        FILTER("--watts", watts),     FILTER("--slots", slots),
    FILTER("--max-length", length_mm), FILTER("--no-plug", no_plug), FILTER("--low-profile", low_profile),
    FILTER("--passive", passive),      FILTER("--split", guests),    FILTER("--encode", encode),
    FILTER("--decode", decode),        FILTER("--vendor", vendor),   FILTER("--beside", beside_count),
    FILTER("--guest", macos)};

/* Says which one filter stands in the way, where it is one. */
static enum error_code say_none_fits(struct database *database, struct search *search, struct error *error)
{
    const struct card_question wanted = search->wanted;
    const struct card_question none = {.vendor = ANY_VENDOR};
    for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
        const char *option = filters[i].option;
        char *value = (char *)&search->wanted + filters[i].place;
        const char *unset = (const char *)&none + filters[i].place;
        bool is_asked = memcmp(value, unset, filters[i].size) != 0;
        memcpy(value, unset, filters[i].size);
        search->count = 0;
        if (is_asked && database_each_offer(database, recommend_guest(search->recommendation->question),
                                            on_offer, search, error))
            return error->code;
        search->wanted = wanted;
        if (!search->count)
            continue;
        error_set(error, ERROR_NOT_FOUND, "no card fits; %d card%s if it were not for %s", search->count,
                  search->count == 1 ? " would" : "s would", option);
        return error_next(error, "ask again without %s, or with another value", option);
    }
    error_set(error, ERROR_NOT_FOUND,
              "no card fits%s%s: none with drivers that get security fixes, and likely to work, is known to "
              "have all of that",
              wanted.purpose == ANY_PURPOSE ? "" : " for --use ",
              wanted.purpose == ANY_PURPOSE ? "" : purpose_value(wanted.purpose));
    return error_next(error, "ask for less; passthru query says what is known of one card");
}

enum error_code recommend_gather(struct database *database, const struct recommend_question *question,
                                 struct recommendation *recommendation, struct error *error)
{
    static struct search search; /* too large for a stack */
    struct database_counts counts;
    search.recommendation = recommendation;
    search.wanted = question->wanted;
    search.count = 0;
    recommendation->question = question;
    recommendation->may_keep = false;
    recommendation->count = recommendation->unpriced_count = 0;
    if (database_each_offer(database, recommend_guest(question), on_offer, &search, error))
        return error->code;
    if (!search.count)
        return say_none_fits(database, &search, error);
    drop_vendor_reset(&search);
    qsort_r(search.found, (size_t)search.count, sizeof *search.found, offer_compare, &search.wanted);
    take_best(&search);
    bool with_unpriced = search.wanted.budget && search.wanted.unpriced;
    if (with_unpriced)
        qsort(search.found, (size_t)search.count, sizeof *search.found, offer_compare_launch);
    for (int i = 0; with_unpriced && i < search.count && recommendation->unpriced_count < question->limit;
         i++)
        if (offer_may_fit_budget(&search.found[i], &search.wanted))
            recommendation->unpriced[recommendation->unpriced_count++] = search.found[i];
    if (!recommendation->count && !recommendation->unpriced_count)
        return say_too_dear(&search, error);
    if (!database_count(database, &counts, error))
        recommendation->reports = counts.reports;
    return error->code;
}
