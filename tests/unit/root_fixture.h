#ifndef PASSTHRU_TESTS_UNIT_ROOT_FIXTURE_H
#define PASSTHRU_TESTS_UNIT_ROOT_FIXTURE_H

/* A recorded machine for one test: a folder that is empty at first, and gone afterwards. */

#include "probe/root.h"
#include "tests/unit/unit.h"

static char folder[512];
static struct root *root;

/* Writes a file of the machine, the folders above it too. */
static inline void put_bytes(const char *path, const void *bytes, size_t length)
{
    char text[1024];
    snprintf(text, sizeof text, "%s%s", folder, path);
    make_folders(text);
    FILE *file = fopen(text, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

static inline void put(const char *path, const char *text)
{
    put_bytes(path, text, strlen(text));
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

#endif
