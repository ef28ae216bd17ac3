#ifndef PASSTHRU_IMPORTER_REBUILD_INTERNAL_H
#define PASSTHRU_IMPORTER_REBUILD_INTERNAL_H

/* What importer/rebuild.c and importer/rebuild_lists.c share. Nobody else includes it. */

#include "core/buffer.h"
#include "db/builder.h"
#include "importer/annotator.h"
#include "importer/driver_claims.h"
#include "importer/product_list.h"
#include "importer/rebuild.h"
#include "importer/source_cache.h"

struct rebuild {
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

/* Reads the bundled reports, those that were imported before, those of the given files, and those of the
 * feeds. */
MUST_CHECK enum error_code rebuild_read_reports(struct rebuild *work, struct error *error);

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
