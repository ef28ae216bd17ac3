/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_PROBLEMS_H
#define PASSTHRU_IMPORTER_PROBLEMS_H

#include "core/macros.h"

/* Where readers report records that they left out or mended while the rest continues. */
struct problems {
    /* NULL: nobody wants to know. */
    void (*report)(void *context, const char *file, long line, const char *message);
    void *context;
    long rejected; /* records left out */
};

/* A record that was left out. */
void problems_reject(struct problems *problems, const char *file, long line, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* Line 0 is the file. Something odd in a record that was taken anyway. */
void problems_warn(struct problems *problems, const char *file, long line, const char *format, ...)
    PRINTF_LIKE(4, 5);

#endif
