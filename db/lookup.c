#include "db/database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "db/internal.h"

static enum error_code find_vendor(struct database *database, struct device *device, struct error *error)
{
    sqlite3_stmt *statement;
    bool row;
    if (!database->vendor_kept || database->vendor != device->id.vendor) {
        database->vendor_kept = false;
        if (database_statement(database, STATEMENT_VENDOR, &statement, error))
            return error->code;
        sqlite3_bind_int(statement, 1, device->id.vendor);
        if (database_step(database, statement, &row, error))
            return error->code;
        database->vendor_name[0] = '\0';
        if (row)
            copy_column(statement, 0, database->vendor_name, sizeof database->vendor_name);
        database->vendor = device->id.vendor;
        database->vendor_kept = true;
    }
    memcpy(device->vendor, database->vendor_name, sizeof device->vendor);
    return ERROR_NONE;
}

/* No table of origins or priors has more rows. */
enum { MAX_KEPT_ROWS = 1 << 20 };

/* Makes an array reach up to `index`, which a database file states, the new part zeroed. */
static enum error_code reach(const struct database *database, void **items, int *room, int index, size_t size,
                             struct error *error)
{
    if (index < 0 || index >= MAX_KEPT_ROWS) {
        char what[80];
        snprintf(what, sizeof what, "a GPU refers to row %d of a table, which cannot exist", index);
        return database_damaged(database, what, error);
    }
    if (index < *room)
        return ERROR_NONE;
    int larger = index + 64;
    char *grown = realloc(*items, (size_t)larger * size);
    if (!grown)
        return error_set(error, ERROR_NO_MEMORY, "no memory for %d sources", larger);
    memset(grown + (size_t)*room * size, 0, (size_t)(larger - *room) * size);
    *items = grown;
    *room = larger;
    return ERROR_NONE;
}

static enum error_code find_origin(struct database *database, int origin, const char **text,
                                   struct error *error)
{
    sqlite3_stmt *statement;
    bool row;
    *text = "";
    if (!origin)
        return ERROR_NONE;
    if (reach(database, (void **)&database->origins, &database->origin_room, origin,
              sizeof *database->origins, error))
        return error->code;
    if (!database->origins[origin]) {
        if (database_statement(database, STATEMENT_ORIGIN, &statement, error))
            return error->code;
        sqlite3_bind_int(statement, 1, origin);
        if (database_step(database, statement, &row, error))
            return error->code;
        database->origins[origin] = strdup(row ? column_text(statement, 0) : "");
        if (!database->origins[origin])
            return error_set(error, ERROR_NO_MEMORY, "no memory for a source");
    }
    *text = database->origins[origin];
    return ERROR_NONE;
}

static enum error_code find_subsystem(struct database *database, struct device *device, struct error *error)
{
    sqlite3_stmt *statement;
    bool row;
    if (database_statement(database, STATEMENT_SUBSYSTEM, &statement, error))
        return error->code;
    uint32_t subsystem = (uint32_t)device->id.subvendor << 16 | device->id.subdevice;
    sqlite3_bind_int64(statement, 1, subsystem_key(pci_id_number(&device->id), subsystem));
    if (database_step(database, statement, &row, error))
        return error->code;
    if (row)
        copy_column(statement, 0, device->subsystem, sizeof device->subsystem);
    return ERROR_NONE;
}

static enum error_code read_prior(const struct database *database, sqlite3_stmt *statement,
                                  struct prior *prior, struct error *error)
{
    double sum = 0;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        sum += prior->shares[i] = column_real(statement, i, 1);
    prior->strength = column_real(statement, OUTCOME_COUNT, 1e6);
    prior->reason = column_text(statement, OUTCOME_COUNT + 1);
    if (sum < 0.99 || sum > 1.01)
        return database_damaged(database, "the shares of a prior do not add up to 1", error);
    return error->code = ERROR_NONE;
}

static enum error_code find_prior(struct database *database, int number, struct prior *prior,
                                  struct error *error)
{
    sqlite3_stmt *statement;
    bool row;
    *prior = (struct prior){.reason = ""};
    if (!number)
        return ERROR_NONE;
    if (reach(database, (void **)&database->priors, &database->prior_room, number, sizeof *database->priors,
              error))
        return error->code;
    struct kept_prior *kept = &database->priors[number];
    if (!kept->known) {
        if (database_statement(database, STATEMENT_PRIOR_OF_ID, &statement, error))
            return error->code;
        sqlite3_bind_int(statement, 1, number);
        if (database_step(database, statement, &row, error))
            return error->code;
        if (!row)
            return database_damaged(database, "a GPU refers to a prior that is not there", error);
        struct prior read;
        if (read_prior(database, statement, &read, error))
            return error->code;
        read.reason = strdup(read.reason);
        if (!read.reason)
            return error_set(error, ERROR_NO_MEMORY, "no memory for a prior");
        kept->prior = read;
        kept->known = true;
    }
    *prior = kept->prior;
    return ERROR_NONE;
}

