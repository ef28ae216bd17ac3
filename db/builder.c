/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/builder.h"

#include "core/report_weight.h"
#include "db/builder_internal.h"
#include "db/search.h"

#include <sodium.h>

#include <string.h>

enum error_code builder_execute(struct builder *builder, const char *sql, struct error *error)
{
    int result = sqlite3_exec(builder->database.handle, sql, NULL, NULL, NULL);
    return result == SQLITE_OK ? ERROR_NONE : database_sqlite_error(&builder->database, result, error);
}

enum error_code builder_put_source(struct builder *builder, struct source_record *source, struct error *error)
{
    if (INSERT(builder, error, "REPLACE INTO source VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
               sql_reference(source->id), sql_text(source->kind), sql_text(source->name),
               sql_text(source->version), sql_text(source->date), sql_text(source->hash),
               sql_integer(source->cached), sql_integer(source->records), sql_integer(source->rejected)))
        return error->code;
    source->id = sqlite3_last_insert_rowid(builder->database.handle);
    return ERROR_NONE;
}

/* ---- pci.ids ---- */

enum error_code builder_add_vendor(struct builder *builder, uint16_t vendor, const char *name,
                                   struct error *error)
{
    return INSERT(builder, error, "INSERT OR IGNORE INTO vendor VALUES (?1, ?2)", sql_integer(vendor),
                  sql_text(name));
}

enum error_code builder_add_device(struct builder *builder, uint32_t pci_id, const char *name, int origin,
                                   struct error *error)
{
    return INSERT(builder, error, "INSERT OR IGNORE INTO device VALUES (?1, ?2, ?3)", sql_integer(pci_id),
                  sql_text(name), sql_reference(origin));
}

enum error_code builder_add_subsystem(struct builder *builder, uint32_t pci_id, uint32_t subsystem,
                                      const char *name, struct error *error)
{
    return INSERT(builder, error, "INSERT OR IGNORE INTO subsystem VALUES (?1, ?2, ?3)", sql_integer(pci_id),
                  sql_integer(subsystem), sql_text(name));
}

/* ---- GPUs ---- */

enum error_code builder_add_origin(struct builder *builder, const char *text, int *number,
                                   struct error *error)
{
    if (INSERT(builder, error, "INSERT INTO origin VALUES (NULL, ?1)", sql_text(text)))
        return error->code;
    if (number)
        *number = (int)sqlite3_last_insert_rowid(builder->database.handle);
    return ERROR_NONE;
}

enum error_code builder_add_annotation(struct builder *builder, uint32_t pci_id, enum attribute attribute,
                                       int rank, const char *value, double confidence, int origin,
                                       struct error *error)
{
    return INSERT(builder, error, "INSERT INTO annotation VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                  sql_integer(pci_id), sql_text(attribute_name(attribute)), sql_integer(rank),
                  sql_text(value), sql_real(confidence), sql_integer(origin));
}

/* What the reports on a GPU are counted by, in this machine. */
static enum error_code add_keys(struct builder *builder, const struct gpu *gpu, enum share share,
                                const char *machine, struct error *error)
{
    char class_key[KEY_SIZE];
    char chip_key[KEY_SIZE];
    struct prior prior;
    if (database_find_prior(&builder->database, gpu, share, &prior, error))
        return error->code;
    evidence_class_key(gpu, &prior, class_key);
    evidence_chip_key(gpu, share, chip_key);
    return INSERT(builder, error, "INSERT INTO gpu_key VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                  sql_integer(pci_id_number(&gpu->id)), sql_word(&vocabulary_share, (int)share),
                  sql_text(machine), sql_integer(prior.number), sql_text(class_key), sql_text(chip_key));
}

enum error_code builder_add_keys(struct builder *builder, const struct gpu *gpu, enum share share,
                                 struct error *error)
{
    if (add_keys(builder, gpu, share, "", error))
        return error->code;
    for (int chassis = 0; chassis < CHASSIS_COUNT; chassis++) {
        struct gpu settled = *gpu;
        if (gpu_settle_by_chassis(&settled, (enum chassis)chassis) &&
            add_keys(builder, &settled, share, chassis_value(chassis), error))
            return error->code;
    }
    return ERROR_NONE;
}

static enum error_code add_blockers(struct builder *builder, const struct gpu *gpu, struct error *error)
{
    enum blocker blockers[BLOCKER_COUNT];
    int count = gpu_blockers(gpu, blockers);
    char id[PCI_ID_TEXT_SIZE];
    char key[KEY_SIZE];
    for (int i = 0; i < count; i++) {
        blocker_key(gpu, blockers[i], key);
        if (INSERT(builder, error, "INSERT INTO gpu_blocker VALUES (?1, ?2, ?3, ?4)",
                   sql_integer(pci_id_number(&gpu->id)), sql_word(&vocabulary_blocker, (int)blockers[i]),
                   sql_text(key), sql_text(gpu->chip[0] ? gpu->chip : pci_id_print(&gpu->id, id))))
            return error->code;
    }
    return ERROR_NONE;
}

