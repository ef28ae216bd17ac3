/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How people write the values of the vocabulary, and a draft of a report that takes them so. */

#include "core/report_draft.h"

#include "tests/unit/unit.h"

DEFINE_TEST(test_spelling)
{
    static const struct {
        const char *written;
        int value;
    } cases[] = {{"black-screen", SYMPTOM_BLACK_SCREEN},
                 {"Black Screen", SYMPTOM_BLACK_SCREEN},
                 {"BLACK_SCREEN", SYMPTOM_BLACK_SCREEN},
                 {"black", -1},
                 {"black-screen-", -1},
                 {"blackscreen", -1},
                 {"", -1}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(vocabulary_find_spelled(&vocabulary_symptom, cases[i].written), cases[i].value);
}

DEFINE_TEST(test_words)
{
    static const struct {
        const char *words;
        enum symptom symptom;
        bool fits;
    } cases[] = {{"code 43", SYMPTOM_NVIDIA_CODE_43, true},   {"Code-43", SYMPTOM_AMD_CODE_43, true},
                 {"code 43", SYMPTOM_WINDOWS_CODE_12, false}, {"43 windows", SYMPTOM_INTEL_CODE_43, true},
                 {"screen", SYMPTOM_BLACK_SCREEN, true},      {"creen", SYMPTOM_BLACK_SCREEN, false},
                 {"", SYMPTOM_BLACK_SCREEN, false},           {" - ", SYMPTOM_BLACK_SCREEN, false},
                 {"\xff", SYMPTOM_BLACK_SCREEN, false}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(vocabulary_fits_words(&vocabulary_symptom.entries[cases[i].symptom], cases[i].words,
                                               strlen(cases[i].words)),
                         cases[i].fits);
}

DEFINE_TEST(test_draft_takes_them)
{
    struct report_draft draft = {.isolated = TRISTATE_UNKNOWN};
    struct buffer json CLEANUP(buffer_free) = BUFFER(4096);
    report_draft_set(&draft, FIELD_PCI_ID, "10DE:1D16");
    report_draft_set(&draft, FIELD_OUTCOME, "Works with workaround");
    report_draft_set(&draft, FIELD_NOTE, "Black Screen");
    assert_true(report_draft_add(&draft, FIELD_SYMPTOMS, "Black Screen", NULL, NULL));
    assert_true(report_draft_add(&draft, FIELD_SYMPTOMS, "black-screen", NULL, NULL));
    assert_true(report_draft_add(&draft, FIELD_SYMPTOMS, "Odd Smell", NULL, NULL));
    assert_true(report_draft_add(&draft, FIELD_ATTEMPTS, "ROMfile", "no change", "Black Screen"));
    report_draft_write(&draft, &json);
    assert_string_equal(
        buffer_text(&json),
        "{\"schema\":1,\"note\":\"Black Screen\",\"outcome\":\"works-with-workaround\","
        "\"pci_id\":\"10de:1d16\",\"symptoms\":[\"black-screen\",\"other:Odd Smell\"],"
        "\"attempts\":[{\"fix\":\"romfile\",\"result\":\"no-change\",\"for\":\"black-screen\"}]}");
    report_draft_free(&draft);
}

TESTSUITE_MAIN(NULL, NULL)
