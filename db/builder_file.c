#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/builder_internal.h"

/* schema/database.sql line by line, made at build time. */
extern const char *const database_sql[];

/* The cards with a chip, the priced ones first, and those of the price list. */
static const char alternatives_sql[] =
    "CREATE TEMP TABLE card AS SELECT g.pci_id, d.name, g.usable, p.usd, p.as_of, p.line, p.place, g.chip"
    " FROM gpu g JOIN device d ON d.pci_id = g.pci_id LEFT JOIN price p ON p.pci_id = g.pci_id"
    " WHERE g.form_factor = 'desktop' AND g.display <> 'none' AND g.vbios = 'rom-bar' AND g.usable > 0.5;"
    "INSERT INTO alternative SELECT printf('%04x/%s', pci_id >> 16, chip), rank, pci_id, name, usable, usd,"
    " as_of FROM (SELECT *, row_number() OVER (PARTITION BY pci_id >> 16, chip"
    " ORDER BY usd IS NULL, usable DESC, line, place, pci_id) AS rank FROM card WHERE chip <> '')"
    " WHERE rank <= 12;"
    "INSERT INTO alternative SELECT '', row_number() OVER (ORDER BY usd, line), pci_id, name, usable, usd,"
    " as_of FROM (SELECT *, row_number() OVER (PARTITION BY line ORDER BY place) AS first FROM card"
    " WHERE usd IS NOT NULL) WHERE first = 1;";

static enum error_code create_tables(struct builder *builder, struct error *error)
{
    struct buffer schema CLEANUP(buffer_free) = BUFFER(1 << 20);
    /* No journal: a file that is not finished is thrown away, never recovered. */
    buffer_append_text(&schema, "PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = "
                                "OFF; PRAGMA locking_mode = EXCLUSIVE;"
                                "PRAGMA cache_size = -8000; BEGIN;");
    for (const char *const *line = database_sql; *line; line++)
        buffer_append_text(&schema, *line);
    return builder_execute(builder, buffer_text(&schema), error);
}

