#include "core/report.h"

#include <stdio.h>
#include <string.h>

#include "core/json_writer.h"
#include "core/text.h"

enum kind { PCI_ID, WORD, OPEN_WORD, OPEN_WORDS, WORDS, TEXT, DATE, URL, HASH, REVISION, ATTEMPTS, STAGES, FLAG, ONE };

enum { SHORT_TEXT = 200, URL_TEXT = 500, NOTE_TEXT = 2000, OPEN_WORD_TEXT = 100 };

/* The fields of a report, in the byte order of their names, which is the order of RFC 8785. `limit` is in
 * characters of a text and in items of a list. */
struct field {
    const char *name;
    enum kind kind;
    size_t limit;
    const struct vocabulary *vocabulary;
};
static const struct field fields[] = {
    {"attempts", ATTEMPTS, REPORT_MAX_ATTEMPTS, NULL},
    {"chassis", WORD, 0, &vocabulary_chassis},
    {"cpu", TEXT, SHORT_TEXT, NULL},
    {"date", DATE, 0, NULL},
    {"firmware", OPEN_WORD, 0, &vocabulary_firmware},
    {"gpu", TEXT, SHORT_TEXT, NULL},
    {"group_isolated", FLAG, 0, NULL},
    {"guest_driver", TEXT, SHORT_TEXT, NULL},
    {"guest_os", TEXT, SHORT_TEXT, NULL},
    {"host_os", TEXT, SHORT_TEXT, NULL},
    {"hypervisor", OPEN_WORD, 0, &vocabulary_hypervisor},
    {"hypervisor_version", TEXT, SHORT_TEXT, NULL},
    {"id", HASH, 0, NULL},
    {"kernel", TEXT, SHORT_TEXT, NULL},
    {"machine", TEXT, SHORT_TEXT, NULL},
    {"machine_type", OPEN_WORD, 0, &vocabulary_machine_type},
    {"note", TEXT, NOTE_TEXT, NULL},
    {"outcome", WORD, 0, &vocabulary_outcome},
    {"pci_id", PCI_ID, 0, NULL},
    {"pci_id_from", WORD, 0, &vocabulary_pci_id_from},
    {"revision", REVISION, 0, NULL},
    {"schema", ONE, 0, NULL},
    {"stages", STAGES, 0, NULL},
    {"subsystem", PCI_ID, 0, NULL},
    {"supersedes", HASH, 0, NULL},
    {"symptoms", OPEN_WORDS, REPORT_MAX_SYMPTOMS, &vocabulary_symptom},
    {"url", URL, URL_TEXT, NULL},
    {"use", OPEN_WORDS, 3, &vocabulary_use},
    {"vbios_observed", WORDS, 8, &vocabulary_vbios},
};

static enum error_code refuse(struct error *error, const char *name, const char *why)
{
    error_set(error, ERROR_BAD_INPUT, "field \"%s\" %s", name, why);
    return error_next(error, "correct the field; schema/report.schema.json lists fields and words");
}

/* Stores the text of a JSON string of at most `limit` characters without control characters. */
static enum error_code check_text(const json_t *value, const char *name, size_t limit, const char **text,
                                  struct error *error)
{
    if (!json_is_string(value))
        return refuse(error, name, "must be a string");
    const char *bytes = json_string_value(value);
    size_t length = json_string_length(value);
    size_t characters = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        bool c1_control = byte == 0xc2 && (unsigned char)bytes[i + 1] < 0xa0;
        if (byte < 0x20 || byte == 0x7f || c1_control)
            return refuse(error, name, "holds a control character");
        characters += (byte & 0xc0) != 0x80;
    }
    if (characters > limit)
        return refuse(error, name, "is too long");
    *text = bytes;
    return ERROR_NONE;
}

