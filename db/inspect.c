/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the database is made of, and whether it is intact. */

#include "db/database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/internal.h"

/* Made from schema/database.sql: the name of each table and what it holds; each CHECK, after the name of its
 * table; all of it. NULL at the end. */
extern const char *const database_tables[][2];
extern const char *const database_checks[][2];
extern const char *const database_sql[];

/* ---- who says so ---- */

/* The value that won in each attribute of a GPU. */
#define WINNERS                                                                                              \
    "SELECT pci_id, 'is_gpu' AS attribute, 0 AS rank, 'yes' AS value, is_gpu_confidence AS confidence,"      \
    " is_gpu_origin AS origin FROM gpu"                                                                      \
    " UNION ALL SELECT pci_id, 'chip', 0, chip, chip_confidence, chip_origin FROM gpu"                       \
    " UNION ALL SELECT pci_id, 'form_factor', 0, form_factor, form_factor_confidence, form_factor_origin"    \
    " FROM gpu UNION ALL SELECT pci_id, 'display', 0, display, display_confidence, display_origin FROM gpu"  \
    " UNION ALL SELECT pci_id, 'vbios', 0, vbios, vbios_confidence, vbios_origin FROM gpu"                   \
    " UNION ALL SELECT pci_id, 'reset', 0, reset, reset_confidence, reset_origin FROM gpu"

enum error_code database_each_stated_value(struct database *database, uint32_t pci_id,
                                           stated_value_visitor *each, void *context, struct error *error)
{
    static const char sql[] =
        "SELECT attribute, rank, value, confidence, text FROM (" WINNERS
        " UNION ALL SELECT pci_id, attribute, rank, value, confidence, origin FROM annotation) s"
        " JOIN origin o ON o.id = s.origin WHERE s.pci_id = ?1 ORDER BY attribute, rank";
    sqlite3_stmt *row = NULL;
    while (database_row(database, sql, SQL_VALUES(sql_integer(pci_id)), &row, error)) {
        struct stated_value value;
        int attribute = attribute_find(column_text(row, 0));
        if (attribute < 0)
            continue;
        value.attribute = (enum attribute)attribute;
        value.rank = column_count(row, 1);
        copy_column(row, 2, value.value, sizeof value.value);
        value.confidence = column_real(row, 3, 1);
        copy_column(row, 4, value.source, sizeof value.source);
        if (each(context, &value, error))
            break;
    }
    return error->code;
}

enum error_code database_each_conflict(struct database *database, conflict_visitor *each, void *context,
                                       struct error *error)
{
    /* Rules that stand below the one that won and say otherwise with less confidence are no conflict: that is
     * what their order is for. */
    static const char sql[] =
        "SELECT w.pci_id, d.name, w.attribute, w.value, w.confidence, o.text, l.value, l.confidence, p.text"
        " FROM (" WINNERS ") w JOIN annotation l ON l.pci_id = w.pci_id AND l.attribute = w.attribute"
        " JOIN device d ON d.pci_id = w.pci_id JOIN origin o ON o.id = w.origin JOIN origin p ON p.id = l.origin"
        " WHERE l.value <> w.value AND (l.confidence > w.confidence"
        " OR o.text NOT GLOB 'rule *' OR p.text NOT GLOB 'rule *')"
        " ORDER BY w.pci_id, w.attribute, l.rank";
    sqlite3_stmt *row = NULL;
    while (database_row(database, sql, SQL_NO_VALUES, &row, error)) {
        const struct conflict conflict = {
            .pci_id = column_pci_id(row, 0),
            .name = column_text(row, 1),
            .attribute = column_text(row, 2),
            .value = column_text(row, 3),
            .confidence = column_real(row, 4, 1),
            .source = column_text(row, 5),
            .other_value = column_text(row, 6),
            .other_confidence = column_real(row, 7, 1),
            .other_source = column_text(row, 8),
        };
        if (each(context, &conflict, error))
            break;
    }
    return error->code;
}

/* ---- what it holds ---- */

