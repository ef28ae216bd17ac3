/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_TESTS_FUZZ_H
#define PASSTHRU_TESTS_FUZZ_H

/* What the fuzz targets share. A target is one function that libFuzzer calls with bytes of its own making
 * (`make fuzz`), and replay.c with the files of a directory (`make check`). It ends the program when
 * something is wrong. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input. */
static inline void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "violated: %s\n", what);
    abort();
}

/* A file in memory with these bytes, and its path for those who open it by name. */
struct memory_file {
    int file;
    char path[32];
};

static inline struct memory_file open_memory(const uint8_t *data, size_t size)
{
    struct memory_file memory = {.file = memfd_create("fuzz", MFD_CLOEXEC)};
    require(memory.file >= 0 && write(memory.file, data, size) == (ssize_t)size &&
                lseek(memory.file, 0, SEEK_SET) == 0,
            "there is memory for a file");
    snprintf(memory.path, sizeof memory.path, "/proc/self/fd/%d", memory.file);
    return memory;
}

#endif
