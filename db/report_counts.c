#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/report_weight.h"
#include "db/builder_internal.h"
#include "db/fix_counts.h"

/* All reports are counted in one pass in the order of their devices, so that memory is needed for the counts
 * of one device, of all chips and of all classes, however many reports there are. Reports with the same id
 * lie side by side in that order, and it is the same however the reports came in. */

/* The index holds all that the pass reads: the table itself is five times as long. Sorting it takes as much
 * memory as the cache may; what is more goes to a temporary file. */
static const char index_sql[] =
    "PRAGMA cache_size = -4000;"
    "CREATE INDEX report_of_device ON report (pci_id, date DESC, id, subsystem, chassis, outcome, public,"
    " outside, sender, attempts, symptoms);"
    "CREATE TEMP TABLE duplicate (seq INTEGER PRIMARY KEY);";

enum { REPORT_ID_SIZE = 32 };

/* The columns of SELECT_REPORTS. */
enum {
    COLUMN_PCI_ID,
    COLUMN_ID,
    COLUMN_DATE,
    COLUMN_SUBSYSTEM,
    COLUMN_CHASSIS,
    COLUMN_OUTCOME,
    COLUMN_PUBLIC,
    COLUMN_OUTSIDE,
    COLUMN_SENDER,
    COLUMN_ATTEMPTS,
    COLUMN_SYMPTOMS,
    COLUMN_SEQ
};

/* Where reports on one GPU count beside its ID: as the ID has it or, for an ID that is sold as a card and as
 * a laptop chip, as the machine of a report settles it. */
struct pool {
    bool known;
    struct tally_entry *class;
    struct tally_entry *chip; /* NULL when it is not known */
    struct tally_entry *class_in[CHASSIS_COUNT];
    struct tally_entry *chip_in[CHASSIS_COUNT];
};

/* The device that the pass has come to. */
struct pass {
    struct builder *builder;
    int newest_month; /* that ages are counted from */
    bool started;
    uint32_t pci_id;
    const struct waiting_gpu *gpu; /* NULL for what is no GPU */
    struct tally_entry *all;
    struct tally_entry *id;
    struct pool pool;
    struct pool settled[CHASSIS_COUNT];
    struct tally machines;   /* of this ID, by chassis */
    struct tally subsystems; /* by their numbers */
    struct tally senders;
    struct fix_counts fixes;
    unsigned char last_id[REPORT_ID_SIZE];
    int64_t dropped;
};

static enum error_code no_memory(struct error *error)
{
    return error_set(error, ERROR_NO_MEMORY, "no memory to count reports");
}

/* ---- outcomes ---- */

static struct tally_entry *named_entry(struct builder *builder, const char *level, const char *key,
                                       const char *chassis)
{
    char name[TALLY_KEY_SIZE];
    return tally_entry(&builder->evidence, name, evidence_name(name, level, key, chassis));
}

static enum error_code start_device(struct pass *pass, uint32_t pci_id, struct error *error)
{
    char id_key[PCI_ID_TEXT_SIZE];
    struct pci_id id = pci_id_from_number(pci_id);
    pass->started = true;
    pass->pci_id = pci_id;
    pass->gpu = evidence_find_gpu(pass->builder, pci_id);
    pass->all = named_entry(pass->builder, "all", "", "");
    pass->id = named_entry(pass->builder, "id", pci_id_print(&id, id_key), "");
    pass->pool.known = false;
    for (int i = 0; i < CHASSIS_COUNT; i++)
        pass->settled[i].known = false;
    return pass->id && pass->all ? ERROR_NONE : no_memory(error);
}

static enum error_code store_subsystem(struct pass *pass, struct tally_entry *entry, struct error *error)
{
    char key[PCI_ID_TEXT_SIZE];
    uint32_t subsystem;
    memcpy(&subsystem, entry->key, sizeof subsystem);
    struct pci_id id = pci_id_from_number(pass->pci_id);
    id.has_subsystem = true;
    id.subvendor = (uint16_t)(subsystem >> 16);
    id.subdevice = (uint16_t)subsystem;
    return evidence_insert(pass->builder, "subsystem", pci_id_print(&id, key), "", entry, error);
}

