/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/table.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/gpu.h"
#include "core/json_reader.h"
#include "core/text.h"
#include "importer/line_reader.h"

enum { MAX_LINE = 8192, MAX_COLUMNS = 24, MAX_NAMES = 512 };

enum error_code table_error(const struct table_row *row, struct error *error, const char *format, ...)
{
    char why[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    error_set(error, ERROR_BAD_INPUT, "%s:%ld: %s", row->path, row->line, why);
    return error_next(error, "correct the line; data/README.md describes the columns");
}

enum error_code table_number(const struct table_row *row, int column, double low, double high, double *value,
                             struct error *error)
{
    const char *text = row->fields[column];
    char *end;
    double number = strtod(text, &end);
    if (!*text || *end || strspn(text, "0123456789.") != strlen(text) || number < low || number > high)
        return table_error(row, error, "%s must be a number from %g to %g, not \"%s\"", row->columns[column],
                           low, high, text);
    *value = number;
    return error->code = ERROR_NONE;
}

enum error_code table_whole(const struct table_row *row, int column, int low, int high, int *value,
                            struct error *error)
{
    double number;
    if (table_number(row, column, low, high, &number, error))
        return error->code;
    *value = (int)number;
    return *value == number ? ERROR_NONE
                            : table_error(row, error, "%s must be a whole number, not \"%s\"",
                                          row->columns[column], row->fields[column]);
}

enum error_code table_value(const struct table_row *row, int column, const struct vocabulary *vocabulary,
                            int *value, struct error *error)
{
    const char *text = row->fields[column];
    *value = vocabulary_find(vocabulary, text);
    return *value >= 0 && strcmp(text, "unknown") != 0
               ? (error->code = ERROR_NONE)
               : table_error(row, error, "\"%s\" is not a value of %s", text, row->columns[column]);
}

bool take_hex4(const char **text, uint16_t *value)
{
    char digits[5] = "";
    if (strspn(*text, "0123456789abcdefABCDEF") < 4)
        return false;
    memcpy(digits, *text, 4);
    *value = (uint16_t)strtoul(digits, NULL, 16);
    *text += 4;
    return true;
}

enum error_code table_hex4(const struct table_row *row, int column, uint16_t *number, struct error *error)
{
    const char *text = row->fields[column];
    return take_hex4(&text, number) && !*text
               ? (error->code = ERROR_NONE)
               : table_error(row, error, "%s must be four hexadecimal digits, not \"%s\"",
                             row->columns[column], row->fields[column]);
}

enum error_code table_chip(const struct table_row *row, const char *chip, struct error *error)
{
    size_t plain = strcspn(chip, "*?[");
    if (!plain || plain >= CHIP_SIZE || (chip[plain] && strcmp(chip + plain, "*") != 0))
        return table_error(row, error, "chip must be a code name, with a * at its end or none, not \"%s\"",
                           chip);
    return error->code = ERROR_NONE;
}

int array_first(const void *items, int count, size_t size, uint32_t pci_id)
{
    int low = 0;
    int high = count;
    while (low < high) {
        int middle = (low + high) / 2;
        uint32_t found;
        memcpy(&found, (const char *)items + (size_t)middle * size, sizeof found);
        if (found < pci_id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static enum error_code fill_text(const struct table_row *row, const struct table_field *field, char *text,
                                 struct error *error)
{
    const char *column = row->columns[field->column];
    const char *given = row->fields[field->column];
    size_t length = strlen(given);
    if (field->fits && !field->fits(given))
        return table_error(row, error, "\"%s\" is not a value of %s", given, column);
    if (field->must_be_there && (!length || length >= field->size))
        return table_error(row, error, "%s must have 1 to %zu bytes", column, field->size - 1);
    if (length >= field->size)
        return table_error(row, error, "%s is longer than %zu bytes", column, field->size - 1);
    memcpy(text, given, length + 1);
    return error->code = ERROR_NONE;
}

enum error_code table_fill(const struct table_row *row, const struct table_field fields[], size_t count,
                           void *target, struct error *error)
{
    error->code = ERROR_NONE;
    for (size_t i = 0; i < count && !error->code; i++) {
        const struct table_field *field = &fields[i];
        void *member = (char *)target + field->offset;
        if (!*row->fields[field->column] && !field->must_be_there)
            continue;
        if (field->type == FIELD_TEXT)
            fill_text(row, field, member, error);
        else if (field->type == FIELD_NUMBER)
            (void)!table_number(row, field->column, field->low, field->high, member, error);
        else if (field->type == FIELD_WHOLE)
            (void)!table_whole(row, field->column, (int)field->low, (int)field->high, member, error);
        else
            (void)!table_value(row, field->column, field->vocabulary, member, error);
    }
    return error->code;
}

/* Cuts a line at its tabs. Returns the number of fields, at most one more than fit. */
static int split(char *line, char *fields[MAX_COLUMNS + 1])
{
    int count = 0;
    for (char *rest = line, *field; count <= MAX_COLUMNS && (field = strsep(&rest, "\t"));)
        fields[count++] = field;
    return count;
}

/* N without a sign, a leading 0 or a space after it. */
int64_t table_version(const char *line)
{
    static const char prefix[] = "# version: ";
    const size_t start = sizeof prefix - 1;
    if (strncmp(line, prefix, start) == 0 && line[start] != '0') {
        size_t count = strspn(line + start, "0123456789");
        if (count <= 9 && !line[start + count])
            return strtol(line + start, NULL, 10);
    }
    return 0;
}

static enum error_code reject_version(const struct table_row *row, struct error *error)
{
    table_error(row, error, "the first line must be \"# version: N\", N a number from 1 to %d",
                TABLE_MAX_VERSION);
    return error_next(error, "begin the file with \"# version: 1\", or with the next number after a change;"
                             " data/README.md has more");
}

/* What is being read: a table and what users have added to it. */
struct reading {
    const struct table *table;
    char *columns[MAX_COLUMNS + 1];
    int count;
    void *context;
    json_t *seen;   /* the keys of the rows above, with their line, */
    json_t *before; /* and those of the files before this one */
};

/* Whether the row counts: not where a file before has one with the same in its first `key` fields; two in one
 * file are an error. Capitals, which IDs may have, are none. */
static bool is_new(struct reading *reading, const struct table_row *row, struct error *error)
{
    char text[MAX_LINE + 1] = "";
    size_t length = 0;
    for (int i = 0; i < reading->table->key; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s", i ? " " : "", row->fields[i]);
    for (char *c = text; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    const json_t *line = json_object_get(reading->seen, text);
    if (line)
        table_error(row, error, "\"%s\" stands in line %lld already", text, json_integer_value(line));
    else if (reading->table->key && json_object_set_new_nocheck(reading->seen, text, json_integer(row->line)))
        error_set(error, ERROR_NO_MEMORY, "no memory to read %s", row->path);
    return !error->code && !json_object_get(reading->before, text);
}

static void take_row(struct reading *reading, const struct table_row *row, int found,
                     struct table_summary *summary, struct error *error)
{
    if (found != reading->count)
        table_error(row, error, "%d fields where %d are expected, separated by tabs", found, reading->count);
    else if (is_new(reading, row, error) && !reading->table->each(reading->context, row, error))
        summary->rows++;
}

/* One file, of at most `max_text` bytes of text, 0 being no limit. */
static enum error_code read_file(struct reading *reading, const char *path, size_t max_text,
                                 struct table_summary *summary, struct error *error)
{
    struct line_reader *lines CLEANUP(line_reader_close) = NULL;
    struct table_summary so_far = {.rows = 0};
    char *fields[MAX_COLUMNS + 1];
    struct table_row row = {.path = path, .columns = reading->columns, .fields = fields};
    bool header_seen = false;
    size_t total = 0;
    if (line_reader_open(path, path, MAX_LINE, &lines, error))
        return error->code;
    while (!error->code) {
        const char *line;
        size_t length = 0;
        char copy[MAX_LINE + 1];
        enum line_status status = line_reader_next(lines, &line, &length, error);
        row.line = line_reader_number(lines);
        if (status == LINE_END || status == LINE_FAILED)
            break;
        total += length + 1;
        if (status == LINE_TOO_LONG || memchr(line, '\0', length) || !text_is_utf8(line, length))
            table_error(&row, error, "the line is too long, or no UTF-8 text");
        else if (max_text && total > max_text)
            table_error(&row, error, "the file has more than %zu MiB of text", max_text >> 20);
        else if (row.line == 1 && !(so_far.version = table_version(line)))
            reject_version(&row, error);
        if (error->code || line[0] == '#' || line[0] == '\0')
            continue;
        memcpy(copy, line, length + 1);
        if (header_seen)
            take_row(reading, &row, split(copy, fields), &so_far, error);
        else if (strcmp(line, reading->table->columns) != 0)
            table_error(&row, error,
                        "the line below the comments must name the columns, from \"%s\" to \"%s\"",
                        reading->columns[0], reading->columns[reading->count - 1]);
        header_seen = true;
    }
    row.line = 1;
    if (!error->code && !so_far.version) /* not one line */
        reject_version(&row, error);
    if (summary && !error->code)
        *summary = so_far;
    return error->code;
}

enum error_code table_read(const char *path, const struct table *table, void *context,
                           struct table_summary *summary, struct error *error)
{
    char names[MAX_NAMES];
    json_auto_t *seen = json_object();
    json_auto_t *before = json_object();
    struct reading reading = {.table = table, .context = context, .seen = seen, .before = before};
    snprintf(names, sizeof names, "%s", table->columns);
    reading.count = split(names, reading.columns);
    struct addition *addition = NULL;
    error->code = ERROR_NONE;
    while (!error->code && table->name && (addition = additions_next(addition, table->name))) {
        if (!read_file(&reading, addition->path, ADDITION_MAX_BYTES, &addition->summary, error) &&
            (json_object_update(before, seen) || json_object_clear(seen)))
            error_set(error, ERROR_NO_MEMORY, "no memory to read %s", path);
    }
    return error->code ? error->code : read_file(&reading, path, 0, summary, error);
}
