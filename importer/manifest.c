#include "importer/manifest.h"

#include "core/json_end.h"

#include <yajl/yajl_parse.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_DEPTH = 32, FIRST_CAPACITY = 64 };
#define MAX_VERSION (INT64_C(1) << 53)

/* The members that are known, those of the manifest first. */
enum member { FORMAT, NAME, VERSION, CREATED, EXPIRES, SEGMENTS, SHA256, SIZE, RECORDS, MEMBER_COUNT };
enum { NO_MEMBER = -1, FIRST_OF_SEGMENT = SHA256 };
static const char *const members[MEMBER_COUNT] = {"format",   "name",   "version", "created", "expires",
                                                  "segments", "sha256", "size",    "records"};

enum place { OUTSIDE, IN_MANIFEST, IN_SEGMENTS, IN_SEGMENT };

struct reader {
    struct manifest *manifest;
    const char *shown;
    struct error *error;
    enum place place;
    int member;  /* whose value comes next */
    int passing; /* depth inside of the value of a member that is not known */
    int capacity;
    bool seen[MEMBER_COUNT];
    bool done;
};

/* yajl's callbacks return 0 to end the parsing. */
PRINTF_LIKE(2, 3) static int refuse(struct reader *reader, const char *format, ...)
{
    char why[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    error_set(reader->error, ERROR_REMOTE, "%s is no manifest: %s", reader->shown, why);
    error_next(reader->error, "tell the maintainers of the feed; schema/feed.md describes it");
    return 0;
}

/* "name" or "segments[3].size": which member it is about. */
static int refuse_member(struct reader *reader, int member, const char *why)
{
    const char *name = members[member];
    if (member < FIRST_OF_SEGMENT)
        return refuse(reader, "\"%s\" %s", name, why);
    return refuse(reader, "\"segments[%d].%s\" %s", reader->manifest->segment_count - 1, name, why);
}

static int refuse_value(struct reader *reader)
{
    static const char *const shapes[MEMBER_COUNT] = {
        [FORMAT] = "must be the number 1: this passthru knows no other format",
        [NAME] = "must be 1 to 64 of a-z, 0-9, '.', '_' and '-', the first a letter or a digit",
        [VERSION] = "must be a whole number from 1 to 9007199254740992",
        [CREATED] = "must be a time in UTC such as \"2026-11-22T10:00:00Z\"",
        [EXPIRES] = "must be a time in UTC such as \"2026-11-22T10:00:00Z\"",
        [SEGMENTS] = "must be a list of objects",
        [SHA256] = "must be 64 lower-case hexadecimal digits",
        [SIZE] = "must be a whole number from 1 to 67108864",
        [RECORDS] = "must be a whole number from 0 to 1000000",
    };
    if (reader->place == OUTSIDE)
        return refuse(reader, "it must be one JSON object");
    return refuse_member(reader, reader->place == IN_SEGMENTS ? SEGMENTS : reader->member,
                         shapes[reader->place == IN_SEGMENTS ? SEGMENTS : reader->member]);
}

/* Whether the value that comes is of a member that is not known: it is passed over. */
static bool passes(const struct reader *reader)
{
    return reader->passing ||
           ((reader->place == IN_MANIFEST || reader->place == IN_SEGMENT) && reader->member == NO_MEMBER);
}

static int on_scalar(struct reader *reader)
{
    return passes(reader) || refuse_value(reader);
}

static int on_null(void *context)
{
    return on_scalar(context);
}

static int on_boolean(void *context, int value)
{
    (void)value;
    return on_scalar(context);
}

static bool is_member_of(const struct reader *reader, int member)
{
    return member >= 0 &&
           (member >= FIRST_OF_SEGMENT ? reader->place == IN_SEGMENT : reader->place == IN_MANIFEST);
}

static struct segment *last_segment(const struct reader *reader)
{
    return &reader->manifest->segments[reader->manifest->segment_count - 1];
}

/* As the text stands there: only digits are a number to us, and those that would overflow one are none. */
static int64_t read_number(const char *text, size_t length)
{
    char digits[17];
    if (length >= sizeof digits)
        return -1;
    memcpy(digits, text, length);
    digits[length] = '\0';
    return digits[strspn(digits, "0123456789")] ? -1 : strtoll(digits, NULL, 10);
}

static int on_number(void *context, const char *text, size_t length)
{
    struct reader *reader = context;
    int64_t value = read_number(text, length);
    if (passes(reader))
        return 1;
    if (!is_member_of(reader, reader->member))
        return refuse_value(reader);
    if (reader->member == FORMAT && value == 1)
        return 1;
    if (reader->member == VERSION && value >= 1 && value <= MAX_VERSION)
        reader->manifest->version = value;
    else if (reader->member == SIZE && value >= 1 && value <= SEGMENT_MAX_BYTES)
        last_segment(reader)->size = value;
    else if (reader->member == RECORDS && value >= 0 && value <= SEGMENT_MAX_RECORDS)
        last_segment(reader)->records = value;
    else
        return refuse_value(reader);
    return 1;
}

/* The number that the digits there make, at most four, -1 when they are none. */
static int read_digits(const char *text, int count)
{
    int number = 0;
    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        number = 10 * number + text[i] - '0';
    }
    return number;
}

