/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_CONFIG_TEXT_H
#define PASSTHRU_PROBE_CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Pieces of configuration files: lines, words, names. A span borrows its bytes, which may be any; nothing
 * here copies or allocates. */
struct span {
    const char *start;
    size_t length;
};

/* For "%.*s". */
#define SPAN_FORMAT(span) (int)(span).length, (span).start

struct span span_of(const char *text);
bool span_is(struct span span, const char *text);
bool span_is_word(struct span span, const char *word); /* in capital or small letters */
bool span_begins(struct span span, const char *text);
bool span_holds(struct span span, const char *text);
bool span_ends(struct span span, const char *text);

/* Whether it is one of `texts`, the last of which is NULL. */
bool span_is_any(struct span span, const char *const *texts);

/* Without white space (also \r and \v) at both ends. */
struct span span_trim(struct span span);

/* Takes the next line from `rest`, without its line end. False at the end. */
bool span_next_line(struct span *rest, struct span *line);

/* Takes the next word, that is, what is between white space. False at the end. */
bool span_next_word(struct span *rest, struct span *word);

/* Takes what is before the next `separator`, or all; it may be empty. False at the end. */
bool span_next_part(struct span *rest, char separator, struct span *part);

/* Splits "key=value" at the first `separator`; false when there is none, then the key is all. */
bool span_split(struct span span, char separator, struct span *key, struct span *value);

/* Module names and parameters: - and _ are the same for the kernel and for modprobe. */
bool span_is_module(struct span name, const char *module);
bool span_same_module(struct span a, struct span b);

/* The one of `words` (the last is NULL) that `span` is most probably a mistyped form of: one step away, or
 * two when it has at least nine letters. NULL when it is one of them, or resembles none. */
const char *span_guess(struct span span, const char *const *words);

#endif
