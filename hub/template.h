/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_TEMPLATE_H
#define PASSTHRU_HUB_TEMPLATE_H

#include <jansson.h>

#include "core/buffer.h"
#include "core/error.h"

/* Pages as somebody writes them who knows HTML: files with placeholders. All that is filled in is text; none
 * of it can become markup: it goes through html_text and what calls it.
 *
 *   {{name}}                a text or a number
 *   {{links:name}}          a text, whose addresses become links
 *   {{#name}}...{{/name}}   once for each object of a list, in which its names hold; of anything else once,
 * if it is not empty, 0 or false
 *   {{^name}}...{{/name}}   once, if it is
 *   {{content}}             in frame.html: the page
 *
 * An address in href="{{...}}" must be made by the program: one that people wrote is for {{links:...}}. A
 * name that is nowhere in the values is an error, and so is a placeholder in a tag outside of quotes. */
enum { TEMPLATE_PATH_SIZE = 4096 };
struct template
{
    char path[TEMPLATE_PATH_SIZE];
    struct buffer text;
};

/* Reads a file as it is, which is no template; otherwise as template_load. */
MUST_CHECK enum error_code template_read(const char *directory, const char *name, struct template *file,
                                         struct error *error);

/* Reads DIRECTORY/NAME; the caller frees it with template_free, also after an error. ERROR_BAD_INPUT with
 * file and line. A template of zeros may be freed. */
MUST_CHECK enum error_code template_load(const char *directory, const char *name, struct template *template,
                                         struct error *error);
void template_free(struct template *template);

/* Appends the frame with the page in it, filled in. `content` may be NULL. ERROR_BAD_INPUT with file and
 * line.
 */
MUST_CHECK enum error_code template_fill(const struct template *frame, const struct template *content,
                                         json_t *values, struct buffer *out, struct error *error);

/* A text of any bytes: what is not UTF-8 is shown as \xNN. Sets a member to it. */
json_t *template_text(const char *text);
void template_set(json_t *object, const char *key, const char *text);

/* Text as a reader sees it: what markup is made of is escaped; what a reader would not see, such as controls
 * and marks of direction, is shown as \u{202e}; bytes that are not UTF-8 as \xNN. */
void html_text(struct buffer *out, const char *text);

/* A link; to an address of another site only where it begins with https:// or http://, else the text alone.
 */
void html_link(struct buffer *out, const char *address, const char *text);

/* A text in which each address of https:// or http:// is a link. */
void html_text_with_links(struct buffer *out, const char *text);

#endif