/* Opens the file that open_new has made. */
static enum error_code open_database(struct builder *builder, struct error *error)
{
    database_configure_sqlite();
    int result = sqlite3_open_v2(builder->path, &builder->database.handle,
                                 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    return result == SQLITE_OK ? ERROR_NONE : database_sqlite_error(&builder->database, result, error);
}

/* A builder whose file, still empty, is `file`: the caller closes it. NULL with the error set. */
static struct builder *open_new(const char *path, int *file, struct error *error)
{
    struct builder *created = calloc(1, sizeof *created);
    if (!created) {
        error_set(error, ERROR_NO_MEMORY, "no memory to build a database");
        return NULL;
    }
    snprintf(created->path, sizeof created->path, "%s", path);
    snprintf(created->database.path, sizeof created->database.path, "%s", path);
    created->attempts = BUFFER((size_t)4 * REPORT_MAX_BYTES);
    created->symptoms = BUFFER((size_t)4 * REPORT_MAX_BYTES);
    /* O_EXCL: another program's file, or a link that somebody planted in a shared folder, is never written.
     */
    *file = -1;
    if (unlink(path) == 0 || errno == ENOENT)
        *file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (*file >= 0)
        return created;
    error_set_errno(error, errno, "cannot create %s", path);
    created->published = true; /* not ours: leave it */
    builder_free(created);
    return NULL;
}

enum error_code builder_create(const char *path, struct builder **builder, struct error *error)
{
    int file;
    struct builder *created = open_new(path, &file, error);
    if (!created)
        return error->code;
    close(file);
    if (open_database(created, error) || create_tables(created, error)) {
        builder_free(created);
        return error->code;
    }
    *builder = created;
    return ERROR_NONE;
}

/* Has the disk begin while something else still runs: the flush at the end then waits less. */
static void *start_writing(void *context)
{
    const struct builder *builder = context;
    int file = open(builder->path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return NULL;
    sync_file_range(file, 0, 0, SYNC_FILE_RANGE_WRITE);
    close(file);
    return NULL;
}

static void stop_writing(struct builder *builder)
{
    if (builder->writes)
        pthread_join(builder->writer, NULL);
    builder->writes = false;
}

/* ---- going on from another database ---- */

static enum error_code copy_file(const char *from_path, int to, struct error *error)
{
    int from = open(from_path, O_RDONLY | O_CLOEXEC);
    ssize_t copied = -1;
    if (from >= 0)
        while ((copied = copy_file_range(from, NULL, to, NULL, 1 << 30, 0)) > 0)
            continue;
    if (copied < 0)
        error_set_errno(error, errno, "cannot copy %s", from_path);
    if (from >= 0)
        close(from);
    return error->code;
}

/* What no build has made could act on the next one: triggers run with its inserts. */
static enum error_code check_schema(struct builder *builder, struct error *error)
{
    sqlite3_stmt *foreign = NULL;
    int result = sqlite3_prepare_v2(builder->database.handle,
                                    "SELECT name FROM sqlite_schema WHERE type NOT IN ('table', 'index')"
                                    " OR (type = 'index' AND sql IS NOT NULL AND name <> 'report_of_device')"
                                    " LIMIT 1",
                                    -1, &foreign, NULL);
    if (result == SQLITE_OK && (result = sqlite3_step(foreign)) == SQLITE_ROW)
        error_set(error, ERROR_DATABASE_DAMAGED, "database %.400s: no build has made \"%.80s\"",
                  builder->path, column_text(foreign, 0));
    else if (result != SQLITE_DONE)
        database_sqlite_error(&builder->database, result, error);
    sqlite3_finalize(foreign);
    return error->code;
}

/* Takes out all but the reports and their sources. */
static enum error_code strip(struct builder *builder, struct error *error)
{
    struct buffer drops CLEANUP(buffer_free) = BUFFER(1 << 16);
    sqlite3_stmt *tables = NULL;
    buffer_append_text(&drops, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;");
    int result = sqlite3_prepare_v2(
        builder->database.handle,
        "SELECT printf('DROP TABLE \"%w\";', name) FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('report',"
        " 'source') AND name NOT LIKE 'gpu\\_words\\_%' ESCAPE '\\'"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
        -1, &tables, NULL);
    while (result == SQLITE_OK && (result = sqlite3_step(tables)) == SQLITE_ROW) {
        buffer_append_text(&drops, column_text(tables, 0));
        result = SQLITE_OK;
    }
    sqlite3_finalize(tables);
    if (result != SQLITE_DONE)
        return database_sqlite_error(&builder->database, result, error);
    buffer_append_text(&drops, "DELETE FROM source WHERE kind NOT IN ('reports', 'feed'); COMMIT;");
    return drops.failed ? error_set(error, ERROR_NO_MEMORY, "no memory for names of tables")
                        : builder_execute(builder, buffer_text(&drops), error);
}

static enum error_code note_last_report(struct builder *builder, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    int result =
        sqlite3_prepare_v2(builder->database.handle, "SELECT max(seq) FROM report", -1, &statement, NULL);
    if (result == SQLITE_OK && (result = sqlite3_step(statement)) == SQLITE_ROW)
        builder->last_old_report = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return result == SQLITE_ROW ? ERROR_NONE : database_sqlite_error(&builder->database, result, error);
}

enum error_code builder_continue(const char *path, const char *old_path, struct builder **builder,
                                 struct error *error)
{
    int file;
    struct builder *created = open_new(path, &file, error);
    if (!created)
        return error->code;
    created->continues = true;
    if (database_threads_allowed() &&
        report_check_start(old_path, REPORT_CHECK_PAGES, &created->report_check, error))
        created->report_check = NULL;
    if (!error->code)
        copy_file(old_path, file, error);
    close(file);
    created->writes = !error->code && !pthread_create(&created->writer, NULL, start_writing, created);
    if (error->code || open_database(created, error) || check_schema(created, error) ||
        strip(created, error) || create_tables(created, error) || note_last_report(created, error)) {
        builder_free(created);
        return error->code;
    }
    *builder = created;
    return ERROR_NONE;
}

static void close_database(struct builder *builder)
{
    for (int i = 0; i < INSERT_COUNT; i++)
        sqlite3_finalize(builder->inserts[i]);
    for (int i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(builder->database.statements[i]);
    sqlite3_close(builder->database.handle);
    database_forget(&builder->database);
    memset(builder->inserts, 0, sizeof builder->inserts);
    builder->database = (struct database){.handle = NULL};
}

void builder_free(struct builder *builder)
{
    if (!builder)
        return;
    report_check_abandon(builder->report_check);
    stop_writing(builder);
    close_database(builder);
    evidence_free(builder);
    buffer_free(&builder->attempts);
    buffer_free(&builder->symptoms);
    if (!builder->published)
        unlink(builder->path);
    free(builder);
}

static enum error_code flush(const char *path, int flags, struct error *error)
{
    int file = open(path, flags | O_CLOEXEC);
    if (file < 0 || fsync(file)) {
        error_set_errno(error, errno, "cannot flush %s to disk", path);
        if (file >= 0)
            close(file);
        return error->code;
    }
    close(file);
    return ERROR_NONE;
}

static enum error_code flush_folder_of(const char *path, struct error *error)
{
    char folder[DATABASE_PATH_SIZE];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (!slash)
        snprintf(folder, sizeof folder, ".");
    else
        slash[slash == folder] = '\0';
    return flush(folder, O_RDONLY | O_DIRECTORY, error);
}

/* What report_check has not seen to; all of it, where duplicates were taken out behind its back. */
static enum error_code check(struct builder *builder, struct error *error)
{
    struct report_check *reports = builder->report_check;
    if (!reports)
        return database_check_built(&builder->database, error);
    builder->report_check = NULL;
    if (!builder->continues && builder_duplicates(builder, ALL_SOURCES)) {
        report_check_abandon(reports);
        return database_check_built(&builder->database, error);
    }
    if (report_check_finish(reports, error))
        return error->code;
    return builder->continues ? database_check_added(&builder->database, builder->last_old_report, error)
                              : database_check_rest(&builder->database, error);
}

enum error_code builder_complete(struct builder *builder, struct error *error)
{
    if (builder_flush_rows(builder, error) || evidence_store(builder, error) ||
        builder_execute(builder, alternatives_sql, error) || builder_execute(builder, "COMMIT", error))
        return error->code;
    if (!builder->writes)
        start_writing(builder);
    stop_writing(builder);
    if (check(builder, error))
        return error->code;
    close_database(builder);
    return flush(builder->path, O_RDONLY, error);
}

enum error_code builder_publish(struct builder *builder, const char *path, struct error *error)
{
    if (rename(builder->path, path))
        return error_set_errno(error, errno, "cannot put the new database in place as %s", path);
    builder->published = true;
    return flush_folder_of(path, error);
}
