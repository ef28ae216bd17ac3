#include "core/report.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_writer.h"
#include "core/report_reader.h"
#include "core/report_sense.h"
#include "core/text.h"

enum { SHORT_TEXT = 200, URL_TEXT = 500, NOTE_TEXT = 2000, OPEN_WORD_TEXT = 100 };

/* The fields of a report, in the byte order of their names, which is the order of RFC 8785. */
enum field {
    ATTEMPTS,
    CHASSIS,
    CPU,
    DATE_FIELD,
    FIRMWARE,
    GPU,
    GROUP_ISOLATED,
    GUEST_DRIVER,
    GUEST_OS,
    HOST_OS,
    HYPERVISOR,
    HYPERVISOR_VERSION,
    ID,
    KERNEL,
    MACHINE,
    MACHINE_TYPE,
    NOTE,
    OUTCOME,
    PCI_ID_FIELD,
    PCI_ID_FROM,
    REVISION_FIELD,
    SCHEMA,
    STAGES,
    SUBSYSTEM,
    SUPERSEDES,
    SYMPTOMS,
    URL_FIELD,
    USE,
    VBIOS_OBSERVED,
    FIELD_COUNT
};

static const struct raw_field fields[FIELD_COUNT] = {
    [ATTEMPTS] = {"attempts", RAW_PAIRS, REPORT_MAX_ATTEMPTS},
    [CHASSIS] = {"chassis", RAW_TEXT, 1},
    [CPU] = {"cpu", RAW_TEXT, 1},
    [DATE_FIELD] = {"date", RAW_TEXT, 1},
    [FIRMWARE] = {"firmware", RAW_TEXT, 1},
    [GPU] = {"gpu", RAW_TEXT, 1},
    [GROUP_ISOLATED] = {"group_isolated", RAW_FLAG, 1},
    [GUEST_DRIVER] = {"guest_driver", RAW_TEXT, 1},
    [GUEST_OS] = {"guest_os", RAW_TEXT, 1},
    [HOST_OS] = {"host_os", RAW_TEXT, 1},
    [HYPERVISOR] = {"hypervisor", RAW_TEXT, 1},
    [HYPERVISOR_VERSION] = {"hypervisor_version", RAW_TEXT, 1},
    [ID] = {"id", RAW_TEXT, 1},
    [KERNEL] = {"kernel", RAW_TEXT, 1},
    [MACHINE] = {"machine", RAW_TEXT, 1},
    [MACHINE_TYPE] = {"machine_type", RAW_TEXT, 1},
    [NOTE] = {"note", RAW_TEXT, 1},
    [OUTCOME] = {"outcome", RAW_TEXT, 1},
    [PCI_ID_FIELD] = {"pci_id", RAW_TEXT, 1},
    [PCI_ID_FROM] = {"pci_id_from", RAW_TEXT, 1},
    [REVISION_FIELD] = {"revision", RAW_TEXT, 1},
    [SCHEMA] = {"schema", RAW_INTEGER, 1},
    [STAGES] = {"stages", RAW_STATES, STAGE_COUNT},
    [SUBSYSTEM] = {"subsystem", RAW_TEXT, 1},
    [SUPERSEDES] = {"supersedes", RAW_TEXT, 1},
    [SYMPTOMS] = {"symptoms", RAW_TEXTS, REPORT_MAX_SYMPTOMS},
    [URL_FIELD] = {"url", RAW_TEXT, 1},
    [USE] = {"use", RAW_TEXTS, REPORT_MAX_USES},
    [VBIOS_OBSERVED] = {"vbios_observed", RAW_TEXTS, 8},
};

