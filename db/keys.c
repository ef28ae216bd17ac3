/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What evidence and workarounds are found by: the builder writes these keys, the readers ask for them. */

#include <stdio.h>
#include <string.h>

#include "db/internal.h"

/* A part of a GPU is another GPU: "/sr-iov" behind the key, nothing for the whole. */
static const char *share_suffix(enum share share)
{
    static const char *const suffixes[SHARE_COUNT] = {
        [SHARE_WHOLE] = "", [SHARE_SR_IOV] = "/sr-iov", [SHARE_VGPU] = "/vgpu"};
    return suffixes[share];
}

void evidence_class_key(const struct gpu *gpu, const struct prior *prior, char key[KEY_SIZE])
{
    snprintf(key, KEY_SIZE, "%04x/%d", gpu->id.vendor, prior->number);
}

void evidence_chip_key(const struct gpu *gpu, enum share share, char key[KEY_SIZE])
{
    key[0] = '\0';
    if (gpu->chip[0])
        snprintf(key, KEY_SIZE, "%04x/%s/%s%s", gpu->id.vendor, gpu->chip,
                 vocabulary_value(&vocabulary_form_factor, (int)gpu_form_factor(gpu)), share_suffix(share));
}

void evidence_id_key(const struct pci_id *id, enum share share, char key[KEY_SIZE])
{
    strcat(pci_id_print(id, key), share_suffix(share));
}

void blocker_key(const struct gpu *gpu, enum blocker blocker, char key[KEY_SIZE])
{
    snprintf(key, KEY_SIZE, "%04x/%s", gpu->id.vendor, vocabulary_value(&vocabulary_blocker, (int)blocker));
}
