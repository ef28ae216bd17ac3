/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/output.h"

enum { INDENT = 9 };

void findings_write_json(struct json_writer *writer, const struct findings *findings)
{
    json_write_begin_array(writer, "findings");
    for (int i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "id", finding_id_value(finding->id));
        json_write_string(writer, "severity", severity_value(finding->severity));
        if (finding->file[0])
            json_write_string(writer, "file", finding->file);
        if (finding->line)
            json_write_integer(writer, "line", finding->line);
        json_write_string(writer, "text", finding->text);
        json_write_string(writer, "next", finding->next);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
    if (findings->omitted)
        json_write_integer(writer, "findings_omitted", findings->omitted);
}

/* The severity in its colour replaces the spaces that the paragraph begins with. */
static void write_finding(struct output *output, const struct finding *finding)
{
    static const enum color colors[] = {
        [SEVERITY_BLOCKER] = COLOR_RED, [SEVERITY_WARNING] = COLOR_YELLOW, [SEVERITY_INFO] = COLOR_DIM};
    struct output paragraph = {.buffer = BUFFER(65536), .width = output->width};
    struct buffer text CLEANUP(buffer_free) = BUFFER(4096);
    if (finding->file[0])
        buffer_append_text(&text, finding->file);
    if (finding->line)
        buffer_append_format(&text, ":%ld", finding->line);
    if (text.length)
        buffer_append_text(&text, ": ");
    buffer_append_text(&text, finding->text);
    output_paragraph(&paragraph, INDENT, "", COLOR_PLAIN, "%s", buffer_text(&text));
    output_color(output, colors[finding->severity]);
    output_cell(output, severity_value(finding->severity), INDENT);
    output_color(output, COLOR_PLAIN);
    if (paragraph.buffer.length > INDENT)
        buffer_append_text(&output->buffer, paragraph.buffer.data + INDENT);
    buffer_free(&paragraph.buffer);
    if (finding->next[0])
        output_paragraph(output, INDENT + 3, "         ->", COLOR_PLAIN, "%s", finding->next);
}

void findings_write_text(struct output *output, const struct findings *findings, enum severity least)
{
    for (int i = 0; i < findings->count; i++)
        if (findings->items[i].severity <= least)
            write_finding(output, &findings->items[i]);
    if (findings->omitted)
        output_paragraph(output, INDENT, "", COLOR_PLAIN, "%d more are left out", findings->omitted);
}
