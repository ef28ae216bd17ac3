/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_CONFIG_FILES_H
#define PASSTHRU_PROBE_CONFIG_FILES_H

#include "probe/config_text.h"
#include "probe/root.h"

/* Configuration files of a machine. A larger one is noted as unreadable, as is whatever cannot be read. */
enum { MAX_CONFIG_SIZE = 1 << 20, MAX_CONFIG_FILES = 512 /* of one directory */ };

typedef void config_visitor(void *context, const char *file, struct span text);

/* Calls `visit` with the content of a file, if it can be read. */
void read_config_file(struct root *root, const char *file, config_visitor *visit, void *context);

/* The same with each file of a directory whose name has this suffix, by name. */
void each_config_file(struct root *root, const char *directory, const char *suffix, config_visitor *visit,
                      void *context);

/* A variable that a configuration file in shell syntax sets. */
struct shell_variable {
    struct span name;
    struct span value; /* without quotes and parentheses; newlines stay, so that each word keeps its line */
    bool appends;      /* NAME+=value */
    bool unclosed;     /* a quotation mark is never closed */
    long line;         /* where the value begins */
};

/* Calls `visit` for each assignment: NAME=value, NAME+=value, and NAME=(a b) of bash. Quoting is that of IEEE
 * 1003.1, section 2.2; anything but assignments is skipped. */
void each_shell_variable(struct span text,
                         void (*visit)(void *context, const struct shell_variable *variable), void *context);

#endif
