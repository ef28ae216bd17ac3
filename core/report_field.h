/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_REPORT_FIELD_H
#define PASSTHRU_CORE_REPORT_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/vocabulary.h"

/* The fields of a report. They are listed in schema/report-fields.tsv and nowhere else: from it are made
 * `enum report_field` (FIELD_GPU and so on, in the byte order of the names, which is that of RFC 8785), the
 * table below, the members of struct report, the options of `passthru report new` and their help. */

#include "report_fields.h" /* made from schema/report-fields.tsv */

enum report_field_type {
    TYPE_TEXT,
    TYPE_VERSION, /* a text that is mostly a version number */
    TYPE_ENUM,
    TYPE_OPEN_ENUM, /* a value of the vocabulary, or a few words of one's own */
    TYPE_PCI_ID,
    TYPE_REVISION,
    TYPE_SHA256,
    TYPE_DATE,
    TYPE_URL, /* up to here the value is one string */
    TYPE_ENUMS,
    TYPE_OPEN_ENUMS,
    TYPE_ATTEMPTS,
    TYPE_STAGES,
    TYPE_FLAG,
    TYPE_SCHEMA,
};

struct report_field_info {
    const char *name; /* in JSON */
    enum report_field_type type;
    size_t limit;                        /* of a text in characters, of an array or `stages` in items */
    const struct vocabulary *vocabulary; /* NULL: none */
    const char *option;                  /* of `passthru report new`, without the dashes; NULL: none */
    size_t member;                       /* where struct report has its text; 0: nowhere */
    const char *section;                 /* attempt, vm, host, gpu, or "" */
    int place;                           /* in the order in which people read them, from 0 */
};

extern const struct report_field_info report_fields[FIELD_COUNT];

/* FIELD_COUNT where no field has this name. */
enum report_field report_field_find(const char *name);

/* ERROR_BAD_INPUT with the next step: 'field "NAME" WHY'. */
enum error_code report_field_reject(struct error *error, const char *name, const char *why);

/* Checks a string of this type: its length in characters, that it has no control characters, and its form.
 * `text` is UTF-8; `name` stands in the message. */
MUST_CHECK enum error_code report_field_check(const struct report_field_info *type, const char *name,
                                              const char *text, struct error *error);

/* What is wrong with a report, field by field. */

enum { MAX_REPORT_PROBLEMS = 64 };

struct report_problem {
    char field[100]; /* its name, also one that no report has: hostile */
    char text[400];  /* what is wrong with it; hostile, no newline */
    bool is_doubt;   /* unusual, not wrong: --force takes it */
};

struct report_problems {
    struct report_problem items[MAX_REPORT_PROBLEMS];
    int count;
};

/* Adds a problem, or what is only unusual; beyond the limit it is forgotten. A text that opens with
 * `field "NAME" ` loses that. */
#define report_problems_add(problems, field, ...)   report_problems_put(problems, field, false, __VA_ARGS__)
#define report_problems_doubt(problems, field, ...) report_problems_put(problems, field, true, __VA_ARGS__)
void report_problems_put(struct report_problems *problems, const char *field, bool is_doubt,
                         const char *format, ...) PRINTF_LIKE(4, 5);

#endif
