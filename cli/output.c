/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/output.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/streams.h"
#include "core/text.h"

enum { MIN_WIDTH = 40, MAX_WIDTH = 100, DEFAULT_WIDTH = 80, MAX_OUTPUT = 64 << 20 };

static const char *const escapes[] = {
    [COLOR_PLAIN] = "\033[0m",    [COLOR_BOLD] = "\033[1m",      [COLOR_DIM] = "\033[2m",
    [COLOR_GREEN] = "\033[1;32m", [COLOR_YELLOW] = "\033[1;33m", [COLOR_RED] = "\033[1;31m",
};

static int terminal_width(void)
{
    struct winsize size;
    int width = 0;
    const char *columns = getenv("COLUMNS");
    if (isatty(pager_terminal()) && ioctl(pager_terminal(), TIOCGWINSZ, &size) == 0)
        width = size.ws_col;
    if (!width && columns)
        width = (int)strtol(columns, NULL, 10);
    if (width <= 0)
        width = DEFAULT_WIDTH;
    return width < MIN_WIDTH ? MIN_WIDTH : width > MAX_WIDTH ? MAX_WIDTH : width;
}

struct output output_for_stdout(bool no_color)
{
    const char *no_color_set = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    bool color = !no_color && !(no_color_set && *no_color_set) && isatty(pager_terminal()) && term &&
                 strcmp(term, "dumb") != 0;
    return (struct output){.buffer = BUFFER(MAX_OUTPUT), .width = terminal_width(), .color = color};
}

void output_color(struct output *output, enum color color)
{
    if (output->color)
        buffer_append_text(&output->buffer, escapes[color]);
}

static void append_blanks(struct buffer *buffer, int count)
{
    for (int i = 0; i < count; i++)
        buffer_append_byte(buffer, ' ');
}

/* A pager forgets the colour at the end of a line. */
static void start_line(struct output *output, int indent)
{
    buffer_append_byte(&output->buffer, '\n');
    append_blanks(&output->buffer, indent);
    if (output->current != COLOR_PLAIN)
        output_color(output, output->current);
}

/* The bytes of UTF-8 `text` that fit into `columns`, at least one character. */
static size_t fitting_bytes(const char *text, size_t length, int columns)
{
    size_t kept = 0;
    while (kept < length) {
        uint32_t character;
        size_t size = text_decode(text + kept, length - kept, &character);
        columns -= (int)text_width(text + kept, size ? size : 1);
        if (columns < 0 && kept)
            break;
        kept += size ? size : 1;
    }
    return kept;
}

/* Appends a word of `width` columns that begins at `column` and returns where it ends. One that no line can
 * hold is broken, behind a hyphen if it has one, unless it is an address: that must stay whole to be clicked
 * or copied. */
static int append_word(struct output *output, int indent, int column, const char *word, size_t length,
                       int width)
{
    while (column + width > output->width && !memmem(word, length, "://", 3)) {
        size_t fitting = fitting_bytes(word, length, output->width - column);
        const char *hyphen = fitting < length ? memrchr(word, '-', fitting) : NULL;
        if (hyphen && hyphen > word)
            fitting = (size_t)(hyphen + 1 - word);
        buffer_append(&output->buffer, word, fitting);
        width -= (int)text_width(word, fitting);
        word += fitting;
        length -= fitting;
        if (!length)
            return output->width;
        start_line(output, indent);
        column = indent;
    }
    buffer_append(&output->buffer, word, length);
    return column + width;
}

static void write_paragraph(struct output *output, int indent, const char *label, enum color color,
                            const char *text)
{
    struct buffer *out = &output->buffer;
    struct buffer safe CLEANUP(buffer_free) = BUFFER(1 << 20);
    bool plain = !text[text_plain_length(text, strlen(text))];
    if (!plain)
        text_append_safe(&safe, text, strlen(text));
    out->failed |= safe.failed;
    int label_width = label ? (int)strlen(label) : indent;
    if (label && *label) {
        output_color(output, COLOR_DIM);
        buffer_append_text(out, label);
        output_color(output, COLOR_PLAIN);
    }
    if (label_width > indent) {
        buffer_append_byte(out, ' ');
        label_width++;
    }
    append_blanks(out, indent - label_width);
    output->current = color;
    if (color != COLOR_PLAIN)
        output_color(output, color);
    int column = indent > label_width ? indent : label_width;
    bool first = true;
    for (const char *word = plain ? text : buffer_text(&safe); *word;) {
        size_t length = (size_t)(strchrnul(word, ' ') - word);
        int width = (int)(plain ? length : text_width(word, length));
        if (!first && column + 1 + width > output->width) {
            start_line(output, indent);
            column = indent;
        } else if (!first) {
            buffer_append_byte(out, ' ');
            column++;
        }
        column = append_word(output, indent, column, word, length, width);
        first = false;
        for (word += length; *word == ' '; word++)
            continue;
    }
    output->current = COLOR_PLAIN;
    if (color != COLOR_PLAIN)
        output_color(output, COLOR_PLAIN);
    buffer_append_byte(out, '\n');
}

