/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/store_driver.h"

/* A store in PostgreSQL: several hubs may use one. A connection that was lost is made anew at the next
 * statement outside of a transaction. */

enum { MAX_COLUMNS = 12, MAX_PREPARED = 64 };

struct connection {
    PGconn *server;
    const char *prepared[MAX_PREPARED]; /* statements that the server knows, by their place here */
    int prepared_count;
};

static void be_silent(void *context, const char *message)
{
    (void)context;
    (void)message;
}

static enum error_code fail(PGconn *connection, const PGresult *result, struct error *error)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *why = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    if (!why)
        why = PQerrorMessage(connection);
    int length = (int)strcspn(why, "\n");
    if (state && strcmp(state, "53100") == 0)
        return error_set(error, ERROR_NO_SPACE, "PostgreSQL cannot write the store: %.*s", length, why);
    if (state && (strncmp(state, "42501", 5) == 0 || strncmp(state, "28", 2) == 0))
        return error_set(error, ERROR_PERMISSION, "PostgreSQL: %.*s", length, why);
    error_set(error, ERROR_REMOTE, "PostgreSQL does not answer well: %.*s", length, why);
    return error_next(error, "look at its log, and whether it runs where --store says");
}

/* Between transactions a lost connection is no loss. */
static enum error_code connect_again(struct connection *connection, struct error *error)
{
    if (PQstatus(connection->server) == CONNECTION_OK)
        return ERROR_NONE;
    PQreset(connection->server);
    PQsetNoticeProcessor(connection->server, be_silent, NULL);
    connection->prepared_count = 0;
    return PQstatus(connection->server) == CONNECTION_OK ? ERROR_NONE : fail(connection->server, NULL, error);
}

/* The server parses and plans a statement with parameters once: each is one string of the program. Returns
 * its name, "" for one that is not kept. */
static const char *prepare(struct connection *connection, const char *sql, int count, char name[16])
{
    int at = 0;
    while (at < connection->prepared_count && connection->prepared[at] != sql)
        at++;
    snprintf(name, 16, "s%d", at);
    if (at < connection->prepared_count)
        return name;
    if (!count || at == MAX_PREPARED)
        return "";
    PGresult *result = PQprepare(connection->server, name, sql, count, NULL);
    const bool is_done = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    if (is_done)
        connection->prepared[connection->prepared_count++] = sql;
    return is_done ? name : "";
}

static bool send(struct connection *own, const char *sql, const char *const values[], int count)
{
    char room[16];
    const char *name = prepare(own, sql, count, room);
    return *name ? PQsendQueryPrepared(own->server, name, count, values, NULL, NULL, 0)
                 : PQsendQueryParams(own->server, sql, count, NULL, values, NULL, NULL, 0);
}

static enum error_code visit(const PGresult *result, store_row *each, void *context, struct error *error)
{
    const char *columns[MAX_COLUMNS];
    for (int row = 0; row < PQntuples(result) && !error->code; row++) {
        for (int i = 0; i < PQnfields(result) && i < MAX_COLUMNS; i++)
            columns[i] = PQgetvalue(result, row, i);
        each(context, columns, error);
    }
    return error->code;
}

/* Row by row: a result of a million lines would lie in memory otherwise. */
static enum error_code run(void *context_of_driver, const char *sql, const char *const values[], int count,
                           store_row *each, void *context, int *changed, struct error *error)
{
    struct connection *own = context_of_driver;
    PGconn *connection = own->server;
    PGresult *result;
    error->code = ERROR_NONE;
    if (strcmp(sql, "COMMIT") != 0 && strcmp(sql, "ROLLBACK") != 0 && connect_again(own, error))
        return error->code;
    if (!send(own, sql, values, count) || (each && !PQsetSingleRowMode(connection)))
        return fail(connection, NULL, error);
    while ((result = PQgetResult(connection))) {
        ExecStatusType status = PQresultStatus(result);
        if (error->code)
            ; /* the rest is passed over */
        else if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_SINGLE_TUPLE)
            fail(connection, result, error);
        /* What failed within is told by another word than that. */
        else if (strcmp(sql, "COMMIT") == 0 && strcmp(PQcmdStatus(result), "COMMIT") != 0)
            error_set(error, ERROR_REMOTE, "PostgreSQL has not committed");
        else if (each)
            visit(result, each, context, error);
        if (changed)
            *changed = (int)strtol(PQcmdTuples(result), NULL, 10);
        PQclear(result);
    }
    return error->code;
}

/* In pipeline mode: the server works while more is sent. The statement is prepared before. */
static enum error_code run_many(void *context, const char *sql, const struct store_values values[], int count,
                                int changed[], struct error *error)
{
    struct connection *own = context;
    PGconn *connection = own->server;
    char room[16];
    if (connect_again(own, error))
        return error->code;
    prepare(own, sql, values[0].count, room);
    int sent = PQenterPipelineMode(connection) ? 0 : -1;
    while (sent >= 0 && sent < count && send(own, sql, values[sent].texts, values[sent].count))
        sent++;
    if (sent < count || !PQpipelineSync(connection))
        fail(connection, NULL, error);
    for (int i = 0; i < count && !error->code; i++) {
        PGresult *result = PQgetResult(connection);
        if (PQresultStatus(result) == PGRES_COMMAND_OK)
            changed[i] = (int)strtol(PQcmdTuples(result), NULL, 10);
        else
            fail(connection, result, error);
        PQclear(result);
        PQclear(PQgetResult(connection)); /* NULL, after each */
    }
    while (PQstatus(connection) == CONNECTION_OK && !PQexitPipelineMode(connection))
        PQclear(PQgetResult(connection)); /* the synchronization, and what was given up */
    return error->code;
}

static enum error_code read_encoding(void *context, const char *const columns[], struct error *error)
{
    (void)context;
    return strcmp(columns[0], "UTF8") == 0
               ? ERROR_NONE
               : error_set(error, ERROR_BAD_INPUT,
                           "the database of the store must have the encoding UTF8, not %s", columns[0]);
}

static enum error_code open_postgres(const char *where, bool create, void **connection, struct error *error)
{
    /* What stands in the address goes before what comes ahead of it here. */
    const char *const keywords[] = {"application_name", "connect_timeout", "options",
                                    "dbname",           "client_encoding", NULL};
    const char *const values[] = {
        "passthru-hub", "3", "-c statement_timeout=600s -c synchronous_commit=on", where, "UTF8", NULL};
    struct connection *opened = calloc(1, sizeof *opened);
    (void)create;
    error->code = ERROR_NONE;
    if (opened)
        opened->server = PQconnectdbParams(keywords, values, 1);
    if (!opened || !opened->server) {
        free(opened);
        return error_set(error, ERROR_NO_MEMORY, "no memory for the store");
    }
    *connection = opened;
    PQsetNoticeProcessor(opened->server, be_silent, NULL);
    if (PQstatus(opened->server) != CONNECTION_OK)
        return fail(opened->server, NULL, error);
    return run(opened, "SHOW server_encoding", NULL, 0, read_encoding, NULL, NULL, error);
}

static void close_postgres(void *connection)
{
    struct connection *closed = connection;
    PQfinish(closed->server);
    free(closed);
}

const struct store_driver store_postgres = {
    .open = open_postgres,
    .close = close_postgres,
    .run = run,
    .run_many = run_many,
    .begin = "BEGIN",
    .serial = "SELECT 1 FROM (SELECT pg_advisory_xact_lock(8103501)) AS lock",
    .count_tables =
        "SELECT count(*) FROM pg_tables WHERE tablename = 'hub' AND schemaname = current_schema()",
};
