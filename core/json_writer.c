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
    buffer_append_byte(writer->out, '"');
    buffer_append_text(writer->out, key);
    buffer_append(writer->out, "\":", 2);
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

static bool is_plain_ascii(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

void json_write_bytes(struct json_writer *writer, const char *key, const char *bytes, size_t length)
{
    struct buffer *out = writer->out;
    write_key(writer, key);
    buffer_append_byte(out, '"');
    size_t plain = 0;
    for (size_t i = 0; i < length;) {
        if (is_plain_ascii((unsigned char)bytes[i])) {
            i++;
            continue;
        }
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
