/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/annotator.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "importer/product_list.h"
#include "importer/rule.h"

enum { MAX_RULES = 4096, MAX_FACTS = 65536 };

enum fact_column {
    FACT_PCI_ID,
    FACT_SUBSYSTEM,
    FACT_REVISION,
    FACT_ATTRIBUTE,
    FACT_VALUE,
    FACT_CONFIDENCE,
    FACT_SOURCE,
    FACT_REASON
};

struct fact {
    uint32_t pci_id;
    int place;         /* of two facts about the same the first one wins */
    int64_t subsystem; /* -1: the whole ID */
    int revision;      /* -1: the whole ID */
    enum attribute attribute;
    char *value;
    double confidence;
    char *text;
};

/* Facts come first among the sources, then rules. */
struct annotator {
    struct fact *facts;
    int fact_count;
    struct rule *rules;
    int rule_count;
    pcre2_match_data *match;
};

static enum error_code add_rule(void *context, const struct table_row *row, struct error *error)
{
    struct annotator *annotator = context;
    if (!ARRAY_GROW(annotator->rules, annotator->rule_count))
        return error_set(error, ERROR_NO_MEMORY, "no memory for rules");
    if (annotator->rule_count == MAX_RULES)
        return table_error(row, error, "more than %d rules", MAX_RULES);
    annotator->rule_count += !rule_parse(row, &annotator->rules[annotator->rule_count], error);
    return error->code;
}

static enum error_code parse_fact(const struct table_row *row, struct fact *fact, struct error *error)
{
    struct pci_id id;
    const char *text = row->fields[FACT_PCI_ID];
    int attribute = attribute_find(row->fields[FACT_ATTRIBUTE]);
    if (pci_id_parse(text, strlen(text), &id) != PCI_ID_OK || id.has_subsystem)
        return table_error(row, error, "pci_id must be vvvv:dddd, not \"%s\"", text);
    fact->subsystem = -1;
    fact->revision = -1;
    if (strcmp(row->fields[FACT_SUBSYSTEM], "-") != 0) {
        if (!pci_id_parse_subsystem(row->fields[FACT_SUBSYSTEM], &id))
            return table_error(row, error, "subsystem must be vvvv:dddd or -");
        fact->subsystem = (int64_t)id.subvendor << 16 | id.subdevice;
    }
    if (strcmp(row->fields[FACT_REVISION], "-") != 0) {
        if (!pci_id_parse_revision(row->fields[FACT_REVISION], &id))
            return table_error(row, error, "revision must be two hexadecimal digits or -");
        fact->revision = id.revision;
    }
    if ((fact->subsystem >= 0 || fact->revision >= 0) && attribute != ATTRIBUTE_FORM_FACTOR)
        return table_error(row, error,
                           "a subsystem or a revision may have a form_factor of its own, nothing else");
    if (attribute < 0 || !attribute_accepts((enum attribute)attribute, row->fields[FACT_VALUE]))
        return table_error(row, error, "\"%s\" is not a value of attribute \"%s\"", row->fields[FACT_VALUE],
                           row->fields[FACT_ATTRIBUTE]);
    if (table_number(row, FACT_CONFIDENCE, 0.0, 1.0, &fact->confidence, error))
        return error->code;
    fact->pci_id = pci_id_number(&id);
    fact->attribute = (enum attribute)attribute;
    fact->value = strdup(row->fields[FACT_VALUE]);
    if (asprintf(&fact->text, "fact: %s (%s)", row->fields[FACT_REASON], row->fields[FACT_SOURCE]) < 0)
        fact->text = NULL;
    return fact->value && fact->text ? ERROR_NONE : error_set(error, ERROR_NO_MEMORY, "no memory for facts");
}

static enum error_code add_fact(void *context, const struct table_row *row, struct error *error)
{
    struct annotator *annotator = context;
    if (!ARRAY_GROW(annotator->facts, annotator->fact_count))
        return error_set(error, ERROR_NO_MEMORY, "no memory for facts");
    if (annotator->fact_count == MAX_FACTS)
        return table_error(row, error, "more than %d facts", MAX_FACTS);
    struct fact *fact = &annotator->facts[annotator->fact_count];
    *fact = (struct fact){.place = annotator->fact_count++};
    return parse_fact(row, fact, error);
}

static int compare_facts(const void *a, const void *b)
{
    const struct fact *x = a;
    const struct fact *y = b;
    if (x->pci_id != y->pci_id)
        return x->pci_id < y->pci_id ? -1 : 1;
    if (x->attribute != y->attribute)
        return (int)x->attribute - (int)y->attribute;
    return x->place - y->place;
}

