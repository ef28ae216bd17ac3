/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/plan.h"
#include "tests/unit/unit.h"

/* grub is known to hold, dracut not to hold, and of arch nothing is known. */
static const enum tristate facts[PLAN_FACT_COUNT] = {
    [PLAN_FACT_GRUB] = TRISTATE_YES, [PLAN_FACT_DRACUT] = TRISTATE_NO};

DEFINE_TEST(test_conditions)
{
    static const struct {
        const char *condition;
        enum tristate holds;
    } cases[] = {{"", TRISTATE_YES},
                 {"grub", TRISTATE_YES},
                 {"!grub", TRISTATE_NO},
                 {"dracut", TRISTATE_NO},
                 {"!dracut", TRISTATE_YES},
                 {"arch", TRISTATE_UNKNOWN},
                 {"!arch", TRISTATE_UNKNOWN},
                 {"grub,!dracut", TRISTATE_YES},
                 {"grub,arch", TRISTATE_UNKNOWN},
                 {"arch,grub", TRISTATE_UNKNOWN},
                 {"arch,dracut", TRISTATE_NO},
                 {"dracut,arch", TRISTATE_NO},
                 {"dracut|grub", TRISTATE_YES},
                 {"grub|dracut", TRISTATE_YES},
                 {"dracut|arch", TRISTATE_UNKNOWN},
                 {"arch|dracut", TRISTATE_UNKNOWN},
                 {"arch|grub", TRISTATE_YES},
                 {"grub,dracut|arch", TRISTATE_UNKNOWN},
                 {"dracut|arch,dracut", TRISTATE_NO},
                 {"grub,dracut|!dracut", TRISTATE_YES}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        if (plan_holds(cases[i].condition, facts) != cases[i].holds)
            fail_msg("%s: %d", cases[i].condition, (int)plan_holds(cases[i].condition, facts));
}

DEFINE_TEST(test_wrong_conditions)
{
    static const char *const cases[][2] = {
        {"grub,moon", "moon"},
        {"!", ""},
        {"grub,", ""},
        {"grub||arch", ""},
        {"Grub", "Grub"},
        {"grub ,arch", "grub "},
        {"a-name-that-is-longer-than-any-fact-has", "a-name-that-is-longer-than-any-"}};
    char wrong[PLAN_NAME_SIZE];
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_false(plan_condition_is_valid(cases[i][0], wrong));
        assert_string_equal(wrong, cases[i][1]);
    }
    assert_true(plan_condition_is_valid("", wrong));
    assert_true(plan_condition_is_valid("grub,!arch|dracut", wrong));
}

DEFINE_TEST(test_variables)
{
    static const char *const variables[PLAN_VARIABLE_COUNT] = {
        [PLAN_VARIABLE_IDS] = "10de:1d16,{slot}", [PLAN_VARIABLE_ROM] = ""};
    static const char *const cases[][2] = {{"", ""},
                                           {"ids={ids}{rom}.", "ids=10de:1d16,{slot}."},
                                           {"a\\nb\\", "a\nb\\"},
                                           {"{slot}", "{slot}"},
                                           {"{moon} { {ids", "{moon} { {ids"},
                                           {"{{ids}}", "{10de:1d16,{slot}}"}};
    char wrong[PLAN_NAME_SIZE];
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct buffer text CLEANUP(buffer_free) = BUFFER(1024);
        plan_expand(&text, cases[i][0], variables);
        assert_string_equal(buffer_text(&text), cases[i][1]);
    }
    assert_true(plan_text_is_valid("{ids} { 'print {' {} {Ids}", wrong));
    assert_false(plan_text_is_valid("{ids} {moon}", wrong));
    assert_string_equal(wrong, "moon");
    assert_true(plan_names("{rom}{ids}", PLAN_VARIABLE_IDS));
    assert_false(plan_names("{rom} ids", PLAN_VARIABLE_IDS));
}

TESTSUITE_MAIN(NULL, NULL)
