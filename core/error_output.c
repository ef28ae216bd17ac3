/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/error_output.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"

void error_append_text(struct buffer *out, const char *program, const struct error *error)
{
    buffer_append_format(out, "%s: ", program);
    text_append_safe(out, error->message, strlen(error->message));
    if (!error->next[0])
        return;
    buffer_append_text(out, "\n  next: ");
    text_append_safe(out, error->next, strlen(error->next));
}

void error_write_json(struct json_writer *writer, const char *key, const struct error *error)
{
    json_write_begin_object(writer, key);
    json_write_string(writer, "code", error_slug(error->code));
    json_write_string(writer, "message", error->message);
    if (error->next[0])
        json_write_string(writer, "next", error->next);
    json_write_end_object(writer);
}

int error_print(const struct error *error, bool json)
{
    struct buffer out CLEANUP(buffer_free) = BUFFER(65536);
    struct json_writer writer = {.out = &out, .for_terminal = true};
    error_append_text(&out, "passthru", error);
    fprintf(stderr, "%s\n", buffer_text(&out));
    if (json) {
        buffer_clear(&out);
        json_write_begin_object(&writer, NULL);
        error_write_json(&writer, "error", error);
        json_write_end_object(&writer);
        puts(buffer_text(&out));
    }
    return error_exit_status(error->code);
}
