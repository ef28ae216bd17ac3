/* SPDX-License-Identifier: GPL-2.0-or-later */
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

struct switch_state cmdline_read_switch(const struct cmdline *line, const char *key)
{
    struct switch_state state = {.key = key};
    for (int i = 0; i < line->count; i++) {
        struct span param_key;
        struct span rest;
        struct span value;
        span_split(span_of(cmdline_param(line, i)), '=', &param_key, &rest);
        while (span_is_module(param_key, key) && span_next_part(&rest, ',', &value)) {
            const char *how = span_is(value, "on") ? "on" : span_is(value, "off") ? "off" : NULL;
            if (!how)
                continue;
            state.contradicts |= state.how && strcmp(state.how, how) != 0;
            state.how = how;
            state.param = i;
        }
    }
    return state;
}

const char *cmdline_switch(const struct cmdline *line, const char *key)
{
    return cmdline_read_switch(line, key).how;
}

bool cmdline_is(const struct cmdline *line, const char *key, const char *how)
{
    const char *given = cmdline_switch(line, key);
    return given && strcmp(given, how) == 0;
}

/* ---- /etc/default/grub ---- */

void cmdline_assign(struct cmdline *line, const struct shell_variable *variable)
{
    char self[2][64];
    snprintf(self[0], sizeof self[0], "$%.*s", SPAN_FORMAT(variable->name));
    snprintf(self[1], sizeof self[1], "${%.*s}", SPAN_FORMAT(variable->name));
    if (!variable->appends && !span_holds(variable->value, self[0]) && !span_holds(variable->value, self[1]))
        line->count = 0;
    int kept = line->count;
    cmdline_add(line, variable->value, variable->file, variable->line);
    /* The reference to the parameters so far is no parameter of its own. */
    for (int i = kept; i < line->count; i++)
        if (strcmp(cmdline_param(line, i), self[0]) != 0 && strcmp(cmdline_param(line, i), self[1]) != 0)
            line->params[kept++] = line->params[i];
    line->count = kept;
}
