/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_SYMPTOMS_H
#define PASSTHRU_IMPORTER_SYMPTOMS_H

#include "core/error.h"
#include "db/builder.h"
#include "importer/table.h"

/* Reads data/symptoms.tsv into a database. Each example line must show the signature of its own line and no
 * other. Errors name file and line. */
MUST_CHECK enum error_code symptoms_read(const char *path, struct builder *builder,
                                         struct table_summary *summary, struct error *error);

#endif
