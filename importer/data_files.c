/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/data_files.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "importer/table.h"

enum { PRIOR_COLUMNS = 10, PRICE_COLUMNS = 8, SUBVENDOR_COLUMNS = 5, USE_COLUMNS = 6 };
/* How many of them, from the first, tell the rows apart. */
enum { PRIOR_KEY = 4, PRICE_KEY = 2, SUBVENDOR_KEY = 1, USE_KEY = 3 };
static const char *const prior_columns[PRIOR_COLUMNS] = {
    "form_factor",           "vbios",   "display", "reset",    "works",
    "works_with_workaround", "partial", "fails",   "strength", "reason"};
static const char *const price_columns[PRICE_COLUMNS] = {"name", "pci_ids", "price_usd", "price_high_usd",
                                                         "use",  "as_of",   "source",    "note"};

static const char *const subvendor_columns[SUBVENDOR_COLUMNS] = {"subvendor", "maker", "form_factor",
                                                                 "confidence", "reason"};
static const char *const use_columns[USE_COLUMNS] = {"vendor", "chip", "use", "suits", "reason", "source"};

static enum error_code add_subvendor(void *context, const struct table_row *row, struct error *error)
{
    const char *text = row->fields[0];
    unsigned subvendor;
    int used = 0;
    double confidence;
    char reason[512];
    if (strlen(text) != 4 || sscanf(text, "%4x%n", &subvendor, &used) != 1 || used != 4)
        return table_error(row, error, "subvendor must be four hexadecimal digits, not \"%s\"", text);
    int form_factor = vocabulary_find(&vocabulary_form_factor, row->fields[2]);
    if (form_factor <= FORM_FACTOR_UNKNOWN)
        return table_error(row, error, "\"%s\" is not a value of form_factor", row->fields[2]);
    if (table_number(row, "confidence", row->fields[3], 0.0, 1.0, &confidence, error))
        return error->code;
    snprintf(reason, sizeof reason, "subvendor %s, %s: %s", text, row->fields[1], row->fields[4]);
    return builder_add_subvendor(context, (uint16_t)subvendor, (enum form_factor)form_factor, confidence,
                                 reason, error);
}

static enum error_code add_prior(void *context, const struct table_row *row, struct error *error)
{
    static const struct vocabulary *const keys[] = {&vocabulary_form_factor, &vocabulary_vbios,
                                                    &vocabulary_display, &vocabulary_reset};
    struct prior prior = {.strength = 0.0};
    double sum = 0.0;
    snprintf(prior.reason, sizeof prior.reason, "%s", row->fields[9]);
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        if (strcmp(row->fields[i], "-") != 0 && vocabulary_find(keys[i], row->fields[i]) < 0)
            return table_error(row, error, "\"%s\" is not a value of %s", row->fields[i], prior_columns[i]);
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        if (table_number(row, prior_columns[4 + i], row->fields[4 + i], 0.0, 1.0, &prior.shares[i], error))
            return error->code;
        sum += prior.shares[i];
    }
    if (fabs(sum - 1.0) > 0.001)
        return table_error(row, error, "the four outcomes sum to %g instead of 1", sum);
    if (table_number(row, "strength", row->fields[8], 0.0, 1000.0, &prior.strength, error))
        return error->code;
    const struct prior_key key = {row->fields[0], row->fields[1], row->fields[2], row->fields[3]};
    return builder_add_prior(context, &key, &prior, error);
}

static enum error_code add_price(void *context, const struct table_row *row, struct error *error)
{
    double low;
    double high;
    if (table_number(row, "price_usd", row->fields[2], 1, 100000, &low, error) ||
        table_number(row, "price_high_usd", row->fields[3], low, 100000, &high, error))
        return error->code;
    if (strlen(row->fields[5]) != 7 || row->fields[5][4] != '-')
        return table_error(row, error, "as_of must be YYYY-MM, not \"%s\"", row->fields[5]);
    int place = 0;
    for (char *rest = row->fields[1], *text; (text = strsep(&rest, ",")); place++) {
        struct pci_id id;
        if (pci_id_parse(text, strlen(text), &id) != PCI_ID_OK || id.has_subsystem)
            return table_error(row, error, "pci_ids must be a list of vvvv:dddd, not \"%s\"", text);
        const struct alias alias = {
            .pci_id = pci_id_number(&id), .revision = -1, .product = row->fields[0], .source = "prices"};
        if (builder_add_price(context, pci_id_number(&id), (int)low, row->fields[5], (int)row->line, place,
                              error) ||
            builder_add_alias(context, &alias, error))
            return error->code;
    }
    return ERROR_NONE;
}

static enum error_code add_chip_use(void *context, const struct table_row *row, struct error *error)
{
    const char *chip = row->fields[1];
    const char *suits = row->fields[3];
    unsigned vendor;
    int used = 0;
    if (strlen(row->fields[0]) != 4 || sscanf(row->fields[0], "%4x%n", &vendor, &used) != 1 || used != 4)
        return table_error(row, error, "vendor must be four hexadecimal digits, not \"%s\"", row->fields[0]);
    size_t plain = strcspn(chip, "*?[");
    if (!plain || plain >= CHIP_SIZE || (chip[plain] && strcmp(chip + plain, "*") != 0))
        return table_error(row, error, "chip must be a code name, with a * at its end or none, not \"%s\"",
                           chip);
    int use = vocabulary_find(&vocabulary_use, row->fields[2]);
    if (use < 0)
        return table_error(row, error, "\"%s\" is not a value of use", row->fields[2]);
    if (strcmp(suits, "yes") != 0 && strcmp(suits, "no") != 0)
        return table_error(row, error, "suits must be yes or no, not \"%s\"", suits);
    if (!row->fields[4][0])
        return table_error(row, error, "reason is empty");
    return builder_add_chip_use(context, (uint16_t)vendor, chip, (enum use)use, suits[0] == 'y',
                                row->fields[4], error);
}

enum error_code uses_read(const char *path, struct builder *builder, struct table_summary *summary,
                          struct error *error)
{
    return table_read(path, use_columns, USE_COLUMNS, USE_KEY, add_chip_use, builder, summary, error);
}

enum error_code priors_read(const char *path, struct builder *builder, struct table_summary *summary,
                            struct error *error)
{
    return table_read(path, prior_columns, PRIOR_COLUMNS, PRIOR_KEY, add_prior, builder, summary, error);
}

enum error_code prices_read(const char *path, struct builder *builder, struct table_summary *summary,
                            struct error *error)
{
    return table_read(path, price_columns, PRICE_COLUMNS, PRICE_KEY, add_price, builder, summary, error);
}

enum error_code subvendors_read(const char *path, struct builder *builder, struct table_summary *summary,
                                struct error *error)
{
    return table_read(path, subvendor_columns, SUBVENDOR_COLUMNS, SUBVENDOR_KEY, add_subvendor, builder,
                      summary, error);
}
