/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "core/symptom_condition.h"
#include "hub/pages.h"
#include "hub/site.h"
#include "hub/template.h"

/* Names are most of the index of the search: 150 KB, compressed, hold twice the 6,300 of today. */
enum { MAX_FIXES = 12, MAX_NAMES = 13000 };

static json_t *find_symptom(json_t *symptoms, const char *id)
{
    size_t i;
    json_t *symptom;
    json_array_foreach (symptoms, i, symptom)
        if (strcmp(json_string_value(json_object_get(symptom, "id")), id) == 0)
            return symptom;
    return NULL;
}

static json_t *add_symptom(json_t *symptoms, const char *id, const char *text, bool is_harmless)
{
    json_t *symptom = json_pack("{s:o,s:o,s:b,s:[]}", "id", template_text(id), "text", template_text(text),
                                "harmless", is_harmless, "meanings");
    json_array_append_new(symptoms, symptom);
    return symptom;
}

/* Whether other lines must stand before or after it. */
static bool needs_other_lines(const char *text, struct error *error)
{
    struct symptom_condition condition;
    bool needs = false;
    if (!symptom_condition_read(text, &condition, error))
        for (int i = 0; i < condition.term_count; i++)
            needs |= condition.terms[i].key >= CONDITION_BEFORE && !condition.terms[i].is_negated;
    symptom_condition_free(&condition);
    return needs;
}

/* An ID becomes a directory of the site: a mark has no page. Of what is harmless the table says what it is.
 */
static enum error_code add_meaning(void *context, const struct symptom_record *record, struct error *error)
{
    const char *text = vocabulary_text(&vocabulary_symptom, record->id);
    char path[200];
    site_path_part(record->id, path, sizeof path);
    const bool is_harmless = !text && record->fixable == FIXABLE_HARMLESS && strcmp(path, record->id) == 0;
    json_t *symptom = find_symptom(context, record->id);
    error->code = ERROR_NONE;
    if (!text && !is_harmless)
        return ERROR_NONE;
    if (!symptom)
        symptom = add_symptom(context, record->id, text ? text : record->cause, is_harmless);
    const char *condition = strcmp(record->condition, "-") == 0 ? "" : record->condition;
    json_t *meaning = json_pack("{s:o,s:o,s:o,s:o,s:o,s:b}", "cause", template_text(record->cause), "next",
                                template_text(record->next), "words", template_text(record->words), "pattern",
                                template_text(record->pattern), "condition", template_text(condition),
                                "needs_others", needs_other_lines(record->condition, error));
    json_array_append_new(json_object_get(symptom, "meanings"), meaning);
    return error->code;
}

/* Those that no line of a log shows, but reports name. */
static void add_others(json_t *symptoms)
{
    for (int i = 0; i < vocabulary_symptom.count; i++) {
        const struct vocabulary_entry *entry = &vocabulary_symptom.entries[i];
        if (!find_symptom(symptoms, entry->value))
            add_symptom(symptoms, entry->value, entry->text, false);
    }
}

static enum error_code add_fixes(struct database *database, json_t *symptom, struct error *error)
{
    struct tried_fixes fixes;
    json_t *items = json_array();
    json_object_set_new(symptom, "fixes", items);
    if (database_find_symptom_fixes(database, json_string_value(json_object_get(symptom, "id")), false,
                                    MAX_FIXES, &fixes, error))
        return error->code;
    for (int i = 0; i < fixes.count; i++) {
        const struct tried_fix *fix = &fixes.items[i];
        const char *text = vocabulary_text(&vocabulary_fix, fix->fix);
        json_array_append_new(items, json_pack("{s:i,s:i,s:o,s:o}", "helped", fix->helped, "tried",
                                               fix->tried, "fix", template_text(fix->fix), "text",
                                               template_text(text ? text : "")));
    }
    return error->code;
}

json_t *page_symptoms_values(struct database *database, struct error *error)
{
    json_t *symptoms = json_array();
    size_t i;
    json_t *symptom;
    if (!database_each_symptom(database, add_meaning, symptoms, error)) {
        add_others(symptoms);
        json_array_foreach (symptoms, i, symptom)
            if (add_fixes(database, symptom, error))
                break;
    }
    if (!error->code)
        return symptoms;
    json_decref(symptoms);
    return NULL;
}

/* ---- search.json ---- */

struct search_index {
    const struct listed_gpu *gpus;
    int count;
    json_t *words; /* by kind */
    json_t *names;
    int name_count;
    int reports; /* of the last name, and its source */
    int source;
};

static enum error_code add_words(void *context, enum word_kind kind, const char *words, struct error *error)
{
    const struct search_index *index = context;
    template_set(index->words, vocabulary_value(&vocabulary_word_kind, (int)kind), words);
    return error->code = ERROR_NONE;
}

