/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_DATA_FILES_H
#define PASSTHRU_IMPORTER_DATA_FILES_H

#include "core/error.h"
#include "db/builder.h"
#include "importer/table.h"

/* Read data/priors.tsv, data/prices.tsv, data/subvendors.tsv and data/uses.tsv into a database. Errors
 * name file and line. */
MUST_CHECK enum error_code priors_read(const char *path, struct builder *builder,
                                       struct table_summary *summary, struct error *error);
MUST_CHECK enum error_code prices_read(const char *path, struct builder *builder,
                                       struct table_summary *summary, struct error *error);
MUST_CHECK enum error_code subvendors_read(const char *path, struct builder *builder,
                                           struct table_summary *summary, struct error *error);
MUST_CHECK enum error_code uses_read(const char *path, struct builder *builder, struct table_summary *summary,
                                     struct error *error);

#endif
