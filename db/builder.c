#include "db/builder.h"

#include <stdio.h>
#include <string.h>

#include "core/buffer.h"
#include "core/report_weight.h"
#include "db/builder_internal.h"
#include "db/database.h"

/* The two long tables are filled sixteen rows at a time, which takes 0.6 of the time. */
#define FOUR_ROWS    "(?, ?), (?, ?), (?, ?), (?, ?)"
#define SIXTEEN_ROWS FOUR_ROWS ", " FOUR_ROWS ", " FOUR_ROWS ", " FOUR_ROWS

static const char *const insert_texts[INSERT_COUNT] = {
    [INSERT_SOURCE] = "INSERT INTO source (kind, name, cached, records, refused) VALUES (?1, ?2, 0, 0, 0)",
    [COMPLETE_SOURCE] = "UPDATE source SET version = ?2, date = ?3, hash = ?4, cached = ?5, records = ?6,"
                        " refused = ?7 WHERE id = ?1",
    [INSERT_VENDOR] = "INSERT OR IGNORE INTO vendor VALUES (?1, ?2)",
    [INSERT_DEVICE] = "INSERT OR IGNORE INTO device VALUES (?1, ?2)",
    [INSERT_DEVICES] = "INSERT OR IGNORE INTO device VALUES " SIXTEEN_ROWS,
    [INSERT_SUBSYSTEM] = "INSERT OR IGNORE INTO subsystem VALUES (?1, ?2)",
    [INSERT_SUBSYSTEMS] = "INSERT OR IGNORE INTO subsystem VALUES " SIXTEEN_ROWS,
    [INSERT_CLASS] = "INSERT OR IGNORE INTO class VALUES (?1, ?2, ?3, ?4)",
    [INSERT_ORIGIN] = "INSERT INTO origin (kind, text) VALUES (?1, ?2)",
    [INSERT_ANNOTATION] = "INSERT INTO annotation VALUES (?1, ?2, ?3, ?4, ?5)",
    [INSERT_VARIANT] = "INSERT OR IGNORE INTO gpu_variant VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [INSERT_SUBVENDOR] = "INSERT INTO subvendor VALUES (?1, ?2, ?3, ?4)",
    [INSERT_GPU] =
        "INSERT INTO gpu VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
        " ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)",
    [INSERT_WORDS] = "INSERT INTO gpu_words (rowid, words) VALUES (?1, ?2)",
    [INSERT_PRIOR] =
        "INSERT INTO prior (form_factor, vbios, display, reset, works, works_with_workaround, partial,"
        " fails, strength, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    [INSERT_SYMPTOM] = "INSERT INTO symptom (line) VALUES (?1)",
    [INSERT_PRICE] = "INSERT OR IGNORE INTO price VALUES (?1, ?2, ?3, ?4, ?5)",
    [INSERT_CHIP_USE] = "INSERT INTO chip_use (vendor, chip, use, suits, reason) VALUES (?1, ?2, ?3, ?4, ?5)",
    [INSERT_REPORT] = "INSERT INTO report (id, pci_id, subsystem, chassis, outcome, date, public, outside,"
                      " sender, source, attempts, symptoms, body)"
                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    [INSERT_EVIDENCE] =
        "INSERT INTO evidence (level, key, chassis, works, works_with_workaround, partial, fails, weight_works,"
        " weight_works_with_workaround, weight_partial, weight_fails, public, outside, latest)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    [INSERT_WORKAROUND] = "INSERT INTO workaround VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [INSERT_DUPLICATE] = "INSERT INTO temp.duplicate VALUES (?1)",
    [INSERT_RETRACTION] = "INSERT OR IGNORE INTO temp.retraction VALUES (?1, ?2)",
    [SELECT_RETRACTIONS] = "SELECT id FROM temp.retraction WHERE source = ?1 AND length(id) = 32 ORDER BY id",
    [SELECT_REPORTS] =
        "SELECT pci_id, id, date, subsystem, chassis, outcome, public, outside, sender,"
        " attempts, symptoms, seq FROM report INDEXED BY report_of_device ORDER BY pci_id, date DESC, id",
    [SELECT_DATES] = "SELECT id, date FROM report INDEXED BY report_of_device ORDER BY pci_id, date DESC, id",
    [SELECT_DUPLICATES] = "SELECT source, count(*) FROM report WHERE seq IN (SELECT seq FROM temp.duplicate)"
                          " GROUP BY source",
    [SUBTRACT_DUPLICATES] = "UPDATE source SET records = records - ?2 WHERE id = ?1",
};

enum error_code builder_execute(struct builder *builder, const char *sql, struct error *error)
{
    int result = sqlite3_exec(builder->database.handle, sql, NULL, NULL, NULL);
    return result == SQLITE_OK ? ERROR_NONE : database_sqlite_error(&builder->database, result, error);
}

