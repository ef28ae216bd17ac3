/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_MACROS_H
#define PASSTHRU_CORE_MACROS_H

#include <stddef.h>

#define ARRAY_SIZE(a)     (sizeof(a) / sizeof((a)[0]))
#define MUST_CHECK        __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define CLEANUP(function) __attribute__((cleanup(function), unused))

#endif
