/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/store.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/store_driver.h"

struct store {
    const struct store_driver *driver;
    void *connection;
};

bool store_is_sha256(const char *text)
{
    return strlen(text) == REPORT_ID_HEX_SIZE - 1 &&
           strspn(text, "0123456789abcdef") == REPORT_ID_HEX_SIZE - 1;
}

bool store_is_postgres(const char *where)
{
    return strncmp(where, "postgresql://", 13) == 0 || strncmp(where, "postgres://", 11) == 0;
}

void store_close(struct store *store)
{
    if (store && store->connection)
        store->driver->close(store->connection);
    free(store);
}

static void fill(struct store_values *values, const char *kinds, va_list arguments)
{
    values->count = 0;
    for (; *kinds; kinds++, values->count++) {
        char *number = values->numbers[values->count];
        if (*kinds == 'n')
            snprintf(number, sizeof values->numbers[0], "%" PRId64, va_arg(arguments, int64_t));
        values->texts[values->count] = *kinds == 'n' ? number : va_arg(arguments, const char *);
    }
}

void store_fill(struct store_values *values, const char *kinds, ...)
{
    va_list arguments;
    va_start(arguments, kinds);
    fill(values, kinds, arguments);
    va_end(arguments);
}

enum error_code store_run(struct store *store, const char *sql, const struct store_values *values,
                          store_row *each, void *context, int *changed, struct error *error)
{
    error->code = ERROR_NONE;
    return store->driver->run(store->connection, sql, values ? values->texts : NULL,
                              values ? values->count : 0, each, context, changed, error);
}

enum error_code store_do(struct store *store, struct error *error, const char *sql, const char *kinds, ...)
{
    struct store_values values;
    va_list arguments;
    va_start(arguments, kinds);
    fill(&values, kinds, arguments);
    va_end(arguments);
    return store_run(store, sql, &values, NULL, NULL, NULL, error);
}

enum error_code store_run_many(struct store *store, const char *sql, const struct store_values values[],
                               int count, int changed[], struct error *error)
{
    error->code = ERROR_NONE;
    return count ? store->driver->run_many(store->connection, sql, values, count, changed, error)
                 : ERROR_NONE;
}

enum error_code store_begin(struct store *store, bool decides, struct error *error)
{
    if (store_do(store, error, store->driver->begin, ""))
        return error->code;
    if (decides && store->driver->serial && store_do(store, error, store->driver->serial, ""))
        return store_end(store, error);
    return ERROR_NONE;
}

enum error_code store_end(struct store *store, struct error *error)
{
    struct error ignored;
    if (!error->code && !store_do(store, error, "COMMIT", ""))
        return ERROR_NONE;
    /* Without a connection there is nothing to take back. */
    store_do(store, &ignored, "ROLLBACK", "");
    return error->code;
}

enum error_code store_number(const char *text, int64_t *number, struct error *error)
{
    char *end;
    *number = strtoll(text, &end, 10);
    if (text[0] >= '0' && text[0] <= '9' && !*end)
        return ERROR_NONE;
    return error_set(error, ERROR_DATABASE_DAMAGED, "the store is damaged: \"%.40s\" is not a number", text);
}

/* ---- the schema ---- */

/* What each version of the schema changes of the one before: append, never change one. The last step of each
 * says its number. Both databases take these words; BIGINT counts seconds since 1970 or lines. */
static const char *const version_1[] = {
    "CREATE TABLE hub (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    /* sender: a hash of network and day under a key that is not kept; token: SHA-256 of what withdraws the
       report. */
    "CREATE TABLE report (id TEXT PRIMARY KEY, pci_id TEXT NOT NULL, outcome TEXT NOT NULL, state TEXT NOT NULL"
    " CHECK (state IN ('pending', 'accepted', 'rejected', 'retracted', 'withdrawn', 'purged')),"
    " received BIGINT NOT NULL, sender TEXT NOT NULL, token TEXT NOT NULL, json TEXT NOT NULL)",
    "CREATE INDEX report_by_state ON report (state, pci_id, received)",
    /* feed: which line of the feed it makes, if any. A decision is never changed. */
    "CREATE TABLE decision (number BIGINT PRIMARY KEY, report TEXT NOT NULL REFERENCES report (id),"
    " action TEXT NOT NULL CHECK (action IN ('accept', 'reject', 'retract', 'withdraw', 'supersede', 'purge')),"
    " who TEXT NOT NULL, reason TEXT NOT NULL, feed TEXT NOT NULL CHECK (feed IN ('', 'add', 'retract')),"
    " time BIGINT NOT NULL)",
    "CREATE INDEX decision_by_report ON decision (report)",
    "CREATE TABLE segment (sha256 TEXT PRIMARY KEY, size BIGINT NOT NULL, records BIGINT NOT NULL,"
    " first BIGINT NOT NULL, last BIGINT NOT NULL)",
    "INSERT INTO hub (name, value) VALUES ('schema', '1')",
    NULL,
};
/* A segment stays for clients that read the manifest before. */
static const char *const version_2[] = {
    "ALTER TABLE segment ADD COLUMN dropped BIGINT NOT NULL DEFAULT 0",
    "UPDATE hub SET value = '2' WHERE name = 'schema'",
    NULL,
};
static const char *const *const versions[] = {version_1, version_2};
enum { SCHEMA_VERSION = ARRAY_SIZE(versions) };

