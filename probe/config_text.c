/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/config_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"

struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

bool span_is(struct span span, const char *text)
{
    return span.length == strlen(text) && memcmp(span.start, text, span.length) == 0;
}

bool span_is_word(struct span span, const char *word)
{
    return span.length == strlen(word) && strncasecmp(span.start, word, span.length) == 0;
}

bool span_begins(struct span span, const char *text)
{
    size_t length = strlen(text);
    return span.length >= length && memcmp(span.start, text, length) == 0;
}

bool span_ends(struct span span, const char *text)
{
    size_t length = strlen(text);
    return span.length >= length && memcmp(span.start + span.length - length, text, length) == 0;
}

bool span_is_any(struct span span, const char *const *texts)
{
    while (*texts && !span_is(span, *texts))
        texts++;
    return *texts;
}

bool span_holds(struct span span, const char *text)
{
    return span.length && memmem(span.start, span.length, text, strlen(text));
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span span_trim(struct span span)
{
    while (span.length && is_space(span.start[0]))
        span = (struct span){span.start + 1, span.length - 1};
    while (span.length && is_space(span.start[span.length - 1]))
        span.length--;
    return span;
}

bool span_next_line(struct span *rest, struct span *line)
{
    if (!span_next_part(rest, '\n', line))
        return false;
    if (line->length && line->start[line->length - 1] == '\r')
        line->length--;
    return true;
}

bool span_next_word(struct span *rest, struct span *word)
{
    *rest = span_trim(*rest);
    size_t length = 0;
    while (length < rest->length && !is_space(rest->start[length]))
        length++;
    *word = (struct span){rest->start, length};
    *rest = (struct span){rest->start + length, rest->length - length};
    return length > 0;
}

bool span_next_part(struct span *rest, char separator, struct span *part)
{
    if (!rest->length)
        return false;
    const char *end = memchr(rest->start, separator, rest->length);
    size_t length = end ? (size_t)(end - rest->start) : rest->length;
    size_t taken = length + (end != NULL);
    *part = (struct span){rest->start, length};
    *rest = (struct span){rest->start + taken, rest->length - taken};
    return true;
}

bool span_split(struct span span, char separator, struct span *key, struct span *value)
{
    const char *end = span.length ? memchr(span.start, separator, span.length) : NULL;
    *key = end ? (struct span){span.start, (size_t)(end - span.start)} : span;
    *value = end ? (struct span){end + 1, span.length - key->length - 1} : (struct span){"", 0};
    return end != NULL;
}

static char folded(char c)
{
    return c == '-' ? '_' : c;
}

bool span_same_module(struct span a, struct span b)
{
    if (a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++)
        if (folded(a.start[i]) != folded(b.start[i]))
            return false;
    return true;
}

bool span_is_module(struct span name, const char *module)
{
    return span_same_module(name, span_of(module));
}

const char *span_guess(struct span span, const char *const *words)
{
    const char *best = NULL;
    int best_distance = span.length < 3 ? 0 : span.length < 9 ? 2 : 3;
    for (; *words; words++) {
        int distance = text_distance(span.start, span.length, *words, strlen(*words));
        if (distance == 0)
            return NULL;
        if (span_is_word(span, *words))
            return *words;
        if (distance < best_distance) {
            best_distance = distance;
            best = *words;
        }
    }
    return best;
}

/* ---- files ---- */

void read_config_file(struct root *root, const char *file, config_visitor *visit, void *context)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(MAX_CONFIG_SIZE + 16);
    if (root_read(root, file, MAX_CONFIG_SIZE, &text) == ROOT_OK)
        visit(context, file, (struct span){buffer_text(&text), text.length});
}

enum error_code read_named_file(struct root *root, const char *file, struct buffer *text, struct error *error)
{
    struct root *apart; /* so that its faults are those of the file */
    bool is_recorded = !root_is_live(root) && file[0] == '/' && root_exists(root, file);
    error->code = ERROR_NONE;
    if (root_open(is_recorded ? root_directory(root) : NULL, &apart, error))
        return error->code;
    if (root_read(apart, file, MAX_CONFIG_SIZE, text) != ROOT_OK) {
        const struct root_fault *fault = root_fault(apart, 0);
        error_set(error, fault && fault->number == EACCES ? ERROR_PERMISSION : ERROR_BAD_INPUT, "%s",
                  fault ? fault->why : strerror(ENOENT));
        error->number = fault ? fault->number : ENOENT;
    }
    root_close(apart);
    return error->code;
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

void each_shell_variable(const char *file, struct span text, shell_visitor *visit, void *context)
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
        struct shell_variable variable = {.file = file, .name = {text.start + start, reader.at - start}};
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
