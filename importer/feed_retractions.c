#include "importer/feed_retractions.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "importer/line_reader.h"

enum { ID_BYTES = 32, ID_DIGITS = 64, MAX_LINE = 80 };

static const char end_line[] = "end";

static enum error_code write_id(void *context, const unsigned char id[32], struct error *error)
{
    FILE *file = context;
    char hex[ID_DIGITS + 1];
    sodium_bin2hex(hex, sizeof hex, id, ID_BYTES);
    return fprintf(file, "%s\n", hex) > 0 ? ERROR_NONE
                                          : error_set_errno(error, errno, "cannot write retractions");
}

enum error_code feed_retractions_write(const struct source_cache *cache, const char *name,
                                       const char *manifest_hash, struct builder *builder, int64_t source,
                                       struct error *error)
{
    char path[DATABASE_PATH_SIZE];
    feed_cache_path(cache, name, FEED_NEW_RETRACTIONS, path);
    unlink(path);
    FILE *file = fopen(path, "wxe");
    if (!file)
        return error_set_errno(error, errno, "cannot write %s", path);
    fprintf(file, "%s\n", manifest_hash);
    enum error_code code = builder_each_retraction(builder, source, write_id, file, error);
    fprintf(file, "%s\n", end_line);
    bool failed = ferror(file);
    failed |= fclose(file) != 0;
    if (failed && !code)
        error_set_errno(error, errno, "cannot write %s", path);
    return error->code;
}

enum error_code feed_retractions_keep(const struct source_cache *cache, const char *name, struct error *error)
{
    char from[DATABASE_PATH_SIZE];
    char to[DATABASE_PATH_SIZE];
    feed_cache_path(cache, name, FEED_NEW_RETRACTIONS, from);
    feed_cache_path(cache, name, FEED_RETRACTIONS, to);
    return rename(from, to) ? error_set_errno(error, errno, "cannot write %s", to) : ERROR_NONE;
}

static enum error_code next_line(struct line_reader *lines, const char **line, struct error *error)
{
    size_t length;
    enum line_status status = line_reader_next(lines, line, &length, error);
    if (status == LINE_OK || error->code)
        return error->code;
    return error_set(error, ERROR_BAD_INPUT, "a list of retractions is cut short");
}

static enum error_code read_lines(struct line_reader *lines, const char *manifest_hash,
                                  struct builder *builder, int64_t source, struct error *error)
{
    unsigned char id[ID_BYTES];
    const char *line;
    if (next_line(lines, &line, error))
        return error->code;
    if (strcmp(line, manifest_hash) != 0)
        return error_set(error, ERROR_BAD_INPUT, "a list of retractions is of another manifest");
    while (!next_line(lines, &line, error) && strcmp(line, end_line) != 0) {
        size_t length = 0;
        if (sodium_hex2bin(id, sizeof id, line, strlen(line), NULL, &length, NULL) || length != sizeof id)
            return error_set(error, ERROR_BAD_INPUT, "a list of retractions is damaged");
        if (builder_retract(builder, id, source, error))
            break;
    }
    return error->code;
}

enum error_code feed_retractions_read(const struct source_cache *cache, const char *name,
                                      const char *manifest_hash, struct builder *builder, int64_t source,
                                      struct error *error)
{
    char path[DATABASE_PATH_SIZE];
    struct line_reader *lines;
    feed_cache_path(cache, name, FEED_RETRACTIONS, path);
    if (line_reader_open(path, MAX_LINE, &lines, error))
        return error->code;
    read_lines(lines, manifest_hash, builder, source, error);
    line_reader_close(lines);
    return error->code;
}
