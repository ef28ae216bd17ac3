#ifndef PASSTHRU_CORE_REPORT_SENSE_H
#define PASSTHRU_CORE_REPORT_SENSE_H

#include <stddef.h>

#include "core/error.h"
#include "core/vocabulary.h"

/* What a string of a report must be. Used by core/report.c alone. */

enum sense {
    SENSE_TEXT,
    SENSE_PCI_ID,
    SENSE_WORD,      /* of the vocabulary */
    SENSE_OPEN_WORD, /* any word but an empty one */
    SENSE_DATE,
    SENSE_URL,
    SENSE_HASH,
    SENSE_REVISION,
};

struct report_sense {
    enum sense sense;
    size_t limit; /* in characters */
    const struct vocabulary *vocabulary;
};

/* ERROR_BAD_INPUT, with the field named and the next step: 'field "NAME" WHY'. */
enum error_code report_sense_refuse(struct error *error, const char *name, const char *why);

/* Checks `text`, which is UTF-8 and ends with a NUL behind its `length` bytes: its length, that it has no
 * control characters, and its sense. */
MUST_CHECK enum error_code report_sense_check(const char *text, size_t length, const char *name,
                                              const struct report_sense *sense, struct error *error);

#endif
