/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CLI_REPORT_SELECTION_H
#define PASSTHRU_CLI_REPORT_SELECTION_H

#include "cli/report.h"

/* The reports that a verb of `passthru report` is about, and what all verbs share. */

/* Prints what went wrong and returns the exit status. */
int report_fail(struct report_command *command, const struct error *error);

struct report_selection {
    struct outbox outbox;
    const struct outbox_entry **entries; /* which belong to the outbox */
    int count;
};

/* Those with these IDs, each once; without IDs all. The caller frees it, also after an error. */
MUST_CHECK enum error_code report_select(const char *directory, char **ids, int count,
                                         struct report_selection *selection, struct error *error);
/* The error for a report that cannot be read now. */
enum error_code report_unreadable(const char *directory, const struct outbox_entry *entry,
                                  struct error *error);

void report_selection_free(struct report_selection *selection);

/* The same without damaged reports: one that was asked for is an error, another is reported and skipped.
 * Where one cannot be read it is an error: what is left would not be all. */
MUST_CHECK enum error_code report_select_valid(const char *directory, char **ids, int count,
                                               struct report_selection *selection, struct error *error);

/* Their JSON as it is sent, a line for each. */
void report_append_lines(struct buffer *out, const struct report_selection *selection);

/* Asks before `verb` is done, where there is a terminal. Returns 0 to go on, else the exit status. */
int report_consent(struct report_command *command, const char *question, const char *verb);

#endif
