/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/card_rank.h"

#include "core/macros.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- a card by itself ---- */

bool card_list_has(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (; *list; list += strcspn(list, ","), list += *list == ',')
        if (strcspn(list, ",") == length && strncmp(list, word, length) == 0)
            return true;
    return false;
}

int card_condition(const struct card *card)
{
    int condition = 0;
    while (condition < CONDITION_COUNT && !card->prices[condition].low)
        condition++;
    return condition;
}

bool card_has_outputs(const struct card *card)
{
    return card->outputs[0] && strcmp(card->outputs, "none") != 0;
}

bool card_needs_no_plug(const struct card *card)
{
    return strcmp(card->power_connectors, "none") == 0 || strncmp(card->power_connectors, "none or ", 8) == 0;
}

/* What a heat sink alone gets rid of, on a board that is made for it. */
static const int most_passive_w = 75;

bool card_needs_airflow(const struct card *card)
{
    return card->cooling == COOLING_PASSIVE &&
           (card->sold == SOLD_SERVER || card->board_power_w > most_passive_w);
}

/* ---- what cannot be bought or used ---- */

static bool is_for_computing(int purpose)
{
    return purpose == PURPOSE_LLM || purpose == PURPOSE_COMPUTE;
}

/* Older cards are left out, whatever their drivers. */
static const char *oldest(int purpose)
{
    return purpose == PURPOSE_GAMING ? "2016" : "2014";
}

static bool is_current(const char *version)
{
    return strcmp(version, "current") == 0;
}

/* AGP, PCI, MXM, the slots of Macs, what is sold in complete computers only. */
static bool can_be_bought(const struct card *card, int purpose)
{
    bool by_itself = card->sold == SOLD_RETAIL || card->sold == SOLD_SERVER ||
                     (card->sold == SOLD_MINING && is_for_computing(purpose));
    return by_itself && strncmp(card->bus, "PCIe ", 5) == 0 && strcmp(card->released, oldest(purpose)) >= 0;
}

/* ---- the filters of a question ---- */

static bool at_most(double value, double limit)
{
    return limit <= 0 || (value > 0 && value <= limit);
}

static bool has_all(const char *list, const char *wanted)
{
    char word[CARD_WORD_SIZE];
    for (; wanted && *wanted; wanted += *wanted == ',') {
        size_t length = strcspn(wanted, ",");
        if (length >= sizeof word)
            return false;
        memcpy(word, wanted, length);
        word[length] = '\0';
        if (!card_list_has(list, word))
            return false;
        wanted += length;
    }
    return true;
}

/* A list of data/chips.tsv that names something. */
static bool has_some(const char *list)
{
    return *list && strcmp(list, "none") != 0;
}

/* The oldest macOS that gets security fixes. */
static const int oldest_macos = 14;

/* "12-" goes on, "10.15-26" ends late enough. */
bool card_is_for_macos(const char *macos)
{
    const char *last = strchr(macos, '-');
    return last && (!last[1] || atoi(last + 1) >= oldest_macos);
}

double card_like_vram(double vram_gib)
{
    return vram_gib >= 24 ? 24 : vram_gib >= 16 ? 12 : vram_gib >= 12 ? 8 : 0;
}

double card_like_compute_vram(double vram_gib)
{
    return vram_gib >= 80 ? 80 : vram_gib >= 40 ? 40 : 0;
}

static bool passes_filters(const struct offer *offer, const struct card_question *question)
{
    const struct card *card = &offer->card;
    for (int i = 0; i < question->beside_count; i++)
        for (int k = 0; k < offer->pci_id_count; k++)
            if (question->beside[i] == offer->pci_ids[k])
                return false;
    return (question->vendor == ANY_VENDOR || question->vendor == (int)(offer->pci_id >> 16)) &&
           card->vram_gib >= question->vram_gib && at_most(card->board_power_w, question->watts) &&
           at_most(card->slots, question->slots) && at_most(card->length_mm, question->length_mm) &&
           (!question->no_plug || card_needs_no_plug(card)) &&
           (!question->low_profile || card->low_profile == LOW_PROFILE_YES ||
            card->low_profile == LOW_PROFILE_SOME) &&
           (!question->passive || card->cooling == COOLING_PASSIVE || card->cooling == COOLING_SOME) &&
           (!question->macos || card_is_for_macos(card->features.macos)) &&
           (question->guests < 2 || has_some(card->features.split)) &&
           has_all(card->features.encode, question->encode) &&
           has_all(card->features.decode, question->decode);
}

