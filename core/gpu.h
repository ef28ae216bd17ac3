/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_GPU_H
#define PASSTHRU_CORE_GPU_H

#include <stdbool.h>
#include <stdint.h>

#include "core/pci_id.h"
#include "core/vocabulary.h"

/* The attributes of a GPU in the order in which they are resolved: a later one may depend on earlier ones. */
enum attribute {
    ATTRIBUTE_IS_GPU,
    ATTRIBUTE_CHIP,
    ATTRIBUTE_FORM_FACTOR,
    ATTRIBUTE_DISPLAY,
    ATTRIBUTE_VBIOS,
    ATTRIBUTE_RESET,
};
enum { ATTRIBUTE_COUNT = ATTRIBUTE_RESET + 1, CHIP_SIZE = 48 };

/* "form_factor" and so on. */
const char *attribute_name(enum attribute attribute);
/* The attribute of that name, or -1. */
int attribute_find(const char *name);
/* The values that an attribute may have, or NULL for is_gpu (yes, no) and chip (free text). */
const struct vocabulary *attribute_vocabulary(enum attribute attribute);

/* What is known about a GPU, by attribute. `value` is the index in the attribute's vocabulary, 0 is unknown;
 * `confidence` runs from 0 to 1; `source` names who says so ("rule nvidia-mobile: ...") and belongs to
 * whoever filled in the structure. */
struct annotation {
    int value;
    double confidence;
    const char *source;
};

struct gpu {
    struct pci_id id;
    char chip[CHIP_SIZE];                          /* "GP108"; empty when the name does not say */
    struct annotation attributes[ATTRIBUTE_COUNT]; /* [ATTRIBUTE_IS_GPU] and [ATTRIBUTE_CHIP] have no value */
};

static inline enum form_factor gpu_form_factor(const struct gpu *gpu)
{
    return (enum form_factor)gpu->attributes[ATTRIBUTE_FORM_FACTOR].value;
}

static inline enum vbios gpu_vbios(const struct gpu *gpu)
{
    return (enum vbios)gpu->attributes[ATTRIBUTE_VBIOS].value;
}

static inline enum display gpu_display(const struct gpu *gpu)
{
    return (enum display)gpu->attributes[ATTRIBUTE_DISPLAY].value;
}

static inline enum reset gpu_reset(const struct gpu *gpu)
{
    return (enum reset)gpu->attributes[ATTRIBUTE_RESET].value;
}

/* Whether it is a card without outputs, for calculations. */
static inline bool gpu_is_for_computing(const struct gpu *gpu)
{
    return gpu_form_factor(gpu) == FORM_FACTOR_SERVER ||
           (gpu_form_factor(gpu) == FORM_FACTOR_DESKTOP && gpu_display(gpu) == DISPLAY_NONE);
}

/* Gives a GPU another form factor, because its subsystem, revision or chassis says more than its ID; vBIOS
 * delivery (data/deliveries.tsv) and display follow. `source` must live as long as the GPU. Returns whether
 * the form factor changed. */
bool gpu_settle(struct gpu *gpu, enum form_factor form_factor, double confidence, const char *source);

/* Settles a form factor of `either` by the machine that the GPU is or will be in: a laptop has the laptop
 * chip, a desktop, server or eGPU box the card, a mini PC may have both. Returns whether anything changed. */
bool gpu_settle_by_chassis(struct gpu *gpu, enum chassis chassis);

/* Sets an attribute to what a machine shows of this GPU: that counts more than what its ID lets expect.
 * `value` is of the attribute's vocabulary; `source` must live as long as the GPU. Returns whether the value
 * changed. */
bool gpu_observe(struct gpu *gpu, enum attribute attribute, int value, double confidence, const char *source);

/* What stands in the way of a passthrough, from mechanism alone: vBIOS delivery, display path, reset, form
 * factor. Stores up to BLOCKER_COUNT values of enum blocker, the gravest first, and returns how many. */
int gpu_blockers(const struct gpu *gpu, enum blocker blockers[BLOCKER_COUNT]);

/* The documented workarounds for a blocker (data/workarounds.tsv), the usual one first, as values of
 * vocabulary_fix with NULL at the end; NULL where there is none. */
const char *const *blocker_workarounds(enum blocker blocker);

/* A fix that is no effort: something newer made it needless, or it is a part of an ordinary set-up
 * (data/fixes.tsv). */
struct needless_fix {
    const char *fix;
    uint16_t vendor; /* whose GPUs; 0: any */
    const char
        *needed_until; /* with this or newer it works without: "NVIDIA driver 465 (2021)"; NULL: ordinary */
    const char *text;  /* why, as a clause */
};

/* Whether a fix of the vocabulary is one, for a GPU of this vendor, or (0) for any. NULL when it is not. */
const struct needless_fix *gpu_needless_fix(uint16_t vendor, const char *fix);

/* The attribute that a blocker follows from. */
enum attribute gpu_blocker_attribute(enum blocker blocker);

/* How sure a blocker is: as sure as the attribute that it follows from. */
double gpu_blocker_confidence(const struct gpu *gpu, enum blocker blocker);

#endif