/* The columns of an attribute in gpu and gpu_range. */
#define ORIGIN(gpu, origins, attribute)                                                                      \
    sql_reference((origins)[attribute]), sql_real((gpu)->attributes[attribute].confidence)
#define ATTRIBUTE(gpu, origins, attribute)                                                                   \
    sql_text(gpu_value(gpu, attribute)), ORIGIN(gpu, origins, attribute)
#define ATTRIBUTES(gpu, origins)                                                                             \
    ATTRIBUTE(gpu, origins, ATTRIBUTE_FORM_FACTOR), ATTRIBUTE(gpu, origins, ATTRIBUTE_DISPLAY),              \
        ATTRIBUTE(gpu, origins, ATTRIBUTE_VBIOS), ATTRIBUTE(gpu, origins, ATTRIBUTE_RESET)

enum error_code builder_add_gpu(struct builder *builder, const struct gpu *gpu,
                                const int origins[ATTRIBUTE_COUNT], bool *is_new, struct error *error)
{
    static const char sql[] =
        "INSERT OR IGNORE INTO gpu VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
        " ?16, ?17, ?18, NULL, NULL, 0, " FEATURES(19, 2, 20) ")";
    char id[PCI_ID_TEXT_SIZE];
    if (INSERT(builder, error, sql, sql_integer(pci_id_number(&gpu->id)), sql_text(gpu->chip),
               ORIGIN(gpu, origins, ATTRIBUTE_IS_GPU), ORIGIN(gpu, origins, ATTRIBUTE_CHIP),
               ATTRIBUTES(gpu, origins), sql_integer(gpu->id.vendor), sql_text(pci_id_print(&gpu->id, id))))
        return error->code;
    *is_new = sqlite3_changes(builder->database.handle) > 0;
    if (!*is_new)
        return ERROR_NONE;
    if (builder_add_keys(builder, gpu, SHARE_WHOLE, error))
        return error->code;
    return add_blockers(builder, gpu, error);
}

enum error_code builder_add_range(struct builder *builder, const struct gpu *gpu,
                                  const int origins[ATTRIBUTE_COUNT], uint32_t last, const char *generation,
                                  int origin, struct error *error)
{
    return INSERT(
        builder, error,
        "INSERT INTO gpu_range VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
        " ?14, ?15, ?16, ?17, " FEATURES(18, 5, 19) ")",
        sql_integer(pci_id_number(&gpu->id)), sql_integer(last), sql_text(generation), sql_integer(origin),
        sql_text(gpu->chip), ATTRIBUTES(gpu, origins), sql_integer(gpu->id.vendor), sql_text(""));
}

enum error_code builder_add_variant(struct builder *builder, const struct gpu_variant *variant,
                                    struct error *error)
{
    return INSERT(builder, error, "INSERT OR IGNORE INTO gpu_variant VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                  sql_integer(variant->pci_id), sql_integer(variant->subsystem),
                  sql_integer(variant->revision), sql_text(variant->product),
                  sql_word(&vocabulary_form_factor, (int)variant->form_factor), sql_real(variant->confidence),
                  sql_integer(variant->origin));
}

/* ---- names ---- */

enum { MAX_ALIAS = 1024 };

enum error_code builder_add_name_word(struct builder *builder, const char *word, enum word_kind kind,
                                      struct error *error)
{
    return INSERT(
        builder, error,
        "INSERT INTO name_word VALUES (?1, ?2) ON CONFLICT DO UPDATE SET words = words || '|' || excluded.words",
        sql_word(&vocabulary_word_kind, (int)kind), sql_text(word));
}

enum error_code builder_known_words(struct builder *builder, const struct known_words **known,
                                    struct error *error)
{
    *known = &builder->known_words;
    error->code = ERROR_NONE;
    return builder->known_words.count ? ERROR_NONE
                                      : known_words_load(&builder->database, &builder->known_words, error);
}

/* Appends the words of a code name, each of which is one: "rs780m". */
static void append_chip(struct buffer *out, const char *chip)
{
    bool is_inside = false;
    buffer_append_text(out, out->length ? " |" : "|");
    for (; *chip; chip++) {
        char lower = (char)(*chip | 0x20);
        bool is_letter = lower >= 'a' && lower <= 'z';
        bool is_word = is_letter || (*chip >= '0' && *chip <= '9');
        if (is_word && !is_inside)
            buffer_append_byte(out, ' ');
        if (is_word)
            buffer_append_byte(out, is_letter ? lower : *chip);
        is_inside = is_word;
    }
}

