/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log_diagnosis.h"
#include "core/log_text.h"
#include "db/builder.h"

enum { ID, SCOPE, FIXABLE, WORDS, PATTERN, CONDITION, EXAMPLE, CAUSE, NEXT, FIXES, SOURCE };

/* The rows as `passthru diagnose` will have them. Some of them can be checked only when all are known: one
 * above may take the example away, and a condition may name one below. */
struct symptoms_reader {
    struct builder *builder;
    struct log_diagnosis diagnosis;
    struct {
        char *example;
        const char *path; /* of the file that it stands in */
        long line;
    } places[MAX_SIGNATURES];
};

static enum error_code check_id(const struct table_row *row, enum fixable fixable, struct error *error)
{
    const char *id = row->fields[ID];
    if (!*id || strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(id))
        return table_error(row, error, "id must be lower-case letters, digits and hyphens, not \"%s\"", id);
    if (fixable == FIXABLE_MARK && strncmp(id, "mark-", 5) != 0)
        return table_error(row, error, "the id of a mark begins with mark-, which \"%s\" does not", id);
    /* What is harmless is nothing for a report. */
    if (fixable != FIXABLE_HARMLESS && fixable != FIXABLE_MARK &&
        vocabulary_find(&vocabulary_symptom, id) < 0)
        return table_error(row, error, "\"%s\" is not a value of the group symptom in schema/vocabulary.tsv",
                           id);
    return ERROR_NONE;
}

/* Those that can help, of the vocabulary, with | between them. */
static enum error_code check_fixes(const struct table_row *row, struct error *error)
{
    char fixes[1024];
    snprintf(fixes, sizeof fixes, "%s", row->fields[FIXES]);
    if (strcmp(fixes, "-") == 0)
        return ERROR_NONE;
    for (char *rest = fixes, *fix; (fix = strsep(&rest, "|"));)
        if (vocabulary_find(&vocabulary_fix, fix) < 0)
            return table_error(row, error, "\"%s\" is not a value of the group fix in schema/vocabulary.tsv",
                               fix);
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
    if (!*fields[CAUSE] || !*fields[NEXT] || !*fields[SOURCE])
        return table_error(row, error, "cause, next and source must say something");
    if (check_id(row, (enum fixable)fixable, error) || check_fixes(row, error))
        return error->code;
    const struct symptom_record symptom = {.id = fields[ID],
                                           .scope = fields[SCOPE],
                                           .fixable = (enum fixable)fixable,
                                           .words = fields[WORDS],
                                           .pattern = fields[PATTERN],
                                           .condition = fields[CONDITION],
                                           .cause = fields[CAUSE],
                                           .next = fields[NEXT],
                                           .fixes = fields[FIXES]};
    if (log_diagnosis_add(&reader->diagnosis, &symptom, &why))
        return table_error(row, error, "%s", why.message);
    const int number = reader->diagnosis.count - 1;
    reader->places[number].example = strdup(fields[EXAMPLE]);
    reader->places[number].path = row->path;
    reader->places[number].line = row->line;
    if (!reader->places[number].example)
        return error_set(error, ERROR_NO_MEMORY, "no memory for symptoms");
    return builder_add_symptom(reader->builder, &symptom, error);
}

/* A row whose example another one takes away, whatever else is in a log, is never what a line means: an
 * error, unless a user wants it so, whose file comes before. */
static enum error_code try_example(const struct symptoms_reader *reader, int number,
                                   const struct table_row *row, struct error *error)
{
    const char *example = reader->places[number].example;
    struct buffer plain CLEANUP(buffer_free) = BUFFER(1 << 16);
    int fitting[MAX_SIGNATURES];
    struct symptom_details details;
    log_text_append(&plain, example, strlen(example));
    int count = symptom_matcher_fit(reader->diagnosis.matcher, buffer_text(&plain), plain.length, fitting,
                                    MAX_SIGNATURES, &details);
    for (int i = 0; i < count; i++) {
        const struct symptom_row *other = &reader->diagnosis.rows[fitting[i]];
        if (fitting[i] == number || reader->places[fitting[i]].path != row->path)
            return ERROR_NONE;
        if (!other->condition.term_count && other->fixable != FIXABLE_MARK)
            return table_error(row, error, "the example line shows %s (line %ld), which stands above",
                               other->id, reader->places[fitting[i]].line);
    }
    return table_error(row, error, "words and pattern do not match the example line");
}

