/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cli/report.h"
#include "core/json_reader.h"

/* A report for reading: each field that its JSON has, and nothing else. */

enum { LABEL = 16, MOST = 64 * 1024 };

/* A name of the format as words: guest_boot is "guest boot". */
static void append_name(struct buffer *out, const char *name)
{
    for (; *name; name++)
        buffer_append_byte(out, *name == '_' ? ' ' : *name);
}

static void append_object(struct buffer *out, const json_t *object)
{
    const char *fix = json_member_text(object, "fix");
    const char *result = json_member_text(object, "result");
    const char *purpose = json_member_text(object, "for");
    if (fix && result) {
        buffer_append_format(out, "%s: %s%s%s", fix, result, purpose ? ", for " : "", purpose ? purpose : "");
        return;
    }
    /* Stages, in the order in which things happen. */
    for (int i = 0, written = 0; i < STAGE_COUNT; i++) {
        const char *state = json_member_text(object, stage_value(i));
        if (!state)
            continue;
        buffer_append_text(out, written++ ? ", " : "");
        append_name(out, stage_value(i));
        buffer_append_format(out, " %s", state);
    }
}

static void append_value(struct buffer *out, const json_t *value)
{
    if (json_is_string(value))
        buffer_append_text(out, json_string_value(value));
    else if (json_is_boolean(value))
        buffer_append_text(out, json_is_true(value) ? "yes" : "no");
    else if (json_is_integer(value))
        buffer_append_format(out, "%lld", (long long)json_integer_value(value));
    else if (json_is_object(value))
        append_object(out, value);
    for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++) {
        buffer_append_text(out, i ? ", " : "");
        append_value(out, json_array_get(value, i));
    }
}

/* The field that comes at this place, FIELD_COUNT after the last. */
static int field_at(int place)
{
    int field = 0;
    while (field < FIELD_COUNT && report_fields[field].place != place)
        field++;
    return field;
}

/* What a section says: in one paragraph with its label, or (NULL) a line for each field. */
static void write_section(struct output *output, const json_t *report, const char *section, const char *label)
{
    struct buffer name CLEANUP(buffer_free) = BUFFER(200);
    struct buffer text CLEANUP(buffer_free) = BUFFER(MOST);
    for (int place = 0, field; (field = field_at(place)) < FIELD_COUNT; place++) {
        const json_t *value = json_object_get(report, report_fields[field].name);
        if (!value || field == FIELD_ID || strcmp(report_fields[field].section, section) != 0)
            continue;
        buffer_clear(&name);
        append_name(&name, report_fields[field].name);
        if (label)
            buffer_append_format(&text, "%s%s ", text.length ? "; " : "", buffer_text(&name));
        append_value(&text, value);
        if (!label) {
            output_paragraph(output, LABEL, buffer_text(&name), COLOR_PLAIN, "%s", buffer_text(&text));
            buffer_clear(&text);
        }
    }
    if (text.length)
        output_paragraph(output, LABEL, label, COLOR_PLAIN, "%s", buffer_text(&text));
}

bool report_write_fields(struct output *output, const struct buffer *json)
{
    json_auto_t *report = NULL;
    struct error error;
    if (json_read(buffer_text(json), json->length, &report, &error))
        return false;
    write_section(output, report, "gpu", "GPU");
    write_section(output, report, "host", "host");
    write_section(output, report, "vm", "virtual machine");
    write_section(output, report, "attempt", NULL);
    write_section(output, report, "", "besides");
    const char *id = json_member_text(report, report_fields[FIELD_ID].name);
    output_paragraph(output, LABEL, "id", COLOR_PLAIN, "%s", id ? id : "");
    return true;
}
