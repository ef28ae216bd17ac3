#ifndef PASSTHRU_IMPORTER_REBUILD_INTERNAL_H
#define PASSTHRU_IMPORTER_REBUILD_INTERNAL_H

/* What importer/rebuild.c and importer/rebuild_lists.c share. Nobody else includes it. */

#include "core/buffer.h"
#include "db/builder.h"
#include "importer/annotator.h"
#include "importer/driver_claims.h"
#include "importer/feed_cache.h"
#include "importer/product_list.h"
#include "importer/rebuild.h"
#include "importer/source_cache.h"

/* A source of reports of the database in use. */
struct old_source {
    int64_t id;
    bool is_feed;
    bool is_cached;
    int64_t records;
    int64_t refused;
    char name[256];
    char hash[65];
    struct manifest manifest; /* of a feed that fits, its segments sorted */
};

/* What the database in use was made of, as far as a new one may go on from it. */
struct old_database {
    char program[MANIFEST_HASH_SIZE]; /* the SHA-256 of the program that built it; "" not known */
    int64_t reports;
    int64_t duplicates; /* reports that it left out because they were there twice */
    struct old_source *sources;
    int source_count;
};

/* The source of the bundled reports, as it was read. */
struct bundled_reports {
    int64_t source; /* 0: it was not */
    int64_t reports;
    int64_t refused;
};

struct rebuild {
    struct bundled_reports bundled;
    struct old_database old;
    bool continues; /* the new database goes on from the old one: its reports are there already */
    bool misfits;   /* it cannot, as has been found out on the way */
    const struct rebuild_request *request;
    struct rebuild_summary *summary;
    struct problems *problems;
    struct problems quiet; /* for files whose problems were told when they were first imported */
    struct source_cache *cache;
    struct builder *builder;
    struct annotator *annotator;
    struct annotation_result *annotation;
    struct product_list *products;
    uint32_t open_gpu; /* the GPU read last, if it is sold both ways: its subsystems may tell; else 0 */
    char open_gpu_name[256];
    struct driver_claims *claims;     /* NULL: no modules.alias anywhere */
    struct incoming_source *incoming; /* one for each file */
    int64_t *new_sources;             /* for each file: its number as a source; 0 unless it brings reports */
    char vendor[256];
    struct buffer words;
    long old_devices;
    bool source_gone; /* a report file that the old database was made from */
};

/* The path of a file of the project's data. */
void rebuild_data_path(const struct rebuild *work, const char *name, char path[DATABASE_PATH_SIZE]);

/* A step of a rebuild that reads the program's own data directory, taken as who started the program
 * (importer/owner.h): root who works in another user's directory has become that user, who may not be able to
 * reach the data. */
typedef enum error_code rebuild_step(struct rebuild *work, struct error *error);
MUST_CHECK enum error_code rebuild_as_starter(struct rebuild *work, rebuild_step *step, struct error *error);

/* Reads the bundled reports, those that were imported before, those of the given files, and those of the
 * feeds. */
MUST_CHECK enum error_code rebuild_read_reports(struct rebuild *work, struct error *error);

/* Keeps what the next rebuild needs of the feeds. */
MUST_CHECK enum error_code rebuild_keep_feeds(struct rebuild *work, struct error *error);

/* Finds out how large the database in use is, and which sources it was made from; ERROR_BAD_INPUT when one of
 * them is gone. A database that cannot be read is no obstacle to building another. */
MUST_CHECK enum error_code rebuild_look_at_old(struct rebuild *work, struct error *error);
void rebuild_forget_old(struct rebuild *work);

/* Whether all reports of the old database would come into the new one just as they are. */
bool rebuild_can_continue(struct rebuild *work);

/* A source whose reports are there already, a feed by its name, else by its hash; NULL when they must be
 * read. */
const struct old_source *rebuild_find_old(const struct rebuild *work, bool is_feed, const char *name_or_hash);

/* Notes which program builds the database and, where another may go on from it, of which bundled reports. */
MUST_CHECK enum error_code rebuild_record_program(struct rebuild *work, struct error *error);

/* The BLAKE2b-256 of names and contents of all files in a folder. */
void rebuild_hash_folder(const char *folder, char hash[65]);

/* Whether a feed's incoming manifest is to be used. */
bool rebuild_feed_is_incoming(const struct rebuild *work, const char *name);

void rebuild_sort_segments(struct manifest *manifest);
bool rebuild_has_segment(const struct manifest *sorted, const struct segment *segment);

/* Loads the lists of products and what the kernel's graphics drivers claim. */
MUST_CHECK enum error_code rebuild_load_lists(struct rebuild *work, struct error *error);

/* Stores one product that is sold under an ID, with what its name tells, which goes to `said`. */
MUST_CHECK enum error_code rebuild_add_product(struct rebuild *work, const struct pci_id *id,
                                               const char *name, const struct product *product,
                                               struct annotation *said, struct error *error);

/* Stores all products that are sold under an ID and returns what they tell of the ID as such: one form factor
 * if all agree, `either` if card and laptop chip are among them. */
MUST_CHECK enum error_code rebuild_add_products(struct rebuild *work, const struct pci_id *id,
                                                const char *name, struct product_hint *hint,
                                                struct error *error);

#endif
