#ifndef PASSTHRU_TESTS_UNIT_H
#define PASSTHRU_TESTS_UNIT_H

/* What the unit tests share: cmocka with what it needs, and files that go away. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/error.h"
#include "core/macros.h"

enum { SCRATCH_PATH_SIZE = 512 };

static inline const char *scratch_parent(void)
{
    const char *parent = getenv("TMPDIR");
    return parent && *parent ? parent : "/tmp";
}

/* Writes a new file with these bytes; whoever made it unlinks it. */
static inline void scratch_write(char path[SCRATCH_PATH_SIZE], const void *bytes, size_t length)
{
    snprintf(path, SCRATCH_PATH_SIZE, "%s/passthru-unit-XXXXXX", scratch_parent());
    int file = mkstemp(path);
    assert_true(file >= 0);
    FILE *stream = fdopen(file, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, length, stream), length);
    assert_int_equal(fclose(stream), 0);
}

static inline void scratch_write_text(char path[SCRATCH_PATH_SIZE], const char *text)
{
    scratch_write(path, text, strlen(text));
}

/* A copy that ends where its block of memory ends, so that a sanitizer sees the first byte read past it. */
static inline char *exact_copy(const void *bytes, size_t length)
{
    char *copy = malloc(length ? length : 1);
    assert_non_null(copy);
    if (length)
        memcpy(copy, bytes, length);
    return copy;
}

/* Fails unless `text` holds `part`, and shows both. */
static inline void assert_holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" does not hold \"%s\"", text, part);
}

#endif
