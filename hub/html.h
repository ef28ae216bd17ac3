/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_HTML_H
#define PASSTHRU_HUB_HTML_H

#include "core/buffer.h"

/* Writes HTML into a buffer. Text is never markup: whatever comes from outside goes through html_text and
 * what calls it. All other tags are those of the templates (hub/template.h). */

/* Text as a reader sees it: what markup is made of is escaped; what a reader would not see, such as controls
 * and marks of direction, is shown as \u{202e}; bytes that are not UTF-8 as \xNN. */
void html_text(struct buffer *out, const char *text);

/* A link; to an address of another site only where it begins with https:// or http://, else the text alone.
 */
void html_link(struct buffer *out, const char *address, const char *text);

/* A text in which each address of https:// or http:// is a link. */
void html_text_with_links(struct buffer *out, const char *text);

#endif
