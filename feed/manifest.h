/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_FEED_MANIFEST_H
#define PASSTHRU_FEED_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buffer.h"
#include "core/error.h"
#include "core/file.h"

/* The format of a feed (schema/feed.md): its manifest, what its files hold, and the lines of them. */

enum {
    FEED_NAME_SIZE = 65,
    MANIFEST_MAX_BYTES = 16 << 20,
    MANIFEST_MAX_SEGMENTS = 100000,
    SEGMENT_MAX_BYTES = 64 << 20,
    SEGMENT_MAX_RECORDS = 1000000,
    FEED_MAX_BYTES = 1 << 30,   /* of all segments together, */
    FEED_MAX_RECORDS = 5000000, /* and their lines: reports and retractions */
    FEED_MAX_RETRACTIONS = 500000,
    SEGMENT_NAME_SIZE = 65, /* 64 lower-case hexadecimal digits */
    MANIFEST_TIME_SIZE = 32,
    MANIFEST_MAX_TABLES = 32,
    TABLE_NAME_SIZE = 32,     /* a-z and '-', then ".tsv" */
    TABLE_MAX_BYTES = 4 << 20 /* of the compressed file */
};

/* Whether this may name a remote or a feed: 1 to 64 of a-z, 0-9, '.', '_' and '-', first a letter or digit.
 */
bool feed_name_fits(const char *name, size_t length);

struct segment {
    char sha256[SEGMENT_NAME_SIZE]; /* of the compressed file */
    int64_t size;                   /* bytes of the compressed file, 1 to SEGMENT_MAX_BYTES */
    int64_t records;                /* lines in it, 0 to SEGMENT_MAX_RECORDS */
};

/* A table of data/ that the feed carries; which of them a reader takes is the reader's. */
struct feed_table {
    char name[TABLE_NAME_SIZE];
    struct segment file; /* at most TABLE_MAX_BYTES; how many lines it has is not said */
};

/* Where these files are, below their manifest, on a server and in a cache. */
struct path feed_segment_path(const char *sha256);
struct path feed_table_path(const char *sha256);

enum { TABLE_KIND_COUNT = 13 };

/* The tables of data/ that a feed may carry (schema/feed.md) and that a user may add to. */
struct table_kind {
    const char *name;      /* of the file */
    bool is_about_verdict; /* says what a verdict is made by, not what a GPU is */
};
extern const struct table_kind table_kinds[TABLE_KIND_COUNT];

/* The one of that name, or NULL. */
const struct table_kind *table_kind_find(const char *name);

struct manifest {
    int64_t format; /* 1, where it was read */
    char name[FEED_NAME_SIZE];
    int64_t version;                  /* 1 to 2^53 */
    char created[MANIFEST_TIME_SIZE]; /* RFC 3339 in UTC, "2026-11-22T10:00:00Z" */
    char expires[MANIFEST_TIME_SIZE];
    int64_t created_at; /* the same in seconds since 1970 */
    int64_t expires_at;
    struct segment *segments; /* in the manifest's order */
    int segment_count;
    struct feed_table tables[MANIFEST_MAX_TABLES]; /* none twice */
    int table_count;
};

/* Parses a manifest, which must have been verified before. Unknown members are skipped. ERROR_REMOTE, with
 * the member named: not JSON (core/json_reader.h), another format than 1, a member that is missing or of
 * another type or range, an invalid name, time or hash, expiry before creation, the same segment twice, too
 * many segments, or too much in all of them together. `shown` names the manifest in messages. On success the
 * caller frees it. */
MUST_CHECK enum error_code manifest_parse(const char *json, size_t length, const char *shown,
                                          struct manifest *manifest, struct error *error);
void manifest_free(struct manifest *manifest);

/* Appends a manifest as JSON with a newline; its times are those in seconds. */
void manifest_append(struct buffer *out, const struct manifest *manifest);

/* Writes a time as it stands in a feed. `seconds` since 1970, up to the year 9999. */
void manifest_print_time(int64_t seconds, char text[MANIFEST_TIME_SIZE]);

/* What a feed's files hold, compressed with zstd and named by its SHA-256 (schema/feed.md). The same text in
 * the same pieces makes the same bytes, as long as libzstd stays the same. */

struct segment_writer;

/* ERROR_NO_MEMORY. The caller frees it. */
MUST_CHECK enum error_code segment_writer_create(struct segment_writer **writer, struct error *error);
void segment_writer_free(struct segment_writer *writer);

/* Adds text: whole lines of a segment. ERROR_NO_MEMORY, also when more than SEGMENT_MAX_BYTES come out. */
MUST_CHECK enum error_code segment_writer_add(struct segment_writer *writer, const char *text, size_t length,
                                              struct error *error);

/* Ends the file: stores its bytes, which live as long as the writer, and its name and size in `segment`. */
MUST_CHECK enum error_code segment_writer_end(struct segment_writer *writer, const struct buffer **bytes,
                                              struct segment *segment, struct error *error);

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