static enum error_code store_machine(struct pass *pass, struct tally_entry *entry, struct error *error)
{
    char key[PCI_ID_TEXT_SIZE];
    struct pci_id id = pci_id_from_number(pass->pci_id);
    return evidence_insert(pass->builder, "id", pci_id_print(&id, key),
                           vocabulary_word_of(&vocabulary_chassis, (unsigned char)entry->key[0]), entry,
                           error);
}

/* Stores each entry of a tally, and empties it. */
static enum error_code
store_all(struct pass *pass, struct tally *tally,
          enum error_code (*store)(struct pass *, struct tally_entry *, struct error *), struct error *error)
{
    for (size_t i = 0; tally->count && i < tally->room; i++)
        if (tally->slots[i] && store(pass, tally->slots[i], error))
            return error->code;
    tally_clear(tally);
    return ERROR_NONE;
}

static enum error_code end_device(struct pass *pass, struct error *error)
{
    tally_clear(&pass->senders);
    if (store_all(pass, &pass->subsystems, store_subsystem, error) ||
        store_all(pass, &pass->machines, store_machine, error))
        return error->code;
    return fix_counts_end_device(&pass->fixes, pass->builder, error);
}

/* What one report brings to each count that it is in. */
struct share {
    int outcome;
    int64_t weight;
    bool public;
    bool outside;
    const char *date;
};

static void count(struct tally_entry *entry, const struct share *share)
{
    entry->counts[share->outcome]++;
    entry->counts[COUNT_WEIGHT + share->outcome] += share->weight;
    entry->counts[COUNT_PUBLIC] += share->public;
    entry->counts[COUNT_OUTSIDE] += share->outside;
    if (strcmp(share->date, entry->latest) > 0)
        snprintf(entry->latest, sizeof entry->latest, "%s", share->date);
}

static enum error_code count_in_pool(struct pass *pass, struct pool *pool, const struct gpu *gpu,
                                     enum chassis chassis, const struct share *share, struct error *error)
{
    struct builder *builder = pass->builder;
    const char *word = vocabulary_word_of(&vocabulary_chassis, (int)chassis);
    char class_key[KEY_SIZE];
    char chip_key[KEY_SIZE];
    bool has_chip = gpu->chip[0] != '\0';
    bool in_machine = chassis != CHASSIS_UNKNOWN;
    if (!pool->known || (in_machine && !pool->class_in[chassis])) {
        evidence_class_key(gpu, class_key);
        evidence_chip_key(gpu, chip_key);
        if (!pool->known)
            *pool = (struct pool){true,
                                  named_entry(builder, "class", class_key, ""),
                                  has_chip ? named_entry(builder, "chip", chip_key, "") : NULL,
                                  {0},
                                  {0}};
        if (in_machine) {
            pool->class_in[chassis] = named_entry(builder, "class", class_key, word);
            pool->chip_in[chassis] = has_chip ? named_entry(builder, "chip", chip_key, word) : NULL;
        }
    }
    struct tally_entry *const entries[] = {pool->class, pool->chip, pool->class_in[chassis],
                                           pool->chip_in[chassis]};
    for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
        bool wanted = i < 2 || in_machine;
        if (wanted && entries[i])
            count(entries[i], share);
        else if (wanted && (i % 2 == 0 || has_chip))
            return no_memory(error);
    }
    return ERROR_NONE;
}

/* A further report of one source on one ID, from the newest back, weighs a quarter of the one before: all
 * together less than three from public pages do. */
static enum error_code weigh(struct pass *pass, sqlite3_stmt *row, struct share *share, struct error *error)
{
    int64_t sender = sqlite3_column_int64(row, COLUMN_SENDER);
    struct tally_entry *earlier = tally_entry(&pass->senders, &sender, sizeof sender);
    if (!earlier)
        return no_memory(error);
    int month = report_month(share->date);
    int age = pass->newest_month - month;
    double weight = verdict_age_weight(month < 0 ? -1 : age < 0 ? 0 : age);
    if (share->public)
        weight *= verdict_public_weight;
    int64_t repeats = earlier->counts[0]++;
    share->weight = share->outside || repeats > 15 ? 0 : (int64_t)(weight * WEIGHT_UNIT) >> 2 * repeats;
    return ERROR_NONE;
}

