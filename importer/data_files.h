/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_DATA_FILES_H
#define PASSTHRU_IMPORTER_DATA_FILES_H

#include "core/error.h"
#include "db/builder.h"
#include "importer/table.h"

/* Read data/priors.tsv and data/subvendors.tsv into a database. Errors name file and line. */
MUST_CHECK enum error_code priors_read(const char *path, struct builder *builder,
                                       struct table_summary *summary, struct error *error);
MUST_CHECK enum error_code subvendors_read(const char *path, struct builder *builder,
                                           struct table_summary *summary, struct error *error);
#endif