sqlite3_stmt *builder_statement(struct builder *builder, enum insert insert, struct error *error)
{
    sqlite3_stmt **kept = &builder->inserts[insert];
    int result = *kept ? SQLITE_OK
                       : sqlite3_prepare_v3(builder->database.handle, insert_texts[insert], -1,
                                            SQLITE_PREPARE_PERSISTENT, kept, NULL);
    if (result != SQLITE_OK)
        database_sqlite_error(&builder->database, result, error);
    return *kept;
}

enum error_code builder_run(struct builder *builder, sqlite3_stmt *statement, struct error *error)
{
    int result = sqlite3_step(statement);
    if (result != SQLITE_DONE) {
        sqlite3_reset(statement);
        return database_sqlite_error(&builder->database, result, error);
    }
    sqlite3_reset(statement);
    return ERROR_NONE;
}

void bind_text(sqlite3_stmt *statement, int column, const char *text)
{
    sqlite3_bind_text(statement, column, text, -1, SQLITE_STATIC);
}

enum error_code builder_add_source(struct builder *builder, const char *kind, const char *name,
                                   int64_t *source, struct error *error)
{
    sqlite3_stmt *insert = builder_statement(builder, INSERT_SOURCE, error);
    if (!insert)
        return error->code;
    bind_text(insert, 1, kind);
    bind_text(insert, 2, name);
    if (builder_run(builder, insert, error))
        return error->code;
    *source = sqlite3_last_insert_rowid(builder->database.handle);
    return ERROR_NONE;
}

enum error_code builder_complete_source(struct builder *builder, int64_t source, const char *version,
                                        const char *date, const char *hash, bool cached, int64_t records,
                                        int64_t refused, struct error *error)
{
    sqlite3_stmt *update = builder_statement(builder, COMPLETE_SOURCE, error);
    if (!update)
        return error->code;
    sqlite3_bind_int64(update, 1, source);
    bind_text(update, 2, version);
    bind_text(update, 3, date);
    bind_text(update, 4, hash);
    sqlite3_bind_int(update, 5, cached);
    sqlite3_bind_int64(update, 6, records);
    sqlite3_bind_int64(update, 7, refused);
    return builder_run(builder, update, error);
}

enum error_code builder_insert_named(struct builder *builder, enum insert kind, const int64_t numbers[],
                                     int count, const char *name, struct error *error)
{
    sqlite3_stmt *insert = builder_statement(builder, kind, error);
    if (!insert)
        return error->code;
    for (int i = 0; i < count; i++)
        sqlite3_bind_int64(insert, 1 + i, numbers[i]);
    bind_text(insert, 1 + count, name);
    return builder_run(builder, insert, error);
}

enum error_code builder_add_vendor(struct builder *builder, uint16_t vendor, const char *name,
                                   struct error *error)
{
    return builder_insert_named(builder, INSERT_VENDOR, (int64_t[]){vendor}, 1, name, error);
}

static enum error_code add_row(struct builder *builder, struct waiting_rows *rows, enum insert insert_all,
                               int64_t number, const char *name, struct error *error)
{
    rows->numbers[rows->count] = number;
    snprintf(rows->names[rows->count], NAME_SIZE, "%s", name);
    if (++rows->count < ROWS_AT_ONCE)
        return ERROR_NONE;
    sqlite3_stmt *insert = builder_statement(builder, insert_all, error);
    if (!insert)
        return error->code;
    for (int i = 0; i < ROWS_AT_ONCE; i++) {
        sqlite3_bind_int64(insert, 2 * i + 1, rows->numbers[i]);
        bind_text(insert, 2 * i + 2, rows->names[i]);
    }
    rows->count = 0;
    return builder_run(builder, insert, error);
}

/* Inserts the rows that are fewer than a whole lot. */
static enum error_code flush_rows(struct builder *builder, struct waiting_rows *rows, enum insert insert_one,
                                  struct error *error)
{
    for (int i = 0; i < rows->count; i++)
        if (builder_insert_named(builder, insert_one, &rows->numbers[i], 1, rows->names[i], error))
            return error->code;
    rows->count = 0;
    return ERROR_NONE;
}

enum error_code builder_add_device(struct builder *builder, uint32_t pci_id, const char *name,
                                   struct error *error)
{
    return add_row(builder, &builder->devices, INSERT_DEVICES, pci_id, name, error);
}

enum error_code builder_add_subsystem(struct builder *builder, uint32_t pci_id, uint32_t subsystem,
                                      const char *name, struct error *error)
{
    return add_row(builder, &builder->subsystems, INSERT_SUBSYSTEMS, subsystem_key(pci_id, subsystem), name,
                   error);
}

