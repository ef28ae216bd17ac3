/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_TABLES_H
#define PASSTHRU_IMPORTER_TABLES_H

#include "core/error.h"
#include "core/gpu.h"
#include "core/report.h"
#include "importer/table.h"
#include <stdbool.h>
#include <stdint.h>

/* The tables of data/ that go into a database as they are. Errors name file and line. board-words.tsv and
 * processors.tsv, in this order, go before any other names; of chips.tsv, cards.tsv and prices.tsv a card
 * needs its chip, and a price without a card is an error. The example line of each row of symptoms.tsv must
 * show this row, unless something else in a log decides; a condition must be one of core/symptom_condition.h
 * and name rows that are there. codes.tsv says what the codes mean that patterns of symptoms have found. */
struct builder;
extern const struct table board_words_table, processors_table, priors_table, chips_table, cards_table,
    prices_table, codes_table, plan_steps_table, subvendors_table; /* the context is the builder */
MUST_CHECK enum error_code symptoms_read(const char *path, struct builder *builder,
                                         struct table_summary *summary, struct error *error);

/* A row of ranges.tsv: what the number says of a GPU that no list names. */
enum { GENERATION_SIZE = 64 };
struct gpu_range {
    uint32_t first; /* PCI IDs of one vendor */
    uint32_t last;
    char chip[CHIP_SIZE];
    char generation[GENERATION_SIZE]; /* "GeForce RTX 50 series" */
    enum form_factor form_factor;
    double confidence;
    char source[128];
};

/* Its columns, of which the first three are the key; reads a row. */
extern const char range_columns[];
MUST_CHECK enum error_code gpu_range_parse(const struct table_row *row, struct gpu_range *range,
                                           struct error *error);

/* data/names.tsv: GPUs that the pci.ids of older systems lacks or names otherwise. */
struct listed_name {
    uint32_t pci_id;
    char *name;       /* as pci.ids would write it: "AD107 [GeForce RTX 4060]" */
    char *product;    /* "GeForce RTX 4060", "" where the name says it or nobody does */
    char since[11];   /* the version of a pci.ids that was made on the same day: "2026.08.22" */
    char *source;     /* who says so */
    bool is_standing; /* it corrects a name, whatever the date of the list */
    bool is_listed;   /* the pci.ids that is being read has the device */
};

struct device_names {
    struct listed_name *items; /* by ascending ID, each ID once */
    int count;
};

/* Adds the names of the table to the context, a struct device_names, which is sorted then and freed in any
 * case.
 */
extern const struct table device_names_table;
void device_names_sort(struct device_names *names);
void device_names_free(struct device_names *names);

/* Whether a name takes the place of what a pci.ids of this version ("2023.04.10", "" when it states none) has
 * for the ID: it is newer. */
bool device_name_is_newer(const struct listed_name *name, const char *version);

/* How a report came to be known, by its address: data/samples.tsv. */
enum { MAX_SAMPLES = 4096 };
struct samples {
    int count;
    struct {
        char *pattern;
        enum sample sample;
    } rows[MAX_SAMPLES];
};

/* Adds the patterns of the table to the context, a struct samples, which is freed in any case. */
extern const struct table samples_table;
void samples_free(struct samples *samples);

/* Why a report is taken for what it is. */
enum sample_reason {
    SAMPLE_IS_SOUND,     /* it says so itself, a pattern fits its address, or it has none */
    SAMPLE_NOT_BELIEVED, /* it says `tool` and has the address of a page: the address decides */
    SAMPLE_BY_DEFAULT,   /* no pattern fits its address: a thread of troubles, as most are */
};

/* Decides what a report is. A feed is believed: whoever has its key vouches for what it holds. */
enum sample_reason samples_decide(const struct samples *samples, const struct report *report, bool is_feed,
                                  enum sample *sample);

#endif
