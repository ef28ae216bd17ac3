/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/tables.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/plan.h"
#include "db/builder.h"

/* ---- priors.tsv and subvendors.tsv ---- */

static enum error_code add_subvendor(void *context, const struct table_row *row, struct error *error)
{
    uint16_t subvendor;
    int form_factor;
    double confidence;
    char reason[8448]; /* a line is shorter */
    if (table_hex4(row, 0, &subvendor, error) ||
        table_value(row, 2, &vocabulary_form_factor, &form_factor, error) ||
        table_number(row, 3, 0.0, 1.0, &confidence, error))
        return error->code;
    snprintf(reason, sizeof reason, "subvendor %s, %s: %s", row->fields[0], row->fields[1], row->fields[4]);
    return builder_add_subvendor(context, subvendor, (enum form_factor)form_factor, confidence, reason,
                                 error);
}

const struct table subvendors_table = {"subvendor\tmaker\tform_factor\tconfidence\treason", 1, add_subvendor,
                                       "subvendors.tsv"};

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
    snprintf(prior.reason, sizeof prior.reason, "%s", fields[12]);
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        if (keys[i] && strcmp(fields[i], "-") != 0 && vocabulary_find(keys[i], fields[i]) < 0)
            return table_error(row, error, "\"%s\" is not a value of %s", fields[i], row->columns[i]);
    if (strcmp(fields[1], "-") != 0 && table_hex4(row, 1, &vendor, error))
        return error->code;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        if (table_number(row, FIRST_SHARE + i, 0.0, 1.0, &prior.shares[i], error))
            return error->code;
        sum += prior.shares[i];
    }
    if (fabs(sum - 1.0) > 0.001)
        return table_error(row, error, "the four outcomes sum to %g instead of 1", sum);
    if (table_number(row, FIRST_SHARE + OUTCOME_COUNT, 0.0, 1000.0, &prior.strength, error) ||
        (strcmp(fields[2], "-") != 0 && check_chips(row, fields[2], error)))
        return error->code;
    const struct prior_key key = {fields[0], vendor, fields[2], fields[3], fields[4], fields[5], fields[6]};
    return builder_add_prior(context, &key, &prior, error);
}

const struct table priors_table = {
    "share\tvendor\tchip\tform_factor\tvbios\tdisplay\treset\tworks\tworks_with_workaround"
    "\tpartial\tfails\tstrength\treason",
    7, add_prior, "priors.tsv"};

/* ---- ranges.tsv ---- */

enum {
    RANGE_VENDOR,
    RANGE_FIRST,
    RANGE_LAST,
    RANGE_CHIP,
    RANGE_GENERATION,
    RANGE_FORM_FACTOR,
    RANGE_CONFIDENCE,
    RANGE_SOURCE
};

const char range_columns[] = "vendor\tfirst\tlast\tchip\tgeneration\tform_factor\tconfidence\tsource";

#define TEXT(number, member)                                                                                 \
    {                                                                                                        \
        .column = (number), .type = FIELD_TEXT, .offset = offsetof(struct gpu_range, member),                \
        .size = sizeof((struct gpu_range *)NULL)->member, .must_be_there = true                              \
    }

static const struct table_field range_fields[] = {
    TEXT(RANGE_CHIP, chip),
    TEXT(RANGE_GENERATION, generation),
    TEXT(RANGE_SOURCE, source),
};

enum error_code gpu_range_parse(const struct table_row *row, struct gpu_range *range, struct error *error)
{
    uint16_t vendor;
    uint16_t first;
    uint16_t last;
    int form_factor;
    if (table_hex4(row, RANGE_VENDOR, &vendor, error) || table_hex4(row, RANGE_FIRST, &first, error) ||
        table_hex4(row, RANGE_LAST, &last, error) ||
        table_fill(row, range_fields, ARRAY_SIZE(range_fields), range, error) ||
        table_number(row, RANGE_CONFIDENCE, 0.0, 1.0, &range->confidence, error))
        return error->code;
    if (first > last)
        return table_error(row, error, "first is greater than last");
    if (table_value(row, RANGE_FORM_FACTOR, &vocabulary_form_factor, &form_factor, error))
        return error->code;
    range->first = (uint32_t)vendor << 16 | first;
    range->last = (uint32_t)vendor << 16 | last;
    range->form_factor = (enum form_factor)form_factor;
    return error->code = ERROR_NONE;
}

/* ---- plan.tsv ---- */

enum { PLAN_SOURCE = PLAN_TEXT_COUNT };

static enum error_code add_step(void *context, const struct table_row *row, struct error *error)
{
    char wrong[PLAN_NAME_SIZE];
    char **fields = row->fields;
    const char *step = fields[PLAN_STEP];
    if (!*step || strspn(step, "abcdefghijklmnopqrstuvwxyz-") != strlen(step))
        return table_error(row, error, "step must be lower-case letters and hyphens, not \"%s\"", step);
    for (int i = PLAN_WHEN; i <= PLAN_HAVE; i++)
        if (!plan_condition_is_valid(fields[i], wrong))
            return table_error(
                row, error, "\"%s\" is not a value of the group plan_fact in schema/vocabulary.tsv", wrong);
    for (int i = PLAN_TITLE; i <= PLAN_UNDO; i++)
        if (!plan_text_is_valid(fields[i], wrong))
            return table_error(
                row, error, "{%s} is not a value of the group plan_variable in schema/vocabulary.tsv", wrong);
    if (*fields[PLAN_CONTENT] && !*fields[PLAN_FILE])
        return table_error(row, error, "content needs the file that it stands in");
    if (*fields[PLAN_REBOOT] && strcmp(fields[PLAN_REBOOT], "yes") != 0)
        return table_error(row, error, "reboot must be yes or empty, not \"%s\"", fields[PLAN_REBOOT]);
    if (!*fields[PLAN_SOURCE])
        return table_error(row, error, "source is empty");
    return builder_add_plan_step(context, (const char *const *)fields, error);
}

/* As enum plan_text. */
const struct table plan_steps_table = {
    "step\twhen\thave\ttitle\twhy\tparameters\tfile\tcontent\tcommands\tcheck\tundo\treboot\tsource",
    PLAN_SOURCE, add_step, "plan.tsv"};