/* A report counts at every level, and there also by chassis. */
static enum error_code count_report(struct pass *pass, sqlite3_stmt *row, struct error *error)
{
    enum chassis stated =
        (enum chassis)vocabulary_find(&vocabulary_chassis, column_text(row, COLUMN_CHASSIS));
    int outcome = vocabulary_find(&vocabulary_outcome, column_text(row, COLUMN_OUTCOME));
    if ((int)stated < 0 || outcome < 0)
        return error_set(error, ERROR_DATABASE_DAMAGED,
                         "database %.400s: a report has a word of no vocabulary", pass->builder->path);
    enum chassis chassis = evidence_chassis(stated, pass->gpu);
    struct share share = {.outcome = outcome,
                          .public = sqlite3_column_int(row, COLUMN_PUBLIC),
                          .outside = sqlite3_column_int(row, COLUMN_OUTSIDE),
                          .date = column_text(row, COLUMN_DATE)};
    if (weigh(pass, row, &share, error))
        return error->code;
    count(pass->id, &share);
    if (sqlite3_column_type(row, COLUMN_SUBSYSTEM) != SQLITE_NULL) {
        uint32_t number = (uint32_t)sqlite3_column_int64(row, COLUMN_SUBSYSTEM);
        struct tally_entry *subsystem = tally_entry(&pass->subsystems, &number, sizeof number);
        if (!subsystem)
            return no_memory(error);
        count(subsystem, &share);
    }
    if (chassis != CHASSIS_UNKNOWN) {
        unsigned char number = (unsigned char)chassis;
        struct tally_entry *machine = tally_entry(&pass->machines, &number, sizeof number);
        if (!machine)
            return no_memory(error);
        count(machine, &share);
    }
    if (pass->gpu) {
        struct gpu settled = pass->gpu->gpu;
        count(pass->all, &share);
        if (count_in_pool(pass, &pass->pool, &pass->gpu->gpu, chassis, &share, error) ||
            (gpu_settle_by_chassis(&settled, chassis) &&
             count_in_pool(pass, &pass->settled[chassis], &settled, chassis, &share, error)))
            return error->code;
    }
    return fix_counts_add(&pass->fixes, pass->pci_id, pass->gpu, column_text(row, COLUMN_ATTEMPTS),
                          column_text(row, COLUMN_SYMPTOMS), error);
}

/* ---- the pass ---- */

static enum error_code drop(struct pass *pass, int64_t seq, struct error *error)
{
    sqlite3_stmt *insert = builder_statement(pass->builder, INSERT_DUPLICATE, error);
    if (!insert)
        return error->code;
    sqlite3_bind_int64(insert, 1, seq);
    pass->dropped++;
    return builder_run(pass->builder, insert, error);
}

static enum error_code visit(struct pass *pass, sqlite3_stmt *row, struct error *error)
{
    uint32_t pci_id = (uint32_t)sqlite3_column_int64(row, COLUMN_PCI_ID);
    const void *id = sqlite3_column_blob(row, COLUMN_ID);
    if (!id || sqlite3_column_bytes(row, COLUMN_ID) != REPORT_ID_SIZE)
        return error_set(error, ERROR_DATABASE_DAMAGED, "database %.400s: a report has no id",
                         pass->builder->path);
    if (!pass->started || pci_id != pass->pci_id) {
        if (end_device(pass, error) || start_device(pass, pci_id, error))
            return error->code;
    } else if (memcmp(id, pass->last_id, REPORT_ID_SIZE) == 0) {
        return drop(pass, sqlite3_column_int64(row, COLUMN_SEQ), error);
    }
    memcpy(pass->last_id, id, REPORT_ID_SIZE);
    return count_report(pass, row, error);
}

static enum error_code visit_reports(struct pass *pass, struct error *error)
{
    bool row = true;
    sqlite3_stmt *select = builder_statement(pass->builder, SELECT_REPORTS, error);
    if (!select)
        return error->code;
    while (!database_step(&pass->builder->database, select, &row, error) && row)
        if (visit(pass, select, error))
            break;
    sqlite3_reset(select);
    return error->code;
}

/* The month that one dated report in a hundred is of, or newer: ages are counted from there, never from the
 * clock, so that a build can be repeated. Not the newest of all: one wrong date would age all others. */
