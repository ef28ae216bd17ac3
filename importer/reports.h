#ifndef PASSTHRU_IMPORTER_REPORTS_H
#define PASSTHRU_IMPORTER_REPORTS_H

#include <stdint.h>

#include "core/error.h"
#include "db/builder.h"
#include "importer/problems.h"

struct report_counts {
    int64_t valid; /* lines that are reports */
    int64_t added; /* those of them that the database did not have yet */
};

/* Reads reports, one JSON object a line (plain, gzip or zstd), into a database. A line that is no
 * valid report is refused by name and the others go on. A report that the database has already is
 * no error and is not added again. `counts` and the refusals of `problems` are increased. */
MUST_CHECK enum error_code reports_read(const char *path, const char *shown_path, struct builder *builder,
                                        int64_t source, struct report_counts *counts,
                                        struct problems *problems, struct error *error);

#endif
