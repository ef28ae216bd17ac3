#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/verdict.h"
#include "db/builder_internal.h"

static size_t seen_slot(const struct seen_reports *seen, const uint64_t half[2])
{
    size_t slot = half[0] & (seen->room - 1);
    while ((seen->slots[slot][0] || seen->slots[slot][1]) && memcmp(seen->slots[slot], half, 16) != 0)
        slot = (slot + 1) & (seen->room - 1);
    return slot;
}

enum error_code evidence_remember(struct seen_reports *seen, const unsigned char id[32], bool *is_new,
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

enum error_code evidence_count_report(struct builder *builder, const struct report *report,
                                      struct error *error)
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
    entry->counts[COUNT_PUBLIC + report->outcome] += report->url != NULL;
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

/* The key of an evidence row in the tally: level, key and chassis, each ended by a NUL. Returns its length.
 */
static size_t evidence_name(char name[TALLY_KEY_SIZE], const char *level, const char *key,
                            const char *chassis)
{
    return (size_t)snprintf(name, TALLY_KEY_SIZE, "%s%c%s%c%s", level, 0, key, 0, chassis) + 1;
}

static enum error_code add_evidence(struct builder *builder, const char *level, const char *key,
                                    const char *chassis, const struct tally_entry *board, struct error *error)
{
    char name[TALLY_KEY_SIZE];
    struct tally_entry *entry =
        tally_entry(&builder->evidence, name, evidence_name(name, level, key, chassis));
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
    const struct waiting_gpu *x = a;
    const struct waiting_gpu *y = b;
    uint32_t x_id = pci_id_number(&x->gpu.id);
    uint32_t y_id = pci_id_number(&y->gpu.id);
    return (x_id > y_id) - (x_id < y_id);
}

static const struct waiting_gpu *find_gpu(const struct builder *builder, uint32_t pci_id)
{
    const struct waiting_gpu wanted = {.gpu.id = pci_id_from_number(pci_id)};
    if (!builder->gpu_count)
        return NULL;
    return bsearch(&wanted, builder->gpus, builder->gpu_count, sizeof wanted, compare_gpus);
}

/* A board counts at every level; at the widest, where there are enough of them, also by chassis. */
static enum error_code add_board(struct builder *builder, struct tally_entry *entry, struct error *error)
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
    const struct waiting_gpu *gpu = find_gpu(builder, board.pci_id);
    const char *const levels[][2] = {{"id", id_key},
                                     {"subsystem", subsystem_key},
                                     {"chip", gpu ? gpu->chip_key : ""},
                                     {"class", gpu ? gpu->class_key : ""}};
    for (size_t i = 0; i < ARRAY_SIZE(levels); i++)
        if (*levels[i][1] && add_evidence(builder, levels[i][0], levels[i][1], "", entry, error))
            return error->code;
    if (!gpu)
        return ERROR_NONE;
    return add_evidence(builder, "class", gpu->class_key,
                        vocabulary_word_of(&vocabulary_chassis, (int)board.chassis), entry, error);
}

static enum error_code store_evidence(struct builder *builder, struct tally_entry *entry, struct error *error)
{
    sqlite3_stmt *insert = builder_statement(builder, INSERT_EVIDENCE, error);
    if (!insert)
        return error->code;
    const char *level = entry->key;
    const char *key = level + strlen(level) + 1;
    bind_text(insert, 1, level);
    bind_text(insert, 2, key);
    bind_text(insert, 3, key + strlen(key) + 1);
    for (int i = 0; i < 2 * OUTCOME_COUNT; i++)
        sqlite3_bind_int64(insert, 4 + i, entry->counts[i]);
    bind_text(insert, 12, entry->latest);
    if (builder_run(builder, insert, error))
        return error->code;
    entry->row = sqlite3_last_insert_rowid(builder->database.handle);
    return ERROR_NONE;
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
        evidence->public_counts[i] = (int)entry->counts[COUNT_PUBLIC + i];
    }
}

/* Finds what is known about a GPU's levels, stores where it stands and returns the verdict on the ID as such.
 */
static struct verdict judge(struct builder *builder, const struct waiting_gpu *waiting, int prior,
                            int64_t rows[EVIDENCE_SUBSYSTEM])
{
    static const struct prior nothing = {.strength = 0.0, .reason = ""};
    struct evidence evidence[EVIDENCE_LEVELS] = {{.latest = ""}};
    char id_key[PCI_ID_TEXT_SIZE];
    const char *const levels[][2] = {[EVIDENCE_CLASS] = {"class", waiting->class_key},
                                     [EVIDENCE_CHIP] = {"chip", waiting->chip_key},
                                     [EVIDENCE_ID] = {"id", pci_id_print(&waiting->gpu.id, id_key)}};
    for (int level = 0; level < EVIDENCE_SUBSYSTEM; level++) {
        char name[TALLY_KEY_SIZE];
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
    int64_t rows[EVIDENCE_SUBSYSTEM];
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
    for (int level = 0; level < EVIDENCE_SUBSYSTEM; level++)
        bind_row(insert, 20 + level, rows[level]);
    if (verdict.level == LEVEL_UNKNOWN)
        sqlite3_bind_null(insert, 23);
    else
        sqlite3_bind_double(insert, 23, verdict.usable);
    return builder_run(builder, insert, error);
}

/* Adds what was tried on an ID to the counts of the ID and of its chip: level, key and fix, each ended by a
 * NUL. */
static enum error_code add_attempts(struct builder *builder, struct tally_entry *entry, struct error *error)
{
    uint32_t pci_id;
    char id_key[PCI_ID_TEXT_SIZE];
    memcpy(&pci_id, entry->key, sizeof pci_id);
    struct pci_id id = pci_id_from_number(pci_id);
    const struct waiting_gpu *gpu = find_gpu(builder, pci_id);
    const char *const levels[][2] = {{"id", pci_id_print(&id, id_key)}, {"chip", gpu ? gpu->chip_key : ""}};
    for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
        char name[TALLY_KEY_SIZE];
        char fix[TALLY_KEY_SIZE];
        if (!*levels[i][1])
            continue;
        snprintf(fix, sizeof fix, "%.*s", (int)(entry->length - sizeof pci_id), entry->key + sizeof pci_id);
        size_t length = evidence_name(name, levels[i][0], levels[i][1], fix);
        struct tally_entry *sum =
            length <= sizeof name ? tally_entry(&builder->workarounds, name, length) : NULL;
        if (!sum)
            return error_set(error, ERROR_NO_MEMORY, "no memory to count attempts");
        sum->counts[COUNT_TRIED] += entry->counts[COUNT_TRIED];
        sum->counts[COUNT_HELPED] += entry->counts[COUNT_HELPED];
    }
    return ERROR_NONE;
}

