/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/ask.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/text.h"

/* A page of a list leaves space on 24 lines for the question and what was said before it. */
enum { INDENT = 6, PAGE = 14, LABEL_SIZE = 80 };

static const char *last_words; /* of Ctrl-C; NULL: it is not caught */

bool ask_is_possible(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

/* Ends the program as Ctrl-C does, once this returns. */
static void end_interrupted(int number)
{
    (void)!write(STDOUT_FILENO, last_words, strlen(last_words));
    signal(number, SIG_DFL);
    raise(number);
}

/* It comes while an answer is waited for and at no other time. */
static void let_interrupt(int how)
{
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    if (last_words)
        sigprocmask(how, &interrupt, NULL);
}

void ask_catch_interrupt(const char *text)
{
    last_words = text;
    let_interrupt(SIG_BLOCK);
    signal(SIGINT, end_interrupted);
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
    struct buffer safe CLEANUP(buffer_free) = BUFFER(8 * ASK_TEXT_SIZE);
    text_append_safe(&safe, line, strlen(line));
    return strcmp(buffer_text(&safe), line) == 0;
}

/* A line without the spaces around it. False at the end of the input. */
static bool read_line(struct output *output, const char *prompt, char line[ASK_TEXT_SIZE])
{
    for (;;) {
        if (!show_prompt(output, prompt))
            return false;
        let_interrupt(SIG_UNBLOCK);
        bool has_ended = !fgets(line, ASK_TEXT_SIZE, stdin);
        let_interrupt(SIG_BLOCK);
        if (has_ended) {
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
        output_notice(output, "%s",
                      whole ? "That has a character that cannot be saved, such as that of an arrow key."
                            : "That is too long.");
    }
}

static void show_question(struct output *output, const char *question)
{
    output_blank(output);
    output_paragraph(output, 0, "", COLOR_BOLD, "%s", question);
}

static void show_choice(struct output *output, const struct vocabulary *choices, int number)
{
    char label[16];
    const struct vocabulary_entry *choice = &choices->entries[number];
    snprintf(label, sizeof label, "%4d", number + 1);
    output_paragraph(output, INDENT, label, COLOR_PLAIN, "%s%s%s", choice->value, *choice->text ? ": " : "",
                     choice->text);
}

static void show_choices(struct output *output, const struct vocabulary *choices)
{
    for (int i = 0; choices && i < choices->count; i++)
        show_choice(output, choices, i);
}

/* A long list, shown page by page: as many choices as fit, from number `next`. */
struct pages {
    const struct vocabulary *choices;
    int next;
};

/* At least one choice, on at most a page of lines; after the last it begins again. */
static void show_page(struct output *output, struct pages *pages)
{
    struct buffer *out = &output->buffer;
    size_t start = out->length;
    int lines = 0;
    while (pages->next < pages->choices->count && lines < PAGE) {
        show_choice(output, pages->choices, pages->next++);
        lines = 0;
        for (size_t i = start; i < out->length; i++)
            lines += buffer_text(out)[i] == '\n';
    }
    if (pages->next < pages->choices->count)
        output_paragraph(output, INDENT, "", COLOR_PLAIN, "... and %d more: ? shows them.",
                         pages->choices->count - pages->next);
    else
        pages->next = 0;
}

/* An answer in `line`, "" for Enter. False at the end of the input. `?` shows the explanation and, unless
 * NULL, the next page of a list. */
static bool read_answer(struct output *output, const char *prompt, const char *explanation,
                        struct pages *pages, char line[ASK_TEXT_SIZE])
{
    while (read_line(output, prompt, line)) {
        if (strcmp(line, "?") != 0)
            return true;
        output_text(output, "%s", explanation);
        if (pages)
            show_page(output, pages);
    }
    return false;
}

static bool is_none(const char *line)
{
    return strcmp(line, "-") == 0;
}

/* The number of a choice from 0, by its number from 1 or its value; ASK_NOTHING: there is no such choice. */
static int find_choice(const struct vocabulary *choices, const char *answer)
{
    char *end;
    long number = strtol(answer, &end, 10);
    if (choices && *answer >= '0' && *answer <= '9' && !*end)
        return number >= 1 && number <= choices->count ? (int)number - 1 : ASK_NOTHING;
    return choices ? vocabulary_find_spelled(choices, answer) : ASK_NOTHING;
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
    while (read_answer(output, prompt, explanation, NULL, line)) {
        int found = find_choice(choices, line);
        if (!*line && (*chosen >= 0 || optional))
            return true;
        if (found >= 0 || (is_none(line) && optional)) {
            *chosen = found;
            return true;
        }
        output_notice(output, "Write one of the numbers.");
    }
    return false;
}

/* Numbers, ranges of them and values with spaces between; false when one of them is none. */
static bool mark_numbers(const struct vocabulary *choices, const char *piece, bool marked[])
{
    bool numbers[ASK_MAX_CHOICES] = {false};
    char words[ASK_TEXT_SIZE];
    snprintf(words, sizeof words, "%s", piece);
    for (char *rest = words, *word; (word = strsep(&rest, " "));) {
        if (!*word)
            continue;
        int first = find_choice(choices, word);
        int last = first;
        char *dash = strchr(word, '-');
        if (first < 0 && dash) {
            *dash = '\0';
            first = find_choice(choices, word);
            last = find_choice(choices, dash + 1);
        }
        if (first < 0 || last < first)
            return false;
        for (int i = first; i <= last; i++)
            numbers[i] = true;
    }
    for (int i = 0; i < choices->count; i++)
        marked[i] |= numbers[i];
    return true;
}

/* The choice that the words fit; else ASK_NOTHING, and what was found is shown. */
static int search(struct output *output, const struct vocabulary *choices, int likely, const char *words)
{
    int fitting[ASK_MAX_CHOICES];
    int count = 0;
    int likely_count = 0;
    for (int i = 0; i < choices->count; i++)
        if (vocabulary_fits_words(&choices->entries[i], words, strlen(words))) {
            fitting[count++] = i;
            likely_count += i < likely;
        }
    /* Those that are likely come first. */
    if (count == 1 || likely_count == 1) {
        show_choice(output, choices, fitting[0]);
        return fitting[0];
    }
    if (!count)
        output_notice(output, "There is no \"%.80s\" in the list; try one word of it, or ?.", words);
    else
        output_notice(output, "\"%.80s\" fits %d of the list: answer with numbers%s", words, count,
                      count > PAGE ? ", or with more words; the first are:" : ":");
    for (int i = 0; i < count && i < PAGE; i++)
        show_choice(output, choices, fitting[i]);
    return ASK_NOTHING;
}

/* Marks the values of an answer, which is taken apart; false, and says why, when a part of it fits none or
 * several. */
static bool take_values(struct output *output, const struct vocabulary *choices, int likely, char *answer,
                        bool chosen[])
{
    bool marked[ASK_MAX_CHOICES] = {false};
    for (char *piece; (piece = strsep(&answer, ","));) {
        piece += strspn(piece, " ");
        int found = vocabulary_find_spelled(choices, piece);
        if (*piece && found < 0 && !mark_numbers(choices, piece, marked)) {
            found = search(output, choices, likely, piece);
            if (found < 0)
                return false;
        }
        if (found >= 0)
            marked[found] = true;
    }
    memcpy(chosen, marked, (size_t)choices->count * sizeof *chosen);
    return true;
}

bool ask_values(struct output *output, const char *question, const char *explanation,
                const struct vocabulary *choices, int likely, bool chosen[])
{
    struct buffer prompt CLEANUP(buffer_free) = BUFFER(8192);
    struct pages pages = {choices, 0};
    char line[ASK_TEXT_SIZE];
    bool is_long = choices->count > PAGE;
    bool any = false;
    show_question(output, question);
    show_page(output, &pages);
    buffer_append_text(&prompt, is_long ? "numbers or any words, - for none, ? ["
                                        : "numbers such as 1,3 or 1-3, - for none, ? [");
    for (int i = 0; i < choices->count; i++) {
        if (!chosen[i])
            continue;
        buffer_append_text(&prompt, any ? " " : "");
        if (is_long)
            buffer_append_text(&prompt, choices->entries[i].value);
        else
            buffer_append_format(&prompt, "%d", i + 1);
        any = true;
    }
    buffer_append_text(&prompt, any ? "] >" : "none] >");
    while (read_answer(output, buffer_text(&prompt), explanation, is_long ? &pages : NULL, line)) {
        if (is_none(line))
            memset(chosen, 0, (size_t)choices->count * sizeof *chosen);
        if (!*line || is_none(line) || take_values(output, choices, likely, line, chosen))
            return true;
    }
    return false;
}

bool ask_text(struct output *output, const char *question, const char *explanation,
              const struct vocabulary *choices, bool optional, char text[ASK_TEXT_SIZE])
{
    char prompt[LABEL_SIZE + 40];
    char line[ASK_TEXT_SIZE];
    show_question(output, question);
    show_choices(output, choices);
    if (*text || optional)
        snprintf(prompt, sizeof prompt, "%stext, ? [%.*s] >", choices ? "a number or " : "", LABEL_SIZE,
                 *text ? text : "leave it out");
    else
        snprintf(prompt, sizeof prompt, "%stext, ? >", choices ? "a number or " : "");
    while (read_answer(output, prompt, explanation, NULL, line)) {
        int found = find_choice(choices, line);
        if (*line && !is_none(line))
            snprintf(text, ASK_TEXT_SIZE, "%s", found >= 0 ? choices->entries[found].value : line);
        else if (*line && optional)
            text[0] = '\0';
        if (optional || *text)
            return true;
    }
    return false;
}

bool ask_yes(struct output *output, const char *question, enum ask_enter enter)
{
    char prompt[400];
    char line[ASK_TEXT_SIZE];
    snprintf(prompt, sizeof prompt, "%.380s %s >", question, enter == ASK_ENTER_IS_YES ? "[Y/n]" : "[y/N]");
    while (read_line(output, prompt, line)) {
        if (!*line)
            return enter == ASK_ENTER_IS_YES;
        if (strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0)
            return true;
        if (strcasecmp(line, "n") == 0 || strcasecmp(line, "no") == 0)
            return false;
        output_notice(output, "Write y or n.");
    }
    return false;
}
