#ifndef PASSTHRU_CORE_REPORT_CHECK_H
#define PASSTHRU_CORE_REPORT_CHECK_H

#include "core/report.h"
#include "core/report_problems.h"

enum { MAX_PRIVATE_NAMES = 8 };

/* What is known when a report is newly written, and no longer later on. */
struct report_circumstances {
    char latest_date[11];                 /* YYYY-MM-DD: tomorrow, for there are time zones; "": not known */
    const char *names[MAX_PRIVATE_NAMES]; /* of the user and the host; NULL behind the last */
};

/* Looks at the sense of a report that report_parse has taken: statements that contradict each other, dates
 * that are impossible or in the future, and texts that name a person or a machine. All that is found goes to
 * `problems`. Meant for a report that is being written: what was once sent is not judged again. */
void report_check(const struct report *report, const struct report_circumstances *circumstances,
                  struct report_problems *problems);

#endif
