/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_TESTS_FUZZ_H
#define PASSTHRU_TESTS_FUZZ_H

/* What the fuzz targets share. A target is one function that libFuzzer calls with bytes of its own making
 * (`make fuzz`), and replay.c with the files of a directory (`make check`). It ends the program when
 * something is wrong. The bytes end where their block of memory ends, so that a sanitizer sees the first one
 * read past them. */

#include <ftw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/macros.h"

#define UNUSED __attribute__((unused))

enum { FUZZ_PATH_SIZE = 512 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input. */
static inline void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "violated: %s\n", what);
    abort();
}

/* What is no part of the test must succeed. */
static inline void must(enum error_code code, const struct error *error)
{
    require(!code, error->message);
}

/* Whether a reader says why it rejects something. */
static inline bool is_rejection(const struct error *error)
{
    return error->code == ERROR_BAD_INPUT && error->message[0];
}

/* For struct problems. */
static inline void require_problem(UNUSED void *context, const char *file, long line, const char *message)
{
    require(*file && line >= 0 && *message, "a problem says where and why");
}

/* A file in memory with these bytes, and its path for those who open it by name. */
struct memory_file {
    int file;
    char path[32];
};

static inline struct memory_file open_memory(const void *data, size_t size)
{
    struct memory_file memory = {.file = memfd_create("fuzz", MFD_CLOEXEC)};
    require(memory.file >= 0 && write(memory.file, data, size) == (ssize_t)size &&
                lseek(memory.file, 0, SEEK_SET) == 0,
            "there is memory for a file");
    snprintf(memory.path, sizeof memory.path, "/proc/self/fd/%d", memory.file);
    return memory;
}

/* ---- a directory for those that memory_file does not do for ---- */

/* Removes a directory with all that is in it; links are removed, not followed. */
static inline int fuzz_remove_entry(const char *path, UNUSED const struct stat *status, UNUSED int kind,
                                    UNUSED struct FTW *at)
{
    return remove(path);
}

static inline void fuzz_remove_tree(const char *path)
{
    nftw(path, fuzz_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* In memory where that can be, made once and gone when the program ends by itself. Where require() or a
 * sanitizer ends it, what is in it is what one wants to see. */
static char fuzz_directory[] UNUSED = "/dev/shm/fuzz-passthru-XXXXXX";

static inline void fuzz_remove_directory(void)
{
    fuzz_remove_tree(fuzz_directory);
}

/* The path of a file there. */
static inline const char *fuzz_path(char path[FUZZ_PATH_SIZE], const char *name)
{
    static bool made;
    if (!made) {
        if (access("/dev/shm", W_OK))
            snprintf(fuzz_directory, sizeof fuzz_directory, "/tmp/fuzz-passthru-XXXXXX");
        require(mkdtemp(fuzz_directory) != NULL, "there is a directory for files");
        atexit(fuzz_remove_directory);
        made = true;
    }
    snprintf(path, FUZZ_PATH_SIZE, "%s/%s", fuzz_directory, name);
    return path;
}

static inline void fuzz_write(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    require(file && fwrite(data, 1, size, file) == size && fclose(file) == 0, "there is room for a file");
}

#endif
