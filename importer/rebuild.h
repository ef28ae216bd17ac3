#ifndef PASSTHRU_IMPORTER_REBUILD_H
#define PASSTHRU_IMPORTER_REBUILD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "importer/problems.h"

/* What an import is asked to do. */
struct rebuild_request {
    const char *database_path;
    const char *data_folder;  /* rules.tsv, facts.tsv, priors.tsv, prices.tsv, uses.tsv, reports/ */
    const char *const *files; /* pci.ids or report files to add; - is standard input */
    int file_count;
    bool force; /* take a pci.ids that looks cut short, go on without sources that are gone */
    void (*waiting)(void);
};

struct rebuild_summary {
    char pci_ids_version[32];
    long devices;
    long gpus;
    int64_t reports;     /* in the new database */
    int64_t new_reports; /* from the files that were given */
    long refused;        /* lines of the given files that were left out */
};

/* Rebuilds a database from its sources and the files given: pci.ids (given, cached, or the system's), the
 * project's data files, its bundled reports, and all report files in the source cache. On any error the old
 * database stays as it is. Refused report lines are no error here: the summary counts them. */
MUST_CHECK enum error_code rebuild(const struct rebuild_request *request, struct rebuild_summary *summary,
                                   struct problems *problems, struct error *error);

#endif
