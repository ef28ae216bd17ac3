/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/template.h"

#include "tests/unit/unit.h"

static struct buffer out;

static void assert_written(const char *text)
{
    assert_string_equal(buffer_text(&out), text);
    assert_false(out.failed);
    buffer_free(&out);
    out = BUFFER(1 << 20);
}

DEFINE_TEST(test_text)
{
    static const char *const cases[][2] = {
        {"plain", "plain"},
        {"<script>alert('x')</script>", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"},
        {"a & b \"c\"", "a &amp; b &quot;c&quot;"},
        {"Gr\xc3\xbc\xc3\x9f", "Gr\xc3\xbc\xc3\x9f"},
        {"\xe2\x80\xae"
         "txet",
         "\\u{202e}txet"},
        {"zero\xe2\x80\x8bwidth", "zero\\u{200b}width"},
        {"\x1b[31m\xff", "\\x1b[31m\\xff"},
        {"", ""},
    };
    out = BUFFER(1 << 20);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        html_text(&out, cases[i][0]);
        assert_written(cases[i][1]);
    }
}

DEFINE_TEST(test_links)
{
    static const char *const cases[][2] = {
        {"javascript:alert(1)", "javascript:alert(1)"},
        {"data:text/html,x", "data:text/html,x"},
        {"see https://x.example/?a=1&b=\"<x>", "see <a href=\"https://x.example/?a=1&amp;b=\" rel=\"nofollow "
                                               "noopener\">https://x.example/?a=1&amp;b=</a>&quot;&lt;x&gt;"},
        {"http://a https://b",
         "<a href=\"http://a\" rel=\"nofollow noopener\">http://a</a> <a href=\"https://b\" "
         "rel=\"nofollow noopener\">https://b</a>"},
    };
    out = BUFFER(1 << 20);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        html_text_with_links(&out, cases[i][0]);
        assert_written(cases[i][1]);
    }
    html_link(&out, "javascript:x", "<x>");
    assert_written("&lt;x&gt;");
    html_link(&out, "../x/", "<x>");
    assert_written("<a href=\"../x/\">&lt;x&gt;</a>");
    /* A character is not cut in two, however long a text is. */
    for (int i = 0; i < 700; i++)
        html_text_with_links(&out, "\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87");
    assert_null(strstr(buffer_text(&out), "\\x"));
    buffer_free(&out);
}

TESTSUITE_MAIN(NULL, NULL)
