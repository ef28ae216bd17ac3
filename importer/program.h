/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_PROGRAM_H
#define PASSTHRU_IMPORTER_PROGRAM_H

#include <stdbool.h>
#include <stdio.h>

#include "core/buffer.h"
#include "core/error.h"
#include "core/program.h"
#include "db/database.h"

/* How passthru-import speaks: what its commands share. Only main.c and main_*.c call these. */

/* Prints an error on standard error, with `json` also as an object on standard output. Returns the exit
 * status of its code. */
int program_fail(const struct error *error, bool json);

/* Says that so many records were rejected, if any were. Returns the exit status that this means. */
int program_print_rejected(long count);

/* For struct problems: names a record that was left out, the first 20 of them. */
void program_print_problem(void *context, const char *file, long line, const char *message);

/* Say that another import, or another send, has the lock. */
void program_print_waiting(void);
void program_print_waiting_to_send(void);

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
int main_withdraw(int argc, char **argv);

/* What --help says, of the commands and of the program (importer/help.txt). */
extern const char import_help[], sync_help[], send_help[], withdraw_help[], importer_help[];

#endif
