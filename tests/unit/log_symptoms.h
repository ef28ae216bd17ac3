/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_TESTS_LOG_SYMPTOMS_H
#define PASSTHRU_TESTS_LOG_SYMPTOMS_H

/* The signatures of a table in a diagnosis, for the tests and fuzz targets of logs. */

#include "core/log_diagnosis.h"
#include "importer/table.h"

static inline enum error_code add_symptom_row(void *context, const struct table_row *row, struct error *error)
{
    char **fields = row->fields;
    const struct symptom_record record = {.id = fields[0],
                                          .scope = fields[1],
                                          .fixable =
                                              (enum fixable)vocabulary_find(&vocabulary_fixable, fields[2]),
                                          .words = fields[3],
                                          .pattern = fields[4],
                                          .condition = fields[5],
                                          .cause = fields[7],
                                          .next = fields[8],
                                          .fixes = fields[9]};
    return log_diagnosis_add(context, &record, error);
}

static inline enum error_code add_code_row(void *context, const struct table_row *row, struct error *error)
{
    char **fields = row->fields;
    const struct symptom_code_record record = {fields[0], fields[1], fields[2], fields[3]};
    return log_diagnosis_add_code(context, &record, error);
}

/* After the signatures. */
static inline enum error_code load_code_table(const char *path, struct log_diagnosis *diagnosis,
                                              struct error *error)
{
    static const struct table table = {"symptom\tcode\tcause\tnext\tsource", 0, add_code_row, NULL};
    return table_read(path, &table, diagnosis, NULL, error);
}

static inline enum error_code load_symptom_table(const char *path, struct log_diagnosis *diagnosis,
                                                 struct error *error)
{
    static const struct table table = {
        "id\tscope\tfixable\twords\tpattern\tcondition\texample_line\tcause\tnext\tfixes\tsource", 0,
        add_symptom_row, NULL};
    if (log_diagnosis_start(diagnosis, error))
        return error->code;
    return table_read(path, &table, diagnosis, NULL, error);
}

#endif
