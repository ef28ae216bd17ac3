/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_FILE_H
#define PASSTHRU_CORE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/buffer.h"
#include "core/error.h"

/* Files that survive a crash. What is written goes to a new file beside its place, is synced, and renamed:
 * whatever happens when, the old file or the new one is there, whole. All errors name the path and say why,
 * as error_set_errno() does; paths have at most FILE_PATH_SIZE bytes with their NUL. */

enum { FILE_PATH_SIZE = 4096 };

/* A path as a value: `path_of(...).text` lives as long as the expression that it stands in. */
struct path {
    char text[FILE_PATH_SIZE];
};

/* A path by a format; what is too long is cut. */
struct path path_of(const char *format, ...) PRINTF_LIKE(1, 2);

/* How the names of files begin that are being written, or whose writer died. */
extern const char file_temp_prefix[];

/* The directory that a path is in; "." where the path has no slash. */
struct path file_parent(const char *path);

/* write(2) until all is written. False with errno. */
bool file_write_all(int file, const char *bytes, size_t length);

/* Appends what read(2) gives until the end, or until the buffer fails for being full. False with errno. */
bool file_read_all(int file, struct buffer *bytes);

/* Writes and syncs a file that must not be there yet, with the permissions `mode`. It is removed again when
 * it cannot be written whole. ERROR_NO_MEMORY: `bytes` do not hold all that they should. */
MUST_CHECK enum error_code file_create(const char *path, mode_t mode, const struct buffer *bytes,
                                       struct error *error);

/* Writes a file in place of one that may be there. Two processes must not replace one file at a time. */
MUST_CHECK enum error_code file_replace(const char *path, mode_t mode, const struct buffer *bytes,
                                        struct error *error);

/* Renames a file that is synced already, and syncs the directory it is in then. */
MUST_CHECK enum error_code file_move(const char *from, const char *to, struct error *error);

/* Syncs a file, or the names in a directory. */
MUST_CHECK enum error_code file_sync(const char *path, struct error *error);

/* The permissions of a file that everybody may read, unless the umask says otherwise. */
mode_t file_public_mode(void);

/* Removes what begins with `prefix` in a directory: whoever holds the directory's lock is its only writer. */
void file_remove_leftovers(const char *directory, const char *prefix);

#endif
