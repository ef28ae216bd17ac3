#ifndef PASSTHRU_IMPORTER_SYNC_H
#define PASSTHRU_IMPORTER_SYNC_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "importer/manifest.h"
#include "importer/problems.h"
#include "importer/remote.h"
#include "importer/signature.h"
#include "importer/transfer.h"

/* Brings what the remotes have, and builds one new database with it. */

/* What a sync is asked to do. */
struct sync_request {
    const char *database_path;
    const char *data_folder;
    const char *const *names; /* of the remotes to ask; none: all that are enabled */
    int name_count;
    bool list;    /* only tell what is had of each; nothing is asked */
    bool dry_run; /* ask, and download manifests, but change nothing */
    bool force;   /* take a list that is older or much shorter than the one in use; never a feed */
    bool json;
    bool quiet;
    struct transfer_limits limits;
    transfer_progress *progress; /* NULL: nobody wants to know */
    void (*waiting)(void);       /* before it has to wait for the lock; may be NULL */
};

enum sync_state {
    SYNC_ENABLED,      /* nothing was asked: request.list */
    SYNC_DISABLED,     /* by its file; asked only when it is named, told only with request.list */
    SYNC_UP_TO_DATE,   /* the remote has nothing new */
    SYNC_WOULD_UPDATE, /* it has, but request.dry_run */
    SYNC_UPDATED,      /* what it has is in the database */
    SYNC_FAILED        /* error says why; what was had of it stays in use */
};

enum { SYNC_VERSION_SIZE = 64 };

/* What became of one remote. Texts of a server are hostile. */
struct sync_remote {
    char name[REMOTE_NAME_SIZE];
    enum remote_kind kind;
    enum sync_state state;
    char url[REMOTE_URL_SIZE];
    char version[SYNC_VERSION_SIZE];              /* as the list or the manifest states it; "" none */
    char fetched[MANIFEST_TIME_SIZE];             /* when what is in use was fetched; "" never */
    char expires[MANIFEST_TIME_SIZE];             /* of a feed; "" of a list */
    char trusted_comment[SIGNATURE_COMMENT_SIZE]; /* of a feed's signature; "" none */
    uint64_t received;                            /* bytes that came over the network */
    uint64_t missing_bytes;                       /* with request.dry_run: of the segments to be fetched */
    double seconds;                               /* until it was fetched */
    int segments;                                 /* of the feed */
    int segments_fetched;                         /* with request.dry_run: that would be */
    int segments_kept;                            /* that were there before */
    int64_t added;                                /* reports */
    int64_t retracted;
    struct error error; /* SYNC_FAILED: ERROR_REMOTE, or what the system refused */
};

struct sync_summary {
    struct sync_remote *remotes; /* by name */
    int remote_count;
    bool updated; /* there is a new database */
    uint64_t received;
    double download_seconds;
    double apply_seconds; /* from then until the new database was in its place */
    int64_t reports;      /* in the new database; 0 where there is none */
    int64_t new_reports;
    long refused; /* records of feeds that were left out */
};

/* Asks the remotes and builds one new database of what they have. A remote that fails is no error here: its
 * entry in the summary says so, and the others land. Returns an error when the whole could not be done, and
 * the database is as it was: ERROR_USAGE (there is no such remote), ERROR_BAD_INPUT (a remote's file is
 * wrong), what rebuild() returns. The summary is set in any case; the caller frees it. */
MUST_CHECK enum error_code sync_run(const struct sync_request *request, struct sync_summary *summary,
                                    struct problems *problems, struct error *error);
void sync_summary_free(struct sync_summary *summary);

/* The word of a state: "enabled", "disabled", "up-to-date", "would-update", "updated", "failed". */
const char *sync_state_word(enum sync_state state);

#endif
