#ifndef PASSTHRU_IMPORTER_REPORTS_H
#define PASSTHRU_IMPORTER_REPORTS_H

#include <stdint.h>

#include "core/error.h"
#include "db/builder.h"
#include "importer/problems.h"

/* Reads reports, one JSON object a line (plain, gzip or zstd), into a database. A line that is no
 * valid report is refused by name and the others go on; a report that is there twice is told apart by the
 * builder. `valid`, the number of lines that are reports, and the refusals of `problems` are increased. */
MUST_CHECK enum error_code reports_read(const char *path, const char *shown_path, struct builder *builder,
                                        int64_t source, int64_t *valid, struct problems *problems,
                                        struct error *error);

#endif
