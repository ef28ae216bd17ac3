#include "db/builder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/buffer.h"
#include "db/database.h"
#include "db/internal.h"

/* schema/database.sql line by line, made at build time. */
extern const char *const database_sql[];

enum insert {
    INSERT_SOURCE,
    COMPLETE_SOURCE,
    INSERT_VENDOR,
    INSERT_DEVICE,
    INSERT_SUBSYSTEM,
    INSERT_CLASS,
    INSERT_ORIGIN,
    INSERT_ANNOTATION,
    INSERT_GPU,
    INSERT_WORDS,
    INSERT_PRIOR,
    INSERT_PRICE,
    INSERT_REPORT,
    INSERT_SYMPTOM,
    INSERT_ATTEMPT,
    SELECT_CARDS,
    UPDATE_USABLE,
    INSERT_COUNT
};

static const char *const insert_texts[INSERT_COUNT] = {
    [INSERT_SOURCE] = "INSERT INTO source (kind, name, cached, records, refused) VALUES (?1, ?2, 0, 0, 0)",
    [COMPLETE_SOURCE] = "UPDATE source SET version = ?2, date = ?3, sha256 = ?4, cached = ?5, records = ?6,"
                        " refused = ?7 WHERE id = ?1",
    [INSERT_VENDOR] = "INSERT OR IGNORE INTO vendor VALUES (?1, ?2)",
    [INSERT_DEVICE] = "INSERT OR IGNORE INTO device VALUES (?1, ?2)",
    [INSERT_SUBSYSTEM] = "INSERT OR IGNORE INTO subsystem VALUES (?1, ?2, ?3)",
    [INSERT_CLASS] = "INSERT OR IGNORE INTO class VALUES (?1, ?2, ?3, ?4)",
    [INSERT_ORIGIN] = "INSERT INTO origin (kind, text) VALUES (?1, ?2)",
    [INSERT_ANNOTATION] = "INSERT INTO annotation VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [INSERT_GPU] = "INSERT INTO gpu VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
                   " ?17, ?18, (SELECT id FROM prior WHERE form_factor IN ('-', ?7) AND display IN ('-', ?10)"
                   " AND vbios IN ('-', ?13) AND reset IN ('-', ?16) ORDER BY id LIMIT 1), NULL)",
    [INSERT_WORDS] = "INSERT INTO gpu_words (rowid, words) VALUES (?1, ?2)",
    [INSERT_PRIOR] = "INSERT INTO prior (form_factor, vbios, display, reset, works, works_with_workaround, partial,"
                     " fails, strength, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    [INSERT_PRICE] = "INSERT OR IGNORE INTO price VALUES (?1, ?2, ?3, ?4, ?5)",
    [INSERT_REPORT] = "INSERT OR IGNORE INTO report (id, pci_id, subsystem, chassis, outcome, date, public, source,"
                      " body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [INSERT_SYMPTOM] = "INSERT OR IGNORE INTO report_symptom VALUES (?1, ?2)",
    [INSERT_ATTEMPT] = "INSERT INTO report_attempt VALUES (?1, ?2, ?3, ?4, ?5)",
    [SELECT_CARDS] = "SELECT pci_id FROM gpu WHERE form_factor IN ('desktop', 'server')",
    [UPDATE_USABLE] = "UPDATE gpu SET usable = ?2 WHERE pci_id = ?1",
};

/* What is computed once from all reports. The index gives a query its reports newest first, and the counts
 * without reading a report's body. */
