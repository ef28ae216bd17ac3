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

enum { MAX_LINE = 8192, MAX_COLUMNS = 24 };

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

enum error_code table_number(const struct table_row *row, const char *column, const char *text, double low,
                             double high, double *value, struct error *error)
{
    char *end;
    double number = strtod(text, &end);
    if (!*text || *end || strspn(text, "0123456789.") != strlen(text) || number < low || number > high)
        return table_error(row, error, "%s must be a number from %g to %g, not \"%s\"", column, low, high,
                           text);
    *value = number;
    return ERROR_NONE;
}

enum error_code table_vendor(const struct table_row *row, const char *column, const char *text,
                             uint16_t *vendor, struct error *error)
{
    if (strlen(text) != 4 || strspn(text, "0123456789abcdefABCDEF") != 4)
        return table_error(row, error, "%s must be four hexadecimal digits, not \"%s\"", column, text);
    *vendor = (uint16_t)strtoul(text, NULL, 16);
    return error->code = ERROR_NONE;
}

enum error_code table_chip(const struct table_row *row, const char *chip, struct error *error)
{
    size_t plain = strcspn(chip, "*?[");
    if (!plain || plain >= CHIP_SIZE || (chip[plain] && strcmp(chip + plain, "*") != 0))
        return table_error(row, error, "chip must be a code name, with a * at its end or none, not \"%s\"",
                           chip);
    return error->code = ERROR_NONE;
}

/* Cuts a line at its tabs. Returns the number of fields, at most one more than fit. */
static int split(char *line, char *fields[MAX_COLUMNS + 1])
{
    int count = 0;
    for (char *rest = line, *field; count <= MAX_COLUMNS && (field = strsep(&rest, "\t"));)
        fields[count++] = field;
    return count;
}

static enum error_code check_header(const struct table_row *row, const char *const columns[], int count,
                                    int found, struct error *error)
{
    bool same = found == count;
    for (int i = 0; i < count && same; i++)
        same = strcmp(row->fields[i], columns[i]) == 0;
    if (same)
        return ERROR_NONE;
    return table_error(row, error, "the line below the comments must name the columns, from \"%s\" to \"%s\"",
                       columns[0], columns[count - 1]);
}

/* `# version: N` and nothing else: N without a sign, a leading 0 or a space after it. */
static enum error_code read_version(const struct table_row *row, const char *line, int64_t *version,
                                    struct error *error)
{
    static const char prefix[] = "# version: ";
    size_t start = sizeof prefix - 1;
    if (strncmp(line, prefix, start) == 0 && line[start] != '0') {
        size_t count = strspn(line + start, "0123456789");
        if (count > 0 && count <= 9 && !line[start + count]) {
            *version = strtol(line + start, NULL, 10);
            return ERROR_NONE;
        }
    }
    table_error(row, error, "the first line must be \"# version: N\", N a number from 1 to %d",
                TABLE_MAX_VERSION);
    return error_next(error, "begin the file with \"# version: 1\", or with the next number after a change;"
                             " data/README.md has more");
}

/* Whether no row above has the same in its first `key` fields; capitals, which IDs may have, are none. `seen`
 * has the line of each. */
static enum error_code check_new(const struct table_row *row, int key, json_t *seen, struct error *error)
{
    char text[MAX_LINE + 1] = "";
    size_t length = 0;
    for (int i = 0; i < key; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s", i ? " " : "", row->fields[i]);
    for (char *c = text; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    const json_t *line = json_object_get(seen, text);
    if (line)
        return table_error(row, error, "\"%s\" stands in line %lld already", text, json_integer_value(line));
    return !key || !json_object_set_new_nocheck(seen, text, json_integer(row->line))
               ? ERROR_NONE
               : error_set(error, ERROR_NO_MEMORY, "no memory to read %s", row->path);
}

enum error_code table_read(const char *path, const char *const columns[], int count, int key,
                           enum error_code (*each)(void *context, const struct table_row *row,
                                                   struct error *error),
                           void *context, struct table_summary *summary, struct error *error)
{
    struct line_reader *lines;
    struct table_summary so_far = {.rows = 0};
    char *fields[MAX_COLUMNS + 1];
    struct table_row row = {.path = path, .fields = fields};
    bool header_seen = false;
    json_auto_t *seen = json_object();
    if (line_reader_open(path, MAX_LINE, &lines, error))
        return error->code;
    for (;;) {
        const char *line;
        size_t length;
        char copy[MAX_LINE + 1];
        enum line_status status = line_reader_next(lines, &line, &length, error);
        row.line = line_reader_number(lines);
        if (status == LINE_END || status == LINE_FAILED)
            break;
        if (status == LINE_TOO_LONG || memchr(line, '\0', length) || !text_is_utf8(line, length)) {
            table_error(&row, error, "the line is too long, or no UTF-8 text");
            break;
        }
        if (row.line == 1 && read_version(&row, line, &so_far.version, error))
            break;
        if (line[0] == '#' || line[0] == '\0')
            continue;
        memcpy(copy, line, length + 1);
        int found = split(copy, fields);
        if (!header_seen)
            check_header(&row, columns, count, found, error);
        else if (found != count)
            table_error(&row, error, "%d fields where %d are expected, separated by tabs", found, count);
        else if (!check_new(&row, key, seen, error) && !each(context, &row, error))
            so_far.rows++;
        header_seen = true;
        if (error->code)
            break;
    }
    line_reader_close(lines);
    row.line = 1;
    if (!error->code && !so_far.version) /* not one line */
        read_version(&row, "", &so_far.version, error);
    if (summary && !error->code)
        *summary = so_far;
    return error->code;
}
