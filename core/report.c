/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/report.h"

#include <string.h>

#include "core/json_reader.h"
#include "core/json_writer.h"

static enum error_code reject(struct error *error, enum report_field field, const char *why)
{
    return report_field_reject(error, report_fields[field].name, why);
}

/* ---- each field by itself ---- */

static enum error_code check_array(const json_t *value, enum report_field field, struct error *error)
{
    const struct report_field_info *info = &report_fields[field];
    size_t index;
    const json_t *item;
    if (!json_is_array(value))
        return reject(error, field, "must be a list of strings");
    if (json_array_size(value) > info->limit)
        return reject(error, field, "has too many items");
    json_array_foreach (value, index, item) {
        if (!json_is_string(item))
            return reject(error, field, "must be a list of strings");
        if (report_field_check(info, info->name, json_string_value(item), error))
            return error->code;
    }
    return ERROR_NONE;
}

static enum error_code check_attempts(const json_t *value, struct error *error)
{
    static const char shape[] =
        "must be a list of {\"fix\":...,\"result\":...}, with \"for\":... where that is known";
    static const struct report_field_info result_type = {
        .name = "attempts.result", .type = TYPE_ENUM, .limit = 100, .vocabulary = &vocabulary_result};
    size_t index;
    const json_t *attempt;
    if (!json_is_array(value))
        return reject(error, FIELD_ATTEMPTS, shape);
    if (json_array_size(value) > REPORT_MAX_ATTEMPTS)
        return reject(error, FIELD_ATTEMPTS, "has too many items");
    json_array_foreach (value, index, attempt) {
        const char *fix = json_member_text(attempt, "fix");
        const char *result = json_member_text(attempt, "result");
        const char *purpose = json_member_text(attempt, "for");
        if (!fix || !result || json_object_size(attempt) != 2 + (purpose != NULL))
            return reject(error, FIELD_ATTEMPTS, shape);
        if (report_field_check(&report_fields[FIELD_ATTEMPTS], "attempts", fix, error) ||
            report_field_check(&result_type, result_type.name, result, error) ||
            (purpose && report_field_check(&report_fields[FIELD_SYMPTOMS], "attempts.for", purpose, error)))
            return error->code;
    }
    return ERROR_NONE;
}

static enum error_code check_stages(json_t *value, struct error *error)
{
    const char *name;
    json_t *state;
    if (!json_is_object(value))
        return reject(error, FIELD_STAGES, "must be an object of strings");
    json_object_foreach (value, name, state) {
        if (!json_is_string(state))
            return reject(error, FIELD_STAGES, "must be an object of strings");
        if (vocabulary_find(&vocabulary_stage, name) < 0)
            return reject(error, FIELD_STAGES, "names an unknown stage");
        if (report_field_check(&report_fields[FIELD_STAGES], "stages", json_string_value(state), error))
            return error->code;
    }
    return ERROR_NONE;
}

static enum error_code check_field(json_t *value, enum report_field field, struct error *error)
{
    const struct report_field_info *info = &report_fields[field];
    switch (info->type) {
    case TYPE_ENUMS:
    case TYPE_OPEN_ENUMS:
        return check_array(value, field, error);
    case TYPE_ATTEMPTS:
        return check_attempts(value, error);
    case TYPE_STAGES:
        return check_stages(value, error);
    case TYPE_FLAG:
        return json_is_boolean(value) ? ERROR_NONE : reject(error, field, "must be true or false");
    case TYPE_SCHEMA:
        if (!json_is_integer(value))
            return reject(error, field, "must be a whole number");
        return json_integer_value(value) == 1
                   ? ERROR_NONE
                   : reject(error, field, "must be 1: this program knows no other version");
    default:
        return json_is_string(value) ? report_field_check(info, info->name, json_string_value(value), error)
                                     : reject(error, field, "must be a string");
    }
}

/* ---- all of them ---- */

/* Where all that is wrong is collected, notes a field that is rejected. Returns whether to go on. */
static bool note_problem(struct report_problems *problems, const char *name, struct error *error)
{
    if (!problems || error->code != ERROR_BAD_INPUT)
        return false;
    report_problems_add(problems, name, "%s", error->message);
    error->code = ERROR_NONE;
    return true;
}

