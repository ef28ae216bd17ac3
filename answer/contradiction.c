/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the reports that an answer shows contradict each other: what they say about guest, firmware, machine
 * and so on, by how they ended. */

#include <string.h>
#include <strings.h>

#include "answer/parts.h"

enum { MAX_VALUES = 6, BY_GUEST = 0, BY_MACHINE = 2 };

static const struct {
    const char *name;
    const char *label;
    enum shown_text text;
} fields[] = {{"guest_os", "guest", SHOWN_GUEST_OS},
              {"firmware", "firmware", SHOWN_FIRMWARE},
              {"machine", "machine", SHOWN_MACHINE},
              {"chassis", "chassis", SHOWN_CHASSIS},
              {"hypervisor", "hypervisor", SHOWN_HYPERVISOR}};

struct value {
    const char *text;
    int length; /* of what of it counts */
    int usable;
    int not_usable;
};

/* What a maker states is none. */
static bool is_attempt(const struct shown_report *report)
{
    return report->sample != SAMPLE_VENDOR_STATEMENT;
}

/* Counts the reports by a field, its first values; returns how many values there are, 0 unless both sides say
 * something, and not the same. `by_first_word`: windows 10 and windows 11 are one. */
static int list_values(const struct answer *answer, size_t field, bool by_first_word,
                       struct value values[MAX_VALUES])
{
    struct value all = {.usable = 0};
    int count = 0;
    int on_one_side = 0;
    for (int i = 0; i < answer->report_count; i++) {
        const struct shown_report *report = &answer->reports[i];
        const char *text = report->texts[fields[field].text];
        if (!text || !is_attempt(report))
            continue;
        int length = (int)(by_first_word ? strcspn(text, " ") : strlen(text));
        int k = 0;
        while (k < count &&
               (values[k].length != length || strncasecmp(values[k].text, text, (size_t)length) != 0))
            k++;
        if (k == MAX_VALUES)
            continue;
        if (k == count)
            values[count++] = (struct value){.text = text, .length = length};
        values[k].usable += report_is_usable(report);
        values[k].not_usable += !report_is_usable(report);
    }
    for (int k = 0; k < count; k++) {
        all.usable += values[k].usable;
        all.not_usable += values[k].not_usable;
        on_one_side += !values[k].usable || !values[k].not_usable;
    }
    return all.usable && all.not_usable && on_one_side ? count : 0;
}

/* How the shown reports ended; whether both ways. */
static bool count_sides(const struct answer *answer, int *usable, int *not_usable)
{
    *usable = *not_usable = 0;
    for (int i = 0; i < answer->report_count; i++)
        if (is_attempt(&answer->reports[i]))
            ++*(report_is_usable(&answer->reports[i]) ? usable : not_usable);
    return *usable && *not_usable;
}

void contradiction_append(struct buffer *out, const struct answer *answer)
{
    struct value values[MAX_VALUES];
    int usable;
    int not_usable;
    bool any = false;
    if (!count_sides(answer, &usable, &not_usable))
        return;
    buffer_append_format(out, "%d of these succeeded, %d did not.", usable, not_usable);
    for (size_t field = 0; field < ARRAY_SIZE(fields); field++) {
        int count = list_values(answer, field, false, values);
        any |= count > 0;
        for (int i = 0; i < count; i++)
            buffer_append_format(out, "%s%s%s %s: %d of %d%s", i ? "" : " By ", i ? "" : fields[field].label,
                                 i ? "" : ":", values[i].text, values[i].usable,
                                 values[i].usable + values[i].not_usable, i + 1 < count ? ";" : ".");
    }
    if (!any)
        buffer_append_text(out, " Guest, firmware, machine, chassis and hypervisor do not explain it.");
}

/* How well a field tells the two sides apart: reports with a value after which all ended alike, but for one
 * of each value; below 0 where it does not. Two machines always differ. */
static int separation(const struct answer *answer, size_t field, struct value values[MAX_VALUES])
{
    int count = list_values(answer, field, field == BY_GUEST, values);
    int told = count ? -count : -1;
    for (int i = 0; i < count; i++)
        told += values[i].usable && values[i].not_usable ? 0 : values[i].usable + values[i].not_usable;
    return field == BY_MACHINE ? told - 1 : told;
}

/* Of the reports with a value, how many ended usable; of many that says more. */
static double share(const struct value *value)
{
    return (value->usable + 1.0) / (value->usable + value->not_usable + 2.0);
}

void contradiction_append_short(struct buffer *out, const struct answer *answer)
{
    struct value values[MAX_VALUES];
    int best_told = -1;
    size_t best = 0;
    int usable;
    int not_usable;
    /* Those with another guest are no side of it where one was asked for. */
    if (answer->options.guest != GUEST_UNKNOWN || !count_sides(answer, &usable, &not_usable))
        return;
    for (size_t field = 0; field < ARRAY_SIZE(fields); field++) {
        int told = separation(answer, field, values);
        if (told > best_told) {
            best_told = told;
            best = field;
        }
    }
    if (best_told < 0)
        return;
    int count = list_values(answer, best, best == BY_GUEST, values);
    const struct value *good = values;
    const struct value *bad = values;
    const char *label = fields[best].label;
    for (int i = 1; i < count; i++) {
        if (share(&values[i]) > share(good))
            good = &values[i];
        if (share(&values[i]) < share(bad))
            bad = &values[i];
    }
    /* 9 of 10 and 2 of 2 are no contradiction. */
    if (share(good) > 0.5 && share(bad) < 0.5)
        buffer_append_format(out, "%s %.*s: %d of %d worked; %s %.*s: %d of %d", label, good->length,
                             good->text, good->usable, good->usable + good->not_usable, label, bad->length,
                             bad->text, bad->usable, bad->usable + bad->not_usable);
}

void contradiction_write_json(struct json_writer *writer, const struct answer *answer)
{
    struct value values[MAX_VALUES];
    int usable;
    int not_usable;
    bool contradict = count_sides(answer, &usable, &not_usable);
    if (!json_write_begin_object_or_null(writer, "contradiction", contradict))
        return;
    json_write_integer(writer, "usable", usable);
    json_write_integer(writer, "not_usable", not_usable);
    json_write_begin_array(writer, "differs");
    for (size_t field = 0; field < ARRAY_SIZE(fields); field++) {
        int count = list_values(answer, field, false, values);
        for (int i = 0; i < count; i++) {
            json_write_begin_object(writer, NULL);
            json_write_string(writer, "field", fields[field].name);
            json_write_string(writer, "value", values[i].text);
            json_write_integer(writer, "usable", values[i].usable);
            json_write_integer(writer, "not_usable", values[i].not_usable);
            json_write_end_object(writer);
        }
    }
    json_write_end_array(writer);
    json_write_end_object(writer);
}
