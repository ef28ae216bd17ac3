#include "db/database.h"

#include <stdio.h>

#include "db/internal.h"

enum error_code database_each_stated_value(struct database *database, uint32_t pci_id,
                                           stated_value_visitor *each, void *context, struct error *error)
{
    sqlite3_stmt *statement;
    bool row;
    if (database_statement(database, STATEMENT_STATED_VALUES, &statement, error))
        return error->code;
    sqlite3_bind_int64(statement, 1, pci_id);
    for (;;) {
        struct stated_value value;
        if (database_step(database, statement, &row, error) || !row)
            return error->code;
        int attribute = attribute_find(column_text(statement, 0));
        if (attribute < 0)
            continue;
        value.attribute = (enum attribute)attribute;
        value.rank = sqlite3_column_int(statement, 1);
        copy_column(statement, 2, value.value, sizeof value.value);
        value.confidence = sqlite3_column_double(statement, 3);
        copy_column(statement, 4, value.source, sizeof value.source);
        if (each(context, &value, error))
            return error->code;
    }
}

enum error_code database_each_conflict(struct database *database, conflict_visitor *each, void *context,
                                       struct error *error)
{
    sqlite3_stmt *statement;
    bool row;
    if (database_statement(database, STATEMENT_CONFLICTS, &statement, error))
        return error->code;
    for (;;) {
        if (database_step(database, statement, &row, error) || !row)
            return error->code;
        const struct conflict conflict = {
            .pci_id = (uint32_t)sqlite3_column_int64(statement, 0),
            .name = column_text(statement, 1),
            .attribute = column_text(statement, 2),
            .value = column_text(statement, 3),
            .confidence = sqlite3_column_double(statement, 4),
            .source = column_text(statement, 5),
            .other_value = column_text(statement, 6),
            .other_confidence = sqlite3_column_double(statement, 7),
            .other_source = column_text(statement, 8),
        };
        if (each(context, &conflict, error))
            return error->code;
    }
}

enum error_code database_each_source(struct database *database, source_visitor *each, void *context,
                                     struct error *error)
{
    sqlite3_stmt *statement;
    bool row;
    if (database_statement(database, STATEMENT_SOURCES, &statement, error))
        return error->code;
    for (;;) {
        if (database_step(database, statement, &row, error) || !row)
            return error->code;
        const struct source_record source = {
            .id = sqlite3_column_int64(statement, 8),
            .kind = column_text(statement, 0),
            .name = column_text(statement, 1),
            .version = column_text(statement, 2),
            .date = column_text(statement, 3),
            .hash = column_text(statement, 4),
            .cached = sqlite3_column_int(statement, 5),
            .records = sqlite3_column_int64(statement, 6),
            .refused = sqlite3_column_int64(statement, 7),
        };
        if (each(context, &source, error))
            return error->code;
    }
}

enum error_code database_count(struct database *database, struct database_counts *counts, struct error *error)
{
    sqlite3_stmt *statement;
    bool row;
    if (database_statement(database, STATEMENT_COUNTS, &statement, error) ||
        database_step(database, statement, &row, error))
        return error->code;
    counts->devices = sqlite3_column_int64(statement, 0);
    counts->gpus = sqlite3_column_int64(statement, 1);
    counts->reports = sqlite3_column_int64(statement, 2);
    return ERROR_NONE;
}

enum error_code database_latest_report(struct database *database, char date[REPORT_DATE_SIZE],
                                       struct error *error)
{
    sqlite3_stmt *statement;
    bool row;
    date[0] = '\0';
    if (database_statement(database, STATEMENT_LATEST_REPORT, &statement, error) ||
        database_step(database, statement, &row, error))
        return error->code;
    copy_column(statement, 0, date, REPORT_DATE_SIZE);
    return ERROR_NONE;
}

/* A sound file may still lack a table that a question needs. */
static enum error_code check_tables(struct database *database, struct error *error)
{
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        sqlite3_stmt *statement;
        if (database_statement(database, (enum statement)i, &statement, error))
            return error->code;
    }
    return ERROR_NONE;
}

/* The words that are written from enums. As CHECKs in the schema each start of each reader would parse them.
 */
struct written_word {
    const char *sql;
    const struct vocabulary *vocabulary;
};
static const struct written_word words[] = {
    {"SELECT DISTINCT form_factor FROM gpu", &vocabulary_form_factor},
    {"SELECT DISTINCT display FROM gpu", &vocabulary_display},
    {"SELECT DISTINCT vbios FROM gpu", &vocabulary_vbios},
    {"SELECT DISTINCT reset FROM gpu", &vocabulary_reset},
    {"SELECT DISTINCT form_factor FROM gpu_variant", &vocabulary_form_factor},
    {"SELECT DISTINCT form_factor FROM subvendor", &vocabulary_form_factor}};