/* Checks each member and stores those that are valid by their field. */
static enum error_code check_fields(json_t *json, json_t *values[FIELD_COUNT],
                                    struct report_problems *problems, struct error *error)
{
    static const enum report_field required[] = {FIELD_PCI_ID, FIELD_OUTCOME};
    bool given[FIELD_COUNT] = {false};
    const char *name;
    json_t *value;
    json_object_foreach (json, name, value) {
        enum report_field field = report_field_find(name);
        if (field == FIELD_COUNT) {
            error_set(error, ERROR_BAD_INPUT, "\"%.100s\" is not a field of a report", name);
            error_next(error, "man passthru-report lists fields and enum values");
        } else {
            given[field] = true;
            values[field] = check_field(value, field, error) ? NULL : value;
        }
        if (error->code && !note_problem(problems, name, error))
            return error->code;
    }
    for (size_t i = 0; i < ARRAY_SIZE(required); i++)
        if (!given[required[i]] && reject(error, required[i], "is missing") &&
            !note_problem(problems, report_fields[required[i]].name, error))
            return error->code;
    return ERROR_NONE;
}

static int append_bytes(const char *bytes, size_t length, void *buffer)
{
    buffer_append(buffer, bytes, length);
    return 0;
}

/* RFC 8785: sorted by name, no spaces. Nothing but strings, booleans and whole numbers is in a report. */
static enum error_code write_canonical(json_t *const values[FIELD_COUNT], struct buffer *canonical,
                                       struct error *error)
{
    struct json_writer writer = {.out = canonical};
    bool failed = false;
    json_write_begin_object(&writer, NULL);
    for (int field = 0; field < FIELD_COUNT && !failed; field++) {
        const json_t *value = values[field];
        if (!value || field == FIELD_ID)
            continue;
        if (json_is_string(value)) {
            json_write_string(&writer, report_fields[field].name, json_string_value(value));
        } else {
            json_write_key(&writer, report_fields[field].name);
            failed = json_dump_callback(value, append_bytes, canonical,
                                        JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) != 0;
        }
    }
    json_write_end_object(&writer);
    return failed || canonical->failed ? error_set(error, ERROR_NO_MEMORY, "no memory for a report")
                                       : ERROR_NONE;
}

/* An enum value, `other:...` when the vocabulary lacks it; NULL without memory. */
static json_t *listed_value(json_t *value, const struct vocabulary *vocabulary)
{
    const char *text = json_string_value(value);
    if (vocabulary_find(vocabulary, text) >= 0 || strncmp(text, "other:", 6) == 0)
        return json_incref(value);
    return json_sprintf("other:%s", text);
}

/* Marks the symptoms and fixes that the vocabulary lacks, and points to all of them. */
static bool keep_lists(struct report *report, json_t *const values[FIELD_COUNT])
{
    json_t *symptoms = values[FIELD_SYMPTOMS];
    size_t index;
    json_t *item;
    const char *stage;
    json_array_foreach (values[FIELD_USE], index, item)
        report->uses[report->use_count++] = json_string_value(item);
    json_array_foreach (symptoms, index, item) {
        if (json_array_set_new(symptoms, index, listed_value(item, &vocabulary_symptom)))
            return false;
        report->symptoms[report->symptom_count++] = json_string_value(json_array_get(symptoms, index));
    }
    json_array_foreach (values[FIELD_ATTEMPTS], index, item) {
        int result = vocabulary_find(&vocabulary_result, json_member_text(item, "result"));
        json_t *purpose = json_object_get(item, "for");
        if (json_object_set_new(item, "fix", listed_value(json_object_get(item, "fix"), &vocabulary_fix)) ||
            (purpose && json_object_set_new(item, "for", listed_value(purpose, &vocabulary_symptom))))
            return false;
        report->attempts[report->attempt_count++] = (struct report_attempt){
            json_member_text(item, "fix"), (enum result)result, json_member_text(item, "for")};
    }
    json_object_foreach (values[FIELD_STAGES], stage, item)
        report->stages[vocabulary_find(&vocabulary_stage, stage)] =
            (unsigned char)(1 + vocabulary_find(&vocabulary_stage_state, json_string_value(item)));
    return true;
}

static int enum_value(json_t *const values[FIELD_COUNT], enum report_field field, int missing)
{
    const char *text = json_string_value(values[field]);
    return text ? vocabulary_find(report_fields[field].vocabulary, text) : missing;
}

