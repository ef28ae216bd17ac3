/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/database.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/buffer.h"
#include "db/internal.h"

/* What the system said when a file of the database was last used in vain, 0 for nothing. */
static int file_errno(const struct database *database)
{
    int number = 0;
    if (database->handle)
        sqlite3_file_control(database->handle, NULL, SQLITE_FCNTL_LAST_ERRNO, &number);
    return number;
}

enum error_code database_sqlite_error(const struct database *database, int result, struct error *error)
{
    enum error_code code = ERROR_SYSTEM;
    int primary = result & 0xff;
    int number = file_errno(database);
    if (!number && database->handle)
        number = sqlite3_system_errno(database->handle);
    if (primary == SQLITE_IOERR && number)
        return error_set_errno(error, number, "database %.400s", database->path);
    /* Of a temporary file. */
    if (database->handle && sqlite3_extended_errcode(database->handle) == SQLITE_IOERR_WRITE)
        return error_set_errno(error, ENOSPC, "database %.400s: a temporary file", database->path);
    if (primary == SQLITE_INTERRUPT)
        return database_damaged(database, "reading it does not come to an end", error);
    const char *why = database->handle ? sqlite3_errmsg(database->handle) : sqlite3_errstr(result);
    /* SQLITE_ERROR: a table is not there, or is a view. SQLITE_TOOBIG: a value is larger than any that is
     * written. */
    if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_ERROR ||
        primary == SQLITE_TOOBIG)
        return database_damaged(database, why, error);
    if (primary == SQLITE_FULL)
        code = ERROR_NO_SPACE;
    else if (primary == SQLITE_NOMEM)
        code = ERROR_NO_MEMORY;
    else if (primary == SQLITE_READONLY || primary == SQLITE_PERM || primary == SQLITE_CANTOPEN)
        code = ERROR_PERMISSION;
    error_set(error, code, "database %.400s: %.100s", database->path, why);
    if (code == ERROR_NO_SPACE)
        error->number = ENOSPC;
    return code;
}

static enum error_code next_rebuild(const char *path, struct error *error)
{
    return error_next_path(error, "rebuild it from its sources with: passthru import --db ", path, "");
}

enum error_code database_damaged(const struct database *database, const char *what, struct error *error)
{
    if (buffer_memory_was_short) /* it may look damaged for that alone */
        return error_set(error, ERROR_NO_MEMORY, "database %.400s: not enough memory to read it",
                         database->path);
    /* SQLite takes a page that the disk does not give for a damaged one. */
    if (file_errno(database))
        return error_set_errno(error, file_errno(database), "database %.400s", database->path);
    error_set(error, ERROR_DATABASE_DAMAGED, "database %.400s: %.150s", database->path, what);
    return next_rebuild(database->path, error);
}

static enum error_code reject_foreign(const char *path, const char *what, struct error *error)
{
    error_set(error, ERROR_FOREIGN_DATABASE, "%s is %s", path, what);
    return error_next(error, "name another file with --db, or build one with: passthru import");
}

/* The numbers of the file header (sqlite.org/fileformat2.html, section 1.3) that say whose file it is, and
 * whether all of it is there. Stores how many pages it has. */
