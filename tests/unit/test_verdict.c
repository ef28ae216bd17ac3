/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/verdict.h"

#include <math.h>

#include "answer/answer.h"
#include "tests/unit/unit.h"

/* What data/priors.tsv says of common mechanisms, and one that nobody knows. */
enum { CARD, LAPTOP, EITHER, NOT_KNOWN };
static const struct prior priors[] = {
    [CARD] = {{0.42, 0.38, 0.09, 0.11}, 12.0, "a card", 1},
    [LAPTOP] = {{0.02, 0.13, 0.15, 0.70}, 16.0, "a laptop chip without outputs", 2},
    [EITHER] = {{0.26, 0.40, 0.14, 0.20}, 4.0, "either", 3},
    [NOT_KNOWN] = {{0.25, 0.25, 0.25, 0.25}, 0.0, "not known", 4},
};

/* Counts reports: at this level, and at all that are wider. */
static void count_report(struct evidence evidence[EVIDENCE_LEVELS], enum evidence_level narrowest,
                         enum outcome outcome, bool is_public)
{
    for (int level = 0; level <= (int)narrowest; level++) {
        evidence[level].counts[outcome]++;
        /* What all GPUs weigh is the reference, whatever their reports are. */
        evidence[level].weights[outcome] += level == EVIDENCE_ALL ? 0.0
                                            : is_public           ? verdict_public_weight
                                                                  : 1.0;
        evidence[level].samples[is_public ? SAMPLE_TROUBLESHOOTING : SAMPLE_TOOL]++;
    }
}

static void assert_near(double a, double b)
{
    if (fabs(a - b) >= 1e-9)
        fail_msg("%.12f is not %.12f", a, b);
}

/* A row of numbers that is the same in each run. */
static unsigned next_number(unsigned *seed, unsigned below)
{
    *seed = *seed * 1103515245 + 12345;
    return (*seed >> 16) % below;
}

/* Some reports, of which none, about half or all are public: 0 to 2. */
static void fill(struct evidence evidence[EVIDENCE_LEVELS], unsigned *seed, unsigned publicity)
{
    memset(evidence, 0, EVIDENCE_LEVELS * sizeof *evidence);
    unsigned reports = next_number(seed, 2) ? next_number(seed, 6) : next_number(seed, 60);
    unsigned favourite = next_number(seed, OUTCOME_COUNT);
    for (unsigned i = 0; i < reports; i++) {
        unsigned outcome = next_number(seed, 2) ? favourite : next_number(seed, OUTCOME_COUNT);
        bool is_public = next_number(seed, 2) < publicity;
        count_report(evidence, (enum evidence_level)next_number(seed, EVIDENCE_LEVELS), (enum outcome)outcome,
                     is_public);
    }
}

static struct verdict sound_verdict(const struct prior *prior,
                                    const struct evidence evidence[EVIDENCE_LEVELS])
{
    struct verdict verdict = verdict_compute(prior, evidence);
    int widest = evidence_total(&evidence[EVIDENCE_CLASS]);
    double sum = 0.0;
    assert_int_equal(verdict.direct_reports, evidence_total(&evidence[EVIDENCE_ID]));
    assert_int_equal(verdict.pooled_reports, widest - verdict.direct_reports);
    if (!widest && prior->strength <= 0.0) {
        assert_int_equal(verdict.level, LEVEL_UNKNOWN);
        return verdict;
    }
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        assert_true(verdict.outcomes[i] >= 0.0 && verdict.outcomes[i] <= 1.0);
        sum += verdict.outcomes[i];
    }
    assert_near(sum, 1.0);
    assert_near(verdict.outcomes[OUTCOME_WORKS] + verdict.outcomes[OUTCOME_WORKS_WITH_WORKAROUND],
                verdict.usable);
    assert_true(verdict.low >= 0.0 && verdict.low <= verdict.usable);
    assert_true(verdict.usable <= verdict.high && verdict.high <= 1.0);
    assert_int_equal(verdict.level, verdict_level(verdict.usable));
    return verdict;
}

