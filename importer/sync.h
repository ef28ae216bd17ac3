/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_SYNC_H
#define PASSTHRU_IMPORTER_SYNC_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "feed/signature.h"
#include "importer/problems.h"
#include "importer/source_cache.h"
#include "importer/transfer.h"

/* Fetches what the remotes have, and builds one new database with it. */

/* What is remembered of a remote from one sync to the next: remotes/NAME.json in the source cache. All of it
 * can be lost: the next sync then fetches more than it needs to. */
struct remote_state {
    char url[REMOTE_URL_SIZE];     /* that it was fetched from */
    char etag[TRANSFER_ETAG_SIZE]; /* of the current copy, which is in the database; "" */
    char last_modified[TRANSFER_DATE_SIZE];
    char fetched[MANIFEST_TIME_SIZE];         /* when that was, "" never */
    char version[64];                         /* of a list, as it states it */
    int64_t seen_version;                     /* of a feed: the highest that was ever verified, 0 none */
    char seen_hash[MANIFEST_HASH_SIZE];       /* SHA-256 of that manifest; of a list in use */
    char seen_key[SIGNATURE_KEY_NUMBER_SIZE]; /* the number of the key that has signed it; "" not known */
    int64_t retracted;                        /* reports of the feed that are taken back */
};

/* Reads it; all empty when there is none or it is damaged. What its server called it (ETag, Last-Modified) is
 * empty where it is of another address. */
void remote_state_load(const struct source_cache *cache, const char *name, const char *url,
                       struct remote_state *state);

/* Writes it. */
MUST_CHECK enum error_code remote_state_save(const struct source_cache *cache, const char *name,
                                             const struct remote_state *state, struct error *error);

/* Has a transfer ask only for something else than what the state is of. */
void remote_state_ask(const struct remote_state *state, struct transfer *transfer);

/* Remembers what the server calls what it has answered. Returns whether it was called otherwise before. */
bool remote_state_take_tags(struct remote_state *state, const struct transfer *answer);

enum sync_state {
    SYNC_ENABLED,      /* only listed: nothing was asked */
    SYNC_DISABLED,     /* by its file; asked only when it is named, shown only in a list */
    SYNC_UP_TO_DATE,   /* the remote has nothing new */
    SYNC_WOULD_UPDATE, /* it has, and that is not in the database yet */
    SYNC_UPDATED,      /* what it has is in the database */
    SYNC_FAILED        /* error says why; the last good copy stays in use */
};

enum { SYNC_VERSION_SIZE = 64 };

/* What became of one remote, for its user. Texts of a server are hostile. */
struct remote_result {
    enum sync_state state;
    char version[SYNC_VERSION_SIZE];              /* as the list or the manifest states it; "" none */
    char expires[MANIFEST_TIME_SIZE];             /* of a feed; "" of a list */
    char trusted_comment[SIGNATURE_COMMENT_SIZE]; /* of a feed's signature; "" none */
    uint64_t received;                            /* bytes that came over the network */
    uint64_t missing_bytes;                       /* with dry_run: of the segments to be fetched */
    double seconds;                               /* until it was fetched */
    int segments;                                 /* of the feed */
    int segments_fetched;                         /* with dry_run: that would be */
    int segments_kept;                            /* that were there before */
    int64_t added;                                /* reports */
    int64_t retracted;
    struct error error; /* SYNC_FAILED: ERROR_REMOTE, or what the system denied */
};

/* Fetching from one remote: what sync.c, list_update.c and feed_*.c share. */
struct remote_update {
    const struct remote *remote;
    struct source_cache *cache;
    struct transfers *transfers;
    bool dry_run; /* ask, and download manifests, but change nothing */
    bool force;   /* take a list that is older or much shorter than the current one; never a feed */
    int64_t now;  /* seconds since 1970 */
    char current_version[SYNC_VERSION_SIZE]; /* of what the database has; "" none, or it states none */
    int64_t current_records;                 /* of that: devices, products or reports; 0: none */
    char current_hash[MANIFEST_HASH_SIZE];   /* of that feed its manifest's SHA-256 */
    struct remote_state state;               /* read before, to be saved when the new database is in place */
    struct remote_result result;             /* filled in here but for state, error and seconds */
    bool has_new;                  /* there is something that the database in use was not made from */
    char path[DATABASE_PATH_SIZE]; /* of a list that was fetched; the caller removes it */
};

/* Asks for a list and checks what came: ERROR_REMOTE when it is older than the current one, more than a fifth
 * shorter, or does not parse. */
MUST_CHECK enum error_code list_update(struct remote_update *update, struct error *error);

/* For struct list_kind: checks of what came, ERROR_BAD_INPUT when it is no such list. */
MUST_CHECK enum error_code list_check_pci_ids(struct remote_update *update, struct error *error);
MUST_CHECK enum error_code list_check_products(struct remote_update *update, struct error *error);

/* Asks for a feed's manifest, verifies it, and fetches the segments that are missing into the cache. The new
 * manifest then lies there for the next rebuild. ERROR_REMOTE: the feed is rejected, or could not be fetched.
 */
MUST_CHECK enum error_code feed_update(struct remote_update *update, struct error *error);

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
