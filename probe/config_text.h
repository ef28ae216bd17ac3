/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_CONFIG_TEXT_H
#define PASSTHRU_PROBE_CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "probe/root.h"

/* Pieces of configuration files: lines, words, names. A span borrows its bytes, which may be any. */
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

/* Configuration files of a machine. A larger one is noted as unreadable, as is whatever cannot be read. */
enum { MAX_CONFIG_SIZE = 1 << 20, MAX_CONFIG_FILES = 512 /* of one directory */ };

typedef void config_visitor(void *context, const char *file, struct span text);

/* Calls `visit` with the content of a file, if it can be read. */
void read_config_file(struct root *root, const char *file, config_visitor *visit, void *context);

/* Reads a file that somebody named into `text`, whose maximum must be larger than MAX_CONFIG_SIZE: one of a
 * recorded machine where it is there, else of this one. ERROR_PERMISSION or ERROR_BAD_INPUT, whose message is
 * why, in a few words, and whose number is ENOENT where there is no such file. */
MUST_CHECK enum error_code read_named_file(struct root *root, const char *file, struct buffer *text,
                                           struct error *error);

/* Calls `visit` with each file of a directory whose name has this suffix, by name. */
void each_config_file(struct root *root, const char *directory, const char *suffix, config_visitor *visit,
                      void *context);

/* A variable that a configuration file in shell syntax sets. */
struct shell_variable {
    const char *file;
    struct span name;
    struct span value; /* without quotes and parentheses; newlines stay, so that each word keeps its line */
    bool appends;      /* NAME+=value */
    bool unclosed;     /* a quotation mark is never closed */
    long line;         /* where the value begins */
};

/* Calls `visit` for each assignment: NAME=value, NAME+=value, and NAME=(a b) of bash. Quoting is that of IEEE
 * 1003.1, section 2.2; anything but assignments is skipped. */
typedef void shell_visitor(void *context, const struct shell_variable *variable);
void each_shell_variable(const char *file, struct span text, shell_visitor *visit, void *context);

#endif
