/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/log_text.h"

#include "tests/unit/unit.h"

static const struct {
    const char *line;
    const char *plain;
} cases[] = {
    {"", ""},
    {"[   12.3] NVRM: Xid", "[   12.3] NVRM: Xid"},
    /* Colours, as bytes and as journals and consoles spell them; what only looks like one stays. */
    {"\x1b[33mNVRM: \x1b[0mXid", "NVRM: Xid"},
    {"\x1b[1;31mred\x1b[m \x1b]0;title\x07in\x1b]8;;x\x1b\\k \x1b(B", "red ink "},
    {"^[[33mNVRM^[[0m #033[1mXid#033[0m", "NVRM Xid"},
    {"\x1b", ""},
    {"\x1b[12", "\x1b[12"},
    {"grep '^[a-z]'", "grep '^[a-z]'"},
    /* Quotes, dashes, spaces. */
    {"can\u2019t \u201creserve\u201d \u2013 now\u00a0then\u200b", "can't \"reserve\" - now then"},
    {"can\x92t reserve\r", "can't reserve"},
    {"schl\u00e4ft \xff", "schl\u00e4ft \xff"},
    /* HTML. */
    {"can&#39;t &lt;b&gt; &quot;x&quot; &amp;amp; &amp;#x27; &nbsp;.", "can't <b> \"x\" & '  ."},
    {"a && b &c; &#; &#99999999;", "a && b &c; &#; &#99999999;"},
    {"&#8217;", "'"},
    /* JSON in a line, and in its strings JSON again. */
    {"error: \\\"group 1\\\" is not viable\\nPlease", "error: \"group 1\" is not viable\nPlease"},
    {"{\"msg\":\"a\\\\\\\"b\\u003e\\tc\\u001b[0md\"}", "{\"msg\":\"a\"b>\tcd\"}"},
    {"C:\\nvlddmkm \\u0041", "C:\\nvlddmkm \\u0041"},
    /* Records of the journal. */
    {"{\"MESSAGE\":\"can't reserve\",\"SYSLOG_IDENTIFIER\":\"kernel\"}", "can't reserve"},
    {"  {\"SYSLOG_IDENTIFIER\":\"QEMU\", \"MESSAGE\" : \"vfio\\nx\"}", "QEMU: vfio\nx"},
    {"{\"MESSAGE\":[27,91,48,109,88,105,100,256,-1,\"x\"]}", "Xid"},
    {"{\"MESSAGE\":null}", "{\"MESSAGE\":null}"},
    {"{\"MESSAGE\":\"cut", "{\"MESSAGE\":\"cut"},
};

DEFINE_TEST(test_plain_lines)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct buffer plain CLEANUP(buffer_free) = BUFFER(1 << 16);
        char *line = exact_copy(cases[i].line, strlen(cases[i].line));
        log_text_append(&plain, line, strlen(cases[i].line));
        free(line);
        if (strcmp(buffer_text(&plain), cases[i].plain) != 0)
            fail_msg("\"%s\" becomes \"%s\"", cases[i].line, buffer_text(&plain));
    }
}

TESTSUITE_MAIN(NULL, NULL)
