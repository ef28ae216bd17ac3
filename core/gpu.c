#include "core/gpu.h"

#include <string.h>

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
    bool changed = gpu_form_factor(gpu) != form_factor;
    enum vbios vbios = VBIOS_UNKNOWN;
    double vbios_confidence = 0.9;
    annotations[ATTRIBUTE_FORM_FACTOR] = (struct annotation){(int)form_factor, confidence, source};
    if (!changed)
        return false;
    if (form_factor == FORM_FACTOR_DESKTOP || form_factor == FORM_FACTOR_SERVER)
        vbios = VBIOS_ROM_BAR;
    if (form_factor == FORM_FACTOR_INTEGRATED)
        vbios = VBIOS_SYSTEM_FIRMWARE;
    if (form_factor == FORM_FACTOR_MOBILE) {
        vbios = gpu->id.vendor == 0x10de   ? VBIOS_ACPI_ROM
                : gpu->id.vendor == 0x1002 ? VBIOS_ACPI_ATRM
                                           : VBIOS_UNKNOWN;
        vbios_confidence = 0.6;
    }
    if (vbios == VBIOS_UNKNOWN)
        vbios_confidence = 0.0;
    annotations[ATTRIBUTE_VBIOS] = (struct annotation){
        (int)vbios, vbios_confidence < confidence ? vbios_confidence : confidence, source};
    if (form_factor != FORM_FACTOR_MOBILE && form_factor != FORM_FACTOR_SERVER &&
        gpu_display(gpu) == DISPLAY_UNKNOWN)
        annotations[ATTRIBUTE_DISPLAY] =
            (struct annotation){DISPLAY_OUTPUTS, 0.9 < confidence ? 0.9 : confidence, source};
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

int gpu_blockers(const struct gpu *gpu, enum blocker blockers[BLOCKER_COUNT])
{
    int count = 0;
    enum form_factor form_factor = gpu_form_factor(gpu);
    if (form_factor == FORM_FACTOR_VIRTUAL) {
        blockers[count++] = BLOCKER_NO_PASSTHROUGH_NEEDED;
        return count;
    }
    if (gpu_vbios(gpu) == VBIOS_ACPI_ROM)
        blockers[count++] = BLOCKER_VBIOS_ACPI_ROM;
    if (gpu_vbios(gpu) == VBIOS_ACPI_ATRM)
        blockers[count++] = BLOCKER_VBIOS_ACPI_ATRM;
    if (gpu_display(gpu) == DISPLAY_NONE && form_factor != FORM_FACTOR_SERVER)
        blockers[count++] = BLOCKER_NO_DISPLAY_PATH;
    if (form_factor == FORM_FACTOR_INTEGRATED)
        blockers[count++] = BLOCKER_INTEGRATED_GPU;
    if (gpu_reset(gpu) == RESET_BROKEN)
        blockers[count++] = BLOCKER_RESET_BROKEN;
    if (gpu_reset(gpu) == RESET_VENDOR_RESET)
        blockers[count++] = BLOCKER_RESET_VENDOR_MODULE;
    return count;
}

const char *const *blocker_ways_around(enum blocker blocker)
{
    /* Whatever brings the dumped vBIOS to a driver that asks ACPI for it is one way. */
    static const char *const ways[BLOCKER_COUNT][4] = {
        [BLOCKER_VBIOS_ACPI_ROM] = {"acpi-rom-ssdt", "patched-ovmf", "driver-with-inline-vbios"},
        [BLOCKER_VBIOS_ACPI_ATRM] = {"romfile"},
        [BLOCKER_INTEGRATED_GPU] = {"romfile", "gop-rom-on-audio"},
        [BLOCKER_RESET_BROKEN] = {"guest-disable-at-shutdown", "host-suspend-or-rescan"},
        [BLOCKER_RESET_VENDOR_MODULE] = {"vendor-reset", "reset-method-device-specific"},
    };
    return ways[blocker][0] ? ways[blocker] : NULL;
}

double gpu_blocker_confidence(const struct gpu *gpu, enum blocker blocker)
{
    static const enum attribute follows_from[BLOCKER_COUNT] = {
        [BLOCKER_VBIOS_ACPI_ROM] = ATTRIBUTE_VBIOS,
        [BLOCKER_VBIOS_ACPI_ATRM] = ATTRIBUTE_VBIOS,
        [BLOCKER_NO_DISPLAY_PATH] = ATTRIBUTE_DISPLAY,
        [BLOCKER_RESET_BROKEN] = ATTRIBUTE_RESET,
        [BLOCKER_RESET_VENDOR_MODULE] = ATTRIBUTE_RESET,
        [BLOCKER_INTEGRATED_GPU] = ATTRIBUTE_FORM_FACTOR,
        [BLOCKER_NO_PASSTHROUGH_NEEDED] = ATTRIBUTE_FORM_FACTOR,
    };
    return gpu->attributes[follows_from[blocker]].confidence;
}
