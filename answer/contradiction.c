#include "answer/contradiction.h"

#include <stdio.h>
#include <string.h>

static const char *const names[CONTRADICTION_FIELDS] = {
    [CONTRADICTION_GUEST_OS] = "guest_os",     [CONTRADICTION_FIRMWARE] = "firmware",
    [CONTRADICTION_MACHINE] = "machine",       [CONTRADICTION_CHASSIS] = "chassis",
    [CONTRADICTION_HYPERVISOR] = "hypervisor",
};

static void add_value(struct contradiction *contradiction, int field, const char *text, bool usable)
{
    struct contradiction_value *values = contradiction->values[field];
    struct contradiction_value value = {.usable = 0};
    int i = 0;
    snprintf(value.text, sizeof value.text, "%s", text);
    while (i < contradiction->counts[field] && strcmp(values[i].text, value.text) != 0)
        i++;
    if (i == CONTRADICTION_VALUES)
        return;
    if (i == contradiction->counts[field])
        values[contradiction->counts[field]++] = value;
    values[i].usable += usable;
    values[i].not_usable += !usable;
}

void contradiction_find(const struct answer *answer, struct contradiction *contradiction)
{
    *contradiction = (struct contradiction){.usable = 0};
    for (int i = 0; i < answer->report_count; i++) {
        const struct report *report = &answer->reports[i].report;
        const char *const values[CONTRADICTION_FIELDS] = {
            [CONTRADICTION_GUEST_OS] = report->guest_os,
            [CONTRADICTION_FIRMWARE] = report->firmware,
            [CONTRADICTION_MACHINE] = report->machine,
            [CONTRADICTION_CHASSIS] = report->chassis == CHASSIS_UNKNOWN
                                          ? NULL
                                          : vocabulary_word_of(&vocabulary_chassis, (int)report->chassis),
            [CONTRADICTION_HYPERVISOR] = report->hypervisor,
        };
        bool usable = report->outcome == OUTCOME_WORKS || report->outcome == OUTCOME_WORKS_WITH_WORKAROUND;
        contradiction->usable += usable;
        contradiction->not_usable += !usable;
        for (int field = 0; field < CONTRADICTION_FIELDS; field++)
            if (values[field])
                add_value(contradiction, field, values[field], usable);
    }
}

/* Both sides say something, and not the same. */
static bool differs(const struct contradiction *contradiction, int field)
{
    int usable = 0;
    int not_usable = 0;
    int on_one_side = 0;
    for (int i = 0; i < contradiction->counts[field]; i++) {
        const struct contradiction_value *value = &contradiction->values[field][i];
        usable += value->usable;
        not_usable += value->not_usable;
        on_one_side += !value->usable || !value->not_usable;
    }
    return usable && not_usable && on_one_side;
}

void contradiction_append(struct buffer *out, const struct contradiction *contradiction)
{
    bool any = false;
    buffer_append_format(out, "of these, %d succeeded and %d did not.", contradiction->usable,
                         contradiction->not_usable);
    for (int field = 0; field < CONTRADICTION_FIELDS; field++) {
        if (!differs(contradiction, field))
            continue;
        any = true;
        buffer_append_format(out, " By %s:", field == CONTRADICTION_GUEST_OS ? "guest" : names[field]);
        for (int i = 0; i < contradiction->counts[field]; i++) {
            const struct contradiction_value *value = &contradiction->values[field][i];
            buffer_append_format(out, "%s %s (%d yes, %d no)", i ? "," : "", value->text, value->usable,
                                 value->not_usable);
        }
        buffer_append_byte(out, '.');
    }
    if (!any)
        buffer_append_text(out, " Guest, firmware, machine, chassis and hypervisor do not explain it.");
}

void contradiction_write_json(struct json_writer *writer, const struct contradiction *contradiction)
{
    if (!contradiction->usable || !contradiction->not_usable) {
        json_write_null(writer, "contradiction");
        return;
    }
    json_write_begin_object(writer, "contradiction");
    json_write_integer(writer, "usable", contradiction->usable);
    json_write_integer(writer, "not_usable", contradiction->not_usable);
    json_write_begin_array(writer, "differs");
    for (int field = 0; field < CONTRADICTION_FIELDS; field++) {
        for (int i = 0; differs(contradiction, field) && i < contradiction->counts[field]; i++) {
            const struct contradiction_value *value = &contradiction->values[field][i];
            json_write_begin_object(writer, NULL);
            json_write_string(writer, "field", names[field]);
            json_write_string(writer, "value", value->text);
            json_write_integer(writer, "usable", value->usable);
            json_write_integer(writer, "not_usable", value->not_usable);
            json_write_end_object(writer);
        }
    }
    json_write_end_array(writer);
    json_write_end_object(writer);
}
