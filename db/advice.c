/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reports on a GPU, what was tried, and what to buy instead. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/card_rank.h"
#include "db/database.h"
#include "db/internal.h"

/* ---- reports ---- */

static enum error_code find_attempts(struct database *database, int64_t number, struct shown_report *report,
                                     struct error *error)
{
    static const char sql[] =
        "SELECT fix, result, purpose FROM report_attempt WHERE report = ?1 ORDER BY place";
    sqlite3_stmt *row = NULL;
    while (report->attempt_count < REPORT_MAX_ATTEMPTS &&
           database_row(database, sql, SQL_VALUES(sql_integer(number)), &row, error)) {
        int result = vocabulary_find(&vocabulary_result, column_text(row, 1));
        const char *purpose = column_text(row, 2);
        struct report_attempt *attempt = &report->attempts[report->attempt_count];
        if (result < 0)
            return database_damaged(database, "an attempt has a result that cannot be", error);
        *attempt = (struct report_attempt){strdup(column_text(row, 0)), (enum result)result,
                                           *purpose ? strdup(purpose) : NULL};
        report->attempt_count++;
        if (!attempt->fix || (*purpose && !attempt->purpose))
            return error_set(error, ERROR_NO_MEMORY, "no memory for a report");
    }
    return error->code;
}

/* Reads a report into one that is all zero. SQLite takes the few fields out of its JSON in a tenth of the
 * time that it takes to read and validate the whole, which was done when the report came in. */
static enum error_code read_report(struct database *database, sqlite3_stmt *row, bool with_attempts,
                                   struct shown_report *report, struct error *error)
{
    int outcome = vocabulary_find(&vocabulary_outcome, column_text(row, 2));
    int sample = vocabulary_find(&vocabulary_sample, column_text(row, 3 + (int)ARRAY_SIZE(report->texts)));
    if (outcome < 0 || sample < 0)
        return database_damaged(database, "a report has an outcome or a sample that cannot be", error);
    copy_column(row, 1, report->id, sizeof report->id);
    report->outcome = (enum outcome)outcome;
    report->sample = (enum sample)sample;
    for (size_t i = 0; i < ARRAY_SIZE(report->texts); i++) {
        const char *text = column_text(row, 3 + (int)i);
        if (*text && !(report->texts[i] = strdup(text)))
            return error_set(error, ERROR_NO_MEMORY, "no memory for a report");
    }
    return with_attempts ? find_attempts(database, column_integer(row, 0), report, error) : error->code;
}

enum error_code database_find_reports(struct database *database, uint32_t pci_id, enum share share, int limit,
                                      bool with_attempts, struct shown_report **reports, int *count,
                                      struct error *error)
{
    static const char sql[] =
        "SELECT seq, lower(hex(id)), outcome, date, body ->> 'machine', nullif(chassis, 'unknown'),"
        " body ->> 'hypervisor', body ->> 'guest_os', body ->> 'firmware', body ->> 'url', body ->> 'note',"
        " sample FROM report WHERE pci_id = ?1 AND share = ?2 ORDER BY date DESC, id LIMIT ?3";
    sqlite3_stmt *row = NULL;
    *reports = NULL;
    *count = 0;
    while (database_row(
        database, sql,
        SQL_VALUES(sql_integer(pci_id), sql_word(&vocabulary_share, (int)share), sql_integer(limit)), &row,
        error)) {
        if (!ARRAY_GROW(*reports, *count))
            return error_set(error, ERROR_NO_MEMORY, "no memory for %d reports", *count + 1);
        struct shown_report *report = &(*reports)[(*count)++];
        *report = (struct shown_report){.attempt_count = 0};
        if (read_report(database, row, with_attempts, report, error))
            break;
    }
    return error->code;
}

void database_free_reports(struct shown_report *reports, int count)
{
    for (int i = 0; i < count; i++) {
        for (size_t k = 0; k < ARRAY_SIZE(reports[i].texts); k++)
            free(reports[i].texts[k]);
        for (int k = 0; k < reports[i].attempt_count; k++) {
            free((char *)reports[i].attempts[k].fix);
            free((char *)reports[i].attempts[k].purpose);
        }
    }
    free(reports);
}

