#include "db/fix_counts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum error_code no_memory(struct error *error)
{
    return error_set(error, ERROR_NO_MEMORY, "no memory to count what was tried");
}

/* Behind the first text of a key; the second one ends with the key. */
static const char *second_text(const struct tally_entry *entry)
{
    return entry->key + strlen(entry->key) + 1;
}

/* By the first text; within it what helped most often first, then what was tried most often. */
static int compare_fixes(const void *a, const void *b)
{
    const struct tally_entry *x = *(struct tally_entry *const *)a;
    const struct tally_entry *y = *(struct tally_entry *const *)b;
    int order = strcmp(x->key, y->key);
    if (order)
        return order;
    if (x->counts[COUNT_HELPED] != y->counts[COUNT_HELPED])
        return x->counts[COUNT_HELPED] < y->counts[COUNT_HELPED] ? 1 : -1;
    if (x->counts[COUNT_TRIED] != y->counts[COUNT_TRIED])
        return x->counts[COUNT_TRIED] < y->counts[COUNT_TRIED] ? 1 : -1;
    return strcmp(second_text(x), second_text(y));
}

static enum error_code insert_workaround(struct builder *builder, const char *level,
                                         const struct tally_entry *entry, int rank, struct error *error)
{
    sqlite3_stmt *insert = builder_statement(builder, INSERT_WORKAROUND, error);
    if (!insert)
        return error->code;
    bind_text(insert, 1, level);
    bind_text(insert, 2, entry->key);
    sqlite3_bind_int(insert, 3, rank);
    bind_text(insert, 4, second_text(entry));
    sqlite3_bind_int64(insert, 5, entry->counts[COUNT_TRIED]);
    sqlite3_bind_int64(insert, 6, entry->counts[COUNT_HELPED]);
    return builder_run(builder, insert, error);
}

/* Nobody reads more than this many on one GPU, or for one symptom. */
enum { MAX_FIXES = 16, MAX_SYMPTOM_FIXES = 64 };

/* Stores the first `limit` of each key in a tally by key and word at a level, and empties it. */
static enum error_code store_fixes(struct builder *builder, const char *level, struct tally *fixes, int limit,
                                   struct error *error)
{
    if (!fixes->count)
        return ERROR_NONE;
    struct tally_entry **sorted = malloc(fixes->count * sizeof(struct tally_entry *));
    if (!sorted)
        return no_memory(error);
    size_t count = 0;
    for (size_t i = 0; i < fixes->room; i++)
        if (fixes->slots[i])
            sorted[count++] = fixes->slots[i];
    qsort(sorted, count, sizeof *sorted, compare_fixes);
    int rank = 0;
    enum error_code code = ERROR_NONE;
    for (size_t i = 0; i < count && !code; i++) {
        rank = i && strcmp(sorted[i - 1]->key, sorted[i]->key) == 0 ? rank + 1 : 0;
        if (rank < limit)
            code = insert_workaround(builder, level, sorted[i], rank, error);
    }
    free(sorted);
    tally_clear(fixes);
    return code;
}

static enum error_code count_fix(struct tally *fixes, const char *key, const char *fix, size_t fix_length,
                                 bool helped, struct error *error)
{
    char name[TALLY_KEY_SIZE];
    size_t key_size = strlen(key) + 1;
    if (key_size + fix_length + 1 > sizeof name)
        return error_set(error, ERROR_BAD_INPUT, "a report has a fix that is too long");
    memcpy(name, key, key_size);
    memcpy(name + key_size, fix, fix_length);
    name[key_size + fix_length] = '\0';
    struct tally_entry *entry = tally_entry(fixes, name, key_size + fix_length + 1);
    if (!entry)
        return no_memory(error);
    entry->counts[COUNT_TRIED]++;
    entry->counts[COUNT_HELPED] += helped;
    return ERROR_NONE;
}

