/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_LOG_SCAN_H
#define PASSTHRU_CORE_LOG_SCAN_H

#include <stddef.h>

#include "core/error.h"
#include "core/symptom_matcher.h"

/* One line of a log in which a word of a signature stands. */
struct log_line {
    long number;      /* from 1 */
    const char *text; /* the line without its end, or the part of a long one around `word`; any bytes */
    size_t length;
    size_t word; /* where in the text the word begins that led to it */
    /* The whole lines before and after it, for what a terminal broke in two; NULL: there is none, or it is
     * long. */
    const char *before;
    size_t before_length;
    const char *after;
    size_t after_length;
};

/* Any error ends the scan and is returned. */
typedef enum error_code log_visitor(void *context, const struct log_line *line, struct error *error);

/* Finds the lines with a word in the log that `file` gives, in their order, in constant memory, whatever
 * their length; of a line of more than SYMPTOM_MAX_LINE bytes the parts. `name` is for messages.
 * ERROR_BAD_INPUT for what is no log but known to hold one in another form (compressed, a journal file,
 * UTF-16), and for what cannot be read; ERROR_PERMISSION. */
MUST_CHECK enum error_code log_scan(int file, const char *name, const struct symptom_matcher *matcher,
                                    log_visitor *found, void *context, struct error *error);

#endif
