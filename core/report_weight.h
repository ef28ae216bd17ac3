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

/* How often attempts of each kind of sample end how, and what an outcome weighs that came to be known so:
 * half of those who ask for help end usable, nearly all who describe a set-up. docs/verdict.md has the
 * formulas. */

/* What is counted of all sources together, in millionths of a report: whole numbers, so that their order
 * changes nothing. Zero is none. */
struct sample_sums {
    int64_t reports[SAMPLE_COUNT][OUTCOME_COUNT];
    int64_t tool[OUTCOME_COUNT]; /* the reports of the tool, of each source few */
};

/* Adds the reports of one source. One that is not bundled counts as at most SAMPLE_SOURCE_MOST reports of
 * each kind of sample; the bundled ones do so only in `tool`. */
enum { SAMPLE_SOURCE_MOST = 10 };
void sample_sums_add(struct sample_sums *sums, int64_t counts[SAMPLE_COUNT][OUTCOME_COUNT], bool is_bundled);

struct sample_rates {
    double reports;                           /* that they rest on */
    double rate[SAMPLE_COUNT][OUTCOME_COUNT]; /* of each kind: the four add up to 1 */
    double reference[OUTCOME_COUNT];          /* what is taken for the rates of all attempts that there are */
    double factor[SAMPLE_COUNT][OUTCOME_COUNT]; /* what a report weighs for that */
};

struct sample_rates sample_rates_compute(const struct sample_sums *sums);

#endif
