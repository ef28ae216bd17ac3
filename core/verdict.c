/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/verdict.h"

#include <math.h>
#include <stdbool.h>

/* What the mean of the levels above is worth at most, in reports; 0: no limit. It is the prior's strength and
 * all that they have of their own: what one of them caps does not lessen it for the next, so that a failure
 * more never helps. */
static const double level_strength[EVIDENCE_LEVELS] = {
    [EVIDENCE_GUEST] = 12.0,
    [EVIDENCE_CHIP] = 16.0,
    [EVIDENCE_ID] = 16.0,
    [EVIDENCE_SUBSYSTEM] = 8.0,
};

/* What somebody took from a page says less of what happened than what the tool saw. */
const double verdict_public_weight = 0.5;

/* Drivers and kernels change, silicon does not: half the weight in sixteen years, and never less. */
static const double half_life_months = 192.0;
static const double least_age_weight = 0.5;
static const int undated_months = 60;

/* What a report from another kind of machine, or from one that nobody named, says about this kind. */
static const double other_chassis_weight = 0.5;

int evidence_total(const struct evidence *evidence)
{
    int total = 0;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        total += evidence->counts[i];
    return total;
}

int verdict_percent(double share)
{
    return (int)lround(round(share * 1000.0) / 10.0);
}

enum level verdict_level(double usable)
{
    if (usable >= 0.90)
        return LEVEL_WORKS;
    if (usable >= 0.65)
        return LEVEL_LIKELY;
    if (usable >= 0.40)
        return LEVEL_MIXED;
    return usable >= 0.10 ? LEVEL_UNLIKELY : LEVEL_FAILS;
}

double verdict_age_weight(int months)
{
    double age = months < 0 ? undated_months : months;
    return fmax(exp(-log(2.0) * age / half_life_months), least_age_weight);
}

void verdict_weigh_chassis(struct evidence *all, const struct evidence *same_chassis)
{
    for (int i = 0; i < OUTCOME_COUNT; i++)
        all->weights[i] = same_chassis->weights[i] +
                          other_chassis_weight * fmax(all->weights[i] - same_chassis->weights[i], 0.0);
}

/* Mean and standard deviation of the logit of a Beta variable (digamma and trigamma by recurrence and their
 * asymptotic series, Abramowitz & Stegun 6.3.18 and 6.4.12): its quantiles without an incomplete beta. */
static double digamma(double x)
{
    double sum = 0.0;
    for (; x < 6.0; x += 1.0)
        sum -= 1.0 / x;
    double r = 1.0 / (x * x);
    return sum + log(x) - 0.5 / x - r * (1.0 / 12 - r * (1.0 / 120 - r / 252));
}

static double trigamma(double x)
{
    double sum = 0.0;
    for (; x < 6.0; x += 1.0)
        sum += 1.0 / (x * x);
    double r = 1.0 / (x * x);
    return sum + 1.0 / x + r / 2 + r / x * (1.0 / 6 - r * (1.0 / 30 - r / 42));
}

static void set_interval(struct verdict *verdict, double concentration)
{
    const double z80 = 1.2815515655446004;
    double a = fmax(verdict->usable * concentration, 0.05);
    double b = fmax((1.0 - verdict->usable) * concentration, 0.05);
    double mean = digamma(a) - digamma(b);
    double deviation = sqrt(trigamma(a) + trigamma(b));
    verdict->low = fmin(1.0 / (1.0 + exp(-(mean - z80 * deviation))), verdict->usable);
    verdict->high = fmax(1.0 / (1.0 + exp(-(mean + z80 * deviation))), verdict->usable);
}

static double sum_of(const double values[OUTCOME_COUNT])
{
    double sum = 0.0;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        sum += values[i];
    return sum;
}

/* What each level has beyond the narrower ones, so that no report counts twice. That of all GPUs is no sum of
 * reports. */
static void take_apart(const struct evidence evidence[EVIDENCE_LEVELS],
                       double own[EVIDENCE_LEVELS][OUTCOME_COUNT])
{
    double inner[OUTCOME_COUNT] = {0.0};
    for (int level = EVIDENCE_LEVELS - 1; level >= 0; level--) {
        for (int i = 0; i < OUTCOME_COUNT; i++) {
            double less = level == EVIDENCE_ALL ? 0.0 : inner[i];
            own[level][i] = fmax(evidence[level].weights[i] - less, 0.0);
            inner[i] = fmax(inner[i], evidence[level].weights[i]);
        }
    }
}

int verdict_steps(const struct prior *prior, const struct evidence evidence[EVIDENCE_LEVELS],
                  struct verdict_step steps[EVIDENCE_LEVELS + 1])
{
    double own[EVIDENCE_LEVELS][OUTCOME_COUNT];
    bool is_known = prior->strength > 0.0;
    int count = 1;
    take_apart(evidence, own);
    steps[0] = (struct verdict_step){.level = -1, .weight = is_known ? prior->strength : 1.0};
    double above = steps[0].weight;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        steps[0].mean[i] = is_known ? prior->shares[i] : 1.0 / OUTCOME_COUNT;
    for (int level = 0; level < EVIDENCE_LEVELS; level++) {
        const struct verdict_step *before = &steps[count - 1];
        struct verdict_step *step = &steps[count];
        double reports = sum_of(own[level]);
        if (reports <= 0.0)
            continue;
        is_known |= level > EVIDENCE_ALL;
        double strength = level_strength[level] > 0.0 ? fmin(above, level_strength[level]) : above;
        *step = (struct verdict_step){.level = level, .above = strength, .weight = strength + reports};
        for (int i = 0; i < OUTCOME_COUNT; i++) {
            step->own[i] = own[level][i];
            step->mean[i] = (strength * before->mean[i] + own[level][i]) / step->weight;
        }
        above += reports;
        count++;
    }
    return is_known ? count : 0;
}

struct verdict verdict_compute(const struct prior *prior, const struct evidence evidence[EVIDENCE_LEVELS])
{
    struct verdict verdict = {.level = LEVEL_UNKNOWN, .narrowest = -1};
    struct verdict_step steps[EVIDENCE_LEVELS + 1];
    verdict.direct_reports = evidence_total(&evidence[EVIDENCE_ID]);
    int widest = verdict.direct_reports;
    for (int level = EVIDENCE_CLASS; level < EVIDENCE_LEVELS; level++) {
        int total = evidence_total(&evidence[level]);
        if (total > widest)
            widest = total;
        if (sum_of(evidence[level].weights) > 0.0)
            verdict.narrowest = level;
    }
    verdict.pooled_reports = widest - verdict.direct_reports;
    int count = verdict_steps(prior, evidence, steps);
    if (!count)
        return verdict;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        verdict.outcomes[i] = steps[count - 1].mean[i];
    verdict.usable = verdict.outcomes[OUTCOME_WORKS] + verdict.outcomes[OUTCOME_WORKS_WITH_WORKAROUND];
    verdict.level = verdict_level(verdict.usable);
    set_interval(&verdict, steps[count - 1].weight);
    return verdict;
}
