/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/series.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "hub/site.h"
#include "hub/template.h"

enum { MAX_ROWS = 1000, COLUMNS = 4 };

/* "GeForce RTX 30" becomes "geforce-rtx-30". */
static void make_slug(const char *name, char slug[SERIES_NAME_SIZE])
{
    site_path_part(name, slug, SERIES_NAME_SIZE);
    for (char *c = slug; *c; c++)
        *c = (char)tolower((unsigned char)*c);
}

/* The first row of the same page. */
static struct series *find_first(const struct series_table *table, const char *slug)
{
    for (int i = 0; i < table->count; i++)
        if (strcmp(table->rows[i].slug, slug) == 0)
            return &table->rows[i];
    return NULL;
}

/* Splits a line at its tabs. What is wrong with it, NULL: nothing. */
static const char *take_row(struct series_table *table, char *line)
{
    const char *fields[COLUMNS + 1] = {NULL};
    struct series row = {.gpus = 0};
    int count = 0;
    for (char *field; count <= COLUMNS && (field = strsep(&line, "\t"));)
        fields[count++] = field;
    if (count != COLUMNS || !*fields[COLUMNS - 1])
        return "a row is vendor, pattern, series and source, with a tab between them";
    if (strlen(fields[0]) != 4 || strspn(fields[0], "0123456789abcdef") != 4)
        return "the vendor must be four hexadecimal digits";
    if (!*fields[1] || strlen(fields[1]) >= sizeof row.pattern)
        return "the pattern must have 1 to 63 bytes";
    if (strlen(fields[2]) >= sizeof row.name)
        return "the name of a series must have 1 to 47 bytes";
    row.vendor = (uint16_t)strtoul(fields[0], NULL, 16);
    memcpy(row.pattern, fields[1], strlen(fields[1]) + 1);
    memcpy(row.name, fields[2], strlen(fields[2]) + 1);
    make_slug(row.name, row.slug);
    const struct series *same = find_first(table, row.slug);
    if (!row.slug[0])
        return "the name of a series must have a letter or a digit";
    if (same && (same->vendor != row.vendor || strcmp(same->name, row.name) != 0))
        return "another series has the same page: give this one another name";
    if (table->count == MAX_ROWS)
        return "there are more than 1000 rows";
    table->rows[table->count++] = row;
    return NULL;
}

enum error_code series_read(const char *directory, struct series_table *table, struct error *error)
{
    struct template file;
    bool is_head = true;
    *table = (struct series_table){.rows = calloc(MAX_ROWS, sizeof *table->rows)};
    if (template_read(directory, "series.tsv", &file, error))
        ; /* it says why */
    else if (!table->rows)
        error_set(error, ERROR_NO_MEMORY, "no memory for %s", file.path);
    char *rest = error->code || !file.text.length ? NULL : file.text.data;
    char *line;
    for (int number = 1; !error->code && (line = strsep(&rest, "\n")); number++) {
        const char *wrong = NULL;
        if (*line == '#' || !*line)
            continue;
        if (!is_head)
            wrong = take_row(table, line);
        else if (strcmp(line, "vendor\tpattern\tseries\tsource") != 0)
            wrong =
                "the first row must name the columns: vendor, pattern, series, source, with a tab between them";
        if (wrong)
            error_set(error, ERROR_BAD_INPUT, "%s:%d: %s", file.path, number, wrong);
        is_head = false;
    }
    template_free(&file);
    return error->code;
}

void series_free(struct series_table *table)
{
    free(table->rows);
}

struct series *series_find(const struct series_table *table, uint16_t vendor, const char *name)
{
    for (int i = 0; i < table->count; i++)
        if (table->rows[i].vendor == vendor && fnmatch(table->rows[i].pattern, name, FNM_CASEFOLD) == 0)
            return find_first(table, table->rows[i].slug);
    return NULL;
}
