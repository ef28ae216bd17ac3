/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/symptoms.h"

#include <stdlib.h>
#include <string.h>

#include "core/symptom_matcher.h"
#include "importer/table.h"

enum { ID, SCOPE, FIXABLE, WORDS, PATTERN, EXAMPLE, CAUSE, NEXT, COLUMNS };
static const char *const columns[COLUMNS] = {"id",      "scope",        "fixable", "words",
                                             "pattern", "example_line", "cause",   "next"};

/* An example can be tried only when all signatures are known: one above may take the line away. */
struct example {
    char *text;
    char *id;
    long line;
};

struct symptoms_reader {
    struct builder *builder;
    struct symptom_matcher *matcher;
    struct example examples[MAX_SIGNATURES];
    int count;
};

static enum error_code check_id(const struct table_row *row, enum fixable fixable, struct error *error)
{
    const char *id = row->fields[ID];
    if (!*id || strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(id))
        return table_error(row, error, "id must be lower-case letters, digits and hyphens, not \"%s\"", id);
    /* What is harmless is nothing for a report. */
    if (fixable != FIXABLE_HARMLESS && vocabulary_find(&vocabulary_symptom, id) < 0)
        return table_error(row, error, "\"%s\" is not a value of the group symptom in schema/vocabulary.tsv",
                           id);
    return ERROR_NONE;
}

static enum error_code add_symptom(void *context, const struct table_row *row, struct error *error)
{
    struct symptoms_reader *reader = context;
    char **fields = row->fields;
    struct error why = {.code = ERROR_NONE};
    int fixable = vocabulary_find(&vocabulary_fixable, fields[FIXABLE]);
    if (fixable < 0)
        return table_error(row, error, "\"%s\" is not a value of fixable", fields[FIXABLE]);
    if (strcmp(fields[SCOPE], "guest") != 0 && strcmp(fields[SCOPE], "host") != 0 &&
        strcmp(fields[SCOPE], "any") != 0)
        return table_error(row, error, "scope must be guest, host or any, not \"%s\"", fields[SCOPE]);
    if (!*fields[CAUSE] || !*fields[NEXT])
        return table_error(row, error, "cause and next must say something");
    if (check_id(row, (enum fixable)fixable, error))
        return error->code;
    if (symptom_matcher_add(reader->matcher, fields[WORDS], fields[PATTERN], &why))
        return table_error(row, error, "%s", why.message);
    struct example *example = &reader->examples[reader->count++];
    *example = (struct example){strdup(fields[EXAMPLE]), strdup(fields[ID]), row->line};
    if (!example->text || !example->id)
        return error_set(error, ERROR_NO_MEMORY, "no memory for symptoms");
    const struct symptom_record symptom = {.id = fields[ID],
                                           .scope = fields[SCOPE],
                                           .fixable = (enum fixable)fixable,
                                           .words = fields[WORDS],
                                           .pattern = fields[PATTERN],
                                           .cause = fields[CAUSE],
                                           .next = fields[NEXT]};
    return builder_add_symptom(reader->builder, &symptom, error);
}

static enum error_code try_examples(const struct symptoms_reader *reader, const char *path,
                                    struct error *error)
{
    for (int i = 0; i < reader->count; i++) {
        const struct example *example = &reader->examples[i];
        const struct table_row row = {.path = path, .line = example->line};
        int found = symptom_matcher_line(reader->matcher, example->text, strlen(example->text));
        if (found < 0)
            return table_error(&row, error, "words and pattern do not match the example line");
        if (found != i)
            return table_error(&row, error, "the example line shows %s (line %ld), which stands above",
                               reader->examples[found].id, reader->examples[found].line);
    }
    return ERROR_NONE;
}

enum error_code symptoms_read(const char *path, struct builder *builder, struct table_summary *summary,
                              struct error *error)
{
    struct symptoms_reader reader = {.builder = builder};
    if (!symptom_matcher_create(&reader.matcher, error) &&
        !table_read(path, columns, COLUMNS, 1, add_symptom, &reader, summary, error))
        try_examples(&reader, path, error);
    for (int i = 0; i < reader.count; i++) {
        free(reader.examples[i].text);
        free(reader.examples[i].id);
    }
    symptom_matcher_free(reader.matcher);
    return error->code;
}
