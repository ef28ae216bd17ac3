/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_DB_BUILDER_INTERNAL_H
#define PASSTHRU_DB_BUILDER_INTERNAL_H

/* What db/builder*.c and db/evidence.c share. Nobody else includes it. The file calls the
 * evidence, and both the builder. */

#include "db/builder.h"
#include "db/internal.h"

struct builder {
    struct database database; /* so that a verdict is computed as a reader computes it */
    char path[DATABASE_PATH_SIZE];
    bool published;
    struct dropped_reports *dropped; /* by source, once the reports are counted */
    int dropped_count;
    struct known_words known_words; /* once the first alias is added */
};

/* Runs an insertion, or an update, with the values that follow. */
#define INSERT(builder, error, sql, ...)                                                                     \
    database_run(&(builder)->database, sql, SQL_VALUES(__VA_ARGS__), error)

/* The row of data/chips.tsv that is about a GPU, NULL where there is none, by the numbers of the parameters
 * that are its vendor, its chip, and its ID as a text, "" for a range of them. */
#define FEATURES(vendor, chip, id)                                                                           \
    "(SELECT id FROM chip WHERE vendor = ?" #vendor " AND (?" #chip " GLOB chip OR ?" #id " GLOB chip)"      \
    " ORDER BY id LIMIT 1)"

/* Notes by what the reports on a part of a GPU, or on the whole, are counted: in any machine, and in those
 * that settle its form factor. */
MUST_CHECK enum error_code builder_add_keys(struct builder *builder, const struct gpu *gpu, enum share share,
                                            struct error *error);

/* Runs statements that take no values. */
MUST_CHECK enum error_code builder_execute(struct builder *builder, const char *sql, struct error *error);

/* Stores what to buy instead, once each GPU has its verdict and each card its prices. */
MUST_CHECK enum error_code alternatives_store(struct builder *builder, struct error *error);

/* Drops the reports that do not count, counts all others, and stores the verdict on each GPU, the price of
 * each card and what to buy instead. */
MUST_CHECK enum error_code evidence_store(struct builder *builder, struct error *error);

#endif