static const char *second_text(const char *texts)
{
    return texts + strlen(texts) + 1;
}

/* By level and key; within them what helped most often first, then what was tried most often. */
static int compare_workarounds(const void *a, const void *b)
{
    const struct tally_entry *x = *(struct tally_entry *const *)a;
    const struct tally_entry *y = *(struct tally_entry *const *)b;
    int order = strcmp(x->key, y->key);
    if (!order)
        order = strcmp(second_text(x->key), second_text(y->key));
    if (order)
        return order;
    if (x->counts[COUNT_HELPED] != y->counts[COUNT_HELPED])
        return x->counts[COUNT_HELPED] < y->counts[COUNT_HELPED] ? 1 : -1;
    if (x->counts[COUNT_TRIED] != y->counts[COUNT_TRIED])
        return x->counts[COUNT_TRIED] < y->counts[COUNT_TRIED] ? 1 : -1;
    return strcmp(second_text(second_text(x->key)), second_text(second_text(y->key)));
}

/* Nobody reads more than this many on one GPU. */
enum { MAX_RANK = 16 };

static enum error_code insert_workaround(struct builder *builder, const struct tally_entry *entry, int rank,
                                         struct error *error)
{
    sqlite3_stmt *insert = builder_statement(builder, INSERT_WORKAROUND, error);
    if (!insert)
        return error->code;
    const char *key = second_text(entry->key);
    bind_text(insert, 1, entry->key);
    bind_text(insert, 2, key);
    sqlite3_bind_int(insert, 3, rank);
    bind_text(insert, 4, second_text(key));
    sqlite3_bind_int64(insert, 5, entry->counts[COUNT_TRIED]);
    sqlite3_bind_int64(insert, 6, entry->counts[COUNT_HELPED]);
    return builder_run(builder, insert, error);
}

static enum error_code store_workarounds(struct builder *builder, struct error *error)
{
    const struct tally *tally = &builder->workarounds;
    struct tally_entry **sorted = malloc((tally->count + 1) * sizeof(struct tally_entry *));
    if (!sorted)
        return error_set(error, ERROR_NO_MEMORY, "no memory to count attempts");
    size_t count = 0;
    for (size_t i = 0; i < tally->room; i++)
        if (tally->slots[i])
            sorted[count++] = tally->slots[i];
    qsort(sorted, count, sizeof *sorted, compare_workarounds);
    int rank = 0;
    enum error_code code = ERROR_NONE;
    for (size_t i = 0; i < count && !code; i++) {
        bool same = i && strcmp(sorted[i - 1]->key, sorted[i]->key) == 0 &&
                    strcmp(second_text(sorted[i - 1]->key), second_text(sorted[i]->key)) == 0;
        rank = same ? rank + 1 : 0;
        if (rank < MAX_RANK)
            code = insert_workaround(builder, sorted[i], rank, error);
    }
    free(sorted);
    return code;
}

static enum error_code each_entry(struct builder *builder, const struct tally *tally,
                                  enum error_code (*each)(struct builder *builder, struct tally_entry *entry,
                                                          struct error *error),
                                  struct error *error)
{
    for (size_t i = 0; i < tally->room; i++)
        if (tally->slots[i] && each(builder, tally->slots[i], error))
            return error->code;
    return ERROR_NONE;
}

enum error_code evidence_store(struct builder *builder, struct error *error)
{
    if (builder->gpu_count)
        qsort(builder->gpus, builder->gpu_count, sizeof *builder->gpus, compare_gpus);
    if (each_entry(builder, &builder->boards, add_board, error) ||
        each_entry(builder, &builder->evidence, store_evidence, error))
        return error->code;
    for (size_t i = 0; i < builder->gpu_count; i++)
        if (store_gpu(builder, &builder->gpus[i], error))
            return error->code;
    if (each_entry(builder, &builder->attempts, add_attempts, error))
        return error->code;
    return store_workarounds(builder, error);
}

void evidence_free(struct builder *builder)
{
    free(builder->seen.slots);
    tally_free(&builder->boards);
    tally_free(&builder->attempts);
    tally_free(&builder->evidence);
    tally_free(&builder->workarounds);
    tally_free(&builder->known_gpus);
    free(builder->gpus);
}
