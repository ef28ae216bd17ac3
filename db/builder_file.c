/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file that a new database is built in. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.h"
#include "db/builder_internal.h"

/* Made from the files of schema/ that are called so. */
extern const char *const database_sql[];
extern const char *const temporary_sql[];
extern const char *const aliases_sql[];

static enum error_code add_workarounds(struct builder *builder, struct error *error)
{
    for (int blocker = 0; blocker < BLOCKER_COUNT; blocker++) {
        const char *const *fixes = blocker_workarounds((enum blocker)blocker);
        for (; fixes && *fixes; fixes++)
            if (INSERT(builder, error, "INSERT INTO blocker_fix VALUES (?1, ?2)",
                       sql_word(&vocabulary_blocker, blocker), sql_text(*fixes)))
                return error->code;
    }
    return ERROR_NONE;
}

static enum error_code create_tables(struct builder *builder, struct error *error)
{
    /* No journal: a file that is not finished is thrown away, never recovered. No CHECKs: the values
     * are written from enums, and evaluating them takes as long as all the rest. */
    static const char settings[] =
        "PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -8000;"
        "PRAGMA ignore_check_constraints = ON; BEGIN;";
    if (builder_execute(builder, settings, error) ||
        database_run_script(&builder->database, database_sql, error) ||
        database_run_script(&builder->database, temporary_sql, error))
        return error->code;
    return add_workarounds(builder, error);
}

/* O_EXCL: another program's file, or a link that somebody planted in a shared directory, is never written. */
static enum error_code create_file(const char *path, struct error *error)
{
    int file = -1;
    if (unlink(path) == 0 || errno == ENOENT)
        file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600); /* until it is published */
    if (file < 0)
        return error_set_errno(error, errno, "cannot create %s", path);
    close(file);
    return ERROR_NONE;
}

static enum error_code open_database(struct builder *builder, struct error *error)
{
    database_configure_sqlite();
    int result = sqlite3_open_v2(builder->path, &builder->database.handle,
                                 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    return result == SQLITE_OK ? ERROR_NONE : database_sqlite_error(&builder->database, result, error);
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
    if (open_database(created, error) || create_tables(created, error)) {
        builder_free(created);
        return error->code;
    }
    *builder = created;
    return ERROR_NONE;
}

void builder_free(struct builder *builder)
{
    if (!builder)
        return;
    database_release(&builder->database);
    if (!builder->published)
        unlink(builder->path);
    free(builder->dropped);
    known_words_free(&builder->known_words);
    free(builder);
}

enum error_code builder_complete(struct builder *builder, struct error *error)
{
    if (database_run_script(&builder->database, aliases_sql, error) || evidence_store(builder, error) ||
        builder_execute(builder, "COMMIT", error) || database_check_pages(&builder->database, error))
        return error->code;
    database_release(&builder->database);
    return file_sync(builder->path, error);
}

enum error_code builder_publish(struct builder *builder, const char *path, struct error *error)
{
    if (chmod(builder->path, file_public_mode()) || rename(builder->path, path))
        return error_set_errno(error, errno, "cannot put the new database in place as %s", path);
    builder->published = true;
    return file_sync(file_parent(path).text, error);
}