static enum error_code check_header(const char *path, int64_t *pages, struct error *error)
{
    unsigned char header[100];
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not be waited for */
    if (file < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        error_set(error, ERROR_NO_DATABASE, "no database at %s", path);
        return error_next_path(error, "build one with: passthru import --db ", path, "");
    }
    if (file < 0)
        return error_set_errno(error, errno, "cannot open database %s", path);
    bool failed = fstat(file, &status);
    bool regular = !failed && S_ISREG(status.st_mode);
    ssize_t got = regular ? pread(file, header, sizeof header, 0) : -1;
    int number = errno;
    close(file);
    if (!failed && S_ISDIR(status.st_mode)) {
        error_set(error, ERROR_FOREIGN_DATABASE, "%s is a directory, not a database", path);
        return error_next(error, "name the file in it with --db");
    }
    if (!failed && !regular)
        return reject_foreign(path, "not a regular file", error);
    if (got < 0)
        return error_set_errno(error, number, "cannot read database %s", path);
    if (got < (ssize_t)sizeof header || memcmp(header, "SQLite format 3", 16) != 0)
        return reject_foreign(path, "not an SQLite database", error);
#define HEADER_32(at)                                                                                        \
    ((uint32_t)header[at] << 24 | (uint32_t)header[(at) + 1] << 16 | (uint32_t)header[(at) + 2] << 8 |       \
     header[(at) + 3])
    uint32_t page_size = (uint32_t)header[16] << 8 | header[17];
    if (page_size == 1)
        page_size = 65536;
    if (HEADER_32(68) != DATABASE_APPLICATION_ID)
        return reject_foreign(path, "a database of another program", error);
    if (HEADER_32(60) != DATABASE_USER_VERSION) {
        error_set(error, ERROR_DATABASE_VERSION, "%s has schema version %u, this program needs %d", path,
                  (unsigned)HEADER_32(60), DATABASE_USER_VERSION);
        return next_rebuild(path, error);
    }
    if ((uint64_t)HEADER_32(28) * page_size != (uint64_t)status.st_size) {
        error_set(error, ERROR_DATABASE_DAMAGED, "%s is %s: it has %lld bytes, its header says %llu", path,
                  (uint64_t)status.st_size < (uint64_t)HEADER_32(28) * page_size ? "cut short" : "too long",
                  (long long)status.st_size, (unsigned long long)HEADER_32(28) * page_size);
        return next_rebuild(path, error);
    }
    *pages = HEADER_32(28);
#undef HEADER_32
    return ERROR_NONE;
}

/* A file name as a URI (RFC 3986): SQLite takes `immutable` only there. */
static void append_uri(struct buffer *uri, const char *path)
{
    /* A relative name must not be taken for one of SQLite's own, such as :memory:. */
    buffer_append_text(uri, *path == '/' ? "file:" : "file:./");
    for (const unsigned char *c = (const unsigned char *)path; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                     strchr("/._-", *c);
        if (plain)
            buffer_append_byte(uri, (char)*c);
        else
            buffer_append_format(uri, "%%%02x", *c);
    }
    buffer_append_text(uri, "?immutable=1");
}

/* SQLite hands out an empty text where it has no memory for one, but logs that. */
static void note_memory(void *context, int code, const char *message)
{
    (void)context;
    (void)message;
    buffer_memory_was_short |= (code & 0xff) == SQLITE_NOMEM;
}

void database_configure_sqlite(void)
{
    /* One thread, and nobody asks for memory statistics: both cost a lock at every call. */
    sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_LOG, note_memory, NULL);
}

/* What one statement may cost, in steps of SQLite's virtual machine. The dearest one, of `db check`, takes
 * 800 for each page of the file. */
enum { STEPS_AT_ONCE = 1000 * 1000, MAX_STEPS = 20 * 1000 * 1000, STEPS_PER_PAGE = 20 * 1000 };

static int stop_endless(void *context)
{
    struct database *database = context;
    return (database->steps += STEPS_AT_ONCE) > database->max_steps;
}

/* The file may be anybody's (sqlite.org/security.html): what stands in its schema calls nothing and runs
 * nothing, no value is larger than any that is written, and no statement runs for ever, as one does in a tree
 * with a circle. */
