/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/gpu_ranges.h"

#include <stdio.h>
#include <string.h>

enum {
    RANGE_VENDOR,
    RANGE_FIRST,
    RANGE_LAST,
    RANGE_CHIP,
    RANGE_GENERATION,
    RANGE_FORM_FACTOR,
    RANGE_CONFIDENCE,
    RANGE_SOURCE,
    RANGE_COLUMNS
};
static const char *const range_columns[RANGE_COLUMNS] = {"vendor",     "first",       "last",       "chip",
                                                         "generation", "form_factor", "confidence", "source"};

struct visit {
    gpu_range_visitor *each;
    void *context;
};

static enum error_code take_number(const struct table_row *row, int column, uint32_t *number,
                                   struct error *error)
{
    const char *text = row->fields[column];
    if (strlen(text) != 4 || strspn(text, "0123456789abcdef") != 4)
        return table_error(row, error, "%s must be four hexadecimal digits in lower case, not \"%s\"",
                           range_columns[column], text);
    sscanf(text, "%4x", number);
    return ERROR_NONE;
}

static enum error_code take_text(const struct table_row *row, int column, char *target, size_t size,
                                 struct error *error)
{
    const char *text = row->fields[column];
    if (!*text || strlen(text) >= size)
        return table_error(row, error, "%s must have 1 to %zu bytes", range_columns[column], size - 1);
    snprintf(target, size, "%s", text);
    return ERROR_NONE;
}

static enum error_code visit_row(void *context, const struct table_row *row, struct error *error)
{
    const struct visit *visit = context;
    struct gpu_range range;
    uint32_t vendor;
    if (take_number(row, RANGE_VENDOR, &vendor, error) ||
        take_number(row, RANGE_FIRST, &range.first, error) ||
        take_number(row, RANGE_LAST, &range.last, error) ||
        take_text(row, RANGE_CHIP, range.chip, sizeof range.chip, error) ||
        take_text(row, RANGE_GENERATION, range.generation, sizeof range.generation, error) ||
        take_text(row, RANGE_SOURCE, range.source, sizeof range.source, error) ||
        table_number(row, "confidence", row->fields[RANGE_CONFIDENCE], 0.0, 1.0, &range.confidence, error))
        return error->code;
    if (range.first > range.last)
        return table_error(row, error, "first is greater than last");
    int form_factor = vocabulary_find(&vocabulary_form_factor, row->fields[RANGE_FORM_FACTOR]);
    if (form_factor <= FORM_FACTOR_UNKNOWN)
        return table_error(row, error, "\"%s\" is not a value of form_factor",
                           row->fields[RANGE_FORM_FACTOR]);
    range.first |= vendor << 16;
    range.last |= vendor << 16;
    range.form_factor = (enum form_factor)form_factor;
    return visit->each(visit->context, &range, error);
}

enum error_code gpu_ranges_read(const char *path, gpu_range_visitor *each, void *context,
                                struct table_summary *summary, struct error *error)
{
    struct visit visit = {each, context};
    return table_read(path, range_columns, RANGE_COLUMNS, RANGE_LAST + 1, visit_row, &visit, summary, error);
}
