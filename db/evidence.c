#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/verdict.h"
#include "db/builder_internal.h"

enum error_code builder_add_gpu(struct builder *builder, const struct gpu *gpu,
                                const int origins[ATTRIBUTE_COUNT], const char *words, bool *is_new,
                                struct error *error)
{
    uint32_t pci_id = pci_id_number(&gpu->id);
    size_t known = builder->known_gpus.count;
    if (!tally_entry(&builder->known_gpus, &pci_id, sizeof pci_id))
        return error_set(error, ERROR_NO_MEMORY, "no memory for GPUs");
    *is_new = builder->known_gpus.count > known;
    if (!*is_new)
        return ERROR_NONE;
    if (builder->gpu_count % 1024 == 0) {
        struct waiting_gpu *gpus = realloc(builder->gpus, (builder->gpu_count + 1024) * sizeof *gpus);
        if (!gpus)
            return error_set(error, ERROR_NO_MEMORY, "no memory for GPUs");
        builder->gpus = gpus;
    }
    struct waiting_gpu *waiting = &builder->gpus[builder->gpu_count++];
    waiting->gpu = *gpu;
    memcpy(waiting->origins, origins, sizeof waiting->origins);
    waiting->chip_key[0] = '\0';
    evidence_class_key(gpu, waiting->class_key);
    if (gpu->chip[0])
        evidence_chip_key(gpu, waiting->chip_key);
    return builder_insert_named(builder, INSERT_WORDS, (int64_t[]){pci_id}, 1, words, error);
}

static void bind_origin(sqlite3_stmt *statement, int column, int origin, double confidence)
{
    if (origin)
        sqlite3_bind_int(statement, column, origin);
    else
        sqlite3_bind_null(statement, column);
    sqlite3_bind_double(statement, column + 1, confidence);
}

/* The number of the first prior that fits, 0 for none. */
static int choose_prior(const struct builder *builder, const struct gpu *gpu)
{
    const int words[PRIOR_WORDS] = {(int)gpu_form_factor(gpu), (int)gpu_vbios(gpu), (int)gpu_display(gpu),
                                    (int)gpu_reset(gpu)};
    for (int prior = 0; prior < builder->prior_count; prior++) {
        int fitting = 0;
        for (int i = 0; i < PRIOR_WORDS; i++) {
            int word = builder->priors[prior].words[i];
            fitting += word == PRIOR_ANY || word == words[i];
        }
        if (fitting == PRIOR_WORDS)
            return prior + 1;
    }
    return 0;
}

size_t evidence_name(char name[TALLY_KEY_SIZE], const char *level, const char *key, const char *chassis)
{
    return (size_t)snprintf(name, TALLY_KEY_SIZE, "%s%c%s%c%s", level, 0, key, 0, chassis) + 1;
}

static int compare_gpus(const void *a, const void *b)
{
    const struct waiting_gpu *x = a;
    const struct waiting_gpu *y = b;
    uint32_t x_id = pci_id_number(&x->gpu.id);
    uint32_t y_id = pci_id_number(&y->gpu.id);
    return (x_id > y_id) - (x_id < y_id);
}

const struct waiting_gpu *evidence_find_gpu(const struct builder *builder, uint32_t pci_id)
{
    const struct waiting_gpu wanted = {.gpu.id = pci_id_from_number(pci_id)};
    if (!builder->gpu_count)
        return NULL;
    return bsearch(&wanted, builder->gpus, builder->gpu_count, sizeof wanted, compare_gpus);
}

enum chassis evidence_chassis(enum chassis chassis, const struct waiting_gpu *gpu)
{
    if (chassis != CHASSIS_UNKNOWN || !gpu)
        return chassis;
    switch (gpu_form_factor(&gpu->gpu)) {
    case FORM_FACTOR_DESKTOP:
        return CHASSIS_DESKTOP;
    case FORM_FACTOR_MOBILE:
        return CHASSIS_LAPTOP;
    case FORM_FACTOR_SERVER:
        return CHASSIS_SERVER;
    default:
        return CHASSIS_UNKNOWN;
    }
}

enum error_code evidence_insert(struct builder *builder, const char *level, const char *key,
                                const char *chassis, struct tally_entry *entry, struct error *error)
{
    sqlite3_stmt *insert = builder_statement(builder, INSERT_EVIDENCE, error);
    if (!insert)
        return error->code;
    bind_text(insert, 1, level);
    bind_text(insert, 2, key);
    bind_text(insert, 3, chassis);
    for (int i = 0; i < EVIDENCE_COUNTS; i++)
        sqlite3_bind_int64(insert, 4 + i, entry->counts[i]);
    bind_text(insert, 4 + EVIDENCE_COUNTS, entry->latest);
    if (builder_run(builder, insert, error))
        return error->code;
    entry->row = sqlite3_last_insert_rowid(builder->database.handle);
    return ERROR_NONE;
}

