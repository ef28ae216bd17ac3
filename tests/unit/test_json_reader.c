/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/json_reader.h"

#include "core/buffer.h"
#include "tests/unit/json_cases.h"

/* Reports, feed lines, manifests, states of remotes and answers of servers are all read by json_read. */

static enum error_code read_text(const char *text)
{
    size_t length;
    json_auto_t *root = NULL;
    char *json = json_of(text, &length);
    enum error_code code = json_read(json, length, &root, &failure);
    free(json);
    assert_int_equal(root == NULL, code != ERROR_NONE);
    return code;
}

static void assert_rejected(const char *text, const char *why)
{
    if (read_text(text) != ERROR_BAD_INPUT)
        fail_msg("accepted: %.300s", text);
    assert_says(text, failure.message, why);
}

#define WHOLE "{'op':'add','report':{'a':[1,-2.5e3,true,null,'\\u00fc\\ud83d\\ude00 \\\\']},'x':[[],{}]}"

DEFINE_TEST(test_rejected)
{
    static const struct json_case cases[] = {
        {"| |{|[|" WHOLE "'x", "it ends too early"},
        {WHOLE "{}|" WHOLE "}|" WHOLE " x|{} {}|1 2", "something follows its end"},
        {WHOLE "'\\|" WHOLE "tru|it works for me", "not valid JSON"},
        {"{'a':1,}", "syntax error, at byte 8"},
        {"{'a':1 'b':2}|{a:1}|{'a':1,/* comment */'b':2}|\ufeff{}|\v{}|<html>|01|+1|'\n'|'a\tb'|'\\x41'|NaN|"
         "'\\ud800'|'\\udc00'|'\\ud800x'|'\\ud800\\ud800'|'\\ude00\\ud83d'",
         "syntax error"},
        /* Overlong forms would carry control characters past a check; surrogates; beyond U+10FFFF. */
        {"'\xff'|{'\xff':1}|'\xfc\xdf.'|'\xc0\x9b'|'\xc1\x81'|'\xe0\x80\x9b'|'\xed\xa0\x80'|'\xf0\x80\x80\x9b'|"
         "'\xf4\x90\x80\x80'|'\xf7\xbf\xbf\xbf'",
         "it is not UTF-8"},
        {"1e999|[99999999999999999999]", "a number that is too large"},
        {"'\\u0000'|{'a\\u0000b':1}", "a NUL in a string"},
        {"{'n\\u0061me':'a','name':'a'}", "the key 'name' is given twice"},
        {"[{'size':1,'size':1}]", "the key 'size' is given twice"},
    };
    check_cases(cases, ARRAY_SIZE(cases), assert_rejected);
    json_auto_t *root = NULL;
    assert_int_equal(json_read("{}\0", 3, &root, &failure), ERROR_BAD_INPUT);
}

/* Cut anywhere, it is rejected, and nothing is read past its end. */
DEFINE_TEST(test_cut_anywhere)
{
    char text[] = WHOLE;
    ASSERT_DONE(read_text(" \r\n\t" WHOLE " \n"));
    for (size_t length = strlen(text); length--;) {
        text[length] = '\0';
        assert_rejected(text, "not valid JSON: ");
    }
}

DEFINE_TEST(test_limits)
{
    static const char *const brackets[] = {"[", "{'note':", "{'symptoms':["};
    for (int depth = 1; depth < 60000; depth += depth < 60 ? 1 : 20000) {
        struct buffer text CLEANUP(buffer_free) = BUFFER(1 << 20);
        buffer_append_format(&text, "%0*d%0*d", depth, 0, depth, 0);
        memset(text.data, '[', (size_t)depth);
        memset(text.data + depth, ']', (size_t)depth);
        if (depth > JSON_MAX_DEPTH)
            assert_rejected(buffer_text(&text), "it is nested too deep");
        else
            ASSERT_DONE(read_text(buffer_text(&text)));
    }
    for (size_t i = 0; i < ARRAY_SIZE(brackets); i++) {
        struct buffer text CLEANUP(buffer_free) = BUFFER(1 << 20);
        while (text.length < 16000)
            buffer_append_text(&text, brackets[i]);
        assert_rejected(buffer_text(&text), "it is nested too deep");
    }
    struct buffer text CLEANUP(buffer_free) = BUFFER(1 << 23);
    buffer_append_text(&text, "[{}");
    for (int i = 0; i < JSON_MAX_VALUES; i++)
        buffer_append_text(&text, ",1");
    buffer_append_text(&text, "]");
    assert_rejected(buffer_text(&text), "it has too many values");
}

TESTSUITE_MAIN(NULL, NULL)
