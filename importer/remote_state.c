/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/sync.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/file.h"
#include "core/json_reader.h"
#include "core/json_writer.h"
#include "core/owner.h"
#include "core/text.h"

enum { MAX_STATE_BYTES = 16384 };

static struct path state_path(const struct source_cache *cache, const char *name)
{
    return source_cache_path(cache, path_of("remotes/%.64s.json", name).text);
}

/* The texts of a state, by their names in the file. */
#define STATE_TEXTS(X) X(url) X(etag) X(last_modified) X(fetched) X(version) X(seen_hash) X(seen_key)

static void read_text(const json_t *object, const char *key, char *target, size_t size)
{
    const char *text = json_member_text(object, key);
    /* Some of it is sent: nothing but printable ASCII goes into a header. */
    if (text && strlen(text) < size && text_plain_length(text, strlen(text)) == strlen(text))
        snprintf(target, size, "%s", text);
}

void remote_state_load(const struct source_cache *cache, const char *name, const char *url,
                       struct remote_state *state)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(MAX_STATE_BYTES);
    json_auto_t *object = NULL;
    struct error none;
    *state = (struct remote_state){.url = ""};
    if (!feed_cache_read(state_path(cache, name).text, &text, &none) &&
        !json_read(buffer_text(&text), text.length, &object, &none)) {
#define READ_TEXT(field) read_text(object, #field, state->field, sizeof state->field);
        STATE_TEXTS(READ_TEXT)
        json_whole_number(json_object_get(object, "seen_version"), 1, INT64_MAX, &state->seen_version);
        json_whole_number(json_object_get(object, "retracted"), 1, INT64_MAX, &state->retracted);
    }
    if (strcmp(state->url, url) == 0)
        return;
    /* Another mirror of the same feed must not go back either: names and keys say that it is the same. */
    state->etag[0] = state->last_modified[0] = '\0';
    snprintf(state->url, sizeof state->url, "%s", url);
}

enum error_code remote_state_save(const struct source_cache *cache, const char *name,
                                  const struct remote_state *state, struct error *error)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(MAX_STATE_BYTES);
    struct json_writer writer = {.out = &text};
    json_write_begin_object(&writer, NULL);
#define WRITE_TEXT(field) json_write_string(&writer, #field, state->field);
    STATE_TEXTS(WRITE_TEXT)
    json_write_integer(&writer, "seen_version", state->seen_version);
    json_write_integer(&writer, "retracted", state->retracted);
    json_write_end_line(&writer);
    int opened = owner_enter_own(source_cache_path(cache, "remotes").text, 0755, error);
    if (opened < 0)
        return error->code;
    close(opened);
    return file_replace(state_path(cache, name).text, 0644, &text, error);
}

void remote_state_ask(const struct remote_state *state, struct transfer *transfer)
{
    transfer->etag = state->etag[0] ? state->etag : NULL;
    transfer->last_modified = state->last_modified[0] ? state->last_modified : NULL;
}

bool remote_state_take_tags(struct remote_state *state, const struct transfer *answer)
{
    bool same = strcmp(state->etag, answer->new_etag) == 0 &&
                strcmp(state->last_modified, answer->new_last_modified) == 0;
    snprintf(state->etag, sizeof state->etag, "%s", answer->new_etag);
    snprintf(state->last_modified, sizeof state->last_modified, "%s", answer->new_last_modified);
    return !same;
}
