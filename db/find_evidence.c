/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "db/database.h"
#include "db/internal.h"

/* ---- the keys of evidence and workarounds: the builder writes them, the readers ask for them ---- */

/* A part of a GPU is another GPU: "/sr-iov" behind the key, nothing for the whole. */
static const char *share_suffix(enum share share)
{
    static const char *const suffixes[SHARE_COUNT] = {
        [SHARE_WHOLE] = "", [SHARE_SR_IOV] = "/sr-iov", [SHARE_VGPU] = "/vgpu"};
    return suffixes[share];
}

/* Begins a key with the vendor and a slash, "10de/"; returns where it goes on. */
static char *begin_key(uint16_t vendor, char key[KEY_SIZE])
{
    const struct pci_id id = {.vendor = vendor};
    char *colon = strchr(pci_id_print(&id, key), ':');
    *colon = '/';
    return colon + 1;
}

void evidence_class_key(const struct gpu *gpu, const struct prior *prior, char key[KEY_SIZE])
{
    snprintf(begin_key(gpu->id.vendor, key), sizeof "-2147483648", "%d", prior->number);
}

void evidence_chip_key(const struct gpu *gpu, enum share share, char key[KEY_SIZE])
{
    static_assert(KEY_SIZE > 2 * CHIP_SIZE, "a chip fits, and three words");
    key[0] = '\0';
    if (!gpu->chip[0])
        return;
    char *end = stpcpy(stpcpy(begin_key(gpu->id.vendor, key), gpu->chip), "/");
    end = stpcpy(end, form_factor_value((int)gpu_form_factor(gpu)));
    stpcpy(end, share_suffix(share));
}

void evidence_id_key(const struct pci_id *id, enum share share, char key[KEY_SIZE])
{
    char text[PCI_ID_TEXT_SIZE];
    snprintf(key, KEY_SIZE, "%s%s", pci_id_print(id, text), share_suffix(share));
}

void blocker_key(const struct gpu *gpu, enum blocker blocker, char key[KEY_SIZE])
{
    stpcpy(begin_key(gpu->id.vendor, key), blocker_value((int)blocker));
}

/* ---- the rows ---- */

enum {
    COUNTS,
    WEIGHTS = OUTCOME_COUNT,
    EXCLUDED = 2 * OUTCOME_COUNT,
    LATEST,
    SAMPLES,
    KEY = SAMPLES + SAMPLE_COUNT
};

static void read_row(sqlite3_stmt *row, struct evidence *evidence)
{
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        evidence->counts[i] = column_count(row, COUNTS + i);
        evidence->weights[i] = column_real(row, WEIGHTS + i, WEIGHT_UNIT * 1e9) / WEIGHT_UNIT;
    }
    evidence->excluded_reports = column_count(row, EXCLUDED);
    copy_column(row, LATEST, evidence->latest, sizeof evidence->latest);
    for (int i = 0; i < SAMPLE_COUNT; i++)
        evidence->samples[i] = column_count(row, SAMPLES + i);
}

/* The reports of a level with this key, from one kind of machine and of guest; with `parts` (not NULL), how
 * many there are on each part of an ID, too. */
static enum error_code fetch(struct database *database, const char *level, const char *key,
                             enum chassis chassis, enum guest guest, struct evidence *evidence,
                             int parts[SHARE_COUNT], struct error *error)
{
    static const char sql[] =
        "SELECT works, works_with_workaround, partial, fails, weight_works, weight_works_with_workaround,"
        " weight_partial, weight_fails, environment_failures, latest, troubleshooting, showcase, survey,"
        " vendor_statement, tool, key FROM evidence WHERE level = ?1 AND key BETWEEN ?2 AND ?3"
        " AND chassis = ?4 AND guest = ?5";
    const char *machine = chassis == CHASSIS_UNKNOWN ? "" : chassis_value((int)chassis);
    const char *system = guest == GUEST_UNKNOWN ? "" : guest_value((int)guest);
    char last[KEY_SIZE + 1];
    sqlite3_stmt *row = NULL;
    *evidence = (struct evidence){.latest = ""};
    /* The keys of its parts have a slash behind the ID, and a 0 comes after that. */
    snprintf(last, sizeof last, "%s%s", key, parts ? "0" : "");
    while (database_row(
        database, sql,
        SQL_VALUES(sql_text(level), sql_text(key), sql_text(last), sql_text(machine), sql_text(system)), &row,
        error)) {
        struct evidence of_part;
        const char *slash = parts ? strchr(column_text(row, KEY), '/') : NULL;
        int share = slash ? vocabulary_find(&vocabulary_share, slash + 1) : SHARE_WHOLE;
        read_row(row, share == SHARE_WHOLE ? evidence : &of_part);
        if (!parts)
            break;
        if (share > SHARE_WHOLE)
            parts[share] = evidence_total(&of_part);
    }
    return error->code;
}

/* The same of a class, or of all, from all machines and guests. */
static enum error_code fetch_shared(struct database *database, const char *level, const char *key,
                                    struct evidence *evidence, struct error *error)
{
    error->code = ERROR_NONE;
    if (kept_take(database, KEPT_EVIDENCE, key, evidence) < 0 &&
        !fetch(database, level, key, CHASSIS_UNKNOWN, GUEST_UNKNOWN, evidence, NULL, error))
        kept_store(database, KEPT_EVIDENCE, key, evidence, sizeof *evidence);
    return error->code;
}

