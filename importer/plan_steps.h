/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_PLAN_STEPS_H
#define PASSTHRU_IMPORTER_PLAN_STEPS_H

#include "core/error.h"
#include "db/builder.h"
#include "importer/table.h"

/* Reads data/plan.tsv into a database. Errors name file and line. */
MUST_CHECK enum error_code plan_steps_read(const char *path, struct builder *builder,
                                           struct table_summary *summary, struct error *error);

#endif
