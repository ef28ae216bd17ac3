/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CLI_QUERY_TABLE_H
#define PASSTHRU_CLI_QUERY_TABLE_H

#include "answer/answer.h"
#include "cli/output.h"

/* Several GPUs, a line each. */
void query_table_head(struct output *output);
void query_table_row(struct output *output, const struct answer *answer);

#endif
