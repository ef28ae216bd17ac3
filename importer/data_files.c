/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/data_files.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "importer/table.h"

enum { PRIOR_COLUMNS = 13, SUBVENDOR_COLUMNS = 5 };
/* How many of them, from the first, tell the rows apart. */
enum { PRIOR_KEY = 7, SUBVENDOR_KEY = 1 };
static const char *const prior_columns[PRIOR_COLUMNS] = {
    "share",   "vendor",   "chip",  "form_factor",           "vbios",
    "display", "reset",    "works", "works_with_workaround", "partial",
    "fails",   "strength", "reason"};
static const char *const subvendor_columns[SUBVENDOR_COLUMNS] = {"subvendor", "maker", "form_factor",
                                                                 "confidence", "reason"};

static enum error_code add_subvendor(void *context, const struct table_row *row, struct error *error)
{
    uint16_t subvendor;
    double confidence;
    char reason[512];
    if (table_vendor(row, "subvendor", row->fields[0], &subvendor, error))
        return error->code;
    int form_factor = vocabulary_find(&vocabulary_form_factor, row->fields[2]);
    if (form_factor <= FORM_FACTOR_UNKNOWN)
        return table_error(row, error, "\"%s\" is not a value of form_factor", row->fields[2]);
    if (table_number(row, "confidence", row->fields[3], 0.0, 1.0, &confidence, error))
        return error->code;
    snprintf(reason, sizeof reason, "subvendor %s, %s: %s", row->fields[0], row->fields[1], row->fields[4]);
    return builder_add_subvendor(context, subvendor, (enum form_factor)form_factor, confidence, reason,
                                 error);
}

static enum error_code check_chips(const struct table_row *row, const char *chips, struct error *error)
{
    char chip[CHIP_SIZE + 2]; /* too long where it is cut off */
    size_t length = 0;
    for (bool more = true; more; chips += length + 1) {
        length = strcspn(chips, ",");
        more = chips[length] != '\0';
        snprintf(chip, sizeof chip, "%.*s", (int)length, chips);
        if (table_chip(row, chip, error))
            return error->code;
    }
    return ERROR_NONE;
}

static enum error_code add_prior(void *context, const struct table_row *row, struct error *error)
{
    enum { FIRST_SHARE = 7 };
    static const struct vocabulary *const keys[] = {
        &vocabulary_share, NULL, NULL, &vocabulary_form_factor, &vocabulary_vbios, &vocabulary_display,
        &vocabulary_reset};
    char **fields = row->fields;
    struct prior prior = {.strength = 0.0};
    uint16_t vendor = 0;
    double sum = 0.0;
    snprintf(prior.reason, sizeof prior.reason, "%s", fields[PRIOR_COLUMNS - 1]);
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        if (keys[i] && strcmp(fields[i], "-") != 0 && vocabulary_find(keys[i], fields[i]) < 0)
            return table_error(row, error, "\"%s\" is not a value of %s", fields[i], prior_columns[i]);
    if (strcmp(fields[1], "-") != 0 && table_vendor(row, "vendor", fields[1], &vendor, error))
        return error->code;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        if (table_number(row, prior_columns[FIRST_SHARE + i], fields[FIRST_SHARE + i], 0.0, 1.0,
                         &prior.shares[i], error))
            return error->code;
        sum += prior.shares[i];
    }
    if (fabs(sum - 1.0) > 0.001)
        return table_error(row, error, "the four outcomes sum to %g instead of 1", sum);
    if (table_number(row, "strength", fields[FIRST_SHARE + OUTCOME_COUNT], 0.0, 1000.0, &prior.strength,
                     error))
        return error->code;
    if (strcmp(fields[2], "-") != 0 && check_chips(row, fields[2], error))
        return error->code;
    const struct prior_key key = {fields[0], vendor, fields[2], fields[3], fields[4], fields[5], fields[6]};
    return builder_add_prior(context, &key, &prior, error);
}

enum error_code priors_read(const char *path, struct builder *builder, struct table_summary *summary,
                            struct error *error)
{
    return table_read(path, prior_columns, PRIOR_COLUMNS, PRIOR_KEY, add_prior, builder, summary, error);
}

enum error_code subvendors_read(const char *path, struct builder *builder, struct table_summary *summary,
                                struct error *error)
{
    return table_read(path, subvendor_columns, SUBVENDOR_COLUMNS, SUBVENDOR_KEY, add_subvendor, builder,
                      summary, error);
}
