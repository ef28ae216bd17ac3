#include "core/gpu.h"

#include "tests/unit/unit.h"

static void test_attribute_names(void **state)
{
    (void)state;
    for (int i = 0; i < ATTRIBUTE_COUNT; i++)
        assert_int_equal(attribute_find(attribute_name((enum attribute)i)), i);
    assert_string_equal(attribute_name(ATTRIBUTE_FORM_FACTOR), "form_factor");
    assert_int_equal(attribute_find("formfactor"), -1);
    assert_int_equal(attribute_find(""), -1);
    assert_null(attribute_vocabulary(ATTRIBUTE_IS_GPU));
    assert_null(attribute_vocabulary(ATTRIBUTE_CHIP));
    assert_ptr_equal(attribute_vocabulary(ATTRIBUTE_FORM_FACTOR), &vocabulary_form_factor);
    assert_ptr_equal(attribute_vocabulary(ATTRIBUTE_DISPLAY), &vocabulary_display);
    assert_ptr_equal(attribute_vocabulary(ATTRIBUTE_VBIOS), &vocabulary_vbios);
    assert_ptr_equal(attribute_vocabulary(ATTRIBUTE_RESET), &vocabulary_reset);
}

static struct gpu make_gpu(uint16_t vendor, enum form_factor form_factor, enum vbios vbios)
{
    struct gpu gpu = {.id = {.vendor = vendor}};
    gpu.attributes[ATTRIBUTE_FORM_FACTOR] = (struct annotation){(int)form_factor, 0.8, "rule"};
    gpu.attributes[ATTRIBUTE_VBIOS] = (struct annotation){(int)vbios, 0.6, "rule"};
    return gpu;
}

static void test_settle_in_a_laptop(void **state)
{
    static const struct {
        uint16_t vendor;
        enum vbios vbios;
    } cases[] = {{0x10de, VBIOS_ACPI_ROM}, {0x1002, VBIOS_ACPI_ATRM}, {0x8086, VBIOS_UNKNOWN}};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct gpu gpu = make_gpu(cases[i].vendor, FORM_FACTOR_EITHER, VBIOS_ROM_BAR);
        assert_true(gpu_settle_by_chassis(&gpu, CHASSIS_LAPTOP));
        assert_int_equal(gpu_form_factor(&gpu), FORM_FACTOR_MOBILE);
        assert_int_equal(gpu_vbios(&gpu), cases[i].vbios);
        assert_holds(gpu.attributes[ATTRIBUTE_FORM_FACTOR].source, "chassis");
        assert_false(gpu_settle_by_chassis(&gpu, CHASSIS_DESKTOP));
    }
}

static void test_settle_elsewhere(void **state)
{
    static const enum chassis machines[] = {CHASSIS_DESKTOP, CHASSIS_SERVER, CHASSIS_EGPU};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
        struct gpu gpu = make_gpu(0x1002, FORM_FACTOR_EITHER, VBIOS_UNKNOWN);
        assert_true(gpu_settle_by_chassis(&gpu, machines[i]));
        assert_int_equal(gpu_form_factor(&gpu), FORM_FACTOR_DESKTOP);
        assert_int_equal(gpu_vbios(&gpu), VBIOS_ROM_BAR);
    }
}

static void test_settle_changes_nothing_that_is_known(void **state)
{
    (void)state;
    for (int form_factor = 0; form_factor < FORM_FACTOR_COUNT; form_factor++) {
        for (int chassis = 0; chassis < CHASSIS_COUNT; chassis++) {
            struct gpu gpu = make_gpu(0x10de, (enum form_factor)form_factor, VBIOS_NONE);
            /* A small computer may have either. */
            bool undecided = chassis == CHASSIS_UNKNOWN || chassis == CHASSIS_MINI_PC;
            if (form_factor == FORM_FACTOR_EITHER && !undecided)
                continue;
            assert_false(gpu_settle_by_chassis(&gpu, (enum chassis)chassis));
            assert_int_equal(gpu_form_factor(&gpu), form_factor);
            assert_int_equal(gpu_vbios(&gpu), VBIOS_NONE);
            assert_string_equal(gpu.attributes[ATTRIBUTE_VBIOS].source, "rule");
        }
    }
}

static struct gpu make_mechanism(enum form_factor form_factor, enum vbios vbios, enum display display,
                                 enum reset reset)
{
    struct gpu gpu = make_gpu(0x10de, form_factor, vbios);
    gpu.attributes[ATTRIBUTE_DISPLAY].value = (int)display;
    gpu.attributes[ATTRIBUTE_RESET].value = (int)reset;
    return gpu;
}

