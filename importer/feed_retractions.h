#ifndef PASSTHRU_IMPORTER_FEED_RETRACTIONS_H
#define PASSTHRU_IMPORTER_FEED_RETRACTIONS_H

#include "core/error.h"
#include "db/builder.h"
#include "importer/feed_cache.h"

/* What a feed has taken back, in feeds/NAME/retractions: the SHA-256 of the manifest, then the ids of the
 * reports, one a line. A database that goes on from another reads it in the place of all segments. */

/* Writes it, as a builder has it before it is complete, beside the one in use. */
MUST_CHECK enum error_code feed_retractions_write(const struct source_cache *cache, const char *name,
                                                  const char *manifest_hash, struct builder *builder,
                                                  int64_t source, struct error *error);

/* Puts it in the place of the one in use. */
MUST_CHECK enum error_code feed_retractions_keep(const struct source_cache *cache, const char *name,
                                                 struct error *error);

/* Has a builder take back what it lists. ERROR_BAD_INPUT when it is not there, not whole, or of another
 * manifest. */
MUST_CHECK enum error_code feed_retractions_read(const struct source_cache *cache, const char *name,
                                                 const char *manifest_hash, struct builder *builder,
                                                 int64_t source, struct error *error);

#endif
