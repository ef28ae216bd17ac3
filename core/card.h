/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_CARD_H
#define PASSTHRU_CORE_CARD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/gpu.h"
#include "core/vocabulary.h"

/* A card as it is sold: what a buyer asks of it. 0, "" and UNKNOWN: it is not known. */

enum { CARD_NAME_SIZE = 64, CARD_TEXT_SIZE = 128, CARD_WORD_SIZE = 32, CHIP_NOTE_SIZE = 200 };

struct price {
    int low; /* US dollars; 0: there is no price */
    int high;
    char as_of[8]; /* YYYY-MM */
    enum price_kind kind;
    int sources;
    bool old; /* a year older than the newest price of any card */
};

/* What data/chips.tsv says of a chip. */
struct chip_features {
    char generation[CARD_NAME_SIZE];
    char encode[CARD_NAME_SIZE]; /* values of codec with commas between them, or "none" */
    char decode[CARD_NAME_SIZE];
    char split[CARD_NAME_SIZE];    /* values of splitting, or "none" */
    char licence[CARD_WORD_SIZE];  /* "vgpu", or "none" */
    char macos[CARD_WORD_SIZE];    /* "10.13-10.14", "12-" (still), or "none" */
    char driver[CARD_WORD_SIZE];   /* the last branch, "current", or "none" */
    char security[CARD_WORD_SIZE]; /* "current", "legacy", or "ended YYYY-MM" */
    char cuda[CARD_WORD_SIZE];     /* the last version, "current", or "none" */
    char rocm[CARD_WORD_SIZE];
    char note[CHIP_NOTE_SIZE]; /* for a buyer */
};

struct card {
    char name[CARD_NAME_SIZE];
    char chip[CHIP_SIZE]; /* with commas where its IDs have several */
    char released[12];    /* YYYY, YYYY-MM or YYYY-MM-DD */
    double vram_gib;
    char memory[CARD_WORD_SIZE]; /* "GDDR6" */
    double bandwidth_gb_s;
    int board_power_w;
    double slots;
    enum low_profile low_profile;
    enum cooling cooling;
    char power_connectors[CARD_TEXT_SIZE]; /* "none": all from the slot; "none or 1x 6-pin" */
    char outputs[CARD_TEXT_SIZE];
    int length_mm;
    char bus[CARD_WORD_SIZE]; /* "PCIe 3.0 x16" */
    char cuda_capability[CARD_WORD_SIZE];
    double fp32_tflops;
    int launch_usd;
    enum sold sold;
    struct price prices[CONDITION_COUNT];
    struct chip_features features;
};

/* Whether a list with commas has a word. */
bool card_list_has(const char *list, const char *word);

/* The price to go by: that of used ones, else of used and new ones together, else of new ones;
 * CONDITION_COUNT where none is known. */
int card_condition(const struct card *card);

/* Whether it has connectors for a monitor; false where that is not known. */
bool card_has_outputs(const struct card *card);

/* Whether there are boards of it that draw all power from the slot. */
bool card_needs_no_plug(const struct card *card);

/* Whether only a machine that blows air through it can cool it. */
bool card_needs_airflow(const struct card *card);

#endif
