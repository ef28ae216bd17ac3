/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts the reports of a new database: schema/evidence.sql does it, with two functions of core. */

#include <stdlib.h>
#include <string.h>

#include "core/report_weight.h"
#include "db/builder_internal.h"

/* Made from schema/evidence.sql and schema/prices.sql. */
extern const char *const evidence_sql[];
extern const char *const prices_sql[];

/* report_month(date): the month as a number; -1: no date. */
static void sql_report_month(sqlite3_context *context, int count, sqlite3_value **values)
{
    const unsigned char *date = sqlite3_value_text(values[0]);
    (void)count;
    sqlite3_result_int(context, date ? report_month((const char *)date) : -1);
}

/* report_weight(month, newest month, is public, place among those of one sender on the ID from 1): in
 * millionths. A further report weighs a quarter of the one before: all together less than three from public
 * pages do. */
static void sql_report_weight(sqlite3_context *context, int count, sqlite3_value **values)
{
    int month = sqlite3_value_int(values[0]);
    int age = sqlite3_value_int(values[1]) - month;
    int64_t repeats = sqlite3_value_int64(values[3]) - 1;
    double weight = verdict_age_weight(month < 0 ? -1 : age < 0 ? 0 : age);
    (void)count;
    if (sqlite3_value_int(values[2]))
        weight *= verdict_public_weight;
    sqlite3_result_int64(context, repeats > 15 ? 0 : (int64_t)(weight * WEIGHT_UNIT) >> 2 * repeats);
}

static enum error_code add_functions(struct builder *builder, struct error *error)
{
    sqlite3 *handle = builder->database.handle;
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
    int result =
        sqlite3_create_function(handle, "report_month", 1, flags, NULL, sql_report_month, NULL, NULL);
    if (result == SQLITE_OK)
        result =
            sqlite3_create_function(handle, "report_weight", 4, flags, NULL, sql_report_weight, NULL, NULL);
    return result == SQLITE_OK ? ERROR_NONE : database_sqlite_error(&builder->database, result, error);
}

/* Keeps how many reports of each source were dropped, and why. */
static enum error_code load_dropped(struct builder *builder, struct error *error)
{
    static const char sql[] = "SELECT source, sum(count) FILTER (WHERE reason = 'duplicate'),"
                              " sum(count) FILTER (WHERE reason = 'retracted'),"
                              " sum(count) FILTER (WHERE reason = 'superseded'),"
                              " sum(count) FILTER (WHERE reason = 'without effect')"
                              " FROM dropped_of_source GROUP BY source";
    sqlite3_stmt *row;
    if (database_query(&builder->database, sql, SQL_NO_VALUES, &row, error))
        return error->code;
    while (database_next(&builder->database, row, error)) {
        size_t size = ((size_t)builder->dropped_count + 1) * sizeof *builder->dropped;
        struct dropped_reports *dropped = realloc(builder->dropped, size);
        if (!dropped)
            return error_set(error, ERROR_NO_MEMORY, "no memory to count reports");
        builder->dropped = dropped;
        dropped[builder->dropped_count++] = (struct dropped_reports){
            sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1), sqlite3_column_int64(row, 2),
            sqlite3_column_int64(row, 3), sqlite3_column_int64(row, 4)};
    }
    return error->code;
}

/* Computes the verdict on the GPU of a row (ID, class, chip, prior). NULL: unknown. */
static enum error_code judge(struct builder *builder, sqlite3_stmt *row, struct sql_value *usable,
                             struct error *error)
{
    struct evidence evidence[EVIDENCE_LEVELS];
    struct prior prior;
    char id_key[PCI_ID_TEXT_SIZE];
    struct pci_id id = pci_id_from_number((uint32_t)sqlite3_column_int64(row, 0));
    if (database_prior_of(&builder->database, sqlite3_column_int(row, 3), &prior, error) ||
        evidence_fetch(&builder->database, column_text(row, 1), column_text(row, 2),
                       pci_id_print(&id, id_key), evidence, error))
        return error->code;
    struct verdict verdict = verdict_compute(&prior, evidence);
    *usable = verdict.level == LEVEL_UNKNOWN ? sql_text(NULL) : sql_real(verdict.usable);
    return ERROR_NONE;
}

/* GPUs without a report of their own have one verdict where class, which decides the prior, and chip are
 * the same: of such, which come before those with reports, the first is judged. */
static enum error_code judge_all(struct builder *builder, struct error *error)
{
    static const char sql[] =
        "SELECT k.pci_id, k.class_key, k.chip_key, c.prior, k.class_key || ' ' || k.chip_key AS keys,"
        " k.pci_id IN (SELECT pci_id FROM counted) AS own FROM gpu_key k JOIN class_prior c"
        " ON c.class_key = k.class_key WHERE k.chassis = '' ORDER BY keys, own";
    char keys[2 * KEY_SIZE] = "";
    struct sql_value usable = sql_text(NULL);
    sqlite3_stmt *row;
    if (database_query(&builder->database, sql, SQL_NO_VALUES, &row, error))
        return error->code;
    while (database_next(&builder->database, row, error)) {
        bool is_same = !sqlite3_column_int(row, 5) && strcmp(keys, column_text(row, 4)) == 0;
        copy_column(row, 4, keys, sizeof keys);
        if ((!is_same && judge(builder, row, &usable, error)) ||
            database_run(&builder->database, "UPDATE gpu SET prior = ?1, usable = ?2 WHERE pci_id = ?3",
                         SQL_VALUES(sql_reference(sqlite3_column_int(row, 3)), usable,
                                    sql_integer(sqlite3_column_int64(row, 0))),
                         error))
            break;
    }
    return error->code;
}

enum error_code evidence_store(struct builder *builder, struct error *error)
{
    if (add_functions(builder, error) || database_run_script(&builder->database, evidence_sql, error) ||
        load_dropped(builder, error) || judge_all(builder, error) ||
        database_run_script(&builder->database, prices_sql, error))
        return error->code;
    return alternatives_store(builder, error);
}
