#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/file.h"
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

/* Opens the file that create_file has made. */
static enum error_code open_database(struct builder *builder, struct error *error)
{
    database_configure_sqlite();
    int result = sqlite3_open_v2(builder->path, &builder->database.handle,
                                 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    return result == SQLITE_OK ? ERROR_NONE : database_sqlite_error(&builder->database, result, error);
}

/* O_EXCL: another program's file, or a link that somebody planted in a shared directory, is never written. */
static enum error_code create_file(const char *path, struct error *error)
{
    int file = -1;
    if (unlink(path) == 0 || errno == ENOENT)
        file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file < 0)
        return error_set_errno(error, errno, "cannot create %s", path);
    close(file);
    return ERROR_NONE;
}

enum error_code builder_create(const char *path, struct builder **builder, struct error *error)
{
    struct builder *created = calloc(1, sizeof *created);
    if (!created)
        return error_set(error, ERROR_NO_MEMORY, "no memory to build a database");
    if (create_file(path, error)) {
        free(created);
        return error->code;
    }
    snprintf(created->path, sizeof created->path, "%s", path);
    snprintf(created->database.path, sizeof created->database.path, "%s", path);
    created->attempts = BUFFER((size_t)4 * REPORT_MAX_BYTES);
    created->symptoms = BUFFER((size_t)4 * REPORT_MAX_BYTES);
    if (open_database(created, error) || create_tables(created, error)) {
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
    close_database(builder);
    evidence_free(builder);
    buffer_free(&builder->attempts);
    buffer_free(&builder->symptoms);
    if (!builder->published)
        unlink(builder->path);
    free(builder);
}

enum error_code builder_complete(struct builder *builder, struct error *error)
{
    if (builder_flush_rows(builder, error) || evidence_store(builder, error) ||
        builder_execute(builder, alternatives_sql, error) || builder_execute(builder, "COMMIT", error))
        return error->code;
    if (database_check_built(&builder->database, error))
        return error->code;
    close_database(builder);
    return file_sync(builder->path, error);
}

enum error_code builder_publish(struct builder *builder, const char *path, struct error *error)
{
    char directory[FILE_PATH_SIZE];
    if (rename(builder->path, path))
        return error_set_errno(error, errno, "cannot put the new database in place as %s", path);
    builder->published = true;
    file_parent(path, directory);
    return file_sync(directory, error);
}
