/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_PROBLEMS_H
#define PASSTHRU_IMPORTER_PROBLEMS_H

#include <stdbool.h>

#include "core/macros.h"

/* Where readers report records that they left out or mended while the rest continues. */
struct problems {
    /* NULL: nobody wants to know. */
    void (*report)(void *context, const char *file, long line, const char *message);
    void *context;
    long rejected; /* records left out */
};

/* A record that was left out, or something odd in one that was taken anyway. Line 0 is the file. */
#define problems_reject(problems, file, line, ...) problems_put(problems, file, line, true, __VA_ARGS__)
#define problems_warn(problems, file, line, ...)   problems_put(problems, file, line, false, __VA_ARGS__)
void problems_put(struct problems *problems, const char *file, long line, bool is_rejected,
                  const char *format, ...) PRINTF_LIKE(5, 6);

#endif