/* A used card seldom costs less than this part of its first price. */
static const int least_part = 4;

int offer_least_budget(const struct offer *offer)
{
    int condition = card_condition(&offer->card);
    return condition < CONDITION_COUNT
               ? offer->card.prices[condition].high
               : offer->card.launch_usd / least_part + (offer->card.launch_usd % least_part != 0);
}

bool offer_may_fit_budget(const struct offer *offer, const struct card_question *question)
{
    return card_condition(&offer->card) == CONDITION_COUNT && offer_least_budget(offer) <= question->budget;
}

bool offer_in_budget(const struct offer *offer, const struct card_question *question)
{
    return card_condition(&offer->card) < CONDITION_COUNT && offer_least_budget(offer) <= question->budget;
}

/* ---- fitness for a purpose, in doublings ---- */

/* What a guest can calculate with: CUDA or ROCm as they are today, a last version of CUDA, or Vulkan and
 * OpenCL, which need a driver that is worked on. */
static double compute_support(const struct card *card)
{
    const struct chip_features *features = &card->features;
    if (is_current(features->cuda))
        return 0;
    if (is_current(features->rocm))
        return -0.25;
    /* What comes before Pascal calculates in full precision only. */
    if (has_some(features->cuda))
        return atof(card->cuda_capability) >= 6 ? -0.75 : -1.25;
    return is_current(features->security) ? -0.75 : -1.25;
}

/* A card without a fan needs more than itself in a desktop. */
static double cooling_effort(const struct card *card, const struct card_question *question)
{
    return card_needs_airflow(card) && !question->passive && !question->headless ? -0.5 : 0;
}

/* What its maker sells to be shared needs no patch, and at best no licence. */
static double sharing_effort(const struct card *card, const struct card_question *question)
{
    const char *split = card->features.split;
    if (question->guests < 2 || card_list_has(split, "sr-iov") || card_list_has(split, "mxgpu"))
        return 0;
    return card_list_has(split, "vgpu") ? -0.5 : -1;
}

static double driver_age(const struct card *card)
{
    return is_current(card->features.security) ? 0 : -0.5;
}

/* Games want both; neither figure compares two makers by itself. */
static double speed(const struct card *card)
{
    return 0.5 * log2(card->fp32_tflops * card->bandwidth_gb_s);
}

static double picture_fitness(const struct card *card, double enough)
{
    double few_gib = card->vram_gib < 6 ? -0.5 : 0;
    return fmin(speed(card) + few_gib, enough) + driver_age(card);
}

static double transcode_fitness(const struct card *card)
{
    static const struct {
        const char *codec;
        double encode;
        double decode;
    } worth[] = {{"hevc10", 0.5, 0.5}, {"av1", 0.5, 0.5}, {"vp9", 0, 0.5}};
    double sum = driver_age(card);
    for (size_t i = 0; i < ARRAY_SIZE(worth); i++) {
        if (card_list_has(card->features.encode, worth[i].codec))
            sum += worth[i].encode;
        if (card_list_has(card->features.decode, worth[i].codec))
            sum += worth[i].decode;
    }
    return sum;
}

/* What is more than enough for each purpose, which only a budget asks to be made use of: 24 GB at 900 GB/s,
 * the calculations of an RTX 3080, games in 1440p, and for a guest in general what a GTX 1650 is able to. */
static const double enough_llm = 5.0;
static const double enough_compute = 5.0;
static const double enough_gaming = 6.0;
static const double enough_speed = 4.3;

double offer_fitness(const struct offer *offer, const struct card_question *question)
{
    const struct card *card = &offer->card;
    bool is_capped = !question->budget;
    double fitness = 0;
    double effort = sharing_effort(card, question);
    switch (question->purpose) {
    case PURPOSE_LLM:
        fitness = log2(card->vram_gib) + 0.25 * log2(card->bandwidth_gb_s / 300);
        fitness = fmin(fitness, is_capped ? enough_llm : INFINITY) + compute_support(card) +
                  cooling_effort(card, question);
        break;
    case PURPOSE_COMPUTE:
        fitness = log2(card->fp32_tflops) + 0.25 * log2(card->vram_gib / 8);
        fitness = fmin(fitness, is_capped ? enough_compute : INFINITY) + compute_support(card) +
                  cooling_effort(card, question);
        break;
    case PURPOSE_GAMING:
        fitness = picture_fitness(card, is_capped ? enough_gaming : INFINITY);
        break;
    case PURPOSE_DISPLAY:
        fitness = driver_age(card);
        break;
    case PURPOSE_TRANSCODE:
        fitness = transcode_fitness(card) + cooling_effort(card, question);
        break;
    default:
        fitness = picture_fitness(card, enough_speed) + cooling_effort(card, question);
    }
    return round((fitness + effort) * 2) / 2;
}

