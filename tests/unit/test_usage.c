#include "core/usage.h"

#include <getopt.h>

#include "tests/unit/unit.h"

static const struct option options[] = {{"json", no_argument, NULL, 1002},
                                        {"reports", required_argument, NULL, 'r'},
                                        {"revision", required_argument, NULL, 'R'},
                                        {"explain", no_argument, NULL, 'e'},
                                        {NULL, 0, NULL, 0}};

/* What is said of a command line that getopt_long stops at. */
static void assert_said(const char *expected, int argc, char **argv)
{
    char message[USAGE_MESSAGE_SIZE];
    int c;
    optind = 0;
    opterr = 0;
    do {
        c = getopt_long(argc, argv, ":h", options, NULL);
        assert_int_not_equal(c, -1);
    } while (c != ':' && c != '?');
    usage_describe_option(c, argv, options, message);
    assert_string_equal(message, expected);
}

#define SAID(expected, ...)                                                                                  \
    do {                                                                                                     \
        char *line[] = {(char[]){"query"}, __VA_ARGS__, NULL};                                               \
        assert_said(expected, (int)ARRAY_SIZE(line) - 1, line);                                              \
    } while (0)

static void test_wrong_options(void **state)
{
    (void)state;
    SAID("unrecognized option '--nope'", (char[]){"--nope"});
    SAID("unrecognized option '--nope'", (char[]){"--nope=5"});
    SAID("unrecognized option '--expain'; did you mean '--explain'?", (char[]){"--expain"});
    SAID("unrecognized option '--color'", (char[]){"x"}, (char[]){"--color=always"});
    SAID("option '--reports' requires an argument", (char[]){"--reports"});
    SAID("option '--json' doesn't allow an argument", (char[]){"--json=yes"});
    SAID("option '--js' doesn't allow an argument", (char[]){"--js=yes"});
    SAID("option '--re' is ambiguous", (char[]){"--re=5"});
    SAID("unrecognized option '-x'", (char[]){"-x"});
    /* getopt has not yet passed the argument that a bad letter begins. */
    SAID("unrecognized option '-x'", (char[]){"-xh"});
    SAID("unrecognized option '-x'", (char[]){"--reports=3"}, (char[]){"-xy"});
}

static void test_long_options(void **state)
{
    char longest[2000];
    char message[USAGE_MESSAGE_SIZE];
    char name[] = "query";
    char *line[] = {name, longest, NULL};
    (void)state;
    memset(longest, '-', sizeof longest);
    memset(longest + 2, 'x', sizeof longest - 3);
    longest[sizeof longest - 1] = '\0';
    optind = 0;
    assert_int_equal(getopt_long(2, line, ":h", options, NULL), '?');
    usage_describe_option('?', line, options, message);
    assert_int_equal(strlen(message), strlen("unrecognized option '--'") + 100);
}

static void test_near_names(void **state)
{
    static const struct {
        const char *typed;
        const char *name;
        bool near;
    } cases[] = {
        {"qurey", "query", true},
        {"qury", "query", true},
        {"snyc", "sync", true},
        {"bd", "db", true},
        {"foo", "rom", false}, /* two edits of three letters */
        {"v", "db", false},
        {"", "db", false},
        {"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", "query", false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        int distance = 0;
        assert_int_equal(usage_is_nearer(cases[i].typed, cases[i].name, &distance), cases[i].near);
    }
}

static void test_the_nearest_wins(void **state)
{
    int distance = 0;
    (void)state;
    assert_true(usage_is_nearer("lists", "lost", &distance));
    assert_int_equal(distance, 2);
    assert_true(usage_is_nearer("lists", "list", &distance));
    assert_int_equal(distance, 1);
    assert_false(usage_is_nearer("lists", "mists", &distance)); /* as near: the first stays */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_options),
        cmocka_unit_test(test_long_options),
        cmocka_unit_test(test_near_names),
        cmocka_unit_test(test_the_nearest_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
