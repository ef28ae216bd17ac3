/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/recommend.h"

#include "tests/unit/unit.h"

#include <limits.h>

DEFINE_TEST(test_names)
{
    static const struct {
        const char *device_name;
        const char *chip;
        const char *product; /* NULL: the name is that of the chip alone */
    } cases[] = {
        {"GP108 [GeForce GT 1030]", "GP108", "GeForce GT 1030"},
        {"GA104 [GeForce RTX 3070 Lite Hash Rate]", "GA104", "GeForce RTX 3070"},
        {"TU106 [GeForce RTX 2060 Rev. A]", "TU106", "GeForce RTX 2060"},
        {"Cedar [ATI FirePro (FireGL) Graphics Adapter]", "Cedar", "ATI FirePro (FireGL) Graphics Adapter"},
        {"Data Center GPU Flex 170", "DG2", "Data Center GPU Flex 170"},
        {"Something", "", "Something"},
        {"Navi 22", "Navi 22", NULL},
        {"Arcturus GL-XL", "Arcturus", NULL},
        {"GP108", "GP108", NULL},
        {"", "", NULL},
        {"GP108 []", "GP108", NULL},
        /* A bracket that is never closed is no product's name. */
        {"GP108 [GeForce", "GP108", NULL},
    };
    char name[PRODUCT_NAME_SIZE];
    char text[2 * PRODUCT_NAME_SIZE];
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        bool sold = product_name(cases[i].device_name, cases[i].chip, name);
        assert_string_equal(sold ? name : "", cases[i].product ? cases[i].product : "");
    }
    snprintf(text, sizeof text, "%0*d", (int)sizeof text - 1, 0);
    assert_true(product_name(text, "", name));
    assert_int_equal(strlen(name), PRODUCT_NAME_SIZE - 1);
}

/* From the best to the last: what the question asks for, then evidence before hope, then what breaks a tie.
 */
DEFINE_TEST(test_order)
{
    static const struct candidate candidates[] = {
        {.in_budget = true, .verdict = {.low = 0.5, .usable = 0.7}},
        {.first_choice = true, .verdict = {.low = 0.5, .usable = 0.7}},
        {.usable_reports = 20, .verdict = {.low = 0.75, .usable = 0.85, .direct_reports = 20}},
        {.usable_reports = 2, .verdict = {.low = 0.6, .usable = 0.8, .direct_reports = 3}},
        /* It looks the same below, and is likelier. */
        {.usable_reports = 2, .verdict = {.low = 0.6001, .usable = 0.9, .direct_reports = 2}},
        /* Of a damaged database: there is no such number above 0. */
        {.usable_reports = 2,
         .card = {.price_usd = 9, .price_place = INT_MIN},
         .verdict = {.low = 0.6, .usable = 0.8, .direct_reports = 2}},
        {.usable_reports = 2,
         .card = {.price_usd = 9, .pci_id = 2},
         .verdict = {.low = 0.6, .usable = 0.8, .direct_reports = 2}},
        {.usable_reports = 2,
         .card = {.price_usd = 9, .pci_id = 1},
         .verdict = {.low = 0.6, .usable = 0.8, .direct_reports = 2}},
        {.usable_reports = 2,
         .card = {.price_usd = 9, .price_place = 1},
         .verdict = {.low = 0.6, .usable = 0.8, .direct_reports = 2}},
        {.usable_reports = 2, .verdict = {.low = 0.6, .usable = 0.8, .direct_reports = 2}},
        /* Nobody reported it; failures are no evidence in its favour. */
        {.verdict = {.low = 0.80, .usable = 0.95}},
        {.verdict = {.low = 0.65, .usable = 0.80, .direct_reports = 3}},
    };
    for (size_t i = 0; i < ARRAY_SIZE(candidates); i++)
        for (size_t k = 0; k < ARRAY_SIZE(candidates); k++) {
            int order = candidate_compare(&candidates[i], &candidates[k]);
            if ((order > 0) - (order < 0) != (i > k) - (i < k))
                fail_msg("candidates %zu and %zu compare as %d", i, k, order);
        }
}

TESTSUITE_MAIN(NULL, NULL)
