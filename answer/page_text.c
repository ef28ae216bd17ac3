/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a page says besides the answer for a terminal, and both say of a report. */

#include "answer/answer.h"
#include "answer/card.h"
#include "answer/parts.h"

const char *answer_outcome_label(enum outcome outcome)
{
    static const char *const labels[OUTCOME_COUNT] = {"works", "with a workaround", "partly", "fails"};
    return labels[outcome];
}

void answer_append_report(struct buffer *out, const struct shown_report *report)
{
    buffer_append_text(out, report->texts[SHOWN_DATE] ? report->texts[SHOWN_DATE] : "undated");
    for (int i = SHOWN_MACHINE; i <= SHOWN_GUEST_OS; i++)
        if (report->texts[i])
            buffer_append_format(out, i == SHOWN_GUEST_OS ? ", guest %s" : ", %s", report->texts[i]);
}

void answer_append_tried(struct buffer *out, const struct shown_report *report)
{
    for (int i = 0; i < report->attempt_count; i++) {
        const struct report_attempt *attempt = &report->attempts[i];
        buffer_append_format(out, "%s%s: %s", i ? ", " : "", attempt->fix, result_value(attempt->result));
        if (attempt->purpose)
            buffer_append_format(out, " for %s", attempt->purpose);
    }
}

void answer_append_years(struct buffer *out, const struct report_years *years)
{
    for (int i = 0; i < years->count; i++) {
        const int *counts = years->outcomes[i];
        const int all = usable_reports(counts) + counts[OUTCOME_PARTIAL] + counts[OUTCOME_FAILS];
        if (all)
            buffer_append_format(out, "%s%d: %d of %d", i ? ", " : "", years->first + i,
                                 usable_reports(counts), all);
    }
    if (years->count && years->others)
        buffer_append_format(out, "; %d earlier or undated", years->others);
}

void answer_write_card_facts(const struct prose *prose, const struct answer *answer)
{
    const struct device *device = &answer->device;
    card_write_facts(prose, answer->cards, answer->card_count);
    if (!device->security[0])
        return;
    prose_field(prose, "Driver of the maker", "%s%ssecurity fixes: %s", device->driver,
                device->driver[0] ? "; " : "", device->security);
    prose_add(prose, PARAGRAPH_DETAIL, "", COLOR_PLAIN, "%s", "chips.tsv");
}