static enum error_code check_word(const json_t *value, const struct field *field, int *index, struct error *error)
{
    const char *text;
    if (check_text(value, field->name, SHORT_TEXT, &text, error))
        return error->code;
    *index = vocabulary_find(field->vocabulary, text);
    if (*index >= 0)
        return ERROR_NONE;
    error_set(error, ERROR_BAD_INPUT, "field \"%s\" has the unknown word \"%s\"", field->name, text);
    return error_next(error, "use a word of group %s in schema/vocabulary.tsv", field->vocabulary->name);
}

/* A word that may lie outside the list. */
static enum error_code check_open_word(const json_t *value, const struct field *field, const char **word,
                                       struct error *error)
{
    if (check_text(value, field->name, OPEN_WORD_TEXT, word, error))
        return error->code;
    if (**word == '\0' || strcmp(*word, "other:") == 0)
        return refuse(error, field->name, "has an empty word");
    return ERROR_NONE;
}

static bool is_listed(const struct vocabulary *vocabulary, const char *word)
{
    return vocabulary_find(vocabulary, word) >= 0 || strncmp(word, "other:", 6) == 0;
}

static bool all_digits(const char *text, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    return true;
}

static bool two_digits_within(const char *text, size_t at, int low, int high)
{
    int number = (text[at] - '0') * 10 + (text[at + 1] - '0');
    return text[at - 1] == '-' && all_digits(text, at, at + 2) && number >= low && number <= high;
}

static bool is_date(const char *text)
{
    size_t length = strlen(text);
    if (length != 4 && length != 7 && length != 10)
        return false;
    return all_digits(text, 0, 4) && (text[0] == '1' || text[0] == '2') &&
           (length < 7 || two_digits_within(text, 5, 1, 12)) && (length < 10 || two_digits_within(text, 8, 1, 31));
}

static bool is_lower_hex(const char *text, size_t length)
{
    return strlen(text) == length && strspn(text, "0123456789abcdef") == length;
}

static bool is_lower_pci_id(const char *text)
{
    return strlen(text) == 9 && text[4] == ':' && strspn(text, "0123456789abcdef") == 4 && is_lower_hex(text + 5, 4);
}

static enum error_code check_pattern(const json_t *value, const struct field *field, const char **text,
                                     struct error *error)
{
    if (check_text(value, field->name, field->limit ? field->limit : SHORT_TEXT, text, error))
        return error->code;
    switch (field->kind) {
    case PCI_ID:
        return is_lower_pci_id(*text) ? ERROR_NONE
                                      : refuse(error, field->name, "must be vvvv:dddd in lower-case hexadecimal");
    case REVISION:
        return is_lower_hex(*text, 2) ? ERROR_NONE
                                      : refuse(error, field->name, "must be two lower-case hexadecimal digits");
    case HASH:
        return is_lower_hex(*text, 64) ? ERROR_NONE
                                       : refuse(error, field->name, "must be a SHA-256 in lower-case hexadecimal");
    case DATE:
        return is_date(*text) ? ERROR_NONE : refuse(error, field->name, "must be YYYY, YYYY-MM or YYYY-MM-DD");
    case URL:
        return (strncmp(*text, "https://", 8) == 0 || strncmp(*text, "http://", 7) == 0) && !strchr(*text, ' ')
                   ? ERROR_NONE
                   : refuse(error, field->name, "must be an http or https address");
    default:
        return ERROR_NONE;
    }
}

static enum error_code read_attempt(json_t *item, struct report *report, struct json_writer *json,
                                    struct error *error)
{
    static const struct field fix_field = {"attempts.fix", OPEN_WORD, 0, &vocabulary_fix};
    static const struct field result_field = {"attempts.result", WORD, 0, &vocabulary_result};
    const json_t *fix = json_object_get(item, "fix");
    const json_t *result = json_object_get(item, "result");
    if (!fix || !result || json_object_size(item) != 2)
        return refuse(error, "attempts", "must be a list of {\"fix\":...,\"result\":...}");
    struct report_attempt *attempt = &report->attempts[report->attempt_count++];
    int index = 0;
    if (check_open_word(fix, &fix_field, &attempt->fix, error) || check_word(result, &result_field, &index, error))
        return error->code;
    attempt->result = (enum result)index;
    json_write_begin_object(json, NULL);
    json_write_string(json, "fix", attempt->fix);
    json_write_string(json, "result", json_string_value(result));
    json_write_end_object(json);
    if (!is_listed(&vocabulary_fix, attempt->fix)) {
        json_object_set_new(item, "fix", json_sprintf("other:%s", attempt->fix));
        attempt->fix = json_string_value(json_object_get(item, "fix"));
    }
    return ERROR_NONE;
}

