/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CLI_QUERY_TABLE_H
#define PASSTHRU_CLI_QUERY_TABLE_H

#include "answer/answer.h"
#include "cli/output.h"
#include "db/search.h"

/* Several GPUs, a line each. */
void query_table_head(struct output *output);
void query_table_row(struct output *output, const struct answer *answer);

/* The products that a name may mean, a line each: what was understood, the rows, and what is next. `number`
 * is that of the first hit of a product, `answer` what is known of it; how many lines that took, 1 or 2. */
void query_names_head(struct output *output, const struct name_search *search, const char *name);
int query_names_row(struct output *output, const struct name_search *search, int number,
                    const struct answer *answer);
void query_names_end(struct output *output, const struct name_search *search, int rows);

/* Where a name means one product: what was understood, if that is not what was asked for; and, after the
 * answer, which IDs are the same product, and which GPU has that name in the other form factor. */
void query_names_understood(struct output *output, const struct name_search *search, const char *name);
const struct name_hit *query_names_sibling(const struct name_search *search);
void query_names_also(struct output *output, const struct name_search *search, const struct answer *sibling);

#endif
