/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_REPORT_H
#define PASSTHRU_CORE_REPORT_H

#include <stdbool.h>

#include "core/buffer.h"
#include "core/error.h"
#include "core/pci_id.h"
#include "core/report_field.h"

enum { REPORT_MAX_BYTES = 16 * 1024 }; /* one report as JSON, on one line */

struct report_attempt {
    const char *fix; /* a value of vocabulary_fix, or `other:...` */
    enum result result;
    const char *purpose; /* the symptom that it was tried for, checked by nobody; NULL: not stated */
};

struct json_t;

/* One passthrough attempt on one machine, as schema/report.schema.json has it. The strings belong to the
 * report and are NULL where the report does not say. */
struct report {
    struct pci_id pci_id;
    enum chassis chassis;
    enum outcome outcome;
    enum share share;
    enum sample sample; /* SAMPLE_COUNT: the report does not say */
    REPORT_TEXTS /* const char *gpu and so on. `id` is what the report states: not compared with its content
                  */
        unsigned char stages[STAGE_COUNT]; /* 1 + enum stage_state; 0: the report does not say */
    int use_count;
    int symptom_count;
    int attempt_count;
    const char *uses[REPORT_MAX_USE];
    const char *symptoms[REPORT_MAX_SYMPTOMS]; /* values of vocabulary_symptom, or `other:...` */
    struct report_attempt attempts[REPORT_MAX_ATTEMPTS];
    struct json_t *json; /* keeps the strings */
};

/* Whether a report names this symptom, a value of vocabulary_symptom or `other:...`. */
bool report_has_symptom(const struct report *report, const char *symptom);

/* The text of a field, NULL where the report has none or the field is not one of REPORT_TEXTS. */
const char *report_text(const struct report *report, enum report_field field);

/* Parses and validates one report in JSON (core/json_reader.h). Unknown fields, unknown values of a closed
 * enum, wrong types, control characters and anything over its limit are rejected with ERROR_BAD_INPUT, the
 * field named. Symptoms and fixes that the vocabulary lacks are kept as `other:...`. On success the caller
 * calls report_free. With `canonical` the report's canonical JSON (RFC 8785) without its `id` is appended:
 * the SHA-256 of it is the report's id. */
MUST_CHECK enum error_code report_parse(const char *json, size_t length, struct report *report,
                                        struct buffer *canonical, struct error *error);

/* The same with JSON that was read as a part of something else. Takes the reference to `json` over, also
 * after an error. The canonical JSON then has at most REPORT_MAX_BYTES. */
MUST_CHECK enum error_code report_from_json(struct json_t *json, struct report *report,
                                            struct buffer *canonical, struct error *error);

/* Like report_parse, but goes on after a field that is rejected or unknown, so that all of them are reported:
 * each goes to `problems`, and the result is ERROR_BAD_INPUT. The report then has what is valid in it (an
 * `outcome` of OUTCOME_COUNT when that is not), and the caller calls report_free in any case. Without a
 * problem the input is not a JSON object. */
MUST_CHECK enum error_code report_parse_all(const char *json, size_t length, struct report *report,
                                            struct report_problems *problems, struct error *error);

void report_free(struct report *report);

#endif