/* What the strings of a field must be. */
static const struct report_sense senses[FIELD_COUNT] = {
    [ATTEMPTS] = {SENSE_OPEN_WORD, OPEN_WORD_TEXT, &vocabulary_fix},
    [CHASSIS] = {SENSE_WORD, SHORT_TEXT, &vocabulary_chassis},
    [CPU] = {SENSE_TEXT, SHORT_TEXT, NULL},
    [DATE_FIELD] = {SENSE_DATE, SHORT_TEXT, NULL},
    [FIRMWARE] = {SENSE_OPEN_WORD, OPEN_WORD_TEXT, &vocabulary_firmware},
    [GPU] = {SENSE_TEXT, SHORT_TEXT, NULL},
    [GUEST_DRIVER] = {SENSE_TEXT, SHORT_TEXT, NULL},
    [GUEST_OS] = {SENSE_TEXT, SHORT_TEXT, NULL},
    [HOST_OS] = {SENSE_TEXT, SHORT_TEXT, NULL},
    [HYPERVISOR] = {SENSE_OPEN_WORD, OPEN_WORD_TEXT, &vocabulary_hypervisor},
    [HYPERVISOR_VERSION] = {SENSE_TEXT, SHORT_TEXT, NULL},
    [ID] = {SENSE_HASH, SHORT_TEXT, NULL},
    [KERNEL] = {SENSE_TEXT, SHORT_TEXT, NULL},
    [MACHINE] = {SENSE_TEXT, SHORT_TEXT, NULL},
    [MACHINE_TYPE] = {SENSE_OPEN_WORD, OPEN_WORD_TEXT, &vocabulary_machine_type},
    [NOTE] = {SENSE_TEXT, NOTE_TEXT, NULL},
    [OUTCOME] = {SENSE_WORD, SHORT_TEXT, &vocabulary_outcome},
    [PCI_ID_FIELD] = {SENSE_PCI_ID, SHORT_TEXT, NULL},
    [PCI_ID_FROM] = {SENSE_WORD, SHORT_TEXT, &vocabulary_pci_id_from},
    [REVISION_FIELD] = {SENSE_REVISION, SHORT_TEXT, NULL},
    [STAGES] = {SENSE_WORD, SHORT_TEXT, &vocabulary_stage_state},
    [SUBSYSTEM] = {SENSE_PCI_ID, SHORT_TEXT, NULL},
    [SUPERSEDES] = {SENSE_HASH, SHORT_TEXT, NULL},
    [SYMPTOMS] = {SENSE_OPEN_WORD, OPEN_WORD_TEXT, &vocabulary_symptom},
    [URL_FIELD] = {SENSE_URL, URL_TEXT, NULL},
    [USE] = {SENSE_OPEN_WORD, OPEN_WORD_TEXT, &vocabulary_use},
    [VBIOS_OBSERVED] = {SENSE_WORD, SHORT_TEXT, &vocabulary_vbios},
};

/* Of the result of an attempt. */
static const struct report_sense result_sense = {SENSE_WORD, SHORT_TEXT, &vocabulary_result};

static enum error_code refuse(struct error *error, const char *name, const char *why)
{
    return report_sense_refuse(error, name, why);
}

static enum error_code check_sense(const struct raw_text *value, enum field field, struct error *error)
{
    return report_sense_check(value->text, value->length, fields[field].name, &senses[field], error);
}

/* The order of RFC 8785 for what comes in the order of the writer. */
static int compare_states(const void *a, const void *b)
{
    const struct raw_text *const *x = a;
    const struct raw_text *const *y = b;
    return strcmp((*x)->text, (*y)->text);
}

static enum error_code write_stages(struct report *report, const struct raw_report *raw,
                                    struct json_writer *json, struct error *error)
{
    const struct raw_text *names[STAGE_COUNT] = {NULL};
    int count = raw->counts[STAGES];
    for (int i = 0; i < count; i++)
        names[i] = &raw->items[STAGES][i];
    qsort(names, (size_t)count, sizeof *names, compare_states);
    json_write_begin_object(json, "stages");
    for (int i = 0; i < count; i++) {
        const struct raw_text *state = raw->others[STAGES] + (names[i] - raw->items[STAGES]);
        int stage = vocabulary_find(&vocabulary_stage, names[i]->text);
        if (stage < 0 || strlen(names[i]->text) != names[i]->length)
            return refuse(error, "stages", "names an unknown stage");
        if (i && strcmp(names[i - 1]->text, names[i]->text) == 0)
            return refuse(error, "stages", "names a stage twice");
        if (!state->text || check_sense(state, STAGES, error))
            return error->code ? error->code : refuse(error, "stages", "must be an object of strings");
        json_write_string(json, names[i]->text, state->text);
        report->stages[stage] = (unsigned char)(1 + vocabulary_find(&vocabulary_stage_state, state->text));
    }
    json_write_end_object(json);
    return ERROR_NONE;
}

/* A word of a list, kept as `other:...` when the list does not have it. */
static const char *listed_word(struct report *report, const struct vocabulary *vocabulary, const char *word)
{
    int index = vocabulary_find(vocabulary, word);
    if (index >= 0)
        return vocabulary->words[index].word;
    if (strncmp(word, "other:", 6) == 0)
        return word;
    char *marked = report->marked;
    size_t length = strlen(word) + 1;
    memcpy(marked, "other:", 6);
    memcpy(marked + 6, word, length);
    report->marked += 6 + length;
    return marked;
}

