/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/sample_rates.h"

#include <math.h>

static const double million = 1e6;

/* A kind's rate is drawn towards the rate of all by so many reports. */
static const double rate_strength = 4.0;

/* The middle of showcases and threads is worth so many reports of the tool: ten sources of them take half. */
static const double middle_strength = 100.0;

/* One report must not decide, however rare its outcome is among its kind. */
static const double least_factor = 0.25;
static const double most_factor = 4.0;

/* Nobody has tried what a maker states. */
static const double most_statement = 0.25;

void sample_sums_add(struct sample_sums *sums, int64_t counts[SAMPLE_COUNT][OUTCOME_COUNT], bool is_bundled)
{
    const int64_t whole = (int64_t)million;
    for (int sample = 0; sample < SAMPLE_COUNT; sample++) {
        int64_t total = 0;
        for (int i = 0; i < OUTCOME_COUNT; i++)
            total += counts[sample][i];
        for (int i = 0; i < OUTCOME_COUNT; i++) {
            int64_t count = counts[sample][i];
            int64_t few =
                total > SAMPLE_SOURCE_MOST ? SAMPLE_SOURCE_MOST * whole * count / total : whole * count;
            sums->reports[sample][i] += is_bundled ? whole * count : few;
            if (sample == SAMPLE_TOOL)
                sums->tool[i] += few;
        }
    }
}

static void compute_rates(const struct sample_sums *sums, struct sample_rates *rates)
{
    double all[OUTCOME_COUNT] = {0.0};
    rates->reports = 0.0;
    for (int sample = 0; sample < SAMPLE_COUNT; sample++)
        for (int i = 0; i < OUTCOME_COUNT; i++)
            all[i] += (double)sums->reports[sample][i] / million;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        rates->reports += all[i];
    for (int i = 0; i < OUTCOME_COUNT; i++)
        all[i] = (all[i] + 1.0) / (rates->reports + OUTCOME_COUNT);
    for (int sample = 0; sample < SAMPLE_COUNT; sample++) {
        double total = rate_strength;
        for (int i = 0; i < OUTCOME_COUNT; i++)
            total += (double)sums->reports[sample][i] / million;
        for (int i = 0; i < OUTCOME_COUNT; i++)
            rates->rate[sample][i] =
                ((double)sums->reports[sample][i] / million + rate_strength * all[i]) / total;
    }
}

struct sample_rates sample_rates_compute(const struct sample_sums *sums)
{
    struct sample_rates rates;
    double strength = middle_strength;
    compute_rates(sums, &rates);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        strength += (double)sums->tool[i] / million;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        double middle = (rates.rate[SAMPLE_TROUBLESHOOTING][i] + rates.rate[SAMPLE_SHOWCASE][i]) / 2.0;
        rates.reference[i] = (middle_strength * middle + (double)sums->tool[i] / million) / strength;
        for (int sample = 0; sample < SAMPLE_COUNT; sample++)
            rates.factor[sample][i] =
                sample == SAMPLE_TOOL
                    ? 1.0
                    : fmin(fmax(rates.reference[i] / rates.rate[sample][i], least_factor),
                           sample == SAMPLE_VENDOR_STATEMENT ? most_statement : most_factor);
    }
    return rates;
}