static const struct written_word report_words[] = {
    {"SELECT DISTINCT chassis FROM report INDEXED BY report_of_device", &vocabulary_chassis},
    {"SELECT DISTINCT outcome FROM report INDEXED BY report_of_device", &vocabulary_outcome}};

static enum error_code check_words(struct database *database, const struct written_word *written,
                                   struct error *error)
{
    sqlite3_stmt *statement = NULL;
    char what[150];
    int result = sqlite3_prepare_v2(database->handle, written->sql, -1, &statement, NULL);
    while (result == SQLITE_OK && !error->code && (result = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *word = column_text(statement, 0);
        result = SQLITE_OK;
        if (vocabulary_find(written->vocabulary, word) >= 0)
            continue;
        snprintf(what, sizeof what, "\"%.60s\" is no word of %s", word, written->vocabulary->name);
        database_damaged(database, what, error);
    }
    if (result != SQLITE_OK && result != SQLITE_DONE)
        database_sqlite_error(database, result, error);
    sqlite3_finalize(statement);
    return error->code;
}

static enum error_code check_all_words(struct database *database, const struct written_word *written,
                                       size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (check_words(database, &written[i], error))
            break;
    return error->code;
}

/* Runs one of SQLite's checks, which gives a row of a text: none, or "ok", is well. */
static enum error_code check_integrity(struct database *database, const char *sql, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    char what[150];
    int result = sqlite3_prepare_v2(database->handle, sql, -1, &statement, NULL);
    if (result == SQLITE_OK && (result = sqlite3_step(statement)) == SQLITE_ROW &&
        sqlite3_stricmp(column_text(statement, 0), "ok") != 0) {
        snprintf(what, sizeof what, "integrity check failed: %.120s", column_text(statement, 0));
        database_damaged(database, what, error);
    } else if (result != SQLITE_ROW && result != SQLITE_DONE) {
        database_sqlite_error(database, result, error);
    }
    sqlite3_finalize(statement);
    return error->code;
}

/* Columns that hold the number of a row in another table; NULL: of none. */
struct reference {
    const char *table;
    const char *column; /* an SQL expression */
    const char *target;
    const char *target_column;
};
static const struct reference references[] = {
    {"gpu", "pci_id", "device", "pci_id"},      {"gpu", "is_gpu_origin", "origin", "id"},
    {"gpu", "chip_origin", "origin", "id"},     {"gpu", "form_factor_origin", "origin", "id"},
    {"gpu", "display_origin", "origin", "id"},  {"gpu", "vbios_origin", "origin", "id"},
    {"gpu", "reset_origin", "origin", "id"},    {"gpu", "prior", "prior", "id"},
    {"gpu", "all_evidence", "evidence", "id"},  {"gpu", "class_evidence", "evidence", "id"},
    {"gpu", "chip_evidence", "evidence", "id"}, {"gpu", "id_evidence", "evidence", "id"},
    {"gpu_variant", "origin", "origin", "id"},  {"subvendor", "origin", "origin", "id"},
    {"annotation", "id >> 8", "gpu", "pci_id"}, {"annotation", "origin", "origin", "id"},
    {"alternative", "pci_id", "gpu", "pci_id"}};

static enum error_code check_references(struct database *database, struct error *error)
{
    char sql[300];
    error->code = ERROR_NONE;
    for (size_t i = 0; i < ARRAY_SIZE(references) && !error->code; i++) {
        const struct reference *reference = &references[i];
        snprintf(sql, sizeof sql,
                 "SELECT '%s of ' || (%s) || ' in %s is not in %s' FROM %s"
                 " WHERE (%s) IS NOT NULL AND %s NOT IN (SELECT %s FROM %s) LIMIT 1",
                 reference->column, reference->column, reference->table, reference->target, reference->table,
                 reference->column, reference->column, reference->target_column, reference->target);
        check_integrity(database, sql, error);
    }
    return error->code;
}

enum error_code database_check_built(struct database *database, struct error *error)
{
    /* The number of problems that a pragma may report is left out: since SQLite 3.46 the function takes it
     * for the name of a table. */
    if (check_integrity(database, "SELECT integrity_check FROM pragma_integrity_check LIMIT 1", error) ||
        check_tables(database, error) || check_all_words(database, words, ARRAY_SIZE(words), error))
        return error->code;
    return check_all_words(database, report_words, ARRAY_SIZE(report_words), error);
}

enum error_code database_check(struct database *database, struct error *error)
{
    return database_check_built(database, error) ? error->code : check_references(database, error);
}
