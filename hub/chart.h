/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_CHART_H
#define PASSTHRU_HUB_CHART_H

#include <jansson.h>

#include "db/database.h"

/* Numbers for the charts of a page, whose templates draw them as SVG; each has its text beside it. */

/* Sets what a badge or a part of a chart shows of an outcome: `outcome`, and `outcome_label`, "with a
 * workaround". */
void chart_set_outcome(json_t *object, enum outcome outcome);

/* `bar`: outcomes with their share, in percent, and where each begins and how wide it is, in tenths of a
 * percent; `low`, `high`, `low_x`, `range_width`: the interval of success. Empty where the verdict is
 * unknown. */
void chart_set_outcomes(json_t *values, const struct verdict *verdict);

/* `years`: columns of outcomes one on the other, in units of the drawing, `years_width` by 100; and
 * `years_text`, what they say. Empty, and "", with few reports or one year. */
void chart_set_years(json_t *values, const struct report_years *years);

#endif
