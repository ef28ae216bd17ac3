/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a device. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/database.h"
#include "db/internal.h"

/* Stores who states a value, "" for 0. It is asked for only once. `origin` is of column_row. */
static enum error_code find_origin(struct database *database, int origin, const char **text,
                                   struct error *error)
{
    static const char sql[] = "SELECT text FROM origin WHERE id = ?1";
    sqlite3_stmt *row = NULL;
    *text = "";
    error->code = ERROR_NONE;
    if (!origin)
        return ERROR_NONE;
    if (origin < 0)
        return database_damaged(database, "a GPU refers to a row that cannot exist", error);
    if (origin >= database->origin_capacity) {
        int capacity = origin + 64;
        char **grown = realloc(database->origins, (size_t)capacity * sizeof *grown);
        if (!grown)
            return error_set(error, ERROR_NO_MEMORY, "no memory for %d texts", capacity);
        memset(grown + database->origin_capacity, 0,
               (size_t)(capacity - database->origin_capacity) * sizeof *grown);
        database->origins = grown;
        database->origin_capacity = capacity;
    }
    char **kept = &database->origins[origin];
    if (!*kept) {
        bool found = database_row(database, sql, SQL_VALUES(sql_integer(origin)), &row, error);
        if (error->code)
            return error->code;
        *kept = strdup(found ? column_text(row, 0) : "");
        if (!*kept)
            return error_set(error, ERROR_NO_MEMORY, "no memory for a text");
    }
    *text = *kept;
    return ERROR_NONE;
}

void database_name_sources(struct database *database, bool is_wanted)
{
    database->without_sources = !is_wanted;
}

/* The same for a value of a GPU. */
static enum error_code find_source(struct database *database, int origin, const char **text,
                                   struct error *error)
{
    return find_origin(database, database->without_sources && origin > 0 ? 0 : origin, text, error);
}

/* ---- priors ---- */

/* Reads shares, strength, reason and number. */
static enum error_code read_prior(struct database *database, sqlite3_stmt *row, struct prior *prior,
                                  struct error *error)
{
    double sum = 0;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        sum += prior->shares[i] = column_real(row, i, 1);
    prior->strength = column_real(row, OUTCOME_COUNT, 1e6);
    copy_column(row, OUTCOME_COUNT + 1, prior->reason, sizeof prior->reason);
    prior->number = column_row(row, OUTCOME_COUNT + 2);
    if (sum < 0.99 || sum > 1.01)
        return database_damaged(database, "the shares of a prior do not add up to 1", error);
    return ERROR_NONE;
}

enum error_code database_prior_of(struct database *database, int number, struct prior *prior,
                                  struct error *error)
{
    static const char sql[] =
        "SELECT works, works_with_workaround, partial, fails, strength, reason, id FROM prior WHERE id = ?1";
    char key[16];
    sqlite3_stmt *row = NULL;
    *prior = (struct prior){.reason = ""};
    error->code = ERROR_NONE;
    if (!number)
        return ERROR_NONE;
    snprintf(key, sizeof key, "%d", number);
    if (kept_take(database, KEPT_PRIOR, key, prior) >= 0)
        return ERROR_NONE;
    if (!database_row(database, sql, SQL_VALUES(sql_integer(number)), &row, error))
        return error->code ? error->code
                           : database_damaged(database, "a GPU refers to a prior that is not there", error);
    if (!read_prior(database, row, prior, error))
        kept_store(database, KEPT_PRIOR, key, prior, sizeof *prior);
    return error->code;
}

/* Whether one of the patterns fits, or there is none. */
static bool is_for_chip(const char *patterns, const char *chip)
{
    char pattern[CHIP_SIZE + 1]; /* with a * at its end */
    bool fits = !*patterns;
    while (*patterns && !fits) {
        size_t length = strcspn(patterns, ",");
        snprintf(pattern, sizeof pattern, "%.*s", (int)length, patterns);
        fits = sqlite3_strglob(pattern, chip) == 0;
        patterns += length + (patterns[length] == ',');
    }
    return fits;
}

enum error_code database_find_prior(struct database *database, const struct gpu *gpu, enum share share,
                                    struct prior *prior, struct error *error)
{
    static const char sql[] =
        "SELECT works, works_with_workaround, partial, fails, strength, reason, id, chips FROM prior"
        " WHERE ifnull(form_factor, ?1) = ?1 AND ifnull(vbios, ?2) = ?2 AND ifnull(display, ?3) = ?3"
        " AND ifnull(reset, ?4) = ?4 AND ifnull(share, ?5) = ?5 AND ifnull(vendor, ?6) = ?6 ORDER BY id";
    sqlite3_stmt *row = NULL;
    *prior = (struct prior){.reason = ""};
    while (database_row(
        database, sql,
        SQL_VALUES(sql_text(gpu_value(gpu, ATTRIBUTE_FORM_FACTOR)), sql_text(gpu_value(gpu, ATTRIBUTE_VBIOS)),
                   sql_text(gpu_value(gpu, ATTRIBUTE_DISPLAY)), sql_text(gpu_value(gpu, ATTRIBUTE_RESET)),
                   sql_word(&vocabulary_share, (int)share), sql_integer(gpu->id.vendor)),
        &row, error))
        if (is_for_chip(column_text(row, OUTCOME_COUNT + 3), gpu->chip))
            return read_prior(database, row, prior, error);
    return error->code;
}

