/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_COMPLETION_H
#define PASSTHRU_CORE_COMPLETION_H

#include <stdbool.h>

#include "core/buffer.h"

/* What the completions of the shells (contrib/completion) ask the programs: PROGRAM --complete WORD..., the
 * words that follow the name of the program on the command line, the last of which is being typed and may be
 * empty. The answer has a candidate a line, with a tab and a description after it where there is one; the
 * lines ":files" and ":directories" stand for the names that the shell itself completes. */

#define COMPLETION_OPTION "--complete"

enum { COMPLETION_MAX = 1 << 20 };

/* The words of a command line. */
struct completion {
    char **words; /* those before the one that is being typed */
    int count;
    const char *word;  /* the one that is being typed; after the '=' of --option=VALUE */
    char option[40];   /* the option whose value it is, with its dashes; "" when it is none */
    bool is_attached;  /* the value is attached to the option by '=' */
    struct buffer out; /* the answer */
};

/* Takes apart what follows --complete. */
void completion_begin(struct completion *completion, int count, char **words);

/* Finds out whether the word is the value of an option, for a command with this help. */
void completion_find_option(struct completion *completion, const char *help);

/* The value of an option among the words before, NULL when it has none there. */
const char *completion_value_of(const struct completion *completion, const char *option);

/* The next of the words from `*at` on that is neither an option nor its value, by that help; NULL after the
 * last. Moves `*at` past it. */
const char *completion_next_operand(const struct completion *completion, const char *help, int *at);

/* Offers `candidate` when it begins with the word. `text` describes it; "" or NULL: nothing does. */
void completion_offer(struct completion *completion, const char *candidate, const char *text);

/* Offers files or directories as the shell finds them. */
void completion_offer_files(struct completion *completion);
void completion_offer_directories(struct completion *completion);

/* Offers the options that a help lists: lines "  --name VALUE  description". */
void completion_offer_options(struct completion *completion, const char *help);

/* Writes the answer to standard output. Returns an exit status of 0. */
int completion_end(struct completion *completion);

#endif
