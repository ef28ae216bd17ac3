#include "core/json_writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

static void write_key(struct json_writer *writer, const char *key)
{
    if (writer->need_comma)
        buffer_append_byte(writer->out, ',');
    writer->need_comma = true;
    if (!key)
        return;
    size_t length = strlen(key);
    char *end = buffer_reserve(writer->out, length + 3);
    if (!end)
        return;
    *end++ = '"';
    memcpy(end, key, length);
    memcpy(end + length, "\":", 3);
    writer->out->length += length + 3;
}

static void begin(struct json_writer *writer, const char *key, char bracket)
{
    write_key(writer, key);
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

void json_write_end_object(struct json_writer *writer)
{
    end(writer, '}');
}

void json_write_begin_array(struct json_writer *writer, const char *key)
{
    begin(writer, key, '[');
}

void json_write_end_array(struct json_writer *writer)
{
    end(writer, ']');
}

void json_write_string(struct json_writer *writer, const char *key, const char *text)
{
    json_write_bytes(writer, key, text, strlen(text));
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

/* Whether a byte stands for itself in a JSON string, in a terminal too. */
static inline bool is_plain(unsigned char byte)
{
    return (unsigned)byte - 0x20 < 0x5f && byte != '"' && byte != '\\';
}

/* How many bytes from here on stand for themselves. Eight at a time: a byte is not plain when it is below
 * 0x20 or above 0x7e, or when it is zero after an exclusive or with '"' or '\\'. Borrows from one byte to the
 * next only make the test stricter. */
static size_t plain_run(const char *bytes, size_t length)
{
    const uint64_t ones = 0x0101010101010101;
    const uint64_t tops = 0x8080808080808080;
    size_t i = 0;
    for (; i + 8 <= length; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, sizeof word);
        uint64_t quote = word ^ ones * '"';
        uint64_t backslash = word ^ ones * '\\';
        if (((word - ones * 0x20) | (word + ones) | word | (quote - ones) | (backslash - ones)) & tops)
            break;
    }
    while (i < length && is_plain((unsigned char)bytes[i]))
        i++;
    return i;
}

void json_write_bytes(struct json_writer *writer, const char *key, const char *bytes, size_t length)
{
    struct buffer *out = writer->out;
    write_key(writer, key);
    buffer_append_byte(out, '"');
    size_t plain = 0;
    for (size_t i = 0; i < length;) {
        i += plain_run(bytes + i, length - i);
        if (i == length)
            break;
        uint32_t character = 0;
        size_t size = text_decode(bytes + i, length - i, &character);
        bool escape = character < 0x20 || character == '"' || character == '\\' ||
                      (writer->for_terminal && text_is_unsafe(character));
        if (size && !escape) {
            i += size;
            continue;
        }
        buffer_append(out, bytes + plain, i - plain);
        if (size)
            write_escaped(out, character);
        else
            buffer_append_text(out, "\xef\xbf\xbd");
        i += size ? size : 1;
        plain = i;
    }
    buffer_append(out, bytes + plain, length - plain);
    buffer_append_byte(out, '"');
}

void json_write_integer(struct json_writer *writer, const char *key, int64_t value)
{
    char digits[24];
    char *start = digits + sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        *--start = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0)
        *--start = '-';
    write_key(writer, key);
    buffer_append(writer->out, start, (size_t)(digits + sizeof digits - start));
}

void json_write_fraction(struct json_writer *writer, const char *key, double value)
{
    if (!(value >= 0.0 && value <= 1.0)) {
        json_write_null(writer, key);
        return;
    }
    int thousandths = (int)(value * 1000.0 + 0.5);
    char digits[5] = {(char)('0' + thousandths / 1000), '.', (char)('0' + thousandths / 100 % 10),
                      (char)('0' + thousandths / 10 % 10), (char)('0' + thousandths % 10)};
    size_t length = sizeof digits;
    while (length > 3 && digits[length - 1] == '0')
        length--;
    write_key(writer, key);
    buffer_append(writer->out, digits, length);
}

void json_write_seconds(struct json_writer *writer, const char *key, double value)
{
    if (!(value >= 0.0 && value < 1e9)) {
        json_write_null(writer, key);
        return;
    }
    int64_t thousandths = (int64_t)(value * 1000.0 + 0.5);
    char digits[24];
    int length =
        snprintf(digits, sizeof digits, "%" PRId64 ".%03d", thousandths / 1000, (int)(thousandths % 1000));
    while (digits[length - 1] == '0' && digits[length - 2] != '.')
        length--;
    write_key(writer, key);
    buffer_append(writer->out, digits, (size_t)length);
}

void json_write_bool(struct json_writer *writer, const char *key, bool value)
{
    write_key(writer, key);
    buffer_append_text(writer->out, value ? "true" : "false");
}

void json_write_null(struct json_writer *writer, const char *key)
{
    write_key(writer, key);
    buffer_append_text(writer->out, "null");
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
