/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_REPORTS_H
#define PASSTHRU_IMPORTER_REPORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "db/builder.h"
#include "importer/problems.h"
#include "importer/tables.h"

/* A file of reports, one JSON object a line (plain, gzip or zstd). */
struct report_file {
    const char *path;
    const char *shown; /* what messages call it */
    bool is_bundled;   /* it came with the program: people find a GPU by the name that a report gives it */
    bool is_feed;      /* the lines are those of a feed's segment (feed/manifest.h) */
};

/* A source of reports, which may have several files. */
struct report_source {
    struct source_record record; /* with its number in the database */
    int64_t retractions;
};

/* Reads a file of reports into a database. A line that is no valid report, or a retraction too many, is
 * rejected by name and the others go on; a report that is there twice is found by the builder. Valid reports,
 * retractions and rejected lines are added to what `source` has. What is odd in a report that is taken (a
 * sample that is not believed, an address that tells none, a fix for a symptom that is not there) is said. */
MUST_CHECK enum error_code reports_read(const struct report_file *file, const struct samples *samples,
                                        struct builder *builder, struct report_source *source,
                                        struct problems *problems, struct error *error);

#endif