enum error_code database_each_source(struct database *database, source_visitor *each, void *context,
                                     struct error *error)
{
    static const char sql[] = "SELECT id, kind, name, version, date, hash, cached, records, rejected"
                              " FROM source ORDER BY id";
    sqlite3_stmt *row = NULL;
    while (database_row(database, sql, SQL_NO_VALUES, &row, error)) {
        const struct source_record source = {
            .id = column_integer(row, 0),
            .kind = column_text(row, 1),
            .name = column_text(row, 2),
            .version = column_text(row, 3),
            .date = column_text(row, 4),
            .hash = column_text(row, 5),
            .cached = column_flag(row, 6),
            .records = column_integer(row, 7),
            .rejected = column_integer(row, 8),
        };
        if (each(context, &source, error))
            break;
    }
    return error->code;
}

enum error_code database_pci_ids_version(struct database *database, char version[LIST_VERSION_SIZE],
                                         struct error *error)
{
    database_text(database, "SELECT replace(version, '.', '-') FROM source WHERE kind = 'pci.ids'",
                  SQL_NO_VALUES, version, LIST_VERSION_SIZE, error);
    return error->code;
}

static enum error_code count_rows(struct database *database, const char *table, int64_t *rows,
                                  struct error *error)
{
    char sql[80];
    sqlite3_stmt *statement = NULL;
    /* The index of names keeps no rows: it has one for each alias. count(*) would be one step of SQLite,
     * which nothing can end in a tree with a circle. */
    snprintf(sql, sizeof sql, "SELECT count(1) FROM %s", strcmp(table, "alias_words") == 0 ? "alias" : table);
    if (!database_prepare(database, sql, 0, &statement, error) && database_next(database, statement, error))
        *rows = column_integer(statement, 0);
    sqlite3_finalize(statement);
    return error->code;
}

enum error_code database_each_table(struct database *database, table_visitor *each, void *context,
                                    struct error *error)
{
    for (int i = 0; database_tables[i][0]; i++) {
        struct table_record table = {database_tables[i][0], database_tables[i][1], 0};
        if (count_rows(database, table.name, &table.rows, error) || each(context, &table, error))
            return error->code;
    }
    return ERROR_NONE;
}

enum error_code database_count(struct database *database, struct database_counts *counts, struct error *error)
{
    if (count_rows(database, "device", &counts->devices, error) ||
        count_rows(database, "gpu", &counts->gpus, error))
        return error->code;
    return count_rows(database, "report", &counts->reports, error);
}

enum error_code database_list_gpus(struct database *database, uint32_t **ids, int *count, struct error *error)
{
    int64_t most;
    sqlite3_stmt *row = NULL;
    *ids = NULL;
    *count = 0;
    if (count_rows(database, "gpu", &most, error))
        return error->code;
    *ids = most < MAX_ROWS ? calloc((size_t)most + 1, sizeof **ids) : NULL;
    if (!*ids)
        return error_set(error, ERROR_NO_MEMORY, "no memory for a list of GPUs");
    while (*count < most &&
           database_row(database, "SELECT pci_id FROM gpu ORDER BY pci_id", SQL_NO_VALUES, &row, error))
        (*ids)[(*count)++] = column_pci_id(row, 0);
    return error->code;
}

enum error_code database_latest_report(struct database *database, char date[REPORT_DATE_SIZE],
                                       struct error *error)
{
    database_text(database, "SELECT max(latest) FROM evidence", SQL_NO_VALUES, date, REPORT_DATE_SIZE, error);
    return error->code;
}

/* ---- whether it is intact ---- */

/* Runs one of SQLite's checks, which gives a row of a text: none, or "ok", is well. */
static enum error_code check(struct database *database, const char *sql, struct error *error)
{
    char found[121];
    char what[150];
    if (!database_text(database, sql, SQL_NO_VALUES, found, sizeof found, error) ||
        sqlite3_stricmp(found, "ok") == 0)
        return error->code;
    snprintf(what, sizeof what, "integrity check failed: %s", found);
    return database_damaged(database, what, error);
}

enum error_code database_check_pages(struct database *database, struct error *error)
{
    return check(database, "PRAGMA quick_check(1)", error);
}

