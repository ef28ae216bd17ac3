#include "core/vocabulary.h"

#include "tests/unit/unit.h"

/* The tables are made from schema/vocabulary.tsv; what its words may be is checked when they are made. */
static void test_values(void **state)
{
    static const char *const none[] = {"", "Mobile", "mobil", "mobile ", "mobiles", "-", "other:mobile"};
    (void)state;
    for (int i = 0; vocabulary_groups[i]; i++)
        for (int value = 0; value < vocabulary_groups[i]->count; value++)
            assert_int_equal(
                vocabulary_find(vocabulary_groups[i], vocabulary_word_of(vocabulary_groups[i], value)),
                value);
    for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
        assert_int_equal(vocabulary_find(&vocabulary_form_factor, none[i]), -1);
        assert_null(vocabulary_text_of(&vocabulary_form_factor, none[i]));
    }
    assert_string_equal(vocabulary_word_of(&vocabulary_vbios, VBIOS_ACPI_ROM), "acpi-rom");
    assert_string_equal(vocabulary_word_of(&vocabulary_form_factor, -1), "unknown");
    assert_string_equal(vocabulary_word_of(&vocabulary_form_factor, FORM_FACTOR_COUNT), "unknown");
    /* Zero is what a structure is filled with when nothing is known. */
    assert_int_equal(FORM_FACTOR_UNKNOWN | VBIOS_UNKNOWN | RESET_UNKNOWN | DISPLAY_UNKNOWN | CHASSIS_UNKNOWN |
                         LEVEL_UNKNOWN,
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_values)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
