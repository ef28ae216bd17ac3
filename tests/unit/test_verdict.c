#include "answer/answer.h"
#include "core/verdict.h"

#include <math.h>

#include "tests/unit/unit.h"

/* What data/priors.tsv says of common mechanisms, and one that nobody knows. */
static const struct prior priors[] = {
    {{0.42, 0.38, 0.09, 0.11}, 12.0, "a card"},
    {{0.02, 0.13, 0.15, 0.70}, 16.0, "a laptop chip without outputs"},
    {{0.26, 0.40, 0.14, 0.20}, 4.0, "either"},
    {{0.25, 0.25, 0.25, 0.25}, 0.0, "not known"},
};

static void count_report(struct evidence evidence[EVIDENCE_LEVELS], enum evidence_level narrowest,
                         enum outcome outcome, bool is_public)
{
    for (int level = 0; level <= (int)narrowest; level++) {
        evidence[level].counts[outcome]++;
        evidence[level].weights[outcome] += is_public ? verdict_public_weight : 1.0;
        evidence[level].public_reports += is_public;
    }
}

/* A row of numbers that is the same in each run. */
static unsigned next_number(unsigned *seed, unsigned below)
{
    *seed = *seed * 1103515245 + 12345;
    return (*seed >> 16) % below;
}

enum sample { NONE_PUBLIC, ALL_PUBLIC, SOME_PUBLIC };

static void fill(struct evidence evidence[EVIDENCE_LEVELS], unsigned *seed, enum sample sample)
{
    memset(evidence, 0, EVIDENCE_LEVELS * sizeof *evidence);
    unsigned reports = next_number(seed, 2) ? next_number(seed, 6) : next_number(seed, 60);
    unsigned favourite = next_number(seed, OUTCOME_COUNT);
    for (unsigned i = 0; i < reports; i++) {
        unsigned outcome = next_number(seed, 2) ? favourite : next_number(seed, OUTCOME_COUNT);
        bool is_public = sample == ALL_PUBLIC || (sample == SOME_PUBLIC && next_number(seed, 2));
        count_report(evidence, (enum evidence_level)next_number(seed, EVIDENCE_LEVELS), (enum outcome)outcome,
                     is_public);
    }
}

static void assert_sound(const struct verdict *verdict)
{
    double sum = 0.0;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        assert_true(verdict->outcomes[i] >= 0.0 && verdict->outcomes[i] <= 1.0);
        sum += verdict->outcomes[i];
    }
    assert_true(fabs(sum - 1.0) < 1e-9);
    double usable = verdict->outcomes[OUTCOME_WORKS] + verdict->outcomes[OUTCOME_WORKS_WITH_WORKAROUND];
    assert_true(fabs(usable - verdict->usable) < 1e-9);
    assert_true(verdict->low >= 0.0 && verdict->low <= verdict->usable);
    assert_true(verdict->usable <= verdict->high && verdict->high <= 1.0);
    assert_int_equal(verdict->level, verdict_level(verdict->usable));
}

static void test_every_verdict_is_sound(void **state)
{
    unsigned seed = 1;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct evidence evidence[EVIDENCE_LEVELS];
        fill(evidence, &seed, (enum sample)(i % 3));
        const struct prior *prior = &priors[i / 3 % (int)ARRAY_SIZE(priors)];
        struct verdict verdict = verdict_compute(prior, evidence);
        int widest = evidence_total(&evidence[EVIDENCE_CLASS]);
        assert_int_equal(verdict.direct_reports, evidence_total(&evidence[EVIDENCE_ID]));
        assert_int_equal(verdict.pooled_reports, widest - verdict.direct_reports);
        if (widest || prior->strength > 0.0)
            assert_sound(&verdict);
        else
            assert_int_equal(verdict.level, LEVEL_UNKNOWN);
    }
}

