#include "core/library.h"

#include <math.h>

#include "tests/unit/unit.h"

#define MATH(X) X(floor) X(sqrt)

static struct {
    MATH(LIBRARY_POINTER)
} math;

static void test_loads(void **state)
{
    static const char *const sonames[] = {"libnothing.so.99", "libm.so.6", NULL};
    static const char *const names[] = {MATH(LIBRARY_NAME)};
    struct error error = {.code = ERROR_NONE};
    (void)state;
    assert_int_equal(library_load(sonames, names, ARRAY_SIZE(names), &math, "x", &error), ERROR_NONE);
    assert_true(math.floor(2.5) > 1.9 && math.floor(2.5) < 2.1);
    assert_true(math.sqrt(9.0) > 2.9 && math.sqrt(9.0) < 3.1);
}

static void test_says_what_is_missing(void **state)
{
    static const char *const none[] = {"libnothing.so.99", NULL};
    static const char *const sonames[] = {"libm.so.6", NULL};
    static const char *const names[] = {"floor", "no_such_function"};
    void *pointers[2] = {NULL, NULL};
    struct error error = {.code = ERROR_NONE};
    (void)state;
    assert_int_equal(library_load(none, names, 2, pointers, "install it", &error), ERROR_SYSTEM);
    assert_non_null(strstr(error.message, "libnothing.so.99"));
    assert_string_equal(error.next, "install it");
    assert_int_equal(library_load(sonames, names, 2, pointers, "another", &error), ERROR_SYSTEM);
    assert_non_null(strstr(error.message, "no_such_function"));
    assert_null(pointers[0]); /* half a library is none */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_loads),
                                       cmocka_unit_test(test_says_what_is_missing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
