/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/json_writer.h"

#include <limits.h>
#include <string.h>

#include "core/pci_id.h"
#include "core/text.h"

void json_write_key(struct json_writer *writer, const char *key)
{
    struct buffer *out = writer->out;
    size_t length = key ? strlen(key) : 0;
    char *end = buffer_reserve(out, length + strlen(",\"\":"));
    if (!end)
        return;
    char *start = end;
    if (writer->need_comma)
        *end++ = ',';
    writer->need_comma = true;
    if (key) {
        *end++ = '"';
        end = (char *)mempcpy(end, key, length);
        *end++ = '"';
        *end++ = ':';
    }
    *end = '\0';
    out->length += (size_t)(end - start);
}

static void begin(struct json_writer *writer, const char *key, char bracket)
{
    json_write_key(writer, key);
    buffer_append_byte(writer->out, bracket);
    writer->need_comma = false;
}

static void end(struct json_writer *writer, char bracket)
{
    buffer_append_byte(writer->out, bracket);
    writer->need_comma = true;
}

void json_write_begin_object(struct json_writer *writer, const char *key)
{
    begin(writer, key, '{');
}

bool json_write_begin_object_or_null(struct json_writer *writer, const char *key, bool is_known)
{
    if (is_known)
        json_write_begin_object(writer, key);
    else
        json_write_null(writer, key);
    return is_known;
}

void json_write_end_object(struct json_writer *writer)
{
    end(writer, '}');
}

void json_write_end_line(struct json_writer *writer)
{
    json_write_end_object(writer);
    buffer_append_byte(writer->out, '\n');
}

void json_write_begin_array(struct json_writer *writer, const char *key)
{
    begin(writer, key, '[');
}

void json_write_end_array(struct json_writer *writer)
{
    end(writer, ']');
}

static void write_escaped(struct buffer *out, uint32_t character)
{
    static const char short_forms[] = "\bb\tt\nn\ff\rr\"\"\\\\";
    const char *form = character < 0x80 ? strchr(short_forms, (int)character) : NULL;
    if (form && *form && (form - short_forms) % 2 == 0) {
        buffer_append_byte(out, '\\');
        buffer_append_byte(out, form[1]);
    } else if (character > 0xffff) {
        buffer_append_format(out, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((character - 0x10000) >> 10)),
                             (unsigned)(0xdc00 + ((character - 0x10000) & 0x3ff)));
    } else {
        buffer_append_format(out, "\\u%04x", (unsigned)character);
    }
}

/* How many bytes from here on stand for themselves in a JSON string, in a terminal too: more than half of an
 * answer, so that a table pays. */
#define PLAIN(byte)    ((byte) >= 0x20 && (byte) < 0x7f && (byte) != '"' && (byte) != '\\')
#define PLAIN_4(byte)  PLAIN(byte), PLAIN((byte) + 1), PLAIN((byte) + 2), PLAIN((byte) + 3)
#define PLAIN_16(byte) PLAIN_4(byte), PLAIN_4((byte) + 4), PLAIN_4((byte) + 8), PLAIN_4((byte) + 12)
#define PLAIN_64(byte) PLAIN_16(byte), PLAIN_16((byte) + 16), PLAIN_16((byte) + 32), PLAIN_16((byte) + 48)
static size_t plain_length(const char *bytes, size_t length)
{
    static const bool is_plain[UCHAR_MAX + 1] = {PLAIN_64(0), PLAIN_64(64)};
    size_t plain = 0;
    while (plain < length && is_plain[(unsigned char)bytes[plain]])
        plain++;
    return plain;
}

/* `plain`: how many bytes at its beginning stand for themselves. */
static void write_string(struct json_writer *writer, const char *key, const char *bytes, size_t length,
                         size_t plain)
{
    struct buffer *out = writer->out;
    json_write_key(writer, key);
    buffer_append_byte(out, '"');
    size_t written = 0;
    for (size_t i = plain; i < length; i += plain_length(bytes + i, length - i)) {
        uint32_t character = 0;
        size_t size = text_decode(bytes + i, length - i, &character);
        bool escape = character < 0x20 || character == '"' || character == '\\' ||
                      (writer->for_terminal && text_is_unsafe(character));
        if (size && !escape) {
            i += size;
            continue;
        }
        buffer_append(out, bytes + written, i - written);
        if (size)
            write_escaped(out, character);
        else
            buffer_append_text(out, "\xef\xbf\xbd");
        i += size ? size : 1;
        written = i;
    }
    buffer_append(out, bytes + written, length - written);
    buffer_append_byte(out, '"');
}

