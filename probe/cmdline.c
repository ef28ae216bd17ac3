#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "probe/host_state.h"

enum { MAX_CMDLINE_TEXT = 256 << 10 };

const char *cmdline_param(const struct cmdline *line, int number)
{
    return line->texts.data + line->params[number].text;
}

const char *cmdline_param_file(const struct cmdline *line, int number)
{
    return line->texts.data + line->params[number].file;
}

void cmdline_free(struct cmdline *line)
{
    buffer_free(&line->texts);
    line->count = 0;
}

static void add_param(struct cmdline *line, struct span param, const char *file, long number)
{
    line->texts.max = MAX_CMDLINE_TEXT;
    size_t before = line->texts.length;
    size_t name = before;
    if (!param.length)
        return;
    line->is_cut |= line->count == MAX_CMDLINE_PARAMS;
    if (line->count == MAX_CMDLINE_PARAMS)
        return;
    if (line->count && strcmp(cmdline_param_file(line, line->count - 1), file) == 0) {
        name = line->params[line->count - 1].file;
    } else {
        buffer_append(&line->texts, file, strlen(file) + 1);
    }
    size_t text = line->texts.length;
    buffer_append(&line->texts, param.start, param.length);
    buffer_append_byte(&line->texts, '\0');
    line->is_cut |= line->texts.failed;
    if (!line->texts.failed)
        line->params[line->count++] = (struct cmdline_param){text, name, number};
}

/* Documentation/admin-guide/kernel-parameters.rst: double quotes protect spaces in values. */
void cmdline_add(struct cmdline *line, struct span text, const char *file, long first_line)
{
    struct span param = {text.start, 0};
    long number = first_line;
    bool quoted = false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.start[i];
        if (c == '"')
            quoted = !quoted;
        if (!c || (isspace((unsigned char)c) && !quoted)) {
            add_param(line, param, file, number);
            param = (struct span){text.start + i + 1, 0};
        } else {
            param.length++;
        }
        number += c == '\n';
    }
    add_param(line, param, file, number);
}

void cmdline_join(struct cmdline *line, const struct cmdline *other)
{
    for (int i = 0; i < other->count; i++)
        cmdline_add(line, span_of(cmdline_param(other, i)), cmdline_param_file(other, i),
                    other->params[i].line);
}

bool cmdline_has(const struct cmdline *line, const char *param)
{
    struct span key;
    struct span value;
    struct span other;
    struct span other_value;
    span_split(span_of(param), '=', &key, &value);
    for (int i = 0; i < line->count; i++) {
        span_split(span_of(cmdline_param(line, i)), '=', &other, &other_value);
        if (span_same_module(key, other) && strcmp(value.start, other_value.start) == 0)
            return true;
    }
    return false;
}

/* ---- /etc/default/grub: assignments of the POSIX shell (IEEE 1003.1, section 2.2 on quoting) ---- */

struct shell_value {
    struct buffer text;
    long line; /* where it begins */
    bool closed;
};

/* Reads a value after its = to its end; moves `at` past it and counts the lines. A newline between quotes
 * stays one, so that each parameter keeps its line. */
static void read_value(struct span text, size_t *at, long *line, struct shell_value *value)
{
    char quote = '\0';
    size_t i = *at;
    value->line = *line;
    for (; i < text.length; i++) {
        char c = text.start[i];
        if (c == '\\' && quote != '\'' && i + 1 < text.length) {
            c = text.start[++i];
            *line += c == '\n';
            buffer_append_byte(&value->text, c == '\r' ? '\n' : c);
            continue;
        }
        if (quote ? c == quote : c == '"' || c == '\'') {
            quote = quote ? '\0' : c;
            continue;
        }
        if (!quote && (isspace((unsigned char)c) || c == ';'))
            break;
        *line += c == '\n';
        buffer_append_byte(&value->text, c);
    }
    value->closed = !quote;
    *at = i;
}

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static void assign(struct cmdline *line, const char *name, const struct shell_value *value, bool append,
                   const char *file)
{
    char self[2][64];
    snprintf(self[0], sizeof self[0], "$%s", name);
    snprintf(self[1], sizeof self[1], "${%s}", name);
    struct span text = {buffer_text(&value->text), value->text.length};
    if (!append && !span_holds(text, self[0]) && !span_holds(text, self[1]))
        line->count = 0;
    int before = line->count;
    cmdline_add(line, text, file, value->line);
    /* The reference to the parameters so far is no parameter of its own. */
    int kept = before;
    for (int i = before; i < line->count; i++)
        if (strcmp(cmdline_param(line, i), self[0]) != 0 && strcmp(cmdline_param(line, i), self[1]) != 0)
            line->params[kept++] = line->params[i];
    line->count = kept;
}

/* One command of the shell: an assignment that we know, or anything else, which is skipped. */
static void read_command(struct grub_settings *settings, struct span text, size_t *at, long *line,
                         const char *file)
{
    static const char linux_name[] = "GRUB_CMDLINE_LINUX";
    static const char default_name[] = "GRUB_CMDLINE_LINUX_DEFAULT";
    size_t start = *at;
    size_t end = start;
    while (end < text.length && is_name(text.start[end]))
        end++;
    struct span name = {text.start + start, end - start};
    bool append = end + 1 < text.length && text.start[end] == '+' && text.start[end + 1] == '=';
    bool known = span_is(name, linux_name) || span_is(name, default_name);
    *at = end;
    if (span_is(name, "export"))
        return;
    if (name.length && end < text.length && (append || text.start[end] == '=')) {
        struct shell_value value = {.text = BUFFER(MAX_CMDLINE_TEXT)};
        *at = end + (append ? 2 : 1);
        read_value(text, at, line, &value);
        if (known && span_is(name, linux_name))
            assign(&settings->linux_params, linux_name, &value, append, file);
        else if (known)
            assign(&settings->default_params, default_name, &value, append, file);
        if (!value.closed && !settings->unclosed)
            settings->unclosed = value.line;
        buffer_free(&value.text);
        return;
    }
    while (*at < text.length && text.start[*at] != '\n')
        ++*at;
}

void grub_parse(struct grub_settings *settings, struct span text, const char *file)
{
    long line = 1;
    for (size_t at = 0; at < text.length;) {
        char c = text.start[at];
        if (c == '\n' || isspace((unsigned char)c) || c == ';') {
            line += c == '\n';
            at++;
        } else {
            read_command(settings, text, &at, &line, file);
        }
    }
}