/* RFC 3339, section 5.6, in UTC alone and with the letters T and Z; the fraction of a second is left out. */
static bool read_time(const char *text, size_t length, char kept[MANIFEST_TIME_SIZE], int64_t *seconds)
{
    static const char shape[] = "0000-00-00T00:00:00";
    enum { WHOLE = sizeof shape - 1 };
    if (length <= WHOLE || length >= MANIFEST_TIME_SIZE || text[length - 1] != 'Z')
        return false;
    for (size_t i = 0; i < WHOLE; i++)
        if (shape[i] == '0' ? read_digits(text + i, 1) < 0 : text[i] != shape[i])
            return false;
    size_t end = length - 1;
    if (end != WHOLE && (text[WHOLE] != '.' || end == WHOLE + 1))
        return false;
    for (size_t i = WHOLE + 1; i < end; i++)
        if (read_digits(text + i, 1) < 0)
            return false;
    const struct tm said = {.tm_year = read_digits(text, 4) - 1900,
                            .tm_mon = read_digits(text + 5, 2) - 1,
                            .tm_mday = read_digits(text + 8, 2),
                            .tm_hour = read_digits(text + 11, 2),
                            .tm_min = read_digits(text + 14, 2),
                            .tm_sec = read_digits(text + 17, 2)};
    /* timegm makes 31 February a day in March: what it has changed was no time. */
    struct tm real = said;
    *seconds = timegm(&real);
    if (real.tm_mon != said.tm_mon || real.tm_mday != said.tm_mday || real.tm_hour != said.tm_hour ||
        real.tm_min != said.tm_min || real.tm_sec != said.tm_sec)
        return false;
    snprintf(kept, MANIFEST_TIME_SIZE, "%.*sZ", (int)WHOLE, text);
    return true;
}

static bool read_hash(const char *text, size_t length, char hash[SEGMENT_NAME_SIZE])
{
    if (length != SEGMENT_NAME_SIZE - 1)
        return false;
    for (size_t i = 0; i < length; i++)
        if ((text[i] < '0' || text[i] > '9') && (text[i] < 'a' || text[i] > 'f'))
            return false;
    memcpy(hash, text, length);
    hash[length] = '\0';
    return true;
}

static int on_string(void *context, const unsigned char *bytes, size_t length)
{
    struct reader *reader = context;
    struct manifest *manifest = reader->manifest;
    const char *text = (const char *)bytes;
    bool fits = false;
    if (passes(reader))
        return 1;
    if (!is_member_of(reader, reader->member))
        return refuse_value(reader);
    if (reader->member == NAME && (fits = remote_name_fits(text, length)))
        snprintf(manifest->name, sizeof manifest->name, "%.*s", (int)length, text);
    else if (reader->member == CREATED)
        fits = read_time(text, length, manifest->created, &manifest->created_at);
    else if (reader->member == EXPIRES)
        fits = read_time(text, length, manifest->expires, &manifest->expires_at);
    else if (reader->member == SHA256)
        fits = read_hash(text, length, last_segment(reader)->sha256);
    return fits || refuse_value(reader);
}

static int find_member(const char *name, size_t length, int from, int to)
{
    for (int i = from; i < to; i++)
        if (strlen(members[i]) == length && memcmp(members[i], name, length) == 0)
            return i;
    return NO_MEMBER;
}

static int on_key(void *context, const unsigned char *key, size_t length)
{
    struct reader *reader = context;
    if (reader->passing)
        return 1;
    bool of_segment = reader->place == IN_SEGMENT;
    int member = find_member((const char *)key, length, of_segment ? FIRST_OF_SEGMENT : 0,
                             of_segment ? MEMBER_COUNT : FIRST_OF_SEGMENT);
    reader->member = member;
    if (member == NO_MEMBER)
        return 1;
    if (reader->seen[member])
        return refuse_member(reader, member, "is given twice");
    reader->seen[member] = true;
    return 1;
}

/* One level deeper into what is passed over. */
static int pass_into(struct reader *reader)
{
    if (reader->passing == MAX_DEPTH)
        return refuse(reader, "it is nested more than %d levels deep", MAX_DEPTH);
    reader->passing++;
    return 1;
}

static int add_segment(struct reader *reader)
{
    struct manifest *manifest = reader->manifest;
    if (manifest->segment_count == MANIFEST_MAX_SEGMENTS)
        return refuse(reader, "it has more than %d segments", MANIFEST_MAX_SEGMENTS);
    if (manifest->segment_count == reader->capacity) {
        int capacity = reader->capacity ? 2 * reader->capacity : FIRST_CAPACITY;
        struct segment *grown = realloc(manifest->segments, (size_t)capacity * sizeof *grown);
        if (!grown) {
            error_set(reader->error, ERROR_NO_MEMORY, "no memory for a manifest");
            return 0;
        }
        manifest->segments = grown;
        reader->capacity = capacity;
    }
    manifest->segments[manifest->segment_count++] = (struct segment){.size = 0};
    memset(reader->seen + FIRST_OF_SEGMENT, false, MEMBER_COUNT - FIRST_OF_SEGMENT);
    reader->member = NO_MEMBER;
    reader->place = IN_SEGMENT;
    return 1;
}