static void test_unknown(void **state)
{
    static const struct evidence nothing[EVIDENCE_LEVELS];
    struct evidence one[EVIDENCE_LEVELS] = {0};
    (void)state;
    struct verdict verdict = verdict_compute(&priors[3], nothing);
    assert_int_equal(verdict.level, LEVEL_UNKNOWN);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        assert_true(verdict.outcomes[i] == 0.0);
    assert_true(verdict.usable == 0.0 && verdict.low == 0.0 && verdict.high == 0.0);
    assert_int_equal(verdict.direct_reports, 0);
    assert_int_equal(verdict.pooled_reports, 0);
    count_report(one, EVIDENCE_ID, OUTCOME_WORKS, false);
    assert_int_not_equal(verdict_compute(&priors[3], one).level, LEVEL_UNKNOWN);
}

static void test_prior_alone(void **state)
{
    static const struct evidence nothing[EVIDENCE_LEVELS];
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct verdict verdict = verdict_compute(&priors[i], nothing);
        assert_sound(&verdict);
        for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
            assert_true(fabs(verdict.outcomes[outcome] - priors[i].shares[outcome]) < 1e-9);
    }
}

/* One failure more, on the very board or on a relative, public or not: never a better verdict. */
static void assert_failures_never_help(enum sample sample, bool failure_is_public)
{
    unsigned seed = 7;
    for (int i = 0; i < 20000; i++) {
        struct evidence evidence[EVIDENCE_LEVELS];
        const struct prior *prior = &priors[i % (int)ARRAY_SIZE(priors)];
        fill(evidence, &seed, sample);
        struct verdict before = verdict_compute(prior, evidence);
        if (before.level == LEVEL_UNKNOWN)
            continue;
        enum evidence_level level = (enum evidence_level)next_number(&seed, EVIDENCE_LEVELS);
        count_report(evidence, level, OUTCOME_FAILS, failure_is_public);
        struct verdict after = verdict_compute(prior, evidence);
        if (after.usable > before.usable + 1e-12)
            fail_msg("case %d, prior \"%s\": one more failure raises usable from %.6f to %.6f", i,
                     prior->reason, before.usable, after.usable);
    }
}

static void test_failures_never_help(void **state)
{
    (void)state;
    assert_failures_never_help(NONE_PUBLIC, false);
}

static void test_public_failures_never_help(void **state)
{
    (void)state;
    assert_failures_never_help(ALL_PUBLIC, true);
}

static void test_failures_never_help_in_a_mixed_sample(void **state)
{
    (void)state;
    assert_failures_never_help(SOME_PUBLIC, true);
    assert_failures_never_help(SOME_PUBLIC, false);
    assert_failures_never_help(ALL_PUBLIC, false);
}

static void test_interval_narrows(void **state)
{
    static const struct prior even = {{0.25, 0.25, 0.25, 0.25}, 4.0, "even"};
    double width = 2.0;
    (void)state;
    /* As many of each as the prior expects: only the certainty changes. */
    for (int reports = 0; reports <= 4096; reports = reports ? 2 * reports : 4) {
        struct evidence evidence[EVIDENCE_LEVELS] = {0};
        for (int i = 0; i < reports; i++)
            count_report(evidence, EVIDENCE_ID, (enum outcome)(i % OUTCOME_COUNT), false);
        struct verdict verdict = verdict_compute(&even, evidence);
        assert_true(fabs(verdict.usable - 0.5) < 1e-9);
        assert_true(verdict.high - verdict.low < width);
        width = verdict.high - verdict.low;
    }
    assert_true(width < 0.05);
}

/* Two reports that contradict each other, and no mechanism: nearly anything is possible. */
static void test_interval_of_little_knowledge(void **state)
{
    struct evidence evidence[EVIDENCE_LEVELS] = {0};
    (void)state;
    count_report(evidence, EVIDENCE_ID, OUTCOME_WORKS, false);
    count_report(evidence, EVIDENCE_ID, OUTCOME_FAILS, false);
    struct verdict verdict = verdict_compute(&priors[3], evidence);
    assert_true(verdict.high - verdict.low > 0.4);
}

