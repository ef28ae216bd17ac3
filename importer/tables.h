/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_TABLES_H
#define PASSTHRU_IMPORTER_TABLES_H

#include "core/gpu.h"
#include "importer/table.h"

/* The tables of data/ that go into a database as they are. Errors name file and line. board-words.tsv and
 * processors.tsv, in this order, go before any other names; of chips.tsv, cards.tsv and prices.tsv a card
 * needs its chip, and a price without a card is an error. The example line of each row of symptoms.tsv must
 * show this row, unless something else in a log decides; a condition must be one of core/symptom_condition.h
 * and name rows that are there. codes.tsv says what the codes mean that patterns of symptoms have found. */
struct builder;
typedef enum error_code table_reader(const char *path, struct builder *builder, struct table_summary *summary,
                                     struct error *error);
table_reader board_words_read, processors_read, priors_read, chips_read, cards_read, prices_read,
    symptoms_read, codes_read, plan_steps_read, subvendors_read;

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

/* Calls `each` with every row. Errors: those of `each`, and ERROR_BAD_INPUT with file, line and reason. */
typedef enum error_code gpu_range_visitor(void *context, const struct gpu_range *range, struct error *error);
MUST_CHECK enum error_code gpu_ranges_read(const char *path, gpu_range_visitor *each, void *context,
                                           struct table_summary *summary, struct error *error);

#endif
