#include "core/verdict.h"

#include <math.h>
#include <stdio.h>

/* How many reports the mean of the level above is worth; the first one is the prior's own strength. */
static const double level_strength[EVIDENCE_LEVELS] = {
    [EVIDENCE_CHIP] = 10.0,
    [EVIDENCE_ID] = 6.0,
    [EVIDENCE_SUBSYSTEM] = 4.0,
};

/* People with a smooth start do not write in public threads, and those who gave up early do not either. */
static const double public_report_weight = 0.5;

int evidence_total(const struct evidence *evidence)
{
    int total = 0;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        total += evidence->counts[i];
    return total;
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

static double weighed(const struct evidence *evidence, int outcome)
{
    return evidence->counts[outcome] - (1.0 - public_report_weight) * evidence->public_counts[outcome];
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

struct verdict verdict_compute(const struct prior *prior, const struct evidence evidence[EVIDENCE_LEVELS])
{
    struct verdict verdict = {.level = LEVEL_UNKNOWN};
    verdict.direct_reports = evidence_total(&evidence[EVIDENCE_ID]);
    double mean[OUTCOME_COUNT];
    double concentration = prior->strength;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        mean[i] = prior->strength > 0.0 ? prior->shares[i] : 1.0 / OUTCOME_COUNT;
    int widest = 0;
    for (int level = 0; level < EVIDENCE_LEVELS; level++) {
        int total = evidence_total(&evidence[level]);
        if (total > widest)
            widest = total;
        if (!total)
            continue;
        double strength = level == EVIDENCE_CLASS ? fmax(prior->strength, 1.0)
                                                  : fmin(fmax(concentration, 1.0), level_strength[level]);
        concentration = strength;
        for (int i = 0; i < OUTCOME_COUNT; i++)
            concentration += weighed(&evidence[level], i);
        for (int i = 0; i < OUTCOME_COUNT; i++)
            mean[i] = (strength * mean[i] + weighed(&evidence[level], i)) / concentration;
    }
    verdict.pooled_reports = widest - verdict.direct_reports;
    if (prior->strength <= 0.0 && !widest)
        return verdict;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        verdict.outcomes[i] = mean[i];
    verdict.usable = mean[OUTCOME_WORKS] + mean[OUTCOME_WORKS_WITH_WORKAROUND];
    verdict.level = verdict_level(verdict.usable);
    set_interval(&verdict, concentration);
    return verdict;
}

static void append_count(struct buffer *out, const struct evidence *evidence, int direct, const char *where)
{
    int total = evidence_total(evidence);
    int usable = evidence->counts[OUTCOME_WORKS] + evidence->counts[OUTCOME_WORKS_WITH_WORKAROUND];
    if (!total)
        buffer_append_format(out, " No report on %s.", where);
    else if (!usable)
        buffer_append_format(out, " No success reported on %s, in %d report%s.", where, total,
                             total == 1 ? "" : "s");
    else
        buffer_append_format(out, " On %s %d of %d report%s ended usable%s.", where, usable, total,
                             total == 1 ? "" : "s", direct ? ", this ID included" : "");
}

void verdict_append_basis(struct buffer *out, const struct gpu *gpu, const struct prior *prior,
                          const struct evidence evidence[EVIDENCE_LEVELS])
{
    char where[160];
    int direct = evidence_total(&evidence[EVIDENCE_ID]);
    if (prior->strength > 0.0)
        buffer_append_format(out, "Mechanism: %s", prior->reason);
    else
        buffer_append_text(out, "The mechanism is not known.");
    if (gpu->id.has_subsystem && evidence_total(&evidence[EVIDENCE_SUBSYSTEM]))
        append_count(out, &evidence[EVIDENCE_SUBSYSTEM], 0, "this very board");
    append_count(out, &evidence[EVIDENCE_ID], 0, "this ID");
    const char *form_factor = vocabulary_word_of(&vocabulary_form_factor, (int)gpu_form_factor(gpu));
    if (gpu->chip[0] && evidence_total(&evidence[EVIDENCE_CHIP]) != evidence_total(&evidence[EVIDENCE_ID])) {
        snprintf(where, sizeof where, "the chip %s (%s)", gpu->chip, form_factor);
        append_count(out, &evidence[EVIDENCE_CHIP], direct, where);
    }
    if (evidence_total(&evidence[EVIDENCE_CLASS]) != evidence_total(&evidence[EVIDENCE_ID])) {
        snprintf(where, sizeof where, "GPUs of this kind (%s, vBIOS %s)", form_factor,
                 vocabulary_word_of(&vocabulary_vbios, (int)gpu_vbios(gpu)));
        append_count(out, &evidence[EVIDENCE_CLASS], direct, where);
    }
    for (int i = 0; i < EVIDENCE_LEVELS * OUTCOME_COUNT; i++) {
        if (!evidence[i / OUTCOME_COUNT].public_counts[i % OUTCOME_COUNT])
            continue;
        buffer_append_text(
            out, " Reports come mostly from public troubleshooting threads, where neither smooth starts"
                 " nor early surrenders are told: they count half.");
        break;
    }
}
