/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CLI_DIAGNOSE_H
#define PASSTHRU_CLI_DIAGNOSE_H

#include "db/database.h"

/* The symptoms that one log shows, for a report: at most SYMPTOM_COUNT of them, each once, in the order of
 * causes, without the harmless ones. `path` "-" is standard input. Errors: those of log_scan and
 * database_each_symptom, ERROR_DATABASE_DAMAGED. */
MUST_CHECK enum error_code diagnose_log(const char *path, struct database *database,
                                        enum symptom symptoms[SYMPTOM_COUNT], int *count,
                                        struct error *error);

#endif
