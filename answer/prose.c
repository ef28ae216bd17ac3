/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/prose.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void prose_add(const struct prose *prose, enum paragraph kind, const char *label, enum color color,
               const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    buffer_memory_was_short |= !text;
    prose->add(prose->context, kind, label, color, text ? text : "");
    free(text);
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
