/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_TESTS_UNIT_ROOT_FIXTURE_H
#define PASSTHRU_TESTS_UNIT_ROOT_FIXTURE_H

/* A recorded machine for one test: a directory that is empty at first, and gone afterwards. */

#include "probe/root.h"
#include "tests/unit/unit.h"

enum { FULL_PATH_SIZE = 1024 };

static char folder[512];
static struct root *root;

/* Where a path of the machine really is; the directories above it are made. Valid until the next call. */
static inline const char *full_path(const char *path)
{
    static char full[FULL_PATH_SIZE];
    snprintf(full, sizeof full, "%s%s", folder, path);
    make_folders(full);
    return full;
}

/* Writes a file of the machine; a path that ends with a slash is a directory. */
static inline void put_bytes(const char *path, const void *bytes, size_t length)
{
    const char *full = full_path(path);
    if (full[strlen(full) - 1] == '/')
        return;
    FILE *file = fopen(full, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static inline void put(const char *path, const char *text)
{
    put_bytes(path, text, strlen(text));
}

static inline void put_link(const char *path, const char *target)
{
    assert_int_equal(symlink(target, full_path(path)), 0);
}

static inline void put_fifo(const char *path)
{
    assert_int_equal(mkfifo(full_path(path), 0600), 0);
}

static inline int set_up_root(void **state)
{
    struct error error = {.code = ERROR_NONE};
    (void)state;
    snprintf(folder, sizeof folder, "%.400s/machine-XXXXXX", scratch_parent());
    assert_non_null(mkdtemp(folder));
    assert_int_equal(root_open(folder, &root, &error), ERROR_NONE);
    return 0;
}

static inline int tear_down_root(void **state)
{
    (void)state;
    root_close(root);
    return remove_tree(folder);
}

/* Begins anew with an empty machine. */
static inline void reset_root(void)
{
    assert_int_equal(tear_down_root(NULL), 0);
    set_up_root(NULL);
}

/* Whether something could not be read whose "PATH: WHY" holds `part`. */
static inline bool has_fault(const char *part)
{
    const struct root_fault *fault;
    char text[FULL_PATH_SIZE + 100];
    for (int i = 0; (fault = root_fault(root, i)); i++) {
        snprintf(text, sizeof text, "%s: %s", fault->path, fault->why);
        if (strstr(text, part))
            return true;
    }
    return false;
}

/* A test with a machine of its own. */
#define ROOT_TEST(name) DEFINE_TEST_IN(name, set_up_root, tear_down_root)

#endif
