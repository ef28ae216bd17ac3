/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GPUs that no list names, by their numbers. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "importer/rebuild_internal.h"

/* What the rules say of a name as a list would write it, which is no surer than the range. */
static void resolve_range(struct rebuild *work, const struct gpu_range *range, int origin,
                          struct annotation_result *result, int origins[ATTRIBUTE_COUNT])
{
    struct product_hint hint = {
        .claimed_by_driver = true, .form_factor = range->form_factor, .confidence = 1.0};
    struct pci_id id = pci_id_from_number(range->first);
    char name[GENERATION_SIZE + CHIP_SIZE + 4];
    snprintf(name, sizeof name, "%s [%s]", range->chip, range->generation);
    annotator_resolve(work->annotator, &id, name, &hint, result);
    snprintf(result->gpu.chip, sizeof result->gpu.chip, "%s", range->chip);
    for (int i = 0; i < ATTRIBUTE_COUNT; i++) {
        struct annotation *annotation = &result->gpu.attributes[i];
        annotation->confidence = fmin(annotation->confidence, range->confidence);
        origins[i] = result->counts[i] ? result->claims[i][0].source + 1 : 0;
    }
    origins[ATTRIBUTE_FORM_FACTOR] = origin;
}

enum error_code rebuild_add_range(void *context, const struct gpu_range *range, struct error *error)
{
    struct rebuild *work = context;
    struct annotation_result *result = malloc(sizeof *result);
    int origins[ATTRIBUTE_COUNT];
    int origin;
    char text[64];
    snprintf(text, sizeof text, "ranges.tsv: %04x:%04x-%04x", range->first >> 16, range->first & 0xffff,
             range->last & 0xffff);
    if (!result) {
        error_set(error, ERROR_NO_MEMORY, "no memory for ranges");
    } else if (!builder_add_origin(work->builder, text, &origin, error)) {
        resolve_range(work, range, origin, result, origins);
        error->code = builder_add_range(work->builder, &result->gpu, origins, range->last, range->generation,
                                        origin, error);
    }
    free(result);
    return error->code;
}