static const char summary_sql[] =
    "CREATE INDEX report_of_device ON report (pci_id, date DESC, id, subsystem, chassis, outcome, public);"
    "CREATE TEMP TABLE tally AS SELECT r.pci_id, subsystem, chassis, total(outcome = 'works') AS works,"
    " total(outcome = 'works-with-workaround') AS worked, total(outcome = 'partial') AS partial,"
    " total(outcome = 'fails') AS fails, total(public) AS public, max(date) AS latest,"
    " printf('%04x:%04x', r.pci_id >> 16, r.pci_id & 65535) AS id,"
    " printf('%04x/%s/%s', r.pci_id >> 16, nullif(g.chip, ''), g.form_factor) AS chip,"
    " printf('%04x/%s/%s/%s', r.pci_id >> 16, g.form_factor, g.vbios, g.display) AS class, g.pci_id AS gpu"
    " FROM report r LEFT JOIN gpu g USING (pci_id) GROUP BY r.pci_id, subsystem, chassis;"
    "UPDATE tally SET chip = NULL WHERE gpu IS NULL OR gpu NOT IN (SELECT pci_id FROM gpu WHERE chip <> '');"
    "CREATE TEMP TABLE tally_key AS SELECT rowid AS tally, 'id' AS level, id AS key FROM tally"
    " UNION ALL SELECT rowid, 'subsystem', printf('%s:%04x:%04x', id, subsystem >> 16, subsystem & 65535) FROM tally"
    " WHERE subsystem IS NOT NULL"
    " UNION ALL SELECT rowid, 'chip', chip FROM tally WHERE chip IS NOT NULL"
    " UNION ALL SELECT rowid, 'class', class FROM tally WHERE gpu IS NOT NULL;"
    "INSERT INTO evidence SELECT level, key, '', sum(works), sum(worked), sum(partial), sum(fails), sum(public),"
    " max(latest) FROM tally_key JOIN tally t ON t.rowid = tally GROUP BY level, key;"
    "INSERT INTO evidence SELECT level, key, chassis, sum(works), sum(worked), sum(partial), sum(fails), sum(public),"
    " max(latest) FROM tally_key JOIN tally t ON t.rowid = tally GROUP BY level, key, chassis;"
    "CREATE TEMP TABLE attempt_tally AS SELECT pci_id, fix, count(*) AS tried,"
    " sum(result IN ('fixed', 'helped')) AS helped FROM report_attempt GROUP BY pci_id, fix;"
    "INSERT INTO workaround SELECT 'id', printf('%04x:%04x', pci_id >> 16, pci_id & 65535), fix, tried, helped"
    " FROM attempt_tally;"
    "INSERT INTO workaround SELECT 'chip', printf('%04x/%s/%s', pci_id >> 16, chip, form_factor) AS key, fix,"
    " sum(tried), sum(helped) FROM attempt_tally JOIN gpu USING (pci_id) WHERE chip <> '' GROUP BY key, fix;"
    "CREATE INDEX gpu_of_chip ON gpu (chip);";

struct builder {
    struct database database; /* so that a verdict is computed as a reader computes it */
    sqlite3_stmt *inserts[INSERT_COUNT];
    char path[DATABASE_PATH_SIZE];
    bool published;
};

static enum error_code execute(struct builder *builder, const char *sql, struct error *error)
{
    int result = sqlite3_exec(builder->database.handle, sql, NULL, NULL, NULL);
    return result == SQLITE_OK ? ERROR_NONE : database_sqlite_error(builder->database.handle, result, error);
}

static enum error_code create_tables(struct builder *builder, struct error *error)
{
    struct buffer schema CLEANUP(buffer_free) = BUFFER(1 << 20);
    /* No journal: a file that is not finished is thrown away, never recovered. */
    buffer_append_text(&schema, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
                                "PRAGMA cache_size = -24000; PRAGMA temp_store = MEMORY; BEGIN;");
    for (const char *const *line = database_sql; *line; line++)
        buffer_append_text(&schema, *line);
    buffer_append_text(&schema, "CREATE UNIQUE INDEX report_id ON report (id);");
    return execute(builder, buffer_text(&schema), error);
}

