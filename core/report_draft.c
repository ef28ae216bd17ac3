#include "core/report_draft.h"

#include <stdlib.h>
#include <string.h>

#include "core/json_writer.h"
#include "core/private_text.h"
#include "core/text.h"

static const char *const names[DRAFT_TEXT_COUNT] = {
    [DRAFT_SUPERSEDES] = "supersedes",
    [DRAFT_PCI_ID] = "pci_id",
    [DRAFT_PCI_ID_FROM] = "pci_id_from",
    [DRAFT_SUBSYSTEM] = "subsystem",
    [DRAFT_REVISION] = "revision",
    [DRAFT_GPU] = "gpu",
    [DRAFT_CHASSIS] = "chassis",
    [DRAFT_MACHINE] = "machine",
    [DRAFT_CPU] = "cpu",
    [DRAFT_HYPERVISOR] = "hypervisor",
    [DRAFT_HYPERVISOR_VERSION] = "hypervisor_version",
    [DRAFT_HOST_OS] = "host_os",
    [DRAFT_KERNEL] = "kernel",
    [DRAFT_GUEST_OS] = "guest_os",
    [DRAFT_MACHINE_TYPE] = "machine_type",
    [DRAFT_FIRMWARE] = "firmware",
    [DRAFT_GUEST_DRIVER] = "guest_driver",
    [DRAFT_OUTCOME] = "outcome",
    [DRAFT_DATE] = "date",
    [DRAFT_URL] = "url",
    [DRAFT_NOTE] = "note",
};

const char *draft_text_name(enum draft_text which)
{
    return names[which];
}

void report_draft_init(struct report_draft *draft)
{
    *draft = (struct report_draft){.use_count = 0};
    for (int stage = 0; stage < STAGE_COUNT; stage++)
        draft->stages[stage] = -1;
}

static void clear_words(char *words[], int *count)
{
    while (*count)
        free(words[--*count]);
}

void report_draft_clear_uses(struct report_draft *draft)
{
    clear_words(draft->uses, &draft->use_count);
}

void report_draft_clear_symptoms(struct report_draft *draft)
{
    clear_words(draft->symptoms, &draft->symptom_count);
}

void report_draft_clear_attempts(struct report_draft *draft)
{
    while (draft->attempt_count) {
        struct draft_attempt *attempt = &draft->attempts[--draft->attempt_count];
        free(attempt->fix);
        free(attempt->result);
    }
}

void report_draft_free(struct report_draft *draft)
{
    for (int i = 0; i < DRAFT_TEXT_COUNT; i++)
        free(draft->texts[i]);
    report_draft_clear_uses(draft);
    report_draft_clear_symptoms(draft);
    report_draft_clear_attempts(draft);
    report_draft_init(draft);
}

void report_draft_set(struct report_draft *draft, enum draft_text which, const char *text)
{
    char *copy = text && *text ? strdup(text) : NULL;
    free(draft->texts[which]);
    draft->texts[which] = copy;
}

/* How many bytes of it are at most `characters` characters, 0 when one of them is not fit for a report. */
static size_t clean_length(const char *text, size_t characters)
{
    size_t at = 0;
    size_t end = strlen(text);
    for (size_t count = 0; at < end && count < characters; count++) {
        uint32_t character;
        size_t size = text_decode(text + at, end - at, &character);
        if (!size || text_is_unsafe(character))
            return 0;
        at += size;
    }
    return at;
}

void report_draft_observe(struct report_draft *draft, enum draft_text which, const char *text)
{
    enum { MOST = 200 };
    char cut[4 * MOST + 1] = "";
    size_t length = clean_length(text, MOST);
    bool is_version = which == DRAFT_KERNEL || which == DRAFT_HOST_OS || which == DRAFT_GUEST_OS;
    memcpy(cut, text, length);
    cut[length] = '\0';
    if (cut[strspn(cut, " ?.-")] == '\0' || private_text_find(cut, is_version, NULL, NULL))
        cut[0] = '\0';
    report_draft_set(draft, which, cut);
}