static void distrust(struct database *database, int64_t pages)
{
    static const int switches[][2] = {{SQLITE_DBCONFIG_DEFENSIVE, 1},
                                      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                      {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
                                      {SQLITE_DBCONFIG_ENABLE_VIEW, 0}};
    static const int limits[][2] = {{SQLITE_LIMIT_LENGTH, 16 << 20}, {SQLITE_LIMIT_SQL_LENGTH, 1 << 16},
                                    {SQLITE_LIMIT_EXPR_DEPTH, 100},  {SQLITE_LIMIT_COMPOUND_SELECT, 20},
                                    {SQLITE_LIMIT_ATTACHED, 0},      {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
                                    {SQLITE_LIMIT_WORKER_THREADS, 0}};
    for (size_t i = 0; i < ARRAY_SIZE(switches); i++)
        sqlite3_db_config(database->handle, switches[i][0], switches[i][1], NULL);
    for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
        sqlite3_limit(database->handle, limits[i][0], limits[i][1]);
    database->max_steps = MAX_STEPS + pages * STEPS_PER_PAGE;
    sqlite3_progress_handler(database->handle, STEPS_AT_ONCE, stop_endless, database);
}

enum error_code database_open(const char *path, struct database **database, struct error *error)
{
    int64_t pages = 0;
    if (check_header(path, &pages, error))
        return error->code;
    struct buffer uri CLEANUP(buffer_free) = BUFFER(4 * DATABASE_PATH_SIZE);
    append_uri(&uri, path);
    struct database *opened = calloc(1, sizeof *opened);
    if (!opened || uri.failed) {
        free(opened);
        return error_set(error, ERROR_NO_MEMORY, "no memory to open %s", path);
    }
    snprintf(opened->path, sizeof opened->path, "%s", path);
    database_configure_sqlite();
    int result = sqlite3_open_v2(buffer_text(&uri), &opened->handle,
                                 SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    if (result != SQLITE_OK) {
        database_sqlite_error(opened, result, error);
        database_close(opened);
        return error->code;
    }
    distrust(opened, pages);
    *database = opened;
    return ERROR_NONE;
}

void database_keep_pages(struct database *database)
{
    (void)sqlite3_exec(database->handle, "PRAGMA cache_size = -65536", NULL, NULL, NULL);
}

int database_age_days(const struct database *database)
{
    struct stat status;
    time_t now = time(NULL);
    if (stat(database->path, &status) || status.st_mtime > now)
        return 0;
    return (int)((now - status.st_mtime) / (24 * 3600));
}

void database_release(struct database *database)
{
    for (int i = 0; i < MAX_STATEMENTS; i++)
        sqlite3_finalize(database->statements[i].prepared);
    sqlite3_close(database->handle);
    for (int i = 0; i < database->origin_capacity; i++)
        free(database->origins[i]);
    free(database->origins);
    for (size_t i = 0; i < ARRAY_SIZE(database->kept); i++)
        free(database->kept[i]);
    *database = (struct database){.handle = NULL};
}

void database_close(struct database *database)
{
    if (!database)
        return;
    database_release(database);
    free(database);
}

static void bind(sqlite3_stmt *statement, int parameter, const struct sql_value *value)
{
    switch (value->type) {
    case SQLITE_INTEGER:
        sqlite3_bind_int64(statement, parameter, value->integer);
        break;
    case SQLITE_FLOAT:
        sqlite3_bind_double(statement, parameter, value->real);
        break;
    case SQLITE_TEXT:
        sqlite3_bind_text(statement, parameter, value->bytes, value->length, SQLITE_STATIC);
        break;
    case SQLITE_BLOB:
        sqlite3_bind_blob(statement, parameter, value->bytes, value->length, SQLITE_STATIC);
        break;
    default:
        sqlite3_bind_null(statement, parameter);
    }
}

enum error_code database_prepare(struct database *database, const char *sql, unsigned flags,
                                 sqlite3_stmt **statement, struct error *error)
{
    database->steps = 0;
    int result = sqlite3_prepare_v3(database->handle, sql, -1, flags, statement, NULL);
    return result == SQLITE_OK ? error->code = ERROR_NONE : database_sqlite_error(database, result, error);
}

enum error_code database_query(struct database *database, const char *sql, const struct sql_value values[],
                               int count, sqlite3_stmt **statement, struct error *error)
{
    int slot = 0;
    while (slot < MAX_STATEMENTS - 1 && database->statements[slot].sql &&
           database->statements[slot].sql != sql)
        slot++;
    sqlite3_stmt **kept = &database->statements[slot].prepared;
    database->steps = 0;
    error->code = ERROR_NONE;
    if (database->statements[slot].sql == sql) {
        sqlite3_reset(*kept);
    } else { /* the last slot is for all that are too many */
        sqlite3_finalize(*kept);
        database->statements[slot].sql = NULL;
        if (database_prepare(database, sql, SQLITE_PREPARE_PERSISTENT, kept, error))
            return error->code;
        database->statements[slot].sql = sql;
    }
    for (int i = 0; i < count; i++)
        bind(*kept, i + 1, &values[i]);
    *statement = *kept;
    return ERROR_NONE;
}

bool database_next(const struct database *database, sqlite3_stmt *statement, struct error *error)
{
    int result = sqlite3_step(statement);
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        database_sqlite_error(database, result, error);
    return result == SQLITE_ROW;
}

bool database_row(struct database *database, const char *sql, const struct sql_value values[], int count,
                  sqlite3_stmt **row, struct error *error)
{
    return (*row || !database_query(database, sql, values, count, row, error)) &&
           database_next(database, *row, error);
}

bool database_text(struct database *database, const char *sql, const struct sql_value values[], int count,
                   char *text, size_t size, struct error *error)
{
    sqlite3_stmt *row = NULL;
    text[0] = '\0';
    if (!database_row(database, sql, values, count, &row, error))
        return false;
    copy_column(row, 0, text, size);
    return true;
}

enum error_code database_run(struct database *database, const char *sql, const struct sql_value values[],
                             int count, struct error *error)
{
    sqlite3_stmt *statement;
    if (database_query(database, sql, values, count, &statement, error))
        return error->code;
    database_next(database, statement, error);
    sqlite3_reset(statement);
    return error->code;
}

enum error_code database_run_script(struct database *database, const char *const lines[], struct error *error)
{
    struct buffer script CLEANUP(buffer_free) = BUFFER(1 << 20);
    for (const char *const *line = lines; *line; line++)
        buffer_append_text(&script, *line);
    if (script.failed)
        return error_set(error, ERROR_NO_MEMORY, "no memory for a database");
    int result = sqlite3_exec(database->handle, buffer_text(&script), NULL, NULL, NULL);
    return result == SQLITE_OK ? error->code = ERROR_NONE : database_sqlite_error(database, result, error);
}

/* ---- rows that thousands of GPUs share: a hundred classes, thirty blockers of vendors ---- */

struct kept {
    enum kept_kind kind;
    char key[KEY_SIZE];
    size_t size;
    char value[];
};

/* The place of what has this key, empty where nothing has; NULL: all that it could be in are taken. */
static struct kept **place_of(struct database *database, enum kept_kind kind, const char *key)
{
    uint32_t hash = 2166136261U + kind; /* FNV-1a */
    for (const char *at = key; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619U;
    for (uint32_t i = 0; i < 8; i++) {
        struct kept **place = &database->kept[(hash + i) % ARRAY_SIZE(database->kept)];
        if (!*place || ((*place)->kind == kind && strcmp((*place)->key, key) == 0))
            return place;
    }
    return NULL;
}

int kept_take(struct database *database, enum kept_kind kind, const char *key, void *value)
{
    struct kept **place = place_of(database, kind, key);
    if (!place || !*place)
        return -1;
    memcpy(value, (*place)->value, (*place)->size);
    return (int)(*place)->size;
}

void kept_store(struct database *database, enum kept_kind kind, const char *key, const void *value,
                size_t size)
{
    struct kept **place = place_of(database, kind, key);
    struct kept *kept = place && !*place ? malloc(sizeof *kept + size) : NULL;
    if (!kept)
        return;
    kept->kind = kind;
    snprintf(kept->key, sizeof kept->key, "%s", key);
    kept->size = size;
    memcpy(kept->value, value, size);
    *place = kept;
}

/* ---- columns ---- */

int column_count(sqlite3_stmt *statement, int column)
{
    static const int64_t max = 100 * 1000 * 1000;
    int64_t count = sqlite3_column_int64(statement, column);
    return (int)(count < 0 ? 0 : count > max ? max : count);
}

double column_real(sqlite3_stmt *statement, int column, double max)
{
    double number = sqlite3_column_double(statement, column);
    return number >= 0 ? fmin(number, max) : 0; /* not a number is not >= 0 */
}

int column_row(sqlite3_stmt *statement, int column)
{
    int64_t row = sqlite3_column_int64(statement, column);
    return row < 0 || row >= MAX_ROWS ? -1 : (int)row;
}

uint32_t column_pci_id(sqlite3_stmt *statement, int column)
{
    int64_t id = sqlite3_column_int64(statement, column);
    return id < 0 || id > UINT32_MAX ? 0 : (uint32_t)id;
}

bool column_flag(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_int64(statement, column) != 0;
}

int column_value(sqlite3_stmt *statement, int column, const struct vocabulary *vocabulary)
{
    int value = vocabulary_find(vocabulary, column_text(statement, column));
    return value < 0 ? 0 : value;
}

int64_t column_integer(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_int64(statement, column);
}

const char *column_text(sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    return text ? (const char *)text : "";
}

void copy_column(sqlite3_stmt *statement, int column, char *target, size_t size)
{
    const char *text = column_text(statement, column);
    size_t length = (size_t)sqlite3_column_bytes(statement, column);
    if (length >= size) {
        length = size - 1;
        while (length && ((unsigned char)text[length] & 0xc0) == 0x80) /* between two characters */
            length--;
    }
    memcpy(target, text, length);
    target[length] = '\0';
}
