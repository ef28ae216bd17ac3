#ifndef PASSTHRU_IMPORTER_REMOTE_UPDATE_H
#define PASSTHRU_IMPORTER_REMOTE_UPDATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "importer/problems.h"
#include "importer/remote_state.h"
#include "importer/sync.h"

/* Fetching from one remote: what sync.c, list_update.c and feed_update.c share. */
struct remote_update {
    const struct sync_request *request;
    const struct remote *remote;
    struct source_cache *cache;
    struct transfers *transfers;
    int64_t now;                   /* seconds since 1970 */
    long devices_in_use;           /* of the pci.ids in use; 0: none */
    char pci_ids_in_use[64];       /* its version */
    struct remote_state state;     /* read before, to be saved when the new database is in place */
    struct sync_remote *told;      /* what is told of it: filled in here but for state and error */
    bool has_new;                  /* there is something that the database in use was not made from */
    char path[DATABASE_PATH_SIZE]; /* of a list that was fetched */
    struct problems quiet;
};

/* Asks for a list (pci.ids, amdgpu.ids) and looks at what came: ERROR_REMOTE when it is older than the one in
 * use, more than a fifth shorter, or does not parse. */
MUST_CHECK enum error_code list_update(struct remote_update *update, struct error *error);

/* Asks for a feed's manifest, verifies it, and fetches the segments that are missing into the cache. The new
 * manifest then lies there for the next rebuild. ERROR_REMOTE: the feed is refused, or could not be fetched.
 */
MUST_CHECK enum error_code feed_update(struct remote_update *update, struct error *error);

/* Now, or any time, as "2026-11-22T10:00:00Z". */
void remote_time(int64_t seconds, char text[MANIFEST_TIME_SIZE]);

#endif