/* One failure more, on the very board or on a relative, public or not: never a better verdict. */
DEFINE_TEST(test_failures_never_help)
{
    for (unsigned kind = 0; kind < 6; kind++) {
        unsigned seed = 7;
        for (int i = 0; i < 20000; i++) {
            struct evidence evidence[EVIDENCE_LEVELS];
            const struct prior *prior = &priors[i % (int)ARRAY_SIZE(priors)];
            fill(evidence, &seed, kind / 2);
            struct verdict before = sound_verdict(prior, evidence);
            enum evidence_level level = (enum evidence_level)next_number(&seed, EVIDENCE_LEVELS);
            count_report(evidence, level, OUTCOME_FAILS, kind % 2);
            struct verdict after = sound_verdict(prior, evidence);
            if (before.level != LEVEL_UNKNOWN && after.usable > before.usable + 1e-12)
                fail_msg("case %d of kind %u, prior \"%s\": one more failure raises usable from %.6f to %.6f",
                         i, kind, prior->reason, before.usable, after.usable);
        }
    }
}

DEFINE_TEST(test_without_reports)
{
    static const struct evidence nothing[EVIDENCE_LEVELS];
    static const struct verdict unknown = {.level = LEVEL_UNKNOWN, .narrowest = -1};
    struct verdict verdict = verdict_compute(&priors[NOT_KNOWN], nothing);
    assert_memory_equal(&verdict, &unknown, sizeof verdict);
    for (int i = CARD; i <= EITHER; i++) {
        verdict = sound_verdict(&priors[i], nothing);
        for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
            assert_near(verdict.outcomes[outcome], priors[i].shares[outcome]);
    }
}

DEFINE_TEST(test_interval)
{
    static const struct prior even = {{0.25, 0.25, 0.25, 0.25}, 4.0, "even", 0};
    struct evidence two[EVIDENCE_LEVELS] = {0};
    double width = 2.0;
    /* As many of each as the prior expects: only the certainty changes. */
    for (int reports = 0; reports <= 4096; reports = reports ? 2 * reports : 4) {
        struct evidence evidence[EVIDENCE_LEVELS] = {0};
        for (int i = 0; i < reports; i++)
            count_report(evidence, EVIDENCE_ID, (enum outcome)(i % OUTCOME_COUNT), false);
        struct verdict verdict = verdict_compute(&even, evidence);
        assert_near(verdict.usable, 0.5);
        assert_true(verdict.high - verdict.low < width);
        width = verdict.high - verdict.low;
    }
    assert_true(width < 0.05);
    /* Two reports that contradict each other, and no mechanism: nearly anything is possible. */
    count_report(two, EVIDENCE_ID, OUTCOME_WORKS, false);
    count_report(two, EVIDENCE_ID, OUTCOME_FAILS, false);
    struct verdict verdict = verdict_compute(&priors[NOT_KNOWN], two);
    assert_true(verdict.high - verdict.low > 0.4);
}

