/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_TABLE_H
#define PASSTHRU_IMPORTER_TABLE_H

#include <stdint.h>

#include "core/error.h"

/* The project's own data files: UTF-8, fields separated by tabs. The first line is `# version: N`, with an N
 * that every change raises; further lines that begin with # and empty lines are comments; the first other
 * line names the columns. A malformed line ends the reading: who edits a table wants to know, and the
 * current database stays. */
struct table_row {
    const char *path;
    long line;
    char **fields; /* as many as there are columns, each NUL-terminated; the reader's */
};

/* What was read of a table. */
struct table_summary {
    int64_t version; /* from 1 to TABLE_MAX_VERSION */
    int64_t rows;    /* without the one that names the columns */
};

enum { TABLE_MAX_VERSION = 999999999 };

/* Calls `each` with every row of `path`, whose columns must be exactly `columns`, and no two rows the same in
 * the first `key` of them; before that with those that users have added (importer/additions.h), which take
 * the place of rows with the same. Paths of rows stay valid. `summary` may be NULL; it is set when there is
 * no error, and is that of `path` alone. Errors name file and line. */
MUST_CHECK enum error_code table_read(const char *path, const char *const columns[], int count, int key,
                                      enum error_code (*each)(void *context, const struct table_row *row,
                                                              struct error *error),
                                      void *context, struct table_summary *summary, struct error *error);

/* An error that names the row's file and line. */
enum error_code table_error(const struct table_row *row, struct error *error, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* A field as a decimal number, all of it, within the bounds. */
MUST_CHECK enum error_code table_number(const struct table_row *row, const char *column, const char *text,
                                        double low, double high, double *value, struct error *error);

/* A field as four hexadecimal digits: a vendor of PCI. */
MUST_CHECK enum error_code table_vendor(const struct table_row *row, const char *column, const char *text,
                                        uint16_t *vendor, struct error *error);

/* A field as the code name of a chip, or the beginning of some with a * behind it. */
MUST_CHECK enum error_code table_chip(const struct table_row *row, const char *chip, struct error *error);

#endif
