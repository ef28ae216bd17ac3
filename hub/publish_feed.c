/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/publish.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/file.h"
#include "core/owner.h"
#include "core/report.h"
#include "feed/manifest.h"
#include "feed/signature.h"

enum {
    LIFE_SECONDS = 30 * 86400, /* of a manifest */
    SEGMENT_LINES = 10000,     /* of a full segment */
    SEGMENT_TEXT = 32 << 20,   /* or so many bytes before they are packed */
    SMALL_SEGMENT = 1000,      /* the last one is packed anew with what is new, until it has so many */
};

struct publishing {
    struct store *store;
    struct site *site;
    struct feed_result *result;
    int64_t now;
    struct manifest new;            /* its tables */
    struct manifest old;            /* of the site in use; version 0: none */
    struct store_segment *segments; /* of the new manifest, in order */
    int count;
    struct store_segment *known; /* of the store */
    int known_count;
    /* The segment that is being packed: */
    struct segment_writer *writer; /* NULL: none */
    struct store_segment current;
    size_t text_bytes;
    struct buffer line;
};

/* ---- lists of segments ---- */

/* Doubles at powers of two. */
static enum error_code add_to(struct store_segment **list, int *count, const struct store_segment *segment,
                              struct error *error)
{
    if ((*count & (*count - 1)) == 0) {
        struct store_segment *grown = realloc(*list, (size_t)(*count ? 2 * *count : 1) * sizeof **list);
        if (!grown)
            return error_set(error, ERROR_NO_MEMORY, "no memory for the list of segments");
        *list = grown;
    }
    (*list)[(*count)++] = *segment;
    return error->code = ERROR_NONE;
}

static enum error_code add_known(void *context, const struct store_segment *segment, struct error *error)
{
    struct publishing *publishing = context;
    return add_to(&publishing->known, &publishing->known_count, segment, error);
}

static enum error_code add_segment(struct publishing *publishing, const struct store_segment *segment,
                                   struct error *error)
{
    if (publishing->count == MANIFEST_MAX_SEGMENTS)
        return error_set(error, ERROR_BAD_INPUT, "the feed would have more than %d segments",
                         MANIFEST_MAX_SEGMENTS);
    return add_to(&publishing->segments, &publishing->count, segment, error);
}

/* ---- new segments ---- */

static enum error_code end_segment(struct publishing *publishing, struct error *error)
{
    const struct buffer *bytes;
    error->code = ERROR_NONE;
    if (!publishing->writer)
        return ERROR_NONE;
    if (!segment_writer_end(publishing->writer, &bytes, &publishing->current.segment, error) &&
        !site_write(publishing->site, feed_segment_path(publishing->current.segment.sha256).text, bytes,
                    error))
        add_segment(publishing, &publishing->current, error);
    segment_writer_free(publishing->writer);
    publishing->writer = NULL;
    return error->code;
}

static enum error_code add_line(void *context, const struct store_line *line, struct error *error)
{
    struct publishing *publishing = context;
    struct buffer *text = &publishing->line;
    buffer_clear(text);
    if (line->is_retraction)
        feed_line_append_retract(text, line->id, line->reason, line->time);
    else
        feed_line_append_add(text, line->json, line->time);
    if (text->failed)
        return error_set(error, ERROR_NO_MEMORY, "no memory for a line of the feed");
    if (!publishing->writer) {
        publishing->current = (struct store_segment){.first = line->number};
        publishing->text_bytes = 0;
        if (segment_writer_create(&publishing->writer, error))
            return error->code;
    }
    publishing->current.last = line->number;
    publishing->current.segment.records++;
    publishing->text_bytes += text->length;
    if (segment_writer_add(publishing->writer, buffer_text(text), text->length, error))
        return error->code;
    return publishing->current.segment.records >= SEGMENT_LINES || publishing->text_bytes >= SEGMENT_TEXT
               ? end_segment(publishing, error)
               : ERROR_NONE;
}

static enum error_code build(struct publishing *publishing, int64_t first, int64_t last, struct error *error)
{
    if (store_each_line(publishing->store, first, last, add_line, publishing, error)) {
        segment_writer_free(publishing->writer);
        publishing->writer = NULL;
        return error->code;
    }
    return end_segment(publishing, error);
}

/* ---- all segments ---- */

/* Takes the segments that are in use over, builds those anew that are not there or from which something was
 * purged, and what was decided since. */
static enum error_code gather(struct publishing *publishing, struct error *error)
{
    int64_t done = 0;
    int last = publishing->known_count - 1;
    while (last >= 0 && publishing->known[last].dropped)
        last--;
    for (int i = 0; i <= last; i++) {
        const struct store_segment *segment = &publishing->known[i];
        bool found = false;
        if (segment->dropped)
            continue;
        const bool is_small = i == last && segment->segment.records < SMALL_SEGMENT;
        if (is_small && segment->last < publishing->result->last_line)
            break; /* its lines go on below */
        if (site_take_over(publishing->site, feed_segment_path(segment->segment.sha256).text, &found, error))
            return error->code;
        if (found ? add_segment(publishing, segment, error)
                  : build(publishing, segment->first, segment->last, error))
            return error->code;
        done = segment->last;
    }
    return done < publishing->result->last_line
               ? build(publishing, done + 1, publishing->result->last_line, error)
               : ERROR_NONE;
}

