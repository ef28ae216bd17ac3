/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/template.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/file.h"
#include "core/text.h"

enum { MAX_TEMPLATE = 256 << 10, MAX_DEPTH = 8, MAX_PLACEHOLDER = 48, MAX_TEXT = 1 << 22 };

/* A placeholder: what stands before its name ('#', '^', '/', or 0), and where it ends. */
struct tag {
    char kind;
    bool links;
    char name[MAX_PLACEHOLDER];
    const char *start;
    const char *end;
};

struct filling {
    const struct template *template; /* that is being filled in */
    const struct template *content;
    const json_t *scopes[MAX_DEPTH]; /* the innermost last */
    int depth;
    struct buffer *out;
    struct error *error;
};

static enum error_code fail(const struct template *template, const char *at, struct error *error,
                            const char *what, const char *name)
{
    int line = 1;
    for (const char *c = buffer_text(&template->text); c < at; c++)
        line += *c == '\n';
    error_set(error, ERROR_BAD_INPUT, "%s:%d: %s%s%s", template->path, line, what, *name ? " " : "", name);
    return error_next(error, "hub/template.h says what a template may have");
}

/* Finds the next placeholder from `at` on; false when there is none, or it is wrong. */
static bool next_tag(const struct template *template, const char *at, struct tag *tag, struct error *error)
{
    const char *start = strstr(at, "{{");
    const char *end = start ? strstr(start, "}}") : NULL;
    error->code = ERROR_NONE;
    if (!start)
        return false;
    const char *name = start + 2;
    *tag = (struct tag){.start = start, .end = end ? end + 2 : NULL};
    if (*name && strchr("#^/", *name))
        tag->kind = *name++;
    if (!tag->kind && strncmp(name, "links:", 6) == 0) {
        tag->links = true;
        name += 6;
    }
    size_t length = end ? (size_t)(end - name) : 0;
    if (!length || length >= sizeof tag->name ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != length) {
        fail(template, start, error, "a placeholder without a name of a-z, 0-9 and _, or without its }}", "");
        return false;
    }
    memcpy(tag->name, name, length);
    return true;
}

/* The end of a block that `open` begins. */
static bool find_end(const struct template *template, const struct tag *open, struct tag *close,
                     struct error *error)
{
    int depth = 1;
    for (const char *at = open->end; next_tag(template, at, close, error); at = close->end) {
        depth += close->kind == '/' ? -1 : close->kind != 0;
        if (depth)
            continue;
        if (strcmp(open->name, close->name) == 0)
            return true;
        break;
    }
    if (!error->code)
        fail(template, open->start, error, "the end is missing of the block", open->name);
    return false;
}

/* Whether it stands in a tag, and there not between double quotes. */
static bool is_unquoted(const char *text, const char *at)
{
    bool in_tag = false;
    bool in_quotes = false;
    for (; text < at; text++) {
        if (!in_tag)
            in_tag = *text == '<';
        else if (*text == '"')
            in_quotes = !in_quotes;
        else if (!in_quotes)
            in_tag = *text != '>';
    }
    return in_tag && !in_quotes;
}

static enum error_code check(const struct template *template, struct error *error)
{
    struct tag tag;
    struct tag end;
    int depth = 0;
    for (const char *at = buffer_text(&template->text); next_tag(template, at, &tag, error); at = tag.end) {
        depth += tag.kind == '/' ? -1 : tag.kind != 0;
        if (depth < 0)
            return fail(template, tag.start, error, "the end of a block that does not begin:", tag.name);
        if (!tag.kind && is_unquoted(buffer_text(&template->text), tag.start))
            return fail(template, tag.start, error, "put double quotes around the attribute with", tag.name);
        if (tag.kind && tag.kind != '/' && !find_end(template, &tag, &end, error))
            return error->code;
    }
    return error->code;
}

enum error_code template_read(const char *directory, const char *name, struct template *template,
                              struct error *error)
{
    template->text = BUFFER(MAX_TEMPLATE);
    if (snprintf(template->path, sizeof template->path, "%s/%s", directory, name) >=
        (int)sizeof template->path)
        return error_set(error, ERROR_BAD_INPUT, "the path of %s is too long", name);
    int file = open(template->path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        error_set_errno(error, errno, "cannot read the template %s", template->path);
        return error_blame_input(error);
    }
    bool is_read = file_read_all(file, &template->text);
    close(file);
    if (!is_read || template->text.failed || strlen(buffer_text(&template->text)) != template->text.length ||
        !text_is_utf8(buffer_text(&template->text), template->text.length))
        return error_set(error, ERROR_BAD_INPUT, "%s is no text of at most %d bytes in UTF-8", template->path,
                         MAX_TEMPLATE);
    return error->code = ERROR_NONE;
}

enum error_code template_load(const char *directory, const char *name, struct template *template,
                              struct error *error)
{
    return template_read(directory, name, template, error) ? error->code : check(template, error);
}

void template_free(struct template *template)
{
    buffer_free(&template->text);
}

json_t *template_text(const char *text)
{
    json_t *string = json_string(text);
    if (!string) {
        struct buffer safe CLEANUP(buffer_free) = BUFFER(MAX_TEXT);
        text_append_safe(&safe, text, strlen(text));
        string = json_string(buffer_text(&safe));
    }
    buffer_memory_was_short |= !string;
    return string;
}