/* Stores what the tally holds under one name. */
static enum error_code insert_named(struct builder *builder, struct tally_entry *entry, struct error *error)
{
    const char *level = entry->key;
    const char *key = level + strlen(level) + 1;
    return evidence_insert(builder, level, key, key + strlen(key) + 1, entry, error);
}

static void bind_row(sqlite3_stmt *statement, int column, int64_t row)
{
    if (row)
        sqlite3_bind_int64(statement, column, row);
    else
        sqlite3_bind_null(statement, column);
}

static void copy_evidence(const struct tally_entry *entry, struct evidence *evidence)
{
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        evidence->counts[i] = (int)entry->counts[i];
        evidence->weights[i] = (double)entry->counts[COUNT_WEIGHT + i] / WEIGHT_UNIT;
    }
}

/* Finds what is known about a GPU's levels, stores where it stands and returns the verdict on the ID as such.
 */
static struct verdict judge(struct builder *builder, const struct waiting_gpu *waiting, int prior,
                            int64_t rows[EVIDENCE_LEVELS])
{
    static const struct prior nothing = {.strength = 0.0, .reason = ""};
    struct evidence evidence[EVIDENCE_LEVELS] = {{.latest = ""}};
    char id_key[PCI_ID_TEXT_SIZE];
    const char *const levels[][2] = {[EVIDENCE_ALL] = {"all", ""},
                                     [EVIDENCE_CLASS] = {"class", waiting->class_key},
                                     [EVIDENCE_CHIP] = {"chip", waiting->chip_key},
                                     [EVIDENCE_ID] = {"id", pci_id_print(&waiting->gpu.id, id_key)}};
    for (int level = 0; level < EVIDENCE_SUBSYSTEM; level++) {
        char name[TALLY_KEY_SIZE];
        if (level == EVIDENCE_CHASSIS)
            continue;
        const struct tally_entry *entry =
            tally_find(&builder->evidence, name, evidence_name(name, levels[level][0], levels[level][1], ""));
        rows[level] = entry ? entry->row : 0;
        if (entry)
            copy_evidence(entry, &evidence[level]);
    }
    return verdict_compute(prior ? &builder->priors[prior - 1].prior : &nothing, evidence);
}

static enum error_code store_gpu(struct builder *builder, const struct waiting_gpu *waiting,
                                 struct error *error)
{
    const struct gpu *gpu = &waiting->gpu;
    int64_t rows[EVIDENCE_LEVELS];
    sqlite3_stmt *insert = builder_statement(builder, INSERT_GPU, error);
    if (!insert)
        return error->code;
    int prior = choose_prior(builder, gpu);
    struct verdict verdict = judge(builder, waiting, prior, rows);
    sqlite3_bind_int64(insert, 1, pci_id_number(&gpu->id));
    bind_text(insert, 2, gpu->chip);
    bind_origin(insert, 3, waiting->origins[ATTRIBUTE_IS_GPU], gpu->attributes[ATTRIBUTE_IS_GPU].confidence);
    bind_origin(insert, 5, waiting->origins[ATTRIBUTE_CHIP], gpu->attributes[ATTRIBUTE_CHIP].confidence);
    for (int i = ATTRIBUTE_FORM_FACTOR; i < ATTRIBUTE_COUNT; i++) {
        int column = 7 + 3 * (i - ATTRIBUTE_FORM_FACTOR);
        const struct annotation *annotation = &gpu->attributes[i];
        bind_text(insert, column,
                  vocabulary_word_of(attribute_vocabulary((enum attribute)i), annotation->value));
        bind_origin(insert, column + 1, waiting->origins[i], annotation->confidence);
    }
    bind_row(insert, 19, prior);
    bind_row(insert, 20, rows[EVIDENCE_ALL]);
    bind_row(insert, 21, rows[EVIDENCE_CLASS]);
    bind_row(insert, 22, rows[EVIDENCE_CHIP]);
    bind_row(insert, 23, rows[EVIDENCE_ID]);
    if (verdict.level == LEVEL_UNKNOWN)
        sqlite3_bind_null(insert, 24);
    else
        sqlite3_bind_double(insert, 24, verdict.usable);
    return builder_run(builder, insert, error);
}

enum error_code evidence_store(struct builder *builder, struct error *error)
{
    if (builder->gpu_count)
        qsort(builder->gpus, builder->gpu_count, sizeof *builder->gpus, compare_gpus);
    if (evidence_count_reports(builder, error))
        return error->code;
    for (size_t i = 0; i < builder->evidence.room; i++)
        if (builder->evidence.slots[i] && insert_named(builder, builder->evidence.slots[i], error))
            return error->code;
    for (size_t i = 0; i < builder->gpu_count; i++)
        if (store_gpu(builder, &builder->gpus[i], error))
            return error->code;
    return ERROR_NONE;
}

void evidence_free(struct builder *builder)
{
    tally_free(&builder->evidence);
    tally_free(&builder->duplicates);
    tally_free(&builder->retracted);
    tally_free(&builder->known_gpus);
    free(builder->gpus);
}
