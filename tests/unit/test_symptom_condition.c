/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/symptom_condition.h"

#include "tests/unit/unit.h"

static const char *const wrong[] = {
    "",
    "vendor",
    "vendor=",
    "vendor=matrox",
    "vendor=amd|",
    "vendor=am",
    "colour=x",
    "effects",
    "effect=yes",
    "kernel=six",
    "kernel=6-7-8",
    "kernel=-",
    "before=",
    "before=a||b",
    "over=",
    "vf=maybe",
    "vf=yes;",
    "vf=yes; ; effect",
    "igpu=yes; vf=yes; side=host; kernel=6; vendor=amd", /* more than MAX_TERMS */
    "before=a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q",
};

DEFINE_TEST(test_what_is_none)
{
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        struct symptom_condition condition;
        if (symptom_condition_read(wrong[i], &condition, &failure) != ERROR_BAD_INPUT || !failure.message[0])
            fail_msg("\"%s\" is taken", wrong[i]);
        symptom_condition_free(&condition);
    }
}

/* A condition of one term, a fact ("" is not known), and what follows. */
static const struct {
    const char *condition;
    const char *fact;
    enum tristate holds;
} cases[] = {
    {"vendor=amd", "amd", TRISTATE_YES},
    {"vendor=amd", "intel", TRISTATE_NO},
    {"vendor=amd|intel", "intel", TRISTATE_YES},
    {"vendor=!amd|intel", "intel", TRISTATE_NO},
    {"vendor=!amd", "nvidia", TRISTATE_YES},
    {"vendor=amd", "", TRISTATE_NO},
    {"vendor=!amd", "", TRISTATE_NO},
    {"vendor=amd?", "", TRISTATE_UNKNOWN},
    {"vendor=!amd?", "", TRISTATE_UNKNOWN},
    {"vendor=amd?", "amd", TRISTATE_YES},
    {"chip=GB2*", "GB202", TRISTATE_YES},
    {"chip=GB2*", "GP108", TRISTATE_NO},
    {"kernel=6.8", "6.8.12", TRISTATE_YES},
    {"kernel=6.8", "6.80", TRISTATE_NO},
    {"kernel=6.8-6.17", "6.8", TRISTATE_YES},
    {"kernel=6.8-6.17", "6.9.3", TRISTATE_YES},
    {"kernel=6.8-6.17", "6.17.2", TRISTATE_YES},
    {"kernel=6.8-6.17", "6.18", TRISTATE_NO},
    {"kernel=6.8-6.17", "6.7.99", TRISTATE_NO},
    {"kernel=-6.1", "5.10.0", TRISTATE_YES},
    {"kernel=-6.1", "6.2", TRISTATE_NO},
    {"kernel=7.0-", "10.1", TRISTATE_YES},
    {"kernel=7.0-", "6.19", TRISTATE_NO},
};

DEFINE_TEST(test_terms)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct symptom_condition condition;
        ASSERT_DONE(symptom_condition_read(cases[i].condition, &condition, &failure));
        assert_int_equal(condition.term_count, 1);
        const char *fact = *cases[i].fact ? cases[i].fact : NULL;
        if (condition_term_judge(&condition.terms[0], fact) != cases[i].holds)
            fail_msg("%s of \"%s\"", cases[i].condition, cases[i].fact);
        symptom_condition_free(&condition);
    }
}

DEFINE_TEST(test_parts)
{
    struct symptom_condition condition;
    ASSERT_DONE(symptom_condition_read("-", &condition, &failure));
    assert_int_equal(condition.term_count, 0);
    assert_false(condition.is_effect);
    symptom_condition_free(&condition);
    ASSERT_DONE(symptom_condition_read("before=!x|y; effect;  over=a|b", &condition, &failure));
    assert_int_equal(condition.term_count, 1);
    assert_int_equal(condition.terms[0].key, CONDITION_BEFORE);
    assert_true(condition.is_effect && condition.terms[0].is_negated);
    assert_true(condition_words_have(&condition.over, "b") && !condition_words_have(&condition.over, "x"));
    assert_true(condition_words_have(&condition.terms[0].words, "y"));
    symptom_condition_free(&condition);
}

TESTSUITE_MAIN(NULL, NULL)