static enum error_code find_gpu(struct database *database, struct device *device, struct error *error)
{
    static const enum attribute worded[] = {ATTRIBUTE_FORM_FACTOR, ATTRIBUTE_DISPLAY, ATTRIBUTE_VBIOS,
                                            ATTRIBUTE_RESET};
    sqlite3_stmt *statement;
    struct gpu *gpu = &device->gpu;
    if (database_statement(database, STATEMENT_GPU, &statement, error))
        return error->code;
    sqlite3_bind_int64(statement, 1, pci_id_number(&device->id));
    if (database_step(database, statement, &device->is_gpu, error) || !device->is_gpu)
        return error->code;
    gpu->id = device->id;
    copy_column(statement, 0, gpu->chip, sizeof gpu->chip);
    for (size_t i = 0; i < ARRAY_SIZE(worded); i++) {
        int column = 2 + 3 * (int)i;
        struct annotation *annotation = &gpu->attributes[worded[i]];
        int value = vocabulary_find(attribute_vocabulary(worded[i]), column_text(statement, column));
        annotation->value = value < 0 ? 0 : value;
        annotation->confidence = column_real(statement, column + 1, 1);
        if (find_origin(database, sqlite3_column_int(statement, column + 2), &annotation->source, error))
            return error->code;
    }
    static const enum evidence_level stored[] = {EVIDENCE_ALL, EVIDENCE_CLASS, EVIDENCE_CHIP, EVIDENCE_ID};
    for (size_t i = 0; i < ARRAY_SIZE(stored); i++)
        device->evidence_ids[stored[i]] = sqlite3_column_int64(statement, 14 + (int)i);
    return find_prior(database, sqlite3_column_int(statement, 1), &device->prior, error);
}

enum error_code database_find_prior(struct database *database, const struct gpu *gpu, struct prior *prior,
                                    struct error *error)
{
    static const enum attribute keys[] = {ATTRIBUTE_FORM_FACTOR, ATTRIBUTE_VBIOS, ATTRIBUTE_DISPLAY,
                                          ATTRIBUTE_RESET};
    sqlite3_stmt *statement;
    bool row;
    if (database_statement(database, STATEMENT_PRIOR, &statement, error))
        return error->code;
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        sqlite3_bind_text(statement, 1 + (int)i,
                          vocabulary_word_of(attribute_vocabulary(keys[i]), gpu->attributes[keys[i]].value),
                          -1, SQLITE_STATIC);
    if (database_step(database, statement, &row, error))
        return error->code;
    *prior = (struct prior){.reason = ""};
    return row ? read_prior(database, statement, prior, error) : ERROR_NONE;
}

/* What is surer than this is not overruled by who made the board. */
static const double sure_of_id = 0.7;

static enum error_code settle(struct database *database, struct device *device, sqlite3_stmt *statement,
                              int column, struct error *error)
{
    const char *source;
    int form_factor = vocabulary_find(&vocabulary_form_factor, column_text(statement, column));
    double confidence = column_real(statement, column + 1, 1);
    int origin = sqlite3_column_int(statement, column + 2);
    if (form_factor <= FORM_FACTOR_UNKNOWN || find_origin(database, origin, &source, error))
        return error->code;
    device->settled = gpu_settle(&device->gpu, (enum form_factor)form_factor, confidence, source);
    return device->settled ? database_find_prior(database, &device->gpu, &device->prior, error) : ERROR_NONE;
}

/* Lets the subsystem and the revision say what the ID does not tell: what is known about this very product,
 * else what the maker of the board usually makes. */
static enum error_code find_variant(struct database *database, struct device *device, struct error *error)
{
    const struct pci_id *id = &device->id;
    const struct annotation *form_factor = &device->gpu.attributes[ATTRIBUTE_FORM_FACTOR];
    sqlite3_stmt *statement;
    bool row;
    if (database_statement(database, STATEMENT_VARIANT, &statement, error))
        return error->code;
    sqlite3_bind_int64(statement, 1, pci_id_number(id));
    sqlite3_bind_int64(statement, 2, id->has_subsystem ? (int64_t)id->subvendor << 16 | id->subdevice : -1);
    sqlite3_bind_int(statement, 3, id->has_revision ? id->revision : -1);
    if (database_step(database, statement, &row, error))
        return error->code;
    bool is_open = form_factor->value == FORM_FACTOR_EITHER || form_factor->confidence < sure_of_id;
    if (row) {
        copy_column(statement, 0, device->product, sizeof device->product);
        bool is_surer = is_open || sqlite3_column_double(statement, 2) >= form_factor->confidence;
        if (is_surer && strcmp(column_text(statement, 1), "unknown") != 0)
            return settle(database, device, statement, 1, error);
    }
    if (!id->has_subsystem || !is_open)
        return ERROR_NONE;
    if (database_statement(database, STATEMENT_SUBVENDOR, &statement, error))
        return error->code;
    sqlite3_bind_int(statement, 1, id->subvendor);
    if (database_step(database, statement, &row, error) || !row)
        return error->code;
    return settle(database, device, statement, 0, error);
}

