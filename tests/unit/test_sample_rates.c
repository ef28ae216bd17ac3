/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/report_weight.h"

#include <math.h>

#include "tests/unit/unit.h"

static void assert_near(double a, double b)
{
    if (fabs(a - b) >= 1e-6)
        fail_msg("%.9f is not %.9f", a, b);
}

/* Of a kind of sample so many of each outcome, from one source. */
static void add(struct sample_sums *sums, enum sample sample, int64_t works, int64_t fails, bool is_bundled)
{
    int64_t counts[SAMPLE_COUNT][OUTCOME_COUNT] = {{0}};
    counts[sample][OUTCOME_WORKS] = works;
    counts[sample][OUTCOME_FAILS] = fails;
    sample_sums_add(sums, counts, is_bundled);
}

static double sum_of(const double values[OUTCOME_COUNT])
{
    return values[0] + values[1] + values[2] + values[3];
}

DEFINE_TEST(test_without_reports)
{
    static const struct sample_sums none;
    struct sample_rates rates = sample_rates_compute(&none);
    assert_near(rates.reports, 0.0);
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        assert_near(rates.reference[i], 0.25);
        for (int sample = 0; sample < SAMPLE_COUNT; sample++) {
            assert_near(rates.rate[sample][i], 0.25);
            assert_near(rates.factor[sample][i], sample == SAMPLE_VENDOR_STATEMENT ? 0.25 : 1.0);
        }
    }
}

/* The formulas of docs/verdict.md, by hand: of 6 threads one works, of 4 showcases all. */
DEFINE_TEST(test_rates)
{
    struct sample_sums sums = {0};
    add(&sums, SAMPLE_TROUBLESHOOTING, 1, 5, true);
    add(&sums, SAMPLE_SHOWCASE, 4, 0, true);
    struct sample_rates rates = sample_rates_compute(&sums);
    double all_works = 6.0 / 14;
    double all_fails = 6.0 / 14;
    double threads_work = (1 + 4 * all_works) / 10;
    double threads_fail = (5 + 4 * all_fails) / 10;
    double shows_work = (4 + 4 * all_works) / 8;
    double shows_fail = 4 * all_fails / 8;
    assert_near(rates.reports, 10.0);
    assert_near(rates.rate[SAMPLE_TROUBLESHOOTING][OUTCOME_WORKS], threads_work);
    assert_near(rates.rate[SAMPLE_SHOWCASE][OUTCOME_FAILS], shows_fail);
    assert_near(rates.reference[OUTCOME_WORKS], (threads_work + shows_work) / 2);
    assert_near(rates.factor[SAMPLE_TROUBLESHOOTING][OUTCOME_WORKS],
                (threads_work + shows_work) / 2 / threads_work);
    assert_near(rates.factor[SAMPLE_SHOWCASE][OUTCOME_FAILS], (threads_fail + shows_fail) / 2 / shows_fail);
    for (int sample = 0; sample < SAMPLE_COUNT; sample++)
        assert_near(sum_of(rates.rate[sample]), 1.0);
    assert_near(sum_of(rates.reference), 1.0);
}

DEFINE_TEST(test_bounds)
{
    struct sample_sums sums = {0};
    add(&sums, SAMPLE_TROUBLESHOOTING, 1000, 4000, true);
    add(&sums, SAMPLE_SHOWCASE, 5000, 0, true);
    add(&sums, SAMPLE_SURVEY, 5000, 0, true);
    add(&sums, SAMPLE_VENDOR_STATEMENT, 0, 300, true);
    struct sample_rates rates = sample_rates_compute(&sums);
    assert_near(rates.factor[SAMPLE_SURVEY][OUTCOME_FAILS], 4.0);
    assert_true(rates.factor[SAMPLE_TROUBLESHOOTING][OUTCOME_WORKS] > 1.0);
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        assert_true(rates.factor[SAMPLE_VENDOR_STATEMENT][i] <= 0.25);
        assert_near(rates.factor[SAMPLE_TOOL][i], 1.0);
    }
}

TESTSUITE_MAIN(NULL, NULL)
