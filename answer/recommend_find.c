/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "answer/parts.h"
#include "answer/recommend.h"
#include "answer/term.h"

/* More cards than pci.ids has by far. */
enum { MAX_FOUND = 4096 };

struct search {
    struct database *database;
    const struct recommend_question *question;
    char given_product[PRODUCT_NAME_SIZE]; /* "" when there is none */
    struct candidate found[MAX_FOUND];
    int count;
    struct answer answer;
};

static bool is_likely(const struct verdict *verdict)
{
    return verdict->level == LEVEL_WORKS || verdict->level == LEVEL_LIKELY;
}

static enum error_code suits_use(struct database *database, int use, uint16_t vendor, const char *chip,
                                 bool outputs, bool *suits, struct error *error)
{
    struct chip_use stated;
    *suits = true;
    error->code = ERROR_NONE;
    if (use == ANY_USE || database_find_chip_use(database, vendor, chip, (enum use)use, &stated, error))
        return error->code;
    *suits = chip_suits_use(&stated, (enum use)use, outputs);
    return ERROR_NONE;
}

static enum error_code judge_given(struct database *database, struct recommend_question *question,
                                   struct error *error)
{
    const struct gpu *gpu = &question->given.device.gpu;
    bool card = gpu_form_factor(gpu) == FORM_FACTOR_DESKTOP || gpu_form_factor(gpu) == FORM_FACTOR_SERVER;
    bool resets = gpu_reset(gpu) == RESET_FLR || gpu_reset(gpu) == RESET_BUS;
    bool suits;
    if (suits_use(database, question->use, gpu->id.vendor, gpu->chip, gpu_display(gpu) == DISPLAY_OUTPUTS,
                  &suits, error))
        return error->code;
    question->may_keep =
        card && resets && gpu_vbios(gpu) == VBIOS_ROM_BAR && suits && is_likely(&question->given.verdict);
    return ERROR_NONE;
}

enum error_code recommend_find_given(struct database *database, const char *text,
                                     struct recommend_question *question, struct error *error)
{
    const struct answer_options options = {.chassis = CHASSIS_UNKNOWN};
    struct term_gpu gpu;
    if (term_resolve(database, text, CHASSIS_UNKNOWN, &gpu, error) ||
        answer_gather(database, &gpu.id, text, &options, &question->given, error))
        return error->code;
    question->instead = true;
    question->is_unsure = !gpu.is_sure;
    if (question->given.device.is_gpu)
        return judge_given(database, question, error);
    error_set(error, ERROR_NOT_FOUND, "as far as is known %s is not a GPU", text);
    return error_next(error, "name the GPU itself; without a name, passthru recommend says what to buy");
}

/* Cards of one product have many IDs, and the price list may put several names and chips together; but one
 * name with another chip is another card. */
static bool same_product(const struct candidate *a, const struct candidate *b)
{
    if (a->card.price_line && a->card.price_line == b->card.price_line)
        return true;
    return a->card.pci_id >> 16 == b->card.pci_id >> 16 && strcasecmp(a->product, b->product) == 0 &&
           strcmp(a->card.chip, b->card.chip) == 0;
}

/* What the question itself rules out, without a look at any report. */
static enum error_code fits(struct search *search, const struct card *card, bool *answer, struct error *error)
{
    const struct recommend_question *question = search->question;
    *answer = false;
    error->code = ERROR_NONE;
    if (question->vendor != ANY_VENDOR && question->vendor != (int)(card->pci_id >> 16))
        return ERROR_NONE;
    if (card->server && question->use != USE_COMPUTE)
        return ERROR_NONE;
    return suits_use(search->database, question->use, (uint16_t)(card->pci_id >> 16), card->chip,
                     card->outputs, answer, error);
}

static enum error_code on_card(void *context, const struct card *card, struct error *error)
{
    struct search *search = context;
    const struct recommend_question *question = search->question;
    /* Who buys a card gets one, also where a laptop chip has the same ID. */
    const struct answer_options options = {.chassis =
                                               card->sold_both_ways ? CHASSIS_DESKTOP : CHASSIS_UNKNOWN};
    const struct gpu *given = &question->given.device.gpu;
    struct pci_id id = pci_id_from_number(card->pci_id);
    bool fitting;
    if (fits(search, card, &fitting, error) || !fitting)
        return error->code;
    if (search->count == MAX_FOUND)
        return error_set(error, ERROR_NO_MEMORY, "more than %d cards", MAX_FOUND);
    struct candidate *found = &search->found[search->count];
    *found = (struct candidate){.card = *card, .chassis = options.chassis};
    if (!product_name(card->name, card->chip, found->product))
        return ERROR_NONE;
    if (question->instead &&
        (card->pci_id == pci_id_number(&given->id) ||
         (card->pci_id >> 16 == given->id.vendor && strcasecmp(found->product, search->given_product) == 0)))
        return ERROR_NONE;
    if (answer_gather(search->database, &id, "", &options, &search->answer, error))
        return error->code;
    if (!is_likely(&search->answer.verdict) || gpu_vbios(&search->answer.device.gpu) != VBIOS_ROM_BAR)
        return ERROR_NONE;
    found->same_chip = question->instead && given->chip[0] && card->pci_id >> 16 == given->id.vendor &&
                       strcmp(card->chip, given->chip) == 0;
    /* Who has a good card already wants the best supported ones. */
    found->first_choice = found->same_chip && !question->may_keep;
    found->usable_reports = usable_reports(search->answer.evidence[EVIDENCE_ID].counts);
    found->verdict = search->answer.verdict;
    search->count++;
    return ERROR_NONE;
}

