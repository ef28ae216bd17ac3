#include "core/completion.h"

#include "tests/unit/unit.h"

static const char help[] = "Usage: passthru demo [OPTION]...\n"
                           "\n"
                           "Names --other in its text.\n"
                           "\n"
                           "  --chassis CHASSIS  the machine it is for: desktop,\n"
                           "                     or laptop\n"
                           "  --guest-os TEXT\n"
                           "  --json             answer as JSON\n"
                           "  word               no option\n"
                           "\n"
                           "Exit status: 0.\n";

static void begin(struct completion *completion, char **words)
{
    int count = 0;
    while (words[count])
        count++;
    completion_begin(completion, count, words);
}

#define BEGIN(completion, ...) begin(completion, (char *[]){__VA_ARGS__, NULL})

static void assert_offered(struct completion *completion, const char *expected)
{
    assert_string_equal(buffer_text(&completion->out), expected);
    buffer_free(&completion->out);
}

static void test_options_of_a_help(void **state)
{
    struct completion completion;
    (void)state;
    BEGIN(&completion, (char[]){"demo"}, (char[]){"--"});
    completion_find_option(&completion, help);
    assert_string_equal(completion.option, "");
    completion_offer_options(&completion, help);
    assert_offered(&completion, "--chassis\t"
                                "the machine it is for: desktop, or laptop\n"
                                "--guest-os\n"
                                "--json\tanswer as JSON\n");
    BEGIN(&completion, (char[]){"demo"}, (char[]){"--j"});
    completion_offer_options(&completion, help);
    assert_offered(&completion, "--json\tanswer as JSON\n");
}

static void test_values(void **state)
{
    struct completion completion;
    (void)state;
    BEGIN(&completion, (char[]){"demo"}, (char[]){"--chassis"}, (char[]){"la"});
    completion_find_option(&completion, help);
    assert_string_equal(completion.option, "--chassis");
    completion_offer(&completion, "laptop", "a laptop");
    completion_offer(&completion, "desktop", NULL);
    assert_offered(&completion, "laptop\ta laptop\n");
    BEGIN(&completion, (char[]){"demo"}, (char[]){"--chassis=la"});
    completion_find_option(&completion, help);
    assert_string_equal(completion.option, "--chassis");
    completion_offer(&completion, "laptop", "");
    assert_offered(&completion, "--chassis=laptop\n");
    /* Options without a value, and none. */
    BEGIN(&completion, (char[]){"demo"}, (char[]){"--json"}, (char[]){"la"});
    completion_find_option(&completion, help);
    assert_string_equal(completion.option, "");
    BEGIN(&completion, (char[]){"demo"}, (char[]){"--json=la"});
    completion_find_option(&completion, help);
    assert_string_equal(completion.option, "");
    BEGIN(&completion, (char[]){"demo"}, (char[]){"--other"}, (char[]){"la"});
    completion_find_option(&completion, help);
    assert_string_equal(completion.option, "");
}

static void test_words_before(void **state)
{
    struct completion completion;
    int at = 1;
    (void)state;
    BEGIN(&completion, (char[]){"demo"}, (char[]){"--chassis"}, (char[]){"laptop"}, (char[]){"--json"},
          (char[]){"one"}, (char[]){"--guest-os=x"}, (char[]){"-"}, (char[]){""});
    assert_string_equal(completion_next_operand(&completion, help, &at), "one");
    assert_string_equal(completion_next_operand(&completion, help, &at), "-");
    assert_null(completion_next_operand(&completion, help, &at));
    assert_string_equal(completion_value_of(&completion, "--chassis"), "laptop");
    assert_string_equal(completion_value_of(&completion, "--guest-os"), "x");
    assert_null(completion_value_of(&completion, "--db"));
    /* The last of several counts; the word that is being typed does not. */
    at = 1;
    BEGIN(&completion, (char[]){"demo"}, (char[]){"--chassis=a"}, (char[]){"--chassis"}, (char[]){"b"},
          (char[]){"--chassis"});
    assert_string_equal(completion_value_of(&completion, "--chassis"), "b");
    at = 1;
    BEGIN(&completion, (char[]){"demo"}, (char[]){"--chassis"}, (char[]){"b"});
    assert_null(completion_next_operand(&completion, help, &at));
}

static void test_what_a_line_cannot_hold(void **state)
{
    struct completion completion;
    (void)state;
    begin(&completion, (char *[]){NULL});
    assert_int_equal(completion.count, 0);
    completion_offer(&completion, "two\nlines", NULL);
    completion_offer(&completion, "a\ttab", NULL);
    completion_offer(&completion, "name", "first\nsecond");
    completion_offer(&completion, "escape", "\033[31mred");
    assert_offered(&completion, "name\tfirst\nescape\t\\x1b[31mred\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_of_a_help),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_words_before),
        cmocka_unit_test(test_what_a_line_cannot_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