enum error_code builder_create(const char *path, struct builder **builder, struct error *error)
{
    struct builder *created = calloc(1, sizeof *created);
    if (!created)
        return error_set(error, ERROR_NO_MEMORY, "no memory to build a database");
    snprintf(created->path, sizeof created->path, "%s", path);
    /* O_EXCL: another program's file, or a link that somebody planted in a shared folder, is never written. */
    int file = -1;
    if (unlink(path) == 0 || errno == ENOENT)
        file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file < 0) {
        error_set_errno(error, errno, "cannot create %s", path);
        created->published = true; /* not ours: leave it */
        builder_free(created);
        return error->code;
    }
    close(file);
    int result = sqlite3_open_v2(path, &created->database.handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (result != SQLITE_OK)
        database_sqlite_error(created->database.handle, result, error);
    else
        create_tables(created, error);
    if (error->code) {
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
    memset(builder->inserts, 0, sizeof builder->inserts);
    builder->database = (struct database){.handle = NULL};
}

void builder_free(struct builder *builder)
{
    if (!builder)
        return;
    close_database(builder);
    if (!builder->published)
        unlink(builder->path);
    free(builder);
}

/* The prepared statement, or NULL with the error set. */
static sqlite3_stmt *prepare(struct builder *builder, enum insert insert, struct error *error)
{
    sqlite3_stmt **kept = &builder->inserts[insert];
    if (*kept)
        return *kept;
    int result = sqlite3_prepare_v3(builder->database.handle, insert_texts[insert], -1, SQLITE_PREPARE_PERSISTENT,
                                    kept, NULL);
    if (result != SQLITE_OK)
        database_sqlite_error(builder->database.handle, result, error);
    return *kept;
}

static enum error_code run(struct builder *builder, sqlite3_stmt *statement, struct error *error)
{
    int result = sqlite3_step(statement);
    if (result != SQLITE_DONE) {
        sqlite3_reset(statement);
        return database_sqlite_error(builder->database.handle, result, error);
    }
    sqlite3_reset(statement);
    return ERROR_NONE;
}

static void bind_text(sqlite3_stmt *statement, int column, const char *text)
{
    sqlite3_bind_text(statement, column, text, -1, SQLITE_STATIC);
}

enum error_code builder_add_source(struct builder *builder, const char *kind, const char *name, int64_t *source,
                                   struct error *error)
{
    sqlite3_stmt *insert = prepare(builder, INSERT_SOURCE, error);
    if (!insert)
        return error->code;
    bind_text(insert, 1, kind);
    bind_text(insert, 2, name);
    if (run(builder, insert, error))
        return error->code;
    *source = sqlite3_last_insert_rowid(builder->database.handle);
    return ERROR_NONE;
}

enum error_code builder_complete_source(struct builder *builder, int64_t source, const char *version,
                                        const char *date, const char *sha256, bool cached, int64_t records,
                                        int64_t refused, struct error *error)
{
    sqlite3_stmt *update = prepare(builder, COMPLETE_SOURCE, error);
    if (!update)
        return error->code;
    sqlite3_bind_int64(update, 1, source);
    bind_text(update, 2, version);
    bind_text(update, 3, date);
    bind_text(update, 4, sha256);
    sqlite3_bind_int(update, 5, cached);
    sqlite3_bind_int64(update, 6, records);
    sqlite3_bind_int64(update, 7, refused);
    return run(builder, update, error);
}

/* One row of numbers and a text at the end: the shape of all tables of pci.ids. */
static enum error_code add_named(struct builder *builder, enum insert kind, const int64_t numbers[], int count,
                                 const char *name, struct error *error)
{
    sqlite3_stmt *insert = prepare(builder, kind, error);
    if (!insert)
        return error->code;
    for (int i = 0; i < count; i++)
        sqlite3_bind_int64(insert, 1 + i, numbers[i]);
    bind_text(insert, 1 + count, name);
    return run(builder, insert, error);
}

enum error_code builder_add_vendor(struct builder *builder, uint16_t vendor, const char *name, struct error *error)
{
    return add_named(builder, INSERT_VENDOR, (int64_t[]){vendor}, 1, name, error);
}

enum error_code builder_add_device(struct builder *builder, uint32_t pci_id, const char *name, struct error *error)
{
    return add_named(builder, INSERT_DEVICE, (int64_t[]){pci_id}, 1, name, error);
}

enum error_code builder_add_subsystem(struct builder *builder, uint32_t pci_id, uint32_t subsystem,
                                      const char *name, struct error *error)
{
    return add_named(builder, INSERT_SUBSYSTEM, (int64_t[]){pci_id, subsystem}, 2, name, error);
}

enum error_code builder_add_class(struct builder *builder, int base, int sub, int interface, const char *name,
                                  struct error *error)
{
    return add_named(builder, INSERT_CLASS, (int64_t[]){base, sub, interface}, 3, name, error);
}

enum error_code builder_add_origin(struct builder *builder, const char *kind, const char *text,
                                   struct error *error)
{
    sqlite3_stmt *insert = prepare(builder, INSERT_ORIGIN, error);
    if (!insert)
        return error->code;
    bind_text(insert, 1, kind);
    bind_text(insert, 2, text);
    return run(builder, insert, error);
}

enum error_code builder_add_annotation(struct builder *builder, uint32_t pci_id, enum attribute attribute, int rank,
                                       const char *value, double confidence, int origin, struct error *error)
{
    sqlite3_stmt *insert = prepare(builder, INSERT_ANNOTATION, error);
    if (!insert)
        return error->code;
    sqlite3_bind_int64(insert, 1, pci_id);
    bind_text(insert, 2, attribute_name(attribute));
    sqlite3_bind_int(insert, 3, rank);
    bind_text(insert, 4, value);
    sqlite3_bind_double(insert, 5, confidence);
    sqlite3_bind_int(insert, 6, origin);
    return run(builder, insert, error);
}

static void bind_origin(sqlite3_stmt *statement, int column, int origin, double confidence)
{
    if (origin)
        sqlite3_bind_int(statement, column, origin);
    else
        sqlite3_bind_null(statement, column);
    sqlite3_bind_double(statement, column + 1, confidence);
}

enum error_code builder_add_gpu(struct builder *builder, const struct gpu *gpu, const int origins[ATTRIBUTE_COUNT],
                                const char *words, struct error *error)
{
    sqlite3_stmt *insert = prepare(builder, INSERT_GPU, error);
    if (!insert)
        return error->code;
    sqlite3_bind_int64(insert, 1, pci_id_number(&gpu->id));
    bind_text(insert, 2, gpu->chip);
    bind_origin(insert, 3, origins[ATTRIBUTE_IS_GPU], gpu->attributes[ATTRIBUTE_IS_GPU].confidence);
    bind_origin(insert, 5, origins[ATTRIBUTE_CHIP], gpu->attributes[ATTRIBUTE_CHIP].confidence);
    for (int i = ATTRIBUTE_FORM_FACTOR; i < ATTRIBUTE_COUNT; i++) {
        int column = 7 + 3 * (i - ATTRIBUTE_FORM_FACTOR);
        const struct annotation *annotation = &gpu->attributes[i];
        bind_text(insert, column, vocabulary_word_of(attribute_vocabulary((enum attribute)i), annotation->value));
        bind_origin(insert, column + 1, origins[i], annotation->confidence);
    }
    if (run(builder, insert, error))
        return error->code;
    return add_named(builder, INSERT_WORDS, (int64_t[]){pci_id_number(&gpu->id)}, 1, words, error);
}

enum error_code builder_add_prior(struct builder *builder, const struct prior_key *key, const struct prior *prior,
                                  struct error *error)
{
    sqlite3_stmt *insert = prepare(builder, INSERT_PRIOR, error);
    if (!insert)
        return error->code;
    bind_text(insert, 1, key->form_factor);
    bind_text(insert, 2, key->vbios);
    bind_text(insert, 3, key->display);
    bind_text(insert, 4, key->reset);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        sqlite3_bind_double(insert, 5 + i, prior->shares[i]);
    sqlite3_bind_double(insert, 9, prior->strength);
    bind_text(insert, 10, prior->reason);
    return run(builder, insert, error);
}

enum error_code builder_add_price(struct builder *builder, uint32_t pci_id, int usd, const char *as_of, int line,
                                  int place, struct error *error)
{
    sqlite3_stmt *insert = prepare(builder, INSERT_PRICE, error);
    if (!insert)
        return error->code;
    sqlite3_bind_int64(insert, 1, pci_id);
    sqlite3_bind_int(insert, 2, usd);
    bind_text(insert, 3, as_of);
    sqlite3_bind_int(insert, 4, line);
    sqlite3_bind_int(insert, 5, place);
    return run(builder, insert, error);
}

static enum error_code add_lists(struct builder *builder, const struct report *report, struct error *error)
{
    int64_t seq = sqlite3_last_insert_rowid(builder->database.handle);
    sqlite3_stmt *symptom = prepare(builder, INSERT_SYMPTOM, error);
    sqlite3_stmt *attempt = prepare(builder, INSERT_ATTEMPT, error);
    if (!symptom || !attempt)
        return error->code;
    for (int i = 0; i < report->symptom_count; i++) {
        sqlite3_bind_int64(symptom, 1, seq);
        bind_text(symptom, 2, report->symptoms[i]);
        if (run(builder, symptom, error))
            return error->code;
    }
    for (int i = 0; i < report->attempt_count; i++) {
        sqlite3_bind_int64(attempt, 1, seq);
        sqlite3_bind_int(attempt, 2, i);
        bind_text(attempt, 3, report->attempts[i].fix);
        bind_text(attempt, 4, vocabulary_word_of(&vocabulary_result, (int)report->attempts[i].result));
        sqlite3_bind_int64(attempt, 5, pci_id_number(&report->pci_id));
        if (run(builder, attempt, error))
            return error->code;
    }
    return ERROR_NONE;
}

enum error_code builder_add_report(struct builder *builder, const struct report *report, const unsigned char id[32],
                                   const char *body, size_t length, int64_t source, bool *is_new,
                                   struct error *error)
{
    sqlite3_stmt *insert = prepare(builder, INSERT_REPORT, error);
    if (!insert)
        return error->code;
    sqlite3_bind_blob(insert, 1, id, 32, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 2, pci_id_number(&report->pci_id));
    if (report->pci_id.has_subsystem)
        sqlite3_bind_int64(insert, 3, (int64_t)report->pci_id.subvendor << 16 | report->pci_id.subdevice);
    else
        sqlite3_bind_null(insert, 3);
    bind_text(insert, 4, vocabulary_word_of(&vocabulary_chassis, (int)report->chassis));
    bind_text(insert, 5, vocabulary_word_of(&vocabulary_outcome, (int)report->outcome));
    bind_text(insert, 6, report->date ? report->date : "");
    sqlite3_bind_int(insert, 7, report->url != NULL);
    sqlite3_bind_int64(insert, 8, source);
    sqlite3_bind_text(insert, 9, body, (int)length, SQLITE_STATIC);
    if (run(builder, insert, error))
        return error->code;
    *is_new = sqlite3_changes(builder->database.handle) > 0;
    return *is_new ? add_lists(builder, report, error) : ERROR_NONE;
}

/* Stores each card's probability of being usable, which ranks it among the alternatives of others. */
static enum error_code store_verdicts(struct builder *builder, struct error *error)
{
    sqlite3_stmt *cards = prepare(builder, SELECT_CARDS, error);
    sqlite3_stmt *update = prepare(builder, UPDATE_USABLE, error);
    bool row;
    if (!cards || !update)
        return error->code;
    for (;;) {
        struct device device;
        struct evidence evidence[EVIDENCE_LEVELS];
        if (database_step(&builder->database, cards, &row, error) || !row)
            break;
        struct pci_id id = pci_id_from_number((uint32_t)sqlite3_column_int64(cards, 0));
        if (database_find_device(&builder->database, &id, &device, error) ||
            database_find_evidence(&builder->database, &device.gpu, CHASSIS_UNKNOWN, evidence, error))
            break;
        struct verdict verdict = verdict_compute(&device.prior, evidence);
        if (verdict.level == LEVEL_UNKNOWN)
            continue;
        sqlite3_bind_int64(update, 1, pci_id_number(&id));
        sqlite3_bind_double(update, 2, verdict.usable);
        if (run(builder, update, error))
            break;
    }
    sqlite3_reset(cards);
    return error->code;
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

enum error_code builder_publish(struct builder *builder, const char *path, struct error *error)
{
    if (execute(builder, summary_sql, error) || store_verdicts(builder, error) ||
        execute(builder, "COMMIT; PRAGMA optimize;", error) || database_check(&builder->database, error))
        return error->code;
    close_database(builder);
    if (flush(builder->path, O_RDONLY, error))
        return error->code;
    if (rename(builder->path, path))
        return error_set_errno(error, errno, "cannot put the new database in place as %s", path);
    builder->published = true;
    return flush_folder_of(path, error);
}
