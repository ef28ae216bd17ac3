/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "hub/store_driver.h"

/* A store is one file, written ahead (WAL), each commit synced: what was acknowledged survives a power cut.
 */

enum { APPLICATION_ID = 0x70746862, /* "pthb" */ BUSY_MS = 10000, MAX_COLUMNS = 12 };

static enum error_code fail(sqlite3 *database, struct error *error)
{
    const int number = sqlite3_extended_errcode(database);
    const char *why = sqlite3_errmsg(database);
    switch (number & 0xff) {
    case SQLITE_FULL:
        return error_set_errno(error, ENOSPC, "cannot write the store");
    case SQLITE_NOMEM:
        return error_set(error, ERROR_NO_MEMORY, "no memory for the store");
    case SQLITE_CANTOPEN:
        return error_set_errno(error,
                               number == SQLITE_CANTOPEN_SYMLINK ? ELOOP : sqlite3_system_errno(database),
                               "cannot open the store");
    case SQLITE_PERM:
    case SQLITE_READONLY:
        error_set(error, ERROR_PERMISSION, "cannot write the store: %s", why);
        return error_next(error, "run it as a user who may write the file and its directory, "
                                 "with the package: sudo -u passthru-hub");
    case SQLITE_NOTADB:
        return error_set(error, ERROR_FOREIGN_DATABASE, "the store is not a file of SQLite");
    case SQLITE_CORRUPT:
        return error_set(error, ERROR_DATABASE_DAMAGED, "the store is damaged: %s", why);
    case SQLITE_IOERR:
        return error_set_errno(error, sqlite3_system_errno(database), "cannot read or write the store");
    default:
        return error_set(error, ERROR_SYSTEM, "the store does not work: %s", why);
    }
}

static int bind(sqlite3_stmt *statement, const char *const values[], int count)
{
    int status = SQLITE_OK;
    for (int i = 0; i < count && status == SQLITE_OK; i++) {
        char name[16];
        snprintf(name, sizeof name, "$%d", i + 1);
        status = sqlite3_bind_text(statement, sqlite3_bind_parameter_index(statement, name), values[i], -1,
                                   SQLITE_STATIC);
    }
    return status;
}

static enum error_code run(void *connection, const char *sql, const char *const values[], int count,
                           store_row *each, void *context, int *changed, struct error *error)
{
    sqlite3 *database = connection;
    sqlite3_stmt *statement;
    const char *columns[MAX_COLUMNS];
    error->code = ERROR_NONE;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        return fail(database, error);
    int status = bind(statement, values, count);
    const int width = sqlite3_column_count(statement);
    while (status == SQLITE_OK && !error->code && (status = sqlite3_step(statement)) == SQLITE_ROW) {
        for (int i = 0; i < width && i < MAX_COLUMNS; i++) {
            const char *text = (const char *)sqlite3_column_text(statement, i);
            columns[i] = text ? text : "";
        }
        status = SQLITE_OK;
        if (each)
            each(context, columns, error);
    }
    if (changed)
        *changed = sqlite3_changes(database);
    if (status != SQLITE_OK && status != SQLITE_DONE)
        fail(database, error);
    sqlite3_finalize(statement);
    return error->code;
}

static enum error_code run_many(void *connection, const char *sql, const struct store_values values[],
                                int count, int changed[], struct error *error)
{
    sqlite3 *database = connection;
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        return fail(database, error);
    for (int i = 0; i < count && !error->code; i++) {
        if (bind(statement, values[i].texts, values[i].count) != SQLITE_OK ||
            sqlite3_step(statement) != SQLITE_DONE)
            fail(database, error);
        changed[i] = sqlite3_changes(database);
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
    return error->code;
}

static enum error_code read_text(void *context, const char *const columns[], struct error *error)
{
    snprintf(context, 32, "%s", columns[0]);
    return error->code = ERROR_NONE;
}

/* A file of another program is not written to. */
static enum error_code check_owner(sqlite3 *database, const char *where, struct error *error)
{
    char id[32] = "";
    char tables[32] = "";
    char set[64];
    if (run(database, "PRAGMA application_id", NULL, 0, read_text, id, NULL, error) ||
        run(database, "SELECT count(*) FROM sqlite_schema", NULL, 0, read_text, tables, NULL, error))
        return error->code;
    snprintf(set, sizeof set, "PRAGMA application_id = %d", APPLICATION_ID);
    if (strcmp(id, set + sizeof "PRAGMA application_id = " - 1) == 0)
        return ERROR_NONE;
    if (strcmp(tables, "0") != 0 || strcmp(id, "0") != 0)
        return error_set(error, ERROR_FOREIGN_DATABASE, "%s is the database of another program", where);
    return run(database, set, NULL, 0, NULL, NULL, NULL, error);
}

static enum error_code open_sqlite(const char *where, bool create, void **connection, struct error *error)
{
    static const char *const settings[] = {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
                                           "PRAGMA foreign_keys = ON", "PRAGMA trusted_schema = OFF"};
    struct stat status;
    sqlite3 *database = NULL;
    error->code = ERROR_NONE;
    if (stat(where, &status) && errno == ENOENT && !create) {
        error_set(error, ERROR_NOT_FOUND, "there is no store %s", where);
        return error_next(error, "make it with: passthru-hub init --store FILE");
    }
    /* Whose reports they are stays with who runs the hub. */
    mode_t mask = umask(077);
    int opened = sqlite3_open_v2(
        where, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | (create ? SQLITE_OPEN_CREATE : 0),
        NULL);
    umask(mask);
    if (opened != SQLITE_OK) {
        fail(database, error);
        struct error why = *error;
        error_set(error, why.code, "%s: %s", where, why.message);
        error_next(error, "%s", error_next_step(&why));
        sqlite3_close(database);
        return error->code;
    }
    *connection = database;
    sqlite3_extended_result_codes(database, 1);
    sqlite3_busy_timeout(database, BUSY_MS);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (check_owner(database, where, error))
        return error->code;
    for (size_t i = 0; i < ARRAY_SIZE(settings) && !error->code; i++)
        run(database, settings[i], NULL, 0, NULL, NULL, NULL, error);
    return error->code;
}

static void close_sqlite(void *connection)
{
    sqlite3_close(connection);
}

const struct store_driver store_sqlite = {
    .open = open_sqlite,
    .close = close_sqlite,
    .run = run,
    .run_many = run_many,
    .begin = "BEGIN IMMEDIATE",
    .count_tables = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'hub'",
};
