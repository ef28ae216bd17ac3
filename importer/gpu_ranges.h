/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_GPU_RANGES_H
#define PASSTHRU_IMPORTER_GPU_RANGES_H

#include <stdint.h>

#include "core/error.h"
#include "core/gpu.h"
#include "importer/table.h"

enum { GENERATION_SIZE = 64 };

/* A row of data/ranges.tsv: what the number says of a GPU that no list names. */
struct gpu_range {
    uint32_t first; /* PCI IDs of one vendor */
    uint32_t last;
    char chip[CHIP_SIZE];
    char generation[GENERATION_SIZE]; /* "GeForce RTX 50 series" */
    enum form_factor form_factor;
    double confidence;
    char source[128];
};

/* Calls `each` with every row. Errors: those of `each`, and ERROR_BAD_INPUT with file, line and reason. */
typedef enum error_code gpu_range_visitor(void *context, const struct gpu_range *range, struct error *error);
MUST_CHECK enum error_code gpu_ranges_read(const char *path, gpu_range_visitor *each, void *context,
                                           struct table_summary *summary, struct error *error);

#endif
