/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/config_files.h"

#include <ctype.h>
#include <stdio.h>

void read_config_file(struct root *root, const char *file, config_visitor *visit, void *context)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(MAX_CONFIG_SIZE + 16);
    if (root_read(root, file, MAX_CONFIG_SIZE, &text) == ROOT_OK)
        visit(context, file, (struct span){buffer_text(&text), text.length});
}

void each_config_file(struct root *root, const char *directory, const char *suffix, config_visitor *visit,
                      void *context)
{
    char path[512];
    struct root_names names CLEANUP(root_names_free) = root_list(root, directory, MAX_CONFIG_FILES);
    for (int i = 0; i < names.count; i++)
        if (span_ends(span_of(names.items[i]), suffix) &&
            snprintf(path, sizeof path, "%s/%s", directory, names.items[i]) < (int)sizeof path)
            read_config_file(root, path, visit, context);
}

/* ---- shell syntax ---- */

/* A text while it is read. */
struct reader {
    struct span text;
    size_t at;
    long line;
};

static bool has_more(const struct reader *reader)
{
    return reader->at < reader->text.length;
}

static char take(struct reader *reader)
{
    char c = reader->text.start[reader->at++];
    reader->line += c == '\n';
    return c;
}

static void skip_line(struct reader *reader)
{
    while (has_more(reader) && reader->text.start[reader->at] != '\n')
        reader->at++;
}

/* Reads what is after the = into `value`, to its end or that of the text. False when a quote is open. */
static bool read_value(struct reader *reader, struct buffer *value)
{
    char quote = '\0';
    bool is_array = has_more(reader) && reader->text.start[reader->at] == '(';
    reader->at += is_array;
    while (has_more(reader)) {
        char c = reader->text.start[reader->at];
        bool starts_word = !value->length || isspace((unsigned char)value->data[value->length - 1]);
        if (!quote && is_array && c == '#' && starts_word) {
            skip_line(reader);
            continue;
        }
        if (!quote && (is_array ? c == ')' : isspace((unsigned char)c) || c == ';')) {
            reader->at += is_array;
            break;
        }
        take(reader);
        if (c == '\\' && quote != '\'' && has_more(reader)) {
            c = take(reader);
            buffer_append_byte(value, c == '\r' ? '\n' : c);
        } else if (quote ? c == quote : c == '"' || c == '\'') {
            quote = quote ? '\0' : c;
        } else {
            buffer_append_byte(value, c);
        }
    }
    return !quote;
}

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

void each_shell_variable(struct span text,
                         void (*visit)(void *context, const struct shell_variable *variable), void *context)
{
    struct reader reader = {.text = text, .line = 1};
    struct buffer value CLEANUP(buffer_free) = BUFFER(MAX_CONFIG_SIZE + 16);
    while (has_more(&reader)) {
        size_t start = reader.at;
        char c = text.start[start];
        if (isspace((unsigned char)c) || c == ';') {
            take(&reader);
            continue;
        }
        while (has_more(&reader) && is_name(text.start[reader.at]))
            reader.at++;
        struct shell_variable variable = {.name = {text.start + start, reader.at - start}};
        struct span rest = {text.start + reader.at, text.length - reader.at};
        if (span_is(variable.name, "export"))
            continue;
        variable.appends = span_begins(rest, "+=");
        if (!variable.name.length || !(variable.appends || span_begins(rest, "="))) {
            skip_line(&reader);
            continue;
        }
        reader.at += variable.appends ? 2 : 1;
        variable.line = reader.line;
        buffer_clear(&value);
        variable.unclosed = !read_value(&reader, &value);
        variable.value = (struct span){buffer_text(&value), value.length};
        visit(context, &variable);
    }
}
