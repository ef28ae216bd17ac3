/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_SANDBOX_H
#define PASSTHRU_CORE_SANDBOX_H

#include <stdbool.h>

/* Shuts this process in before it reads what others wrote: by Landlock (landlock(7)) no file can be opened
 * but those of some places, and by seccomp (seccomp(2)) no socket, no other program, no change of the system.
 * Where the kernel has neither, or an outer sandbox forbids them, all goes on as without. What is open
 * already stays usable. */

/* What may be done with what lies at a path and below it. */
enum sandbox_access { SANDBOX_LIST, SANDBOX_READ, SANDBOX_WRITE }; /* each has those before it */

struct sandbox_rule {
    const char *path;
    enum sandbox_access access;
};

/* What there was: the version of Landlock's interface, 0 for none, and whether a seccomp filter is there. */
struct sandbox {
    int landlock;
    bool seccomp;
};

/* What else a process may do. */
enum sandbox_calls {
    SANDBOX_NO_NETWORK,
    SANDBOX_NETWORK, /* has sockets */
};

/* Shuts this process in, for good. A rule for what is not there has no effect. */
struct sandbox sandbox_enter(const struct sandbox_rule rules[], int count, enum sandbox_calls calls);

#endif