/* Of the IDs of one product the one with the most evidence stands for all. */
static void merge_products(struct search *search)
{
    int kept = 0;
    for (int i = 0; i < search->count; i++) {
        const struct candidate *card = &search->found[i];
        struct candidate *first = NULL;
        for (int j = 0; j < kept && !first; j++)
            if (same_product(&search->found[j], card))
                first = &search->found[j];
        if (!first) {
            search->found[kept++] = *card;
            continue;
        }
        if (first->same_product_count < MAX_SAME_PRODUCT)
            first->same_product[first->same_product_count++] = card->card.pci_id;
        if (!first->card.price_usd) {
            first->card.price_usd = card->card.price_usd;
            first->card.price_line = card->card.price_line;
            memcpy(first->card.price_as_of, card->card.price_as_of, sizeof first->card.price_as_of);
        }
    }
    search->count = kept;
}

/* A card that needs a module of its own to reset is the last resort. */
static void drop_vendor_reset(struct search *search)
{
    int kept = 0;
    for (int i = 0; i < search->count; i++)
        if (!search->found[i].card.vendor_reset)
            search->found[kept++] = search->found[i];
    if (kept)
        search->count = kept;
}

/* Leaves the cards whose known price is within the budget and, after them, those of unknown price; but where
 * each known price is too high, a card of unknown price is no answer. */
static enum error_code keep_to_budget(struct search *search, struct error *error)
{
    struct candidate cheapest = {.card = {.price_usd = 0}};
    int budget = search->question->budget;
    int lowest_price;
    int kept = 0;
    int priced = 0;
    if (database_find_cheapest(search->database, &lowest_price, error))
        return error->code;
    for (int i = 0; i < search->count; i++) {
        struct candidate *card = &search->found[i];
        if (card->card.price_usd &&
            (!cheapest.card.price_usd || card->card.price_usd < cheapest.card.price_usd))
            cheapest = *card;
        if (card->card.price_usd > budget)
            continue;
        card->in_budget = card->card.price_usd > 0;
        priced += card->in_budget;
        search->found[kept++] = *card;
    }
    search->count = kept;
    if (!priced && cheapest.card.price_usd)
        error_set(error, ERROR_NOT_FOUND,
                  "no card fits $%d: the cheapest with a known price is %s, about $%d used (%s)", budget,
                  cheapest.product, cheapest.card.price_usd, cheapest.card.price_as_of);
    else if (!priced && budget < lowest_price)
        error_set(error, ERROR_NOT_FOUND, "no card fits $%d: the lowest known price is $%d", budget,
                  lowest_price);
    if (error->code)
        return error_next(error, "leave out --budget to see cards of any price, and look up what they cost");
    qsort(search->found, (size_t)search->count, sizeof *search->found, candidate_compare);
    return ERROR_NONE;
}

static enum error_code run_search(struct search *search, struct error *error)
{
    const struct recommend_question *question = search->question;
    const struct device *given = &question->given.device;
    if (question->instead && !product_name(given->name, given->gpu.chip, search->given_product))
        search->given_product[0] = '\0';
    if (database_each_card(search->database, on_card, search, error))
        return error->code;
    qsort(search->found, (size_t)search->count, sizeof *search->found, candidate_compare);
    merge_products(search);
    drop_vendor_reset(search);
    if (search->count && question->budget && keep_to_budget(search, error))
        return error->code;
    if (search->count)
        return ERROR_NONE;
    error_set(error, ERROR_NOT_FOUND,
              "no card fits: none that is likely to work, with its vBIOS on the card and a working reset, "
              "is known%s%s%s",
              question->use == ANY_USE ? "" : " for --use ",
              question->use == ANY_USE ? "" : vocabulary_value(&vocabulary_use, question->use),
              question->vendor == ANY_VENDOR ? "" : " from this --vendor");
    return error_next(error, "ask without --vendor or --use; passthru query says what is known of one card");
}

static enum error_code take_best(const struct search *search, struct recommendation *recommendation,
                                 struct error *error)
{
    struct database_counts counts;
    for (int i = 0; i < search->count && i < MAX_RECOMMENDED; i++) {
        struct recommended *card = &recommendation->cards[i];
        struct pci_id id = pci_id_from_number(search->found[i].card.pci_id);
        const struct answer_options options = {.chassis = search->found[i].chassis};
        card->candidate = search->found[i];
        if (answer_gather(search->database, &id, "", &options, &card->answer, error))
            return error->code;
        for (int use = 0; use < USE_COUNT; use++)
            if (database_find_chip_use(search->database, id.vendor, card->candidate.card.chip, (enum use)use,
                                       &card->uses[use], error))
                return error->code;
        recommendation->count = i + 1;
    }
    if (!database_count(search->database, &counts, error))
        recommendation->reports = counts.reports;
    return error->code;
}

enum error_code recommend_gather(struct database *database, const struct recommend_question *question,
                                 struct recommendation *recommendation, struct error *error)
{
    static struct search search; /* too large for a stack */
    search.database = database;
    search.question = question;
    search.count = recommendation->count = 0;
    recommendation->question = question;
    if (!run_search(&search, error))
        take_best(&search, recommendation, error);
    return error->code;
}
