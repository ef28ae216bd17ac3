/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char file_temp_prefix[] = ".new-";

struct path path_of(const char *format, ...)
{
    struct path path;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(path.text, sizeof path.text, format, arguments);
    va_end(arguments);
    return path;
}

struct path file_parent(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? path_of("%.*s", (int)(slash - path) + (slash == path), path) : path_of(".");
}

bool file_write_all(int file, const char *bytes, size_t length)
{
    while (length) {
        ssize_t written = TEMP_FAILURE_RETRY(write(file, bytes, length));
        if (written < 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

bool file_read_all(int file, struct buffer *bytes)
{
    char part[16384];
    ssize_t got = 1;
    while (got > 0 && !bytes->failed) {
        got = TEMP_FAILURE_RETRY(read(file, part, sizeof part));
        buffer_append(bytes, part, got > 0 ? (size_t)got : 0);
    }
    return got >= 0;
}

enum error_code file_create(const char *path, mode_t mode, const struct buffer *bytes, struct error *error)
{
    if (bytes->failed)
        return error_set(error, ERROR_NO_MEMORY, "cannot write %s: it is too large, or memory is short",
                         path);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (file < 0)
        return error_set_errno(error, errno, "cannot write %s", path);
    bool written = file_write_all(file, buffer_text(bytes), bytes->length) && fsync(file) == 0;
    int number = errno;
    if (close(file) && written) {
        written = false;
        number = errno;
    }
    if (written)
        return error->code = ERROR_NONE;
    unlink(path);
    return error_set_errno(error, number, "cannot write %s", path);
}

enum error_code file_sync(const char *path, struct error *error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    error->code = ERROR_NONE;
    /* EINVAL: there are file systems that cannot sync a directory. */
    if (file < 0 || (fsync(file) && errno != EINVAL))
        error_set_errno(error, errno, "cannot sync %s to disk", path);
    if (file >= 0)
        close(file);
    return error->code;
}

enum error_code file_move(const char *from, const char *to, struct error *error)
{
    if (rename(from, to))
        return error_set_errno(error, errno, "cannot move %s to %s", from, to);
    return file_sync(file_parent(to).text, error);
}

enum error_code file_replace(const char *path, mode_t mode, const struct buffer *bytes, struct error *error)
{
    char temp[FILE_PATH_SIZE];
    const char *slash = strrchr(path, '/');
    if (snprintf(temp, sizeof temp, "%s/%s%s", file_parent(path).text, file_temp_prefix,
                 slash ? slash + 1 : path) >= (int)sizeof temp)
        return error_set_errno(error, ENAMETOOLONG, "cannot write %s", path);
    unlink(temp); /* of a writer that died */
    if (file_create(temp, mode, bytes, error))
        return error->code;
    if (file_move(temp, path, error))
        unlink(temp);
    return error->code;
}

mode_t file_public_mode(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return 0644 & ~mask;
}

void file_remove_leftovers(const char *directory, const char *prefix)
{
    DIR *stream = opendir(directory);
    for (const struct dirent *entry; stream && (entry = readdir(stream));)
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
            unlinkat(dirfd(stream), entry->d_name, 0);
    if (stream)
        closedir(stream);
}
