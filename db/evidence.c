/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts the reports of a new database: schema/drop_reports.sql and schema/evidence.sql do it, with two
 * functions of core, and between them core/report_weight.h says what a report weighs for how it came to be
 * known. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/report_weight.h"
#include "db/builder_internal.h"

/* Made from the files of schema/ that are called so. */
extern const char *const drop_reports_sql[];
extern const char *const evidence_sql[];
extern const char *const prices_sql[];

/* report_month(date): the month as a number; -1: no date. */
static void sql_report_month(sqlite3_context *context, int count, sqlite3_value **values)
{
    const unsigned char *date = sqlite3_value_text(values[0]);
    (void)count;
    sqlite3_result_int(context, date ? report_month((const char *)date) : -1);
}

/* report_weight(month, newest month, is public, place among those of one sender on the ID from 1, factor of
 * its sample): in millionths. A further report weighs a quarter of the one before: all together less than
 * three alike do. */
static void sql_report_weight(sqlite3_context *context, int count, sqlite3_value **values)
{
    int month = sqlite3_value_int(values[0]);
    int age = sqlite3_value_int(values[1]) - month;
    int64_t repeats = sqlite3_value_int64(values[3]) - 1;
    double weight = sqlite3_value_double(values[4]);
    (void)count;
    if (sqlite3_value_int(values[2]))
        weight *= verdict_public_weight;
    weight *= verdict_age_weight(month < 0 ? -1 : age < 0 ? 0 : age);
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
            sqlite3_create_function(handle, "report_weight", 5, flags, NULL, sql_report_weight, NULL, NULL);
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
    sqlite3_stmt *row = NULL;
    while (database_row(&builder->database, sql, SQL_NO_VALUES, &row, error)) {
        if (!ARRAY_GROW(builder->dropped, builder->dropped_count))
            return error_set(error, ERROR_NO_MEMORY, "no memory to count reports");
        builder->dropped[builder->dropped_count++] = (struct dropped_reports){
            sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1), sqlite3_column_int64(row, 2),
            sqlite3_column_int64(row, 3), sqlite3_column_int64(row, 4)};
    }
    return error->code;
}

/* ---- how the reports came to be known ---- */

/* Adds up what each source has; its rows follow each other. */
static enum error_code add_up_samples(struct builder *builder, struct sample_sums *sums, struct error *error)
{
    static const char sql[] = "SELECT source, sample, outcome, count FROM sample_count ORDER BY source";
    int64_t counts[SAMPLE_COUNT][OUTCOME_COUNT] = {{0}};
    int64_t source = -1;
    sqlite3_stmt *row = NULL;
    memset(sums, 0, sizeof *sums);
    while (database_row(&builder->database, sql, SQL_NO_VALUES, &row, error)) {
        int sample = vocabulary_find(&vocabulary_sample, column_text(row, 1));
        int outcome = vocabulary_find(&vocabulary_outcome, column_text(row, 2));
        if (sqlite3_column_int64(row, 0) != source) {
            sample_sums_add(sums, counts, source == 0);
            memset(counts, 0, sizeof counts);
            source = sqlite3_column_int64(row, 0);
        }
        counts[sample][outcome] = column_count(row, 3);
    }
    sample_sums_add(sums, counts, source == 0);
    return error->code;
}

static enum error_code store_samples(struct builder *builder, struct error *error)
{
    enum { MOST_REPORTS = 2 }; /* that the reference is worth in a verdict */
    struct sample_sums sums;
    if (add_up_samples(builder, &sums, error))
        return error->code;
    struct sample_rates rates = sample_rates_compute(&sums);
    double worth = rates.reports < MOST_REPORTS ? rates.reports : MOST_REPORTS;
    for (int sample = 0; sample < SAMPLE_COUNT; sample++)
        for (int i = 0; i < OUTCOME_COUNT; i++)
            if (INSERT(builder, error, "INSERT INTO sample_rate VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                       sql_word(&vocabulary_sample, sample), sql_word(&vocabulary_outcome, i),
                       sql_real((double)sums.reports[sample][i] / 1e6), sql_real(rates.rate[sample][i]),
                       sql_real(rates.reference[i]), sql_real(rates.factor[sample][i])))
                return error->code;
    return INSERT(builder, error, "INSERT INTO reference VALUES (?1, ?2, ?3, ?4)",
                  sql_integer(llround(WEIGHT_UNIT * worth * rates.reference[0])),
                  sql_integer(llround(WEIGHT_UNIT * worth * rates.reference[1])),
                  sql_integer(llround(WEIGHT_UNIT * worth * rates.reference[2])),
                  sql_integer(llround(WEIGHT_UNIT * worth * rates.reference[3])));
}

/* The reports on a part of a GPU have keys of their own. */
static enum error_code add_shared_keys(struct builder *builder, struct error *error)
{
    sqlite3_stmt *row = NULL;
    while (database_row(&builder->database,
                        "SELECT s.pci_id, s.share FROM shared s JOIN gpu g ON g.pci_id = s.pci_id",
                        SQL_NO_VALUES, &row, error)) {
        struct device device;
        struct pci_id id = pci_id_from_number(column_pci_id(row, 0));
        if (database_find_device(&builder->database, &id, &device, error) ||
            builder_add_keys(builder, &device.gpu, (enum share)sqlite3_column_int(row, 1), error))
            break;
    }
    return error->code;
}

/* ---- the verdicts ---- */

/* Computes the verdict on the GPU of a row (ID, class, chip, prior), NULL: unknown, and counts the reports on
 * its ID. */
static enum error_code judge(struct builder *builder, sqlite3_stmt *row, struct error *error)
{
    struct evidence evidence[EVIDENCE_LEVELS];
    struct prior prior;
    char id_key[PCI_ID_TEXT_SIZE];
    uint32_t pci_id = column_pci_id(row, 0);
    if (database_prior_of(&builder->database, column_row(row, 3), &prior, error) ||
        evidence_fetch(&builder->database, column_text(row, 1), column_text(row, 2),
                       pci_id_print_number(pci_id, id_key), evidence, NULL, error))
        return error->code;
    struct verdict verdict = verdict_compute(&prior, evidence);
    return INSERT(builder, error, "UPDATE gpu SET prior = ?1, usable = ?2, reports = ?3 WHERE pci_id = ?4",
                  sql_reference(prior.number),
                  verdict.level == LEVEL_UNKNOWN ? sql_text(NULL) : sql_real(verdict.usable),
                  sql_integer(evidence_total(&evidence[EVIDENCE_ID])), sql_integer(pci_id));
}

static enum error_code judge_all(struct builder *builder, struct error *error)
{
    static const char sql[] = "SELECT pci_id, class_key, chip_key, prior FROM gpu_key"
                              " WHERE chassis = '' AND share = 'whole'";
    sqlite3_stmt *row = NULL;
    while (database_row(&builder->database, sql, SQL_NO_VALUES, &row, error) && !judge(builder, row, error))
        continue;
    return error->code;
}

enum error_code evidence_store(struct builder *builder, struct error *error)
{
    if (add_functions(builder, error) || add_shared_keys(builder, error) ||
        database_run_script(&builder->database, drop_reports_sql, error) || store_samples(builder, error) ||
        database_run_script(&builder->database, evidence_sql, error) || load_dropped(builder, error) ||
        judge_all(builder, error) || database_run_script(&builder->database, prices_sql, error))
        return error->code;
    return alternatives_store(builder, error);
}
