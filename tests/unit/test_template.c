/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static char directory[] = "/tmp/passthru-template-XXXXXX";

static void write_file(const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static json_t *values_of_page(void)
{
    json_t *values = json_pack("{s:i,s:b,s:[{s:s},{s:s}],s:[]}", "number", 7, "no", 0, "list", "word", "one",
                               "word", "two", "none");
    template_set(values, "hostile", "<script>\"'&\xff\xe2\x80\xae");
    template_set(values, "address", "see https://x.example/?a=\"b javascript:x");
    return values;
}

/* Fills `text` in; "" after an error, whose message is in `error`. */
static void fill(const char *text, struct buffer *out, struct error *error)
{
    struct template template = {.path = ""};
    json_t *values = values_of_page();
    write_file("t.html", text);
    *out = BUFFER(1 << 20);
    if (!template_load(directory, "t.html", &template, error) &&
        template_fill(&template, NULL, values, out, error))
        buffer_clear(out);
    template_free(&template);
    json_decref(values);
}

DEFINE_TEST(test_filled)
{
    static const char *const cases[][2] = {
        {"<p>{{number}}</p>", "<p>7</p>"},
        {"<p title=\"{{hostile}}\">", "<p title=\"&lt;script&gt;&quot;&#39;&amp;\\xff\\u{202e}\">"},
        {"{{links:address}}", "see <a href=\"https://x.example/?a=\" rel=\"nofollow "
                              "noopener\">https://x.example/?a=</a>&quot;b javascript:x"},
        {"{{#list}}{{word}}{{number}} {{/list}}", "one7 two7 "},
        {"{{#list}}{{#number}}{{word}}{{/number}}{{/list}}", "onetwo"},
        {"{{#none}}x{{/none}}{{^none}}empty{{/none}}{{#no}}y{{/no}}{{^list}}z{{/list}}", "empty"},
        {"a { b } {c}", "a { b } {c}"},
        {"", ""},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct buffer out;
        struct error error;
        fill(cases[i][0], &out, &error);
        assert_int_equal(error.code, ERROR_NONE);
        assert_string_equal(buffer_text(&out), cases[i][1]);
        buffer_free(&out);
    }
}

DEFINE_TEST(test_bad_templates)
{
    static const char *const cases[][2] = {
        {"\n{{unknown}}", ":2: there is no value called unknown"},
        {"a\n\n{{#list}}{{missing}}{{/list}}", ":3: there is no value called missing"},
        {"{{#list}}\n", ":1: the end is missing of the block list"},
        {"{{#list}}{{#no}}{{/list}}{{/no}}", ":1: the end is missing of the block"},
        {"x{{/list}}", ":1: the end of a block that does not begin: list"},
        {"{{Number}}", ":1: a placeholder without a name"},
        {"{{number", ":1: a placeholder without a name"},
        {"{{}}", ":1: a placeholder without a name"},
        {"<a title={{hostile}}>", ":1: put double quotes around the attribute with hostile"},
        {"<a title=\"x\" {{hostile}}>", ":1: put double quotes"},
        {"{{#no}}{{#no}}{{#no}}{{#no}}{{#no}}{{#no}}{{#no}}{{#no}}x", ":1: "},
        {"\xff", "is no text of at most"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct buffer out;
        struct error error;
        fill(cases[i][0], &out, &error);
        assert_int_equal(error.code, ERROR_BAD_INPUT);
        assert_non_null(strstr(error.message, cases[i][1]));
        assert_int_equal(out.length, 0);
        buffer_free(&out);
    }
}

DEFINE_TEST(test_frame)
{
    struct template frame = {.path = ""};
    struct template page = {.path = ""};
    struct buffer out CLEANUP(buffer_free) = BUFFER(1 << 20);
    struct error error;
    json_t *values = values_of_page();
    write_file("frame.html", "<html>{{content}}</html>");
    write_file("page.html", "\n{{number}}{{content}}");
    assert_int_equal(template_load(directory, "frame.html", &frame, &error), ERROR_NONE);
    assert_int_equal(template_load(directory, "page.html", &page, &error), ERROR_NONE);
    assert_int_equal(template_fill(&frame, &page, values, &out, &error), ERROR_BAD_INPUT);
    assert_non_null(strstr(error.message, "page.html:2: there is no value called content"));
    template_free(&page);
    buffer_clear(&out);
    write_file("page.html", "{{number}}");
    assert_int_equal(template_load(directory, "page.html", &page, &error), ERROR_NONE);
    assert_int_equal(template_fill(&frame, &page, values, &out, &error), ERROR_NONE);
    assert_string_equal(buffer_text(&out), "<html>7</html>");
    template_free(&frame);
    template_free(&page);
    assert_int_equal(template_load(directory, "missing.html", &page, &error), ERROR_BAD_INPUT);
    template_free(&page);
    json_decref(values);
}

static int make_directory(void **state)
{
    (void)state;
    return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
    static const char *const names[] = {"t.html", "frame.html", "page.html"};
    char path[200];
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        unlink(path);
    }
    return rmdir(directory);
}

TESTSUITE_MAIN(make_directory, remove_directory)
