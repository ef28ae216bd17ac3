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
#include "db/tally.h"

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
    INSERT_EVIDENCE,
    INSERT_ATTEMPT_TALLY,
    INSERT_COUNT
};

static const char *const insert_texts[INSERT_COUNT] = {
    [INSERT_SOURCE] = "INSERT INTO source (kind, name, cached, records, refused) VALUES (?1, ?2, 0, 0, 0)",
    [COMPLETE_SOURCE] = "UPDATE source SET version = ?2, date = ?3, hash = ?4, cached = ?5, records = ?6,"
                        " refused = ?7 WHERE id = ?1",
    [INSERT_VENDOR] = "INSERT OR IGNORE INTO vendor VALUES (?1, ?2)",
    [INSERT_DEVICE] = "INSERT OR IGNORE INTO device VALUES (?1, ?2)",
    [INSERT_SUBSYSTEM] = "INSERT OR IGNORE INTO subsystem VALUES (?1, ?2, ?3)",
    [INSERT_CLASS] = "INSERT OR IGNORE INTO class VALUES (?1, ?2, ?3, ?4)",
    [INSERT_ORIGIN] = "INSERT INTO origin (kind, text) VALUES (?1, ?2)",
    [INSERT_ANNOTATION] = "INSERT INTO annotation VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [INSERT_GPU] = "INSERT INTO gpu VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
                   " ?17, ?18, (SELECT id FROM prior WHERE form_factor IN ('-', ?7) AND display IN ('-', ?10)"
                   " AND vbios IN ('-', ?13) AND reset IN ('-', ?16) ORDER BY id LIMIT 1), NULL, NULL, NULL, NULL)",
    [INSERT_WORDS] = "INSERT INTO gpu_words (rowid, words) VALUES (?1, ?2)",
    [INSERT_PRIOR] = "INSERT INTO prior (form_factor, vbios, display, reset, works, works_with_workaround, partial,"
                     " fails, strength, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    [INSERT_PRICE] = "INSERT OR IGNORE INTO price VALUES (?1, ?2, ?3, ?4, ?5)",
    [INSERT_REPORT] = "INSERT INTO report (id, pci_id, subsystem, chassis, outcome, date, public, source,"
                      " body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [INSERT_SYMPTOM] = "INSERT OR IGNORE INTO report_symptom VALUES (?1, ?2)",
    [INSERT_ATTEMPT] = "INSERT INTO report_attempt VALUES (?1, ?2, ?3, ?4, ?5)",
    [SELECT_CARDS] = "SELECT pci_id FROM gpu WHERE form_factor IN ('desktop', 'server')",
    [INSERT_EVIDENCE] = "INSERT INTO evidence (level, key, chassis, works, works_with_workaround, partial, fails,"
                        " public, latest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [INSERT_ATTEMPT_TALLY] = "INSERT INTO attempt_tally VALUES (?1, ?2, ?3, ?4)",
    [UPDATE_USABLE] = "UPDATE gpu SET usable = ?2 WHERE pci_id = ?1",
};

/* What is computed once from all reports. The index gives a query its reports newest first. */
static const char summary_sql[] =
    "CREATE INDEX report_of_device ON report (pci_id, date DESC, id);"
    "CREATE TEMP TABLE fix_tally AS SELECT 'id' AS level, printf('%04x:%04x', pci_id >> 16, pci_id & 65535) AS key,"
    " fix, tried, helped FROM attempt_tally;"
    "INSERT INTO fix_tally SELECT 'chip', printf('%04x/%s/%s', pci_id >> 16, chip, form_factor) AS key, fix,"
    " sum(tried), sum(helped) FROM attempt_tally JOIN gpu USING (pci_id) WHERE chip <> '' GROUP BY key, fix;"
    "INSERT INTO workaround SELECT level, key, row_number() OVER (PARTITION BY level, key"
    " ORDER BY helped DESC, tried DESC, fix), fix, tried, helped FROM fix_tally;"
    "UPDATE gpu SET"
    " class_evidence = (SELECT id FROM evidence WHERE level = 'class' AND chassis = ''"
    "  AND key = printf('%04x/%s/%s/%s', pci_id >> 16, form_factor, vbios, display)),"
    " chip_evidence = (SELECT id FROM evidence WHERE level = 'chip' AND chassis = '' AND chip <> ''"
    "  AND key = printf('%04x/%s/%s', pci_id >> 16, chip, form_factor)),"
    " id_evidence = (SELECT id FROM evidence WHERE level = 'id' AND chassis = ''"
    "  AND key = printf('%04x:%04x', pci_id >> 16, pci_id & 65535));";

