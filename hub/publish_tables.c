/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/publish_tables.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/file.h"
#include "core/owner.h"
#include "feed/segment.h"
#include "feed/table_kinds.h"

void publish_tables_path(const struct feed_table *table, char path[100])
{
    snprintf(path, 100, "knowledge/%s.tsv.zst", table->sha256);
}

static enum error_code read_table(const char *path, struct buffer *text, struct error *error)
{
    static const char version[] = "# version: ";
    char chunk[16384];
    ssize_t got;
    int file = owner_open_regular(path, path, error);
    if (file < 0)
        return error->code;
    while ((got = read(file, chunk, sizeof chunk)) > 0)
        buffer_append(text, chunk, (size_t)got);
    close(file);
    if (got < 0 || text->failed)
        return error_set(error, ERROR_BAD_INPUT, "cannot publish %s: it is larger than 16 MiB, or unreadable",
                         path);
    if (strncmp(buffer_text(text), version, sizeof version - 1) == 0)
        return ERROR_NONE;
    return error_set(error, ERROR_BAD_INPUT, "cannot publish %s: its first line is not \"# version: N\"",
                     path);
}

static void write_table(struct site *site, const char *name, const struct buffer *text,
                        struct manifest *manifest, struct error *error)
{
    struct feed_table *table = &manifest->tables[manifest->table_count];
    struct segment_writer *writer;
    struct segment packed = {.size = 0};
    const struct buffer *bytes;
    char path[100];
    if (segment_writer_create(&writer, error))
        return;
    if (!segment_writer_add(writer, buffer_text(text), text->length, error) &&
        !segment_writer_end(writer, &bytes, &packed, error)) {
        snprintf(table->name, sizeof table->name, "%s", name);
        memcpy(table->sha256, packed.sha256, sizeof table->sha256);
        table->size = packed.size;
        manifest->table_count++;
        publish_tables_path(table, path);
        site_write(site, path, bytes, error);
    }
    segment_writer_free(writer);
}

void publish_tables(struct site *site, const char *directory, struct manifest *manifest, struct error *error)
{
    manifest->table_count = 0;
    error->code = ERROR_NONE;
    for (int i = 0; i < TABLE_KIND_COUNT && !error->code; i++) {
        struct buffer text CLEANUP(buffer_free) = BUFFER(16 << 20);
        char path[FILE_PATH_SIZE];
        snprintf(path, sizeof path, "%.4000s/%s", directory, table_kinds[i].name);
        if (!read_table(path, &text, error))
            write_table(site, table_kinds[i].name, &text, manifest, error);
        else if (error->code == ERROR_NOT_FOUND)
            error->code = ERROR_NONE; /* it does not go along */
    }
}
