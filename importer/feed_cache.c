/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/source_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.h"
#include "core/owner.h"
#include "core/text.h"
#include "db/report_id.h"

struct path feed_cache_path(const struct source_cache *cache, const char *name, const char *file)
{
    return source_cache_path(cache, path_of("feeds/%.64s/%s", name, file).text);
}

struct path feed_cache_segment_path(const struct source_cache *cache, const char *name, const char *sha256)
{
    return feed_cache_path(cache, name, feed_segment_path(sha256).text);
}

enum error_code feed_cache_create(const struct source_cache *cache, const char *name, const char *directory,
                                  struct error *error)
{
    int opened = owner_enter_own(feed_cache_path(cache, name, directory).text, 0755, error);
    if (opened >= 0)
        close(opened);
    return error->code;
}

enum error_code feed_cache_flush(const struct source_cache *cache, const char *name, struct error *error)
{
    const struct path path = feed_cache_path(cache, name, FEED_SEGMENTS);
    int directory = open(path.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    error->code = ERROR_NONE;
    if (directory < 0 || syncfs(directory))
        error_set_errno(error, errno, "cannot flush %s to disk", path.text);
    if (directory >= 0)
        close(directory);
    return error->code;
}

enum error_code feed_cache_read(const char *path, struct buffer *bytes, struct error *error)
{
    int file = owner_open_regular(path, path, error);
    if (file < 0)
        return error->code;
    if (!file_read_all(file, bytes) || bytes->failed)
        error_set(error, ERROR_SYSTEM, "cannot read %s", path);
    close(file);
    return error->code;
}

enum error_code feed_cache_manifest(const struct source_cache *cache, const char *name, const char *file,
                                    struct manifest *manifest, char hash[MANIFEST_HASH_SIZE],
                                    struct error *error)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(MANIFEST_MAX_BYTES + 1);
    const struct path path = feed_cache_path(cache, name, file);
    if (feed_cache_read(path.text, &text, error))
        return error->code;
    if (hash)
        report_id(buffer_text(&text), text.length, hash); /* SHA-256 */
    return manifest_parse(buffer_text(&text), text.length, path.text, manifest, error);
}

bool feed_cache_has(const struct source_cache *cache, const char *name, const struct segment *segment)
{
    struct stat status;
    return stat(feed_cache_segment_path(cache, name, segment->sha256).text, &status) == 0 &&
           S_ISREG(status.st_mode) && status.st_size == segment->size;
}

enum error_code feed_cache_hash(const char *path, char hash[MANIFEST_HASH_SIZE], int64_t *size,
                                struct error *error)
{
    crypto_hash_sha256_state state;
    unsigned char digest[crypto_hash_sha256_BYTES];
    unsigned char chunk[16384];
    int64_t length = 0;
    ssize_t got;
    int file = owner_open_regular(path, path, error);
    if (file < 0)
        return error->code;
    crypto_hash_sha256_init(&state);
    for (; (got = read(file, chunk, sizeof chunk)) > 0; length += got)
        crypto_hash_sha256_update(&state, chunk, (size_t)got);
    close(file);
    if (got < 0)
        return error_set(error, ERROR_SYSTEM, "cannot read %s", path);
    crypto_hash_sha256_final(&state, digest);
    sodium_bin2hex(hash, MANIFEST_HASH_SIZE, digest, sizeof digest);
    if (size)
        *size = length;
    return ERROR_NONE;
}

enum error_code feed_cache_check(const char *path, const struct segment *segment, struct error *error)
{
    char hash[MANIFEST_HASH_SIZE];
    int64_t size;
    if (feed_cache_hash(path, hash, &size, error))
        return error->code;
    if (size != segment->size)
        return error_set(error, ERROR_REMOTE, "segment %.12s has %lld bytes, the manifest says %lld",
                         segment->sha256, (long long)size, (long long)segment->size);
    if (strcmp(hash, segment->sha256) != 0)
        return error_set(error, ERROR_REMOTE, "segment %.12s does not have the hash that the manifest says",
                         segment->sha256);
    return ERROR_NONE;
}

static int is_feed(const struct dirent *entry)
{
    return feed_name_fits(entry->d_name, strlen(entry->d_name));
}

enum error_code feed_cache_each(const struct source_cache *cache,
                                enum error_code (*each)(void *context, const char *name, struct error *error),
                                void *context, struct error *error)
{
    const struct path path = source_cache_path(cache, "feeds");
    struct dirent **entries;
    error->code = ERROR_NONE;
    int count = scandir(path.text, &entries, is_feed, alphasort);
    if (count < 0)
        return errno == ENOENT ? ERROR_NONE : error_set_errno(error, errno, "cannot list %s", path.text);
    for (int i = 0; i < count; i++) {
        if (!error->code)
            each(context, entries[i]->d_name, error);
        free(entries[i]);
    }
    free(entries);
    return error->code;
}

enum error_code feed_cache_keep(const struct source_cache *cache, const char *name, struct error *error)
{
    /* The manifest last: the signature is only for whoever wants to look, the manifest is what counts. */
    return file_move(feed_cache_path(cache, name, FEED_NEW_SIGNATURE).text,
                     feed_cache_path(cache, name, FEED_SIGNATURE).text, error)
               ? error->code
               : file_move(feed_cache_path(cache, name, FEED_NEW_MANIFEST).text,
                           feed_cache_path(cache, name, FEED_MANIFEST).text, error);
}

void feed_cache_remove_others(const struct source_cache *cache, const char *name, const char *directory,
                              struct path (*called)(const char *sha256), struct segment files[], int count)
{
    if (count)
        qsort(files, (size_t)count, sizeof *files, text_compare);
    DIR *stream = opendir(feed_cache_path(cache, name, directory).text);
    for (const struct dirent *entry; stream && (entry = readdir(stream));) {
        struct segment named = {.size = 0};
        snprintf(named.sha256, sizeof named.sha256, "%.64s", entry->d_name);
        bool is_one = strcmp(strchr(called(named.sha256).text, '/') + 1, entry->d_name) == 0 && count &&
                      bsearch(&named, files, (size_t)count, sizeof named, text_compare);
        if (!is_one && entry->d_name[0] != '.')
            unlinkat(dirfd(stream), entry->d_name, 0);
    }
    if (stream)
        closedir(stream);
}

void feed_cache_clean(const struct source_cache *cache, const char *name)
{
    struct manifest manifest CLEANUP(manifest_free) = {.version = 0};
    struct error error;
    if (!feed_cache_manifest(cache, name, FEED_MANIFEST, &manifest, NULL, &error))
        feed_cache_remove_others(cache, name, FEED_SEGMENTS, feed_segment_path, manifest.segments,
                                 manifest.segment_count);
}
