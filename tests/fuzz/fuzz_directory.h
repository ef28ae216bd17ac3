/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_TESTS_FUZZ_DIRECTORY_H
#define PASSTHRU_TESTS_FUZZ_DIRECTORY_H

/* A directory for the targets whose readers open files by name: in memory where that can be, made once and
 * gone when the program ends by itself. Where require() or a sanitizer ends it, what is in it is what one
 * wants to see. */

#include <ftw.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

enum { FUZZ_PATH_SIZE = 512 };

static inline int fuzz_remove_entry(const char *path, const struct stat *status, int kind, struct FTW *at)
{
    (void)status, (void)kind, (void)at;
    return remove(path);
}

/* Never follows a link. */
static inline void fuzz_remove_tree(const char *path)
{
    nftw(path, fuzz_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static inline char *fuzz_directory_name(void)
{
    static char in_memory[] = "/dev/shm/fuzz-passthru-XXXXXX";
    static char on_disk[] = "/tmp/fuzz-passthru-XXXXXX";
    return access("/dev/shm", W_OK) ? on_disk : in_memory;
}

static inline void fuzz_remove_directory(void)
{
    fuzz_remove_tree(fuzz_directory_name());
}

static inline const char *fuzz_directory(void)
{
    static bool made;
    char *directory = fuzz_directory_name();
    if (!made) {
        require(mkdtemp(directory) != NULL, "there is a directory for files");
        atexit(fuzz_remove_directory);
        made = true;
    }
    return directory;
}

/* The path of a file there. */
static inline const char *fuzz_path(char path[FUZZ_PATH_SIZE], const char *name)
{
    snprintf(path, FUZZ_PATH_SIZE, "%s/%s", fuzz_directory(), name);
    return path;
}

static inline void fuzz_write(const char *path, const uint8_t *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    require(file && fwrite(data, 1, size, file) == size && fclose(file) == 0, "there is room for a file");
}

#endif
