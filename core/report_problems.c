/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/report_problems.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void add(struct report_problems *problems, const char *field, bool is_doubt, const char *format,
                va_list arguments) PRINTF_LIKE(4, 0);

static void add(struct report_problems *problems, const char *field, bool is_doubt, const char *format,
                va_list arguments)
{
    char prefix[140];
    if (problems->count == MAX_REPORT_PROBLEMS)
        return;
    struct report_problem *problem = &problems->items[problems->count++];
    snprintf(problem->field, sizeof problem->field, "%s", field);
    vsnprintf(problem->text, sizeof problem->text, format, arguments);
    problem->is_doubt = is_doubt;
    int length = snprintf(prefix, sizeof prefix, "field \"%s\" ", field);
    if (strncmp(problem->text, prefix, (size_t)length) == 0)
        memmove(problem->text, problem->text + length, strlen(problem->text + length) + 1);
}

void report_problems_add(struct report_problems *problems, const char *field, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(problems, field, false, format, arguments);
    va_end(arguments);
}

void report_problems_doubt(struct report_problems *problems, const char *field, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(problems, field, true, format, arguments);
    va_end(arguments);
}