/* Of cards with the same name one is enough; the one that the price list names first, if any. */
static const char alternatives_sql[] =
    "CREATE TEMP TABLE card AS SELECT g.pci_id, d.name, g.usable, p.usd, p.as_of, p.line, p.place,"
    " printf('%04x/%s', g.pci_id >> 16, g.chip) AS key, g.chip FROM gpu g JOIN device d ON d.pci_id = g.pci_id"
    " LEFT JOIN price p ON p.pci_id = g.pci_id WHERE g.form_factor = 'desktop' AND g.usable > 0.5;"
    "INSERT INTO alternative SELECT key, row_number() OVER (PARTITION BY key ORDER BY usd IS NULL, usable DESC, line,"
    " place, pci_id) AS rank, pci_id, name, usable, usd, as_of FROM (SELECT *, row_number() OVER (PARTITION BY key,"
    " name ORDER BY usd IS NULL, line, place, usable DESC, pci_id) AS same FROM card WHERE chip <> '') WHERE same = 1;"
    "DELETE FROM alternative WHERE rank > 4;"
    "INSERT INTO alternative SELECT '', row_number() OVER (ORDER BY usd, line), pci_id, name, usable, usd, as_of"
    " FROM (SELECT *, row_number() OVER (PARTITION BY line ORDER BY place) AS first FROM card"
    " WHERE usd IS NOT NULL) WHERE first = 1;";

/* The reports that are in already, by the first half of their id: open addressing, at most half full. 32 bytes a
 * report, and far cheaper than an index that only an import would use. */
struct seen_reports {
    uint64_t (*slots)[2];
    size_t room; /* a power of two */
    size_t count;
};

/* Boards are told apart by ID, subsystem and chassis; attempts by ID and what was tried (its word follows). */
struct board_key {
    uint32_t pci_id;
    uint32_t subsystem;
    uint32_t has_subsystem;
    uint32_t chassis;
};

/* Where the reports on a GPU count, beside its ID. */
struct gpu_keys {
    uint32_t pci_id;
    char class_key[KEY_SIZE];
    char chip_key[KEY_SIZE]; /* "" when the chip is not known */
};

enum { COUNT_PUBLIC = OUTCOME_COUNT, COUNT_TRIED = 0, COUNT_HELPED = 1 };

