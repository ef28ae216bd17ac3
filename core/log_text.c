/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/log_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_reader.h"
#include "core/text.h"

static bool starts_with(const char *text, size_t length, const char *start)
{
    return strlen(start) <= length && memcmp(text, start, strlen(start)) == 0;
}

/* ---- what stands for a character ---- */

/* How many bytes a control sequence of a terminal has that begins here; 0: none does. */
static size_t sequence_length(const char *text, size_t length)
{
    static const char *const escapes[] = {"\x1b", "^[", "#033", "\\033", "\\x1b"};
    size_t i = 0;
    for (size_t e = 0; e < ARRAY_SIZE(escapes) && !i; e++)
        i = starts_with(text, length, escapes[e]) ? strlen(escapes[e]) : 0;
    if (!i || (i == length && text[0] != '\x1b'))
        return 0;
    if (i < length && text[i] == '[') {
        for (i++; i < length && text[i] >= ' ' && text[i] <= '?';)
            i++;
        return i < length && text[i] >= '@' && text[i] <= '~' ? i + 1 : 0;
    }
    if (text[0] != '\x1b')
        return 0;
    if (i == length || text[i] != ']') {
        while (i < length && text[i] >= ' ' && text[i] <= '/')
            i++;
        return i + (i < length && text[i] >= '0' && text[i] <= '~');
    }
    while (i < length && text[i] != '\a' && text[i] != '\x1b')
        i++;
    return i + (i < length) + starts_with(text + i, length - i, "\x1b\\");
}

/* The character that `digits` of a base spell, up to `end`, and how many bytes that takes; 0: none. */
static size_t read_number(const char *text, size_t length, int base, size_t least, size_t most,
                          unsigned *character)
{
    char digits[8] = "";
    size_t count = 0;
    while (count < most && count < length &&
           (base == 16 ? isxdigit((unsigned char)text[count]) : isdigit((unsigned char)text[count])))
        count++;
    memcpy(digits, text, count);
    *character = (unsigned)strtoul(digits, NULL, base);
    return count >= least ? count : 0;
}

/* The character that an HTML entity at the & of `text` stands for, and its length; 0: it is none. */
static size_t read_entity(const char *text, size_t length, unsigned *character)
{
    static const struct {
        const char *name;
        unsigned character;
    } names[] = {{"quot;", '"'}, {"apos;", '\''}, {"lt;", '<'}, {"gt;", '>'}, {"nbsp;", ' '}};
    size_t start = 1;
    while (starts_with(text + start, length - start, "amp;"))
        start += 4;
    const char *rest = text + start;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (starts_with(rest, length - start, names[i].name)) {
            *character = names[i].character;
            return start + strlen(names[i].name);
        }
    *character = '&';
    if (start < length && *rest == '#') {
        bool is_hexadecimal = starts_with(rest, length - start, "#x");
        size_t before = start + 1 + is_hexadecimal;
        unsigned number;
        size_t digits = read_number(text + before, length - before, is_hexadecimal ? 16 : 10, 1, 6, &number);
        if (digits && before + digits < length && text[before + digits] == ';') {
            *character = number;
            return before + digits + 1;
        }
    }
    return start > 1 ? start : 0;
}

/* What a pattern expects in its place; 0: it is left out, and itself: it stays. */
static unsigned fold(unsigned character)
{
    static const struct {
        unsigned first, last, folded;
    } folds[] = {
        {'\r', '\r', 0},       {0x91, 0x92, '\''},    {0x93, 0x94, '"'},      {0xa0, 0xa0, ' '},
        {0xab, 0xab, '"'},     {0xad, 0xad, 0},       {0xb4, 0xb4, '\''},     {0xbb, 0xbb, '"'},
        {0x2000, 0x200a, ' '}, {0x200b, 0x200f, 0},   {0x2010, 0x2015, '-'},  {0x2018, 0x201b, '\''},
        {0x201c, 0x201f, '"'}, {0x202f, 0x202f, ' '}, {0x2032, 0x2032, '\''}, {0x2033, 0x2033, '"'},
        {0x2212, 0x2212, '-'}, {0xfeff, 0xfeff, 0},
    };
    for (size_t i = 0; i < ARRAY_SIZE(folds); i++)
        if (character >= folds[i].first && character <= folds[i].last)
            return folds[i].folded;
    return character;
}

