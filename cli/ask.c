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

static void tell(struct output *output, const char *text)
{
    output_paragraph_color(output, 0, "", COLOR_YELLOW, text);
}

/* Shows what has gathered, then the prompt. */
static bool show_prompt(struct output *output, const char *prompt)
{
    output_color(output, COLOR_BOLD);
    text_append_safe(&output->buffer, prompt, strlen(prompt));
    output_color(output, COLOR_PLAIN);
    buffer_append_byte(&output->buffer, ' ');
    return output_flush(output);
}

/* Arrow keys leave control characters in a line, another locale bytes that are no UTF-8. */
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

/* A line without the blanks around it. False at the end of the input. */
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
        size_t blanks = strspn(line, " \t");
        memmove(line, line + blanks, length - blanks + 1);
        if (whole && is_clean(line))
            return true;
        tell(output, whole ? "That has a character that cannot be kept, such as that of an arrow key."
                           : "That is too long.");
    }
}

static void show_question(struct output *output, const char *question)
{
    output_blank(output);
    output_paragraph_color(output, 0, "", COLOR_BOLD, question);
}

static void show_choice(struct output *output, int number, const char *word, const char *text)
{
    char label[16];
    char both[700];
    snprintf(label, sizeof label, "%4d", number);
    snprintf(both, sizeof both, "%s%s%s", word, text && *text ? ": " : "", text ? text : "");
    output_paragraph(output, INDENT, label, both);
}

/* The number of a choice from 0, by its number from 1 or its word; ASK_NOTHING: it is none. */
static int find_choice(const struct ask_choice choices[], int count, const char *answer, size_t length)
{
    char word[120];
    char *end;
    if (length >= sizeof word)
        return ASK_NOTHING;
    snprintf(word, sizeof word, "%.*s", (int)length, answer);
    long number = strtol(word, &end, 10);
    if (*word >= '0' && *word <= '9' && !*end)
        return number >= 1 && number <= count ? (int)number - 1 : ASK_NOTHING;
    for (int i = 0; i < count; i++)
        if (strcasecmp(choices[i].word, word) == 0)
            return i;
    return ASK_NOTHING;
}

bool ask_choice(struct output *output, const char *question, const char *explanation,
                const struct ask_choice choices[], int count, bool optional, int *chosen)
{
    char prompt[LABEL_SIZE + 40];
    char line[ASK_TEXT_SIZE];
    show_question(output, question);
    for (int i = 0; i < count; i++)
        show_choice(output, i + 1, choices[i].word, choices[i].text);
    if (*chosen >= 0)
        snprintf(prompt, sizeof prompt, "1-%d, ? [%d] >", count, *chosen + 1);
    else
        snprintf(prompt, sizeof prompt, "1-%d, ?%s >", count, optional ? " [not known]" : "");
    for (;;) {
        if (!read_line(output, prompt, line))
            return false;
        int found = find_choice(choices, count, line, strlen(line));
        if (found >= 0)
            *chosen = found;
        if (found >= 0 || (!*line && (*chosen >= 0 || optional)))
            return true;
        if (optional && strcmp(line, "-") == 0) {
            *chosen = ASK_NOTHING;
            return true;
        }
        if (strcmp(line, "?") == 0)
            output_paragraph(output, 0, "", explanation);
        else
            tell(output, "Write one of the numbers.");
    }
}

static int list_choices(const struct vocabulary *vocabulary, struct ask_choice choices[ASK_MAX_CHOICES])
{
    int count = vocabulary->count < ASK_MAX_CHOICES ? vocabulary->count : ASK_MAX_CHOICES;
    for (int i = 0; i < count; i++)
        choices[i] = (struct ask_choice){vocabulary->words[i].word, vocabulary->words[i].text};
    return count;
}

bool ask_word(struct output *output, const char *question, const char *explanation,
              const struct vocabulary *vocabulary, bool optional, int *chosen)
{
    struct ask_choice choices[ASK_MAX_CHOICES];
    int count = list_choices(vocabulary, choices);
    return ask_choice(output, question, explanation, choices, count, optional, chosen);
}

