#ifndef PASSTHRU_DB_REPORT_CHECK_H
#define PASSTHRU_DB_REPORT_CHECK_H

#include "core/error.h"

/* A check of what takes long, in a thread and on a connection of its own, while its owner goes on. */
struct report_check;

enum report_check_kind {
    REPORT_CHECK_REPORTS, /* the table of reports: its owner must have committed it and its index and leave
                             them alone */
    REPORT_CHECK_PAGES,   /* how the pages are used of a file that nobody changes */
};

MUST_CHECK enum error_code report_check_start(const char *path, enum report_check_kind kind,
                                              struct report_check **check, struct error *error);

/* Waits for its end, frees it and returns what it found: ERROR_DATABASE_DAMAGED names the first fault. */
MUST_CHECK enum error_code report_check_finish(struct report_check *check, struct error *error);

/* Ends it before its time. NULL is fine. */
void report_check_abandon(struct report_check *check);

#endif