enum error_code database_find_report_years(struct database *database, const uint32_t *pci_id,
                                           enum share share, struct report_years *years, struct error *error)
{
    static const char of_one[] =
        "SELECT CAST(substr(date, 1, 4) AS INTEGER), outcome, count(*) FROM report"
        " WHERE sample <> 'vendor-statement' AND pci_id = ?1 AND share = ?2 GROUP BY 1, 2 ORDER BY 1 DESC";
    static const char of_all[] = "SELECT CAST(substr(date, 1, 4) AS INTEGER), outcome, count(*) FROM report"
                                 " WHERE sample <> 'vendor-statement' GROUP BY 1, 2 ORDER BY 1 DESC";
    int by_age[MAX_REPORT_YEARS][OUTCOME_COUNT] = {{0}};
    int newest = 0;
    sqlite3_stmt *row = NULL;
    *years = (struct report_years){.count = 0};
    const struct sql_value values[] = {sql_integer(pci_id ? *pci_id : 0),
                                       sql_word(&vocabulary_share, (int)share)};
    while (database_row(database, pci_id ? of_one : of_all, values, pci_id ? 2 : 0, &row, error)) {
        const int year = column_count(row, 0);
        const int outcome = vocabulary_find(&vocabulary_outcome, column_text(row, 1));
        if (outcome < 0)
            return database_damaged(database, "a report has an outcome that cannot be", error);
        const int reports = column_count(row, 2);
        newest = newest ? newest : year;
        if (!year || newest - year >= MAX_REPORT_YEARS) {
            years->others += reports;
            continue;
        }
        by_age[newest - year][outcome] = reports;
        years->first = year;
        years->count = newest - year + 1;
    }
    for (int i = 0; i < years->count; i++)
        memcpy(years->outcomes[i], by_age[years->count - 1 - i], sizeof by_age[0]);
    return error->code;
}

/* ---- what was tried ---- */

static bool next_fix(struct database *database, const char *level, const char *key, sqlite3_stmt **row,
                     struct error *error)
{
    static const char sql[] =
        "SELECT fix, tried, helped FROM workaround WHERE level = ?1 AND key = ?2 ORDER BY rank";
    return database_row(database, sql, SQL_VALUES(sql_text(level), sql_text(key)), row, error);
}

static enum error_code find_tried_fixes(struct database *database, const char *level, const char *key,
                                        int limit, struct tried_fixes *fixes, struct error *error)
{
    sqlite3_stmt *row = NULL;
    fixes->count = 0;
    while (fixes->count < limit && next_fix(database, level, key, &row, error)) {
        struct tried_fix *tried = &fixes->items[fixes->count++];
        copy_column(row, 0, tried->fix, sizeof tried->fix);
        tried->tried = column_count(row, 1);
        tried->helped = column_count(row, 2);
        tried->on_chip = strcmp(level, "chip") == 0;
    }
    return error->code;
}

enum error_code database_find_tried_fixes(struct database *database, const struct device *device,
                                          struct tried_fixes *fixes, struct error *error)
{
    char key[KEY_SIZE];
    struct pci_id base = pci_id_base(&device->id);
    evidence_id_key(&base, device->share, key);
    if (find_tried_fixes(database, "id", key, MAX_GPU_FIXES, fixes, error) || fixes->count)
        return error->code;
    evidence_chip_key(&device->gpu, device->share, key);
    return key[0] ? find_tried_fixes(database, "chip", key, MAX_GPU_FIXES, fixes, error) : ERROR_NONE;
}

enum error_code database_find_similar_fixes(struct database *database, const struct device *device,
                                            const enum blocker *blocker, struct tried_fixes *fixes,
                                            struct error *error)
{
    char key[KEY_SIZE];
    if (blocker)
        blocker_key(&device->gpu, *blocker, key);
    else
        evidence_class_key(&device->gpu, &device->prior, key);
    int size = kept_take(database, KEPT_FIXES, key, fixes->items);
    fixes->count = size / (int)sizeof *fixes->items;
    error->code = ERROR_NONE;
    if (size < 0 &&
        !find_tried_fixes(database, blocker ? "blocker-fix" : "class", key, MAX_GPU_FIXES, fixes, error))
        kept_store(database, KEPT_FIXES, key, fixes->items, (size_t)fixes->count * sizeof *fixes->items);
    return error->code;
}

