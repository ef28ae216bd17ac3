/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_PROGRAM_H
#define PASSTHRU_CORE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/error.h"

/* How a program of commands speaks to whoever starts it: passthru-import and passthru-hub. */

/* Prints `prefix` and then `text`, made safe for a terminal, as one line. */
void program_print(FILE *stream, const char *prefix, const char *text);

/* The name that its messages have for this program. It must live on. */
void program_set_name(const char *name);

/* Prints a help, which begins after "Usage: " and the name of the program. Returns an exit status of 0. */
int program_show_help(const char *help);
int program_show_version(void);

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