static void test_blockers(void **state)
{
    static const struct {
        enum form_factor form_factor;
        enum vbios vbios;
        enum display display;
        enum reset reset;
        int count;
        enum blocker blockers[3];
    } cases[] = {
        {FORM_FACTOR_DESKTOP, VBIOS_ROM_BAR, DISPLAY_OUTPUTS, RESET_BUS, 0, {0}},
        {FORM_FACTOR_UNKNOWN, VBIOS_UNKNOWN, DISPLAY_UNKNOWN, RESET_UNKNOWN, 0, {0}},
        {FORM_FACTOR_SERVER, VBIOS_ROM_BAR, DISPLAY_NONE, RESET_FLR, 0, {0}},
        {FORM_FACTOR_MOBILE,
         VBIOS_ACPI_ROM,
         DISPLAY_NONE,
         RESET_FLR,
         2,
         {BLOCKER_VBIOS_ACPI_ROM, BLOCKER_NO_DISPLAY_PATH}},
        {FORM_FACTOR_MOBILE,
         VBIOS_ACPI_ATRM,
         DISPLAY_OUTPUTS,
         RESET_BROKEN,
         2,
         {BLOCKER_VBIOS_ACPI_ATRM, BLOCKER_RESET_BROKEN}},
        {FORM_FACTOR_DESKTOP,
         VBIOS_ROM_BAR,
         DISPLAY_OUTPUTS,
         RESET_VENDOR_RESET,
         1,
         {BLOCKER_RESET_VENDOR_MODULE}},
        {FORM_FACTOR_INTEGRATED,
         VBIOS_SYSTEM_FIRMWARE,
         DISPLAY_OUTPUTS,
         RESET_BROKEN,
         2,
         {BLOCKER_INTEGRATED_GPU, BLOCKER_RESET_BROKEN}},
        {FORM_FACTOR_VIRTUAL, VBIOS_ACPI_ROM, DISPLAY_NONE, RESET_BROKEN, 1, {BLOCKER_NO_PASSTHROUGH_NEEDED}},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        enum blocker blockers[BLOCKER_COUNT];
        struct gpu gpu =
            make_mechanism(cases[i].form_factor, cases[i].vbios, cases[i].display, cases[i].reset);
        int count = gpu_blockers(&gpu, blockers);
        assert_int_equal(count, cases[i].count);
        for (int k = 0; k < count; k++)
            assert_int_equal(blockers[k], cases[i].blockers[k]);
    }
}

/* Whatever the mechanism: each blocker once, and never more than there is room for. */
static void test_blockers_of_every_mechanism(void **state)
{
    (void)state;
    for (int i = 0; i < FORM_FACTOR_COUNT * VBIOS_COUNT * DISPLAY_COUNT * RESET_COUNT; i++) {
        enum blocker blockers[BLOCKER_COUNT];
        bool seen[BLOCKER_COUNT] = {false};
        struct gpu gpu = make_mechanism((enum form_factor)(i % FORM_FACTOR_COUNT),
                                        (enum vbios)(i / FORM_FACTOR_COUNT % VBIOS_COUNT),
                                        (enum display)(i / FORM_FACTOR_COUNT / VBIOS_COUNT % DISPLAY_COUNT),
                                        (enum reset)(i / FORM_FACTOR_COUNT / VBIOS_COUNT / DISPLAY_COUNT));
        int count = gpu_blockers(&gpu, blockers);
        assert_in_range(count, 0, BLOCKER_COUNT);
        for (int k = 0; k < count; k++) {
            assert_in_range(blockers[k], 0, BLOCKER_COUNT - 1);
            assert_false(seen[blockers[k]]);
            seen[blockers[k]] = true;
        }
    }
}

/* What a machine shows replaces what the ID lets expect. */
static void test_observe(void **state)
{
    struct gpu gpu = make_gpu(0x10de, FORM_FACTOR_MOBILE, VBIOS_ACPI_ROM);
    (void)state;
    assert_false(gpu_observe(&gpu, ATTRIBUTE_VBIOS, VBIOS_ACPI_ROM, 0.99, "seen"));
    assert_string_equal(gpu.attributes[ATTRIBUTE_VBIOS].source, "seen");
    assert_true(gpu.attributes[ATTRIBUTE_VBIOS].confidence > 0.98);
    assert_true(gpu_observe(&gpu, ATTRIBUTE_VBIOS, VBIOS_ROM_BAR, 0.99, "read"));
    assert_int_equal(gpu_vbios(&gpu), VBIOS_ROM_BAR);
    assert_int_equal(gpu_form_factor(&gpu), FORM_FACTOR_MOBILE);
}

static void test_ways_around_are_fixes(void **state)
{
    int blockers_with_ways = 0;
    (void)state;
    for (int blocker = 0; blocker < BLOCKER_COUNT; blocker++) {
        const char *const *ways = blocker_workarounds((enum blocker)blocker);
        blockers_with_ways += ways != NULL;
        for (; ways && *ways; ways++)
            if (vocabulary_find(&vocabulary_fix, *ways) < 0)
                fail_msg("%s is no word of the group fix", *ways);
    }
    assert_true(blockers_with_ways > 0);
    assert_string_equal(blocker_workarounds(BLOCKER_VBIOS_ACPI_ROM)[0], "acpi-rom-ssdt");
    assert_null(blocker_workarounds(BLOCKER_NO_PASSTHROUGH_NEEDED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attribute_names),  cmocka_unit_test(test_settle_in_a_laptop),
        cmocka_unit_test(test_settle_elsewhere), cmocka_unit_test(test_settle_changes_nothing_that_is_known),
        cmocka_unit_test(test_blockers),         cmocka_unit_test(test_blockers_of_every_mechanism),
        cmocka_unit_test(test_observe),          cmocka_unit_test(test_ways_around_are_fixes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
