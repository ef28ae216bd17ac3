#ifndef PASSTHRU_IMPORTER_TABLE_H
#define PASSTHRU_IMPORTER_TABLE_H

#include "core/error.h"

/* The project's own data files: UTF-8, fields separated by tabs, lines that begin with # and empty lines are
 * comments, the first other line names the columns. A malformed line ends the reading: who edits a table
 * wants to know, and the old database stays. */
struct table_row {
    const char *path;
    long line;
    char **fields; /* as many as there are columns, each NUL-terminated; the reader's */
};

/* Calls `each` with every row of `path`, whose columns must be exactly `columns`. `shown` is the name for
 * messages. Errors name file and line. */
MUST_CHECK enum error_code table_read(const char *path, const char *const columns[], int count,
                                      enum error_code (*each)(void *context, const struct table_row *row,
                                                              struct error *error),
                                      void *context, struct error *error);

/* An error that names the row's file and line. */
enum error_code table_error(const struct table_row *row, struct error *error, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* A field as a decimal number, all of it, within the bounds. */
MUST_CHECK enum error_code table_number(const struct table_row *row, const char *column, const char *text,
                                        double low, double high, double *value, struct error *error);

#endif
