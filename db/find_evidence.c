#include <stdio.h>
#include <string.h>

#include "db/database.h"
#include "db/internal.h"

void evidence_class_key(const struct gpu *gpu, char key[KEY_SIZE])
{
    snprintf(key, KEY_SIZE, "%04x/%s/%s/%s/%s", gpu->id.vendor,
             vocabulary_word_of(&vocabulary_form_factor, (int)gpu_form_factor(gpu)),
             vocabulary_word_of(&vocabulary_vbios, (int)gpu_vbios(gpu)),
             vocabulary_word_of(&vocabulary_display, (int)gpu_display(gpu)),
             vocabulary_word_of(&vocabulary_reset, (int)gpu_reset(gpu)));
}

void evidence_chip_key(const struct gpu *gpu, char key[KEY_SIZE])
{
    snprintf(key, KEY_SIZE, "%04x/%s/%s", gpu->id.vendor, gpu->chip,
             vocabulary_word_of(&vocabulary_form_factor, (int)gpu_form_factor(gpu)));
}

void path_key(const struct gpu *gpu, enum blocker blocker, char key[KEY_SIZE])
{
    snprintf(key, KEY_SIZE, "%04x/%s", gpu->id.vendor, vocabulary_word_of(&vocabulary_blocker, (int)blocker));
}

static void read_evidence(sqlite3_stmt *statement, struct evidence *evidence)
{
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        evidence->counts[i] = column_count(statement, i);
        evidence->weights[i] = column_real(statement, OUTCOME_COUNT + i, WEIGHT_UNIT * 1e9) / WEIGHT_UNIT;
    }
    evidence->public_reports = column_count(statement, 2 * OUTCOME_COUNT);
    evidence->outside_reports = column_count(statement, 2 * OUTCOME_COUNT + 1);
    copy_column(statement, 2 * OUTCOME_COUNT + 2, evidence->latest, sizeof evidence->latest);
}

static enum error_code fetch_evidence(struct database *database, const char *level, const char *key,
                                      enum chassis chassis, struct evidence *evidence, struct error *error)
{
    sqlite3_stmt *statement;
    bool row;
    *evidence = (struct evidence){.latest = ""};
    if (database_statement(database, STATEMENT_EVIDENCE, &statement, error))
        return error->code;
    const char *word =
        chassis == CHASSIS_UNKNOWN ? "" : vocabulary_word_of(&vocabulary_chassis, (int)chassis);
    sqlite3_bind_text(statement, 1, level, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, key, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, word, -1, SQLITE_STATIC);
    if (database_step(database, statement, &row, error) || !row)
        return error->code;
    read_evidence(statement, evidence);
    return ERROR_NONE;
}

static enum error_code fetch_evidence_of_id(struct database *database, int64_t id, struct evidence *evidence,
                                            struct error *error)
{
    struct kept_evidence *kept = &database->evidence[(uint64_t)id % KEPT_EVIDENCE];
    sqlite3_stmt *statement;
    bool row;
    *evidence = (struct evidence){.latest = ""};
    if (id <= 0)
        return ERROR_NONE;
    if (kept->id != id) {
        if (database_statement(database, STATEMENT_EVIDENCE_OF_ID, &statement, error))
            return error->code;
        sqlite3_bind_int64(statement, 1, id);
        if (database_step(database, statement, &row, error) || !row)
            return error->code;
        read_evidence(statement, &kept->evidence);
        kept->id = id;
    }
    *evidence = kept->evidence;
    return ERROR_NONE;
}

/* By key: the form factor may have been settled since the device was found. */
static enum error_code fetch_settled(struct database *database, const struct gpu *gpu,
                                     struct evidence evidence[EVIDENCE_LEVELS], struct error *error)
{
    char key[KEY_SIZE];
    evidence_class_key(gpu, key);
    if (fetch_evidence(database, "class", key, CHASSIS_UNKNOWN, &evidence[EVIDENCE_CLASS], error))
        return error->code;
    if (!gpu->chip[0])
        return ERROR_NONE;
    evidence_chip_key(gpu, key);
    return fetch_evidence(database, "chip", key, CHASSIS_UNKNOWN, &evidence[EVIDENCE_CHIP], error);
}

/* The same GPU in a laptop and in a desktop are two questions. */
static enum error_code weigh_chassis(struct database *database, const struct gpu *gpu, enum chassis chassis,
                                     struct evidence evidence[EVIDENCE_LEVELS], struct error *error)
{
    struct evidence such;
    char key[KEY_SIZE];
    char id_key[PCI_ID_TEXT_SIZE];
    struct pci_id whole = pci_id_base(&gpu->id);
    evidence_class_key(gpu, key);
    if (fetch_evidence(database, "class", key, chassis, &such, error))
        return error->code;
    evidence[EVIDENCE_CHASSIS] = such;
    memcpy(evidence[EVIDENCE_CHASSIS].weights, evidence[EVIDENCE_CLASS].weights, sizeof such.weights);
    verdict_weigh_chassis(&evidence[EVIDENCE_CHASSIS], &such);
    if (evidence_total(&evidence[EVIDENCE_CHIP])) {
        evidence_chip_key(gpu, key);
        if (fetch_evidence(database, "chip", key, chassis, &such, error))
            return error->code;
        verdict_weigh_chassis(&evidence[EVIDENCE_CHIP], &such);
    }
    if (!evidence_total(&evidence[EVIDENCE_ID]))
        return ERROR_NONE;
    if (fetch_evidence(database, "id", pci_id_print(&whole, id_key), chassis, &such, error))
        return error->code;
    verdict_weigh_chassis(&evidence[EVIDENCE_ID], &such);
    return ERROR_NONE;
}

enum error_code database_find_evidence(struct database *database, const struct device *device,
                                       enum chassis chassis, struct evidence evidence[EVIDENCE_LEVELS],
                                       struct error *error)
{
    static const enum evidence_level stored[] = {EVIDENCE_ALL, EVIDENCE_CLASS, EVIDENCE_CHIP, EVIDENCE_ID};
    char id[PCI_ID_TEXT_SIZE];
    error->code = ERROR_NONE;
    evidence[EVIDENCE_CHASSIS] = evidence[EVIDENCE_SUBSYSTEM] = (struct evidence){.latest = ""};
    for (size_t i = 0; i < ARRAY_SIZE(stored); i++)
        if (fetch_evidence_of_id(database, device->evidence_ids[stored[i]], &evidence[stored[i]], error))
            return error->code;
    if ((chassis != CHASSIS_UNKNOWN || device->settled) &&
        fetch_settled(database, &device->gpu, evidence, error))
        return error->code;
    if (chassis != CHASSIS_UNKNOWN && weigh_chassis(database, &device->gpu, chassis, evidence, error))
        return error->code;
    if (!device->id.has_subsystem || !evidence_total(&evidence[EVIDENCE_ID]))
        return ERROR_NONE;
    return fetch_evidence(database, "subsystem", pci_id_print(&device->id, id), CHASSIS_UNKNOWN,
                          &evidence[EVIDENCE_SUBSYSTEM], error);
}
