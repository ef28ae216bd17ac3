#ifndef PASSTHRU_CORE_STANDING_H
#define PASSTHRU_CORE_STANDING_H

#include <stdint.h>

#include "core/report.h"

/* What a report is worth as evidence, as far as it tells itself. */

/* Whether an attempt failed, in part or whole, for a reason outside the GPU: it names symptoms, and all of
 * them are words of the group environment_symptom. */
bool report_failed_outside(const struct report *report);

/* The same number for reports that seem to come from one source: those with the same address, whatever stands
 * behind its `?` or `#`; those without one that agree in ID, machine, chassis, hypervisor, guest and outcome.
 * A report tells nothing else about its sender, on purpose. */
int64_t report_sender(const struct report *report);

/* The month of a date (YYYY, YYYY-MM or YYYY-MM-DD), below REPORT_MONTHS; a year alone is its middle. -1 for
 * "" and for what is no date of these centuries. */
enum { REPORT_FIRST_YEAR = 2000, REPORT_MONTHS = 200 * 12 };
int report_month(const char *date);

#endif
