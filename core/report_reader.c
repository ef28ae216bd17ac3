#include "core/report_reader.h"

#include "core/json_end.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

/* At most this many fields of a report are lists; each takes two arrays. */
enum { MAX_LISTS = 8 };

enum place { OUTSIDE, IN_REPORT, IN_LIST, IN_PAIRS, IN_PAIR, IN_STATES };

struct reader {
    const struct raw_field *fields;
    int field_count;
    struct raw_report *raw;
    struct error *error;
    enum place place;
    int field;                   /* the one whose value is being read, or -1 */
    struct raw_text *pair_value; /* where the next string of an attempt goes */
    char *text;                  /* the free part of the arena */
    struct raw_text *lists;
    bool done;
    struct report_problems *problems;
    bool passing_over; /* the value of an unknown field */
    int passed_depth;  /* how deep inside of it */
};

size_t report_arena_size(size_t length)
{
    /* A string with its NUL is never longer than in JSON with its two quotation marks. */
    return 2 * MAX_LISTS * RAW_MAX_ITEMS * sizeof(struct raw_text) + length + 1;
}

/* yajl's callbacks return 0 to end the parsing. */
static int refuse(struct reader *reader, const char *why)
{
    const char *name = reader->field >= 0 ? reader->fields[reader->field].name : NULL;
    if (name && reader->problems)
        report_problems_add(reader->problems, name, "%s", why);
    if (name)
        error_set(reader->error, ERROR_BAD_INPUT, "field \"%s\" %s", name, why);
    else
        error_set(reader->error, ERROR_BAD_INPUT, "a report must be one JSON object");
    error_next(reader->error, "schema/report.schema.json lists fields and words");
    return 0;
}

static const char *shape_of(const struct reader *reader)
{
    static const char *const shapes[] = {
        [RAW_TEXT] = "must be a string",
        [RAW_TEXTS] = "must be a list of strings",
        [RAW_PAIRS] = "must be a list of {\"fix\":...,\"result\":...}",
        [RAW_STATES] = "must be an object of strings",
        [RAW_FLAG] = "must be true or false",
        [RAW_INTEGER] = "must be a whole number",
    };
    return reader->field >= 0 ? shapes[reader->fields[reader->field].kind] : "";
}

/* A value of another shape than its field has. Where all that is wrong is told, it is passed over, which
 * `opens` more than itself when it is a list or an object. */
static int refuse_value(struct reader *reader, bool opens)
{
    refuse(reader, shape_of(reader));
    if (!reader->problems || reader->place != IN_REPORT || reader->field < 0)
        return 0;
    reader->error->code = ERROR_NONE;
    reader->raw->seen[reader->field] = false;
    reader->passing_over = opens;
    reader->passed_depth = opens;
    return 1;
}

static enum raw_kind kind_of(const struct reader *reader)
{
    return reader->fields[reader->field].kind;
}

static bool expects(const struct reader *reader, enum place place, enum raw_kind kind)
{
    return reader->place == place && reader->field >= 0 && kind_of(reader) == kind;
}

static struct raw_text keep(struct reader *reader, const unsigned char *bytes, size_t length)
{
    struct raw_text kept = {reader->text, length};
    memcpy(reader->text, bytes, length);
    reader->text[length] = '\0';
    reader->text += length + 1;
    return kept;
}

/* Whether this value is passed over, or is a part of what is. */
static bool pass_over(struct reader *reader)
{
    bool passed = reader->passing_over;
    reader->passing_over = passed && reader->passed_depth;
    return passed;
}

static bool pass_into(struct reader *reader)
{
    reader->passed_depth += reader->passing_over;
    return reader->passing_over;
}

static bool pass_out(struct reader *reader)
{
    if (!reader->passing_over)
        return false;
    reader->passing_over = --reader->passed_depth > 0;
    return true;
}

/* Room for one more item of the list that is being read, or -1. */
static int next_item(struct reader *reader)
{
    struct raw_report *raw = reader->raw;
    int field = reader->field;
    if (raw->counts[field] == reader->fields[field].max_items)
        return -1;
    return raw->counts[field]++;
}

static int on_string(void *context, const unsigned char *bytes, size_t length)
{
    struct reader *reader = context;
    if (pass_over(reader))
        return 1;
    if (reader->place == IN_PAIR && reader->pair_value) {
        *reader->pair_value = keep(reader, bytes, length);
        reader->pair_value = NULL;
        return 1;
    }
    if (expects(reader, IN_REPORT, RAW_TEXT)) {
        reader->raw->single[reader->field] = keep(reader, bytes, length);
        return 1;
    }
    if (reader->place == IN_STATES) {
        reader->raw->others[reader->field][reader->raw->counts[reader->field] - 1] =
            keep(reader, bytes, length);
        return 1;
    }
    if (reader->place != IN_LIST)
        return refuse_value(reader, false);
    int item = next_item(reader);
    if (item < 0)
        return refuse(reader, "has too many items");
    reader->raw->items[reader->field][item] = keep(reader, bytes, length);
    return 1;
}

