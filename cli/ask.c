/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/text.h"

enum { INDENT = 6, SHORT_LIST = 20, LABEL_SIZE = 80 };

bool ask_is_possible(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static void complain(struct output *output, const char *text)
{
    output_paragraph_color(output, 0, "", COLOR_YELLOW, text);
}

/* Shows the output so far, then the prompt. */
static bool show_prompt(struct output *output, const char *prompt)
{
    output_color(output, COLOR_BOLD);
    text_append_safe(&output->buffer, prompt, strlen(prompt));
    output_color(output, COLOR_PLAIN);
    buffer_append_byte(&output->buffer, ' ');
    return output_flush(output);
}

/* Arrow keys leave control characters in a line, another locale bytes that are not UTF-8. */
static bool is_clean(const char *line)
{
    size_t length = strlen(line);
    for (size_t at = 0, size; at < length; at += size) {
        uint32_t character;
        size = text_decode(line + at, length - at, &character);
        if (!size || text_is_unsafe(character))
            return false;
    }
    return true;
}

/* A line without the spaces around it. False at the end of the input. */
static bool read_line(struct output *output, const char *prompt, char line[ASK_TEXT_SIZE])
{
    for (;;) {
        if (!show_prompt(output, prompt))
            return false;
        if (!fgets(line, ASK_TEXT_SIZE, stdin)) {
            buffer_append_byte(&output->buffer, '\n');
            return false;
        }
        size_t length = strlen(line);
        bool whole = length && line[length - 1] == '\n';
        char rest[ASK_TEXT_SIZE] = "";
        while (!whole && !strchr(rest, '\n') && fgets(rest, sizeof rest, stdin))
            continue;
        while (length && strchr(" \t\r\n", line[length - 1]))
            line[--length] = '\0';
        size_t spaces = strspn(line, " \t");
        memmove(line, line + spaces, length - spaces + 1);
        if (whole && is_clean(line))
            return true;
        complain(output, whole ? "That has a character that cannot be saved, such as that of an arrow key."
                               : "That is too long.");
    }
}

static void show_question(struct output *output, const char *question)
{
    output_blank(output);
    output_paragraph_color(output, 0, "", COLOR_BOLD, question);
}

static void show_choices(struct output *output, const struct vocabulary *choices)
{
    for (int i = 0; choices && i < choices->count; i++) {
        char label[16];
        char both[700];
        const char *text = choices->entries[i].text;
        snprintf(label, sizeof label, "%4d", i + 1);
        snprintf(both, sizeof both, "%s%s%s", choices->entries[i].value, *text ? ": " : "", text);
        output_paragraph(output, INDENT, label, both);
    }
}

enum answer { ANSWER_NONE, ANSWER_ENTER, ANSWER_CLEAR, ANSWER_TEXT };

/* An answer in `line`; CLEAR is "-", NONE the end of the input. `?` shows the explanation and, unless NULL,
 * the choices. */
static enum answer read_answer(struct output *output, const char *prompt, const char *explanation,
                               const struct vocabulary *choices, char line[ASK_TEXT_SIZE])
{
    while (read_line(output, prompt, line)) {
        if (strcmp(line, "?") != 0)
            return !*line ? ANSWER_ENTER : strcmp(line, "-") == 0 ? ANSWER_CLEAR : ANSWER_TEXT;
        output_paragraph(output, 0, "", explanation);
        show_choices(output, choices);
    }
    return ANSWER_NONE;
}

/* The number of a choice from 0, by its number from 1 or its value; ASK_NOTHING: there is no such choice. */
static int find_choice(const struct vocabulary *choices, const char *answer, size_t length)
{
    char word[120];
    char *end;
    if (!choices || length >= sizeof word)
        return ASK_NOTHING;
    snprintf(word, sizeof word, "%.*s", (int)length, answer);
    long number = strtol(word, &end, 10);
    if (*word >= '0' && *word <= '9' && !*end)
        return number >= 1 && number <= choices->count ? (int)number - 1 : ASK_NOTHING;
    for (int i = 0; i < choices->count; i++)
        if (strcasecmp(choices->entries[i].value, word) == 0)
            return i;
    return ASK_NOTHING;
}

bool ask_value(struct output *output, const char *question, const char *explanation,
               const struct vocabulary *choices, bool optional, int *chosen)
{
    char prompt[LABEL_SIZE + 40];
    char line[ASK_TEXT_SIZE];
    show_question(output, question);
    show_choices(output, choices);
    if (*chosen >= 0)
        snprintf(prompt, sizeof prompt, "1-%d, ? [%d] >", choices->count, *chosen + 1);
    else
        snprintf(prompt, sizeof prompt, "1-%d, ?%s >", choices->count, optional ? " [not known]" : "");
    for (;;) {
        enum answer answer = read_answer(output, prompt, explanation, NULL, line);
        int found = answer == ANSWER_TEXT ? find_choice(choices, line, strlen(line)) : ASK_NOTHING;
        if (answer == ANSWER_NONE)
            return false;
        if (answer == ANSWER_ENTER && (*chosen >= 0 || optional))
            return true;
        if (found >= 0 || (answer == ANSWER_CLEAR && optional)) {
            *chosen = found;
            return true;
        }
        complain(output, "Write one of the numbers.");
    }
}

/* Marks the values of an answer; false, and says which, when one of them is not in the list. */
static bool take_values(struct output *output, const struct vocabulary *choices, const char *answer,
                        bool chosen[])
{
    bool marked[ASK_MAX_CHOICES] = {false};
    for (const char *at = answer + strspn(answer, " ,"); *at; at += strspn(at, " ,")) {
        size_t length = strcspn(at, " ,");
        int found = find_choice(choices, at, length);
        if (found < 0) {
            char text[160];
            snprintf(text, sizeof text, "There is no \"%.*s\" in the list, which ? shows.",
                     (int)(length < 80 ? length : 80), at);
            complain(output, text);
            return false;
        }
        marked[found] = true;
        at += length;
    }
    memcpy(chosen, marked, (size_t)choices->count * sizeof *chosen);
    return true;
}

bool ask_values(struct output *output, const char *question, const char *explanation,
                const struct vocabulary *choices, bool chosen[])
{
    struct buffer prompt CLEANUP(buffer_free) = BUFFER(8192);
    char line[ASK_TEXT_SIZE];
    bool is_short = choices->count <= SHORT_LIST;
    bool any = false;
    show_question(output, question);
    show_choices(output, is_short ? choices : NULL);
    buffer_append_text(&prompt, is_short ? "numbers, - for none, ? ["
                                         : "numbers or words, - for none, ? lists them [");
    for (int i = 0; i < choices->count; i++) {
        if (!chosen[i])
            continue;
        buffer_append_text(&prompt, any ? " " : "");
        if (is_short)
            buffer_append_format(&prompt, "%d", i + 1);
        else
            buffer_append_text(&prompt, choices->entries[i].value);
        any = true;
    }
    buffer_append_text(&prompt, any ? "] >" : "none] >");
    for (;;) {
        switch (read_answer(output, buffer_text(&prompt), explanation, is_short ? NULL : choices, line)) {
        case ANSWER_NONE:
            return false;
        case ANSWER_ENTER:
            return true;
        case ANSWER_CLEAR:
            memset(chosen, 0, (size_t)choices->count * sizeof *chosen);
            return true;
        case ANSWER_TEXT:
            if (take_values(output, choices, line, chosen))
                return true;
        }
    }
}

bool ask_text(struct output *output, const char *question, const char *explanation,
              const struct vocabulary *choices, char text[ASK_TEXT_SIZE])
{
    char prompt[LABEL_SIZE + 40];
    char line[ASK_TEXT_SIZE];
    show_question(output, question);
    show_choices(output, choices);
    snprintf(prompt, sizeof prompt, "%stext, ? [%.*s] >", choices ? "a number or " : "", LABEL_SIZE,
             *text ? text : "leave it out");
    enum answer answer = read_answer(output, prompt, explanation, NULL, line);
    int found = answer == ANSWER_TEXT ? find_choice(choices, line, strlen(line)) : ASK_NOTHING;
    if (answer == ANSWER_TEXT)
        snprintf(text, ASK_TEXT_SIZE, "%s", found >= 0 ? choices->entries[found].value : line);
    else if (answer == ANSWER_CLEAR)
        text[0] = '\0';
    return answer != ANSWER_NONE;
}

bool ask_yes(struct output *output, const char *question)
{
    char prompt[400];
    char line[ASK_TEXT_SIZE];
    snprintf(prompt, sizeof prompt, "%.380s [y/N] >", question);
    while (read_line(output, prompt, line)) {
        if (strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0)
            return true;
        if (!*line || strcasecmp(line, "n") == 0 || strcasecmp(line, "no") == 0)
            return false;
        complain(output, "Write y or n.");
    }
    return false;
}
