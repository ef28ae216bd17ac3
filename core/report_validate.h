/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_REPORT_VALIDATE_H
#define PASSTHRU_CORE_REPORT_VALIDATE_H

#include "core/report.h"

enum { MAX_PRIVATE_NAMES = 8 };

/* What is known when a report is newly written, and no longer later on. */
struct report_circumstances {
    char latest_date[11];                 /* YYYY-MM-DD: tomorrow, for there are time zones; "": not known */
    const char *names[MAX_PRIVATE_NAMES]; /* of the user and the host; NULL after the last */
};

/* Validates a report that report_parse has accepted: statements that contradict each other, dates that are
 * impossible or in the future, and texts that name a person or a machine. All that is found goes to
 * `problems`. Meant for a report that is being written. */
void report_validate(const struct report *report, const struct report_circumstances *circumstances,
                     struct report_problems *problems);

/* The part of it that holds for any report, whenever it was written: no text in it, nor its address, has an
 * identifier of a person or a machine (core/private_text.h). */
void report_check_private(const struct report *report, struct report_problems *problems);

#endif
