/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_REBUILD_INTERNAL_H
#define PASSTHRU_IMPORTER_REBUILD_INTERNAL_H

/* What the files importer/rebuild*.c share. Nobody else includes it. */

#include "db/builder.h"
#include "importer/annotator.h"
#include "importer/product_list.h"
#include "importer/rebuild.h"
#include "importer/tables.h"

struct rebuild {
    const struct rebuild_request *request;
    struct rebuild_summary *summary;
    struct problems *problems;
    struct problems quiet; /* for files whose problems were reported when they were first imported */
    struct source_cache *cache;
    int64_t bundled_source; /* of the bundled reports */
    long current_devices;   /* of the pci.ids in use; 0: there is none */
    struct builder *builder;
    struct annotator *annotator;
    struct device_names names;
    struct samples samples;
    struct product_list products;
    struct product_list claims; /* what graphics drivers of the kernel claim */
    struct chosen_table {
        char name[TABLE_NAME_SIZE];
        struct path path;
        char feed[REMOTE_NAME_SIZE];
    } chosen[MANIFEST_MAX_TABLES]; /* those of a feed that take the place of the data directory's */
    int chosen_count;
    bool has_tables; /* all of them are read */
};

/* ---- rebuild_lists.c ---- */

/* Whether a feed's incoming manifest is to be used. */
bool rebuild_feed_is_incoming(const struct rebuild *work, const char *name);

/* A list that may come from several places. */
struct found_list {
    char path[DATABASE_PATH_SIZE]; /* "": none anywhere, which is no error */
    const char *shown;             /* may be that path */
    const char *hash;              /* NULL: not given this time */
    bool cached;
    struct problems *problems;
};

/* The file that was given, else the one imported before, else the system's. */
void rebuild_find_list(struct rebuild *work, enum source_kind kind, struct found_list *list);

/* Loads the lists of products and what the kernel's graphics drivers claim. */
MUST_CHECK enum error_code rebuild_load_lists(struct rebuild *work, struct error *error);

/* ranges.tsv, each row of which is annotated; its context is the struct rebuild. */
extern const struct table rebuild_ranges_table;

/* ---- rebuild_knowledge.c ---- */

/* Decides which tables of feeds are used. */
MUST_CHECK enum error_code rebuild_choose_tables(struct rebuild *work, struct error *error);

/* The path of a file of the project's data, or of the table of a feed that takes its place; a user's
 * additions go before either. */
struct path rebuild_data_path(const struct rebuild *work, const char *name);

/* Says what to do after an error in a table, where users have added to tables. */
void rebuild_blame_additions(struct error *error);

/* After an error of a build: whether a table of a feed is at fault, which is said and not used any more. */
bool rebuild_drop_table(struct rebuild *work, const struct error *error);

/* ---- rebuild_devices.c ---- */

/* Reads the given pci.ids, else the newest of the cached one, the system's and the installed one, adds what
 * data/names.tsv has newer, and annotates each GPU. The annotator, the names and the lists have been loaded.
 */
MUST_CHECK enum error_code rebuild_read_devices(struct rebuild *work, struct error *error);

/* ---- rebuild_reports.c ---- */

/* Reads the bundled reports, those that were imported before, those of the given files, and those of the
 * feeds. */
MUST_CHECK enum error_code rebuild_read_reports(struct rebuild *work, struct error *error);

#endif
