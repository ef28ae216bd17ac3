/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "db/database.h"
#include "db/internal.h"

static enum error_code fetch(struct database *database, const char *level, const char *key,
                             enum chassis chassis, struct evidence *evidence, struct error *error)
{
    static const char sql[] =
        "SELECT works, works_with_workaround, partial, fails, weight_works, weight_works_with_workaround,"
        " weight_partial, weight_fails, public, environment_failures, latest FROM evidence"
        " WHERE level = ?1 AND key = ?2 AND chassis = ?3";
    const char *machine =
        chassis == CHASSIS_UNKNOWN ? "" : vocabulary_value(&vocabulary_chassis, (int)chassis);
    sqlite3_stmt *row;
    *evidence = (struct evidence){.latest = ""};
    if (database_query(database, sql, SQL_VALUES(sql_text(level), sql_text(key), sql_text(machine)), &row,
                       error) ||
        !database_next(database, row, error))
        return error->code;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        evidence->counts[i] = column_count(row, i);
        evidence->weights[i] = column_real(row, OUTCOME_COUNT + i, WEIGHT_UNIT * 1e9) / WEIGHT_UNIT;
    }
    evidence->public_reports = column_count(row, 8);
    evidence->excluded_reports = column_count(row, 9);
    copy_column(row, 10, evidence->latest, sizeof evidence->latest);
    return ERROR_NONE;
}

enum error_code evidence_fetch(struct database *database, const char *class_key, const char *chip_key,
                               const char *id_key, struct evidence evidence[EVIDENCE_LEVELS],
                               struct error *error)
{
    const struct {
        enum evidence_level level;
        const char *name;
        const char *key;
    } levels[] = {{EVIDENCE_ALL, "all", ""},
                  {EVIDENCE_CLASS, "class", class_key},
                  {EVIDENCE_CHIP, "chip", chip_key},
                  {EVIDENCE_ID, "id", id_key}};
    for (int i = 0; i < EVIDENCE_LEVELS; i++)
        evidence[i] = (struct evidence){.latest = ""};
    for (size_t i = 0; i < ARRAY_SIZE(levels); i++)
        if (fetch(database, levels[i].name, levels[i].key, CHASSIS_UNKNOWN, &evidence[levels[i].level],
                  error))
            return error->code;
    return error->code;
}

/* The same GPU in a laptop and in a desktop are two questions. */
static enum error_code weigh_chassis(struct database *database, const char *class_key, const char *chip_key,
                                     const char *id_key, enum chassis chassis,
                                     struct evidence evidence[EVIDENCE_LEVELS], struct error *error)
{
    struct evidence same_chassis;
    if (fetch(database, "class", class_key, chassis, &same_chassis, error))
        return error->code;
    evidence[EVIDENCE_CHASSIS] = same_chassis;
    memcpy(evidence[EVIDENCE_CHASSIS].weights, evidence[EVIDENCE_CLASS].weights, sizeof same_chassis.weights);
    verdict_weigh_chassis(&evidence[EVIDENCE_CHASSIS], &same_chassis);
    const struct {
        struct evidence *all;
        const char *level;
        const char *key;
    } narrower[] = {{&evidence[EVIDENCE_CHIP], "chip", chip_key}, {&evidence[EVIDENCE_ID], "id", id_key}};
    for (size_t i = 0; i < ARRAY_SIZE(narrower); i++) {
        if (!evidence_total(narrower[i].all))
            continue;
        if (fetch(database, narrower[i].level, narrower[i].key, chassis, &same_chassis, error))
            return error->code;
        verdict_weigh_chassis(narrower[i].all, &same_chassis);
    }
    return ERROR_NONE;
}

/* Reports on an unlisted GPU were counted for it alone: chip and class are what its number says. */
static void add_own_reports(bool has_chip, struct evidence evidence[EVIDENCE_LEVELS])
{
    static const enum evidence_level above[] = {EVIDENCE_ALL, EVIDENCE_CLASS, EVIDENCE_CHIP};
    const struct evidence *own = &evidence[EVIDENCE_ID];
    for (size_t i = 0; i < ARRAY_SIZE(above) - !has_chip; i++) {
        struct evidence *level = &evidence[above[i]];
        for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
            level->counts[outcome] += own->counts[outcome];
            level->weights[outcome] += own->weights[outcome];
        }
        level->public_reports += own->public_reports;
        level->excluded_reports += own->excluded_reports;
    }
}

enum error_code database_find_evidence(struct database *database, const struct device *device,
                                       enum chassis chassis, struct evidence evidence[EVIDENCE_LEVELS],
                                       struct error *error)
{
    char class_key[KEY_SIZE];
    char chip_key[KEY_SIZE];
    char id_key[PCI_ID_TEXT_SIZE];
    char board_key[PCI_ID_TEXT_SIZE];
    struct pci_id base = pci_id_from_number(pci_id_number(&device->id));
    evidence_class_key(&device->gpu, class_key);
    evidence_chip_key(&device->gpu, chip_key);
    pci_id_print(&base, id_key);
    if (evidence_fetch(database, class_key, chip_key, id_key, evidence, error))
        return error->code;
    if (device->is_unlisted)
        add_own_reports(device->gpu.chip[0] != '\0', evidence);
    if ((chassis != CHASSIS_UNKNOWN &&
         weigh_chassis(database, class_key, chip_key, id_key, chassis, evidence, error)))
        return error->code;
    if (!device->id.has_subsystem || !evidence_total(&evidence[EVIDENCE_ID]))
        return ERROR_NONE;
    return fetch(database, "subsystem", pci_id_print(&device->id, board_key), CHASSIS_UNKNOWN,
                 &evidence[EVIDENCE_SUBSYSTEM], error);
}