/* Marks the words of an answer; false, and says which, when one of them is none. */
static bool take_words(struct output *output, const struct ask_choice choices[], int count,
                       const char *answer, bool chosen[])
{
    bool marked[ASK_MAX_CHOICES] = {false};
    for (const char *at = answer + strspn(answer, " ,"); *at; at += strspn(at, " ,")) {
        size_t length = strcspn(at, " ,");
        int found = find_choice(choices, count, at, length);
        if (found < 0) {
            char text[160];
            snprintf(text, sizeof text, "There is no \"%.*s\" in the list, which ? shows.",
                     (int)(length < 80 ? length : 80), at);
            tell(output, text);
            return false;
        }
        marked[found] = true;
        at += length;
    }
    memcpy(chosen, marked, (size_t)count * sizeof *chosen);
    return true;
}

bool ask_words(struct output *output, const char *question, const char *explanation,
               const struct vocabulary *vocabulary, bool chosen[])
{
    struct ask_choice choices[ASK_MAX_CHOICES];
    struct buffer prompt CLEANUP(buffer_free) = BUFFER(8192);
    char line[ASK_TEXT_SIZE];
    int count = list_choices(vocabulary, choices);
    bool any = false;
    show_question(output, question);
    for (int i = 0; i < count && count <= SHORT_LIST; i++)
        show_choice(output, i + 1, choices[i].word, choices[i].text);
    buffer_append_format(&prompt, "numbers%s, - for none, ?%s [", count <= SHORT_LIST ? "" : " or words",
                         count <= SHORT_LIST ? "" : " lists them");
    for (int i = 0; i < count; i++) {
        if (!chosen[i])
            continue;
        if (count <= SHORT_LIST)
            buffer_append_format(&prompt, "%s%d", any ? " " : "", i + 1);
        else
            buffer_append_format(&prompt, "%s%s", any ? " " : "", choices[i].word);
        any = true;
    }
    buffer_append_text(&prompt, any ? "] >" : "none] >");
    for (;;) {
        if (!read_line(output, buffer_text(&prompt), line))
            return false;
        if (!*line)
            return true;
        if (strcmp(line, "-") == 0) {
            memset(chosen, 0, (size_t)count * sizeof *chosen);
            return true;
        }
        if (strcmp(line, "?") == 0) {
            output_paragraph(output, 0, "", explanation);
            for (int i = 0; i < count && count > SHORT_LIST; i++)
                show_choice(output, i + 1, choices[i].word, choices[i].text);
        } else if (take_words(output, choices, count, line, chosen)) {
            return true;
        }
    }
}

bool ask_text(struct output *output, const char *question, const char *explanation,
              const char *const *suggestions, char text[ASK_TEXT_SIZE])
{
    struct ask_choice choices[ASK_MAX_CHOICES];
    char prompt[LABEL_SIZE + 40];
    char line[ASK_TEXT_SIZE];
    int count = 0;
    show_question(output, question);
    for (; suggestions && suggestions[count] && count < ASK_MAX_CHOICES; count++) {
        choices[count] = (struct ask_choice){suggestions[count], NULL};
        show_choice(output, count + 1, suggestions[count], NULL);
    }
    snprintf(prompt, sizeof prompt, "%stext, ? [%.*s] >", count ? "a number or " : "", LABEL_SIZE,
             *text ? text : "leave it out");
    for (;;) {
        if (!read_line(output, prompt, line))
            return false;
        if (!*line)
            return true;
        if (strcmp(line, "?") == 0) {
            output_paragraph(output, 0, "", explanation);
            continue;
        }
        int found = find_choice(choices, count, line, strlen(line));
        snprintf(text, ASK_TEXT_SIZE, "%s",
                 found >= 0               ? choices[found].word
                 : strcmp(line, "-") == 0 ? ""
                                          : line);
        return true;
    }
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
        tell(output, "Write y or n.");
    }
    return false;
}
