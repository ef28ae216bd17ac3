/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "feed/manifest.h"

#include "core/json_reader.h"
#include "core/json_writer.h"

#include <sodium.h>

#include <string.h>

/* What an operation needs; a member that is there is of its type in any case. */
static const struct {
    const char *name;
    json_type type;
} members[] = {{"op", JSON_STRING}, {"report", JSON_OBJECT}, {"id", JSON_STRING}, {"reason", JSON_STRING}};

static enum error_code require(const json_t *object, const char *name, struct error *error)
{
    return json_object_get(object, name)
               ? ERROR_NONE
               : error_set(error, ERROR_BAD_INPUT, "member \"%s\" is missing", name);
}

static bool read_id(const char *text, unsigned char id[32])
{
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64 &&
           sodium_hex2bin(id, 32, text, 64, NULL, NULL, NULL) == 0;
}

static enum error_code read_line(const json_t *object, struct feed_line *found, struct error *error)
{
    if (!json_is_object(object))
        return error_set(error, ERROR_BAD_INPUT, "a line must be a JSON object with the member \"op\"");
    for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
        const json_t *value = json_object_get(object, members[i].name);
        if (value && json_typeof(value) != members[i].type)
            return error_set(error, ERROR_BAD_INPUT, "member \"%s\" is of the wrong type", members[i].name);
    }
    if (require(object, "op", error))
        return error->code;
    const char *operation = json_member_text(object, "op");
    if (strcmp(operation, "add") == 0) {
        if (!require(object, "report", error))
            found->report = json_incref(json_object_get(object, "report"));
        return error->code;
    }
    if (strcmp(operation, "retract") != 0)
        return error_set(error, ERROR_BAD_INPUT, "member \"op\" is neither \"add\" nor \"retract\"");
    found->operation = FEED_RETRACT;
    if (require(object, "id", error))
        return error->code;
    return read_id(json_member_text(object, "id"), found->id)
               ? ERROR_NONE
               : error_set(error, ERROR_BAD_INPUT, "member \"id\" is not 64 hexadecimal digits");
}

enum error_code feed_line_parse(const char *line, size_t length, struct feed_line *found, struct error *error)
{
    json_auto_t *object = NULL;
    *found = (struct feed_line){.operation = FEED_ADD};
    return json_read(line, length, &object, error) ? error->code : read_line(object, found, error);
}

static void append_time(struct json_writer *writer, int64_t time)
{
    char text[MANIFEST_TIME_SIZE];
    manifest_print_time(time, text);
    json_write_string(writer, "time", text);
    json_write_end_line(writer);
}

void feed_line_append_add(struct buffer *out, const char *canonical, int64_t time)
{
    struct json_writer writer = {.out = out};
    json_write_begin_object(&writer, NULL);
    json_write_string(&writer, "op", "add");
    json_write_key(&writer, "report");
    buffer_append_text(out, canonical);
    append_time(&writer, time);
}

void feed_line_append_retract(struct buffer *out, const char *id, const char *reason, int64_t time)
{
    enum { MAX_REASON = 100 }; /* bytes, each of which may take six */
    struct json_writer writer = {.out = out};
    json_write_begin_object(&writer, NULL);
    json_write_string(&writer, "op", "retract");
    json_write_string(&writer, "id", id);
    json_write_bytes(&writer, "reason", reason, strnlen(reason, MAX_REASON));
    append_time(&writer, time);
}
