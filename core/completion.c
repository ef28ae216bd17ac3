/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/completion.h"

#include "core/streams.h"
#include "core/text.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MAX_LENGTH = 32, DESCRIPTION_SIZE = 300 };

/* An option as a line of a help lists it. */
struct listed_option {
    char name[NAME_MAX_LENGTH]; /* "--name" */
    bool takes_value;
    char description[DESCRIPTION_SIZE];
};

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');
    return end ? end + 1 : line + strlen(line);
}

/* Appends the text of a line from `column` on, without its newline. */
static void append_text(char description[DESCRIPTION_SIZE], const char *text)
{
    size_t length = strlen(description);
    snprintf(description + length, DESCRIPTION_SIZE - length, "%s%.*s", length ? " " : "",
             (int)strcspn(text, "\n"), text);
}

/* Reads the option that is listed at `line`, if there is one. Moves `*line` past it. */
static bool read_option(const char **line, struct listed_option *option)
{
    const char *start = *line;
    const char *name = start + strspn(start, " ");
    size_t length = strspn(name, "-abcdefghijklmnopqrstuvwxyz");
    *line = next_line(start);
    if (name == start || strncmp(name, "--", 2) != 0 || length < 3 || length >= NAME_MAX_LENGTH)
        return false;
    const char *at = name + length;
    snprintf(option->name, sizeof option->name, "%.*s", (int)length, name);
    option->takes_value = at[0] == ' ' && at[1] != ' ' && at[1] != '\n';
    if (option->takes_value)
        at += 1 + strcspn(at + 1, " \n");
    at += strspn(at, " ");
    option->description[0] = '\0';
    append_text(option->description, at);
    /* A description goes on in the lines that begin at its column. */
    for (size_t column = (size_t)(at - start); *at != '\n' && **line && strspn(*line, " ") == column;
         *line = next_line(*line))
        append_text(option->description, *line + column);
    return true;
}

static bool find_option(const char *help, const char *name, struct listed_option *option)
{
    while (*help)
        if (read_option(&help, option) && strcmp(option->name, name) == 0)
            return true;
    return false;
}

void completion_begin(struct completion *completion, int count, char **words)
{
    *completion = (struct completion){
        .words = words,
        .count = count ? count - 1 : 0,
        .word = count ? words[count - 1] : "",
        .out = BUFFER(COMPLETION_MAX),
    };
}

static bool takes_next_word(const char *help, const char *word)
{
    struct listed_option option;
    return strncmp(word, "--", 2) == 0 && find_option(help, word, &option) && option.takes_value;
}

void completion_find_option(struct completion *completion, const char *help)
{
    const char *word = completion->word;
    const char *equals = strchr(word, '=');
    struct listed_option option;
    if (strncmp(word, "--", 2) == 0 && equals && equals - word < NAME_MAX_LENGTH) {
        snprintf(completion->option, sizeof completion->option, "%.*s", (int)(equals - word), word);
        completion->is_attached = find_option(help, completion->option, &option) && option.takes_value;
        if (completion->is_attached)
            completion->word = equals + 1;
        else
            completion->option[0] = '\0';
        return;
    }
    const char *before = completion->count ? completion->words[completion->count - 1] : "";
    if (takes_next_word(help, before))
        snprintf(completion->option, sizeof completion->option, "%s", before);
}

const char *completion_value_of(const struct completion *completion, const char *option)
{
    size_t length = strlen(option);
    const char *value = NULL;
    for (int i = 0; i < completion->count; i++) {
        const char *word = completion->words[i];
        if (strcmp(word, option) == 0 && i + 1 < completion->count)
            value = completion->words[i + 1];
        else if (strncmp(word, option, length) == 0 && word[length] == '=')
            value = word + length + 1;
    }
    return value;
}

const char *completion_next_operand(const struct completion *completion, const char *help, int *at)
{
    while (*at < completion->count) {
        const char *word = completion->words[(*at)++];
        if (word[0] != '-' || !word[1])
            return word;
        if (takes_next_word(help, word))
            ++*at;
    }
    return NULL;
}

void completion_offer(struct completion *completion, const char *candidate, const char *text)
{
    struct buffer *out = &completion->out;
    if (strncmp(candidate, completion->word, strlen(completion->word)) != 0 || strpbrk(candidate, "\t\n"))
        return;
    if (completion->is_attached)
        buffer_append_format(out, "%s=", completion->option);
    buffer_append_text(out, candidate);
    if (text && *text) {
        buffer_append_byte(out, '\t');
        text_append_safe(out, text, strcspn(text, "\t\n"));
    }
    buffer_append_byte(out, '\n');
}

void completion_offer_files(struct completion *completion)
{
    buffer_append_text(&completion->out, ":files\n");
}

void completion_offer_directories(struct completion *completion)
{
    buffer_append_text(&completion->out, ":directories\n");
}

void completion_offer_options(struct completion *completion, const char *help)
{
    struct listed_option option;
    while (*help)
        if (read_option(&help, &option))
            completion_offer(completion, option.name, option.description);
}

int completion_end(struct completion *completion)
{
    streams_write(&completion->out);
    buffer_free(&completion->out);
    return 0;
}