static enum error_code read_symptom(json_t *list, size_t index, const struct field *field, struct report *report,
                                    struct json_writer *json, struct error *error)
{
    const char **symptom = &report->symptoms[report->symptom_count++];
    if (check_open_word(json_array_get(list, index), field, symptom, error))
        return error->code;
    json_write_string(json, NULL, *symptom);
    if (!is_listed(&vocabulary_symptom, *symptom)) {
        json_array_set_new(list, index, json_sprintf("other:%s", *symptom));
        *symptom = json_string_value(json_array_get(list, index));
    }
    return ERROR_NONE;
}

static enum error_code read_word(const json_t *item, const struct field *field, struct json_writer *json,
                                 struct error *error)
{
    const char *word;
    int known;
    if (field->kind == WORDS ? check_word(item, field, &known, error) : check_open_word(item, field, &word, error))
        return error->code;
    json_write_string(json, NULL, json_string_value(item));
    return ERROR_NONE;
}

static enum error_code read_list(json_t *list, const struct field *field, struct report *report,
                                 struct json_writer *json, struct error *error)
{
    if (!json_is_array(list))
        return refuse(error, field->name, "must be a list");
    if (json_array_size(list) > field->limit)
        return refuse(error, field->name, "has too many items");
    json_write_begin_array(json, field->name);
    for (size_t i = 0; i < json_array_size(list); i++) {
        enum error_code code;
        if (field->kind == ATTEMPTS)
            code = read_attempt(json_array_get(list, i), report, json, error);
        else if (field->vocabulary == &vocabulary_symptom)
            code = read_symptom(list, i, field, report, json, error);
        else
            code = read_word(json_array_get(list, i), field, json, error);
        if (code)
            return code;
    }
    json_write_end_array(json);
    return ERROR_NONE;
}

static enum error_code read_stages(const json_t *value, struct json_writer *json, struct error *error)
{
    /* The stages in the byte order of their names: RFC 8785 again. */
    static const char *const stages[] = {"bind",       "compute",       "display",     "driver_init",
                                         "guest_boot", "guest_restart", "second_start"};
    static const struct field state_field = {"stages", WORD, 0, &vocabulary_stage_state};
    if (!json_is_object(value))
        return refuse(error, "stages", "must be an object");
    size_t seen = 0;
    json_write_begin_object(json, "stages");
    for (size_t i = 0; i < ARRAY_SIZE(stages); i++) {
        const json_t *state = json_object_get(value, stages[i]);
        int index;
        if (!state)
            continue;
        if (check_word(state, &state_field, &index, error))
            return error->code;
        json_write_string(json, stages[i], json_string_value(state));
        seen++;
    }
    json_write_end_object(json);
    return seen == json_object_size(value) ? ERROR_NONE : refuse(error, "stages", "names an unknown stage");
}

/* Keeps what the rest of the program asks for. */
static void keep(struct report *report, const struct field *field, const char *text, int index)
{
    const struct {
        const char *name;
        const char **target;
    } texts[] = {{"id", &report->id},   {"gpu", &report->gpu}, {"machine", &report->machine},
                 {"hypervisor", &report->hypervisor}, {"guest_os", &report->guest_os}, {"date", &report->date},
                 {"url", &report->url}, {"note", &report->note}};
    if (field->vocabulary == &vocabulary_chassis)
        report->chassis = (enum chassis)index;
    else if (field->vocabulary == &vocabulary_outcome)
        report->outcome = (enum outcome)index;
    else if (field->kind == REVISION)
        pci_id_parse_revision(text, &report->pci_id);
    else if (strcmp(field->name, "pci_id") == 0)
        pci_id_parse(text, strlen(text), &report->pci_id);
    else if (strcmp(field->name, "subsystem") == 0)
        pci_id_parse_subsystem(text, &report->pci_id);
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        if (strcmp(field->name, texts[i].name) == 0)
            *texts[i].target = text;
}

