/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_ANNOTATOR_H
#define PASSTHRU_IMPORTER_ANNOTATOR_H

#include <stdbool.h>

#include "core/error.h"
#include "core/gpu.h"
#include "db/builder.h"
#include "importer/product_list.h"
#include "importer/table.h"

/* Says what kind of GPU a device is, from the facts in data/facts.tsv, the rules in data/rules.tsv and the
 * lists of others, and who says so.
 *
 * The order in which sources win, for each attribute by itself:
 *   1. a fact about the ID;
 *   2. for is_gpu, a graphics driver of the kernel that claims the ID;
 *   3. the first rule in the file's order, or what the product lists say of the form factor if that is surer;
 *   4. the rules below the first one.
 * A device that none of them calls a GPU is none. Attributes are resolved in the order of enum attribute, and
 * a rule's condition may ask for earlier ones. What a subsystem, a revision or a chassis changes is settled
 * when somebody asks (db/lookup.c, core/gpu.h). */
struct annotator;

/* What one source states. */
struct claim {
    int source;        /* index for annotator_source_text */
    const char *value; /* "mobile", "GP108"; the annotator's, or `chip` of the result */
    double confidence;
};

enum { MAX_ATTRIBUTE_CLAIMS = 24 };

/* The answer for one device: for each attribute what was stated, the winner first. Of a chip, and of a device
 * that is no GPU, no more than the winner is kept. */
struct annotation_result {
    bool is_gpu;
    struct gpu gpu; /* `source` of its annotations is not set */
    int counts[ATTRIBUTE_COUNT];
    struct claim claims[ATTRIBUTE_COUNT][MAX_ATTRIBUTE_CLAIMS];
    char chip[CHIP_SIZE]; /* that a rule has read in the name */
};

/* Stores the numbers, from 1, of the sources that won, 0 where there is none. */
void annotation_origins(const struct annotation_result *result, int origins[ATTRIBUTE_COUNT]);

/* One without rules and facts, NULL without memory. Both tables add theirs to it, being the context; then it
 * is sorted. The caller frees it. */
struct annotator *annotator_create(void);
extern const struct table rules_table, facts_table;
void annotator_sort(struct annotator *annotator);
void annotator_free(struct annotator *annotator);

/* What lists say about an ID. */
struct product_hint {
    bool claimed_by_driver;       /* a graphics driver of the kernel names the ID: it is a GPU */
    int list;                     /* which list states the form factor */
    enum form_factor form_factor; /* FORM_FACTOR_UNKNOWN: nothing */
    double confidence;
};

/* Annotates the device `id` (vendor and device) with the name that pci.ids gives it. Without a hint (NULL) it
 * is one product of a device that is sold under several names, and its rules alone count: facts are about the
 * ID. */
void annotator_resolve(struct annotator *annotator, const struct pci_id *id, const char *name,
                       const struct product_hint *hint, struct annotation_result *result);

/* Stores the `index`th fact about a part of an ID: one subsystem, one revision. Its origin is the number of
 * the source, from 1. False past the last. */
bool annotator_variant_fact(const struct annotator *annotator, int index, struct gpu_variant *fact);

/* The source that stands for a list, by its number (importer/product_list.h). */
int annotator_product_source(const struct annotator *annotator, int list);

/* The sources, from 0: "rule", "fact" or "list", and a text such as "rule nvidia-mobile: why". NULL past the
 * last. */
const char *annotator_source_text(const struct annotator *annotator, int source);

#endif
