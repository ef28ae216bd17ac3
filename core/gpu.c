/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/gpu.h"

#include <math.h>
#include <string.h>

#include "core/macros.h"
#include "gpu_tables.h" /* made from data/deliveries.tsv, data/workarounds.tsv and data/fixes.tsv */

static const struct {
    const char *name;
    const struct vocabulary *vocabulary;
} attributes[ATTRIBUTE_COUNT] = {
    [ATTRIBUTE_IS_GPU] = {"is_gpu", NULL},
    [ATTRIBUTE_CHIP] = {"chip", NULL},
    [ATTRIBUTE_FORM_FACTOR] = {"form_factor", &vocabulary_form_factor},
    [ATTRIBUTE_DISPLAY] = {"display", &vocabulary_display},
    [ATTRIBUTE_VBIOS] = {"vbios", &vocabulary_vbios},
    [ATTRIBUTE_RESET] = {"reset", &vocabulary_reset},
};

const char *attribute_name(enum attribute attribute)
{
    return attributes[attribute].name;
}

int attribute_find(const char *name)
{
    for (int i = 0; i < ATTRIBUTE_COUNT; i++)
        if (strcmp(attributes[i].name, name) == 0)
            return i;
    return -1;
}

const struct vocabulary *attribute_vocabulary(enum attribute attribute)
{
    return attributes[attribute].vocabulary;
}

bool gpu_settle(struct gpu *gpu, enum form_factor form_factor, double confidence, const char *source)
{
    struct annotation *annotations = gpu->attributes;
    struct annotation vbios = {VBIOS_UNKNOWN, 0.0, source};
    enum form_factor before = gpu_form_factor(gpu);
    annotations[ATTRIBUTE_FORM_FACTOR] = (struct annotation){(int)form_factor, confidence, source};
    if (before == form_factor)
        return false;
    for (size_t i = ARRAY_SIZE(deliveries); i-- > 0;)
        if (deliveries[i].form_factor == form_factor &&
            (!deliveries[i].vendor || deliveries[i].vendor == gpu->id.vendor))
            vbios = (struct annotation){(int)deliveries[i].vbios, fmin(deliveries[i].confidence, confidence),
                                        source};
    annotations[ATTRIBUTE_VBIOS] = vbios;
    /* That there is none was said of the server card which shares the ID. */
    if (before == FORM_FACTOR_SERVER)
        annotations[ATTRIBUTE_DISPLAY] = (struct annotation){DISPLAY_UNKNOWN, 0.0, source};
    if (form_factor != FORM_FACTOR_MOBILE && form_factor != FORM_FACTOR_SERVER &&
        gpu_display(gpu) == DISPLAY_UNKNOWN)
        annotations[ATTRIBUTE_DISPLAY] = (struct annotation){DISPLAY_OUTPUTS, fmin(0.9, confidence), source};
    return true;
}

bool gpu_settle_by_chassis(struct gpu *gpu, enum chassis chassis)
{
    static const char said[] = "the chassis that was given: this ID is sold as a card and as a laptop chip";
    if (gpu_form_factor(gpu) != FORM_FACTOR_EITHER || chassis == CHASSIS_UNKNOWN ||
        chassis == CHASSIS_MINI_PC)
        return false;
    return gpu_settle(gpu, chassis == CHASSIS_LAPTOP ? FORM_FACTOR_MOBILE : FORM_FACTOR_DESKTOP, 0.9, said);
}

bool gpu_observe(struct gpu *gpu, enum attribute attribute, int value, double confidence, const char *source)
{
    bool changed = gpu->attributes[attribute].value != value;
    gpu->attributes[attribute] = (struct annotation){value, confidence, source};
    return changed;
}

/* What follows from what, the gravest first. */
static const struct {
    enum blocker blocker;
    enum attribute attribute;
    int value;
} implied[] = {
    {BLOCKER_NO_PASSTHROUGH_NEEDED, ATTRIBUTE_FORM_FACTOR, FORM_FACTOR_VIRTUAL},
    {BLOCKER_VBIOS_ACPI_ROM, ATTRIBUTE_VBIOS, VBIOS_ACPI_ROM},
    {BLOCKER_VBIOS_ACPI_ATRM, ATTRIBUTE_VBIOS, VBIOS_ACPI_ATRM},
    {BLOCKER_NO_DISPLAY_PATH, ATTRIBUTE_DISPLAY, DISPLAY_NONE},
    {BLOCKER_BMC_GPU, ATTRIBUTE_FORM_FACTOR, FORM_FACTOR_BMC},
    {BLOCKER_INTEGRATED_GPU, ATTRIBUTE_FORM_FACTOR, FORM_FACTOR_INTEGRATED},
    {BLOCKER_RESET_BROKEN, ATTRIBUTE_RESET, RESET_BROKEN},
    {BLOCKER_RESET_VENDOR_MODULE, ATTRIBUTE_RESET, RESET_VENDOR_RESET},
};

int gpu_blockers(const struct gpu *gpu, enum blocker blockers[BLOCKER_COUNT])
{
    int count = 0;
    for (size_t i = 0; i < ARRAY_SIZE(implied); i++) {
        if (gpu->attributes[implied[i].attribute].value != implied[i].value)
            continue;
        /* Nobody hangs a monitor on a card for servers, and what has no hardware has no other fault. */
        if (implied[i].blocker == BLOCKER_NO_DISPLAY_PATH && gpu_form_factor(gpu) == FORM_FACTOR_SERVER)
            continue;
        blockers[count++] = implied[i].blocker;
        if (implied[i].blocker == BLOCKER_NO_PASSTHROUGH_NEEDED)
            break;
    }
    return count;
}

const char *const *blocker_workarounds(enum blocker blocker)
{
    return workarounds[blocker][0] ? workarounds[blocker] : NULL;
}

const struct needless_fix *gpu_needless_fix(uint16_t vendor, const char *fix)
{
    for (size_t i = 0; i < ARRAY_SIZE(needless_fixes); i++) {
        const struct needless_fix *needless = &needless_fixes[i];
        if (strcmp(needless->fix, fix) == 0 && (!vendor || !needless->vendor || needless->vendor == vendor))
            return needless;
    }
    return NULL;
}

enum attribute gpu_blocker_attribute(enum blocker blocker)
{
    size_t i = 0;
    while (implied[i].blocker != blocker)
        i++;
    return implied[i].attribute;
}

double gpu_blocker_confidence(const struct gpu *gpu, enum blocker blocker)
{
    return gpu->attributes[gpu_blocker_attribute(blocker)].confidence;
}