/* The field of that name, by bisection, or -1. */
static int find_field(const struct reader *reader, const char *name, size_t length)
{
    int low = 0;
    int high = reader->field_count - 1;
    while (low <= high) {
        int middle = (low + high) / 2;
        const char *candidate = reader->fields[middle].name;
        size_t candidate_length = strlen(candidate);
        int order = memcmp(candidate, name, candidate_length < length ? candidate_length : length);
        if (order == 0)
            order = (candidate_length > length) - (candidate_length < length);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle - 1;
    }
    return -1;
}

static int start_field(struct reader *reader, const char *name, size_t length)
{
    int field = find_field(reader, name, length);
    if (field < 0 && reader->problems) {
        char unknown[100];
        snprintf(unknown, sizeof unknown, "%.*s", (int)(length < 100 ? length : 99), name);
        report_problems_add(reader->problems, unknown, "is not a field of a report");
        reader->passing_over = true;
        return 1;
    }
    if (field < 0) {
        error_set(reader->error, ERROR_BAD_INPUT, "\"%.*s\" is not a field of a report",
                  (int)(length < 100 ? length : 100), name);
        error_next(reader->error, "schema/report.schema.json lists fields and words");
        return 0;
    }
    reader->field = field;
    if (reader->raw->seen[field])
        return refuse(reader, "is given twice");
    reader->raw->seen[field] = true;
    return 1;
}

static int on_key(void *context, const unsigned char *key, size_t length)
{
    struct reader *reader = context;
    struct raw_report *raw = reader->raw;
    int field = reader->field;
    if (reader->passing_over)
        return 1;
    if (reader->place == IN_REPORT)
        return start_field(reader, (const char *)key, length);
    if (reader->place == IN_PAIR) {
        int item = raw->counts[field] - 1;
        if (length == 3 && memcmp(key, "fix", 3) == 0)
            reader->pair_value = &raw->items[field][item];
        else if (length == 6 && memcmp(key, "result", 6) == 0)
            reader->pair_value = &raw->others[field][item];
        else
            return refuse(reader, shape_of(reader));
        return reader->pair_value->text ? refuse(reader, "says fix or result twice") : 1;
    }
    int item = next_item(reader);
    if (item < 0)
        return refuse(reader, "has too many items");
    raw->items[field][item] = keep(reader, key, length);
    return 1;
}

static void open_list(struct reader *reader, enum place place)
{
    reader->place = place;
    reader->raw->items[reader->field] = reader->lists;
    reader->raw->others[reader->field] = reader->lists + RAW_MAX_ITEMS;
    reader->lists += 2 * RAW_MAX_ITEMS;
}

static int on_start_map(void *context)
{
    struct reader *reader = context;
    if (pass_into(reader))
        return 1;
    if (reader->place == OUTSIDE && !reader->done) {
        reader->place = IN_REPORT;
    } else if (expects(reader, IN_REPORT, RAW_STATES)) {
        open_list(reader, IN_STATES);
    } else if (reader->place == IN_PAIRS) {
        if (next_item(reader) < 0)
            return refuse(reader, "has too many items");
        reader->place = IN_PAIR;
        reader->pair_value = NULL;
    } else {
        return refuse_value(reader, true);
    }
    return 1;
}

static int on_end_map(void *context)
{
    struct reader *reader = context;
    if (pass_out(reader))
        return 1;
    if (reader->place == IN_PAIR) {
        int item = reader->raw->counts[reader->field] - 1;
        if (!reader->raw->items[reader->field][item].text || !reader->raw->others[reader->field][item].text)
            return refuse(reader, shape_of(reader));
        reader->place = IN_PAIRS;
    } else if (reader->place == IN_STATES) {
        reader->place = IN_REPORT;
    } else {
        reader->place = OUTSIDE;
        reader->done = true;
    }
    return 1;
}

static int on_start_array(void *context)
{
    struct reader *reader = context;
    if (pass_into(reader))
        return 1;
    if (expects(reader, IN_REPORT, RAW_TEXTS))
        open_list(reader, IN_LIST);
    else if (expects(reader, IN_REPORT, RAW_PAIRS))
        open_list(reader, IN_PAIRS);
    else
        return refuse_value(reader, true);
    return 1;
}