/* Whether it can do what it is bought for at all. */
static bool is_usable_for(const struct offer *offer, const struct card_question *question)
{
    const struct card *card = &offer->card;
    bool outputs = offer->display == DISPLAY_OUTPUTS && card_has_outputs(card);
    bool calculates = card->bandwidth_gb_s > 0 && card->fp32_tflops > 0;
    switch (question->purpose) {
    case PURPOSE_LLM:
        return card->vram_gib >= 8 && card->bandwidth_gb_s > 0;
    case PURPOSE_COMPUTE:
        return card->vram_gib >= 4 && calculates;
    case PURPOSE_GAMING:
        return outputs && card->vram_gib >= 3 && calculates && speed(card) >= 4;
    case PURPOSE_TRANSCODE:
        return card_list_has(card->features.encode, "h264") && card_list_has(card->features.encode, "hevc");
    case PURPOSE_MACOS:
        return outputs && card_is_for_macos(card->features.macos) && calculates;
    case PURPOSE_DISPLAY:
        return outputs && card->vram_gib >= 2;
    default:
        return calculates && (outputs || question->headless || question->passive || question->guests > 1);
    }
}

bool offer_fits(const struct offer *offer, const struct card_question *question)
{
    const char *security = offer->card.features.security;
    bool is_supported = is_current(security) || strcmp(security, "legacy") == 0;
    bool is_likely = offer->verdict.level == LEVEL_WORKS || offer->verdict.level == LEVEL_LIKELY;
    return can_be_bought(&offer->card, question->purpose) && is_supported && is_likely &&
           is_usable_for(offer, question) && passes_filters(offer, question);
}

/* ---- order ---- */

/* Who is told a card wants to know what it costs: one of unknown price must be better by more than a step. */
static const double unpriced_steps = 0.5;

double offer_standing(const struct offer *offer, const struct card_question *question)
{
    bool is_priced = card_condition(&offer->card) < CONDITION_COUNT;
    return offer_fitness(offer, question) - (is_priced ? 0 : unpriced_steps);
}

/* What decides, one after the other: the higher value comes first. */
enum { DECIDING = 6 };
static void list_values(const struct offer *offer, double values[DECIDING])
{
    int condition = card_condition(&offer->card);
    const struct price *price = &offer->card.prices[condition % CONDITION_COUNT];
    const double listed[DECIDING] = {
        (double)-(int)offer->verdict.level, /* within it the intervals overlap */
        price->low > 0,
        -(double)price->low - price->high,
        offer->usable_reports,
        offer->verdict.usable,
        offer->pci_id,
    };
    memcpy(values, listed, sizeof listed);
}

int offer_compare_evidence(const void *a, const void *b)
{
    double x[DECIDING];
    double y[DECIDING];
    list_values(a, x);
    list_values(b, y);
    for (int i = 0; i < DECIDING; i++)
        if (x[i] != y[i])
            return x[i] > y[i] ? -1 : 1;
    return strcmp(((const struct offer *)a)->card.name, ((const struct offer *)b)->card.name);
}

int offer_compare(const void *a, const void *b, void *question)
{
    double x = offer_standing(a, question);
    double y = offer_standing(b, question);
    return x != y ? (x > y ? -1 : 1) : offer_compare_evidence(a, b);
}

int offer_compare_launch(const void *a, const void *b)
{
    const struct card *x = &((const struct offer *)a)->card;
    const struct card *y = &((const struct offer *)b)->card;
    if (x->launch_usd != y->launch_usd)
        return x->launch_usd && (!y->launch_usd || x->launch_usd < y->launch_usd) ? -1 : 1;
    if (x->board_power_w != y->board_power_w)
        return x->board_power_w < y->board_power_w ? -1 : 1;
    return strcmp(x->name, y->name);
}

int card_model_size(const struct card *card)
{
    return card->vram_gib > 2 ? (int)((card->vram_gib - 2) / 0.6) : 0;
}