/* Counts a fix for each of the symptoms. */
static enum error_code count_for_symptoms(struct fix_counts *counts, const char *symptoms, const char *fix,
                                          size_t fix_length, bool helped, struct error *error)
{
    char symptom[KEY_SIZE];
    for (const char *line = symptoms, *end; (end = strchr(line, '\n')); line = end + 1) {
        snprintf(symptom, sizeof symptom, "%.*s", (int)(end - line), line);
        if (count_fix(&counts->of_symptoms, symptom, fix, fix_length, helped, error))
            return error->code;
    }
    return ERROR_NONE;
}

static bool is_among(const char *const *words, const char *text, size_t length)
{
    for (; *words; words++)
        if (strlen(*words) == length && memcmp(*words, text, length) == 0)
            return true;
    return false;
}

static bool has_helped(const char *attempt)
{
    return strncmp(attempt, "fixed ", 6) == 0 || strncmp(attempt, "helped ", 7) == 0;
}

/* A report counts once for each blocker of its GPU, however many ways around it were tried. */
static enum error_code count_paths(struct fix_counts *counts, const struct gpu *gpu, const char *attempts,
                                   struct error *error)
{
    enum blocker blockers[BLOCKER_COUNT];
    int count = gpu_blockers(gpu, blockers);
    char key[KEY_SIZE];
    char id[PCI_ID_TEXT_SIZE];
    const char *chip = gpu->chip[0] ? gpu->chip : pci_id_print(&gpu->id, id);
    for (int i = 0; i < count; i++) {
        const char *const *ways = blocker_workarounds(blockers[i]);
        bool tried = false;
        bool helped = false;
        for (const char *line = attempts, *end; ways && (end = strchr(line, '\n')); line = end + 1) {
            const char *fix = line + strcspn(line, " ") + 1;
            if (!is_among(ways, fix, (size_t)(end - fix)))
                continue;
            tried = true;
            helped |= has_helped(line);
        }
        path_key(gpu, blockers[i], key);
        if (tried && (count_fix(&counts->paths, key, "", 0, helped, error) ||
                      count_fix(&counts->paths, key, chip, strlen(chip), helped, error)))
            return error->code;
    }
    return ERROR_NONE;
}

enum error_code fix_counts_add(struct fix_counts *counts, uint32_t pci_id, const struct waiting_gpu *gpu,
                               const char *attempts, const char *symptoms, struct error *error)
{
    char id_key[PCI_ID_TEXT_SIZE];
    struct pci_id id = pci_id_from_number(pci_id);
    pci_id_print(&id, id_key);
    const char *chip_key = gpu ? gpu->chip_key : "";
    for (const char *line = attempts, *end; (end = strchr(line, '\n')); line = end + 1) {
        bool helped = has_helped(line);
        const char *fix = line + strcspn(line, " ") + 1;
        if (count_fix(&counts->of_device, id_key, fix, (size_t)(end - fix), helped, error) ||
            (*chip_key && count_fix(&counts->of_chips, chip_key, fix, (size_t)(end - fix), helped, error)) ||
            count_for_symptoms(counts, symptoms, fix, (size_t)(end - fix), helped, error))
            return error->code;
    }
    return gpu && *attempts ? count_paths(counts, &gpu->gpu, attempts, error) : ERROR_NONE;
}

enum error_code fix_counts_end_device(struct fix_counts *counts, struct builder *builder, struct error *error)
{
    return store_fixes(builder, "id", &counts->of_device, MAX_FIXES, error);
}

enum error_code fix_counts_end(struct fix_counts *counts, struct builder *builder, struct error *error)
{
    if (store_fixes(builder, "chip", &counts->of_chips, MAX_FIXES, error) ||
        store_fixes(builder, "symptom", &counts->of_symptoms, MAX_SYMPTOM_FIXES, error))
        return error->code;
    return store_fixes(builder, "path", &counts->paths, MAX_PATH_CHIPS + 1, error);
}

void fix_counts_free(struct fix_counts *counts)
{
    tally_free(&counts->of_device);
    tally_free(&counts->of_chips);
    tally_free(&counts->of_symptoms);
    tally_free(&counts->paths);
}
