#include "cli/contradiction.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *key;
    const char *words;
} fields[CONTRADICTION_FIELDS] = {
    {"guest_os", "guest"},  {"firmware", "firmware"},     {"machine", "machine"},
    {"chassis", "chassis"}, {"hypervisor", "hypervisor"},
};

void contradiction_add(struct contradiction *contradiction, const struct report *report)
{
    const char *const values[CONTRADICTION_FIELDS] = {
        report->guest_os, report->firmware, report->machine,
        report->chassis == CHASSIS_UNKNOWN ? NULL
                                           : vocabulary_word_of(&vocabulary_chassis, (int)report->chassis),
        report->hypervisor};
    bool usable = report->outcome == OUTCOME_WORKS || report->outcome == OUTCOME_WORKS_WITH_WORKAROUND;
    contradiction->usable += usable;
    contradiction->not_usable += !usable;
    for (int field = 0; field < CONTRADICTION_FIELDS; field++) {
        int *count = &contradiction->fields[field].count;
        int i = 0;
        if (!values[field])
            continue;
        char text[sizeof contradiction->fields[field].values[0].text];
        snprintf(text, sizeof text, "%s", values[field]);
        while (i < *count && strcmp(contradiction->fields[field].values[i].text, text) != 0)
            i++;
        if (i == CONTRADICTION_VALUES)
            continue;
        if (i == *count) {
            memcpy(contradiction->fields[field].values[i].text, text, sizeof text);
            ++*count;
        }
        contradiction->fields[field].values[i].usable += usable;
        contradiction->fields[field].values[i].not_usable += !usable;
    }
}

/* Both sides say something, and not the same. */
static bool differs(const struct contradiction *contradiction, int field)
{
    int usable = 0;
    int not_usable = 0;
    int on_one_side = 0;
    for (int i = 0; i < contradiction->fields[field].count; i++) {
        usable += contradiction->fields[field].values[i].usable;
        not_usable += contradiction->fields[field].values[i].not_usable;
        on_one_side += !contradiction->fields[field].values[i].usable ||
                       !contradiction->fields[field].values[i].not_usable;
    }
    return usable && not_usable && on_one_side;
}

void contradiction_append(struct buffer *out, const struct contradiction *contradiction)
{
    bool any = false;
    buffer_append_format(out, "of the reports above %d ended usable and %d did not.", contradiction->usable,
                         contradiction->not_usable);
    for (int field = 0; field < CONTRADICTION_FIELDS; field++) {
        if (!differs(contradiction, field))
            continue;
        any = true;
        buffer_append_format(out, " By %s:", fields[field].words);
        for (int i = 0; i < contradiction->fields[field].count; i++)
            buffer_append_format(out, "%s %s (%d usable, %d not)", i ? "," : "",
                                 contradiction->fields[field].values[i].text,
                                 contradiction->fields[field].values[i].usable,
                                 contradiction->fields[field].values[i].not_usable);
        buffer_append_byte(out, '.');
    }
    if (!any)
        buffer_append_text(out, " What they tell of guest, firmware, machine and chassis does not differ.");
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
        for (int i = 0; differs(contradiction, field) && i < contradiction->fields[field].count; i++) {
            json_write_begin_object(writer, NULL);
            json_write_string(writer, "field", fields[field].key);
            json_write_string(writer, "value", contradiction->fields[field].values[i].text);
            json_write_integer(writer, "usable", contradiction->fields[field].values[i].usable);
            json_write_integer(writer, "not_usable", contradiction->fields[field].values[i].not_usable);
            json_write_end_object(writer);
        }
    }
    json_write_end_array(writer);
    json_write_end_object(writer);
}
