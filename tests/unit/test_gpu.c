/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/gpu.h"

#include "core/buffer.h"
#include "tests/unit/unit.h"

static struct gpu make_gpu(uint16_t vendor, enum form_factor form_factor, enum vbios vbios)
{
    struct gpu gpu = {.id = {.vendor = vendor}};
    gpu.attributes[ATTRIBUTE_FORM_FACTOR] = (struct annotation){(int)form_factor, 0.8, "rule"};
    gpu.attributes[ATTRIBUTE_VBIOS] = (struct annotation){(int)vbios, 0.6, "rule"};
    return gpu;
}

/* What is sold both ways is settled by the machine, but in a small one, which may have either. What is known
 * stays as it is. */
DEFINE_TEST(test_settle_by_chassis)
{
    static const struct {
        uint16_t vendor;
        enum vbios in_laptop;
    } vendors[] = {{0x10de, VBIOS_ACPI_ROM}, {0x1002, VBIOS_ACPI_ATRM}, {0x8086, VBIOS_UNKNOWN}};
    for (int i = 0; i < (int)ARRAY_SIZE(vendors) * FORM_FACTOR_COUNT * CHASSIS_COUNT; i++) {
        int vendor = i / (FORM_FACTOR_COUNT * CHASSIS_COUNT);
        enum form_factor form_factor = (enum form_factor)(i / CHASSIS_COUNT % FORM_FACTOR_COUNT);
        enum chassis chassis = (enum chassis)(i % CHASSIS_COUNT);
        bool settles =
            form_factor == FORM_FACTOR_EITHER && chassis != CHASSIS_UNKNOWN && chassis != CHASSIS_MINI_PC;
        struct gpu gpu = make_gpu(vendors[vendor].vendor, form_factor, VBIOS_NONE);
        assert_int_equal(gpu_settle_by_chassis(&gpu, chassis), settles);
        assert_false(gpu_settle_by_chassis(&gpu, chassis));
        const char *source = gpu.attributes[ATTRIBUTE_VBIOS].source;
        if (!settles) {
            assert_int_equal(gpu_form_factor(&gpu), form_factor);
            assert_int_equal(gpu_vbios(&gpu), VBIOS_NONE);
            assert_string_equal(source, "rule");
        } else {
            bool laptop = chassis == CHASSIS_LAPTOP;
            assert_int_equal(gpu_form_factor(&gpu), laptop ? FORM_FACTOR_MOBILE : FORM_FACTOR_DESKTOP);
            assert_int_equal(gpu_vbios(&gpu), laptop ? vendors[vendor].in_laptop : VBIOS_ROM_BAR);
            assert_holds(source, "chassis");
        }
    }
}

/* A workstation card that shares its ID with a server card (Radeon Pro VII, Instinct MI50) has outputs; a
 * chip without a display core has none on any card. */
DEFINE_TEST(test_settle_display)
{
    static const struct {
        enum form_factor before, after;
        enum display display, expected;
    } cases[] = {
        {FORM_FACTOR_SERVER, FORM_FACTOR_DESKTOP, DISPLAY_NONE, DISPLAY_OUTPUTS},
        {FORM_FACTOR_SERVER, FORM_FACTOR_SERVER, DISPLAY_NONE, DISPLAY_NONE},
        {FORM_FACTOR_DESKTOP, FORM_FACTOR_SERVER, DISPLAY_NONE, DISPLAY_NONE},
        {FORM_FACTOR_EITHER, FORM_FACTOR_DESKTOP, DISPLAY_NONE, DISPLAY_NONE},
        {FORM_FACTOR_EITHER, FORM_FACTOR_DESKTOP, DISPLAY_UNKNOWN, DISPLAY_OUTPUTS},
        {FORM_FACTOR_EITHER, FORM_FACTOR_MOBILE, DISPLAY_UNKNOWN, DISPLAY_UNKNOWN},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct gpu gpu = make_gpu(0x1002, cases[i].before, VBIOS_ROM_BAR);
        gpu.attributes[ATTRIBUTE_DISPLAY] = (struct annotation){(int)cases[i].display, 0.8, "rule"};
        gpu_settle(&gpu, cases[i].after, 0.9, "product");
        assert_int_equal(gpu_display(&gpu), cases[i].expected);
    }
}

DEFINE_TEST(test_blockers)
{
    static const struct {
        enum form_factor form_factor;
        enum vbios vbios;
        enum display display;
        enum reset reset;
        const char *blockers;
    } cases[] = {
        {FORM_FACTOR_DESKTOP, VBIOS_ROM_BAR, DISPLAY_OUTPUTS, RESET_BUS, ""},
        {FORM_FACTOR_UNKNOWN, VBIOS_UNKNOWN, DISPLAY_UNKNOWN, RESET_UNKNOWN, ""},
        {FORM_FACTOR_SERVER, VBIOS_ROM_BAR, DISPLAY_NONE, RESET_FLR, ""},
        {FORM_FACTOR_MOBILE, VBIOS_ACPI_ROM, DISPLAY_NONE, RESET_FLR, " vbios-acpi-rom no-display-path"},
        {FORM_FACTOR_MOBILE, VBIOS_ACPI_ATRM, DISPLAY_OUTPUTS, RESET_BROKEN, " vbios-acpi-atrm reset-broken"},
        {FORM_FACTOR_DESKTOP, VBIOS_ROM_BAR, DISPLAY_OUTPUTS, RESET_VENDOR_RESET, " reset-vendor-module"},
        {FORM_FACTOR_INTEGRATED, VBIOS_NONE, DISPLAY_OUTPUTS, RESET_BROKEN, " integrated-gpu reset-broken"},
        {FORM_FACTOR_BMC, VBIOS_ROM_BAR, DISPLAY_OUTPUTS, RESET_BUS, " bmc-gpu"},
        {FORM_FACTOR_VIRTUAL, VBIOS_ACPI_ROM, DISPLAY_NONE, RESET_BROKEN, " no-passthrough-needed"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        enum blocker blockers[BLOCKER_COUNT];
        struct buffer words CLEANUP(buffer_free) = BUFFER(400);
        struct gpu gpu = make_gpu(0x10de, cases[i].form_factor, cases[i].vbios);
        gpu.attributes[ATTRIBUTE_DISPLAY].value = (int)cases[i].display;
        gpu.attributes[ATTRIBUTE_RESET].value = (int)cases[i].reset;
        int count = gpu_blockers(&gpu, blockers);
        for (int k = 0; k < count; k++)
            buffer_append_format(&words, " %s", vocabulary_value(&vocabulary_blocker, (int)blockers[k]));
        assert_string_equal(buffer_text(&words), cases[i].blockers);
    }
}

TESTSUITE_MAIN(NULL, NULL)
