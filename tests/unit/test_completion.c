/* SPDX-License-Identifier: GPL-2.0-or-later */
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

/* A command line, its words separated by '|', the last being typed; the option whose value that is, the
 * operands before it, the value of --chassis, and what is offered of: the options, "laptop" and "lap\ttop".
 */
static const struct {
    const char *line, *option, *operands, *chassis, *offered;
} cases[] = {
    {"demo|--", "", "", NULL,
     "--chassis\t"
     "the machine it is for: desktop, or laptop\n--guest-os\n--json\tanswer as JSON\n"},
    {"demo|--j", "", "", NULL, "--json\tanswer as JSON\n"},
    {"demo|--chassis|la", "--chassis", "", "la", "laptop\ta\\x1b[31m laptop\n"},
    {"demo|--chassis=la", "--chassis", "", "la", "--chassis=laptop\ta\\x1b[31m laptop\n"},
    {"demo|--json|la", "", "", NULL, "laptop\ta\\x1b[31m laptop\n"},
    {"demo|--json=la", "", "", NULL, ""},
    {"demo|--other|la", "", "", NULL, "laptop\ta\\x1b[31m laptop\n"},
    {"demo|--chassis|laptop|--json|one|--guest-os=x|-|x", "", "one -", "laptop", ""},
    {"demo|--chassis=a|--chassis|b|--chassis", "", "", "b",
     "--chassis\t"
     "the machine it is for: desktop, or laptop\n"},
};

DEFINE_TEST(test_command_lines)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct completion completion;
        struct buffer operands CLEANUP(buffer_free) = BUFFER(100);
        char *words[10];
        char line[100];
        int count = 0;
        int at = 1;
        snprintf(line, sizeof line, "%s", cases[i].line);
        for (char *rest = line; rest;)
            words[count++] = strsep(&rest, "|");
        completion_begin(&completion, count, words);
        for (const char *operand; (operand = completion_next_operand(&completion, help, &at));)
            buffer_append_format(&operands, "%s%s", operands.length ? " " : "", operand);
        const char *chassis = completion_value_of(&completion, "--chassis");
        completion_find_option(&completion, help);
        if (completion.option[0] && cases[i].chassis)
            chassis = completion.word;
        completion_offer_options(&completion, help);
        completion_offer(&completion, "laptop", "a\033[31m laptop\nand more");
        completion_offer(&completion, "lap\ttop", NULL);
        completion_offer(&completion, "lap\ntop", NULL);
        assert_string_equal(completion.option, cases[i].option);
        assert_string_equal(buffer_text(&operands), cases[i].operands);
        assert_string_equal(chassis ? chassis : "", cases[i].chassis ? cases[i].chassis : "");
        assert_string_equal(buffer_text(&completion.out), cases[i].offered);
        buffer_free(&completion.out);
    }
    struct completion nothing;
    completion_begin(&nothing, 0, NULL);
    assert_int_equal(nothing.count, 0);
    assert_string_equal(nothing.word, "");
}

TESTSUITE_MAIN(NULL, NULL)