static enum error_code check_ids(const struct symptoms_reader *reader, const struct condition_words *ids,
                                 const struct table_row *row, struct error *error)
{
    for (int i = 0; i < ids->count; i++) {
        int k = 0;
        while (k < reader->diagnosis.count && strcmp(reader->diagnosis.rows[k].id, ids->words[i]) != 0)
            k++;
        if (k == reader->diagnosis.count)
            return table_error(row, error, "condition: no row is called \"%s\"", ids->words[i]);
    }
    return ERROR_NONE;
}

static enum error_code check_rows(const struct symptoms_reader *reader, struct error *error)
{
    for (int i = 0; i < reader->diagnosis.count && !error->code; i++) {
        const struct symptom_condition *condition = &reader->diagnosis.rows[i].condition;
        const struct table_row row = {.path = reader->places[i].path, .line = reader->places[i].line};
        if (check_ids(reader, &condition->over, &row, error))
            break;
        for (int k = 0; k < condition->term_count && !error->code; k++)
            if (condition->terms[k].key >= CONDITION_BEFORE)
                (void)!check_ids(reader, &condition->terms[k].words, &row, error);
        if (!error->code)
            (void)!try_example(reader, i, &row, error);
    }
    return error->code;
}

enum error_code symptoms_read(const char *path, struct builder *builder, struct table_summary *summary,
                              struct error *error)
{
    static const struct table symptoms = {
        "id\tscope\tfixable\twords\tpattern\tcondition\texample_line\tcause\tnext\tfixes\tsource",
        CONDITION + 1, add_symptom, "symptoms.tsv"};
    struct symptoms_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return error_set(error, ERROR_NO_MEMORY, "no memory for symptoms");
    reader->builder = builder;
    if (!log_diagnosis_start(&reader->diagnosis, error) &&
        !table_read(path, &symptoms, reader, summary, error))
        (void)!check_rows(reader, error);
    for (int i = 0; i < reader->diagnosis.count; i++)
        free(reader->places[i].example);
    log_diagnosis_free(&reader->diagnosis);
    free(reader);
    return error->code;
}

/* ---- codes ---- */

static enum error_code add_code(void *context, const struct table_row *row, struct error *error)
{
    const struct symptom_code_record code = {row->fields[0], row->fields[1], row->fields[2], row->fields[3]};
    if (vocabulary_find(&vocabulary_symptom, code.symptom) < 0)
        return table_error(row, error, "\"%s\" is not a value of the group symptom in schema/vocabulary.tsv",
                           code.symptom);
    if (!*code.code || strlen(code.code) >= SYMPTOM_CODE_SIZE ||
        strspn(code.code, "0123456789abcdefABCDEFx:*") != strlen(code.code))
        return table_error(row, error, "code must be digits, 0x, : and * for anything, not \"%s\"",
                           code.code);
    if (!*code.cause || !*code.next || !*row->fields[4])
        return table_error(row, error, "cause, next and source must say something");
    int64_t number;
    if (builder_add_symptom_code(context, &code, &number, error))
        return error->code;
    if (!number)
        return table_error(row, error, "no row of symptoms.tsv is called \"%s\"", code.symptom);
    return number > MAX_CODES ? table_error(row, error, "more than %d codes", MAX_CODES) : ERROR_NONE;
}

const struct table codes_table = {"symptom\tcode\tcause\tnext\tsource", 2, add_code, "codes.tsv"};
