/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_LOG_SCAN_H
#define PASSTHRU_CORE_LOG_SCAN_H

#include <stddef.h>

#include "core/error.h"
#include "core/symptom_matcher.h"

/* One line of a log that shows a signature. */
struct log_hit {
    int signature;    /* by its number in the matcher */
    long line;        /* from 1 */
    const char *text; /* the line without its end, or the part of a long one around `word`; any bytes */
    size_t length;
    size_t word; /* where in the text the word begins that led to it */
};

/* Any error ends the scan and is returned. */
typedef enum error_code log_visitor(void *context, const struct log_hit *hit, struct error *error);

/* Finds the lines of the log that `file` gives, in their order, in constant memory, whatever their length. A
 * line is reported once for each signature; a line of at most SYMPTOM_MAX_LINE bytes shows one. `name` is for
 * messages. ERROR_BAD_INPUT for what is no log but known to hold one in another form (compressed, a journal
 * file, UTF-16), and for what cannot be read; ERROR_PERMISSION. */
MUST_CHECK enum error_code log_scan(int file, const char *name, struct symptom_matcher *matcher,
                                    log_visitor *found, void *context, struct error *error);

#endif