const struct table rules_table = {rule_columns, 1, add_rule, "rules.tsv"};
const struct table facts_table = {"pci_id\tsubsystem\trevision\tattribute\tvalue\tconfidence\tsource\treason",
                                  FACT_REASON, add_fact, "facts.tsv"};

struct annotator *annotator_create(void)
{
    struct annotator *created = calloc(1, sizeof *created);
    if (created && (created->match = pcre2_match_data_create(10, NULL)))
        return created;
    free(created);
    return NULL;
}

void annotator_sort(struct annotator *annotator)
{
    if (annotator->fact_count)
        qsort(annotator->facts, (size_t)annotator->fact_count, sizeof *annotator->facts, compare_facts);
}

void annotator_free(struct annotator *annotator)
{
    if (!annotator)
        return;
    for (int i = 0; i < annotator->rule_count; i++)
        rule_free(&annotator->rules[i]);
    for (int i = 0; i < annotator->fact_count; i++) {
        free(annotator->facts[i].value);
        free(annotator->facts[i].text);
    }
    free(annotator->rules);
    free(annotator->facts);
    pcre2_match_data_free(annotator->match);
    free(annotator);
}

static void state(struct annotation_result *result, enum attribute attribute, int source, const char *value,
                  double confidence)
{
    int *count = &result->counts[attribute];
    if (*count < MAX_ATTRIBUTE_CLAIMS)
        result->claims[attribute][(*count)++] = (struct claim){source, value, confidence};
}

static void state_facts(const struct annotator *annotator, const struct pci_id *id, enum attribute attribute,
                        struct annotation_result *result)
{
    uint32_t number = pci_id_number(id);
    int first = array_first(annotator->facts, annotator->fact_count, sizeof *annotator->facts, number);
    for (int i = first; i < annotator->fact_count && annotator->facts[i].pci_id == number; i++)
        if (annotator->facts[i].attribute == attribute && annotator->facts[i].subsystem < 0 &&
            annotator->facts[i].revision < 0)
            state(result, attribute, i, annotator->facts[i].value, annotator->facts[i].confidence);
}

static void state_rules(const struct annotator *annotator, const struct pci_id *id, const char *name,
                        enum attribute attribute, const char *const values[ATTRIBUTE_COUNT], bool first_alone,
                        struct annotation_result *result)
{
    size_t length = strlen(name);
    for (int i = 0; i < annotator->rule_count && result->counts[attribute] < MAX_ATTRIBUTE_CLAIMS; i++) {
        const struct rule *rule = &annotator->rules[i];
        if (rule->attribute != attribute ||
            !rule_matches(rule, id, name, length, values, annotator->match, result->chip))
            continue;
        /* A conclusion is at most as sure as what it was drawn from. */
        double confidence = rule->confidence;
        for (int c = 0; c < rule->condition_count; c++)
            confidence = fmin(confidence, result->gpu.attributes[rule->conditions[c].attribute].confidence);
        state(result, attribute, annotator->fact_count + i,
              attribute == ATTRIBUTE_CHIP ? result->chip : rule->value, confidence);
        /* Most devices of pci.ids are no GPUs, and a chip has one name: nobody asks who else says so. */
        if (first_alone || attribute == ATTRIBUTE_CHIP ||
            (attribute == ATTRIBUTE_IS_GPU && strcmp(result->claims[attribute][0].value, "no") == 0))
            return;
    }
}

/* Most devices of pci.ids are no GPUs and no rule says that they are: nothing else needs to be asked about
 * them. */
static bool may_be_gpu(const struct annotator *annotator, const struct pci_id *id, const char *name)
{
    static const char *const no_values[ATTRIBUTE_COUNT] = {"", "", "", "", "", ""};
    char chip[CHIP_SIZE];
    size_t length = strlen(name);
    for (int i = 0; i < annotator->rule_count; i++) {
        const struct rule *rule = &annotator->rules[i];
        if (rule->attribute == ATTRIBUTE_IS_GPU && strcmp(rule->value, "yes") == 0 &&
            rule_matches(rule, id, name, length, no_values, annotator->match, chip))
            return true;
    }
    return false;
}

/* Puts the claim of a product list in front of the rules, or after the first one if that is surer. Facts stay
 * first. */