struct builder {
    struct seen_reports seen;
    struct tally boards;
    struct tally attempts;
    struct tally evidence; /* by level, key and chassis, each ended by a NUL */
    struct gpu_keys *gpus; /* in the order in which they were added */
    size_t gpu_count;
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
    buffer_append_text(&schema, "PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
                                "PRAGMA cache_size = -24000; PRAGMA temp_store = MEMORY; BEGIN;");
    for (const char *const *line = database_sql; *line; line++)
        buffer_append_text(&schema, *line);
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
    database_configure_sqlite();
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

static size_t seen_slot(const struct seen_reports *seen, const uint64_t half[2])
{
    size_t slot = half[0] & (seen->room - 1);
    while ((seen->slots[slot][0] || seen->slots[slot][1]) && memcmp(seen->slots[slot], half, 16) != 0)
        slot = (slot + 1) & (seen->room - 1);
    return slot;
}

/* Remembers a report. `is_new` is false when it was known. */
static enum error_code remember(struct seen_reports *seen, const unsigned char id[32], bool *is_new,
                                struct error *error)
{
    uint64_t half[2];
    memcpy(half, id, sizeof half);
    if (2 * seen->count >= seen->room) {
        struct seen_reports larger = {.room = seen->room ? 2 * seen->room : 4096, .count = seen->count};
        larger.slots = calloc(larger.room, sizeof *larger.slots);
        if (!larger.slots)
            return error_set(error, ERROR_NO_MEMORY, "no memory for %zu reports", seen->count);
        for (size_t i = 0; i < seen->room; i++)
            if (seen->slots[i][0] || seen->slots[i][1])
                memcpy(larger.slots[seen_slot(&larger, seen->slots[i])], seen->slots[i], sizeof half);
        free(seen->slots);
        *seen = larger;
    }
    size_t slot = seen_slot(seen, half);
    *is_new = !seen->slots[slot][0] && !seen->slots[slot][1];
    if (*is_new) {
        memcpy(seen->slots[slot], half, sizeof half);
        seen->count++;
    }
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
    free(builder->seen.slots);
    tally_free(&builder->boards);
    tally_free(&builder->attempts);
    tally_free(&builder->evidence);
    free(builder->gpus);
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
                                        const char *date, const char *hash, bool cached, int64_t records,
                                        int64_t refused, struct error *error)
{
    sqlite3_stmt *update = prepare(builder, COMPLETE_SOURCE, error);
    if (!update)
        return error->code;
    sqlite3_bind_int64(update, 1, source);
    bind_text(update, 2, version);
    bind_text(update, 3, date);
    bind_text(update, 4, hash);
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

static enum error_code keep_keys(struct builder *builder, const struct gpu *gpu, struct error *error)
{
    if (builder->gpu_count % 1024 == 0) {
        struct gpu_keys *gpus = realloc(builder->gpus, (builder->gpu_count + 1024) * sizeof *gpus);
        if (!gpus)
            return error_set(error, ERROR_NO_MEMORY, "no memory for GPUs");
        builder->gpus = gpus;
    }
    struct gpu_keys *keys = &builder->gpus[builder->gpu_count++];
    keys->pci_id = pci_id_number(&gpu->id);
    keys->chip_key[0] = '\0';
    evidence_class_key(gpu, keys->class_key);
    if (gpu->chip[0])
        evidence_chip_key(gpu, keys->chip_key);
    return ERROR_NONE;
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
    if (run(builder, insert, error) || keep_keys(builder, gpu, error))
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

static enum error_code count_report(struct builder *builder, const struct report *report, struct error *error)
{
    const struct pci_id *id = &report->pci_id;
    const struct board_key board = {
        .pci_id = pci_id_number(id),
        .subsystem = id->has_subsystem ? (uint32_t)id->subvendor << 16 | id->subdevice : 0,
        .has_subsystem = id->has_subsystem,
        .chassis = report->chassis,
    };
    struct tally_entry *entry = tally_entry(&builder->boards, &board, sizeof board);
    if (!entry)
        return error_set(error, ERROR_NO_MEMORY, "no memory to count reports");
    entry->counts[report->outcome]++;
    entry->counts[COUNT_PUBLIC] += report->url != NULL;
    if (report->date && strcmp(report->date, entry->latest) > 0)
        snprintf(entry->latest, sizeof entry->latest, "%s", report->date);
    for (int i = 0; i < report->attempt_count; i++) {
        const struct report_attempt *attempt = &report->attempts[i];
        char key[TALLY_KEY_SIZE];
        size_t length = strlen(attempt->fix);
        memcpy(key, &board.pci_id, sizeof board.pci_id);
        memcpy(key + sizeof board.pci_id, attempt->fix, length);
        entry = tally_entry(&builder->attempts, key, sizeof board.pci_id + length);
        if (!entry)
            return error_set(error, ERROR_NO_MEMORY, "no memory to count attempts");
        entry->counts[COUNT_TRIED]++;
        entry->counts[COUNT_HELPED] += attempt->result == RESULT_FIXED || attempt->result == RESULT_HELPED;
    }
    return ERROR_NONE;
}

static enum error_code add_evidence(struct builder *builder, const char *level, const char *key, const char *chassis,
                                    const struct tally_entry *board, struct error *error)
{
    char name[TALLY_KEY_SIZE];
    int length = snprintf(name, sizeof name, "%s%c%s%c%s", level, 0, key, 0, chassis);
    struct tally_entry *entry = tally_entry(&builder->evidence, name, (size_t)length + 1);
    if (!entry)
        return error_set(error, ERROR_NO_MEMORY, "no memory to count reports");
    for (int i = 0; i < TALLY_COUNTS; i++)
        entry->counts[i] += board->counts[i];
    if (strcmp(board->latest, entry->latest) > 0)
        memcpy(entry->latest, board->latest, sizeof entry->latest);
    return ERROR_NONE;
}

static int compare_gpus(const void *a, const void *b)
{
    const struct gpu_keys *x = a;
    const struct gpu_keys *y = b;
    return (x->pci_id > y->pci_id) - (x->pci_id < y->pci_id);
}

/* A board counts at every level, for its chassis and for all of them. */
static enum error_code add_board(struct builder *builder, const struct tally_entry *entry, struct error *error)
{
    struct board_key board;
    char id_key[PCI_ID_TEXT_SIZE];
    char subsystem_key[PCI_ID_TEXT_SIZE] = "";
    memcpy(&board, entry->key, sizeof board);
    struct pci_id id = pci_id_from_number(board.pci_id);
    pci_id_print(&id, id_key);
    if (board.has_subsystem) {
        id.has_subsystem = true;
        id.subvendor = (uint16_t)(board.subsystem >> 16);
        id.subdevice = (uint16_t)board.subsystem;
        pci_id_print(&id, subsystem_key);
    }
    const struct gpu_keys wanted = {.pci_id = board.pci_id};
    const struct gpu_keys *gpu =
        builder->gpu_count ? bsearch(&wanted, builder->gpus, builder->gpu_count, sizeof wanted, compare_gpus) : NULL;
    const char *const levels[][2] = {{"id", id_key},
                                     {"subsystem", subsystem_key},
                                     {"chip", gpu ? gpu->chip_key : ""},
                                     {"class", gpu ? gpu->class_key : ""}};
    const char *const chassis[] = {"", vocabulary_word_of(&vocabulary_chassis, (int)board.chassis)};
    for (size_t i = 0; i < ARRAY_SIZE(levels) * ARRAY_SIZE(chassis); i++)
        if (*levels[i / 2][1] &&
            add_evidence(builder, levels[i / 2][0], levels[i / 2][1], chassis[i % 2], entry, error))
            return error->code;
    return ERROR_NONE;
}

static enum error_code store_evidence(struct builder *builder, const struct tally_entry *entry, struct error *error)
{
    sqlite3_stmt *insert = prepare(builder, INSERT_EVIDENCE, error);
    if (!insert)
        return error->code;
    const char *level = entry->key;
    const char *key = level + strlen(level) + 1;
    bind_text(insert, 1, level);
    bind_text(insert, 2, key);
    bind_text(insert, 3, key + strlen(key) + 1);
    for (int i = 0; i <= COUNT_PUBLIC; i++)
        sqlite3_bind_int64(insert, 4 + i, entry->counts[i]);
    bind_text(insert, 9, entry->latest);
    return run(builder, insert, error);
}

static enum error_code store_attempt_tally(struct builder *builder, const struct tally_entry *entry,
                                           struct error *error)
{
    uint32_t pci_id;
    sqlite3_stmt *insert = prepare(builder, INSERT_ATTEMPT_TALLY, error);
    if (!insert)
        return error->code;
    memcpy(&pci_id, entry->key, sizeof pci_id);
    sqlite3_bind_int64(insert, 1, pci_id);
    sqlite3_bind_text(insert, 2, entry->key + sizeof pci_id, (int)(entry->length - sizeof pci_id), SQLITE_STATIC);
    sqlite3_bind_int64(insert, 3, entry->counts[COUNT_TRIED]);
    sqlite3_bind_int64(insert, 4, entry->counts[COUNT_HELPED]);
    return run(builder, insert, error);
}

static enum error_code each_entry(struct builder *builder, const struct tally *tally,
                                  enum error_code (*each)(struct builder *builder, const struct tally_entry *entry,
                                                          struct error *error),
                                  struct error *error)
{
    for (size_t i = 0; i < tally->room; i++)
        if (tally->slots[i] && each(builder, tally->slots[i], error))
            return error->code;
    return ERROR_NONE;
}

static enum error_code store_tallies(struct builder *builder, struct error *error)
{
    if (builder->gpu_count)
        qsort(builder->gpus, builder->gpu_count, sizeof *builder->gpus, compare_gpus);
    if (each_entry(builder, &builder->boards, add_board, error) ||
        each_entry(builder, &builder->evidence, store_evidence, error) ||
        execute(builder, "CREATE TEMP TABLE attempt_tally (pci_id INTEGER, fix TEXT, tried INTEGER, helped INTEGER)",
                error))
        return error->code;
    return each_entry(builder, &builder->attempts, store_attempt_tally, error);
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
    if (!insert || remember(&builder->seen, id, is_new, error))
        return error->code;
    if (!*is_new)
        return ERROR_NONE;
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
    if (run(builder, insert, error) || add_lists(builder, report, error))
        return error->code;
    return count_report(builder, report, error);
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
            database_find_evidence(&builder->database, &device, CHASSIS_UNKNOWN, evidence, error))
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
    if (store_tallies(builder, error) || execute(builder, summary_sql, error) || store_verdicts(builder, error) ||
        execute(builder, alternatives_sql, error) || execute(builder, "COMMIT", error) || database_check(&builder->database, error))
        return error->code;
    close_database(builder);
    if (flush(builder->path, O_RDONLY, error))
        return error->code;
    if (rename(builder->path, path))
        return error_set_errno(error, errno, "cannot put the new database in place as %s", path);
    builder->published = true;
    return flush_folder_of(path, error);
}