static enum error_code write_attempts(struct report *report, const struct raw_report *raw,
                                      struct json_writer *json, struct error *error)
{
    json_write_begin_array(json, "attempts");
    for (int i = 0; i < raw->counts[ATTEMPTS]; i++) {
        const struct raw_text *fix = &raw->items[ATTEMPTS][i];
        const struct raw_text *result = &raw->others[ATTEMPTS][i];
        if (check_sense(fix, ATTEMPTS, error) ||
            report_sense_check(result->text, result->length, "attempts.result", &result_sense, error))
            return error->code;
        json_write_begin_object(json, NULL);
        json_write_string(json, "fix", fix->text);
        json_write_string(json, "result", result->text);
        json_write_end_object(json);
        report->attempts[report->attempt_count++] =
            (struct report_attempt){listed_word(report, &vocabulary_fix, fix->text),
                                    (enum result)vocabulary_find(&vocabulary_result, result->text)};
    }
    json_write_end_array(json);
    return ERROR_NONE;
}

static enum error_code write_words(struct report *report, enum field field, const struct raw_report *raw,
                                   struct json_writer *json, struct error *error)
{
    json_write_begin_array(json, fields[field].name);
    for (int i = 0; i < raw->counts[field]; i++) {
        const struct raw_text *word = &raw->items[field][i];
        if (check_sense(word, field, error))
            return error->code;
        json_write_string(json, NULL, word->text);
        if (field == SYMPTOMS)
            report->symptoms[report->symptom_count++] = listed_word(report, &vocabulary_symptom, word->text);
        if (field == USE)
            report->uses[report->use_count++] = word->text;
    }
    json_write_end_array(json);
    return ERROR_NONE;
}

static enum error_code write_field(struct report *report, enum field field, const struct raw_report *raw,
                                   struct json_writer *json, struct error *error)
{
    switch (fields[field].kind) {
    case RAW_PAIRS:
        return write_attempts(report, raw, json, error);
    case RAW_STATES:
        return write_stages(report, raw, json, error);
    case RAW_TEXTS:
        return write_words(report, field, raw, json, error);
    case RAW_FLAG:
        json_write_bool(json, fields[field].name, raw->number[field] != 0);
        return ERROR_NONE;
    case RAW_INTEGER:
        if (raw->number[field] != 1)
            return refuse(error, fields[field].name, "must be 1: this program knows no other version");
        json_write_integer(json, fields[field].name, 1);
        return ERROR_NONE;
    default:
        if (check_sense(&raw->single[field], field, error))
            return error->code;
        if (field != ID)
            json_write_bytes(json, fields[field].name, raw->single[field].text, raw->single[field].length);
        return ERROR_NONE;
    }
}

/* Copies what the rest of the program asks for. */
static void keep(struct report *report, const struct raw_report *raw)
{
    const char *pci_id = raw->single[PCI_ID_FIELD].text;
    const struct {
        const char **text;
        enum field field;
    } texts[] = {{&report->id, ID},
                 {&report->gpu, GPU},
                 {&report->machine, MACHINE},
                 {&report->cpu, CPU},
                 {&report->hypervisor, HYPERVISOR},
                 {&report->hypervisor_version, HYPERVISOR_VERSION},
                 {&report->host_os, HOST_OS},
                 {&report->kernel, KERNEL},
                 {&report->guest_os, GUEST_OS},
                 {&report->guest_driver, GUEST_DRIVER},
                 {&report->machine_type, MACHINE_TYPE},
                 {&report->firmware, FIRMWARE},
                 {&report->date, DATE_FIELD},
                 {&report->url, URL_FIELD},
                 {&report->note, NOTE}};
    if (raw->seen[PCI_ID_FIELD])
        pci_id_parse(pci_id, strlen(pci_id), &report->pci_id);
    if (raw->seen[SUBSYSTEM])
        pci_id_parse_subsystem(raw->single[SUBSYSTEM].text, &report->pci_id);
    if (raw->seen[REVISION_FIELD])
        pci_id_parse_revision(raw->single[REVISION_FIELD].text, &report->pci_id);
    if (raw->seen[CHASSIS])
        report->chassis = (enum chassis)vocabulary_find(&vocabulary_chassis, raw->single[CHASSIS].text);
    report->outcome = raw->seen[OUTCOME]
                          ? (enum outcome)vocabulary_find(&vocabulary_outcome, raw->single[OUTCOME].text)
                          : (enum outcome)OUTCOME_COUNT;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        *texts[i].text = raw->single[texts[i].field].text;
}

