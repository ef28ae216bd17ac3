/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_REPORT_PROBLEMS_H
#define PASSTHRU_CORE_REPORT_PROBLEMS_H

#include <stdbool.h>

#include "core/macros.h"

/* What is wrong with a report, field by field. */

enum { MAX_REPORT_PROBLEMS = 64 };

struct report_problem {
    char field[100]; /* its name, also one that no report has: hostile */
    char text[400];  /* what is wrong with it; hostile, no newline */
    bool is_doubt;   /* unusual, not wrong: --force takes it */
};

struct report_problems {
    struct report_problem items[MAX_REPORT_PROBLEMS];
    int count;
};

/* Adds a problem; beyond the limit it is forgotten. A text that opens with `field "NAME" ` loses that. */
void report_problems_add(struct report_problems *problems, const char *field, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* The same for what is only unusual. */
void report_problems_doubt(struct report_problems *problems, const char *field, const char *format, ...)
    PRINTF_LIKE(3, 4);

#endif
