/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char rule_columns[] =
    "id\tvendor\tdevices\tpattern\twhen\tattribute\tvalue\tconfidence\tmatch\tnomatch\treason";

bool attribute_accepts(enum attribute attribute, const char *value)
{
    const struct vocabulary *vocabulary = attribute_vocabulary(attribute);
    if (vocabulary)
        return vocabulary_find(vocabulary, value) >= 0;
    return attribute == ATTRIBUTE_CHIP ? *value != '\0' && strlen(value) < CHIP_SIZE
                                       : strcmp(value, "yes") == 0 || strcmp(value, "no") == 0;
}

static enum error_code parse_ranges(const struct table_row *row, struct rule *rule, struct error *error)
{
    const char *text = row->fields[RULE_DEVICES];
    if (strcmp(text, "-") == 0)
        return ERROR_NONE;
    int capacity = 1;
    for (const char *c = text; *c; c++)
        capacity += *c == ',';
    rule->ranges = calloc((size_t)capacity, sizeof *rule->ranges);
    if (!rule->ranges)
        return error_set(error, ERROR_NO_MEMORY, "no memory for rules");
    for (const char *at = text;; at++) {
        struct rule_range *range = &rule->ranges[rule->range_count++];
        bool good = take_hex4(&at, &range->first);
        range->last = range->first;
        if (good && *at == '-') {
            at++;
            good = take_hex4(&at, &range->last);
        }
        if (!good || (*at && *at != ',') || range->last < range->first)
            return table_error(
                row, error, "devices must be hexadecimal IDs and ranges (1d10-1d1f,1e90), not \"%s\"", text);
        if (!*at)
            return ERROR_NONE;
    }
}

static enum error_code parse_pattern(const struct table_row *row, struct rule *rule, struct error *error)
{
    const char *text = row->fields[RULE_PATTERN];
    int number;
    PCRE2_SIZE at;
    if (strcmp(text, "-") == 0)
        return ERROR_NONE;
    rule->pattern =
        pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, PCRE2_NEVER_BACKSLASH_C, &number, &at, NULL);
    if (!rule->pattern) {
        PCRE2_UCHAR why[160];
        pcre2_get_error_message(number, why, sizeof why);
        return table_error(row, error, "pattern \"%s\", character %zu: %s", text, (size_t)at,
                           (const char *)why);
    }
    (void)pcre2_jit_compile(rule->pattern, PCRE2_JIT_COMPLETE); /* not every machine allows it */
    return ERROR_NONE;
}

/* "chip=Navi 10|Navi 12" or "form_factor!=mobile" */
static enum error_code parse_condition(const struct table_row *row, struct rule *rule, char *text,
                                       struct error *error)
{
    char *equals = strchr(text, '=');
    struct rule_condition *condition = &rule->conditions[rule->condition_count];
    if (!equals || rule->condition_count == RULE_MAX_CONDITIONS)
        return table_error(row, error, "when must be at most %d conditions like form_factor=mobile|either",
                           RULE_MAX_CONDITIONS);
    condition->negated = equals > text && equals[-1] == '!';
    equals[condition->negated ? -1 : 0] = '\0';
    int attribute = attribute_find(text);
    if (attribute < 0 || attribute >= (int)rule->attribute)
        return table_error(row, error,
                           "when asks for \"%s\", which is not an attribute that is resolved before %s", text,
                           attribute_name(rule->attribute));
    condition->attribute = (enum attribute)attribute;
    size_t length = strlen(equals + 1);
    condition->values = calloc(1, length + 2);
    if (!condition->values)
        return error_set(error, ERROR_NO_MEMORY, "no memory for rules");
    rule->condition_count++;
    memcpy(condition->values, equals + 1, length);
    for (char *c = condition->values; *c; c++)
        if (*c == '|')
            *c = '\0';
    for (const char *one = condition->values; one <= condition->values + length; one += strlen(one) + 1)
        if (!attribute_accepts(condition->attribute, one))
            return table_error(row, error, "\"%s\" is not a value of %s", one, text);
    return ERROR_NONE;
}

static enum error_code parse_conditions(const struct table_row *row, struct rule *rule, struct error *error)
{
    char *text = row->fields[RULE_WHEN];
    if (strcmp(text, "-") == 0)
        return ERROR_NONE;
    for (char *rest = text, *condition; (condition = strsep(&rest, ","));)
        if (parse_condition(row, rule, condition, error))
            return error->code;
    return ERROR_NONE;
}