enum error_code store_read_number(void *context, const char *const columns[], struct error *error)
{
    return store_number(columns[0], context, error);
}

/* 0: there is none yet. */
static enum error_code read_version(struct store *store, int64_t *version, struct error *error)
{
    int64_t tables = 0;
    *version = 0;
    if (store_run(store, store->driver->count_tables, NULL, store_read_number, &tables, NULL, error) ||
        !tables ||
        store_run(store, "SELECT value FROM hub WHERE name = 'schema'", NULL, store_read_number, version,
                  NULL, error) ||
        (*version >= 1 && *version <= SCHEMA_VERSION))
        return error->code;
    error_set(error, ERROR_DATABASE_VERSION,
              "the store has schema %" PRId64 ", this passthru-hub knows 1 to %d", *version, SCHEMA_VERSION);
    return error_next(error, "use the passthru-hub that has written it, or a later one");
}

/* One step, from the version that is there by now: another program may be at it, too. */
static enum error_code upgrade(struct store *store, int64_t *version, struct error *error)
{
    if (store_begin(store, true, error))
        return error->code;
    if (!read_version(store, version, error) && *version < SCHEMA_VERSION)
        for (const char *const *step = versions[(*version)++]; *step && !error->code; step++)
            store_do(store, error, *step, "");
    return store_end(store, error);
}

static enum error_code prepare(struct store *store, bool create, struct error *error)
{
    int64_t version;
    if (read_version(store, &version, error))
        return error->code;
    if (!version && !create) {
        error_set(error, ERROR_NOT_FOUND, "the store is empty");
        return error_next(error, "make it with: passthru-hub init");
    }
    while (version < SCHEMA_VERSION && !error->code)
        upgrade(store, &version, error);
    return error->code;
}

enum error_code store_open(const char *where, bool create, struct store **store, struct error *error)
{
    struct store *opened = calloc(1, sizeof *opened);
    *store = opened;
    error->code = ERROR_NONE;
    if (!opened)
        return error_set(error, ERROR_NO_MEMORY, "no memory for a store");
    opened->driver = store_is_postgres(where) ? &store_postgres : &store_sqlite;
    if (!opened->driver->open(where, create, &opened->connection, error))
        prepare(opened, create, error);
    if (error->code) {
        store_close(opened);
        *store = NULL;
    }
    return error->code;
}

/* ---- values that are kept by name ---- */

struct text_room {
    char *text;
    size_t size;
};

static enum error_code copy_value(void *context, const char *const columns[], struct error *error)
{
    const struct text_room *room = context;
    if (strlen(columns[0]) >= room->size)
        return error_set(error, ERROR_DATABASE_DAMAGED, "the store is damaged: a value is too long");
    snprintf(room->text, room->size, "%s", columns[0]);
    return error->code = ERROR_NONE;
}

enum error_code store_get(struct store *store, const char *name, char *value, size_t size,
                          struct error *error)
{
    struct store_values values;
    struct text_room room = {value, size};
    value[0] = '\0';
    store_fill(&values, "t", name);
    return store_run(store, "SELECT value FROM hub WHERE name = $1", &values, copy_value, &room, NULL, error);
}

enum error_code store_get_name(struct store *store, char name[FEED_NAME_SIZE], struct error *error)
{
    if (store_get(store, "name", name, FEED_NAME_SIZE, error) || !*name || feed_name_fits(name, strlen(name)))
        return error->code;
    return error_set(error, ERROR_DATABASE_DAMAGED, "the store is damaged: its name is none of a feed");
}

enum error_code store_replace(struct store *store, const char *name, const char *before, const char *value,
                              bool *done, struct error *error)
{
    struct store_values values;
    char there[STORE_VALUE_SIZE];
    int changed = 0;
    store_fill(&values, *before ? "ttt" : "tt", name, value, before);
    *done = false;
    if (store_run(store,
                  *before ? "UPDATE hub SET value = $2 WHERE name = $1 AND value = $3"
                          : "INSERT INTO hub (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                  &values, NULL, NULL, &changed, error))
        return error->code;
    *done = changed == 1;
    /* Who asks tries again: not for ever where what is read is not what is there. */
    if (!*done && !store_get(store, name, there, sizeof there, error) && strcmp(there, before) == 0)
        error_set(error, ERROR_DATABASE_DAMAGED, "the store is damaged: its %s cannot be set", name);
    return error->code;
}
