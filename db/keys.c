/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What evidence and workarounds are found by: the builder writes these keys, the readers ask for them. */

#include <stdio.h>

#include "db/internal.h"

void evidence_class_key(const struct gpu *gpu, char key[KEY_SIZE])
{
    snprintf(key, KEY_SIZE, "%04x/%s/%s/%s/%s", gpu->id.vendor,
             vocabulary_value(&vocabulary_form_factor, (int)gpu_form_factor(gpu)),
             vocabulary_value(&vocabulary_vbios, (int)gpu_vbios(gpu)),
             vocabulary_value(&vocabulary_display, (int)gpu_display(gpu)),
             vocabulary_value(&vocabulary_reset, (int)gpu_reset(gpu)));
}

void evidence_chip_key(const struct gpu *gpu, char key[KEY_SIZE])
{
    key[0] = '\0';
    if (gpu->chip[0])
        snprintf(key, KEY_SIZE, "%04x/%s/%s", gpu->id.vendor, gpu->chip,
                 vocabulary_value(&vocabulary_form_factor, (int)gpu_form_factor(gpu)));
}

void blocker_key(const struct gpu *gpu, enum blocker blocker, char key[KEY_SIZE])
{
    snprintf(key, KEY_SIZE, "%04x/%s", gpu->id.vendor, vocabulary_value(&vocabulary_blocker, (int)blocker));
}
