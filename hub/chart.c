/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/pages.h"

#include <math.h>

#include "answer/answer.h"
#include "hub/template.h"

enum { YEAR_WIDTH = 36, BAR_WIDTH = 26, BAR_HEIGHT = 80, FEW_REPORTS = 4 };

void chart_set_outcome(json_t *object, enum outcome outcome)
{
    template_set(object, "outcome", vocabulary_value(&vocabulary_outcome, (int)outcome));
    template_set(object, "outcome_label", answer_outcome_label(outcome));
}

void chart_set_outcomes(json_t *values, const struct verdict *verdict)
{
    json_t *bar = json_array();
    int64_t start = 0;
    double sum = 0;
    for (int i = 0; i < OUTCOME_COUNT && verdict->level != LEVEL_UNKNOWN; i++) {
        sum += verdict->outcomes[i];
        const int64_t end = lround(sum * 1000);
        json_t *part = json_pack("{s:I,s:I,s:i}", "x", (json_int_t)start, "width", (json_int_t)(end - start),
                                 "share", verdict_percent(verdict->outcomes[i]));
        chart_set_outcome(part, (enum outcome)i);
        json_array_append_new(bar, part);
        start = end;
    }
    json_object_set_new(values, "bar", bar);
    json_object_set_new(values, "low", json_integer(verdict_percent(verdict->low)));
    json_object_set_new(values, "high", json_integer(verdict_percent(verdict->high)));
    json_object_set_new(values, "low_x", json_integer(lround(verdict->low * 1000)));
    json_object_set_new(values, "range_width", json_integer(lround((verdict->high - verdict->low) * 1000)));
}

static int64_t total_of(const int counts[OUTCOME_COUNT])
{
    int64_t total = 0;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        total += counts[i];
    return total;
}

/* One column, what works at its foot; `most` is as high as the chart. */
static json_t *column(const int counts[OUTCOME_COUNT], int64_t most, int x)
{
    json_t *parts = json_array();
    int64_t sum = 0;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        const int64_t foot = sum * BAR_HEIGHT / most;
        sum += counts[i];
        const int64_t top = sum * BAR_HEIGHT / most;
        if (!counts[i])
            continue;
        json_t *part = json_pack("{s:i,s:I,s:I}", "x", x + (YEAR_WIDTH - BAR_WIDTH) / 2, "y",
                                 (json_int_t)(BAR_HEIGHT - top), "height", (json_int_t)(top - foot));
        chart_set_outcome(part, (enum outcome)i);
        json_array_append_new(parts, part);
    }
    return parts;
}

void chart_set_years(json_t *values, const struct report_years *years)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(2000);
    json_t *columns = json_array();
    int64_t most = 1;
    int64_t total = years->others;
    for (int i = 0; i < years->count; i++) {
        const int64_t reports = total_of(years->outcomes[i]);
        most = reports > most ? reports : most;
        total += reports;
    }
    const int count = total > FEW_REPORTS && years->count > 1 ? years->count : 0;
    for (int i = 0; i < count; i++)
        json_array_append_new(columns, json_pack("{s:i,s:i,s:o}", "year", years->first + i, "middle",
                                                 i * YEAR_WIDTH + YEAR_WIDTH / 2, "parts",
                                                 column(years->outcomes[i], most, i * YEAR_WIDTH)));
    if (count)
        answer_append_years(&text, years);
    json_object_set_new(values, "years", columns);
    json_object_set_new(values, "years_width", json_integer(count * YEAR_WIDTH));
    template_set(values, "years_text", buffer_text(&text));
}