enum error_code evidence_fetch(struct database *database, const char *class_key, const char *chip_key,
                               const char *id_key, struct evidence evidence[EVIDENCE_LEVELS],
                               int parts[SHARE_COUNT], struct error *error)
{
    for (int i = 0; i < EVIDENCE_LEVELS; i++)
        evidence[i] = (struct evidence){.latest = ""};
    if (fetch_shared(database, "all", "", &evidence[EVIDENCE_ALL], error) ||
        fetch_shared(database, "class", class_key, &evidence[EVIDENCE_CLASS], error) ||
        fetch(database, "chip", chip_key, CHASSIS_UNKNOWN, GUEST_UNKNOWN, &evidence[EVIDENCE_CHIP], NULL,
              error))
        return error->code;
    return fetch(database, "id", id_key, CHASSIS_UNKNOWN, GUEST_UNKNOWN, &evidence[EVIDENCE_ID], parts,
                 error);
}

/* Weighs the reports of a level for this machine and this guest: the counts stay those of all. */
static enum error_code weigh(struct database *database, const char *level, const char *key,
                             enum chassis chassis, enum guest guest, struct evidence *evidence,
                             struct error *error)
{
    struct evidence found;
    if (guest != GUEST_UNKNOWN) {
        if (fetch(database, level, key, CHASSIS_UNKNOWN, guest, &found, NULL, error))
            return error->code;
        memcpy(evidence->weights, found.weights, sizeof found.weights);
    }
    if (chassis == CHASSIS_UNKNOWN)
        return error->code = ERROR_NONE;
    if (fetch(database, level, key, chassis, guest, &found, NULL, error))
        return error->code;
    verdict_weigh_chassis(evidence, &found);
    return ERROR_NONE;
}

/* A level between class and chip: the reports of the class from such a machine, or with such a guest, with
 * the weights of all that are left for both. */
static enum error_code narrow_class(struct database *database, const char *key, enum chassis chassis,
                                    enum guest guest, enum evidence_level level,
                                    struct evidence evidence[EVIDENCE_LEVELS], struct error *error)
{
    bool by_guest = level == EVIDENCE_GUEST;
    if (fetch(database, "class", key, by_guest ? CHASSIS_UNKNOWN : chassis, by_guest ? guest : GUEST_UNKNOWN,
              &evidence[level], NULL, error))
        return error->code;
    memcpy(evidence[level].weights, evidence[EVIDENCE_CLASS].weights, sizeof evidence[level].weights);
    return weigh(database, "class", key, chassis, guest, &evidence[level], error);
}

/* The same GPU in a laptop and in a desktop, with Windows and with macOS, are two questions. The class has
 * the reports of all machines, but not of all guests. */
static enum error_code weigh_all(struct database *database, const char *class_key, const char *chip_key,
                                 const char *id_key, enum chassis chassis, enum guest guest,
                                 struct evidence evidence[EVIDENCE_LEVELS], struct error *error)
{
    if (weigh(database, "class", class_key, CHASSIS_UNKNOWN, guest, &evidence[EVIDENCE_CLASS], error) ||
        (chassis != CHASSIS_UNKNOWN &&
         narrow_class(database, class_key, chassis, guest, EVIDENCE_CHASSIS, evidence, error)) ||
        (guest != GUEST_UNKNOWN &&
         narrow_class(database, class_key, chassis, guest, EVIDENCE_GUEST, evidence, error)))
        return error->code;
    struct evidence *chip = &evidence[EVIDENCE_CHIP];
    struct evidence *id = &evidence[EVIDENCE_ID];
    if (evidence_total(chip) && weigh(database, "chip", chip_key, chassis, guest, chip, error))
        return error->code;
    return evidence_total(id) ? weigh(database, "id", id_key, chassis, guest, id, error)
                              : (error->code = ERROR_NONE);
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
            level->weights[outcome] += above[i] == EVIDENCE_ALL ? 0.0 : own->weights[outcome];
        }
        for (int sample = 0; sample < SAMPLE_COUNT; sample++)
            level->samples[sample] += own->samples[sample];
        level->excluded_reports += own->excluded_reports;
    }
}

enum error_code database_find_evidence(struct database *database, const struct device *device,
                                       enum chassis chassis, enum guest guest,
                                       struct evidence evidence[EVIDENCE_LEVELS], int parts[SHARE_COUNT],
                                       struct error *error)
{
    char class_key[KEY_SIZE];
    char chip_key[KEY_SIZE];
    char id_key[KEY_SIZE];
    char board_key[KEY_SIZE];
    struct pci_id base = pci_id_base(&device->id);
    evidence_class_key(&device->gpu, &device->prior, class_key);
    evidence_chip_key(&device->gpu, device->share, chip_key);
    evidence_id_key(&base, device->share, id_key);
    if (parts)
        memset(parts, 0, SHARE_COUNT * sizeof *parts);
    if (evidence_fetch(database, class_key, chip_key, id_key, evidence,
                       device->share == SHARE_WHOLE ? parts : NULL, error))
        return error->code;
    if (device->is_unlisted)
        add_own_reports(device->gpu.chip[0] != '\0', evidence);
    if (weigh_all(database, class_key, chip_key, id_key, chassis, guest, evidence, error) ||
        !device->id.has_subsystem || !evidence_total(&evidence[EVIDENCE_ID]))
        return error->code;
    struct pci_id board = device->id;
    board.has_revision = false;
    evidence_id_key(&board, device->share, board_key);
    return fetch(database, "subsystem", board_key, CHASSIS_UNKNOWN, GUEST_UNKNOWN,
                 &evidence[EVIDENCE_SUBSYSTEM], NULL, error);
}