/* Who has read the manifest before may be fetching them. */
static enum error_code take_dropped_over(struct publishing *publishing, struct error *error)
{
    for (int i = 0; i < publishing->known_count; i++) {
        const struct store_segment *segment = &publishing->known[i];
        bool found;
        if (segment->dropped && segment->dropped < publishing->now - LIFE_SECONDS)
            continue;
        if (site_take_over(publishing->site, feed_segment_path(segment->segment.sha256).text, &found, error))
            return error->code;
    }
    for (int i = 0; i < publishing->old.table_count; i++) {
        const struct path path = feed_table_path(publishing->old.tables[i].file.sha256);
        bool found;
        if (site_take_over(publishing->site, path.text, &found, error))
            return error->code;
    }
    return error->code = ERROR_NONE;
}

/* ---- the tables of data/, so that a GPU is known before distributions ship a package ---- */

static enum error_code read_table(const char *path, struct buffer *text, struct error *error)
{
    static const char version[] = "# version: ";
    int file = owner_open_regular(path, path, error);
    if (file < 0)
        return error->code;
    if (!file_read_all(file, text) || text->failed)
        error_set(error, ERROR_BAD_INPUT, "cannot publish %s: it is larger than 16 MiB, or unreadable", path);
    else if (strncmp(buffer_text(text), version, sizeof version - 1) != 0)
        error_set(error, ERROR_BAD_INPUT, "cannot publish %s: its first line is not \"# version: N\"", path);
    close(file);
    return error->code;
}

static void write_table(struct site *site, const char *name, const struct buffer *text,
                        struct manifest *manifest, struct error *error)
{
    struct feed_table *table = &manifest->tables[manifest->table_count];
    struct segment_writer *writer;
    const struct buffer *bytes;
    if (segment_writer_create(&writer, error))
        return;
    if (!segment_writer_add(writer, buffer_text(text), text->length, error) &&
        !segment_writer_end(writer, &bytes, &table->file, error)) {
        snprintf(table->name, sizeof table->name, "%s", name);
        manifest->table_count++;
        site_write(site, feed_table_path(table->file.sha256).text, bytes, error);
    }
    segment_writer_free(writer);
}

/* Those that are in the directory. */
static enum error_code write_tables(struct publishing *publishing, const char *directory, struct error *error)
{
    error->code = ERROR_NONE;
    for (int i = 0; directory && i < TABLE_KIND_COUNT && !error->code; i++) {
        struct buffer text CLEANUP(buffer_free) = BUFFER(16 << 20);
        char path[FILE_PATH_SIZE];
        snprintf(path, sizeof path, "%.4000s/%s", directory, table_kinds[i].name);
        if (!read_table(path, &text, error))
            write_table(publishing->site, table_kinds[i].name, &text, &publishing->new, error);
        else if (error->code == ERROR_NOT_FOUND)
            error->code = ERROR_NONE; /* it does not go along */
    }
    if (!directory || error->code || publishing->new.table_count)
        return error->code;
    error_set(error, ERROR_BAD_INPUT, "there is no table in %s", directory);
    return error_next(error, "name a directory with names.tsv and its like, or leave --data out");
}

/* ---- the manifest ---- */

static bool is_same(const struct publishing *publishing)
{
    const struct manifest *old = &publishing->old;
    bool same = old->version && old->segment_count == publishing->count &&
                publishing->now < old->created_at + LIFE_SECONDS / 2;
    for (int i = 0; i < publishing->count && same; i++)
        same = strcmp(old->segments[i].sha256, publishing->segments[i].segment.sha256) == 0;
    same &= old->table_count == publishing->new.table_count;
    for (int i = 0; i < old->table_count && same; i++)
        same = strcmp(old->tables[i].name, publishing->new.tables[i].name) == 0 &&
               strcmp(old->tables[i].file.sha256, publishing->new.tables[i].file.sha256) == 0;
    return same;
}

/* The next number, above all that were there before, here and on the site: a store may come from a backup. */
static enum error_code take_version(struct publishing *publishing, int64_t *version, struct error *error)
{
    char before[32];
    char next[32];
    bool done = false;
    while (!done) {
        if (store_get(publishing->store, "version", before, sizeof before, error))
            return error->code;
        *version = strtoll(before, NULL, 10);
        if (*version < publishing->old.version)
            *version = publishing->old.version;
        snprintf(next, sizeof next, "%" PRId64, ++*version);
        if (store_replace(publishing->store, "version", before, next, &done, error))
            return error->code;
    }
    return ERROR_NONE;
}