enum error_code builder_flush_rows(struct builder *builder, struct error *error)
{
    return flush_rows(builder, &builder->devices, INSERT_DEVICE, error)
               ? error->code
               : flush_rows(builder, &builder->subsystems, INSERT_SUBSYSTEM, error);
}

enum error_code builder_add_class(struct builder *builder, int base, int sub, int interface, const char *name,
                                  struct error *error)
{
    return builder_insert_named(builder, INSERT_CLASS, (int64_t[]){base, sub, interface}, 3, name, error);
}

enum error_code builder_add_origin(struct builder *builder, const char *kind, const char *text,
                                   struct error *error)
{
    sqlite3_stmt *insert = builder_statement(builder, INSERT_ORIGIN, error);
    if (!insert)
        return error->code;
    bind_text(insert, 1, kind);
    bind_text(insert, 2, text);
    return builder_run(builder, insert, error);
}

enum error_code builder_add_annotation(struct builder *builder, uint32_t pci_id, enum attribute attribute,
                                       int place, const char *value, double confidence, int origin,
                                       struct error *error)
{
    sqlite3_stmt *insert = builder_statement(builder, INSERT_ANNOTATION, error);
    if (!insert)
        return error->code;
    sqlite3_bind_int64(insert, 1, (int64_t)pci_id << 8 | place);
    bind_text(insert, 2, attribute_name(attribute));
    bind_text(insert, 3, value);
    sqlite3_bind_double(insert, 4, confidence);
    sqlite3_bind_int(insert, 5, origin);
    return builder_run(builder, insert, error);
}

enum error_code builder_add_variant(struct builder *builder, const struct gpu_variant *variant,
                                    struct error *error)
{
    sqlite3_stmt *insert = builder_statement(builder, INSERT_VARIANT, error);
    if (!insert)
        return error->code;
    sqlite3_bind_int64(insert, 1, variant->pci_id);
    sqlite3_bind_int64(insert, 2, variant->subsystem);
    sqlite3_bind_int(insert, 3, variant->revision);
    bind_text(insert, 4, variant->product);
    bind_text(insert, 5, vocabulary_word_of(&vocabulary_form_factor, (int)variant->form_factor));
    sqlite3_bind_double(insert, 6, variant->confidence);
    sqlite3_bind_int(insert, 7, variant->origin);
    return builder_run(builder, insert, error);
}

enum error_code builder_add_subvendor(struct builder *builder, uint16_t subvendor,
                                      enum form_factor form_factor, double confidence, const char *reason,
                                      struct error *error)
{
    sqlite3_stmt *insert = builder_statement(builder, INSERT_SUBVENDOR, error);
    if (!insert || builder_add_origin(builder, "subvendor", reason, error))
        return error->code;
    sqlite3_bind_int(insert, 1, subvendor);
    bind_text(insert, 2, vocabulary_word_of(&vocabulary_form_factor, (int)form_factor));
    sqlite3_bind_double(insert, 3, confidence);
    sqlite3_bind_int64(insert, 4, sqlite3_last_insert_rowid(builder->database.handle));
    return builder_run(builder, insert, error);
}

enum error_code builder_add_prior(struct builder *builder, const struct prior_key *key,
                                  const struct prior *prior, struct error *error)
{
    sqlite3_stmt *insert = builder_statement(builder, INSERT_PRIOR, error);
    if (!insert)
        return error->code;
    if (builder->prior_count == MAX_PRIORS)
        return error_set(error, ERROR_BAD_INPUT, "more than %d priors", MAX_PRIORS);
    /* PRIOR_ANY is what a word outside the vocabulary, the "-", gives. */
    builder->priors[builder->prior_count++] = (struct known_prior){
        {vocabulary_find(&vocabulary_form_factor, key->form_factor),
         vocabulary_find(&vocabulary_vbios, key->vbios), vocabulary_find(&vocabulary_display, key->display),
         vocabulary_find(&vocabulary_reset, key->reset)},
        *prior};
    builder->priors[builder->prior_count - 1].prior.reason = "";
    bind_text(insert, 1, key->form_factor);
    bind_text(insert, 2, key->vbios);
    bind_text(insert, 3, key->display);
    bind_text(insert, 4, key->reset);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        sqlite3_bind_double(insert, 5 + i, prior->shares[i]);
    sqlite3_bind_double(insert, 9, prior->strength);
    bind_text(insert, 10, prior->reason);
    return builder_run(builder, insert, error);
}

enum error_code builder_add_symptom(struct builder *builder, const struct symptom_record *symptom,
                                    struct error *error)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(16384);
    sqlite3_stmt *insert = builder_statement(builder, INSERT_SYMPTOM, error);
    if (!insert)
        return error->code;
    buffer_append_format(&line, "%s\t%s\t%s\t%s\t%s\t%s\t%s", symptom->word, symptom->scope,
                         vocabulary_word_of(&vocabulary_fixable, (int)symptom->fixable), symptom->words,
                         symptom->pattern, symptom->cause, symptom->next);
    if (line.failed)
        return error_set(error, ERROR_NO_MEMORY, "no memory for a symptom");
    bind_text(insert, 1, buffer_text(&line));
    return builder_run(builder, insert, error);
}

