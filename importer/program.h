/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_PROGRAM_H
#define PASSTHRU_IMPORTER_PROGRAM_H

#include <stdbool.h>
#include <stdio.h>

#include "core/buffer.h"
#include "core/error.h"
#include "db/database.h"

/* How passthru-import speaks: what its commands share. Only main.c and main_*.c call these. */

/* Prints `prefix` and then `text`, made safe for a terminal, as one line. */
void program_print(FILE *stream, const char *prefix, const char *text);

/* Prints an error on standard error, with `json` also as an object on standard output. Returns the exit
 * status of its code. */
int program_fail(const struct error *error, bool json);

/* Remembers as whom this program was started: as passthru-import, or by passthru for one of its commands. */
void program_set_name(const char *argv0);

/* Prints a help, which begins after "Usage: " and the name of the program. Returns an exit status of 0. */
int program_show_help(const char *help);
int program_show_version(void);

/* The same as program_fail for a wrong command line; `command` (NULL: the program) has the --help that is the
 * next step. */
int program_usage(const char *command, const char *message, bool json);

/* Says that so many records were rejected, if any were. Returns the exit status that this means. */
int program_print_rejected(long count);

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

/* For struct problems: names a record that was left out, the first 20 of them. */
void program_print_problem(void *context, const char *file, long line, const char *message);

/* Says that another import has the lock. */
void program_print_waiting(void);

/* A transfer_progress (importer/transfer.h) that keeps one line of standard error, which must be a terminal,
 * up to date. Whatever else is printed clears it first. */
void program_show_progress(uint64_t received, uint64_t expected, int done);
void program_clear_progress(void);

/* From now on SIGINT, SIGTERM and SIGHUP clear that line before they end the program, as they do anyway. */
void program_catch_signals(void);

/* Appends a number of bytes for people: "812 B", "12.3 kB", "4.5 MB". Powers of 1000. */
void program_append_bytes(struct buffer *out, uint64_t bytes);

/* Stores the data directory: `named`, else that of the source tree or of the installation that the program
 * lies in. ERROR_BAD_INPUT when there is none. */
MUST_CHECK enum error_code program_find_data(const char *named, char directory[DATABASE_PATH_SIZE],
                                             struct error *error);

/* The commands of passthru-import, the name of the command being argv[0]. They return the exit status. */
int main_import(int argc, char **argv);
int main_sync(int argc, char **argv);
int main_send(int argc, char **argv);

extern const char import_help[];
extern const char sync_help[];
extern const char send_help[];

#endif
