/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "hub/store_driver.h"

static enum error_code visit_line(void *context, const char *const columns[], struct error *error)
{
    const struct store_visit *visit = context;
    struct store_line line = {.is_retraction = strcmp(columns[1], "retract") == 0,
                              .id = columns[2],
                              .json = columns[3],
                              .reason = columns[4]};
    if (store_number(columns[0], &line.number, error) || store_number(columns[5], &line.time, error) ||
        (!line.is_retraction && store_check_json(line.id, line.json, error)))
        return error->code;
    return visit->each.line(visit->context, &line, error);
}

enum error_code store_each_line(struct store *store, int64_t first, int64_t last, store_line_visitor *each,
                                void *context, struct error *error)
{
    struct store_visit visit = {{.line = each}, context};
    struct store_values values;
    store_fill(&values, "nn", first, last);
    return store_run(store,
                     "SELECT d.number, d.feed, d.report, r.json, d.reason, d.time FROM decision d"
                     " JOIN report r ON r.id = d.report WHERE d.number BETWEEN $1 AND $2 AND d.feed <> ''"
                     " ORDER BY d.number",
                     &values, visit_line, &visit, NULL, error);
}

enum error_code store_last_line(struct store *store, int64_t *number, struct error *error)
{
    *number = 0;
    return store_run(store, "SELECT coalesce(max(number), 0) FROM decision", NULL, store_read_number, number,
                     NULL, error);
}

/* ---- segments ---- */

static enum error_code visit_segment(void *context, const char *const columns[], struct error *error)
{
    const struct store_visit *visit = context;
    struct store_segment found;
    snprintf(found.segment.sha256, sizeof found.segment.sha256, "%s", columns[0]);
    if (store_number(columns[1], &found.segment.size, error) ||
        store_number(columns[2], &found.segment.records, error) ||
        store_number(columns[3], &found.first, error) || store_number(columns[4], &found.last, error) ||
        store_number(columns[5], &found.dropped, error))
        return error->code;
    /* It names a file; that of one which was purged is made anew, under another name. */
    if (strncmp(columns[0], "purged ", 7) != 0 &&
        (!store_is_sha256(columns[0]) || found.segment.size > SEGMENT_MAX_BYTES ||
         found.segment.records > SEGMENT_MAX_RECORDS))
        return error_set(error, ERROR_DATABASE_DAMAGED, "segment %.12s in the store is damaged", columns[0]);
    return visit->each.segment(visit->context, &found, error);
}

enum error_code store_each_segment(struct store *store, store_segment_visitor *each, void *context,
                                   struct error *error)
{
    struct store_visit visit = {{.segment = each}, context};
    return store_run(store,
                     "SELECT sha256, size, records, first, last, dropped FROM segment ORDER BY first, last",
                     NULL, visit_segment, &visit, NULL, error);
}

enum error_code store_keep_segments(struct store *store, const struct store_segment segments[], int count,
                                    int64_t now, int64_t forget, struct error *error)
{
    if (store_begin(store, true, error))
        return error->code;
    store_do(store, error, "UPDATE segment SET dropped = $1 WHERE dropped = 0", "n", now);
    for (int i = 0; i < count && !error->code; i++)
        store_do(store, error,
                 "INSERT INTO segment (sha256, size, records, first, last) VALUES ($1, $2, $3, $4, $5)"
                 " ON CONFLICT (sha256) DO UPDATE SET dropped = 0",
                 "tnnnn", segments[i].segment.sha256, segments[i].segment.size, segments[i].segment.records,
                 segments[i].first, segments[i].last);
    if (!error->code)
        store_do(store, error,
                 "DELETE FROM segment WHERE (dropped > 0 AND dropped < $1) OR sha256 LIKE 'purged %'", "n",
                 forget);
    return store_end(store, error);
}
