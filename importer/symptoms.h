/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_SYMPTOMS_H
#define PASSTHRU_IMPORTER_SYMPTOMS_H

#include "core/error.h"
#include "db/builder.h"
#include "importer/table.h"

/* Reads data/symptoms.tsv into a database. The example line of each row must show this row, unless something
 * else in a log decides; a condition must be one of core/symptom_condition.h and name rows that are there.
 * Errors name file and line. */
MUST_CHECK enum error_code symptoms_read(const char *path, struct builder *builder,
                                         struct table_summary *summary, struct error *error);

/* Reads data/codes.tsv into a database: what the codes mean that patterns of symptoms have found. */
MUST_CHECK enum error_code codes_read(const char *path, struct builder *builder,
                                      struct table_summary *summary, struct error *error);

#endif
