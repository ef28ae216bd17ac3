/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Templates of the web site, and the texts that are filled in: hub/template.h. The input is a
 * template, a line ====, and a text. */

#include "hub/template.h"
#include "tests/fuzz/fuzz.h"

enum { MAX_INPUT = 20000 };

/* Whether nothing of it is markup: no sign that ends a text or an attribute, and of & the five entities. */
static bool is_plain(const char *html, size_t length)
{
    static const char *const entities[] = {"&lt;", "&gt;", "&amp;", "&quot;", "&#39;"};
    for (size_t i = 0; i < length; i++) {
        bool is_entity = false;
        if ((unsigned char)html[i] < 0x20 || strchr("<>\"'", html[i]))
            return false;
        for (size_t k = 0; html[i] == '&' && k < ARRAY_SIZE(entities); k++)
            is_entity |= strncmp(html + i, entities[k], strlen(entities[k])) == 0;
        if (html[i] == '&' && !is_entity)
            return false;
    }
    return true;
}

static void check_text(const char *text)
{
    struct buffer out CLEANUP(buffer_free) = BUFFER(1 << 22);
    html_text(&out, text);
    require(is_plain(buffer_text(&out), out.length), "a text is no markup");
}

/* Texts and links to other sites, and nothing else. */
static void check_links(const char *text)
{
    static const char open[] = "<a href=\"http";
    static const char middle[] = "\" rel=\"nofollow noopener\">";
    static const char close[] = "</a>";
    struct buffer out CLEANUP(buffer_free) = BUFFER(1 << 22);
    html_text_with_links(&out, text);
    const char *at = buffer_text(&out);
    for (const char *link; (link = strstr(at, open)); at = strstr(link, close) + sizeof close - 1) {
        const char *address = link + sizeof open - 1;
        const char *end = strstr(address, middle);
        const char *last = end ? strstr(end, close) : NULL;
        require(last, "a link has its end");
        require(is_plain(at, (size_t)(link - at)) && is_plain(address, (size_t)(end - address)) &&
                    is_plain(end + sizeof middle - 1, (size_t)(last - end) - (sizeof middle - 1)),
                "text, address and words of a link are no markup");
    }
    require(is_plain(at, strlen(at)), "the text after the last link is no markup");
}

static json_t *values_with(const char *text)
{
    json_t *values = json_pack("{s:i,s:b,s:[],s:[{},{}]}", "number", 7, "no", 0, "none", "list");
    template_set(values, "text", text);
    json_t *entry;
    size_t i;
    json_array_foreach (json_object_get(values, "list"), i, entry)
        template_set(entry, "word", text);
    return values;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char line[] = "\n====\n";
    const uint8_t *end = memmem(data, size, line, sizeof line - 1);
    const size_t length = end ? (size_t)(end - data) : size;
    struct template template = {.path = ""};
    struct buffer out CLEANUP(buffer_free) = BUFFER(1 << 24);
    struct error error;
    if (size > MAX_INPUT)
        return 0;
    char *text =
        strndup(end ? (const char *)end + sizeof line - 1 : "", end ? size - length - (sizeof line - 1) : 0);
    struct memory_file file = open_memory(data, length);
    require(text, "there is memory for a text");
    check_text(text);
    check_links(text);
    json_t *values = values_with(text);
    if (!template_load("/", file.path + 1, &template, &error) &&
        !template_fill(&template, NULL, values, &out, &error))
        require(strstr(buffer_text(&out), "<script>") == NULL ||
                    strstr(buffer_text(&template.text), "script") != NULL,
                "what is filled in makes no element");
    require(!error.code || error.message[0], "an error says what is wrong");
    template_free(&template);
    json_decref(values);
    close(file.file);
    free(text);
    return 0;
}