enum error_code builder_add_alias(struct builder *builder, const struct alias *alias, struct error *error)
{
    const struct known_words *known;
    struct buffer words CLEANUP(buffer_free) = BUFFER(MAX_ALIAS);
    struct gpu_name name;
    if (builder_known_words(builder, &known, error))
        return error->code;
    gpu_name_parse(alias->name ? alias->name : alias->product, known, &name);
    gpu_name_append(&words, &name);
    if (alias->chip)
        append_chip(&words, alias->chip);
    if (!words.length || name.is_cut || strlen(alias->product) >= PRODUCT_SIZE)
        return ERROR_NONE; /* no name of a GPU */
    return INSERT(builder, error, "INSERT INTO alias VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6)",
                  sql_text(buffer_text(&words)), sql_integer(alias->pci_id), sql_integer(alias->revision),
                  sql_text(alias->product), sql_word(&vocabulary_form_factor, (int)alias->form_factor),
                  sql_text(alias->source));
}

/* ---- the project's own tables ---- */

enum error_code builder_add_subvendor(struct builder *builder, uint16_t subvendor,
                                      enum form_factor form_factor, double confidence, const char *reason,
                                      struct error *error)
{
    int origin;
    if (builder_add_origin(builder, reason, &origin, error))
        return error->code;
    return INSERT(builder, error, "INSERT INTO gpu_variant VALUES (-1, ?1, -1, '', ?2, ?3, ?4)",
                  sql_integer((int64_t)subvendor << 16), sql_word(&vocabulary_form_factor, (int)form_factor),
                  sql_real(confidence), sql_integer(origin));
}

/* NULL for a "-". */
static struct sql_value sql_key(const char *value)
{
    return sql_text(strcmp(value, "-") == 0 ? NULL : value);
}

enum error_code builder_add_prior(struct builder *builder, const struct prior_key *key,
                                  const struct prior *prior, struct error *error)
{
    return INSERT(builder, error,
                  "INSERT INTO prior VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
                  sql_key(key->share), sql_reference(key->vendor), sql_key(key->form_factor),
                  sql_key(key->vbios), sql_key(key->display), sql_key(key->reset), sql_key(key->chips),
                  sql_real(prior->shares[OUTCOME_WORKS]),
                  sql_real(prior->shares[OUTCOME_WORKS_WITH_WORKAROUND]),
                  sql_real(prior->shares[OUTCOME_PARTIAL]), sql_real(prior->shares[OUTCOME_FAILS]),
                  sql_real(prior->strength), sql_text(prior->reason));
}

enum error_code builder_add_symptom(struct builder *builder, const struct symptom_record *symptom,
                                    struct error *error)
{
    if (INSERT(builder, error, "INSERT INTO symptom VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
               sql_text(symptom->id), sql_text(symptom->scope),
               sql_word(&vocabulary_fixable, (int)symptom->fixable), sql_text(symptom->words),
               sql_text(symptom->pattern), sql_text(symptom->condition), sql_text(symptom->cause),
               sql_text(symptom->next)))
        return error->code;
    for (const char *fix = symptom->fixes; *fix;) {
        size_t length = strcspn(fix, "|");
        const struct sql_value name = {.type = SQLITE_TEXT, .bytes = fix, .length = (int)length};
        if (strcmp(fix, "-") != 0 &&
            INSERT(builder, error, "INSERT OR IGNORE INTO symptom_fix VALUES (?1, ?2)", sql_text(symptom->id),
                   name))
            return error->code;
        fix += length + (fix[length] == '|');
    }
    return ERROR_NONE;
}

enum error_code builder_add_symptom_code(struct builder *builder, const struct symptom_code_record *code,
                                         int64_t *number, struct error *error)
{
    if (!INSERT(builder, error,
                "INSERT INTO symptom_code SELECT NULL, ?1, ?2, ?3, ?4"
                " WHERE EXISTS (SELECT 1 FROM symptom WHERE symptom = ?1)",
                sql_text(code->symptom), sql_text(code->code), sql_text(code->cause), sql_text(code->next)))
        *number = sqlite3_changes(builder->database.handle)
                      ? sqlite3_last_insert_rowid(builder->database.handle)
                      : 0;
    return error->code;
}

enum error_code builder_add_plan_step(struct builder *builder, const char *const texts[PLAN_TEXT_COUNT],
                                      struct error *error)
{
    struct sql_value values[PLAN_TEXT_COUNT];
    for (int i = 0; i < PLAN_TEXT_COUNT; i++)
        values[i] = sql_text(texts[i]);
    return database_run(
        &builder->database,
        "INSERT INTO plan_step VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)", values,
        PLAN_TEXT_COUNT, error);
}