static enum error_code read_field(json_t *value, const struct field *field, struct report *report,
                                  struct json_writer *json, struct error *error)
{
    const char *text = NULL;
    int index = 0;
    switch (field->kind) {
    case ATTEMPTS:
    case OPEN_WORDS:
    case WORDS:
        return read_list(value, field, report, json, error);
    case STAGES:
        return read_stages(value, json, error);
    case FLAG:
        if (!json_is_boolean(value))
            return refuse(error, field->name, "must be true or false");
        json_write_bool(json, field->name, json_is_true(value));
        return ERROR_NONE;
    case ONE:
        if (!json_is_integer(value) || json_integer_value(value) != 1)
            return refuse(error, field->name, "must be 1: this program knows no other version");
        json_write_integer(json, field->name, 1);
        return ERROR_NONE;
    case WORD:
        if (check_word(value, field, &index, error))
            return error->code;
        text = json_string_value(value);
        break;
    case OPEN_WORD:
        if (check_open_word(value, field, &text, error))
            return error->code;
        break;
    default:
        if (check_pattern(value, field, &text, error))
            return error->code;
    }
    keep(report, field, text, index);
    if (text != report->id)
        json_write_string(json, field->name, text);
    return ERROR_NONE;
}

static enum error_code name_unknown_field(json_t *object, struct error *error)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        bool known = false;
        for (size_t i = 0; i < ARRAY_SIZE(fields) && !known; i++)
            known = strcmp(key, fields[i].name) == 0;
        if (!known)
            return refuse(error, key, "is not a field of a report");
    }
    return ERROR_NONE;
}

static enum error_code read_fields(struct report *report, struct json_writer *json, struct error *error)
{
    size_t seen = 0;
    json_write_begin_object(json, NULL);
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        json_t *value = json_object_get(report->object, fields[i].name);
        if (!value)
            continue;
        seen++;
        if (read_field(value, &fields[i], report, json, error))
            return error->code;
    }
    json_write_end_object(json);
    if (seen != json_object_size(report->object))
        return name_unknown_field(report->object, error);
    if (!json_object_get(report->object, "pci_id"))
        return refuse(error, "pci_id", "is missing");
    if (!json_object_get(report->object, "outcome"))
        return refuse(error, "outcome", "is missing");
    return ERROR_NONE;
}

enum error_code report_parse(const char *json, size_t length, struct report *report, struct buffer *canonical,
                             struct error *error)
{
    if (length > REPORT_MAX_BYTES)
        return error_set(error, ERROR_BAD_INPUT, "report is larger than %d bytes", REPORT_MAX_BYTES);
    json_error_t parse_error;
    error->code = ERROR_NONE;
    *report = (struct report){.chassis = CHASSIS_UNKNOWN};
    report->object = json_loadb(json, length, JSON_REJECT_DUPLICATES, &parse_error);
    if (!report->object)
        return error_set(error, ERROR_BAD_INPUT, "not valid JSON at byte %d: %s", parse_error.position,
                         parse_error.text);
    struct buffer scratch CLEANUP(buffer_free) = BUFFER(4 * REPORT_MAX_BYTES);
    struct json_writer writer = {.out = canonical ? canonical : &scratch};
    enum error_code code = ERROR_NONE;
    if (!json_is_object(report->object))
        code = error_set(error, ERROR_BAD_INPUT, "a report must be a JSON object");
    else if (!read_fields(report, &writer, error) && writer.out->failed)
        code = error_set(error, ERROR_NO_MEMORY, "no memory for a report");
    else
        code = error->code;
    if (code)
        report_free(report);
    return code;
}

void report_free(struct report *report)
{
    json_decref(report->object);
    report->object = NULL;
}
