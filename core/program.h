/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_PROGRAM_H
#define PASSTHRU_CORE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/error.h"

struct option;

/* A wrong command line, in the words that getopt and git use for it. */

enum { USAGE_MESSAGE_SIZE = 300 };

/* Stores what is wrong with the option at which getopt_long stopped with `c` (':' or '?'), its short options
 * beginning with ":": "unrecognized option '--x'" and, where one is near, "; did you mean '--y'?". The text
 * holds bytes of the command line. */
void usage_describe_option(int c, char **argv, const struct option *long_options,
                           char message[USAGE_MESSAGE_SIZE]);

/* Whether `name` is a likelier meaning of the mistyped `typed` than what was nearest so far. *distance is 0
 * before the first call and counts what was nearest since: the edits, a swap of two letters being one. At
 * most 1 edit is a likely slip in a short word, 2 in a word of 5 letters or more. */
bool usage_is_nearer(const char *typed, const char *name, int *distance);

/* How a program of commands speaks to whoever starts it: passthru-import and passthru-hub. */

/* Prints a line, made safe for a terminal. */
void program_print(FILE *stream, const char *format, ...) PRINTF_LIKE(2, 3);

/* The name that its messages have for this program. It must live on. */
void program_set_name(const char *name);

/* Prints that the command line is wrong, with `json` also as a document; `command` (NULL: the program) has
 * the --help that is the next step. Returns the exit status. */
int program_usage(const char *command, const char *message, bool json);

/* A command of a program. */
struct program_command {
    const char *name;
    int (*run)(int argc, char **argv); /* argv[0] is its name; returns the exit status */
    const char *summary;               /* for completion, NULL where there is none, as */
    const char *help;                  /* its help */
};

/* The command of that name, NULL when there is none. */
const struct program_command *program_find(const struct program_command commands[], size_t count,
                                           const char *name);

/* Runs the command that argv[1] names, or prints `help` or the version. Returns the exit status. */
int program_run(const struct program_command commands[], size_t count, const char *help, int argc,
                char **argv);

/* An option of a command. */
struct program_option {
    const char *name;
    const char **text; /* where its value goes; NULL: it takes none */
    bool *flag;        /* what it sets, or NULL */
};

/* Takes the options of a command, whose `help` begins with its name; --help, --version and --no-color are
 * understood besides. Returns -1 with optind at the first argument, or the exit status with which to end. */
int program_take_options(int argc, char **argv, const char *help, const struct program_option *options,
                         size_t count);

/* Whether --json is among the arguments, wherever it stands: errors are printed as JSON, too. */
bool program_wants_json(int argc, char **argv);

#endif
