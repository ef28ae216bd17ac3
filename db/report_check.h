#ifndef PASSTHRU_DB_REPORT_CHECK_H
#define PASSTHRU_DB_REPORT_CHECK_H

#include "core/error.h"

/* The integrity check of the table of reports, by far the largest, in a thread and on a connection of its
 * own, while its owner counts what is in it. From the start on, the owner must have committed that table and
 * its index and leave them alone. */
struct report_check;

MUST_CHECK enum error_code report_check_start(const char *path, struct report_check **check,
                                              struct error *error);

/* Waits for its end, frees it and returns what it found: ERROR_DATABASE_DAMAGED names the first fault. */
MUST_CHECK enum error_code report_check_finish(struct report_check *check, struct error *error);

/* Ends it before its time. NULL is fine. */
void report_check_abandon(struct report_check *check);

#endif
