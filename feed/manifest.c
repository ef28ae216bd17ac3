/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "feed/manifest.h"

#include "core/json_reader.h"
#include "core/json_writer.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_VERSION (INT64_C(1) << 53)

struct reader {
    struct manifest *manifest;
    const char *shown;
    struct error *error;
    const char *list;     /* whose element is being read, and */
    int element;          /* its number; -1: none is */
    struct segment *file; /* that it is about */
};

struct path feed_segment_path(const char *sha256)
{
    return path_of("segments/%.64s.ndjson.zst", sha256);
}

struct path feed_table_path(const char *sha256)
{
    return path_of("knowledge/%.64s.tsv.zst", sha256);
}

bool feed_name_fits(const char *name, size_t length)
{
    static const char letters_and_digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    if (!length || length >= FEED_NAME_SIZE || memchr(name, '\0', length) ||
        !strchr(letters_and_digits, name[0]))
        return false;
    for (size_t i = 1; i < length; i++)
        if (!strchr(letters_and_digits, name[i]) && !strchr("._-", name[i]))
            return false;
    return true;
}

const struct table_kind table_kinds[TABLE_KIND_COUNT] = {
    {"board-words.tsv", false}, {"cards.tsv", false}, {"chips.tsv", false},  {"facts.tsv", false},
    {"names.tsv", false},       {"priors.tsv", true}, {"prices.tsv", false}, {"processors.tsv", false},
    {"ranges.tsv", false},      {"rules.tsv", true},  {"samples.tsv", true}, {"subvendors.tsv", false},
    {"symptoms.tsv", false},
};
_Static_assert((int)TABLE_KIND_COUNT <= (int)MANIFEST_MAX_TABLES, "all fit into a manifest");

const struct table_kind *table_kind_find(const char *name)
{
    for (int i = 0; i < TABLE_KIND_COUNT; i++)
        if (strcmp(table_kinds[i].name, name) == 0)
            return &table_kinds[i];
    return NULL;
}

