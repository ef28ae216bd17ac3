/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_SAMPLE_RATES_H
#define PASSTHRU_CORE_SAMPLE_RATES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/vocabulary.h"

/* How often attempts of each kind of sample end how, and what an outcome weighs that came to be known so:
 * half of those who ask for help end usable, nearly all who describe a set-up. docs/verdict.md has the
 * formulas. */

/* What is counted of all sources together, in millionths of a report: whole numbers, so that their order
 * changes nothing. Zero is none. */
struct sample_sums {
    int64_t reports[SAMPLE_COUNT][OUTCOME_COUNT];
    int64_t tool[OUTCOME_COUNT]; /* the reports of the tool, of each source few */
};

/* Adds the reports of one source. One that is not bundled counts as at most SAMPLE_SOURCE_MOST reports of
 * each kind of sample; the bundled ones do so only in `tool`. */
enum { SAMPLE_SOURCE_MOST = 10 };
void sample_sums_add(struct sample_sums *sums, int64_t counts[SAMPLE_COUNT][OUTCOME_COUNT], bool is_bundled);

struct sample_rates {
    double reports;                           /* that they rest on */
    double rate[SAMPLE_COUNT][OUTCOME_COUNT]; /* of each kind: the four add up to 1 */
    double reference[OUTCOME_COUNT];          /* what is taken for the rates of all attempts that there are */
    double factor[SAMPLE_COUNT][OUTCOME_COUNT]; /* what a report weighs for that */
};

struct sample_rates sample_rates_compute(const struct sample_sums *sums);

#endif