static enum error_code parse_vendor(const struct table_row *row, struct rule *rule, struct error *error)
{
    const char *text = row->fields[RULE_VENDOR];
    const char *end = text;
    uint16_t vendor;
    rule->vendor = RULE_ANY_VENDOR;
    if (strcmp(text, "*") == 0)
        return ERROR_NONE;
    if (!take_hex4(&end, &vendor) || *end)
        return table_error(row, error, "vendor must be four hexadecimal digits or *, not \"%s\"", text);
    rule->vendor = vendor;
    return ERROR_NONE;
}

static enum error_code parse_fields(const struct table_row *row, struct rule *rule, struct error *error)
{
    const char *id = row->fields[RULE_ID];
    const char *value = row->fields[RULE_VALUE];
    int attribute = attribute_find(row->fields[RULE_ATTRIBUTE]);
    if (!*id || strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(id))
        return table_error(row, error, "id must be lower-case letters, digits and hyphens, not \"%s\"", id);
    if (attribute < 0)
        return table_error(row, error, "\"%s\" is not an attribute", row->fields[RULE_ATTRIBUTE]);
    rule->attribute = (enum attribute)attribute;
    if (!attribute_accepts(rule->attribute, value))
        return table_error(row, error, "\"%s\" is not a value of %s", value, row->fields[RULE_ATTRIBUTE]);
    if (parse_vendor(row, rule, error) || parse_ranges(row, rule, error) || parse_pattern(row, rule, error) ||
        parse_conditions(row, rule, error) ||
        table_number(row, RULE_CONFIDENCE, 0.0, 1.0, &rule->confidence, error))
        return error->code;
    rule->value = strdup(value);
    if (asprintf(&rule->text, "rule %s: %s", id, row->fields[RULE_REASON]) < 0)
        rule->text = NULL;
    return rule->value && rule->text ? ERROR_NONE : error_set(error, ERROR_NO_MEMORY, "no memory for rules");
}

enum error_code rule_parse(const struct table_row *row, struct rule *rule, struct error *error)
{
    *rule = (struct rule){.vendor = RULE_ANY_VENDOR};
    if (parse_fields(row, rule, error))
        rule_free(rule);
    return error->code;
}

void rule_free(struct rule *rule)
{
    free(rule->ranges);
    pcre2_code_free(rule->pattern);
    for (int i = 0; i < rule->condition_count; i++)
        free(rule->conditions[i].values);
    free(rule->value);
    free(rule->text);
    *rule = (struct rule){.vendor = RULE_ANY_VENDOR};
}

static bool in_ranges(const struct rule *rule, uint16_t device)
{
    for (int i = 0; i < rule->range_count; i++)
        if (device >= rule->ranges[i].first && device <= rule->ranges[i].last)
            return true;
    return rule->range_count == 0;
}

static bool condition_holds(const struct rule_condition *condition, const char *value)
{
    for (const char *one = condition->values; *one; one += strlen(one) + 1)
        if (strcmp(one, value) == 0)
            return !condition->negated;
    return condition->negated;
}

/* Fills a chip's template: $1 to $9 are what the pattern's groups matched. */
static void expand(const struct rule *rule, const char *name, size_t name_length, pcre2_match_data *match,
                   char chip[CHIP_SIZE])
{
    const uint32_t options = PCRE2_SUBSTITUTE_MATCHED | PCRE2_SUBSTITUTE_REPLACEMENT_ONLY |
                             PCRE2_SUBSTITUTE_UNKNOWN_UNSET | PCRE2_SUBSTITUTE_UNSET_EMPTY;
    PCRE2_SIZE size = CHIP_SIZE;
    if (!rule->pattern)
        snprintf(chip, CHIP_SIZE, "%s", rule->value);
    else if (pcre2_substitute(rule->pattern, (PCRE2_SPTR)name, name_length, 0, options, match, NULL,
                              (PCRE2_SPTR)rule->value, PCRE2_ZERO_TERMINATED, (PCRE2_UCHAR *)chip, &size) < 0)
        chip[0] = '\0'; /* longer than any code name */
}

bool rule_matches(const struct rule *rule, const struct pci_id *id, const char *name, size_t name_length,
                  const char *const values[ATTRIBUTE_COUNT], pcre2_match_data *match, char chip[CHIP_SIZE])
{
    if ((rule->vendor != RULE_ANY_VENDOR && rule->vendor != id->vendor) || !in_ranges(rule, id->device))
        return false;
    for (int i = 0; i < rule->condition_count; i++)
        if (!condition_holds(&rule->conditions[i], values[rule->conditions[i].attribute]))
            return false;
    if (rule->pattern && pcre2_match(rule->pattern, (PCRE2_SPTR)name, name_length, 0, 0, match, NULL) < 0)
        return false;
    if (rule->attribute == ATTRIBUTE_CHIP)
        expand(rule, name, name_length, match, chip);
    return true;
}