/* Takes a field that is refused out of the report, when somebody collects what is wrong. */
static bool note_problem(struct report_problems *problems, struct raw_report *raw, enum field field,
                         struct error *error)
{
    if (!problems || error->code != ERROR_BAD_INPUT)
        return false;
    report_problems_add(problems, fields[field].name, "%s", error->message);
    error->code = ERROR_NONE;
    raw->seen[field] = false;
    raw->single[field].text = NULL;
    return true;
}

static enum error_code check_and_write(struct report *report, struct raw_report *raw,
                                       struct json_writer *json, struct report_problems *problems,
                                       struct error *error)
{
    static const enum field required[] = {PCI_ID_FIELD, OUTCOME};
    for (size_t i = 0; i < ARRAY_SIZE(required); i++)
        if (!raw->seen[required[i]] &&
            !(problems && report_problems_have(problems, fields[required[i]].name)) &&
            refuse(error, fields[required[i]].name, "is missing") &&
            !note_problem(problems, raw, required[i], error))
            return error->code;
    json_write_begin_object(json, NULL);
    for (int field = 0; field < FIELD_COUNT; field++)
        if (raw->seen[field] && write_field(report, (enum field)field, raw, json, error) &&
            !note_problem(problems, raw, (enum field)field, error))
            return error->code;
    json_write_end_object(json);
    if (json->out->failed)
        return error_set(error, ERROR_NO_MEMORY, "no memory for a report");
    keep(report, raw);
    if (problems && problems->count)
        error_set(error, ERROR_BAD_INPUT, "the report is refused");
    return error->code;
}

/* Behind what report_read keeps there is room for every word that gets an `other:` in front. */
static size_t marked_room(size_t length)
{
    return length + (REPORT_MAX_ATTEMPTS + REPORT_MAX_SYMPTOMS) * sizeof "other:";
}

static enum error_code parse(const char *json, size_t length, struct report *report, struct buffer *canonical,
                             struct report_problems *problems, struct error *error)
{
    struct raw_report raw;
    struct buffer scratch CLEANUP(buffer_free) = BUFFER(4 * REPORT_MAX_BYTES);
    struct json_writer writer = {.out = canonical ? canonical : &scratch};
    size_t needed = report_arena_size(length) + marked_room(length);
    memset(report, 0, offsetof(struct report, arena));
    error->code = ERROR_NONE;
    if (length > REPORT_MAX_BYTES)
        return error_set(error, ERROR_BAD_INPUT, "a report has at most %d bytes", REPORT_MAX_BYTES);
    /* yajl lets overlong forms, surrogates and what lies beyond U+10FFFF pass. */
    if (!text_is_utf8(json, length)) {
        error_set(error, ERROR_BAD_INPUT, "not valid JSON: it is no UTF-8");
        return error_next(error, "write one JSON object on one line");
    }
    if (report->arena_size < needed) {
        free(report->arena);
        report->arena = malloc(needed);
        report->arena_size = report->arena ? needed : 0;
    }
    if (!report->arena)
        return error_set(error, ERROR_NO_MEMORY, "no memory for a report");
    report->marked = (char *)report->arena + report_arena_size(length);
    if (report_read(json, length, fields, FIELD_COUNT, report->arena, &raw, problems, error))
        return error->code;
    return check_and_write(report, &raw, &writer, problems, error);
}

enum error_code report_parse_again(const char *json, size_t length, struct report *report,
                                   struct buffer *canonical, struct error *error)
{
    return parse(json, length, report, canonical, NULL, error);
}

enum error_code report_parse_all(const char *json, size_t length, struct report *report,
                                 struct buffer *canonical, struct report_problems *problems,
                                 struct error *error)
{
    report->arena = NULL;
    report->arena_size = 0;
    return parse(json, length, report, canonical, problems, error);
}

enum error_code report_parse(const char *json, size_t length, struct report *report, struct buffer *canonical,
                             struct error *error)
{
    report->arena = NULL;
    report->arena_size = 0;
    if (report_parse_again(json, length, report, canonical, error))
        report_free(report);
    return error->code;
}

void report_free(struct report *report)
{
    free(report->arena);
    report->arena = NULL;
    report->arena_size = 0;
}