static void test_levels_at_their_borders(void **state)
{
    static const struct {
        double usable;
        enum level level;
    } cases[] = {
        {1.0, LEVEL_WORKS},    {0.90, LEVEL_WORKS}, {0.8999, LEVEL_LIKELY},   {0.65, LEVEL_LIKELY},
        {0.6499, LEVEL_MIXED}, {0.40, LEVEL_MIXED}, {0.3999, LEVEL_UNLIKELY}, {0.10, LEVEL_UNLIKELY},
        {0.0999, LEVEL_FAILS}, {0.0, LEVEL_FAILS},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(verdict_level(cases[i].usable), cases[i].level);
}

static double usable_after(const struct prior *prior, int reports, enum outcome outcome, bool is_public,
                           enum evidence_level level)
{
    struct evidence evidence[EVIDENCE_LEVELS] = {0};
    for (int i = 0; i < reports; i++)
        count_report(evidence, level, outcome, is_public);
    return verdict_compute(prior, evidence).usable;
}

static void test_public_reports_weigh_less(void **state)
{
    double start = usable_after(&priors[2], 0, OUTCOME_FAILS, false, EVIDENCE_ID);
    (void)state;
    for (int reports = 1; reports <= 64; reports *= 2) {
        double fails = usable_after(&priors[2], reports, OUTCOME_FAILS, false, EVIDENCE_ID);
        double fails_publicly = usable_after(&priors[2], reports, OUTCOME_FAILS, true, EVIDENCE_ID);
        assert_true(fails < fails_publicly && fails_publicly < start);
        double works = usable_after(&priors[2], reports, OUTCOME_WORKS, false, EVIDENCE_ID);
        double works_publicly = usable_after(&priors[2], reports, OUTCOME_WORKS, true, EVIDENCE_ID);
        assert_true(works > works_publicly && works_publicly > start);
    }
}

/* Many successes on GPUs of the kind, and a few failures: the nearer those are, the more they count. */
static void test_nearer_reports_weigh_more(void **state)
{
    double usable[EVIDENCE_LEVELS];
    (void)state;
    for (int level = EVIDENCE_CLASS; level < EVIDENCE_LEVELS; level++) {
        struct evidence evidence[EVIDENCE_LEVELS] = {0};
        for (int i = 0; i < 30; i++)
            count_report(evidence, EVIDENCE_CLASS, OUTCOME_WORKS, false);
        for (int i = 0; i < 5; i++)
            count_report(evidence, (enum evidence_level)level, OUTCOME_FAILS, false);
        usable[level] = verdict_compute(&priors[0], evidence).usable;
    }
    assert_true(usable[EVIDENCE_CHASSIS] < usable[EVIDENCE_CLASS]);
    assert_true(usable[EVIDENCE_CHIP] < usable[EVIDENCE_CLASS]);
    assert_true(usable[EVIDENCE_ID] < usable[EVIDENCE_CLASS]);
    assert_true(usable[EVIDENCE_SUBSYSTEM] < usable[EVIDENCE_ID]);
}

static void test_many_reports_outweigh_the_prior(void **state)
{
    (void)state;
    assert_int_equal(verdict_level(usable_after(&priors[0], 200, OUTCOME_FAILS, false, EVIDENCE_ID)),
                     LEVEL_FAILS);
    assert_int_equal(verdict_level(usable_after(&priors[1], 500, OUTCOME_WORKS, false, EVIDENCE_ID)),
                     LEVEL_WORKS);
}

static void test_basis(void **state)
{
    struct buffer out = BUFFER(4096);
    struct evidence evidence[EVIDENCE_LEVELS] = {0};
    struct gpu gpu = {.id = {.vendor = 0x10de, .device = 0x1d16}, .chip = "GP108"};
    (void)state;
    gpu.attributes[ATTRIBUTE_FORM_FACTOR].value = FORM_FACTOR_MOBILE;
    struct verdict verdict = verdict_compute(&priors[3], evidence);
    answer_append_basis(&out, &gpu, &priors[3], evidence, &verdict);
    assert_string_equal(buffer_text(&out),
                        "Nothing is known. The mechanism is not known. No report on this ID.");
    buffer_clear(&out);
    verdict = verdict_compute(&priors[1], evidence);
    answer_append_basis(&out, &gpu, &priors[1], evidence, &verdict);
    assert_holds(buffer_text(&out), "The mechanism alone");
    buffer_clear(&out);
    count_report(evidence, EVIDENCE_ID, OUTCOME_FAILS, true);
    count_report(evidence, EVIDENCE_CHIP, OUTCOME_WORKS, false);
    evidence[EVIDENCE_CLASS].outside_reports = 1;
    verdict = verdict_compute(&priors[1], evidence);
    answer_append_basis(&out, &gpu, &priors[1], evidence, &verdict);
    assert_holds(buffer_text(&out), "The nearest reports are on this ID.");
    assert_holds(buffer_text(&out), "Mechanism: a laptop chip without outputs");
    assert_holds(buffer_text(&out), "No success reported on this ID, in 1 report.");
    assert_holds(buffer_text(&out), "On the chip GP108 (mobile) 1 of 2 reports succeeded");
    assert_holds(buffer_text(&out),
                 "1 attempt failed because of the environment, not the GPU, and does not count.");
    assert_holds(buffer_text(&out), "public");
    assert_null(strchr(buffer_text(&out), '\n'));
    buffer_free(&out);
}

/* The wide levels have the narrow reports too: they must not count again there. */
static void test_no_report_counts_twice(void **state)
{
    struct evidence wide[EVIDENCE_LEVELS] = {0};
    struct evidence narrow[EVIDENCE_LEVELS] = {0};
    (void)state;
    count_report(wide, EVIDENCE_ALL, OUTCOME_FAILS, false);
    count_report(narrow, EVIDENCE_ID, OUTCOME_FAILS, false);
    /* One report is one among strength + 1, at whatever level. */
    double share = priors[0].shares[OUTCOME_WORKS] + priors[0].shares[OUTCOME_WORKS_WITH_WORKAROUND];
    double expected = share * 12.0 / 13.0;
    assert_true(fabs(verdict_compute(&priors[0], wide).usable - expected) < 1e-9);
    assert_true(fabs(verdict_compute(&priors[0], narrow).usable - expected) < 1e-9);
}

/* However many reports there are on other GPUs, they are worth two. */
static void test_all_gpus_say_little(void **state)
{
    (void)state;
    double share = priors[0].shares[OUTCOME_WORKS] + priors[0].shares[OUTCOME_WORKS_WITH_WORKAROUND];
    double usable = usable_after(&priors[0], 100000, OUTCOME_FAILS, false, EVIDENCE_ALL);
    assert_true(fabs(usable - share * 12.0 / 14.0) < 1e-9);
}

static void test_age_fades(void **state)
{
    double weight = verdict_age_weight(0);
    (void)state;
    assert_true(weight == 1.0);
    for (int months = 1; months < 600; months++) {
        assert_true(verdict_age_weight(months) <= weight);
        weight = verdict_age_weight(months);
    }
    assert_true(fabs(verdict_age_weight(96) - 0.5) < 1e-9);
    assert_true(fabs(weight - 0.25) < 1e-9);
    assert_true(verdict_age_weight(-1) < 1.0 && verdict_age_weight(-1) > 0.5);
}

static void test_chassis_weighs(void **state)
{
    struct evidence all = {.weights = {4.0, 0.0, 0.0, 6.0}};
    const struct evidence such = {.weights = {4.0, 0.0, 0.0, 0.0}};
    (void)state;
    verdict_weigh_chassis(&all, &such);
    assert_true(fabs(all.weights[OUTCOME_WORKS] - 4.0) < 1e-9);
    assert_true(fabs(all.weights[OUTCOME_FAILS] - 3.0) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_verdict_is_sound),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_prior_alone),
        cmocka_unit_test(test_failures_never_help),
        cmocka_unit_test(test_public_failures_never_help),
        cmocka_unit_test(test_failures_never_help_in_a_mixed_sample),
        cmocka_unit_test(test_interval_narrows),
        cmocka_unit_test(test_interval_of_little_knowledge),
        cmocka_unit_test(test_levels_at_their_borders),
        cmocka_unit_test(test_public_reports_weigh_less),
        cmocka_unit_test(test_nearer_reports_weigh_more),
        cmocka_unit_test(test_many_reports_outweigh_the_prior),
        cmocka_unit_test(test_basis),
        cmocka_unit_test(test_no_report_counts_twice),
        cmocka_unit_test(test_all_gpus_say_little),
        cmocka_unit_test(test_age_fades),
        cmocka_unit_test(test_chassis_weighs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
