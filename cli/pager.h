/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CLI_PAGER_H
#define PASSTHRU_CLI_PAGER_H

#include <stdbool.h>

#include "cli/command.h"

/* Shows a long answer by a pager, as git does: only text on a terminal, by what $PASSTHRU_PAGER, else $PAGER
 * names (words, no shell; empty or cat: none), else by less, which ends by itself where all fits the screen.
 * For root only with --pager or $PASSTHRU_PAGER. A pager that cannot be started is done without. */

/* Starts the pager, to be called before the answer begins and before this process shuts itself in. An operand
 * "-" says that the command reads standard input: where that is the terminal, which cannot serve two, there
 * is no pager. */
void pager_start(const struct common_options *common, const char *const operands[], int count);

/* The descriptor that the answer is shown on in the end: standard output, or the terminal of the pager. */
int pager_terminal(void);

/* Ends the answer and waits for the pager. Returns `status`. */
int pager_finish(int status);

#endif