static int compare_ids(const void *key, const void *gpu)
{
    const uint32_t id = *(const uint32_t *)key;
    const uint32_t other = ((const struct listed_gpu *)gpu)->pci_id;
    return id < other ? -1 : id > other;
}

/* Letters and digits are what counts: a name that is the product's alone need not be there twice. */
static bool says_same(const char *name, const char *product)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (;; name++, product++) {
        while (*name && *name != '|' && !strchr(letters, *name))
            name++;
        while (*product && !strchr(letters, *product) && !strchr(letters, *product | 0x20))
            product++;
        if (!*name || *name == '|' || !*product)
            return (!*name || *name == '|') && !*product;
        if (*name != *product && *name != (*product | 0x20))
            return false;
    }
}

static enum error_code add_alias(void *context, const struct alias_record *alias, struct error *error)
{
    struct search_index *index = context;
    const struct listed_gpu *gpu =
        bsearch(&alias->pci_id, index->gpus, (size_t)index->count, sizeof *gpu, compare_ids);
    error->code = ERROR_NONE;
    if (!gpu)
        return ERROR_NONE;
    if (++index->name_count > MAX_NAMES) {
        error_set(error, ERROR_BAD_INPUT, "the database has more than %d names of GPUs", MAX_NAMES);
        return error_next(error, "build it from tables with fewer names: names.tsv, cards.tsv, prices.tsv");
    }
    /* A 0 stands between names of which the reports or the source make the first one the likelier. */
    if (alias->is_of_processor || alias->reports != index->reports || alias->source != index->source)
        json_array_append_new(index->names, json_integer(0));
    index->reports = alias->reports;
    index->source = alias->source;
    json_t *entry = json_pack("[o,i,s]", template_text(alias->product), (int)(gpu - index->gpus),
                              vocabulary_value(&vocabulary_form_factor, (int)alias->form_factor));
    if (alias->is_of_processor || !says_same(alias->name, alias->product))
        json_array_append_new(entry, template_text(alias->name));
    if (alias->is_of_processor)
        json_array_append_new(entry, json_integer(1));
    json_array_append_new(index->names, entry);
    return ERROR_NONE;
}

static json_t *gpus_values(const struct listed_gpu gpus[], int count)
{
    json_t *values = json_array();
    for (int i = 0; i < count; i++) {
        char slug[PCI_ID_TEXT_SIZE];
        page_gpu_slug(gpus[i].pci_id, slug);
        json_t *level = json_object();
        page_set_level(level, gpus[i].level, gpus[i].usable);
        json_array_append_new(values,
                              json_pack("[s,o,O,O]", slug, template_text(gpus[i].chip),
                                        json_object_get(level, "level"), json_object_get(level, "percent")));
        json_decref(level);
    }
    return values;
}

/* By each symptom its patterns, with the words that a line has; of those that no line alone shows the name,
 * by which people ask. */
static json_t *patterns_values(json_t *symptoms)
{
    json_t *values = json_array();
    size_t i;
    size_t k;
    json_t *symptom;
    json_t *meaning;
    json_array_foreach (symptoms, i, symptom) {
        bool has_any = false;
        json_array_foreach (json_object_get(symptom, "meanings"), k, meaning) {
            if (!json_is_false(json_object_get(meaning, "needs_others")))
                continue;
            json_array_append_new(values, json_pack("[O,O,O,O]", json_object_get(symptom, "id"),
                                                    json_object_get(meaning, "words"),
                                                    json_object_get(meaning, "pattern"),
                                                    json_object_get(symptom, "harmless")));
            has_any = true;
        }
        if (!has_any)
            json_array_append_new(values, json_pack("[O]", json_object_get(symptom, "id")));
    }
    return values;
}

enum error_code page_search_write(struct database *database, const struct listed_gpu gpus[], int count,
                                  json_t *symptoms, struct buffer *out, struct error *error)
{
    struct search_index index = {gpus, count, json_object(), json_array(), 0, 0, 0};
    json_t *whole = json_pack("{s:o,s:o,s:o,s:o}", "words", index.words, "names", index.names, "gpus",
                              gpus_values(gpus, count), "symptoms", patterns_values(symptoms));
    if (!database_each_name_word(database, add_words, &index, error) &&
        !database_each_alias(database, add_alias, &index, error)) {
        char *text = json_dumps(whole, JSON_COMPACT | JSON_ENSURE_ASCII);
        out->failed |= !text;
        buffer_append_text(out, text ? text : "");
        free(text);
    }
    json_decref(whole);
    return error->code;
}
