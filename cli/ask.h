/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CLI_ASK_H
#define PASSTHRU_CLI_ASK_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/output.h"
#include "core/vocabulary.h"

/* Questions on a terminal. Each is shown with its choices and what Enter keeps in brackets; `?` explains it,
 * then it is asked again, as it is after an invalid answer. All return false when the input has ended
 * (Ctrl-D). */

enum { ASK_TEXT_SIZE = 2048, ASK_NOTHING = -1, ASK_MAX_CHOICES = 256 };

/* Whether there is a terminal to ask on: standard input and standard output are terminals. */
bool ask_is_possible(void);

/* From now on Ctrl-C ends the program at a question and nowhere else, after it has said `text`. */
void ask_catch_interrupt(const char *text);

/* One of a few choices, by its number or its value. `chosen` is what Enter keeps, ASK_NOTHING where there is
 * none; with `optional` Enter may then leave it open. */
MUST_CHECK bool ask_value(struct output *output, const char *question, const char *explanation,
                          const struct vocabulary *choices, bool optional, int *chosen);

/* Any number of the choices, by number ("1 3", "1,3", "2-4"), by value, or by words that fit one of them
 * only;
 * "-" is none of them. Enter keeps what is marked in `chosen`, which has their number. Of a long list the
 * first are shown, and `?` shows more of it; where words fit several, one of the `likely` first ones wins if
 * it is the only one there. There are at most ASK_MAX_CHOICES. */
MUST_CHECK bool ask_values(struct output *output, const char *question, const char *explanation,
                           const struct vocabulary *choices, int likely, bool chosen[]);

/* A line of text; Enter keeps what is in `text`, with `optional` also nothing; then "-" empties it.
 * `choices`, unless NULL, may be taken by their numbers. */
MUST_CHECK bool ask_text(struct output *output, const char *question, const char *explanation,
                         const struct vocabulary *choices, bool optional, char text[ASK_TEXT_SIZE]);

enum ask_enter { ASK_ENTER_IS_NO, ASK_ENTER_IS_YES };
/* y or n. False also when the input has ended. */
bool ask_yes(struct output *output, const char *question, enum ask_enter enter);

#endif
