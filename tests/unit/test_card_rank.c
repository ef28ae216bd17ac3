/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/card_rank.h"

#include <math.h>

#include "tests/unit/unit.h"

/* A card that fits every question here: current drivers, 12 GB, outputs. */
static const struct offer good = {
    .card = {.name = "Good",
             .released = "2021-02-25",
             .vram_gib = 12,
             .bandwidth_gb_s = 360,
             .board_power_w = 70,
             .slots = 1,
             .low_profile = LOW_PROFILE_SOME,
             .cooling = COOLING_SOME,
             .power_connectors = "none",
             .outputs = "1x HDMI 2.1",
             .length_mm = 170,
             .bus = "PCIe 4.0 x16",
             .fp32_tflops = 12.7,
             .sold = SOLD_RETAIL,
             .prices[CONDITION_USED] = {.low = 200, .high = 280, .as_of = "2026-07"},
             .features = {.encode = "h264,hevc,hevc10",
                          .decode = "h264,hevc,hevc10,vp9,av1",
                          .split = "sr-iov",
                          .macos = "12.1-26",
                          .driver = "current",
                          .security = "current",
                          .cuda = "current"}},
    .pci_ids = {0x10de2504, 0x10de2503},
    .pci_id_count = 2,
    .pci_id = 0x10de2504,
    .display = DISPLAY_OUTPUTS,
    .reset = RESET_BUS,
    .verdict = {.level = LEVEL_LIKELY, .usable = 0.8},
};

static struct card_question question(int purpose)
{
    return (struct card_question){.purpose = purpose, .vendor = ANY_VENDOR};
}

static const struct card_question whatever = {.purpose = ANY_PURPOSE, .vendor = ANY_VENDOR};

DEFINE_TEST(test_fits)
{
    for (int purpose = ANY_PURPOSE; purpose < (int)PURPOSE_COUNT; purpose++) {
        struct card_question asked = question(purpose);
        assert_true(offer_fits(&good, &asked));
    }
}

