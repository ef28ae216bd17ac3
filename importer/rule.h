/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_RULE_H
#define PASSTHRU_IMPORTER_RULE_H

/* One line of data/rules.tsv, compiled. Used by the annotator alone. */

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/gpu.h"
#include "importer/table.h"

enum { RULE_MAX_CONDITIONS = 4, RULE_ANY_VENDOR = -1 };

struct rule_range {
    uint16_t first;
    uint16_t last;
};

struct rule_condition {
    enum attribute attribute;
    bool negated;
    char *values; /* "\0"-separated, ends with an empty one */
};

struct rule {
    int vendor;
    int range_count; /* 0: any device */
    struct rule_range *ranges;
    pcre2_code *pattern; /* NULL: any name */
    int condition_count;
    struct rule_condition conditions[RULE_MAX_CONDITIONS];
    enum attribute attribute;
    char *value; /* for a chip a template with $1 to $9 */
    double confidence;
    char *text; /* "rule id: reason" */
};

/* The columns of data/rules.tsv. */
enum rule_column {
    RULE_ID,
    RULE_VENDOR,
    RULE_DEVICES,
    RULE_PATTERN,
    RULE_WHEN,
    RULE_ATTRIBUTE,
    RULE_VALUE,
    RULE_CONFIDENCE,
    RULE_MATCH,
    RULE_NOMATCH,
    RULE_REASON
};
extern const char rule_columns[];

/* Compiles a row. On error the rule is empty and needs no rule_free. */
MUST_CHECK enum error_code rule_parse(const struct table_row *row, struct rule *rule, struct error *error);
void rule_free(struct rule *rule);

/* Whether the rule holds for a device, given the values that earlier attributes have ("" where unresolved).
 * With a chip rule, its value is written to `chip`. `match` is scratch space of at least 10 pairs. */
bool rule_matches(const struct rule *rule, const struct pci_id *id, const char *name, size_t name_length,
                  const char *const values[ATTRIBUTE_COUNT], pcre2_match_data *match, char chip[CHIP_SIZE]);

/* Checks a value of an attribute (not a chip's): yes or no for is_gpu, else one of its vocabulary. */
bool attribute_accepts(enum attribute attribute, const char *value);

#endif
