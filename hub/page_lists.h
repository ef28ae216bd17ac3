/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_PAGE_LISTS_H
#define PASSTHRU_HUB_PAGE_LISTS_H

#include <stdint.h>

#include "core/buffer.h"
#include "core/verdict.h"

/* The pages that lead to those of the GPUs. */

/* What a list has of a GPU. */
struct listed_gpu {
    uint32_t pci_id;
    char name[120]; /* hostile, as is */
    char vendor[80];
    enum level level;
    double usable;
    int reports;
};

/* vendor/VVVV/index.html: all of one vendor, which are `count` from the first on. */
void page_vendor_write(struct buffer *out, const struct listed_gpu gpus[], int count);

/* index.html: the vendors, and the GPUs with most reports. `gpus` are in the order of their IDs. */
void page_home_write(struct buffer *out, const struct listed_gpu gpus[], int count, int64_t reports);

extern const char page_style[]; /* style.css */

#endif
