/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_TABLE_H
#define PASSTHRU_IMPORTER_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/vocabulary.h"

/* The project's own data files: UTF-8, fields separated by tabs. The first line is `# version: N`, with an N
 * that every change raises; further lines that begin with # and empty lines are comments; the first other
 * line names the columns. A malformed line ends the reading: who edits a table wants to know, and the
 * current database stays. */
struct table_row {
    const char *path;
    long line;
    char *const *columns; /* their names */
    char **fields;        /* as many as there are columns, each NUL-terminated; the reader's */
};

/* What was read of a table. */
struct table_summary {
    int64_t version; /* from 1 to TABLE_MAX_VERSION */
    int64_t rows;    /* without the one that names the columns */
};

enum { TABLE_MAX_VERSION = 999999999 };

/* The version that the first line of a table states, 0 when it is not just that. */
int64_t table_version(const char *line);

/* How a table is read. */
struct table {
    const char *columns; /* their names, with tabs between them */
    int key;             /* how many of them, from the first, tell the rows apart */
    enum error_code (*each)(void *context, const struct table_row *row, struct error *error);
    const char *name; /* of its file in data/, to which users may add; NULL: it is none of these */
};

/* Calls `each` with every row of `path`, which must have just these columns, and no two rows the same in its
 * key; before that with those that users have added (below), which take the place of rows with the same.
 * Paths of rows stay valid. `summary` may be NULL; it is set when there is no error, and is that of `path`
 * alone. Errors name file and line. */
MUST_CHECK enum error_code table_read(const char *path, const struct table *table, void *context,
                                      struct table_summary *summary, struct error *error);

/* An error that names the row's file and line. */
enum error_code table_error(const struct table_row *row, struct error *error, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* A field as a decimal number, all of it, within the bounds; the second one takes no fraction. */
MUST_CHECK enum error_code table_number(const struct table_row *row, int column, double low, double high,
                                        double *value, struct error *error);
MUST_CHECK enum error_code table_whole(const struct table_row *row, int column, int low, int high, int *value,
                                       struct error *error);

/* A field as a value of a vocabulary, which must not be `unknown`. */
MUST_CHECK enum error_code table_value(const struct table_row *row, int column,
                                       const struct vocabulary *vocabulary, int *value, struct error *error);

/* A field as four hexadecimal digits: a vendor of PCI. */
MUST_CHECK enum error_code table_hex4(const struct table_row *row, int column, uint16_t *number,
                                      struct error *error);

/* Takes exactly four hexadecimal digits of a text: sscanf would take a sign, a space or 0x as well. */
bool take_hex4(const char **text, uint16_t *value);

/* A text as the code name of a chip, or the beginning of some with a * behind it. */
MUST_CHECK enum error_code table_chip(const struct table_row *row, const char *chip, struct error *error);

/* Of structs that begin with a PCI ID and are sorted by it: the index of the first that is not below this
 * one, `count` when there is none. */
int array_first(const void *items, int count, size_t size, uint32_t pci_id);

/* How a field becomes a member of a struct. */
struct table_field {
    int column;
    enum { FIELD_TEXT, FIELD_NUMBER, FIELD_WHOLE, FIELD_VALUE } type; /* of char[], double, int, an enum */
    size_t offset;                                                    /* of the member */
    size_t size;                                                      /* of a text, with its NUL */
    bool (*fits)(const char *text);                                   /* whether it is one; NULL: any is */
    double low;
    double high;
    const struct vocabulary *vocabulary;
    bool must_be_there; /* else it may be empty, and the member stays as it is */
};

/* Fills in a struct of zeros. */
MUST_CHECK enum error_code table_fill(const struct table_row *row, const struct table_field fields[],
                                      size_t count, void *target, struct error *error);

/* A user's own rows for the tables of data/: files of the same names and columns in
 * $XDG_CONFIG_HOME/passthru/data.d (else $HOME/.config), then /etc/passthru/data.d. table_read reads them
 * before the table of that name, ours or a feed's; of rows with one key the first counts. */

enum { ADDITION_MAX_BYTES = 1 << 20 }; /* of text */

struct addition {
    char *path;
    const char *name;             /* of the table, table_kinds */
    struct table_summary summary; /* set by table_read */
};

/* Finds them and opens them for root, who may have become another user when they are read (core/owner.h):
 * before the source cache is opened, and once. What is not called *.tsv, and a directory that is not there,
 * are passed over. ERROR_BAD_INPUT: no table has that name, or it is not a regular file; ERROR_PERMISSION:
 * neither root nor who reads it owns it, or every user may write to it. */
MUST_CHECK enum error_code additions_hold(struct error *error);

/* The next of the additions to the table of that name, or of all where it is NULL; `last` NULL begins. NULL
 * at the end. */
struct addition *additions_next(const struct addition *last, const char *name);

#endif