enum error_code database_find_symptom_fixes(struct database *database, const char *symptom, bool beside,
                                            int limit, struct tried_fixes *fixes, struct error *error)
{
    return find_tried_fixes(database, beside ? "symptom-beside" : "symptom", symptom, limit, fixes, error);
}

enum error_code database_find_symptoms(struct database *database, uint32_t pci_id, enum share share,
                                       enum symptom *symptoms, int *reports, int limit, int *count,
                                       struct error *error)
{
    static const char sql[] =
        "SELECT symptom, count(*) FROM report JOIN report_symptom ON report_symptom.report = report.seq"
        " WHERE pci_id = ?1 AND share = ?2 GROUP BY symptom ORDER BY count(*) DESC, symptom";
    const char *of_share = share_value((int)share);
    sqlite3_stmt *row = NULL;
    *count = 0;
    while (*count < limit &&
           database_row(database, sql, SQL_VALUES(sql_integer(pci_id), sql_text(of_share)), &row, error)) {
        int symptom = vocabulary_find(&vocabulary_symptom, column_text(row, 0));
        if (symptom < 0) /* in words of its own */
            continue;
        symptoms[*count] = (enum symptom)symptom;
        reports[(*count)++] = column_count(row, 1);
    }
    return error->code;
}

enum error_code database_count_values(struct database *database, uint16_t vendor,
                                      const struct vocabulary *vocabulary, int counts[], struct error *error)
{
    static const char symptoms[] =
        "SELECT symptom, count(*) FROM report JOIN report_symptom ON report_symptom.report = report.seq"
        " WHERE pci_id BETWEEN ?1 AND ?2 GROUP BY symptom";
    static const char fixes[] =
        "SELECT fix, count(*) FROM report JOIN report_attempt ON report_attempt.report = report.seq"
        " WHERE pci_id BETWEEN ?1 AND ?2 GROUP BY fix";
    const int64_t first = (int64_t)vendor << 16;
    sqlite3_stmt *row = NULL;
    memset(counts, 0, (size_t)vocabulary->count * sizeof *counts);
    while (database_row(database, vocabulary == &vocabulary_fix ? fixes : symptoms,
                        SQL_VALUES(sql_integer(first), sql_integer(first | 0xffff)), &row, error)) {
        int value = vocabulary_find(vocabulary, column_text(row, 0));
        if (value >= 0)
            counts[value] = column_count(row, 1);
    }
    return error->code;
}

enum error_code database_find_blocker_workaround(struct database *database, const struct gpu *gpu,
                                                 enum blocker blocker, struct blocker_workaround *workaround,
                                                 struct error *error)
{
    char key[KEY_SIZE];
    sqlite3_stmt *row = NULL;
    blocker_key(gpu, blocker, key);
    if (kept_take(database, KEPT_WORKAROUND, key, workaround) >= 0)
        return error->code = ERROR_NONE;
    *workaround = (struct blocker_workaround){.blocker = blocker};
    /* The first row, without a chip, has them all together. */
    for (int i = -1; i < MAX_WORKAROUND_CHIPS && next_fix(database, "blocker", key, &row, error); i++) {
        if (i >= 0)
            copy_column(row, 0, workaround->chips[i].chip, sizeof workaround->chips[i].chip);
        *(i < 0 ? &workaround->tried : &workaround->chips[i].tried) = column_count(row, 1);
        *(i < 0 ? &workaround->helped : &workaround->chips[i].helped) = column_count(row, 2);
        workaround->chip_count = i + 1;
    }
    if (!error->code)
        kept_store(database, KEPT_WORKAROUND, key, workaround, sizeof *workaround);
    return error->code;
}

enum error_code database_each_symptom(struct database *database, symptom_visitor *each, void *context,
                                      struct error *error)
{
    static const char sql[] =
        "SELECT symptom, scope, fixable, words, pattern, condition, cause, next_step FROM symptom ORDER BY id";
    sqlite3_stmt *row = NULL;
    while (database_row(database, sql, SQL_NO_VALUES, &row, error)) {
        int fixable = vocabulary_find(&vocabulary_fixable, column_text(row, 2));
        const struct symptom_record symptom = {column_text(row, 0),
                                               column_text(row, 1),
                                               fixable < 0 ? FIXABLE_WORKAROUND : (enum fixable)fixable,
                                               column_text(row, 3),
                                               column_text(row, 4),
                                               column_text(row, 5),
                                               column_text(row, 6),
                                               column_text(row, 7),
                                               "-"};
        if (each(context, &symptom, error))
            break;
    }
    return error->code;
}

