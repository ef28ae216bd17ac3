/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/report_draft.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_writer.h"
#include "core/private_text.h"
#include "core/text.h"

static void free_item(struct draft_item *item)
{
    free(item->value);
    free(item->result);
    free(item->purpose);
}

void draft_list_clear(struct draft_list *list)
{
    while (list->count)
        free_item(&list->items[--list->count]);
}

void report_draft_free(struct report_draft *draft)
{
    for (int i = 0; i < FIELD_COUNT; i++) {
        free(draft->texts[i]);
        draft_list_clear(&draft->lists[i]);
    }
    *draft = (struct report_draft){.isolated = TRISTATE_UNKNOWN};
}

static char *copy_text(const char *text)
{
    char *copy = strdup(text);
    buffer_memory_was_short |= !copy;
    return copy;
}

/* A value of the vocabulary however it was spelled, hexadecimal digits in lower case, else the text itself.
 */
static char *copy_value(enum report_field field, const char *text)
{
    const struct report_field_info *info = &report_fields[field];
    int value = info->vocabulary ? vocabulary_find_spelled(info->vocabulary, text) : -1;
    char *copy = copy_text(value < 0 ? text : info->vocabulary->entries[value].value);
    bool is_hex = info->type == TYPE_PCI_ID || info->type == TYPE_REVISION || info->type == TYPE_SHA256;
    for (char *at = copy; is_hex && at && *at; at++)
        *at = (char)tolower((unsigned char)*at);
    return copy;
}

void report_draft_set(struct report_draft *draft, enum report_field field, const char *text)
{
    char *copy = text && *text ? copy_value(field, text) : NULL;
    free(draft->texts[field]);
    draft->texts[field] = copy;
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

void report_draft_observe(struct report_draft *draft, enum report_field field, const char *text)
{
    enum { MOST = 200 };
    char cut[4 * MOST + 1] = "";
    size_t length = clean_length(text, MOST);
    enum private_context context =
        report_fields[field].type == TYPE_VERSION ? PRIVATE_IN_VERSION : PRIVATE_IN_TEXT;
    memcpy(cut, text, length);
    cut[length] = '\0';
    if (cut[strspn(cut, " ?.-")] == '\0' || private_text_find(cut, context, NULL, NULL))
        cut[0] = '\0';
    report_draft_set(draft, field, cut);
}

bool report_draft_add(struct report_draft *draft, enum report_field field, const char *value,
                      const char *result, const char *purpose)
{
    struct draft_list *list = &draft->lists[field];
    int known = result ? vocabulary_find_spelled(&vocabulary_result, result) : -1;
    struct draft_item item = {copy_value(field, value),
                              result ? copy_text(known < 0 ? result : result_value(known)) : NULL,
                              purpose ? copy_value(FIELD_SYMPTOMS, purpose) : NULL};
    bool is_whole = item.value && (!result || item.result) && (!purpose || item.purpose);
    bool is_there = false;
    for (int i = 0; i < list->count && is_whole && !result; i++)
        is_there |= strcmp(list->items[i].value, item.value) == 0;
    bool fits = is_there || !is_whole || list->count < (int)report_fields[field].limit;
    if (fits && !is_there && is_whole)
        list->items[list->count++] = item;
    else
        free_item(&item);
    return fits;
}

/* What the vocabulary lacks is in the user's own words. */
static void write_open_enum(struct json_writer *json, const char *key, const struct vocabulary *vocabulary,
                            const char *word)
{
    struct buffer own CLEANUP(buffer_free) = BUFFER(4 * REPORT_MAX_BYTES);
    if (vocabulary_find(vocabulary, word) < 0 && strncmp(word, "other:", 6) != 0)
        buffer_append_text(&own, "other:");
    buffer_append_text(&own, word);
    json_write_string(json, key, buffer_text(&own));
}

static void write_list(struct json_writer *json, const struct report_draft *draft, enum report_field field)
{
    const struct draft_list *list = &draft->lists[field];
    if (!list->count)
        return;
    json_write_begin_array(json, report_fields[field].name);
    for (const struct draft_item *item = list->items; item < list->items + list->count; item++) {
        if (item->result)
            json_write_begin_object(json, NULL);
        write_open_enum(json, item->result ? "fix" : NULL, report_fields[field].vocabulary, item->value);
        if (item->result)
            json_write_string(json, "result", item->result);
        if (item->purpose)
            write_open_enum(json, "for", &vocabulary_symptom, item->purpose);
        if (item->result)
            json_write_end_object(json);
    }
    json_write_end_array(json);
}

static void write_stages(struct json_writer *json, const struct report_draft *draft)
{
    static const unsigned char none[STAGE_COUNT];
    if (memcmp(draft->stages, none, sizeof none) == 0)
        return;
    json_write_begin_object(json, "stages");
    for (int stage = 0; stage < STAGE_COUNT; stage++)
        if (draft->stages[stage])
            json_write_string(json, stage_value(stage), stage_state_value(draft->stages[stage] - 1));
    json_write_end_object(json);
}

static void write_vbios(struct json_writer *json, const struct report_draft *draft)
{
    static const bool none[VBIOS_COUNT];
    if (memcmp(draft->vbios_observed, none, sizeof none) == 0)
        return;
    json_write_begin_array(json, "vbios_observed");
    for (int vbios = 0; vbios < VBIOS_COUNT; vbios++)
        if (draft->vbios_observed[vbios])
            json_write_string(json, NULL, vbios_value(vbios));
    json_write_end_array(json);
}

void report_draft_write(const struct report_draft *draft, struct buffer *json)
{
    struct json_writer writer = {.out = json};
    json_write_begin_object(&writer, NULL);
    json_write_integer(&writer, "schema", 1);
    for (int i = 0; i < FIELD_COUNT; i++) {
        const struct report_field_info *field = &report_fields[i];
        if (draft->texts[i] && field->type == TYPE_OPEN_ENUM)
            write_open_enum(&writer, field->name, field->vocabulary, draft->texts[i]);
        else if (draft->texts[i])
            json_write_string(&writer, field->name, draft->texts[i]);
    }
    write_list(&writer, draft, FIELD_USE);
    write_list(&writer, draft, FIELD_SYMPTOMS);
    write_list(&writer, draft, FIELD_ATTEMPTS);
    write_stages(&writer, draft);
    write_vbios(&writer, draft);
    if (draft->isolated != TRISTATE_UNKNOWN)
        json_write_bool(&writer, "group_isolated", draft->isolated == TRISTATE_YES);
    json_write_end_object(&writer);
}