enum error_code database_find_device(struct database *database, const struct pci_id *id,
                                     struct device *device, struct error *error)
{
    sqlite3_stmt *statement;
    bool row;
    device->id = *id;
    device->is_gpu = device->settled = false;
    device->product[0] = device->name[0] = device->subsystem[0] = '\0';
    if (find_vendor(database, device, error) ||
        database_statement(database, STATEMENT_DEVICE, &statement, error))
        return error->code;
    sqlite3_bind_int64(statement, 1, pci_id_number(id));
    if (database_step(database, statement, &row, error))
        return error->code;
    if (!row)
        return error_set(error, ERROR_NOT_FOUND, "not in pci.ids");
    copy_column(statement, 0, device->name, sizeof device->name);
    if (find_gpu(database, device, error))
        return error->code;
    if (device->is_gpu && (id->has_subsystem || id->has_revision) && find_variant(database, device, error))
        return error->code;
    return id->has_subsystem ? find_subsystem(database, device, error) : ERROR_NONE;
}

enum error_code database_each_report(struct database *database, uint32_t pci_id, int limit,
                                     report_visitor *each, void *context, struct error *error)
{
    sqlite3_stmt *statement;
    bool row;
    if (database_statement(database, STATEMENT_REPORTS, &statement, error))
        return error->code;
    sqlite3_bind_int64(statement, 1, pci_id);
    sqlite3_bind_int(statement, 2, limit);
    for (;;) {
        if (database_step(database, statement, &row, error) || !row)
            return error->code;
        const char *body = column_text(statement, 1);
        if (each(context, column_text(statement, 0), body, (size_t)sqlite3_column_bytes(statement, 1), error))
            return error->code;
    }
}

static enum error_code fetch_workarounds(struct database *database, const char *level, const char *key,
                                         struct workaround *workarounds, int limit, int *count,
                                         struct error *error)
{
    sqlite3_stmt *statement;
    bool row;
    if (database_statement(database, STATEMENT_WORKAROUNDS, &statement, error))
        return error->code;
    sqlite3_bind_text(statement, 1, level, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, key, -1, SQLITE_STATIC);
    sqlite3_bind_int(statement, 3, limit);
    for (*count = 0; *count < limit; ++*count) {
        if (database_step(database, statement, &row, error) || !row)
            return error->code;
        struct workaround *workaround = &workarounds[*count];
        copy_column(statement, 0, workaround->fix, sizeof workaround->fix);
        workaround->tried = column_count(statement, 1);
        workaround->helped = column_count(statement, 2);
        workaround->on_chip = level[0] == 'c';
    }
    return ERROR_NONE;
}

enum error_code database_find_workarounds(struct database *database, const struct gpu *gpu,
                                          struct workaround *workarounds, int limit, int *count,
                                          struct error *error)
{
    char id[PCI_ID_TEXT_SIZE];
    char key[KEY_SIZE];
    struct pci_id whole = pci_id_base(&gpu->id);
    if (fetch_workarounds(database, "id", pci_id_print(&whole, id), workarounds, limit, count, error))
        return error->code;
    if (*count || !gpu->chip[0])
        return ERROR_NONE;
    evidence_chip_key(gpu, key);
    return fetch_workarounds(database, "chip", key, workarounds, limit, count, error);
}

enum error_code database_find_symptom_fixes(struct database *database, const char *word,
                                            struct workaround *fixes, int limit, int *count,
                                            struct error *error)
{
    return fetch_workarounds(database, "symptom", word, fixes, limit, count, error);
}

/* The fields of a line of the table symptom, which is cut at its tabs. */
static struct symptom_record split_symptom(char *line)
{
    enum { WORD, SCOPE, FIXABLE, WORDS, PATTERN, CAUSE, NEXT, FIELDS };
    const char *fields[FIELDS];
    for (int i = 0; i < FIELDS; i++) {
        const char *field = strsep(&line, "\t");
        fields[i] = field ? field : "";
    }
    int fixable = vocabulary_find(&vocabulary_fixable, fields[FIXABLE]);
    return (struct symptom_record){
        fields[WORD],  fields[SCOPE],   fixable < 0 ? FIXABLE_WORKAROUND : (enum fixable)fixable,
        fields[WORDS], fields[PATTERN], fields[CAUSE],
        fields[NEXT]};
}

