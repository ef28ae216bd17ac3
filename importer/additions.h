/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_ADDITIONS_H
#define PASSTHRU_IMPORTER_ADDITIONS_H

#include "core/error.h"
#include "importer/table.h"

/* A user's own rows for the tables of data/: files of the same names and columns in
 * $XDG_CONFIG_HOME/passthru/data.d (else $HOME/.config), then /etc/passthru/data.d. table_read reads them
 * before the table of that name, ours or a feed's; of rows with one key the first counts. */

enum { ADDITION_MAX_BYTES = 1 << 20 }; /* of text */

struct addition {
    char *path;
    const char *name;             /* of the table, table_kinds */
    char *table;                  /* the path of the table that the rows go before; NULL: none yet */
    struct table_summary summary; /* set by table_read */
};

/* Finds them and opens them for root, who may have become another user when they are read (core/owner.h):
 * before the source cache is opened, and once. What is not called *.tsv, and a directory that is not there,
 * are passed over. ERROR_BAD_INPUT: no table has that name, or it is not a regular file; ERROR_PERMISSION:
 * neither root nor who reads it owns it, or every user may write to it. */
MUST_CHECK enum error_code additions_hold(struct error *error);

/* From now on the table of that name is the file at `path`. */
void additions_attach(const char *name, const char *path);

/* The next of the additions to the table at `path`, or of all where that is NULL; `last` NULL begins. NULL
 * at the end. */
struct addition *additions_next(const struct addition *last, const char *path);

#endif
