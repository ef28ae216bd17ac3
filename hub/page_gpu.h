/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_PAGE_GPU_H
#define PASSTHRU_HUB_PAGE_GPU_H

#include <jansson.h>

#include "answer/answer.h"
#include "hub/series.h"

/* What the page of one GPU is filled in with, gpu/VVVV-DDDD/index.html; and the same GPU as `passthru query
 * --json` writes it. `series` may be NULL; `symptoms` has those that have a page. The caller frees the values
 * with json_decref. */
json_t *page_gpu_values(const struct answer *answer, const struct series *series, const json_t *symptoms);
void page_gpu_write_json(struct buffer *out, const struct answer *answer);

/* Adds what the verdict is in a machine of the kind that the answer is for, to the page of an ID that is sold
 * as a card and as a laptop chip. */
void page_gpu_add_form(json_t *values, const struct answer *answer);

/* How an ID stands in addresses, "10de-1d16", and the GPU's name without its chip where it has one in
 * brackets. */
void page_gpu_slug(uint32_t pci_id, char slug[PCI_ID_TEXT_SIZE]);
void page_gpu_name(const struct answer *answer, char *name, size_t size);

/* Sets what a badge shows: `level`, a word, and `percent`, 0 where it is unknown. */
void page_set_level(json_t *object, enum level level, double usable);

/* What each page has: where the top of the site is, "" or "../../", title and description. */
json_t *page_begin(const char *root, const char *title, const char *description);

#endif