static enum error_code find_newest_month(struct pass *pass, struct error *error)
{
    static int64_t reports[REPORT_MONTHS];
    unsigned char last_id[REPORT_ID_SIZE] = {0};
    int64_t dated = 0;
    bool row = true;
    sqlite3_stmt *select = builder_statement(pass->builder, SELECT_DATES, error);
    if (!select)
        return error->code;
    memset(reports, 0, sizeof reports);
    while (!database_step(&pass->builder->database, select, &row, error) && row) {
        const void *id = sqlite3_column_blob(select, 0);
        int month = report_month(column_text(select, 1));
        if (!id || sqlite3_column_bytes(select, 0) != REPORT_ID_SIZE ||
            memcmp(id, last_id, sizeof last_id) == 0)
            continue;
        memcpy(last_id, id, sizeof last_id);
        if (month < 0)
            continue;
        reports[month]++;
        dated++;
    }
    sqlite3_reset(select);
    int64_t newer = 0;
    for (pass->newest_month = REPORT_MONTHS - 1; pass->newest_month > 0; pass->newest_month--) {
        newer += reports[pass->newest_month];
        if (newer * 100 >= dated)
            break;
    }
    return error->code;
}

static enum error_code note_dropped(struct tally *tally, int64_t source, int64_t dropped, struct error *error)
{
    struct tally_entry *entry = tally_entry(tally, &source, sizeof source);
    if (!entry)
        return no_memory(error);
    entry->counts[0] += dropped;
    return ERROR_NONE;
}

/* Takes out the reports that were dropped; their sources then have fewer records. */
static enum error_code delete_dropped(struct builder *builder, struct tally *noted, struct error *error)
{
    bool row = true;
    sqlite3_stmt *select = builder_statement(builder, SELECT_DUPLICATES, error);
    sqlite3_stmt *subtract = select ? builder_statement(builder, SUBTRACT_DUPLICATES, error) : NULL;
    if (!subtract)
        return error->code;
    while (!database_step(&builder->database, select, &row, error) && row) {
        int64_t source = sqlite3_column_int64(select, 0);
        int64_t dropped = sqlite3_column_int64(select, 1);
        if (note_dropped(noted, source, dropped, error) || note_dropped(noted, ALL_SOURCES, dropped, error))
            break;
        sqlite3_bind_int64(subtract, 1, source);
        sqlite3_bind_int64(subtract, 2, dropped);
        if (builder_run(builder, subtract, error))
            break;
    }
    sqlite3_reset(select);
    if (error->code)
        return error->code;
    return builder_execute(builder,
                           "DELETE FROM report WHERE seq IN (SELECT seq FROM temp.duplicate);"
                           "DELETE FROM temp.duplicate;",
                           error);
}

/* A report is taken back where it came from: other sources may have it still. */
static enum error_code drop_retracted(struct builder *builder, struct error *error)
{
    if (!builder->retracts)
        return ERROR_NONE;
    if (builder_execute(
            builder,
            "INSERT INTO temp.duplicate SELECT seq FROM report INDEXED BY report_of_device"
            " WHERE id IN (SELECT id FROM temp.retraction) AND EXISTS (SELECT 1 FROM temp.retraction"
            " WHERE retraction.id = report.id AND retraction.source = report.source);",
            error))
        return error->code;
    return delete_dropped(builder, &builder->retracted, error);
}

static int64_t dropped_of(const struct tally *noted, int64_t source)
{
    const struct tally_entry *entry = tally_find(noted, &source, sizeof source);
    return entry ? entry->counts[0] : 0;
}

int64_t builder_duplicates(const struct builder *builder, int64_t source)
{
    return dropped_of(&builder->duplicates, source);
}

int64_t builder_retracted(const struct builder *builder, int64_t source)
{
    return dropped_of(&builder->retracted, source);
}

enum error_code evidence_count_reports(struct builder *builder, struct error *error)
{
    struct pass pass = {.builder = builder};
    if (!builder_execute(builder, index_sql, error) && !drop_retracted(builder, error) &&
        !find_newest_month(&pass, error) && !visit_reports(&pass, error) && !end_device(&pass, error) &&
        !fix_counts_end(&pass.fixes, builder, error) && pass.dropped)
        delete_dropped(builder, &builder->duplicates, error);
    tally_free(&pass.machines);
    tally_free(&pass.subsystems);
    tally_free(&pass.senders);
    fix_counts_free(&pass.fixes);
    return error->code;
}
