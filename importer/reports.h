#ifndef PASSTHRU_IMPORTER_REPORTS_H
#define PASSTHRU_IMPORTER_REPORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "db/builder.h"
#include "db/database.h"
#include "importer/problems.h"

enum { SHOWN_FILE_SIZE = 512 };

/* Files that reports are read from, one JSON object a line (plain, gzip or zstd). `path` is called in a
 * thread of its own. */
struct report_input {
    void *context;
    /* Stores the path of a file, from number 0; false when there are no more, or with the error set. */
    bool (*path)(void *context, int number, char path[DATABASE_PATH_SIZE], struct error *error);
    /* What messages call it. */
    void (*shown)(void *context, int number, char text[SHOWN_FILE_SIZE]);
    bool is_feed; /* the lines are those of a feed's segments (importer/feed_line.h) */
};

struct report_counts {
    int64_t reports; /* lines that are reports */
    int64_t retractions;
};

/* Reads reports into a database. A line that is no valid report is refused by name and the others go on; a
 * report that is there twice is told apart by the builder. `counts` and the refusals of `problems` are
 * increased. */
MUST_CHECK enum error_code reports_read(const struct report_input *input, struct builder *builder,
                                        int64_t source, struct report_counts *counts,
                                        struct problems *problems, struct error *error);

/* The same of one file. */
MUST_CHECK enum error_code reports_read_file(const char *path, const char *shown, struct builder *builder,
                                             int64_t source, struct report_counts *counts,
                                             struct problems *problems, struct error *error);

#endif
