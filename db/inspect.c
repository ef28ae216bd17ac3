#include "db/database.h"

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

enum error_code database_check(struct database *database, struct error *error)
{
    sqlite3_stmt *statement;
    bool row;
    if (database_statement(database, STATEMENT_CHECK, &statement, error) ||
        database_step(database, statement, &row, error))
        return error->code;
    const char *answer = row ? column_text(statement, 0) : "no answer";
    if (row && sqlite3_stricmp(answer, "ok") == 0)
        return check_tables(database, error);
    error_set(error, ERROR_DATABASE_DAMAGED, "database %.400s: integrity check failed: %.150s",
              database->path, answer);
    return error_next(error, "rebuild it from its sources with: passthru import --db %s", database->path);
}
