/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For LD_PRELOAD: the allocation of the number $SHORT_AT fails, and a byte on descriptor 9 says that it did.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

static bool fails(void)
{
    static long wanted, number;
    const char *text = wanted ? NULL : getenv("SHORT_AT");
    if (!wanted)
        wanted = text ? strtol(text, NULL, 10) : -1;
    if (++number != wanted)
        return false;
    bool said = write(9, "!", 1) == 1;
    errno = ENOMEM;
    return said;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return fails() ? NULL : __libc_realloc(memory, size);
}
