/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_SERIES_H
#define PASSTHRU_HUB_SERIES_H

#include <stdint.h>

#include "core/error.h"

/* Which series a GPU belongs to by its name, "GeForce RTX 30": series.tsv, which lies with the templates. */
enum { SERIES_NAME_SIZE = 48, SERIES_PATTERN_SIZE = 64 };
struct series {
    uint16_t vendor;
    char pattern[SERIES_PATTERN_SIZE]; /* of fnmatch(3) */
    char name[SERIES_NAME_SIZE];
    char slug[SERIES_NAME_SIZE]; /* its directory below series/, "geforce-rtx-30" */
    int gpus;                    /* counted by who lists them */
    int reports;
};

/* The rows of the file. A series that has several is the first of them. */
struct series_table {
    struct series *rows;
    int count;
};

/* Reads DIRECTORY/series.tsv; the caller frees the table, also after an error. ERROR_BAD_INPUT with file and
 * line. A table of zeros may be freed. */
MUST_CHECK enum error_code series_read(const char *directory, struct series_table *table,
                                       struct error *error);
void series_free(struct series_table *table);

/* The series of a GPU; NULL where no row fits. The first one of the file comes first in memory. */
struct series *series_find(const struct series_table *table, uint16_t vendor, const char *name);

#endif