static void state_hint(const struct annotator *annotator, const struct product_hint *hint,
                       struct annotation_result *result)
{
    struct claim *claims = result->claims[ATTRIBUTE_FORM_FACTOR];
    int *count = &result->counts[ATTRIBUTE_FORM_FACTOR];
    int place = 0;
    if (!hint || hint->form_factor == FORM_FACTOR_UNKNOWN || *count == MAX_ATTRIBUTE_CLAIMS)
        return;
    while (place < *count && claims[place].source < annotator->fact_count)
        place++;
    if (place < *count && claims[place].confidence >= hint->confidence)
        place++;
    memmove(&claims[place + 1], &claims[place], (size_t)(*count - place) * sizeof *claims);
    claims[place] =
        (struct claim){annotator_product_source(annotator, hint->list),
                       vocabulary_value(&vocabulary_form_factor, (int)hint->form_factor), hint->confidence};
    ++*count;
}

/* The kernel's drivers claim by ID what they can drive; a few claim a function beside the GPU, too. */
static const double claim_confidence = 0.97;

/* Of a product nobody asks more than its form factor, and who says so first. */
void annotator_resolve(struct annotator *annotator, const struct pci_id *id, const char *name,
                       const struct product_hint *hint, struct annotation_result *result)
{
    const bool is_product = !hint;
    const char *values[ATTRIBUTE_COUNT] = {"", "", "", "", "", ""};
    memset(result->counts, 0, sizeof result->counts);
    result->gpu = (struct gpu){.id = *id};
    state_facts(annotator, id, ATTRIBUTE_IS_GPU, result);
    bool is_claimed = hint && hint->claimed_by_driver;
    result->is_gpu = result->counts[ATTRIBUTE_IS_GPU] || is_claimed || may_be_gpu(annotator, id, name);
    result->counts[ATTRIBUTE_IS_GPU] = 0;
    int last = is_product ? ATTRIBUTE_FORM_FACTOR : ATTRIBUTE_COUNT - 1;
    for (int i = 0; i <= last && result->is_gpu; i++) {
        enum attribute attribute = (enum attribute)i;
        const struct vocabulary *vocabulary = attribute_vocabulary(attribute);
        if (!is_product)
            state_facts(annotator, id, attribute, result);
        if (attribute == ATTRIBUTE_IS_GPU && is_claimed)
            state(result, attribute, annotator_product_source(annotator, SOURCE_MODULES_ALIAS), "yes",
                  claim_confidence);
        state_rules(annotator, id, name, attribute, values, is_product, result);
        if (attribute == ATTRIBUTE_FORM_FACTOR)
            state_hint(annotator, hint, result);
        const struct claim *winner = result->counts[i] ? &result->claims[i][0] : NULL;
        if (vocabulary)
            values[i] = "unknown";
        if (winner) {
            values[i] = winner->value;
            result->gpu.attributes[i].confidence = winner->confidence;
        }
        if (vocabulary && winner)
            result->gpu.attributes[i].value = vocabulary_find(vocabulary, winner->value);
        if (attribute == ATTRIBUTE_IS_GPU)
            result->is_gpu = winner && strcmp(winner->value, "yes") == 0;
    }
    if (result->is_gpu)
        snprintf(result->gpu.chip, sizeof result->gpu.chip, "%s", values[ATTRIBUTE_CHIP]);
}

void annotation_origins(const struct annotation_result *result, int origins[ATTRIBUTE_COUNT])
{
    for (int i = 0; i < ATTRIBUTE_COUNT; i++)
        origins[i] = result->counts[i] ? result->claims[i][0].source + 1 : 0;
}

bool annotator_variant_fact(const struct annotator *annotator, int index, struct gpu_variant *fact)
{
    for (int i = 0; i < annotator->fact_count; i++) {
        const struct fact *candidate = &annotator->facts[i];
        if ((candidate->subsystem < 0 && candidate->revision < 0) || index-- > 0)
            continue;
        int value = vocabulary_find(&vocabulary_form_factor, candidate->value);
        *fact = (struct gpu_variant){candidate->pci_id,
                                     candidate->subsystem,
                                     candidate->revision,
                                     "",
                                     (enum form_factor)value,
                                     candidate->confidence,
                                     i + 1};
        return true;
    }
    return false;
}

int annotator_product_source(const struct annotator *annotator, int list)
{
    return annotator->fact_count + annotator->rule_count + list;
}

const char *annotator_source_text(const struct annotator *annotator, int source)
{
    int lists = annotator_product_source(annotator, 0);
    if (source < annotator->fact_count)
        return annotator->facts[source].text;
    if (source < lists)
        return annotator->rules[source - annotator->fact_count].text;
    return source < lists + list_kind_count() ? list_kinds[source - lists].claim : NULL;
}