enum error_code builder_add_price(struct builder *builder, uint32_t pci_id, int usd, const char *as_of,
                                  int line, int place, struct error *error)
{
    sqlite3_stmt *insert = builder_statement(builder, INSERT_PRICE, error);
    if (!insert)
        return error->code;
    sqlite3_bind_int64(insert, 1, pci_id);
    sqlite3_bind_int(insert, 2, usd);
    bind_text(insert, 3, as_of);
    sqlite3_bind_int(insert, 4, line);
    sqlite3_bind_int(insert, 5, place);
    return builder_run(builder, insert, error);
}

enum error_code builder_add_chip_use(struct builder *builder, uint16_t vendor, const char *chip, enum use use,
                                     bool suits, const char *reason, struct error *error)
{
    sqlite3_stmt *insert = builder_statement(builder, INSERT_CHIP_USE, error);
    if (!insert)
        return error->code;
    sqlite3_bind_int(insert, 1, vendor);
    bind_text(insert, 2, chip);
    bind_text(insert, 3, vocabulary_word_of(&vocabulary_use, (int)use));
    sqlite3_bind_int(insert, 4, suits);
    bind_text(insert, 5, reason);
    return builder_run(builder, insert, error);
}

enum error_code builder_add_report(struct builder *builder, const struct report *report,
                                   const unsigned char id[32], const char *body, size_t length,
                                   int64_t source, struct error *error)
{
    sqlite3_stmt *insert = builder_statement(builder, INSERT_REPORT, error);
    if (!insert)
        return error->code;
    buffer_clear(&builder->attempts);
    buffer_clear(&builder->symptoms);
    for (int i = 0; i < report->attempt_count; i++) {
        const struct report_attempt *attempt = &report->attempts[i];
        buffer_append_text(&builder->attempts, vocabulary_word_of(&vocabulary_result, (int)attempt->result));
        buffer_append_byte(&builder->attempts, ' ');
        buffer_append_text(&builder->attempts, attempt->fix);
        buffer_append_byte(&builder->attempts, '\n');
    }
    for (int i = 0; report->attempt_count && i < report->symptom_count; i++) {
        /* One without a word in the vocabulary has no signature. */
        bool is_counted = vocabulary_find(&vocabulary_symptom, report->symptoms[i]) >= 0;
        for (int j = 0; j < i && is_counted; j++)
            is_counted = strcmp(report->symptoms[j], report->symptoms[i]) != 0;
        if (!is_counted)
            continue;
        buffer_append_text(&builder->symptoms, report->symptoms[i]);
        buffer_append_byte(&builder->symptoms, '\n');
    }
    if (builder->attempts.failed || builder->symptoms.failed)
        return error_set(error, ERROR_NO_MEMORY, "no memory for a report");
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
    sqlite3_bind_int(insert, 8, report_is_environment_failure(report));
    sqlite3_bind_int64(insert, 9, report_sender(report));
    sqlite3_bind_int64(insert, 10, source);
    bind_text(insert, 11, buffer_text(&builder->attempts));
    bind_text(insert, 12, buffer_text(&builder->symptoms));
    sqlite3_bind_text(insert, 13, body, (int)length, SQLITE_STATIC);
    return builder_run(builder, insert, error);
}

enum error_code builder_retract(struct builder *builder, const unsigned char id[32], int64_t source,
                                struct error *error)
{
    if (!builder->retracts &&
        builder_execute(builder,
                        "CREATE TEMP TABLE retraction (id BLOB, source INTEGER, PRIMARY KEY (id, source))"
                        " WITHOUT ROWID",
                        error))
        return error->code;
    builder->retracts = true;
    sqlite3_stmt *insert = builder_statement(builder, INSERT_RETRACTION, error);
    if (!insert)
        return error->code;
    sqlite3_bind_blob(insert, 1, id, 32, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 2, source);
    return builder_run(builder, insert, error);
}

enum error_code builder_each_retraction(struct builder *builder, int64_t source,
                                        enum error_code (*each)(void *context, const unsigned char id[32],
                                                                struct error *error),
                                        void *context, struct error *error)
{
    bool row = true;
    if (!builder->retracts)
        return ERROR_NONE;
    sqlite3_stmt *select = builder_statement(builder, SELECT_RETRACTIONS, error);
    if (!select)
        return error->code;
    sqlite3_bind_int64(select, 1, source);
    while (!database_step(&builder->database, select, &row, error) && row)
        if (each(context, sqlite3_column_blob(select, 0), error))
            break;
    sqlite3_reset(select);
    return error->code;
}
