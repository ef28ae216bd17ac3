/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/text.h"

#include <string.h>

size_t text_decode(const char *bytes, size_t length, uint32_t *character)
{
    const unsigned char *b = (const unsigned char *)bytes;
    if (b[0] < 0x80) {
        *character = b[0];
        return 1;
    }
    size_t size = b[0] >= 0xf0 ? 4 : b[0] >= 0xe0 ? 3 : 2;
    if (b[0] < 0xc2 || b[0] > 0xf4 || length < size)
        return 0;
    uint32_t c = b[0] & (0x7fU >> size);
    for (size_t i = 1; i < size; i++) {
        if ((b[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (b[i] & 0x3fU);
    }
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (c < smallest[size] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *character = c;
    return size;
}

bool text_is_unsafe(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x061c || c == 0x180e ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) ||
           c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}

size_t text_plain_length(const char *bytes, size_t length)
{
    size_t plain = 0;
    while (plain < length && bytes[plain] >= 0x20 && bytes[plain] < 0x7f)
        plain++;
    return plain;
}

/* How many bytes from here on stand for themselves: UTF-8, and with `safe` nothing that text_is_unsafe names.
 */
static size_t valid_length(const char *bytes, size_t length, bool safe)
{
    size_t valid = 0;
    for (;;) {
        uint32_t character;
        valid += text_plain_length(bytes + valid, length - valid);
        if (valid == length)
            break;
        size_t size = text_decode(bytes + valid, length - valid, &character);
        if (!size || (safe && text_is_unsafe(character)))
            break;
        valid += size;
    }
    return valid;
}

bool text_is_utf8(const char *bytes, size_t length)
{
    return valid_length(bytes, length, false) == length;
}

/* Returns how many bytes were replaced. */
static size_t append(struct buffer *out, const char *bytes, size_t length, bool safe)
{
    size_t replaced = 0;
    for (size_t i = 0; i < length; replaced++) {
        size_t valid = valid_length(bytes + i, length - i, safe);
        uint32_t character = 0;
        buffer_append(out, bytes + i, valid);
        i += valid;
        if (i == length)
            break;
        size_t size = text_decode(bytes + i, length - i, &character);
        if (!safe)
            buffer_append_text(out, "\xef\xbf\xbd");
        else if (!size || character < 0x80)
            buffer_append_format(out, "\\x%02x", (unsigned char)bytes[i]);
        else
            buffer_append_format(out, "\\u{%04x}", (unsigned)character);
        i += size ? size : 1;
    }
    return replaced;
}

void text_append_safe(struct buffer *out, const char *bytes, size_t length)
{
    append(out, bytes, length, true);
}

size_t text_append_utf8(struct buffer *out, const char *bytes, size_t length)
{
    return append(out, bytes, length, false);
}

static bool is_wide(uint32_t c)
{
    return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
           (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
           (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
}

size_t text_width(const char *bytes, size_t length)
{
    size_t width = 0;
    for (size_t i = 0; i < length; width++) {
        if ((unsigned char)bytes[i] < 0x80) {
            i++;
            continue;
        }
        uint32_t character = 0;
        size_t size = text_decode(bytes + i, length - i, &character);
        i += size ? size : 1;
        width += is_wide(character);
    }
    return width;
}

void text_append_shell_word(struct buffer *out, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:@_";
    if (*text && !text[strspn(text, plain)]) {
        buffer_append_text(out, text);
        return;
    }
    buffer_append_byte(out, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            buffer_append_text(out, "'\\'");
        buffer_append_byte(out, *text);
    }
    buffer_append_byte(out, '\'');
}

bool text_ends_in(const char *text, const char *suffix)
{
    size_t length = strlen(text);
    return length >= strlen(suffix) && strcmp(text + length - strlen(suffix), suffix) == 0;
}

int text_compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static char folded(char c)
{
    return c == '-' ? '_' : c;
}

int text_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    int rows[3][TEXT_MAX_DISTANCE + 1];
    if (a_length > TEXT_MAX_DISTANCE || b_length > TEXT_MAX_DISTANCE)
        return TEXT_MAX_DISTANCE;
    for (size_t x = 0; x <= a_length; x++)
        rows[0][x] = (int)x;
    for (size_t y = 1; y <= b_length; y++) {
        int *row = rows[y % 3];
        const int *above = rows[(y + 2) % 3];
        row[0] = (int)y;
        for (size_t x = 1; x <= a_length; x++) {
            char c = folded(a[x - 1]);
            char d = folded(b[y - 1]);
            int best = above[x - 1] + (c != d);
            best = above[x] + 1 < best ? above[x] + 1 : best;
            best = row[x - 1] + 1 < best ? row[x - 1] + 1 : best;
            bool swapped = x > 1 && y > 1 && c == folded(b[y - 2]) && d == folded(a[x - 2]);
            if (swapped && rows[(y + 1) % 3][x - 2] + 1 < best)
                best = rows[(y + 1) % 3][x - 2] + 1;
            row[x] = best;
        }
    }
    return rows[b_length % 3][a_length];
}

size_t text_remove_colours(char *text)
{
    char *to = strchrnul(text, '\033');
    for (const char *from = to; *from;) {
        if (*from != '\033') {
            *to++ = *from++;
            continue;
        }
        from++;
        if (*from == '[')
            from += 1 + strspn(from + 1, "0123456789;?");
        from += *from != '\0';
    }
    *to = '\0';
    return (size_t)(to - text);
}
