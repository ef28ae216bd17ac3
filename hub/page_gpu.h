/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_PAGE_GPU_H
#define PASSTHRU_HUB_PAGE_GPU_H

#include "answer/answer.h"

/* The page of one GPU, gpu/VVVV-DDDD/index.html; and the same in JSON. */
void page_gpu_write(struct buffer *out, const struct answer *answer);
void page_gpu_write_json(struct buffer *out, const struct answer *answer);

/* How an ID stands in addresses, "10de-1d16", and the GPU's name without its chip where it has one in
 * brackets. */
void page_gpu_slug(uint32_t pci_id, char slug[PCI_ID_TEXT_SIZE]);
void page_gpu_name(const struct answer *answer, char *name, size_t size);

#endif
