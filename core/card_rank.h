/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_CARD_RANK_H
#define PASSTHRU_CORE_CARD_RANK_H

#include "core/card.h"
#include "core/verdict.h"

/* Which cards answer a buyer's question, and which of them comes first: for recommend, and for what an answer
 * offers in place of a GPU. */

enum { MAX_OFFER_IDS = 16, MAX_BESIDE = 16, ANY_PURPOSE = -1, ANY_VENDOR = -1 };

/* A card and what is known of passing it through. */
struct offer {
    struct card card;
    uint32_t pci_ids[MAX_OFFER_IDS]; /* as a card, those that the database knows */
    int pci_id_count;
    uint32_t pci_id;      /* the one with most reports, which the verdict is on */
    char chip[CHIP_SIZE]; /* of that ID, as query says it */
    bool sold_both_ways;  /* laptop chips have that ID too: the verdict is for a desktop */
    bool shares_id;       /* other cards have it too, perhaps with another revision */
    enum display display; /* of that ID, and its reset */
    enum reset reset;
    struct verdict verdict;
    int usable_reports; /* on all of its IDs */
    int reports;
};

struct card_question {
    int purpose; /* of enum purpose, or ANY_PURPOSE */
    int vendor;  /* of PCI, or ANY_VENDOR */
    int budget;  /* US dollars; here and below 0: no matter */
    double vram_gib;
    int watts;
    double slots;
    int length_mm;
    bool no_plug;
    bool low_profile;
    bool passive;
    bool unpriced;      /* those of unknown price too, although there is a budget */
    bool macos;         /* for such a guest, whatever the purpose */
    bool headless;      /* it stands in for a card without outputs */
    int guests;         /* that share the card */
    const char *encode; /* values of codec, with commas between them; NULL: no matter */
    const char *decode;
    uint32_t beside[MAX_BESIDE]; /* PCI IDs in the machine: the new card has none of them */
    int beside_count;
};

/* Whether a card can be bought, has a driver that gets security fixes, is usable for the purpose, and passes
 * every filter but the budget. What is not known passes none. */
bool offer_fits(const struct offer *offer, const struct card_question *question);

/* The least budget that a card may fit: the upper end of the price by which one goes or, where none is known,
 * the part of its first price below which it is seldom sold. US dollars. */
int offer_least_budget(const struct offer *offer);

/* Whether its price is known, and within the budget. */
bool offer_in_budget(const struct offer *offer, const struct card_question *question);

/* Whether the price is not known, and that of its launch does not say that it must be above the budget. */
bool offer_may_fit_budget(const struct offer *offer, const struct card_question *question);

/* How good a card is for the purpose, in steps of half a doubling; below 0 too. Without a budget what is more
 * than enough counts as enough. */
double offer_fitness(const struct offer *offer, const struct card_question *question);

/* What decides first: the fitness, less where the price is not known. A multiple of 0.5. */
double offer_standing(const struct offer *offer, const struct card_question *question);

/* Compares for qsort_r, `question` being the context: by standing, then as offer_compare_evidence does. */
int offer_compare(const void *a, const void *b, void *question);

/* For qsort: how likely it is to work, then the price; what is still equal by evidence. */
int offer_compare_evidence(const void *a, const void *b);

/* For qsort, of cards whose price is not known: the cheaper one was, the likelier it is within a budget; of
 * the others the weaker comes first. */
int offer_compare_launch(const void *a, const void *b);

/* The least memory, in GiB, of a card that replaces one with `vram_gib` (0: not known): whoever bought 12 GiB
 * is not helped by 4, nor whoever bought 24 by 8. One of few steps, as many as there are lists of
 * alternatives in a database. 0: any. */
double card_like_vram(double vram_gib);

/* The same for who has a card to calculate with: 80 of 192 GiB, 0 below 40. */
double card_like_compute_vram(double vram_gib);

/* How many billion parameters a language model may have, with 4 bits each, so that it fits with a context of
 * some thousand tokens: 0.6 GB for a billion, and 2 GB for the rest. */
int card_model_size(const struct card *card);

/* Whether a macOS that gets security fixes still has a driver, by the `macos` of struct chip_features. */
bool card_is_for_macos(const char *macos);

#endif
