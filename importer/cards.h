/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_CARDS_H
#define PASSTHRU_IMPORTER_CARDS_H

#include "core/error.h"
#include "db/builder.h"
#include "importer/table.h"

/* Read data/chips.tsv, data/cards.tsv and data/prices.tsv into a database, in this order: a card needs its
 * chip, and a price without a card is an error. Errors name file and line. */
MUST_CHECK enum error_code chips_read(const char *path, struct builder *builder,
                                      struct table_summary *summary, struct error *error);
MUST_CHECK enum error_code cards_read(const char *path, struct builder *builder,
                                      struct table_summary *summary, struct error *error);
MUST_CHECK enum error_code prices_read(const char *path, struct builder *builder,
                                       struct table_summary *summary, struct error *error);

#endif
