/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_ANSWER_TERM_H
#define PASSTHRU_ANSWER_TERM_H

#include "core/error.h"
#include "core/pci_id.h"

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

#endif