/* ---- reports ---- */

/* Symptoms times fixes: of a report that has more, nobody can say which fix was for which symptom, and a few
 * of such would fill the disk with pairs. */
enum { MAX_FIXES_FOR_SYMPTOMS = 64 };

static enum error_code add_details(struct builder *builder, const struct report *report, int64_t seq,
                                   struct error *error)
{
    for (int i = 0; i < report->symptom_count; i++)
        if (INSERT(builder, error, "INSERT OR IGNORE INTO report_symptom VALUES (?1, ?2)", sql_integer(seq),
                   sql_text(report->symptoms[i])))
            return error->code;
    for (int i = 0; i < report->attempt_count; i++) {
        const struct report_attempt *attempt = &report->attempts[i];
        bool is_for_symptom = attempt->purpose && report_has_symptom(report, attempt->purpose);
        if (INSERT(builder, error, "INSERT INTO report_attempt VALUES (?1, ?2, ?3, ?4, ?5)", sql_integer(seq),
                   sql_integer(i + 1), sql_text(attempt->fix),
                   sql_word(&vocabulary_result, (int)attempt->result),
                   sql_text(is_for_symptom ? attempt->purpose : NULL)))
            return error->code;
    }
    return report->symptom_count * report->attempt_count <= MAX_FIXES_FOR_SYMPTOMS
               ? ERROR_NONE
               : INSERT(builder, error, "INSERT INTO unclear VALUES (?1)", sql_integer(seq));
}

enum error_code builder_add_report(struct builder *builder, const struct report *report,
                                   const unsigned char id[REPORT_ID_BYTES], const char *body, size_t length,
                                   int64_t source, struct error *error)
{
    const struct pci_id *pci_id = &report->pci_id;
    unsigned char superseded[REPORT_ID_BYTES];
    if (INSERT(builder, error,
               "INSERT INTO report VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
               " ?13, ?14)",
               sql_blob(id, REPORT_ID_BYTES), sql_integer(pci_id_number(pci_id)),
               pci_id->has_subsystem ? sql_integer((int64_t)pci_id->subvendor << 16 | pci_id->subdevice)
                                     : sql_text(NULL),
               sql_word(&vocabulary_chassis, (int)report->chassis),
               sql_word(&vocabulary_outcome, (int)report->outcome),
               sql_word(&vocabulary_sample, (int)report->sample),
               sql_word(&vocabulary_share, (int)report->share),
               sql_word(&vocabulary_guest, (int)report_guest(report->guest_os)),
               sql_text(report->date ? report->date : ""), sql_integer(report->url != NULL),
               sql_integer(report_is_environment_failure(report)), sql_integer(report_sender(report)),
               sql_integer(source),
               (struct sql_value){.type = SQLITE_TEXT, .bytes = body, .length = (int)length}))
        return error->code;
    int64_t seq = sqlite3_last_insert_rowid(builder->database.handle);
    if (report->share != SHARE_WHOLE &&
        INSERT(builder, error, "INSERT OR IGNORE INTO shared VALUES (?1, ?2)",
               sql_integer(pci_id_number(pci_id)), sql_integer(report->share)))
        return error->code;
    if (report->supersedes && /* validated: it is as long, of hexadecimal digits */
        sodium_hex2bin(superseded, sizeof superseded, report->supersedes, 2 * sizeof superseded, NULL, NULL,
                       NULL) == 0 &&
        INSERT(builder, error, "INSERT INTO superseding VALUES (?1, ?2)", sql_integer(seq),
               sql_blob(superseded, REPORT_ID_BYTES)))
        return error->code;
    return add_details(builder, report, seq, error);
}

enum error_code builder_retract(struct builder *builder, const unsigned char id[REPORT_ID_BYTES],
                                int64_t source, struct error *error)
{
    return INSERT(builder, error, "INSERT INTO retraction VALUES (?1, ?2)", sql_blob(id, REPORT_ID_BYTES),
                  sql_integer(source));
}

struct dropped_reports builder_dropped(const struct builder *builder, int64_t source)
{
    struct dropped_reports sum = {.source = source};
    for (int i = 0; i < builder->dropped_count; i++) {
        const struct dropped_reports *dropped = &builder->dropped[i];
        if (source != ALL_SOURCES && dropped->source != source)
            continue;
        sum.duplicates += dropped->duplicates;
        sum.retracted += dropped->retracted;
        sum.superseded += dropped->superseded;
        sum.without_effect += dropped->without_effect;
    }
    return sum;
}
