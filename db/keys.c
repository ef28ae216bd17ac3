/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What evidence and workarounds are found by: the builder writes these keys, the readers ask for them. */

#include <assert.h>
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

/* Begins a key with the vendor and a slash, "10de/"; returns where it goes on. */
static char *begin_key(uint16_t vendor, char key[KEY_SIZE])
{
    const struct pci_id id = {.vendor = vendor};
    char *colon = strchr(pci_id_print(&id, key), ':');
    *colon = '/';
    return colon + 1;
}

void evidence_class_key(const struct gpu *gpu, const struct prior *prior, char key[KEY_SIZE])
{
    snprintf(begin_key(gpu->id.vendor, key), sizeof "-2147483648", "%d", prior->number);
}

void evidence_chip_key(const struct gpu *gpu, enum share share, char key[KEY_SIZE])
{
    static_assert(KEY_SIZE > 2 * CHIP_SIZE, "a chip fits, and three words");
    key[0] = '\0';
    if (!gpu->chip[0])
        return;
    char *end = stpcpy(stpcpy(begin_key(gpu->id.vendor, key), gpu->chip), "/");
    end = stpcpy(end, vocabulary_value(&vocabulary_form_factor, (int)gpu_form_factor(gpu)));
    stpcpy(end, share_suffix(share));
}

void evidence_id_key(const struct pci_id *id, enum share share, char key[KEY_SIZE])
{
    strcat(pci_id_print(id, key), share_suffix(share));
}

void blocker_key(const struct gpu *gpu, enum blocker blocker, char key[KEY_SIZE])
{
    stpcpy(begin_key(gpu->id.vendor, key), vocabulary_value(&vocabulary_blocker, (int)blocker));
}
