/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_TESTS_UNIT_H
#define PASSTHRU_TESTS_UNIT_H

/* What the unit tests share: cmocka with what it needs, tables of values, and files that go away. */

#include <assert.h>
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

enum { SCRATCH_PATH_SIZE = 512, MAX_TESTS = 40 };

#define UNUSED __attribute__((unused))

/* As in kmod's testsuite: DEFINE_TEST(name) { ... } is all that a test needs to be run, in the order of the
 * file, by TESTSUITE_MAIN(set_up, tear_down), whose two functions are for all of them; those of
 * DEFINE_TEST_IN are for each. */
static UNUSED struct CMUnitTest defined_tests[MAX_TESTS];
static UNUSED size_t defined_test_count;

#define DEFINE_TEST_IN(test, set_up, tear_down)                                                              \
    static void test(void **state);                                                                          \
    static __attribute__((constructor)) void define_##test(void)                                             \
    {                                                                                                        \
        assert(defined_test_count < MAX_TESTS);                                                              \
        defined_tests[defined_test_count++] =                                                                \
            (struct CMUnitTest)cmocka_unit_test_setup_teardown(test, set_up, tear_down);                     \
    }                                                                                                        \
    static void test(UNUSED void **state)
#define DEFINE_TEST(test) DEFINE_TEST_IN(test, NULL, NULL)

#define TESTSUITE_MAIN(set_up, tear_down)                                                                    \
    int main(void)                                                                                           \
    {                                                                                                        \
        return _cmocka_run_group_tests(__FILE__, defined_tests, defined_test_count, set_up, tear_down);      \
    }

static UNUSED struct error failure;

/* For what must succeed, with &failure as its last argument: shows the message when it does not. */
#define ASSERT_DONE(call)                                                                                    \
    do {                                                                                                     \
        failure.message[0] = '\0';                                                                           \
        if (call)                                                                                            \
            fail_msg("%s", failure.message);                                                                 \
    } while (0)

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

/* What stands between the | of a text, in a block of exactly its size, or a form with that in the place of
 * its %s: for (struct values v = values_of("a|b", form); next_value(&v);) with v.text. `form` may be NULL. */
struct values {
    const char *rest, *form;
    char *text;
};

static inline struct values values_of(const char *values, const char *form)
{
    return (struct values){.rest = values, .form = form};
}

static inline bool next_value(struct values *values)
{
    const char *form = values->form ? values->form : "%s";
    const char *place = strstr(form, "%s");
    free(values->text);
    values->text = NULL;
    if (!values->rest)
        return false;
    size_t length = strcspn(values->rest, "|");
    size_t size = strlen(form) - strlen("%s") + length + 1;
    values->text = malloc(size);
    assert_non_null(values->text);
    snprintf(values->text, size, "%.*s%.*s%s", (int)(place - form), form, (int)length, values->rest,
             place + strlen("%s"));
    values->rest = values->rest[length] ? values->rest + length + 1 : NULL;
    return true;
}

/* Fails unless `text` holds `part`, and shows both. */
static inline void assert_holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" does not hold \"%s\"", text, part);
}

/* Makes the directories of a path up to its last slash; those that are there stay. */
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

/* A directory for the files of a test, or of a whole group; its name is one that could be misread in an
 * address. */
static UNUSED char scratch[SCRATCH_PATH_SIZE];

static inline int make_scratch(UNUSED void **state)
{
    snprintf(scratch, sizeof scratch, "%.400s/passthru 100%%?#-XXXXXX", scratch_parent());
    return mkdtemp(scratch) ? 0 : -1;
}

static inline int remove_scratch(UNUSED void **state)
{
    return remove_tree(scratch);
}

/* The path of a file there, in memory that the eighth call after this one takes. */
static inline const char *in_scratch(const char *name)
{
    static char paths[8][2 * SCRATCH_PATH_SIZE];
    static unsigned next;
    char *path = paths[next++ % 8];
    assert_in_range(snprintf(path, sizeof paths[0], "%s/%s", scratch, name), 1, sizeof paths[0] - 1);
    return path;
}

/* Writes a file there, and the directories that it lies in. */
static inline void scratch_put(const char *name, const char *text)
{
    make_folders(in_scratch(name));
    FILE *file = fopen(in_scratch(name), "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

#endif