/* Steps to the next row of two sorted lists of texts until the second one lacks a text of the first. */
static enum error_code compare_shapes(struct database *model, sqlite3_stmt *wanted, struct database *database,
                                      sqlite3_stmt *found, struct error *error)
{
    char what[150];
    while (database_next(model, wanted, error)) {
        int order = -1;
        while (order < 0 && database_next(database, found, error))
            order = strcmp(column_text(found, 0), column_text(wanted, 0));
        if (error->code || order == 0)
            continue;
        snprintf(what, sizeof what, "the tables lack \"%.100s\"", column_text(wanted, 0));
        return database_damaged(database, what, error);
    }
    return error->code;
}

/* Whether the tables, their columns and the types are those of schema/database.sql: a view or a table without
 * types may answer, and SQLite finds no fault with what is in them. There may be more. */
static enum error_code check_shape(struct database *database, struct error *error)
{
    static const char sql[] =
        "SELECT l.name || '.' || c.name || rtrim(' ' || c.type) || iif(c.\"notnull\", ' NOT NULL', '')"
        " || iif(c.pk, ' KEY ' || c.pk, '') || iif(l.strict, ' STRICT', '') || iif(l.wr, ' WITHOUT ROWID', '')"
        " FROM pragma_table_list l JOIN pragma_table_info(l.name) c"
        " WHERE l.schema = 'main' AND l.type IN ('table', 'virtual') AND l.name NOT LIKE 'sqlite%' ORDER BY 1";
    struct database model CLEANUP(database_release) = {.path = "(tables)"};
    sqlite3_stmt *wanted;
    sqlite3_stmt *found;
    int result = sqlite3_open(":memory:", &model.handle);
    if (result != SQLITE_OK)
        return database_sqlite_error(&model, result, error);
    if (database_run_script(&model, database_sql, error) ||
        database_query(&model, sql, SQL_NO_VALUES, &wanted, error) ||
        database_query(database, sql, SQL_NO_VALUES, &found, error))
        return error->code;
    return compare_shapes(&model, wanted, database, found, error);
}

/* What the pragma leaves out: SQLite reads no CHECK of a file that it opens for reading. */
static enum error_code check_values(struct database *database, struct error *error)
{
    char sql[500];
    error->code = ERROR_NONE;
    for (int i = 0; database_checks[i][0] && !error->code; i++) {
        const char *const *pair = database_checks[i];
        sqlite3_stmt *row = NULL;
        snprintf(sql, sizeof sql, "SELECT 1 FROM %s WHERE NOT (%s) LIMIT 1", pair[0], pair[1]);
        if (!database_prepare(database, sql, 0, &row, error) && database_next(database, row, error)) {
            snprintf(sql, sizeof sql, "a value in table %s is not %s", pair[0], pair[1]);
            database_damaged(database, sql, error);
        }
        sqlite3_finalize(row);
    }
    return error->code;
}

enum error_code database_check(struct database *database, struct error *error)
{
    static const char foreign[] = "SELECT type || ' ' || name || ' does not belong there' FROM sqlite_schema"
                                  " WHERE type IN ('view', 'trigger') LIMIT 1";
    int64_t rows;
    if (check(database, "PRAGMA integrity_check(1)", error) || check(database, foreign, error))
        return error->code;
    for (int i = 0; database_tables[i][0]; i++) /* an intact file may still lack a table */
        if (count_rows(database, database_tables[i][0], &rows, error))
            return error->code;
    if (check_shape(database, error) || check_values(database, error))
        return error->code;
    static const char unreadable[] =
        "SELECT 'report ' || seq || ' is not a JSON object' FROM report"
        " WHERE CASE WHEN json_valid(body) THEN json_type(body) <> 'object' ELSE 1 END LIMIT 1";
    if (check(database, unreadable, error))
        return error->code;
    return check(database,
                 "SELECT \"table\" || coalesce(' row ' || rowid, '') || ' refers to a row that is not in '"
                 " || \"parent\" FROM pragma_foreign_key_check LIMIT 1",
                 error);
}