enum error_code database_each_symptom(struct database *database, symptom_visitor *each, void *context,
                                      struct error *error)
{
    sqlite3_stmt *statement;
    struct buffer line CLEANUP(buffer_free) = BUFFER(65536);
    bool row;
    if (database_statement(database, STATEMENT_SYMPTOMS, &statement, error))
        return error->code;
    for (;;) {
        if (database_step(database, statement, &row, error) || !row)
            return error->code;
        buffer_clear(&line);
        buffer_append_text(&line, column_text(statement, 0));
        if (line.failed || !line.length)
            return database_damaged(database, "a symptom is empty", error);
        const struct symptom_record symptom = split_symptom(line.data);
        if (each(context, &symptom, error))
            return error->code;
    }
}

static enum error_code fetch_path(struct database *database, const char *key, struct remaining_path *path,
                                  struct error *error)
{
    sqlite3_stmt *statement;
    bool row;
    if (database_statement(database, STATEMENT_WORKAROUNDS, &statement, error))
        return error->code;
    sqlite3_bind_text(statement, 1, "path", -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, key, -1, SQLITE_STATIC);
    sqlite3_bind_int(statement, 3, MAX_PATH_CHIPS + 1);
    /* The first one, without a chip, has them all together. */
    for (int i = -1; i < MAX_PATH_CHIPS; i++) {
        if (database_step(database, statement, &row, error) || !row)
            break;
        int *tried = i < 0 ? &path->tried : &path->chips[i].tried;
        int *helped = i < 0 ? &path->helped : &path->chips[i].helped;
        *tried = column_count(statement, 1);
        *helped = column_count(statement, 2);
        if (i >= 0)
            copy_column(statement, 0, path->chips[i].chip, sizeof path->chips[i].chip);
        path->chip_count = i + 1;
    }
    return error->code;
}

enum error_code database_find_path(struct database *database, const struct gpu *gpu, enum blocker blocker,
                                   struct remaining_path *path, struct error *error)
{
    struct kept_path *kept = &database->paths[(gpu->id.vendor ^ (unsigned)blocker) % KEPT_PATHS];
    char key[KEY_SIZE];
    path_key(gpu, blocker, key);
    if (strcmp(kept->key, key) != 0) {
        kept->key[0] = '\0';
        kept->path = (struct remaining_path){.blocker = blocker};
        if (fetch_path(database, key, &kept->path, error))
            return error->code;
        snprintf(kept->key, sizeof kept->key, "%s", key);
    }
    *path = kept->path;
    return ERROR_NONE;
}

/* Nobody buys a card for a chance that is the same. */
static const double clearly_better = 0.05;

static enum error_code fetch_alternatives(struct database *database, const char *key, const struct gpu *gpu,
                                          double usable, struct alternative *alternatives, int limit,
                                          int *count, struct error *error)
{
    sqlite3_stmt *statement;
    bool row;
    if (database_statement(database, STATEMENT_ALTERNATIVES, &statement, error))
        return error->code;
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    while (*count < limit) {
        if (database_step(database, statement, &row, error) || !row)
            return error->code;
        struct alternative *alternative = &alternatives[*count];
        alternative->pci_id = (uint32_t)sqlite3_column_int64(statement, 0);
        alternative->usable = column_real(statement, 2, 1);
        copy_column(statement, 1, alternative->name, sizeof alternative->name);
        bool skip =
            alternative->pci_id == pci_id_number(&gpu->id) || alternative->usable < usable + clearly_better;
        for (int i = 0; i < *count; i++)
            skip |= strcmp(alternatives[i].name, alternative->name) == 0;
        if (skip)
            continue;
        alternative->price_usd = column_count(statement, 3);
        copy_column(statement, 4, alternative->price_as_of, sizeof alternative->price_as_of);
        alternative->same_chip = *key != '\0';
        ++*count;
    }
    return ERROR_NONE;
}

enum error_code database_find_alternatives(struct database *database, const struct gpu *gpu, double usable,
                                           struct alternative *alternatives, int limit, int *count,
                                           struct error *error)
{
    char key[KEY_SIZE];
    /* Two with the same chip at most: its tenth variant helps nobody. */
    int siblings = limit < 2 ? limit : 2;
    *count = 0;
    error->code = ERROR_NONE;
    snprintf(key, sizeof key, "%04x/%s", gpu->id.vendor, gpu->chip);
    if (gpu->chip[0] && fetch_alternatives(database, key, gpu, usable, alternatives, siblings, count, error))
        return error->code;
    return fetch_alternatives(database, "", gpu, usable, alternatives, limit, count, error);
}
