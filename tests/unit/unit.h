#ifndef PASSTHRU_TESTS_UNIT_H
#define PASSTHRU_TESTS_UNIT_H

/* What the unit tests share: cmocka with what it needs, and files that go away. */

#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/error.h"
#include "core/macros.h"

enum { SCRATCH_PATH_SIZE = 512, MAX_UNIT_TESTS = 40 };

static struct CMUnitTest unit_tests[MAX_UNIT_TESTS];
static size_t unit_test_count;

static inline void add_unit_test(struct CMUnitTest test)
{
    if (unit_test_count == MAX_UNIT_TESTS)
        abort();
    unit_tests[unit_test_count++] = test;
}

/* Defines a test, which TEST_MAIN() runs in its turn, with what is called before and after it. */
#define FIXTURE_TEST(name, set_up, tear_down)                                                                \
    static void name(void **state);                                                                          \
    __attribute__((constructor)) static void add_##name(void)                                                \
    {                                                                                                        \
        add_unit_test((struct CMUnitTest){#name, name, set_up, tear_down, NULL});                            \
    }                                                                                                        \
    static void name(__attribute__((unused)) void **state)
#define TEST(name) FIXTURE_TEST(name, NULL, NULL)

/* The last line of a file of such tests. */
#define TEST_MAIN()                                                                                          \
    int main(void)                                                                                           \
    {                                                                                                        \
        return _cmocka_run_group_tests("unit_tests", unit_tests, unit_test_count, NULL, NULL);               \
    }

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

/* A file in memory with these bytes, to be read from its beginning. */
static inline int memory_file(const void *bytes, size_t length)
{
    int file = memfd_create("unit", MFD_CLOEXEC);
    assert_int_equal(write(file, bytes, length), (ssize_t)length);
    assert_int_equal(lseek(file, 0, SEEK_SET), 0);
    return file;
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

/* Makes the folders of a path up to its last slash; those that are there stay. */
static inline void make_folders(const char *path)
{
    char folder_path[1200];
    assert_in_range(snprintf(folder_path, sizeof folder_path, "%s", path), 1, sizeof folder_path - 1);
    for (char *slash = strchr(folder_path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        assert_true(mkdir(folder_path, 0755) == 0 || errno == EEXIST);
        *slash = '/';
    }
}

static inline int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

/* Removes a folder with all that is in it; links are removed, not followed. Returns 0 when all is gone. */
static inline int remove_tree(const char *path)
{
    return nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