static int on_end_array(void *context)
{
    struct reader *reader = context;
    if (!pass_out(reader))
        reader->place = IN_REPORT;
    return 1;
}

static int on_boolean(void *context, int value)
{
    struct reader *reader = context;
    if (pass_over(reader))
        return 1;
    if (!expects(reader, IN_REPORT, RAW_FLAG))
        return refuse_value(reader, false);
    reader->raw->number[reader->field] = value;
    return 1;
}

static int on_integer(void *context, long long value)
{
    struct reader *reader = context;
    if (pass_over(reader))
        return 1;
    if (!expects(reader, IN_REPORT, RAW_INTEGER))
        return refuse_value(reader, false);
    reader->raw->number[reader->field] = value;
    return 1;
}

static int on_double(void *context, double value)
{
    (void)value;
    return pass_over(context) || refuse_value(context, false);
}

static int on_null(void *context)
{
    return pass_over(context) || refuse_value(context, false);
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_integer = on_integer,
    .yajl_double = on_double,
    .yajl_string = on_string,
    .yajl_start_map = on_start_map,
    .yajl_map_key = on_key,
    .yajl_end_map = on_end_map,
    .yajl_start_array = on_start_array,
    .yajl_end_array = on_end_array,
};

static int hex_value(const char *text)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        char lower = (char)(text[i] | 0x20);
        int digit = text[i] >= '0' && text[i] <= '9' ? text[i] - '0'
                    : lower >= 'a' && lower <= 'f'   ? lower - 'a' + 10
                                                     : -1;
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

/* Whether a \\u escape is half of a surrogate pair: no character (RFC 8259, section 8.2), but yajl makes a
 * question mark of it. */
static bool has_lone_surrogate(const char *json, size_t length)
{
    bool high = false; /* the escape just before was the first half */
    const char *end = json + length;
    for (const char *at = json; (at = memchr(at, '\\', (size_t)(end - at))) && end - at >= 2;) {
        int value = at[1] == 'u' && end - at >= 6 ? hex_value(at + 2) : -1;
        bool low = value >= 0xdc00 && value <= 0xdfff;
        if (low != high)
            return true;
        high = value >= 0xd800 && value <= 0xdbff;
        if (high && (end - at < 12 || at[6] != '\\'))
            return true;
        at += value >= 0 ? 6 : 2;
    }
    return false;
}

/* yajl says for instance "lexical error: invalid char in json text.\n". */
static void name_syntax_error(yajl_handle parser, struct error *error)
{
    unsigned char *why = yajl_get_error(parser, 0, NULL, 0);
    if (why)
        why[strcspn((char *)why, "\n")] = '\0';
    error_set(error, ERROR_BAD_INPUT, "not valid JSON: %s", why ? (char *)why : "syntax error");
    error_next(error, "write one JSON object on one line");
    yajl_free_error(parser, why);
}

enum error_code report_read(const char *json, size_t length, const struct raw_field fields[], int count,
                            void *arena, struct raw_report *raw, struct report_problems *problems,
                            struct error *error)
{
    struct reader reader = {.fields = fields,
                            .field_count = count,
                            .raw = raw,
                            .error = error,
                            .field = -1,
                            .lists = arena,
                            .problems = problems};
    *raw = (struct raw_report){.counts = {0}};
    error->code = ERROR_NONE;
    memset(arena, 0, 2 * MAX_LISTS * RAW_MAX_ITEMS * sizeof(struct raw_text));
    reader.text = (char *)arena + 2 * MAX_LISTS * RAW_MAX_ITEMS * sizeof(struct raw_text);
    yajl_handle parser = yajl_alloc(&callbacks, NULL, &reader);
    if (!parser)
        return error_set(error, ERROR_NO_MEMORY, "no memory for a report");
    yajl_status status = yajl_parse(parser, (const unsigned char *)json, length);
    if (status == yajl_status_ok)
        status = json_end(parser);
    if (status == yajl_status_error)
        name_syntax_error(parser, error);
    else if (status == yajl_status_ok && !reader.done)
        error_set(error, ERROR_BAD_INPUT, "not valid JSON: the line ends too early");
    yajl_free(parser);
    if (status == yajl_status_error && problems && problems->count)
        report_problems_add(problems, "report", "%s", error->message);
    if (!error->code && has_lone_surrogate(json, length)) {
        error_set(error, ERROR_BAD_INPUT, "not valid JSON: half of a surrogate pair is no character");
        error_next(error, "write the character itself, in UTF-8");
    }
    return error->code;
}