void output_paragraph(struct output *output, int indent, const char *label, enum color color,
                      const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    buffer_memory_was_short |= !text;
    write_paragraph(output, indent, label, color, text ? text : "");
    free(text);
}

static void add_paragraph(void *context, enum paragraph kind, const char *label, enum color color,
                          const char *text)
{
    enum { FIELD = 14, NARROW_FIELD = 2, ITEM = 2, DETAIL = 4, NARROW = 60 };
    struct output *output = context;
    char with_colon[40];
    /* The text of a numbered item stands where its details do. */
    int indent = kind == PARAGRAPH_TEXT                        ? 0
                 : kind == PARAGRAPH_FIELD                     ? FIELD
                 : kind == PARAGRAPH_DETAIL || label[0] != '-' ? DETAIL
                                                               : ITEM;
    if (kind == PARAGRAPH_FIELD && output->width < NARROW) {
        indent = NARROW_FIELD;
        snprintf(with_colon, sizeof with_colon, "%s%s", label, label[0] ? ":" : "");
        label = with_colon;
    }
    if (kind == PARAGRAPH_BREAK)
        output_blank(output);
    else if (kind == PARAGRAPH_LINE)
        output_line(output, text);
    else
        write_paragraph(output, indent, label, color, text);
}

struct prose output_prose(struct output *output)
{
    return (struct prose){.add = add_paragraph, .context = output, .width = output->width};
}

void output_line(struct output *output, const char *text)
{
    text_append_safe(&output->buffer, text, strlen(text));
    buffer_append_byte(&output->buffer, '\n');
}

void output_blank(struct output *output)
{
    buffer_append_byte(&output->buffer, '\n');
}

void output_cell(struct output *output, const char *text, int columns)
{
    struct buffer safe CLEANUP(buffer_free) = BUFFER(16384);
    text_append_safe(&safe, text, strlen(text));
    output->buffer.failed |= safe.failed;
    const char *bytes = buffer_text(&safe);
    int width = (int)text_width(bytes, safe.length);
    if (width <= columns) {
        buffer_append(&output->buffer, bytes, safe.length);
        append_blanks(&output->buffer, columns - width);
        return;
    }
    size_t kept = columns > 3 ? fitting_bytes(bytes, safe.length, columns - 3) : 0;
    int column = (int)text_width(bytes, kept);
    buffer_append(&output->buffer, bytes, kept);
    buffer_append_text(&output->buffer, "...");
    append_blanks(&output->buffer, columns - column - 3);
}

bool output_flush(struct output *output)
{
    bool written = streams_write(&output->buffer);
    return streams_flush() && written;
}

int output_error(const struct error *error, bool json)
{
    return streams_print_error(error, json);
}

int output_usage_error(const char *command, bool json, const char *format, ...)
{
    struct error error;
    char message[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (command) {
        error_set(&error, ERROR_USAGE, "%s: %s", command, message);
        error_next(&error, "passthru %s --help", command);
    } else {
        error_set(&error, ERROR_USAGE, "%s", message);
        error_next(&error, "passthru help");
    }
    return output_error(&error, json);
}

/* ---- findings ---- */

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

static void write_finding(struct output *output, const struct finding *finding)
{
    static const enum color colors[] = {
        [SEVERITY_BLOCKER] = COLOR_RED, [SEVERITY_WARNING] = COLOR_YELLOW, [SEVERITY_INFO] = COLOR_DIM};
    char line[24] = "";
    if (finding->line)
        snprintf(line, sizeof line, ":%ld", finding->line);
    output_color(output, colors[finding->severity]);
    output_cell(output, severity_value(finding->severity), INDENT);
    output_color(output, COLOR_PLAIN);
    output_paragraph(output, INDENT, NULL, COLOR_PLAIN, "%s%s%s%s", finding->file, line,
                     finding->file[0] || line[0] ? ": " : "", finding->text);
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
