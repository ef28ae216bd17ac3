/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/problems.h"

#include <stdarg.h>
#include <stdio.h>

PRINTF_LIKE(4, 0)
static void report(struct problems *problems, const char *file, long line, const char *format,
                   va_list arguments)
{
    char message[800];
    vsnprintf(message, sizeof message, format, arguments);
    if (problems->report)
        problems->report(problems->context, file, line, message);
}

void problems_reject(struct problems *problems, const char *file, long line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(problems, file, line, format, arguments);
    va_end(arguments);
    problems->rejected++;
}

void problems_warn(struct problems *problems, const char *file, long line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(problems, file, line, format, arguments);
    va_end(arguments);
}
