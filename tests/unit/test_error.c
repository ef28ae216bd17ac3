/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/error.h"

#include <errno.h>

#include "tests/unit/unit.h"

/* docs/json.md and passthru(1) name them: 0 done, 1 nothing found, 2 wrong usage or unreadable input, 3 no
 * usable database, 4 network, 5 something the system refused. */
DEFINE_TEST(test_codes)
{
    static const struct {
        enum error_code code;
        const char *slug;
        int exit_status;
    } documented[] = {
        {ERROR_NONE, "ok", 0},
        {ERROR_USAGE, "usage", 2},
        {ERROR_BAD_INPUT, "bad-input", 2},
        {ERROR_PARTLY_REJECTED, "partly-refused", 2},
        {ERROR_NOT_FOUND, "not-found", 1},
        {ERROR_NO_DATABASE, "no-database", 3},
        {ERROR_FOREIGN_DATABASE, "foreign-database", 3},
        {ERROR_DATABASE_VERSION, "database-version", 3},
        {ERROR_DATABASE_DAMAGED, "database-damaged", 3},
        {ERROR_REMOTE, "remote", 4},
        {ERROR_PERMISSION, "permission", 5},
        {ERROR_NO_SPACE, "no-space", 5},
        {ERROR_SYSTEM, "system", 5},
        {ERROR_NO_MEMORY, "no-memory", 5},
    };
    assert_int_equal(ARRAY_SIZE(documented), ERROR_NO_MEMORY + 1);
    for (size_t i = 0; i < ARRAY_SIZE(documented); i++) {
        assert_string_equal(error_slug(documented[i].code), documented[i].slug);
        assert_int_equal(error_exit_status(documented[i].code), documented[i].exit_status);
    }
}

DEFINE_TEST(test_set)
{
    struct error error;
    assert_int_equal(error_set(&error, ERROR_NOT_FOUND, "no %s", "GPU"), ERROR_NOT_FOUND);
    assert_string_equal(error.message, "no GPU");
    assert_string_equal(error.next, "");
    assert_int_equal(error_next(&error, "look %s", "elsewhere"), ERROR_NOT_FOUND);
    assert_string_equal(error.next, "look elsewhere");
    error_set(&error, ERROR_USAGE, "other");
    assert_string_equal(error.next, "");
    /* Long texts are cut. */
    error_set(&error, ERROR_SYSTEM, "%2000s", "x");
    assert_int_equal(strlen(error.message), sizeof error.message - 1);
    error_next(&error, "%2000s", "x");
    assert_int_equal(strlen(error.next), sizeof error.next - 1);
    error_set_errno(&error, ENOENT, "%2000s", "x");
    assert_int_equal(strlen(error.message), sizeof error.message - 1);
    error_set_errno(&error, ENOENT, "%*s", (int)sizeof error.message - 4, "x");
    assert_int_equal(strlen(error.message), sizeof error.message - 1);
}

DEFINE_TEST(test_errno)
{
    static const struct {
        int number;
        enum error_code code;
    } cases[] = {
        {EACCES, ERROR_PERMISSION}, {EPERM, ERROR_PERMISSION}, {EROFS, ERROR_PERMISSION},
        {ENOSPC, ERROR_NO_SPACE},   {EFBIG, ERROR_NO_SPACE},   {EDQUOT, ERROR_NO_SPACE},
        {ENOMEM, ERROR_NO_MEMORY},  {EIO, ERROR_SYSTEM},       {ENOENT, ERROR_SYSTEM},
    };
    struct error error;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_int_equal(error_set_errno(&error, cases[i].number, "cannot open %s", "x"), cases[i].code);
        assert_int_equal(error.code, cases[i].code);
        assert_holds(error.message, "cannot open x: ");
        assert_holds(error.message, strerror(cases[i].number));
        assert_true(cases[i].number == ENOMEM || *error_next_step(&error));
    }
}

DEFINE_TEST(test_next_step)
{
    struct error error;
    char path[400];
    error_set_errno(&error, EFBIG, "cannot write %s", "x");
    assert_holds(error_next_step(&error), "ulimit -f");
    error_next_path(&error, "chmod o-w ", "/tmp/it's mine", "");
    assert_string_equal(error_next_step(&error), "chmod o-w '/tmp/it'\\''s mine'");
    memset(path, 'x', sizeof path);
    path[sizeof path - 1] = '\0';
    error_next_path(&error, "mv ", path, " /tmp");
    assert_string_equal(error_next_step(&error), "mv FILE /tmp");
    error_set(&error, ERROR_SYSTEM, "other");
    assert_string_equal(error_next_step(&error), "");
}

TESTSUITE_MAIN(NULL, NULL)
