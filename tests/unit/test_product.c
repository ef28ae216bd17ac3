#include "core/product.h"

#include "tests/unit/unit.h"

static const char *sold_as(const char *device_name, const char *chip)
{
    static char name[PRODUCT_NAME_SIZE];
    return product_name(device_name, chip, name) ? name : NULL;
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(sold_as("GP108 [GeForce GT 1030]", "GP108"), "GeForce GT 1030");
    assert_string_equal(sold_as("GA104 [GeForce RTX 3070 Lite Hash Rate]", "GA104"), "GeForce RTX 3070");
    assert_string_equal(sold_as("TU106 [GeForce RTX 2060 Rev. A]", "TU106"), "GeForce RTX 2060");
    assert_string_equal(sold_as("Cedar [ATI FirePro (FireGL) Graphics Adapter]", "Cedar"),
                        "ATI FirePro (FireGL) Graphics Adapter");
    assert_string_equal(sold_as("Data Center GPU Flex 170", "DG2"), "Data Center GPU Flex 170");
    assert_string_equal(sold_as("Something", ""), "Something");
}

static void test_chips_are_no_products(void **state)
{
    (void)state;
    assert_null(sold_as("Navi 22", "Navi 22"));
    assert_null(sold_as("Arcturus GL-XL", "Arcturus"));
    assert_null(sold_as("GP108", "GP108"));
    assert_null(sold_as("", ""));
    assert_null(sold_as("GP108 []", "GP108"));
    /* A bracket that is never closed is no product's name. */
    assert_null(sold_as("GP108 [GeForce", "GP108"));
}

static void test_long_names_are_cut(void **state)
{
    char name[PRODUCT_NAME_SIZE];
    char text[2 * PRODUCT_NAME_SIZE];
    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_true(product_name(text, "", name));
    assert_int_equal(strlen(name), PRODUCT_NAME_SIZE - 1);
}

/* Fails unless `first` comes before `second`, whichever is asked for first. */
static void assert_before(const struct product_rank *first, const struct product_rank *second)
{
    assert_true(product_compare(first, second) < 0);
    assert_true(product_compare(second, first) > 0);
    assert_int_equal(product_compare(first, first), 0);
}

static struct product_rank rank(double low, double usable, int direct, int usable_reports)
{
    struct product_rank made = {.usable_reports = usable_reports, .pci_id = 0x10de0001};
    made.verdict = (struct verdict){.low = low, .usable = usable, .direct_reports = direct};
    return made;
}

static void test_evidence_before_hope(void **state)
{
    (void)state;
    const struct product_rank many = rank(0.75, 0.85, 20, 20);
    const struct product_rank few = rank(0.60, 0.90, 2, 2);
    const struct product_rank hope = rank(0.80, 0.95, 0, 0);
    const struct product_rank failed = rank(0.65, 0.80, 3, 0);
    assert_before(&many, &few);
    assert_before(&few, &hope);
    /* Failures are no evidence in favour of a card. */
    assert_before(&hope, &failed);
    assert_before(&few, &failed);
}

static void test_ties(void **state)
{
    (void)state;
    struct product_rank a = rank(0.6, 0.8, 2, 2);
    struct product_rank b = rank(0.6, 0.8, 3, 2);
    assert_before(&b, &a);
    b = rank(0.6001, 0.9, 2, 2); /* looks the same below, is likelier */
    assert_before(&b, &a);
    b = a;
    b.priced = true;
    assert_before(&b, &a);
    a.priced = true;
    a.price_place = 1;
    assert_before(&b, &a);
    a.price_place = 0;
    a.pci_id++;
    assert_before(&a, &b);
}

static void test_the_question_goes_first(void **state)
{
    (void)state;
    const struct product_rank good = rank(0.75, 0.85, 20, 20);
    struct product_rank sibling = rank(0.5, 0.7, 0, 0);
    struct product_rank cheap = sibling;
    sibling.first_choice = true;
    assert_before(&sibling, &good);
    cheap.in_budget = true;
    assert_before(&cheap, &good);
    assert_before(&cheap, &sibling);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_chips_are_no_products),
        cmocka_unit_test(test_long_names_are_cut),
        cmocka_unit_test(test_evidence_before_hope),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_the_question_goes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
