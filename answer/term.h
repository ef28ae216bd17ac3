/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_ANSWER_TERM_H
#define PASSTHRU_ANSWER_TERM_H

#include "core/error.h"
#include "core/pci_id.h"
#include "db/search.h"

enum { MAX_TERM = 256 };

enum term_kind {
    TERM_ID,   /* a PCI ID or a modalias */
    TERM_NAME, /* the words of a model name */
    TERM_TEXT, /* "-": a text with PCI IDs in it */
};

/* What somebody asks for. */
struct term {
    enum term_kind kind;
    struct pci_id id; /* of TERM_ID */
    const char *text; /* as it was given: it must outlive the term */
};

/* Reads one term. ERROR_USAGE when it is empty, longer than MAX_TERM bytes, or meant as a PCI ID but wrong.
 */
MUST_CHECK enum error_code term_parse(const char *text, struct term *term, struct error *error);

/* Finds the GPUs that a name may mean, that which people mean first. ERROR_NOT_FOUND when there is none: the
 * next step names those that are called nearly so. */
MUST_CHECK enum error_code term_search(struct database *database, const char *name, enum chassis chassis,
                                       struct name_search *search, struct error *error);

/* The GPU of a hit, with the revision that makes it this product. */
struct pci_id term_hit_id(const struct name_hit *hit);

/* The one GPU that a text names: an ID as it stands, or that which people mean by a name. */
struct term_gpu {
    struct pci_id id;
    char product[PRODUCT_SIZE]; /* what the name means; "" of an ID */
    bool is_sure;               /* it is an ID, or the name of one product in one form factor */
};
/* ERROR_USAGE, ERROR_NOT_FOUND. */
MUST_CHECK enum error_code term_resolve(struct database *database, const char *text, struct term_gpu *gpu,
                                        struct error *error);

#endif
