/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_USAGE_H
#define PASSTHRU_CORE_USAGE_H

#include <stdbool.h>
#include <stddef.h>

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

#endif
