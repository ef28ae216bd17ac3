/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_CONFINE_H
#define PASSTHRU_PROBE_CONFINE_H

#include "core/sandbox.h"
#include "probe/root.h"

/* Shuts this process in to what reading a machine takes, for good: the files that are read of this machine
 * and the `rom` files of its devices, which are written too, or a recorded machine's directory, and what was
 * named beside it; no sockets and no other programs (core/sandbox.h). To be called when the database is open.
 *
 * `root` NULL: no machine is read. `files`: `count` names as they were typed; NULLs are skipped. */
struct sandbox confine(const struct root *root, const char *const files[], int count);

#endif