enum error_code database_each_plan_step(struct database *database, plan_visitor *each, void *context,
                                        struct error *error)
{
    /* A user's rows come first, and a step stands where the table has it. */
    static const char sql[] =
        "SELECT step, condition, have, title, why, parameters, file, content, commands, verification, undo,"
        " reboot FROM plan_step p ORDER BY (SELECT max(id) FROM plan_step s WHERE s.step = p.step), id";
    sqlite3_stmt *row = NULL;
    while (database_row(database, sql, SQL_NO_VALUES, &row, error)) {
        const char *texts[PLAN_TEXT_COUNT];
        for (int i = 0; i < PLAN_TEXT_COUNT; i++)
            texts[i] = column_text(row, i);
        if (each(context, texts, error))
            break;
    }
    return error->code;
}

enum error_code database_each_symptom_code(struct database *database, symptom_code_visitor *each,
                                           void *context, struct error *error)
{
    static const char sql[] = "SELECT symptom, code, cause, next_step FROM symptom_code ORDER BY id";
    sqlite3_stmt *row = NULL;
    while (database_row(database, sql, SQL_NO_VALUES, &row, error)) {
        const struct symptom_code_record code = {column_text(row, 0), column_text(row, 1),
                                                 column_text(row, 2), column_text(row, 3)};
        if (each(context, &code, error))
            break;
    }
    return error->code;
}

/* ---- what to buy instead ---- */

/* Nobody buys a card for a chance that is the same. */
static const double clearly_better = 0.05;

static enum error_code add_alternatives(struct database *database, const char *key, const struct gpu *gpu,
                                        double usable, struct alternative *alternatives, int limit,
                                        int *count, struct error *error)
{
    static const char sql[] = "SELECT pci_id, name, usable, price_low, price_high, price_as_of"
                              " FROM alternative WHERE key = ?1 ORDER BY rank";
    sqlite3_stmt *row = NULL;
    while (*count < limit && database_row(database, sql, SQL_VALUES(sql_text(key)), &row, error)) {
        struct alternative *alternative = &alternatives[*count];
        alternative->pci_id = column_pci_id(row, 0);
        alternative->usable = column_real(row, 2, 1);
        bool skip =
            alternative->pci_id == pci_id_number(&gpu->id) || alternative->usable < usable + clearly_better;
        for (int i = 0; i < *count; i++)
            skip |= alternatives[i].pci_id == alternative->pci_id;
        if (skip)
            continue;
        copy_column(row, 1, alternative->name, sizeof alternative->name);
        alternative->price_usd = column_count(row, 3);
        alternative->price_high_usd = column_count(row, 4);
        copy_column(row, 5, alternative->price_as_of, sizeof alternative->price_as_of);
        alternative->same_chip = strchr(key, '/') != NULL;
        ++*count;
    }
    return error->code;
}

enum error_code database_find_alternatives(struct database *database, const struct gpu *gpu, double vram_gib,
                                           double usable, struct alternative *alternatives, int limit,
                                           int *count, struct error *error)
{
    char key[KEY_SIZE];
    /* Two with the same chip at most: its tenth variant helps nobody. */
    int siblings = limit < 2 ? limit : 2;
    *count = 0;
    error->code = ERROR_NONE;
    if (gpu_is_for_computing(gpu)) {
        snprintf(key, sizeof key, "compute %g", card_like_compute_vram(vram_gib));
        return add_alternatives(database, key, gpu, usable, alternatives, limit, count, error);
    }
    snprintf(key, sizeof key, "%04x/%s", gpu->id.vendor, gpu->chip);
    if (gpu->chip[0] && add_alternatives(database, key, gpu, usable, alternatives, siblings, count, error))
        return error->code;
    snprintf(key, sizeof key, "%g", card_like_vram(vram_gib));
    return add_alternatives(database, key, gpu, usable, alternatives, limit, count, error);
}
