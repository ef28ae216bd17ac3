#ifndef PASSTHRU_CORE_REPORT_READER_H
#define PASSTHRU_CORE_REPORT_READER_H

/* The JSON of a report taken apart, before anything is known about its sense. Used by core/report.c, and for
 * the answers to reports by db/outbox_sent.c. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/report_problems.h"

enum raw_kind { RAW_TEXT, RAW_TEXTS, RAW_PAIRS, RAW_STATES, RAW_FLAG, RAW_INTEGER };

/* A field that a report may have: its name, the shape of its value, and for lists how many items it may have.
 */
struct raw_field {
    const char *name;
    enum raw_kind kind;
    int max_items;
};

enum { RAW_MAX_FIELDS = 32, RAW_MAX_ITEMS = 32 };

/* A decoded JSON string, NUL-terminated; it may hold further NULs, which `length` counts. */
struct raw_text {
    const char *text;
    size_t length;
};

/* RAW_TEXT and a list's first word are in [..][0]. RAW_PAIRS holds fix and result of the attempts, RAW_STATES
 * name and state of the stages. */
struct raw_report {
    bool seen[RAW_MAX_FIELDS];
    struct raw_text single[RAW_MAX_FIELDS];
    int64_t number[RAW_MAX_FIELDS]; /* flags too */
    int counts[RAW_MAX_FIELDS];
    struct raw_text *items[RAW_MAX_FIELDS];  /* RAW_MAX_ITEMS each; NULL where none */
    struct raw_text *others[RAW_MAX_FIELDS]; /* the second half of pairs and states */
};

/* Takes a JSON object apart. `fields` are `count` fields in ascending order of their names. Strings and lists
 * are kept in `arena`, which must have report_arena_size(length) bytes, aligned for a pointer.
 * ERROR_BAD_INPUT for anything that is no JSON (RFC 8259), a field that is unknown, given twice or of another
 * shape, or too many items. With `problems` (else NULL) unknown fields go there and are passed over. */
MUST_CHECK enum error_code report_read(const char *json, size_t length, const struct raw_field fields[],
                                       int count, void *arena, struct raw_report *raw,
                                       struct report_problems *problems, struct error *error);
size_t report_arena_size(size_t length);

#endif
