/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/feed_knowledge.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/file.h"
#include "core/owner.h"
#include "feed/table_kinds.h"
#include "importer/line_reader.h"
#include "importer/table.h"

enum { MAX_LINE = 8192 };
static const char suffix[] = ".tsv.zst";

/* One of a later passthru is not known here. */
static bool is_allowed(const struct remote *remote, const char *name)
{
    const struct table_kind *kind = table_kind_find(name);
    return kind && remote->knowledge >= (kind->is_about_verdict ? KNOWLEDGE_ALL : KNOWLEDGE_YES);
}

static void locate(const struct source_cache *cache, const char *feed, char path[DATABASE_PATH_SIZE])
{
    char inside[180];
    snprintf(inside, sizeof inside, "feeds/%.64s/knowledge", feed);
    source_cache_path(cache, inside, path);
}

void feed_knowledge_path(const struct source_cache *cache, const char *feed, const char *sha256,
                         char path[DATABASE_PATH_SIZE])
{
    char inside[180];
    snprintf(inside, sizeof inside, "feeds/%.64s/knowledge/%.64s%s", feed, sha256, suffix);
    source_cache_path(cache, inside, path);
}

int64_t feed_knowledge_version(const char *path)
{
    static const char prefix[] = "# version: ";
    struct line_reader *lines;
    struct error none;
    const char *line;
    size_t length;
    int64_t version = 0;
    if (line_reader_open(path, MAX_LINE, &lines, &none))
        return 0;
    if (line_reader_next(lines, &line, &length, &none) == LINE_OK &&
        strncmp(line, prefix, sizeof prefix - 1) == 0)
        version = strtoll(line + sizeof prefix - 1, NULL, 10);
    line_reader_close(lines);
    return version > 0 && version <= TABLE_MAX_VERSION ? version : 0;
}

/* What is read of it again and again later on is no bomb. */
static enum error_code check_text(const char *path, const struct feed_table *table, struct error *error)
{
    struct line_reader *lines;
    enum line_status status;
    const char *line;
    size_t length = 0;
    size_t total = 0;
    if (!feed_knowledge_version(path))
        return error_set(error, ERROR_REMOTE, "table %s does not begin with its version", table->name);
    if (line_reader_open_as(path, table->name, MAX_LINE, &lines, error))
        return error->code;
    do {
        status = line_reader_next(lines, &line, &length, error);
        total += status == LINE_OK ? length + 1 : MAX_LINE;
    } while ((status == LINE_OK || status == LINE_TOO_LONG) && total <= TABLE_MAX_TEXT);
    line_reader_close(lines);
    if (status == LINE_FAILED)
        return error->code;
    return status == LINE_END ? (error->code = ERROR_NONE)
                              : error_set(error, ERROR_REMOTE, "table %s has more than %d MiB of text",
                                          table->name, TABLE_MAX_TEXT >> 20);
}

static enum error_code check_table(const char *path, const struct feed_table *table, struct error *error)
{
    char hash[MANIFEST_HASH_SIZE];
    int64_t size;
    if (feed_cache_hash(path, hash, &size, error))
        return error->code;
    if (size != table->size || strcmp(hash, table->sha256) != 0)
        return error_set(error, ERROR_REMOTE, "table %s is another one than the manifest says", table->name);
    if (check_text(path, table, error) == ERROR_BAD_INPUT)
        error->code = ERROR_REMOTE;
    return error->code;
}

static enum error_code fetch_table(struct remote_update *update, const struct feed_table *table,
                                   struct error *error)
{
    char path[DATABASE_PATH_SIZE];
    char part[DATABASE_PATH_SIZE];
    feed_knowledge_path(update->cache, update->remote->name, table->sha256, path);
    if (access(path, R_OK) == 0)
        return error->code = ERROR_NONE;
    snprintf(part, sizeof part, "%.4080s.part", path);
    unlink(part);
    struct transfer transfer = {
        .file = update->remote->file, .path = part, .max_bytes = (uint64_t)table->size};
    snprintf(transfer.url, sizeof transfer.url, "%s/knowledge/%s%s", update->remote->url, table->sha256,
             suffix);
    enum error_code code = transfer_run(update->transfers, &transfer, error);
    update->result.received += transfer.received;
    if (code || check_table(part, table, error) || file_sync(part, error) || file_move(part, path, error)) {
        unlink(part);
        return error->code;
    }
    update->has_new_tables = true;
    return ERROR_NONE;
}

/* Removes what the manifest does not name, or what is not allowed any more. */
static void remove_others(struct remote_update *update, const char *directory,
                          const struct manifest *manifest)
{
    DIR *stream = opendir(directory);
    for (const struct dirent *entry; stream && (entry = readdir(stream));) {
        bool is_wanted = entry->d_name[0] == '.';
        for (int i = 0; i < manifest->table_count && !is_wanted; i++)
            is_wanted = is_allowed(update->remote, manifest->tables[i].name) &&
                        strncmp(entry->d_name, manifest->tables[i].sha256, SEGMENT_NAME_SIZE - 1) == 0 &&
                        strcmp(entry->d_name + SEGMENT_NAME_SIZE - 1, suffix) == 0;
        if (!is_wanted && unlinkat(dirfd(stream), entry->d_name, 0) == 0)
            update->has_new_tables = true;
    }
    if (stream)
        closedir(stream);
}

enum error_code feed_knowledge_fetch(struct remote_update *update, const struct manifest *manifest,
                                     struct error *error)
{
    char directory[DATABASE_PATH_SIZE];
    locate(update->cache, update->remote->name, directory);
    error->code = ERROR_NONE;
    if (update->dry_run || (!update->remote->knowledge && access(directory, F_OK)))
        return ERROR_NONE;
    int opened = owner_enter_own(directory, 0755, error);
    if (opened < 0)
        return error->code;
    close(opened);
    for (int i = 0; i < manifest->table_count && !error->code; i++)
        if (is_allowed(update->remote, manifest->tables[i].name))
            fetch_table(update, &manifest->tables[i], error);
    if (!error->code)
        remove_others(update, directory, manifest);
    return error->code;
}
