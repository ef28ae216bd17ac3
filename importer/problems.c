#include "importer/problems.h"

#include <stdarg.h>
#include <stdio.h>

PRINTF_LIKE(4, 0)
static void tell(struct problems *problems, const char *file, long line, const char *format,
                 va_list arguments)
{
    char message[800];
    vsnprintf(message, sizeof message, format, arguments);
    problems->tell(problems->context, file, line, message);
}

void problems_refuse(struct problems *problems, const char *file, long line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    tell(problems, file, line, format, arguments);
    va_end(arguments);
    problems->refused++;
}

void problems_warn(struct problems *problems, const char *file, long line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    tell(problems, file, line, format, arguments);
    va_end(arguments);
}
