/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/prose.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void PRINTF_LIKE(5, 0) add(const struct prose *prose, enum paragraph kind, const char *label,
                                  enum color color, const char *format, va_list arguments)
{
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    buffer_memory_was_short |= !text;
    prose->add(prose->context, kind, label, color, text ? text : "");
    free(text);
}

void prose_add(const struct prose *prose, enum paragraph kind, const char *label, enum color color,
               const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(prose, kind, label, color, format, arguments);
    va_end(arguments);
}

void prose_field(const struct prose *prose, const char *label, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(prose, PARAGRAPH_FIELD, label, COLOR_PLAIN, format, arguments);
    va_end(arguments);
}

void prose_line(const struct prose *prose, const char *label, struct buffer *line, const char *end)
{
    buffer_append_text(line, line->length ? end : "");
    if (line->length)
        prose->add(prose->context, PARAGRAPH_FIELD, label, COLOR_PLAIN, buffer_text(line));
    buffer_clear(line);
}

void prose_break(const struct prose *prose)
{
    prose->add(prose->context, PARAGRAPH_BREAK, "", COLOR_PLAIN, "");
}
