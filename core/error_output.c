/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/error_output.h"

#include <string.h>

#include "core/text.h"

void error_append_text(struct buffer *out, const char *program, const struct error *error)
{
    buffer_append_format(out, "%s: ", program);
    text_append_safe(out, error->message, strlen(error->message));
    const char *next = error_next_step(error);
    if (!*next)
        return;
    buffer_append_text(out, "\n  next: ");
    text_append_safe(out, next, strlen(next));
}

void error_write_json(struct json_writer *writer, const char *key, const struct error *error)
{
    json_write_begin_object(writer, key);
    json_write_string(writer, "code", error_slug(error->code));
    json_write_string(writer, "message", error->message);
    if (*error_next_step(error))
        json_write_string(writer, "next", error_next_step(error));
    json_write_end_object(writer);
}