PRINTF_LIKE(2, 3) static bool reject(struct reader *reader, const char *format, ...)
{
    char why[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    error_set(reader->error, ERROR_REMOTE, "%s is not a manifest: %s", reader->shown, why);
    error_next(reader->error,
               "report it to the maintainers of the feed; schema/feed.md describes the format");
    return false;
}

/* "name" or "segments[3].size": which member it is about. */
static bool reject_member(struct reader *reader, const char *name, const char *why)
{
    if (reader->element < 0)
        return reject(reader, "\"%s\" %s", name, why);
    return reject(reader, "\"%s[%d].%s\" %s", reader->list, reader->element, name, why);
}

static int print_time(const struct tm *tm, char text[MANIFEST_TIME_SIZE])
{
    return snprintf(text, MANIFEST_TIME_SIZE, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm->tm_year + 1900,
                    tm->tm_mon + 1, tm->tm_mday, tm->tm_hour, tm->tm_min, tm->tm_sec);
}

/* RFC 3339, section 5.6, in UTC alone and with the letters T and Z; the fraction of a second is left out.
 * What strptime reads and timegm makes of it must be what stands there: that rejects 31 February and
 * "2026-1-1". */
static bool read_time(const char *text, char kept[MANIFEST_TIME_SIZE], int64_t *seconds)
{
    struct tm tm = {.tm_isdst = 0};
    const char *rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
    if (!rest || strlen(text) >= MANIFEST_TIME_SIZE)
        return false;
    *seconds = timegm(&tm);
    int length = print_time(&tm, kept);
    size_t digits = *rest == '.' ? strspn(rest + 1, "0123456789") : 0;
    return strncmp(text, kept, (size_t)length - 1) == 0 && strcmp(rest + (digits ? 1 + digits : 0), "Z") == 0;
}

/* ---- the members ---- */

struct member {
    const char *name;
    const char *must;
    bool (*read)(struct reader *reader, const json_t *value); /* NULL: a whole number within these bounds, */
    int64_t low;
    int64_t high;
    size_t offset; /* which goes there in what is being read */
};

static bool read_segments(struct reader *reader, const json_t *list);

static bool read_name(struct reader *reader, const json_t *value)
{
    const char *text = json_string_value(value);
    if (!text || !feed_name_fits(text, strlen(text)))
        return false;
    snprintf(reader->manifest->name, sizeof reader->manifest->name, "%s", text);
    return true;
}

static bool read_created(struct reader *reader, const json_t *value)
{
    return read_time(json_string_value(value), reader->manifest->created, &reader->manifest->created_at);
}

static bool read_expires(struct reader *reader, const json_t *value)
{
    return read_time(json_string_value(value), reader->manifest->expires, &reader->manifest->expires_at);
}

static bool read_sha256(struct reader *reader, const json_t *value)
{
    const char *text = json_string_value(value);
    if (!text || strlen(text) != SEGMENT_NAME_SIZE - 1 ||
        strspn(text, "0123456789abcdef") != SEGMENT_NAME_SIZE - 1)
        return false;
    memcpy(reader->file->sha256, text, SEGMENT_NAME_SIZE);
    return true;
}

static bool read_table_name(struct reader *reader, const json_t *value)
{
    struct manifest *manifest = reader->manifest;
    const char *text = json_string_value(value);
    size_t length = text ? strspn(text, "abcdefghijklmnopqrstuvwxyz-") : 0;
    if (!length || strcmp(text + length, ".tsv") != 0 || strlen(text) >= TABLE_NAME_SIZE)
        return false;
    for (int i = 0; i < reader->element; i++)
        if (strcmp(manifest->tables[i].name, text) == 0)
            return reject(reader, "it names the table %s twice", text);
    memcpy(manifest->tables[reader->element].name, text, strlen(text) + 1);
    return true;
}

#define MUST_BE_TIME "must be a time in UTC such as \"2026-11-22T10:00:00Z\""

#define MUST_BE_HASH "must be 64 lower-case hexadecimal digits"

static const struct member members[] = {
    {"format", "must be the number 1: this passthru knows no other format", NULL, 1, 1,
     offsetof(struct manifest, format)},
    {"name", "must be 1 to 64 of a-z, 0-9, '.', '_' and '-', the first a letter or a digit", read_name, 0, 0,
     0},
    {"version", "must be a whole number from 1 to 9007199254740992", NULL, 1, MAX_VERSION,
     offsetof(struct manifest, version)},
    {"created", MUST_BE_TIME, read_created, 0, 0, 0},
    {"expires", MUST_BE_TIME, read_expires, 0, 0, 0},
    {"segments", "must be an array of objects", read_segments, 0, 0, 0},
};

static const struct member table_members[] = {
    {"name", "must be the name of a table, such as \"cards.tsv\"", read_table_name, 0, 0, 0},
    {"sha256", MUST_BE_HASH, read_sha256, 0, 0, 0},
    {"size", "must be a whole number from 1 to 4194304", NULL, 1, TABLE_MAX_BYTES,
     offsetof(struct segment, size)},
};

static const struct member segment_members[] = {
    {"sha256", MUST_BE_HASH, read_sha256, 0, 0, 0},
    {"size", "must be a whole number from 1 to 67108864", NULL, 1, SEGMENT_MAX_BYTES,
     offsetof(struct segment, size)},
    {"records", "must be a whole number from 0 to 1000000", NULL, 0, SEGMENT_MAX_RECORDS,
     offsetof(struct segment, records)},
};

/* Reads these members of an object; it may have others. */
static bool read_members(struct reader *reader, const json_t *object, const struct member table[],
                         size_t count)
{
    char *target = reader->element < 0 ? (char *)reader->manifest : (char *)reader->file;
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_object_get(object, table[i].name);
        if (!value)
            return reject_member(reader, table[i].name, "is missing");
        if (table[i].read ? !table[i].read(reader, value)
                          : !json_whole_number(value, table[i].low, table[i].high,
                                               (int64_t *)(void *)(target + table[i].offset)))
            return reader->error->code ? false : reject_member(reader, table[i].name, table[i].must);
    }
    return true;
}

static bool read_segments(struct reader *reader, const json_t *list)
{
    struct manifest *manifest = reader->manifest;
    size_t count = json_array_size(list);
    int64_t bytes = 0;
    int64_t records = 0;
    if (!json_is_array(list))
        return false;
    if (count > MANIFEST_MAX_SEGMENTS)
        return reject(reader, "it has more than %d segments", MANIFEST_MAX_SEGMENTS);
    manifest->segments = calloc(count + 1, sizeof *manifest->segments);
    if (!manifest->segments) {
        error_set(reader->error, ERROR_NO_MEMORY, "no memory for a manifest");
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *segment = json_array_get(list, i);
        if (!json_is_object(segment))
            return false;
        reader->list = "segments";
        reader->element = (int)i;
        reader->file = &manifest->segments[i];
        if (!read_members(reader, segment, segment_members, ARRAY_SIZE(segment_members)))
            return false;
        reader->element = -1;
        bytes += manifest->segments[i].size;
        records += manifest->segments[i].records;
    }
    /* Each may be within its bounds, and all of them together beyond what a machine takes. */
    if (bytes > FEED_MAX_BYTES)
        return reject(reader, "its segments have %lld MiB, a feed may have %d MiB", (long long)bytes >> 20,
                      FEED_MAX_BYTES >> 20);
    if (records > FEED_MAX_RECORDS)
        return reject(reader, "its segments have %lld records, a feed may have %d", (long long)records,
                      FEED_MAX_RECORDS);
    manifest->segment_count = (int)count;
    return true;
}

