/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/problems.h"

#include <stdarg.h>
#include <stdio.h>

void problems_put(struct problems *problems, const char *file, long line, bool is_rejected,
                  const char *format, ...)
{
    char message[800];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (problems->report)
        problems->report(problems->context, file, line, message);
    problems->rejected += is_rejected;
}
