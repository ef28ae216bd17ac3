/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_REBUILD_H
#define PASSTHRU_IMPORTER_REBUILD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "importer/problems.h"
#include "importer/remote.h"
#include "importer/source_cache.h"

/* A file that is to become a source. */
struct rebuild_file {
    const char *path;  /* - is standard input */
    const char *shown; /* what messages and the database call it */
    bool kind_known;   /* else its name and its first lines say */
    enum source_kind kind;
    struct incoming_source incoming; /* rebuild()'s own: what became of it */
};

/* Opens the project's own data for root, who may have become a user who cannot reach it when it is read
 * (core/owner.h): before the source cache is opened, and once. */
MUST_CHECK enum error_code rebuild_hold_data(const char *directory, struct error *error);

/* What an import is asked to do. */
struct rebuild_request {
    const char *database_path;
    const char *data_directory; /* its tables (*.tsv) and reports/ */
    struct rebuild_file *files; /* lists or reports to add */
    int file_count;
    const char *const
        *feeds; /* the feeds whose incoming manifest (source_cache.h) takes the place of the one in use */
    int feed_count;
    struct source_cache *cache; /* that the caller has open; NULL: it is opened for the time of the rebuild */
    bool force;                 /* take a pci.ids that looks cut short, go on without sources that are gone */
    void (*waiting)(void);
};

/* What a feed brings to the new database. */
struct rebuild_feed {
    char name[REMOTE_NAME_SIZE];
    int64_t source;
    int64_t reports;
    int64_t retracted; /* that it has retracted, or replaced by others */
};

struct rebuild_summary {
    char pci_ids_version[32];
    long devices;
    long gpus;
    int64_t reports;     /* in the new database */
    int64_t new_reports; /* from the files that were given */
    struct rebuild_feed feeds[MAX_REMOTES];
    int feed_count;
    long rejected; /* lines of the given files that were left out */
};

/* Rebuilds a database from its sources and the files given: pci.ids (given, cached, or the system's), the
 * project's data files, its bundled reports, and all report files in the source cache. On any error the old
 * database stays as it is. Refused report lines are no error here: the summary counts them. */
MUST_CHECK enum error_code rebuild(const struct rebuild_request *request, struct rebuild_summary *summary,
                                   struct problems *problems, struct error *error);

#endif
