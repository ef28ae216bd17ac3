#include "importer/remote_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/json_reader.h"
#include "core/json_writer.h"
#include "core/text.h"
#include "db/outbox.h"

enum { MAX_STATE_BYTES = 16384 };

static void state_path(const struct source_cache *cache, const char *name, const char *ending,
                       char path[DATABASE_PATH_SIZE])
{
    char inside[180];
    snprintf(inside, sizeof inside, "remotes/%.64s.json%s", name, ending);
    source_cache_path(cache, inside, path);
}

static void take_text(const json_t *state, const char *key, char *target, size_t size)
{
    const char *text = json_member_text(state, key);
    /* Some of it is sent: nothing but printable ASCII goes into a header. */
    if (text && strlen(text) < size && text_plain_length(text, strlen(text)) == strlen(text))
        snprintf(target, size, "%s", text);
}

void remote_state_load(const struct source_cache *cache, const char *name, const char *url,
                       struct remote_state *state)
{
    char path[DATABASE_PATH_SIZE];
    char text[MAX_STATE_BYTES];
    json_auto_t *saved = NULL;
    struct error error;
    *state = (struct remote_state){.url = ""};
    state_path(cache, name, "", path);
    FILE *file = fopen(path, "re");
    size_t length = file ? fread(text, 1, sizeof text, file) : 0;
    if (file)
        fclose(file);
    if (!json_read(text, length, &saved, &error)) {
        take_text(saved, "url", state->url, sizeof state->url);
        take_text(saved, "etag", state->etag, sizeof state->etag);
        take_text(saved, "last_modified", state->last_modified, sizeof state->last_modified);
        take_text(saved, "fetched", state->fetched, sizeof state->fetched);
        take_text(saved, "version", state->version, sizeof state->version);
        take_text(saved, "seen_hash", state->seen_hash, sizeof state->seen_hash);
        take_text(saved, "seen_key", state->seen_key, sizeof state->seen_key);
        json_whole_number(json_object_get(saved, "seen_version"), 1, INT64_MAX, &state->seen_version);
        json_whole_number(json_object_get(saved, "retracted"), 1, INT64_MAX, &state->retracted);
    }
    if (strcmp(state->url, url) == 0)
        return;
    /* Another mirror of the same feed must not go back either: names and keys tell that it is the same. */
    state->etag[0] = state->last_modified[0] = '\0';
    snprintf(state->url, sizeof state->url, "%s", url);
}

enum error_code remote_state_save(const struct source_cache *cache, const char *name,
                                  const struct remote_state *state, struct error *error)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(MAX_STATE_BYTES);
    struct json_writer writer = {.out = &text};
    char folder[DATABASE_PATH_SIZE];
    char path[DATABASE_PATH_SIZE];
    char aside[DATABASE_PATH_SIZE];
    json_write_begin_object(&writer, NULL);
    json_write_string(&writer, "url", state->url);
    json_write_string(&writer, "etag", state->etag);
    json_write_string(&writer, "last_modified", state->last_modified);
    json_write_string(&writer, "fetched", state->fetched);
    json_write_string(&writer, "version", state->version);
    json_write_integer(&writer, "seen_version", state->seen_version);
    json_write_string(&writer, "seen_hash", state->seen_hash);
    json_write_string(&writer, "seen_key", state->seen_key);
    json_write_integer(&writer, "retracted", state->retracted);
    json_write_end_object(&writer);
    buffer_append_byte(&text, '\n');
    source_cache_path(cache, "remotes", folder);
    if (mkdir(folder, 0755) && errno != EEXIST)
        return error_set_errno(error, errno, "cannot create folder %s", folder);
    state_path(cache, name, ".new", aside);
    state_path(cache, name, "", path);
    unlink(aside);
    if (outbox_write_file(aside, 0644, &text, error))
        return error->code;
    if (rename(aside, path))
        return error_set_errno(error, errno, "cannot write %s", path);
    return source_cache_flush(folder, error);
}
