/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_TRISTATE_H
#define PASSTHRU_CORE_TRISTATE_H

/* What could be seen, or not: what could not be read is unknown, never no. JSON has it as null, false and
 * true. */
enum tristate { TRISTATE_UNKNOWN, TRISTATE_NO, TRISTATE_YES };

static inline enum tristate tristate_of(int yes)
{
    return yes ? TRISTATE_YES : TRISTATE_NO;
}

#endif