static int on_start_map(void *context)
{
    struct reader *reader = context;
    if (passes(reader))
        return pass_into(reader);
    if (reader->place == IN_SEGMENTS)
        return add_segment(reader);
    if (reader->place != OUTSIDE)
        return refuse_value(reader);
    reader->place = IN_MANIFEST;
    return 1;
}

/* Whether all of these members were there. */
static int end_object(struct reader *reader, int from, int to)
{
    for (int i = from; i < to; i++)
        if (!reader->seen[i])
            return refuse_member(reader, i, "is missing");
    return 1;
}

static int on_end_map(void *context)
{
    struct reader *reader = context;
    if (reader->passing) {
        reader->passing--;
        return 1;
    }
    if (reader->place == IN_SEGMENT) {
        reader->place = IN_SEGMENTS;
        return end_object(reader, FIRST_OF_SEGMENT, MEMBER_COUNT);
    }
    reader->place = OUTSIDE;
    reader->done = true;
    return end_object(reader, 0, FIRST_OF_SEGMENT);
}

static int on_start_array(void *context)
{
    struct reader *reader = context;
    if (passes(reader))
        return pass_into(reader);
    if (reader->place != IN_MANIFEST || reader->member != SEGMENTS)
        return refuse_value(reader);
    reader->place = IN_SEGMENTS;
    return 1;
}

static int on_end_array(void *context)
{
    struct reader *reader = context;
    if (reader->passing)
        reader->passing--;
    else
        reader->place = IN_MANIFEST;
    return 1;
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_start_map,
    .yajl_map_key = on_key,
    .yajl_end_map = on_end_map,
    .yajl_start_array = on_start_array,
    .yajl_end_array = on_end_array,
};

static int compare_hashes(const void *a, const void *b)
{
    const struct segment *const *first = a;
    const struct segment *const *second = b;
    return strcmp((*first)->sha256, (*second)->sha256);
}

static void check_twins(struct reader *reader)
{
    const struct manifest *manifest = reader->manifest;
    size_t count = (size_t)manifest->segment_count;
    const struct segment **sorted = malloc((count + 1) * sizeof *sorted);
    if (!sorted) {
        error_set(reader->error, ERROR_NO_MEMORY, "no memory for a manifest");
        return;
    }
    for (size_t i = 0; i < count; i++)
        sorted[i] = &manifest->segments[i];
    qsort(sorted, count, sizeof(*sorted), compare_hashes);
    for (size_t i = 1; i < count; i++)
        if (strcmp(sorted[i - 1]->sha256, sorted[i]->sha256) == 0) {
            refuse(reader, "it names segment %s twice", sorted[i]->sha256);
            break;
        }
    free(sorted);
}

/* yajl says for instance "lexical error: invalid char in json text.\n". */
static void name_syntax_error(yajl_handle parser, struct reader *reader)
{
    unsigned char *why = yajl_get_error(parser, 0, NULL, 0);
    if (why)
        why[strcspn((char *)why, "\n")] = '\0';
    refuse(reader, "it is not valid JSON: %s", why ? (char *)why : "syntax error");
    yajl_free_error(parser, why);
}

/* What is known only when all of it is read. */
static void check_whole(struct reader *reader)
{
    const struct manifest *manifest = reader->manifest;
    if (!reader->done)
        refuse(reader, "it is not valid JSON: it ends too early");
    else if (manifest->expires_at <= manifest->created_at)
        refuse(reader, "it expires at %s, not later than it was created, %s", manifest->expires,
               manifest->created);
    else
        check_twins(reader);
}

enum error_code manifest_parse(const char *json, size_t length, const char *shown, struct manifest *manifest,
                               struct error *error)
{
    struct reader reader = {.manifest = manifest, .shown = shown, .error = error, .member = NO_MEMBER};
    *manifest = (struct manifest){.version = 0};
    error->code = ERROR_NONE;
    if (length > MANIFEST_MAX_BYTES) {
        refuse(&reader, "it has more than %d MiB", MANIFEST_MAX_BYTES >> 20);
        return error->code;
    }
    yajl_handle parser = yajl_alloc(&callbacks, NULL, &reader);
    if (!parser)
        return error_set(error, ERROR_NO_MEMORY, "no memory for a manifest");
    yajl_status status = yajl_parse(parser, (const unsigned char *)json, length);
    if (status == yajl_status_ok)
        status = json_end(parser);
    if (status == yajl_status_error)
        name_syntax_error(parser, &reader);
    yajl_free(parser);
    if (!error->code)
        check_whole(&reader);
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
