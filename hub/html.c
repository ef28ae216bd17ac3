/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/html.h"

#include <string.h>

#include "core/text.h"

void html_text(struct buffer *out, const char *text)
{
    struct buffer safe CLEANUP(buffer_free) = BUFFER(1 << 22);
    text_append_safe(&safe, text, strlen(text));
    for (const char *c = buffer_text(&safe); *c;) {
        const size_t plain = strcspn(c, "<>&\"'");
        buffer_append(out, c, plain);
        c += plain;
        if (*c)
            buffer_append_text(out, *c == '<'   ? "&lt;"
                                    : *c == '>' ? "&gt;"
                                    : *c == '&' ? "&amp;"
                                    : *c == '"' ? "&quot;"
                                                : "&#39;");
        c += *c != '\0';
    }
    out->failed |= safe.failed;
}

static bool is_address(const char *text)
{
    return *text == 'h' && (strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0);
}

void html_link(struct buffer *out, const char *address, const char *text)
{
    if (strchr(address, ':') && !is_address(address)) {
        html_text(out, text);
        return;
    }
    buffer_append_text(out, "<a href=\"");
    html_text(out, address);
    buffer_append_text(out, is_address(address) ? "\" rel=\"nofollow noopener\">" : "\">");
    html_text(out, text);
    buffer_append_text(out, "</a>");
}

void html_text_with_links(struct buffer *out, const char *text)
{
    while (*text) {
        char piece[1024];
        size_t length = 0;
        const size_t address = is_address(text) ? strcspn(text, " \t\n\"<>") : 0;
        const bool is_link = address && address < sizeof piece; /* a part of one leads nowhere */
        if (is_link)
            length = address;
        else
            while (length < sizeof piece - 8 && text[length] && !(length && is_address(text + length)))
                length++;
        while (!is_link && length > 1 && ((unsigned char)text[length] & 0xc0) == 0x80)
            length--; /* not within a character */
        memcpy(piece, text, length);
        piece[length] = '\0';
        if (is_link)
            html_link(out, piece, piece);
        else
            html_text(out, piece);
        text += length;
    }
}
