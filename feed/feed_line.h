/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_FEED_LINE_H
#define PASSTHRU_IMPORTER_FEED_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "core/buffer.h"
#include "core/error.h"

/* A line of a feed's segment (schema/feed.md): a report that is added, or one that is retracted. */

enum feed_operation { FEED_ADD, FEED_RETRACT };

enum { FEED_LINE_EXTRA = 1024 }; /* bytes around a report, or of a retraction, at most */

struct json_t;

struct feed_line {
    enum feed_operation operation;
    struct json_t *report; /* FEED_ADD: its JSON object, whose reference is the caller's (report_from_json) */
    unsigned char id[32];  /* FEED_RETRACT: of the report */
};

/* Reads a line. ERROR_BAD_INPUT: not JSON (core/json_reader.h), not an object, a missing or unknown
 * operation, a member that it needs is missing or of another type. Unknown members are skipped. */
MUST_CHECK enum error_code feed_line_parse(const char *line, size_t length, struct feed_line *found,
                                           struct error *error);

/* Appends a line with its LF: a report as canonical JSON that is added, or the id of one (64 digits) that is
 * retracted. `time` is in seconds since 1970. A reason is cut to what a line holds. */
void feed_line_append_add(struct buffer *out, const char *canonical, int64_t time);
void feed_line_append_retract(struct buffer *out, const char *id, const char *reason, int64_t time);

#endif
