/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CLI_DIAGNOSE_H
#define PASSTHRU_CLI_DIAGNOSE_H

#include "cli/command.h"
#include "core/log_diagnosis.h"
#include "db/database.h"
#include "probe/root.h"

/* What diagnose.c gathers, and diagnose_answer.c says. */

struct diagnose_command {
    struct session *session;
    struct log_diagnosis diagnosis;
    struct tried_fixes tried[MAX_SYMPTOMS]; /* for a symptom that was found, by row */
    struct tried_fixes
        beside[MAX_SYMPTOMS]; /* in reports with several symptoms, perhaps against another one */
    char **logs;
    int log_count;
    const char *directory; /* --root, or NULL */
    struct root *root;     /* opened when something at an address is asked for */
    int unread_count;      /* logs that could not be read */
    struct error error;    /* the first one about a log */
};

/* How many rows were found that are failures, or that are none. */
int diagnose_count(const struct log_diagnosis *diagnosis, bool failures);

/* Rows in the order in which they are shown: what leads, other failures by log and line, what is harmless.
 * Returns how many there are. */
int diagnose_sort(const struct log_diagnosis *diagnosis, int rows[MAX_SYMPTOMS]);

void diagnose_write_text(const struct diagnose_command *command, struct output *output);
void diagnose_write_json(struct diagnose_command *command);

/* The symptoms that one log shows, for a report: at most SYMPTOM_COUNT of them, each once, in the order of
 * causes, without the harmless ones. `path` "-" is standard input. Errors: those of log_scan and
 * database_each_symptom, ERROR_DATABASE_DAMAGED. */
MUST_CHECK enum error_code diagnose_log(const char *path, struct database *database,
                                        enum symptom symptoms[SYMPTOM_COUNT], int *count,
                                        struct error *error);

#endif