void json_write_bytes(struct json_writer *writer, const char *key, const char *bytes, size_t length)
{
    write_string(writer, key, bytes, length, plain_length(bytes, length));
}

void json_write_string(struct json_writer *writer, const char *key, const char *text)
{
    size_t plain = plain_length(text, SIZE_MAX); /* a NUL is not plain */
    write_string(writer, key, text, text[plain] ? strlen(text) : plain, plain);
}

void json_write_list(struct json_writer *writer, const char *key, const char *text, char separator)
{
    json_write_begin_array(writer, key);
    while (*text) {
        size_t length = (size_t)(strchrnul(text, separator) - text);
        if (length)
            json_write_bytes(writer, NULL, text, length);
        text += length + (text[length] != '\0');
    }
    json_write_end_array(writer);
}

void json_write_pci_id(struct json_writer *writer, const char *key, uint32_t number)
{
    char text[PCI_ID_TEXT_SIZE];
    json_write_string(writer, key, pci_id_print_number(number, text));
}

/* An answer has fifty numbers: printf would take a fifth of its time. */
static void append_integer(struct buffer *out, int64_t value)
{
    char digits[20];
    char *at = digits + sizeof digits;
    uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do
        *--at = (char)('0' + left % 10);
    while (left /= 10);
    if (value < 0)
        *--at = '-';
    buffer_append(out, at, (size_t)(digits + sizeof digits - at));
}

void json_write_integer(struct json_writer *writer, const char *key, int64_t value)
{
    json_write_key(writer, key);
    append_integer(writer->out, value);
}

/* Three decimals, without the zeros at the end. */
static void write_rounded(struct json_writer *writer, const char *key, double value, bool is_in_range)
{
    if (!is_in_range) {
        json_write_null(writer, key);
        return;
    }
    int64_t thousandths = (int64_t)(value * 1000.0 + 0.5);
    int left = (int)(thousandths % 1000);
    const char digits[] = {'.', (char)('0' + left / 100), (char)('0' + left / 10 % 10),
                           (char)('0' + left % 10)};
    json_write_key(writer, key);
    append_integer(writer->out, thousandths / 1000);
    buffer_append(writer->out, digits, left % 10 ? 4 : left % 100 ? 3 : 2);
}

void json_write_fraction(struct json_writer *writer, const char *key, double value)
{
    write_rounded(writer, key, value, value >= 0.0 && value <= 1.0);
}

void json_write_decimal(struct json_writer *writer, const char *key, double value)
{
    write_rounded(writer, key, value, value >= 0.0 && value < 1e9);
}

void json_write_bool(struct json_writer *writer, const char *key, bool value)
{
    json_write_key(writer, key);
    buffer_append_text(writer->out, value ? "true" : "false");
}

void json_write_null(struct json_writer *writer, const char *key)
{
    json_write_key(writer, key);
    buffer_append_text(writer->out, "null");
}

void json_write_text_or_null(struct json_writer *writer, const char *key, const char *text)
{
    if (text && *text)
        json_write_string(writer, key, text);
    else
        json_write_null(writer, key);
}

void json_write_integer_or_null(struct json_writer *writer, const char *key, int64_t value, bool is_known)
{
    if (is_known)
        json_write_integer(writer, key, value);
    else
        json_write_null(writer, key);
}

void json_write_tristate(struct json_writer *writer, const char *key, enum tristate value)
{
    if (value == TRISTATE_UNKNOWN)
        json_write_null(writer, key);
    else
        json_write_bool(writer, key, value == TRISTATE_YES);
}

void json_append_safe(struct buffer *out, const char *json, size_t length)
{
    for (size_t at = 0, size; at < length; at += size ? size : 1) {
        uint32_t character;
        size = text_decode(json + at, length - at, &character);
        if (size && text_is_unsafe(character))
            write_escaped(out, character);
        else if (size)
            buffer_append(out, json + at, size);
    }
}
