#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "probe/host_state.h"

enum { MAX_WORDS_TEXT = 256 << 10 };

const char *kernel_word(const struct kernel_line *line, int number)
{
    return line->texts.data + line->words[number].text;
}

const char *kernel_word_file(const struct kernel_line *line, int number)
{
    return line->texts.data + line->words[number].file;
}

void kernel_line_free(struct kernel_line *line)
{
    buffer_free(&line->texts);
    line->count = 0;
}

static void add_word(struct kernel_line *line, struct span word, const char *file, long number)
{
    line->texts.max = MAX_WORDS_TEXT;
    size_t before = line->texts.length;
    size_t name = before;
    if (!word.length)
        return;
    line->is_cut |= line->count == MAX_KERNEL_WORDS;
    if (line->count == MAX_KERNEL_WORDS)
        return;
    if (line->count && strcmp(kernel_word_file(line, line->count - 1), file) == 0) {
        name = line->words[line->count - 1].file;
    } else {
        buffer_append(&line->texts, file, strlen(file) + 1);
    }
    size_t text = line->texts.length;
    buffer_append(&line->texts, word.start, word.length);
    buffer_append_byte(&line->texts, '\0');
    line->is_cut |= line->texts.failed;
    if (!line->texts.failed)
        line->words[line->count++] = (struct kernel_word){text, name, number};
}

/* Documentation/admin-guide/kernel-parameters.rst: double quotes protect spaces in values. */
void kernel_line_add(struct kernel_line *line, struct span text, const char *file, long first_line)
{
    struct span word = {text.start, 0};
    long number = first_line;
    bool quoted = false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.start[i];
        if (c == '"')
            quoted = !quoted;
        if (!c || (isspace((unsigned char)c) && !quoted)) {
            add_word(line, word, file, number);
            word = (struct span){text.start + i + 1, 0};
        } else {
            word.length++;
        }
        number += c == '\n';
    }
    add_word(line, word, file, number);
}

bool kernel_line_has(const struct kernel_line *line, const char *word)
{
    struct span key;
    struct span value;
    struct span other_value;
    struct span other;
    span_split(span_of(word), '=', &key, &value);
    for (int i = 0; i < line->count; i++) {
        span_split(span_of(kernel_word(line, i)), '=', &other, &other_value);
        bool same_key = key.length == other.length;
        for (size_t n = 0; n < key.length && same_key; n++)
            same_key =
                (key.start[n] == '-' ? '_' : key.start[n]) == (other.start[n] == '-' ? '_' : other.start[n]);
        if (same_key && strcmp(value.start, other_value.start) == 0)
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

/* Reads a value behind its = to its end; moves `at` behind it and counts the lines. A newline between quotes
 * stays one, so that each word keeps its line. */
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

static void assign(struct kernel_line *words, const char *name, const struct shell_value *value, bool append,
                   const char *file)
{
    char self[2][64];
    snprintf(self[0], sizeof self[0], "$%s", name);
    snprintf(self[1], sizeof self[1], "${%s}", name);
    struct span text = {buffer_text(&value->text), value->text.length};
    if (!append && !span_holds(text, self[0]) && !span_holds(text, self[1]))
        words->count = 0;
    int before = words->count;
    kernel_line_add(words, text, file, value->line);
    /* What stands for the words before is no word of its own. */
    int kept = before;
    for (int i = before; i < words->count; i++)
        if (strcmp(kernel_word(words, i), self[0]) != 0 && strcmp(kernel_word(words, i), self[1]) != 0)
            words->words[kept++] = words->words[i];
    words->count = kept;
}

/* One command of the shell: an assignment that we know, or anything else, which is passed over. */
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
        struct shell_value value = {.text = BUFFER(MAX_WORDS_TEXT)};
        *at = end + (append ? 2 : 1);
        read_value(text, at, line, &value);
        if (known && span_is(name, linux_name))
            assign(&settings->linux_words, linux_name, &value, append, file);
        else if (known)
            assign(&settings->default_words, default_name, &value, append, file);
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
