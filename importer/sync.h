/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_SYNC_H
#define PASSTHRU_IMPORTER_SYNC_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "importer/problems.h"
#include "importer/remote_update.h"

/* Fetches what the remotes have, and builds one new database with it. */

/* What a sync is asked to do. */
struct sync_request {
    const char *database_path;
    const char *data_directory;
    const char *const *names; /* of the remotes to ask; none: all that are enabled */
    int name_count;
    bool list;    /* only show what is here of each; nothing is asked */
    bool dry_run; /* ask, and download manifests, but change nothing */
    bool force;   /* take a list that is older or much shorter than the current one; never a feed */
    bool json;
    bool quiet;
    struct transfer_limits limits;
    transfer_progress *progress; /* NULL: nobody wants to know */
    void (*waiting)(void);       /* before it has to wait for the lock; may be NULL */
};

struct sync_summary {
    struct remotes configured;
    struct remote_update *remotes; /* those that were asked or listed, by name */
    int remote_count;
    bool updated; /* there is a new database */
    uint64_t received;
    double download_seconds;
    double apply_seconds; /* from then until the new database was in its place */
    int64_t reports;      /* in the new database; 0 where there is none */
    int64_t new_reports;
    long rejected; /* records of feeds that were left out */
};

/* Asks the remotes and builds one new database of what they have. A remote that fails is no error here: its
 * entry in the summary says so, and the others land. Returns an error when the whole could not be done, and
 * the database is as it was: ERROR_USAGE (there is no such remote), ERROR_BAD_INPUT (a remote's file is
 * wrong), what rebuild() returns. The summary is set in any case; the caller frees it. */
MUST_CHECK enum error_code sync_run(const struct sync_request *request, struct sync_summary *summary,
                                    struct problems *problems, struct error *error);
void sync_summary_free(struct sync_summary *summary);

/* The name of a state: "enabled", "disabled", "up-to-date", "would-update", "updated", "failed". */
const char *sync_state_name(enum sync_state state);

#endif