/* Whether nothing that is folded begins with this byte. */
static bool is_plain(char byte)
{
    return (unsigned char)byte < 0x80 && (!byte || !strchr("\x1b^#\\&\r", byte));
}

static void append_plain(struct buffer *out, const char *text, size_t length)
{
    for (size_t i = 0, taken; i < length; i += taken) {
        unsigned character = (unsigned char)text[i];
        size_t plain = i;
        while (plain < length && is_plain(text[plain]))
            plain++;
        buffer_append(out, text + i, taken = plain - i);
        if (taken)
            continue;
        if ((taken = sequence_length(text + i, length - i)))
            continue;
        if (character == '&' && (taken = read_entity(text + i, length - i, &character)))
            character = fold(character) < 0x80 ? fold(character) : '?';
        else if (character < 0x80)
            taken = 1;
        else if (!(taken = text_decode(text + i, length - i, &character)))
            taken = 1; /* of Windows-1252, it may be a quote */
        unsigned folded = fold(character);
        if (folded >= 0x80)
            buffer_append(out, text + i, taken);
        else if (folded)
            buffer_append_byte(out, (char)folded);
    }
}

/* ---- JSON ---- */

/* The escapes of a JSON string, whose backslashes may have been escaped themselves. */
static void append_unescaped(struct buffer *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t start = i;
        unsigned character;
        size_t digits;
        while (i < length && text[i] == '\\')
            i++;
        const char *next = text + i;
        if (i == start)
            buffer_append_byte(out, text[i++]);
        else if (i < length && strchr("\"/nrt", *next) && *next) {
            buffer_append_byte(out, *next == 'n' ? '\n' : *next == 'r' ? '\r' : *next == 't' ? '\t' : *next);
            i++;
        } else if (i < length && *next == 'u' &&
                   (digits = read_number(next + 1, length - i - 1, 16, 4, 4, &character)) && character &&
                   character < 0x80) {
            buffer_append_byte(out, (char)character);
            i += 1 + digits;
        } else
            buffer_append(out, text + start, i - start);
    }
}

/* The message of a record of the journal: a string, or an array of bytes where it is no plain text. */
static bool append_message(struct buffer *out, const char *line, size_t length)
{
    struct error error;
    json_auto_t *record = NULL;
    if (!memmem(line, length, "\"MESSAGE\"", 9) || json_read(line, length, &record, &error))
        return false;
    const json_t *message = json_object_get(record, "MESSAGE");
    const char *identifier = json_member_text(record, "SYSLOG_IDENTIFIER");
    if (!json_is_string(message) && !json_is_array(message))
        return false;
    if (identifier && strcmp(identifier, "kernel") != 0)
        buffer_append_format(out, "%s: ", identifier);
    if (json_is_string(message))
        buffer_append_text(out, json_string_value(message));
    for (size_t i = 0; i < json_array_size(message); i++) {
        int64_t byte;
        if (json_whole_number(json_array_get(message, i), 1, 255, &byte))
            buffer_append_byte(out, (char)byte);
    }
    return true;
}

void log_text_append(struct buffer *out, const char *line, size_t length)
{
    struct buffer decoded CLEANUP(buffer_free) = BUFFER(out->max);
    size_t start = 0;
    while (start < length && (line[start] == ' ' || line[start] == '\t'))
        start++;
    bool is_json = start < length && line[start] == '{';
    const char *backslash = memchr(line, '\\', length);
    if (!is_json && (!backslash || !memmem(backslash, length - (size_t)(backslash - line), "\\\"", 2))) {
        append_plain(out, line, length);
        return;
    }
    if (!is_json || !append_message(&decoded, line + start, length - start))
        append_unescaped(&decoded, line, length);
    append_plain(out, buffer_text(&decoded), decoded.length);
}
