/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/template.h"

#include "tests/unit/unit.h"

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
    scratch_put("t.html", text);
    *out = BUFFER(1 << 20);
    if (!template_load(scratch, "t.html", &template, error) &&
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
        assert_holds(error.message, cases[i][1]);
        assert_int_equal(out.length, 0);
        buffer_free(&out);
    }
}

/* Blocks of the frame and of the page stand in one another. */
DEFINE_TEST(test_deep_blocks)
{
#define OPEN  "{{#number}}{{#number}}{{#number}}{{#number}}"
#define CLOSE "{{/number}}{{/number}}{{/number}}{{/number}}"
    struct template frame = {.path = ""};
    struct template page = {.path = ""};
    struct buffer out = BUFFER(1000);
    json_t *values = values_of_page();
    scratch_put("frame.html", OPEN "{{content}}" CLOSE);
    scratch_put("page.html", OPEN "x" CLOSE);
    ASSERT_DONE(template_load(scratch, "frame.html", &frame, &failure));
    ASSERT_DONE(template_load(scratch, "page.html", &page, &failure));
    assert_int_equal(template_fill(&frame, &page, values, &out, &failure), ERROR_BAD_INPUT);
    assert_holds(failure.message, "page.html:1: too many blocks in one another");
    template_free(&frame);
    template_free(&page);
    buffer_free(&out);
    json_decref(values);
}

TESTSUITE_MAIN(make_scratch, remove_scratch)