/* What is changed of the good card, and for which purpose it does not fit any more. */
#define CHANGED(purpose, change)                                                                             \
    do {                                                                                                     \
        struct offer offer = good;                                                                           \
        struct card *card = &offer.card;                                                                     \
        struct card_question asked = question(purpose);                                                      \
        (void)card;                                                                                          \
        change;                                                                                              \
        if (offer_fits(&offer, &asked))                                                                      \
            fail_msg("%s: fits", #change);                                                                   \
    } while (0)
#define SET(field, text) snprintf(card->field, sizeof card->field, "%s", text)

DEFINE_TEST(test_cannot_be_bought_or_used)
{
    CHANGED(ANY_PURPOSE, SET(bus, "AGP 8x"));
    CHANGED(ANY_PURPOSE, SET(bus, "PCI"));
    CHANGED(ANY_PURPOSE, SET(bus, "MXM"));
    CHANGED(ANY_PURPOSE, SET(bus, ""));
    CHANGED(ANY_PURPOSE, card->sold = SOLD_OEM);
    CHANGED(ANY_PURPOSE, card->sold = SOLD_EMBEDDED);
    CHANGED(ANY_PURPOSE, card->sold = SOLD_UNKNOWN);
    CHANGED(PURPOSE_GAMING, card->sold = SOLD_MINING);
    CHANGED(ANY_PURPOSE, SET(released, "2013-11"));
    CHANGED(PURPOSE_GAMING, SET(released, "2015"));
    CHANGED(ANY_PURPOSE, SET(released, ""));
    CHANGED(ANY_PURPOSE, SET(features.security, "ended 2024-09"));
    CHANGED(ANY_PURPOSE, SET(features.security, ""));
    CHANGED(ANY_PURPOSE, offer.verdict.level = LEVEL_MIXED);
    CHANGED(ANY_PURPOSE, offer.verdict.level = LEVEL_UNKNOWN);
    CHANGED(PURPOSE_LLM, card->vram_gib = 6);
    CHANGED(PURPOSE_LLM, card->vram_gib = 0);
    CHANGED(PURPOSE_COMPUTE, card->fp32_tflops = 0);
    CHANGED(PURPOSE_DISPLAY, SET(outputs, "none"));
    CHANGED(PURPOSE_DISPLAY, SET(outputs, ""));
    CHANGED(PURPOSE_GAMING, offer.display = DISPLAY_NONE);
    CHANGED(PURPOSE_GAMING, card->fp32_tflops = 0.5);
    CHANGED(PURPOSE_TRANSCODE, SET(features.encode, "none"));
    CHANGED(PURPOSE_TRANSCODE, SET(features.encode, "h264"));
    CHANGED(PURPOSE_TRANSCODE, SET(features.encode, ""));
    CHANGED(PURPOSE_MACOS, SET(features.macos, "10.12-10.13"));
    CHANGED(PURPOSE_MACOS, SET(features.macos, "none"));
    CHANGED(PURPOSE_MACOS, SET(features.macos, ""));
}

/* Each filter passes the good card, and neither one that has less nor one of which it is not known. */
DEFINE_TEST(test_filters)
{
#define FILTER(filter, has_less, unknown)                                                                    \
    do {                                                                                                     \
        struct card_question filtered = whatever;                                                            \
        struct card_question *wanted = &filtered;                                                            \
        filter;                                                                                              \
        assert_true(offer_fits(&good, wanted));                                                              \
        CHANGED(ANY_PURPOSE, asked = *wanted; has_less);                                                     \
        CHANGED(ANY_PURPOSE, asked = *wanted; unknown);                                                      \
    } while (0)
    FILTER(wanted->vram_gib = 12, card->vram_gib = 8, card->vram_gib = 0);
    FILTER(wanted->watts = 75, card->board_power_w = 76, card->board_power_w = 0);
    FILTER(wanted->slots = 1, card->slots = 1.5, card->slots = 0);
    FILTER(wanted->length_mm = 170, card->length_mm = 171, card->length_mm = 0);
    FILTER(wanted->no_plug = true, SET(power_connectors, "1x 6-pin"), SET(power_connectors, ""));
    FILTER(wanted->low_profile = true, card->low_profile = LOW_PROFILE_NO,
           card->low_profile = LOW_PROFILE_UNKNOWN);
    FILTER(wanted->passive = true, card->cooling = COOLING_ACTIVE, card->cooling = COOLING_UNKNOWN);
    FILTER(wanted->macos = true, SET(features.macos, "10.8-11"), SET(features.macos, ""));
    FILTER(wanted->guests = 2, SET(features.split, "none"), SET(features.split, ""));
    FILTER(wanted->encode = "hevc,hevc10", SET(features.encode, "h264,hevc"), SET(features.encode, ""));
    FILTER(wanted->decode = "av1", SET(features.decode, "h264,hevc10"), SET(features.decode, ""));
    FILTER(wanted->vendor = 0x10de, offer.pci_id = 0x10022504, offer.pci_id = 0);
    struct card_question beside = whatever;
    beside.beside[beside.beside_count++] = 0x10de2503;
    assert_false(offer_fits(&good, &beside));
    struct offer may_have_a_plug = good;
    snprintf(may_have_a_plug.card.power_connectors, CARD_TEXT_SIZE, "none or 1x 6-pin");
    struct card_question no_plug = {.purpose = ANY_PURPOSE, .vendor = ANY_VENDOR, .no_plug = true};
    assert_true(offer_fits(&may_have_a_plug, &no_plug));
}

/* From the best to the last for a purpose. */
static void sorted(const struct offer offers[], int count, int purpose)
{
    struct card_question asked = question(purpose);
    for (int i = 0; i < count; i++)
        for (int k = 0; k < count; k++) {
            int order = offer_compare(&offers[i], &offers[k], &asked);
            if ((order > 0) - (order < 0) != (i > k) - (i < k))
                fail_msg("for %d, cards %d and %d compare as %d", purpose, i, k, order);
        }
}

/* Fitness before verdict, verdict before price, price before evidence. */
DEFINE_TEST(test_order)
{
    struct offer offers[7];
    for (size_t i = 0; i < ARRAY_SIZE(offers); i++)
        offers[i] = good;
    offers[0].card.vram_gib = 24; /* two steps, one of them for its price that is not known */
    offers[0].card.prices[CONDITION_USED].low = 0;
    offers[1].verdict = (struct verdict){.level = LEVEL_WORKS, .usable = 0.95};
    offers[1].card.prices[CONDITION_USED] = (struct price){.low = 400, .high = 500};
    offers[2].card.prices[CONDITION_USED] = (struct price){.low = 150, .high = 200};
    offers[3].usable_reports = 3;
    offers[5].card.vram_gib = 8;
    offers[5].card.prices[CONDITION_USED] = (struct price){.low = 20, .high = 30};
    offers[6].card.prices[CONDITION_USED].low = 0;
    sorted(offers, ARRAY_SIZE(offers), PURPOSE_LLM);
}

/* What a purpose asks for, by what is changed of the good card. */
DEFINE_TEST(test_fitness)
{
    struct offer better = good;
    struct offer worse = good;
    struct card_question asked = question(PURPOSE_LLM);
#define IS_BETTER() assert_true(offer_fitness(&better, &asked) > offer_fitness(&worse, &asked))
    better.card.vram_gib = 24;
    IS_BETTER();
    snprintf(better.card.features.cuda, CARD_WORD_SIZE, "12"); /* 24 GB of an old one before 8 GB */
    snprintf(better.card.cuda_capability, CARD_WORD_SIZE, "6.1");
    worse.card.vram_gib = 8;
    IS_BETTER();
    worse = better;
    snprintf(worse.card.cuda_capability, CARD_WORD_SIZE, "5.2");
    IS_BETTER();
    worse = better = good;
    worse.card.cooling = COOLING_PASSIVE; /* a large one, which a desktop does not cool */
    worse.card.board_power_w = 250;
    IS_BETTER();
    asked = question(PURPOSE_TRANSCODE);
    worse = good;
    snprintf(better.card.features.encode, CARD_NAME_SIZE, "h264,hevc,hevc10,av1");
    IS_BETTER();
    asked = question(PURPOSE_DISPLAY);
    better = good;
    snprintf(worse.card.features.security, CARD_WORD_SIZE, "legacy");
    IS_BETTER();
    asked = question(PURPOSE_GAMING);
    worse = good;
    worse.card.fp32_tflops = 4;
    IS_BETTER();
    /* More than enough is as good as enough, unless there is a budget to be made use of. */
    better.card.fp32_tflops = 80;
    better.card.bandwidth_gb_s = 1000;
    worse.card.fp32_tflops = 30;
    worse.card.bandwidth_gb_s = 600;
    assert_true(offer_fitness(&better, &asked) == offer_fitness(&worse, &asked));
    asked.budget = 5000;
    IS_BETTER();
}

TESTSUITE_MAIN(NULL, NULL)