static enum error_code fill_manifest(struct publishing *publishing, struct manifest *manifest,
                                     struct error *error)
{
    *manifest = publishing->new;
    manifest->created_at = publishing->now;
    manifest->expires_at = publishing->now + LIFE_SECONDS;
    manifest->segments = calloc((size_t)publishing->count + 1, sizeof *manifest->segments);
    if (!manifest->segments)
        return error_set(error, ERROR_NO_MEMORY, "no memory for the manifest");
    for (int i = 0; i < publishing->count; i++)
        manifest->segments[i] = publishing->segments[i].segment;
    manifest->segment_count = publishing->count;
    if (store_get_name(publishing->store, manifest->name, error))
        return error->code;
    return take_version(publishing, &manifest->version, error);
}

/* What a client would reject is not published: by the same reader. */
static enum error_code check_as_client(const struct buffer *json, const struct buffer *signature,
                                       const struct signing_key *key, struct error *error)
{
    char public_key[SIGNING_PUBLIC_SIZE];
    char comment[SIGNATURE_COMMENT_SIZE];
    const char *keys[] = {public_key};
    struct manifest manifest;
    signing_key_public(key, public_key);
    if (signature_verify((const unsigned char *)buffer_text(json), json->length, buffer_text(signature),
                         signature->length, keys, 1, comment, error) ||
        manifest_parse(buffer_text(json), json->length, "the new feed", &manifest, error))
        return error->code;
    manifest_free(&manifest);
    return ERROR_NONE;
}

static enum error_code write_manifest(struct publishing *publishing, const struct signing_key *key,
                                      struct error *error)
{
    struct buffer json CLEANUP(buffer_free) = BUFFER(MANIFEST_MAX_BYTES);
    struct buffer signature CLEANUP(buffer_free) = BUFFER(SIGNATURE_MAX_BYTES);
    struct manifest manifest;
    char comment[SIGNATURE_COMMENT_SIZE];
    if (!fill_manifest(publishing, &manifest, error)) {
        manifest_append(&json, &manifest);
        snprintf(comment, sizeof comment, "feed %s version %" PRId64, manifest.name, manifest.version);
        signing_key_sign(key, &json, comment, &signature);
        if (json.failed || signature.failed)
            error_set(error, ERROR_NO_MEMORY, "no memory for the manifest");
        else if (!check_as_client(&json, &signature, key, error) &&
                 !site_write(publishing->site, "manifest.json", &json, error))
            site_write(publishing->site, "manifest.json.minisig", &signature, error);
        publishing->result->version = manifest.version;
        publishing->result->is_new = true;
    }
    manifest_free(&manifest);
    return error->code;
}

static enum error_code take_manifest_over(struct publishing *publishing, struct error *error)
{
    bool found;
    publishing->result->version = publishing->old.version;
    return site_take_over(publishing->site, "manifest.json", &found, error) ||
                   site_take_over(publishing->site, "manifest.json.minisig", &found, error)
               ? error->code
               : ERROR_NONE;
}

static enum error_code read_old(struct publishing *publishing, struct error *error)
{
    struct buffer json CLEANUP(buffer_free) = BUFFER(MANIFEST_MAX_BYTES);
    char time[MANIFEST_TIME_SIZE];
    if (site_read(publishing->site, "manifest.json", &json, error))
        return error->code == ERROR_NOT_FOUND ? (error->code = ERROR_NONE) : error->code;
    if (manifest_parse(buffer_text(&json), json.length, "the published manifest", &publishing->old, error))
        return error->code;
    if (publishing->now >= publishing->old.created_at)
        return ERROR_NONE;
    manifest_print_time(publishing->now, time);
    error_set(error, ERROR_SYSTEM, "the clock says %s, but the last feed was published at %s", time,
              publishing->old.created);
    return error_next(error, "set the clock of this machine; clients would take the feed for an old one");
}

enum error_code publish_feed(struct store *store, struct site *site, const struct signing_key *key,
                             const char *data_directory, int64_t now, struct feed_result *result,
                             struct error *error)
{
    struct publishing publishing = {.store = store,
                                    .site = site,
                                    .result = result,
                                    .now = now,
                                    .line = BUFFER((size_t)8 * REPORT_MAX_BYTES)};
    *result = (struct feed_result){.created_at = now};
    if (!read_old(&publishing, error) && !store_last_line(store, &result->last_line, error) &&
        !write_tables(&publishing, data_directory, error) &&
        !store_each_segment(store, add_known, &publishing, error) && !gather(&publishing, error) &&
        !take_dropped_over(&publishing, error)) {
        if (is_same(&publishing))
            take_manifest_over(&publishing, error);
        else
            write_manifest(&publishing, key, error);
    }
    for (int i = 0; i < publishing.count; i++)
        result->records += publishing.segments[i].segment.records;
    result->segments = publishing.count;
    result->kept = publishing.segments;
    manifest_free(&publishing.old);
    free(publishing.known);
    buffer_free(&publishing.line);
    return error->code;
}

enum error_code publish_feed_end(struct store *store, const struct feed_result *result, struct error *error)
{
    return store_keep_segments(store, result->kept, result->segments, result->created_at,
                               result->created_at - LIFE_SECONDS, error);
}
