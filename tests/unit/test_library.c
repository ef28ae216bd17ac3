/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/library.h"

#include <math.h>

#include "tests/unit/unit.h"

#define MATH(X) X(floor) X(sqrt)

static struct {
    MATH(LIBRARY_POINTER)
} math;

DEFINE_TEST(test_loads)
{
    static const char *const sonames[] = {"libnothing.so.99", "libm.so.6", NULL};
    static const char *const none[] = {"libnothing.so.99", NULL};
    static const char *const names[] = {MATH(LIBRARY_NAME)};
    static const char *const missing[] = {"floor", "no_such_function"};
    void *pointers[2] = {NULL, NULL};
    ASSERT_DONE(library_load(sonames, names, ARRAY_SIZE(names), &math, "x", &failure));
    assert_true(math.floor(2.5) > 1.9 && math.floor(2.5) < 2.1);
    assert_true(math.sqrt(9.0) > 2.9 && math.sqrt(9.0) < 3.1);
    assert_int_equal(library_load(none, names, 2, pointers, "install it", &failure), ERROR_SYSTEM);
    assert_holds(failure.message, "libnothing.so.99");
    assert_string_equal(failure.next, "install it");
    assert_int_equal(library_load(sonames, missing, 2, pointers, "another", &failure), ERROR_SYSTEM);
    assert_holds(failure.message, "no_such_function");
    assert_null(pointers[0]); /* half a library is none */
}

TESTSUITE_MAIN(NULL, NULL)
