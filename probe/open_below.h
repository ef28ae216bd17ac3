/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_OPEN_BELOW_H
#define PASSTHRU_PROBE_OPEN_BELOW_H

#include <stdbool.h>

/* Opens what lies at `path` where the directory `base` is taken for /: with O_PATH, all links followed, none
 * of which leads out, whoever changes them meanwhile; nor is one of those followed that the kernel makes
 * (/proc/self/fd). Returns the descriptor, which the caller closes, or -1 with errno. */
int open_below(int base, const char *path);

/* What open_below does where the kernel lacks openat2(2), which is of Linux 5.6: step by step. */
int open_below_by_steps(int base, const char *path);

/* Whether a path that was not found has a link or a .. that leads out of the directory. */
bool leads_out(int base, const char *path);

#endif
