#include "core/vocabulary.h"

#include "core/text.h"
#include "tests/unit/unit.h"

static const struct {
    const struct vocabulary *vocabulary;
    const char *name;
    int count;
} groups[] = {
    {&vocabulary_form_factor, "form_factor", FORM_FACTOR_COUNT},
    {&vocabulary_vbios, "vbios", VBIOS_COUNT},
    {&vocabulary_reset, "reset", RESET_COUNT},
    {&vocabulary_display, "display", DISPLAY_COUNT},
    {&vocabulary_outcome, "outcome", OUTCOME_COUNT},
    {&vocabulary_level, "level", LEVEL_COUNT},
    {&vocabulary_chassis, "chassis", CHASSIS_COUNT},
    {&vocabulary_hypervisor, "hypervisor", HYPERVISOR_COUNT},
    {&vocabulary_machine_type, "machine_type", MACHINE_TYPE_COUNT},
    {&vocabulary_firmware, "firmware", FIRMWARE_COUNT},
    {&vocabulary_use, "use", USE_COUNT},
    {&vocabulary_pci_id_from, "pci_id_from", PCI_ID_FROM_COUNT},
    {&vocabulary_result, "result", RESULT_COUNT},
    {&vocabulary_stage, "stage", STAGE_COUNT},
    {&vocabulary_stage_state, "stage_state", STAGE_STATE_COUNT},
    {&vocabulary_symptom, "symptom", SYMPTOM_COUNT},
    {&vocabulary_fix, "fix", FIX_COUNT},
    {&vocabulary_blocker, "blocker", BLOCKER_COUNT},
    {&vocabulary_fixable, "fixable", FIXABLE_COUNT},
};

static void test_every_word_is_found(void **state)
{
    (void)state;
    for (size_t g = 0; g < ARRAY_SIZE(groups); g++) {
        const struct vocabulary *vocabulary = groups[g].vocabulary;
        assert_string_equal(vocabulary->name, groups[g].name);
        assert_int_equal(vocabulary->count, groups[g].count);
        for (int i = 0; i < vocabulary->count; i++) {
            const struct vocabulary_word *word = &vocabulary->words[i];
            assert_int_equal(vocabulary_find(vocabulary, word->word), i);
            assert_string_equal(vocabulary_word_of(vocabulary, i), word->word);
            assert_string_equal(vocabulary_text_of(vocabulary, word->word), word->text);
        }
    }
}

/* The words stand in reports, SQL and JSON: nothing that needs quoting there. */
static void test_words_are_plain(void **state)
{
    (void)state;
    for (size_t g = 0; g < ARRAY_SIZE(groups); g++) {
        for (int i = 0; i < groups[g].count; i++) {
            const struct vocabulary_word *word = &groups[g].vocabulary->words[i];
            assert_int_equal(strspn(word->word, "abcdefghijklmnopqrstuvwxyz0123456789-_"),
                             strlen(word->word));
            assert_true(word->word[0] != '\0');
            assert_true(word->text[0] != '\0');
            assert_int_equal(strcspn(word->text, "\t\n\"\\"), strlen(word->text));
            assert_true(text_is_utf8(word->text, strlen(word->text)));
        }
    }
}

static void test_enums_name_their_words(void **state)
{
    (void)state;
    assert_string_equal(vocabulary_word_of(&vocabulary_form_factor, FORM_FACTOR_MOBILE), "mobile");
    assert_string_equal(vocabulary_word_of(&vocabulary_vbios, VBIOS_ACPI_ROM), "acpi-rom");
    assert_string_equal(vocabulary_word_of(&vocabulary_outcome, OUTCOME_WORKS_WITH_WORKAROUND),
                        "works-with-workaround");
    assert_string_equal(vocabulary_word_of(&vocabulary_chassis, CHASSIS_MINI_PC), "mini-pc");
    assert_string_equal(vocabulary_word_of(&vocabulary_result, RESULT_NOT_REPRODUCIBLE), "not-reproducible");
    /* Zero is what a structure is filled with when nothing is known. */
    assert_int_equal(FORM_FACTOR_UNKNOWN, 0);
    assert_int_equal(VBIOS_UNKNOWN, 0);
    assert_int_equal(RESET_UNKNOWN, 0);
    assert_int_equal(DISPLAY_UNKNOWN, 0);
    assert_int_equal(CHASSIS_UNKNOWN, 0);
    assert_int_equal(LEVEL_UNKNOWN, 0);
}

static void test_what_is_no_word(void **state)
{
    static const char *const none[] = {"", "Mobile", "mobil", "mobile ", "mobiles", "-", "other:mobile"};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
        assert_int_equal(vocabulary_find(&vocabulary_form_factor, none[i]), -1);
        assert_null(vocabulary_text_of(&vocabulary_form_factor, none[i]));
    }
    assert_string_equal(vocabulary_word_of(&vocabulary_form_factor, -1), "unknown");
    assert_string_equal(vocabulary_word_of(&vocabulary_form_factor, FORM_FACTOR_COUNT), "unknown");
}

static void test_find_bytes(void **state)
{
    static const char with_nul[] =
        "seabios\0 and a long tail that reaches far past the end of the word, so that a"
        " comparison which stops at the NUL has more to read than the word has";
    (void)state;
    assert_int_equal(vocabulary_find_bytes(&vocabulary_firmware, "ovmfx", 4), FIRMWARE_OVMF);
    assert_int_equal(vocabulary_find_bytes(&vocabulary_firmware, "ovmfx", 5), -1);
    assert_int_equal(vocabulary_find_bytes(&vocabulary_firmware, "ovmfx", 3), -1);
    assert_int_equal(vocabulary_find_bytes(&vocabulary_firmware, "ovmfx", 0), -1);
    assert_int_equal(vocabulary_find_bytes(&vocabulary_firmware, with_nul, sizeof with_nul - 1), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_word_is_found),
        cmocka_unit_test(test_words_are_plain),
        cmocka_unit_test(test_enums_name_their_words),
        cmocka_unit_test(test_what_is_no_word),
        cmocka_unit_test(test_find_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