void template_set(json_t *object, const char *key, const char *text)
{
    buffer_memory_was_short |= json_object_set_new(object, key, template_text(text)) != 0;
}

static bool is_something(const json_t *value)
{
    return json_is_true(value) || json_string_length(value) || json_integer_value(value) ||
           json_array_size(value) || json_is_object(value);
}

static const json_t *find_value(const struct filling *filling, const char *name)
{
    const json_t *value = NULL;
    for (int i = filling->depth - 1; i >= 0 && !value; i--)
        value = json_object_get(filling->scopes[i], name);
    return value;
}

static void append_value(struct buffer *out, const json_t *value, bool links)
{
    if (json_is_integer(value))
        buffer_append_format(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_string(value) && links)
        html_text_with_links(out, json_string_value(value));
    else if (json_is_string(value))
        html_text(out, json_string_value(value));
}

static enum error_code fill(struct filling *filling, const char *start, const char *end);

static enum error_code fill_block(struct filling *filling, const struct tag *open, const struct tag *close,
                                  const json_t *value)
{
    if (is_something(value) != (open->kind == '#'))
        return ERROR_NONE;
    if (filling->depth == MAX_DEPTH)
        return fail(filling->template, open->start, filling->error, "too many blocks in one another", "");
    const size_t times = open->kind == '#' && json_is_array(value) ? json_array_size(value) : 1;
    for (size_t i = 0; i < times && !filling->error->code; i++) {
        const json_t *scope = json_is_array(value) ? json_array_get(value, i) : value;
        filling->scopes[filling->depth] = json_is_object(scope) ? scope : filling->scopes[filling->depth - 1];
        filling->depth++;
        fill(filling, open->end, close->start);
        filling->depth--;
    }
    return filling->error->code;
}

static enum error_code fill_whole(struct filling *filling, const struct template *template)
{
    const struct template *before = filling->template;
    filling->template = template;
    fill(filling, buffer_text(&template->text), buffer_text(&template->text) + template->text.length);
    filling->template = before;
    return filling->error->code;
}

static enum error_code fill(struct filling *filling, const char *start, const char *end)
{
    struct tag tag;
    struct tag close;
    const char *at = start;
    while (next_tag(filling->template, at, &tag, filling->error) && tag.start < end) {
        buffer_append(filling->out, at, (size_t)(tag.start - at));
        at = tag.end;
        if (filling->content && filling->template != filling->content && strcmp(tag.name, "content") == 0) {
            if (fill_whole(filling, filling->content))
                break;
            continue;
        }
        const json_t *value = find_value(filling, tag.name);
        if (!value)
            return fail(filling->template, tag.start, filling->error, "there is no value called", tag.name);
        if (!tag.kind) {
            append_value(filling->out, value, tag.links);
            continue;
        }
        if (!find_end(filling->template, &tag, &close, filling->error) ||
            fill_block(filling, &tag, &close, value))
            break;
        at = close.end;
    }
    if (!filling->error->code)
        buffer_append(filling->out, at, (size_t)(end - at));
    return filling->error->code;
}

enum error_code template_fill(const struct template *frame, const struct template *content, json_t *values,
                              struct buffer *out, struct error *error)
{
    struct filling filling = {.content = content, .scopes = {values}, .depth = 1, .out = out, .error = error};
    error->code = ERROR_NONE;
    return fill_whole(&filling, frame);
}

/* ---- text as HTML ---- */

void html_text(struct buffer *out, const char *text)
{
    struct buffer safe CLEANUP(buffer_free) = BUFFER(1 << 22);
    text_append_safe(&safe, text, strlen(text));
    for (const char *c = buffer_text(&safe); *c;) {
        const size_t plain = strcspn(c, "<>&\"'");
        buffer_append(out, c, plain);
        c += plain;
        if (*c)
            buffer_append_text(out, *c == '<'   ? "&lt;"
                                    : *c == '>' ? "&gt;"
                                    : *c == '&' ? "&amp;"
                                    : *c == '"' ? "&quot;"
                                                : "&#39;");
        c += *c != '\0';
    }
    out->failed |= safe.failed;
}

static bool is_address(const char *text)
{
    return *text == 'h' && (strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0);
}

void html_link(struct buffer *out, const char *address, const char *text)
{
    if (strchr(address, ':') && !is_address(address)) {
        html_text(out, text);
        return;
    }
    buffer_append_text(out, "<a href=\"");
    html_text(out, address);
    buffer_append_text(out, is_address(address) ? "\" rel=\"nofollow noopener\">" : "\">");
    html_text(out, text);
    buffer_append_text(out, "</a>");
}

void html_text_with_links(struct buffer *out, const char *text)
{
    while (*text) {
        char piece[1024];
        size_t length = 0;
        const size_t address = is_address(text) ? strcspn(text, " \t\n\"<>") : 0;
        const bool is_link = address && address < sizeof piece; /* a part of one leads nowhere */
        if (is_link)
            length = address;
        else
            while (length < sizeof piece - 8 && text[length] && !(length && is_address(text + length)))
                length++;
        while (!is_link && length > 1 && ((unsigned char)text[length] & 0xc0) == 0x80)
            length--; /* not within a character */
        memcpy(piece, text, length);
        piece[length] = '\0';
        if (is_link)
            html_link(out, piece, piece);
        else
            html_text(out, piece);
        text += length;
    }
}