/* ---- the GPU ---- */

/* The attributes of a row of gpu or gpu_range, and its chip. */
#define ATTRIBUTES                                                                                           \
    "SELECT form_factor, form_factor_confidence, form_factor_origin, display, display_confidence,"           \
    " display_origin, vbios, vbios_confidence, vbios_origin, reset, reset_confidence, reset_origin, g.chip," \
    " f.driver, f.security, "
#define FEATURES " g LEFT JOIN chip f ON f.id = g.features "
enum { BEHIND_ATTRIBUTES = 15 };

static enum error_code read_gpu(struct database *database, sqlite3_stmt *row, struct device *device,
                                struct error *error)
{
    struct gpu *gpu = &device->gpu;
    gpu->id = device->id;
    for (int i = ATTRIBUTE_FORM_FACTOR; i < ATTRIBUTE_COUNT; i++) {
        int column = 3 * (i - ATTRIBUTE_FORM_FACTOR);
        struct annotation *annotation = &gpu->attributes[i];
        annotation->value = column_value(row, column, attribute_vocabulary((enum attribute)i));
        annotation->confidence = column_real(row, column + 1, 1);
        if (find_source(database, column_row(row, column + 2), &annotation->source, error))
            return error->code;
    }
    copy_column(row, 12, gpu->chip, sizeof gpu->chip);
    copy_column(row, 13, device->driver, sizeof device->driver);
    copy_column(row, 14, device->security, sizeof device->security);
    return ERROR_NONE;
}

static enum error_code find_gpu(struct database *database, struct device *device, struct error *error)
{
    sqlite3_stmt *row = NULL;
    device->is_gpu = database_row(database, ATTRIBUTES "prior FROM gpu" FEATURES "WHERE pci_id = ?1",
                                  SQL_VALUES(sql_integer(pci_id_number(&device->id))), &row, error);
    if (!device->is_gpu || read_gpu(database, row, device, error))
        return error->code;
    return database_prior_of(database, column_row(row, BEHIND_ATTRIBUTES), &device->prior, error);
}

/* A GPU that no list has: what its number says of it, else nothing but that there are reports. */
static enum error_code find_unlisted(struct database *database, struct device *device, struct error *error)
{
    char key[PCI_ID_TEXT_SIZE];
    sqlite3_stmt *row = NULL;
    if (database_row(database,
                     ATTRIBUTES "g.generation, origin FROM gpu_range" FEATURES
                                "WHERE ?1 BETWEEN first AND last ORDER BY g.id LIMIT 1",
                     SQL_VALUES(sql_integer(pci_id_number(&device->id))), &row, error)) {
        copy_column(row, BEHIND_ATTRIBUTES, device->generation, sizeof device->generation);
        if (find_origin(database, column_row(row, BEHIND_ATTRIBUTES + 1), &device->name_source, error) ||
            read_gpu(database, row, device, error))
            return error->code;
    } else {
        row = NULL;
        if (error->code ||
            !database_row(database, "SELECT 1 FROM evidence WHERE level = 'id' AND key = ?1 LIMIT 1",
                          SQL_VALUES(sql_text(pci_id_print_base(&device->id, key))), &row, error))
            return error->code ? error->code : error_set(error, ERROR_NOT_FOUND, "no list has it");
        device->gpu = (struct gpu){.id = device->id};
        for (int i = 0; i < ATTRIBUTE_COUNT; i++)
            device->gpu.attributes[i].source = "";
    }
    device->is_gpu = device->is_unlisted = true;
    snprintf(device->name, sizeof device->name, "unlisted GPU%s%s", device->generation[0] ? " of the " : "",
             device->generation);
    return database_find_prior(database, &device->gpu, SHARE_WHOLE, &device->prior, error);
}

/* What is surer than this is not overruled by who made the board. */
static const double sure_of_id = 0.7;
/* Whoever is known this well for making cards alone has made one, also of a chip for laptops. */
static const double sure_of_maker = 0.95;

/* Takes the form factor in `column`; its confidence and its origin stand in the next ones. */
static enum error_code settle(struct database *database, struct device *device, sqlite3_stmt *row, int column,
                              struct error *error)
{
    const char *source;
    int form_factor = column_value(row, column, &vocabulary_form_factor);
    double confidence = column_real(row, column + 1, 1);
    if (form_factor == FORM_FACTOR_UNKNOWN ||
        find_source(database, column_row(row, column + 2), &source, error))
        return error->code;
    device->settled = gpu_settle(&device->gpu, (enum form_factor)form_factor, confidence, source);
    return device->settled ? database_find_prior(database, &device->gpu, SHARE_WHOLE, &device->prior, error)
                           : ERROR_NONE;
}

