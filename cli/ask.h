#ifndef PASSTHRU_CLI_ASK_H
#define PASSTHRU_CLI_ASK_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/output.h"
#include "core/vocabulary.h"

/* Questions on a terminal. Each is shown with its choices and what Enter keeps in brackets; `?` explains it,
 * then it is asked again, as it is after an invalid answer. All return false when the input has ended
 * (Ctrl-D). */

enum { ASK_TEXT_SIZE = 2048, ASK_NOTHING = -1, ASK_MAX_CHOICES = 128 };

/* Whether there is a terminal to ask on: standard input and standard output are terminals. */
bool ask_is_possible(void);

/* One of a few: by its number or its word. `chosen` is what Enter keeps, ASK_NOTHING where there is none;
 * with `optional` Enter may then leave it open. */
struct ask_choice {
    const char *word;
    const char *text;
};
MUST_CHECK bool ask_choice(struct output *output, const char *question, const char *explanation,
                           const struct ask_choice choices[], int count, bool optional, int *chosen);

/* The same with the words of a vocabulary. */
MUST_CHECK bool ask_word(struct output *output, const char *question, const char *explanation,
                         const struct vocabulary *vocabulary, bool optional, int *chosen);

/* Any number of words of a vocabulary, by number or word, with spaces or commas between; "-" is none of them.
 * Enter keeps what is marked in `chosen`, which has the size of the vocabulary. A long list is only shown
 * when it is asked for with `?`. */
MUST_CHECK bool ask_words(struct output *output, const char *question, const char *explanation,
                          const struct vocabulary *vocabulary, bool chosen[]);

/* A line of text; Enter keeps what is in `text`, "-" empties it. `suggestions` (the last is NULL) may be
 * taken by their numbers; NULL: there are none. */
MUST_CHECK bool ask_text(struct output *output, const char *question, const char *explanation,
                         const char *const *suggestions, char text[ASK_TEXT_SIZE]);

/* y or n; Enter is no. False also when the input has ended. */
bool ask_yes(struct output *output, const char *question);

#endif
