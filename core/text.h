/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_TEXT_H
#define PASSTHRU_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buffer.h"

/* Decodes one UTF-8 character (RFC 3629: shortest form, no surrogates, at most U+10FFFF) at `bytes`, which
 * has `length` > 0 bytes. Returns its size in bytes, 1 to 4, and stores it, or 0 when the bytes are no UTF-8.
 */
size_t text_decode(const char *bytes, size_t length, uint32_t *character);

/* Whether all of `bytes` is UTF-8. */
bool text_is_utf8(const char *bytes, size_t length);

/* Whether a terminal could act on this character or be confused by it, or a reader not see it: C0 and C1
 * controls, DEL, bidirectional controls, line and paragraph separators, soft hyphens, characters without a
 * width, the byte order mark, tag characters. */
bool text_is_unsafe(uint32_t character);

/* How many bytes at the beginning of `bytes` are printable ASCII (0x20 to 0x7e): each fills one column. */
size_t text_plain_length(const char *bytes, size_t length);

/* Appends `bytes` so that a terminal shows all and acts on nothing: ASCII controls and bytes that are no
 * UTF-8 as \xNN, other unsafe characters as \u{202e}. Any input is fine, NUL bytes too. */
void text_append_safe(struct buffer *out, const char *bytes, size_t length);

/* Appends `bytes` with every byte that is no UTF-8 replaced by U+FFFD. Returns how many were replaced. */
size_t text_append_utf8(struct buffer *out, const char *bytes, size_t length);

/* Appends a text so that a shell takes it for one word: as it is where nothing in it means anything to a
 * shell, else in single quotes. */
void text_append_shell_word(struct buffer *out, const char *text);

/* Terminal columns that UTF-8 `bytes` occupy: 2 for East Asian wide characters, else 1. */
size_t text_width(const char *bytes, size_t length);

/* Whether a text ends in another. */
bool text_ends_in(const char *text, const char *suffix);

/* Compares texts, or structs that begin with one, for qsort and bsearch. */
int text_compare(const void *a, const void *b);

/* The edits between two names, a swap of two neighbours being one (optimal string alignment); '-' and '_' are
 * the same. TEXT_MAX_DISTANCE when one of them is longer than that. */
enum { TEXT_MAX_DISTANCE = 40 };
int text_distance(const char *a, size_t a_length, const char *b, size_t b_length);

/* Removes the colours of a terminal (ESC [ ... letter) from a text, in place. Returns its new length. */
size_t text_remove_colours(char *text);

#endif