/* Points to what the rest of the program asks for. */
static enum error_code keep(struct report *report, json_t *const values[FIELD_COUNT], struct error *error)
{
    const char *pci_id = json_string_value(values[FIELD_PCI_ID]);
    if (pci_id)
        pci_id_parse(pci_id, strlen(pci_id), &report->pci_id);
    if (values[FIELD_SUBSYSTEM])
        pci_id_parse_subsystem(json_string_value(values[FIELD_SUBSYSTEM]), &report->pci_id);
    if (values[FIELD_REVISION])
        pci_id_parse_revision(json_string_value(values[FIELD_REVISION]), &report->pci_id);
    report->chassis = (enum chassis)enum_value(values, FIELD_CHASSIS, CHASSIS_UNKNOWN);
    report->outcome = (enum outcome)enum_value(values, FIELD_OUTCOME, OUTCOME_COUNT);
    report->share = (enum share)enum_value(values, FIELD_SHARE, SHARE_WHOLE);
    report->sample = (enum sample)enum_value(values, FIELD_SAMPLE, SAMPLE_COUNT);
    for (int field = 0; field < FIELD_COUNT; field++) {
        const char *text = json_string_value(values[field]);
        if (text && report_fields[field].member)
            memcpy((char *)report + report_fields[field].member, &text, sizeof text);
    }
    return keep_lists(report, values) ? ERROR_NONE
                                      : error_set(error, ERROR_NO_MEMORY, "no memory for a report");
}

static enum error_code take(json_t *json, struct report *report, struct buffer *canonical,
                            struct report_problems *problems, struct error *error)
{
    json_t *values[FIELD_COUNT] = {NULL};
    report->json = json;
    error->code = ERROR_NONE;
    if (!json_is_object(json)) {
        error_set(error, ERROR_BAD_INPUT, "a report must be one JSON object");
        return error_next(error, "man passthru-report lists fields and enum values");
    }
    if (check_fields(json, values, problems, error) ||
        (canonical && write_canonical(values, canonical, error)) || keep(report, values, error))
        return error->code;
    return problems && problems->count ? error_set(error, ERROR_BAD_INPUT, "the report is rejected")
                                       : ERROR_NONE;
}

static enum error_code read_report(const char *text, size_t length, json_t **json, struct error *error)
{
    *json = NULL;
    if (length > REPORT_MAX_BYTES)
        return error_set(error, ERROR_BAD_INPUT, "a report has at most %d bytes", REPORT_MAX_BYTES);
    if (json_read(text, length, json, error))
        error_next(error, "correct that; a report is one JSON object on one line");
    return error->code;
}

bool report_has_symptom(const struct report *report, const char *symptom)
{
    for (int i = 0; i < report->symptom_count; i++)
        if (strcmp(report->symptoms[i], symptom) == 0)
            return true;
    return false;
}

const char *report_text(const struct report *report, enum report_field field)
{
    const char *text = NULL;
    if (report_fields[field].member)
        memcpy(&text, (const char *)report + report_fields[field].member, sizeof text);
    return text;
}

enum error_code report_from_json(json_t *json, struct report *report, struct buffer *canonical,
                                 struct error *error)
{
    *report = (struct report){.json = NULL};
    if (!take(json, report, canonical, NULL, error) && canonical && canonical->length > REPORT_MAX_BYTES)
        error_set(error, ERROR_BAD_INPUT, "a report has at most %d bytes", REPORT_MAX_BYTES);
    if (error->code)
        report_free(report);
    return error->code;
}

enum error_code report_parse(const char *text, size_t length, struct report *report, struct buffer *canonical,
                             struct error *error)
{
    json_t *json;
    *report = (struct report){.json = NULL};
    if (read_report(text, length, &json, error) || take(json, report, canonical, NULL, error))
        report_free(report);
    return error->code;
}

enum error_code report_parse_all(const char *text, size_t length, struct report *report,
                                 struct report_problems *problems, struct error *error)
{
    json_t *json;
    *report = (struct report){.outcome = (enum outcome)OUTCOME_COUNT};
    if (!read_report(text, length, &json, error))
        take(json, report, NULL, problems, error);
    return error->code;
}

void report_free(struct report *report)
{
    json_decref(report->json);
    report->json = NULL;
}