/* A feed need not have any. */
static bool read_knowledge(struct reader *reader, const json_t *list)
{
    size_t count = json_array_size(list);
    if (!list)
        return true;
    if (!json_is_array(list) || count > MANIFEST_MAX_TABLES)
        return reject(reader, "\"knowledge\" must be an array of objects, %d at most", MANIFEST_MAX_TABLES);
    reader->list = "knowledge";
    for (size_t i = 0; i < count; i++) {
        const json_t *table = json_array_get(list, i);
        reader->element = (int)i;
        reader->file = &reader->manifest->tables[i].file;
        if (!json_is_object(table))
            return reject(reader, "\"knowledge[%d]\" must be an object", (int)i);
        if (!read_members(reader, table, table_members, ARRAY_SIZE(table_members)))
            return false;
    }
    reader->element = -1;
    reader->manifest->table_count = (int)count;
    return true;
}

static bool check_twins(struct reader *reader)
{
    json_auto_t *seen = json_object();
    for (int i = 0; i < reader->manifest->segment_count; i++) {
        const char *hash = reader->manifest->segments[i].sha256;
        if (json_object_get(seen, hash))
            return reject(reader, "it names segment %s twice", hash);
        if (json_object_set_new(seen, hash, json_true())) {
            error_set(reader->error, ERROR_NO_MEMORY, "no memory for a manifest");
            return false;
        }
    }
    return true;
}

static bool read_manifest(struct reader *reader, const json_t *root)
{
    const struct manifest *manifest = reader->manifest;
    if (!json_is_object(root))
        return reject(reader, "it must be one JSON object");
    if (!read_members(reader, root, members, ARRAY_SIZE(members)) ||
        !read_knowledge(reader, json_object_get(root, "knowledge")))
        return false;
    if (manifest->expires_at <= manifest->created_at)
        return reject(reader, "it expires at %s, not later than it was created, %s", manifest->expires,
                      manifest->created);
    return check_twins(reader);
}

enum error_code manifest_parse(const char *json, size_t length, const char *shown, struct manifest *manifest,
                               struct error *error)
{
    struct reader reader = {.manifest = manifest, .shown = shown, .error = error, .element = -1};
    json_auto_t *root = NULL;
    struct error why;
    *manifest = (struct manifest){.version = 0};
    error->code = ERROR_NONE;
    if (length > MANIFEST_MAX_BYTES)
        reject(&reader, "it has more than %d MiB", MANIFEST_MAX_BYTES >> 20);
    else if (json_read(json, length, &root, &why) == ERROR_BAD_INPUT)
        reject(&reader, "%s", why.message);
    else if (why.code)
        *error = why;
    else
        read_manifest(&reader, root);
    if (error->code)
        manifest_free(manifest);
    return error->code;
}

void manifest_free(struct manifest *manifest)
{
    free(manifest->segments);
    manifest->segments = NULL;
    manifest->segment_count = 0;
}

/* ---- writing ---- */

void manifest_print_time(int64_t seconds, char text[MANIFEST_TIME_SIZE])
{
    struct tm tm;
    time_t time = (time_t)seconds;
    text[0] = '\0';
    if (gmtime_r(&time, &tm))
        print_time(&tm, text);
}

static void append_tables(struct json_writer *writer, const struct manifest *manifest)
{
    json_write_begin_array(writer, "knowledge");
    for (int i = 0; i < manifest->table_count; i++) {
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "name", manifest->tables[i].name);
        json_write_string(writer, "sha256", manifest->tables[i].file.sha256);
        json_write_integer(writer, "size", manifest->tables[i].file.size);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

void manifest_append(struct buffer *out, const struct manifest *manifest)
{
    struct json_writer writer = {.out = out};
    char time[MANIFEST_TIME_SIZE];
    json_write_begin_object(&writer, NULL);
    json_write_integer(&writer, "format", 1);
    json_write_string(&writer, "name", manifest->name);
    json_write_integer(&writer, "version", manifest->version);
    manifest_print_time(manifest->created_at, time);
    json_write_string(&writer, "created", time);
    manifest_print_time(manifest->expires_at, time);
    json_write_string(&writer, "expires", time);
    json_write_begin_array(&writer, "segments");
    for (int i = 0; i < manifest->segment_count; i++) {
        json_write_begin_object(&writer, NULL);
        json_write_string(&writer, "sha256", manifest->segments[i].sha256);
        json_write_integer(&writer, "size", manifest->segments[i].size);
        json_write_integer(&writer, "records", manifest->segments[i].records);
        json_write_end_object(&writer);
    }
    json_write_end_array(&writer);
    if (manifest->table_count)
        append_tables(&writer, manifest);
    json_write_end_line(&writer);
}