static bool add_word(char *words[], int *count, int most, const char *word)
{
    for (int i = 0; i < *count; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    if (*count == most)
        return false;
    words[*count] = strdup(word);
    *count += words[*count] != NULL;
    return true;
}

bool report_draft_add_use(struct report_draft *draft, const char *use)
{
    return add_word(draft->uses, &draft->use_count, REPORT_MAX_USES, use);
}

bool report_draft_add_symptom(struct report_draft *draft, const char *symptom)
{
    return add_word(draft->symptoms, &draft->symptom_count, REPORT_MAX_SYMPTOMS, symptom);
}

bool report_draft_add_attempt(struct report_draft *draft, const char *fix, const char *result)
{
    if (draft->attempt_count == REPORT_MAX_ATTEMPTS)
        return false;
    struct draft_attempt attempt = {strdup(fix), strdup(result)};
    if (attempt.fix && attempt.result) {
        draft->attempts[draft->attempt_count++] = attempt;
    } else {
        free(attempt.fix);
        free(attempt.result);
    }
    return true;
}

/* A word that the vocabulary lacks is one of the user's own. */
static void write_open_word(struct json_writer *json, const char *key, const struct vocabulary *vocabulary,
                            const char *word)
{
    struct buffer own CLEANUP(buffer_free) = BUFFER(4 * REPORT_MAX_BYTES);
    if (vocabulary_find(vocabulary, word) < 0 && strncmp(word, "other:", 6) != 0)
        buffer_append_text(&own, "other:");
    buffer_append_text(&own, word);
    json_write_string(json, key, buffer_text(&own));
}

static void write_words(struct json_writer *json, const char *key, const struct vocabulary *vocabulary,
                        char *const words[], int count)
{
    if (!count)
        return;
    json_write_begin_array(json, key);
    for (int i = 0; i < count; i++)
        write_open_word(json, NULL, vocabulary, words[i]);
    json_write_end_array(json);
}

static void write_text(struct json_writer *json, enum draft_text which, const char *text)
{
    if (which == DRAFT_HYPERVISOR)
        write_open_word(json, names[which], &vocabulary_hypervisor, text);
    else if (which == DRAFT_MACHINE_TYPE)
        write_open_word(json, names[which], &vocabulary_machine_type, text);
    else if (which == DRAFT_FIRMWARE)
        write_open_word(json, names[which], &vocabulary_firmware, text);
    else
        json_write_string(json, names[which], text);
}

static void write_attempts(struct json_writer *json, const struct report_draft *draft)
{
    if (!draft->attempt_count)
        return;
    json_write_begin_array(json, "attempts");
    for (int i = 0; i < draft->attempt_count; i++) {
        json_write_begin_object(json, NULL);
        write_open_word(json, "fix", &vocabulary_fix, draft->attempts[i].fix);
        json_write_string(json, "result", draft->attempts[i].result);
        json_write_end_object(json);
    }
    json_write_end_array(json);
}

static void write_stages(struct json_writer *json, const struct report_draft *draft)
{
    bool any = false;
    for (int stage = 0; stage < STAGE_COUNT; stage++)
        any |= draft->stages[stage] >= 0;
    if (!any)
        return;
    json_write_begin_object(json, "stages");
    for (int stage = 0; stage < STAGE_COUNT; stage++)
        if (draft->stages[stage] >= 0)
            json_write_string(json, vocabulary_word_of(&vocabulary_stage, stage),
                              vocabulary_word_of(&vocabulary_stage_state, draft->stages[stage]));
    json_write_end_object(json);
}

static void write_vbios(struct json_writer *json, const struct report_draft *draft)
{
    bool any = false;
    for (int vbios = 0; vbios < VBIOS_COUNT; vbios++)
        any |= draft->vbios_observed[vbios];
    if (!any)
        return;
    json_write_begin_array(json, "vbios_observed");
    for (int vbios = 0; vbios < VBIOS_COUNT; vbios++)
        if (draft->vbios_observed[vbios])
            json_write_string(json, NULL, vocabulary_word_of(&vocabulary_vbios, vbios));
    json_write_end_array(json);
}

void report_draft_write(const struct report_draft *draft, struct buffer *json)
{
    struct json_writer writer = {.out = json};
    json_write_begin_object(&writer, NULL);
    json_write_integer(&writer, "schema", 1);
    for (int i = 0; i < DRAFT_TEXT_COUNT; i++)
        if (draft->texts[i])
            write_text(&writer, (enum draft_text)i, draft->texts[i]);
    write_words(&writer, "use", &vocabulary_use, draft->uses, draft->use_count);
    write_words(&writer, "symptoms", &vocabulary_symptom, draft->symptoms, draft->symptom_count);
    write_attempts(&writer, draft);
    write_stages(&writer, draft);
    write_vbios(&writer, draft);
    if (draft->isolated != TRISTATE_UNKNOWN)
        json_write_bool(&writer, "group_isolated", draft->isolated == TRISTATE_YES);
    json_write_end_object(&writer);
}
