/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_ANSWER_PROSE_H
#define PASSTHRU_ANSWER_PROSE_H

#include "core/buffer.h"

/* An answer for a person, paragraph by paragraph: a terminal wraps and colours them, a web page has its own
 * way. Texts are hostile: whoever shows them makes them safe (core/text.h). */

enum color { COLOR_PLAIN, COLOR_BOLD, COLOR_DIM, COLOR_GREEN, COLOR_YELLOW, COLOR_RED };

enum paragraph {
    PARAGRAPH_TEXT,   /* at the left margin; no label */
    PARAGRAPH_FIELD,  /* `label` names it; "" goes on with the label before */
    PARAGRAPH_ITEM,   /* of a list: `label` is "-" or a number */
    PARAGRAPH_DETAIL, /* belongs to the item before; no label */
    PARAGRAPH_LINE,   /* of a table whose columns are spaced already; no label */
    PARAGRAPH_BREAK,  /* a blank line; no label, no text */
};

/* Who gets the paragraphs. `label` and `text` live during the call. */
struct prose {
    void (*add)(void *context, enum paragraph kind, const char *label, enum color color, const char *text);
    void *context;
    int width; /* columns of a line */
};

/* Formats a text of any length and adds it. */
void prose_add(const struct prose *prose, enum paragraph kind, const char *label, enum color color,
               const char *format, ...) PRINTF_LIKE(5, 6);

/* The same of a field without a colour: prose_field(prose, label, format, ...). */
#define prose_field(prose, label, ...) prose_add(prose, PARAGRAPH_FIELD, label, COLOR_PLAIN, __VA_ARGS__)

/* Adds a field with what `line` holds and `end`, unless it is empty, and empties it. */
void prose_line(const struct prose *prose, const char *label, struct buffer *line, const char *end);

void prose_break(const struct prose *prose);

#endif
