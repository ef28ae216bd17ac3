/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_REPORT_WEIGHT_H
#define PASSTHRU_CORE_REPORT_WEIGHT_H

#include <stdint.h>

#include "core/report.h"

/* What a report weighs as evidence, as far as its own content says. */

/* Whether an attempt failed, in part or whole, for a reason outside the GPU: it names symptoms, and all of
 * them are values of the group environment_symptom. */
bool report_is_environment_failure(const struct report *report);

/* Where a report is from: the host in lower case without "www.", and the path as it is written, "/" where
 * there is none; without scheme, query and fragment. */
enum { REPORT_ADDRESS_SIZE = 2048 };
void report_address(const char *url, char address[REPORT_ADDRESS_SIZE]);

/* The same number for reports that seem to come from one source: those with the same address up to a
 * `?` or `#`; those without one that agree in machine, chassis, hypervisor, guest and outcome. A report says
 * nothing else about its sender, on purpose. */
int64_t report_sender(const struct report *report);

/* The guest that its name in a report says, by the first word: "Ubuntu 22.04" is GUEST_LINUX. GUEST_UNKNOWN
 * for NULL and for what is none of them. */
enum guest report_guest(const char *guest_os);

/* The month of a date (YYYY, YYYY-MM or YYYY-MM-DD), below REPORT_MONTHS; a year alone is its middle. -1 for
 * "" and for what is not a date of these centuries. */
enum { REPORT_FIRST_YEAR = 2000, REPORT_MONTHS = 200 * 12 };
int report_month(const char *date);

#endif
