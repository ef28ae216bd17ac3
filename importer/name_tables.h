/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_NAME_TABLES_H
#define PASSTHRU_IMPORTER_NAME_TABLES_H

#include "core/error.h"
#include "db/builder.h"
#include "importer/table.h"

/* Read data/board-words.tsv and data/processors.tsv into a database, in this order and before any other
 * names. Errors name file and line. */
MUST_CHECK enum error_code board_words_read(const char *path, struct builder *builder,
                                            struct table_summary *summary, struct error *error);
MUST_CHECK enum error_code processors_read(const char *path, struct builder *builder,
                                           struct table_summary *summary, struct error *error);

#endif