/* Lets the subsystem and the revision say what the ID does not: what is known about this very product, else
 * what the maker of the board usually makes. */
static enum error_code find_variant(struct database *database, struct device *device, struct error *error)
{
    static const char product_sql[] =
        "SELECT product, form_factor, confidence, origin FROM gpu_variant WHERE pci_id = ?1"
        " AND subsystem IN (-1, ?2) AND revision IN (-1, ?3)"
        " ORDER BY (subsystem >= 0) + (revision >= 0) DESC, confidence DESC LIMIT 1";
    static const char maker_sql[] =
        "SELECT form_factor, confidence, origin FROM gpu_variant WHERE pci_id = -1 AND subsystem = ?1";
    const struct pci_id *id = &device->id;
    const struct annotation *form_factor = &device->gpu.attributes[ATTRIBUTE_FORM_FACTOR];
    int64_t subsystem = id->has_subsystem ? (int64_t)id->subvendor << 16 | id->subdevice : -1;
    sqlite3_stmt *row = NULL;
    bool is_open = form_factor->value == FORM_FACTOR_EITHER || form_factor->confidence < sure_of_id;
    if (database_row(database, product_sql,
                     SQL_VALUES(sql_integer(pci_id_number(id)), sql_integer(subsystem),
                                sql_integer(id->has_revision ? id->revision : -1)),
                     &row, error)) {
        copy_column(row, 0, device->product, sizeof device->product);
        bool is_surer = is_open || column_real(row, 2, 1) >= form_factor->confidence;
        if (is_surer && strcmp(column_text(row, 1), "unknown") != 0)
            return settle(database, device, row, 1, error);
    }
    bool is_laptop_chip = form_factor->value == FORM_FACTOR_MOBILE;
    row = NULL;
    if (error->code || !id->has_subsystem || !(is_open || is_laptop_chip) ||
        !database_row(database, maker_sql, SQL_VALUES(sql_integer((int64_t)id->subvendor << 16)), &row,
                      error))
        return error->code;
    return is_open || column_real(row, 1, 1) >= sure_of_maker ? settle(database, device, row, 0, error)
                                                              : ERROR_NONE;
}

/* ---- the device ---- */

static enum error_code find_vendor(struct database *database, uint16_t vendor, char name[NAME_SIZE],
                                   struct error *error)
{
    char key[PCI_ID_TEXT_SIZE];
    const struct pci_id id = {.vendor = vendor};
    error->code = ERROR_NONE;
    if (kept_take(database, KEPT_VENDOR, pci_id_print(&id, key), name) < 0 &&
        database_text(database, "SELECT name FROM vendor WHERE id = ?1", SQL_VALUES(sql_integer(vendor)),
                      name, NAME_SIZE, error))
        kept_store(database, KEPT_VENDOR, key, name, strlen(name) + 1);
    return error->code;
}

enum error_code database_find_device(struct database *database, const struct pci_id *id,
                                     struct device *device, struct error *error)
{
    uint32_t number = pci_id_number(id);
    sqlite3_stmt *row = NULL;
    device->id = *id;
    device->name_source = "";
    device->share = SHARE_WHOLE;
    device->is_gpu = device->is_unlisted = device->settled = false;
    device->generation[0] = device->product[0] = device->subsystem[0] = device->name[0] = '\0';
    device->driver[0] = device->security[0] = '\0';
    if (find_vendor(database, id->vendor, device->vendor, error))
        return error->code;
    if (database_row(database, "SELECT name, origin FROM device WHERE pci_id = ?1",
                     SQL_VALUES(sql_integer(number)), &row, error)) {
        copy_column(row, 0, device->name, sizeof device->name);
        if (find_origin(database, column_row(row, 1), &device->name_source, error) ||
            find_gpu(database, device, error))
            return error->code;
    } else if (error->code || find_unlisted(database, device, error)) {
        return error->code;
    }
    if (device->is_gpu && (id->has_subsystem || id->has_revision) && find_variant(database, device, error))
        return error->code;
    if (id->has_subsystem)
        database_text(
            database, "SELECT name FROM subsystem WHERE pci_id = ?1 AND subsystem = ?2",
            SQL_VALUES(sql_integer(number), sql_integer((int64_t)id->subvendor << 16 | id->subdevice)),
            device->subsystem, NAME_SIZE, error);
    return error->code;
}

enum error_code database_ask_share(struct database *database, struct device *device, enum share share,
                                   struct error *error)
{
    device->share = share;
    return database_find_prior(database, &device->gpu, share, &device->prior, error);
}