DEFINE_TEST(test_levels_at_their_borders)
{
    static const struct {
        double usable;
        enum level level;
    } cases[] = {
        {1.0, LEVEL_WORKS},    {0.90, LEVEL_WORKS}, {0.8999, LEVEL_LIKELY},   {0.65, LEVEL_LIKELY},
        {0.6499, LEVEL_MIXED}, {0.40, LEVEL_MIXED}, {0.3999, LEVEL_UNLIKELY}, {0.10, LEVEL_UNLIKELY},
        {0.0999, LEVEL_FAILS}, {0.0, LEVEL_FAILS},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(verdict_level(cases[i].usable), cases[i].level);
}

/* The steps are the calculation: each follows from the one before, and the last is the verdict. */
DEFINE_TEST(test_steps)
{
    unsigned seed = 5;
    for (int i = 0; i < 2000; i++) {
        const struct prior *prior = &priors[i % (int)ARRAY_SIZE(priors)];
        struct evidence evidence[EVIDENCE_LEVELS];
        struct verdict_step steps[EVIDENCE_LEVELS + 1];
        fill(evidence, &seed, 1);
        evidence[EVIDENCE_ALL].weights[i % OUTCOME_COUNT] = 2.0;
        struct verdict verdict = verdict_compute(prior, evidence);
        int count = verdict_steps(prior, evidence, steps);
        assert_int_equal(count == 0, verdict.level == LEVEL_UNKNOWN);
        for (int step = 1; step < count; step++) {
            double own = 0.0;
            for (int k = 0; k < OUTCOME_COUNT; k++)
                own += steps[step].own[k];
            double before = steps[step].above;
            assert_near(before + own, steps[step].weight);
            assert_true(own > 0.0 && steps[step].level > steps[step - 1].level);
            for (int k = 0; k < OUTCOME_COUNT; k++)
                assert_near(steps[step].mean[k] * steps[step].weight,
                            before * steps[step - 1].mean[k] + steps[step].own[k]);
        }
        for (int k = 0; count && k < OUTCOME_COUNT; k++)
            assert_near(steps[count - 1].mean[k], verdict.outcomes[k]);
    }
}

DEFINE_TEST(test_age_and_chassis)
{
    struct evidence all = {.weights = {4.0, 0.0, 0.0, 6.0}};
    const struct evidence same_chassis = {.weights = {4.0, 0.0, 0.0, 0.0}};
    assert_near(verdict_age_weight(0), 1.0);
    for (int months = 1; months < 600; months++)
        assert_true(verdict_age_weight(months) <= verdict_age_weight(months - 1));
    assert_near(verdict_age_weight(96), sqrt(0.5));
    assert_near(verdict_age_weight(192), 0.5);
    assert_near(verdict_age_weight(599), 0.5);
    assert_true(verdict_age_weight(-1) < 1.0 && verdict_age_weight(-1) > 0.5);
    verdict_weigh_chassis(&all, &same_chassis);
    assert_near(all.weights[OUTCOME_WORKS], 4.0);
    assert_near(all.weights[OUTCOME_FAILS], 3.0);
}

static void assert_basis(const struct evidence evidence[EVIDENCE_LEVELS], int prior, bool with_mechanism,
                         const char *expected)
{
    struct buffer out CLEANUP(buffer_free) = BUFFER(4096);
    struct answer *answer = calloc(1, sizeof *answer);
    assert_non_null(answer);
    snprintf(answer->device.gpu.chip, sizeof answer->device.gpu.chip, "GP108");
    answer->device.gpu.attributes[ATTRIBUTE_FORM_FACTOR].value = FORM_FACTOR_MOBILE;
    answer->device.prior = priors[prior];
    memcpy(answer->evidence, evidence, sizeof answer->evidence);
    answer->verdict = verdict_compute(&priors[prior], evidence);
    answer_append_basis(&out, answer, with_mechanism);
    free(answer);
    assert_string_equal(buffer_text(&out), expected);
}

DEFINE_TEST(test_basis)
{
    struct evidence evidence[EVIDENCE_LEVELS] = {0};
    assert_basis(evidence, NOT_KNOWN, true,
                 "Nothing is known. The mechanism is not known. No report on this ID.");
    assert_basis(
        evidence, LAPTOP, true,
        "a laptop chip without outputs The verdict rests on the mechanism alone: no GPU of this kind has a "
        "report that counts. No report on this ID.");
    assert_basis(
        evidence, LAPTOP, false,
        " The verdict rests on the mechanism alone: no GPU of this kind has a report that counts. No "
        "report on this ID.");
    count_report(evidence, EVIDENCE_ID, OUTCOME_FAILS, true);
    count_report(evidence, EVIDENCE_CHIP, OUTCOME_WORKS, false);
    evidence[EVIDENCE_CHASSIS] = evidence[EVIDENCE_GUEST] = (struct evidence){.latest = ""};
    evidence[EVIDENCE_CLASS].excluded_reports = 1;
    assert_basis(
        evidence, LAPTOP, true,
        "a laptop chip without outputs 1 report on this ID: it did not succeed. 2 reports on the chip GP108 "
        "(mobile), this ID included: 1 succeeded. 2 reports on GPUs of this kind (mobile, vBIOS unknown), this "
        "ID included: 1 succeeded. 1 attempt failed because of the environment, not the GPU, and does not "
        "count. Known from 1 call for help and 1 report sent with passthru; each counts by how often attempts "
        "that are told so succeed.");
}

TESTSUITE_MAIN(NULL, NULL)
