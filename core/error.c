/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/error.h"

#include "core/buffer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *slug;
    int exit_status;
} error_kinds[] = {
    [ERROR_NONE] = {"ok", 0},
    [ERROR_USAGE] = {"usage", 2},
    [ERROR_BAD_INPUT] = {"bad-input", 2},
    [ERROR_PARTLY_REJECTED] = {"partly-refused", 2},
    [ERROR_NOT_FOUND] = {"not-found", 1},
    [ERROR_NO_DATABASE] = {"no-database", 3},
    [ERROR_FOREIGN_DATABASE] = {"foreign-database", 3},
    [ERROR_DATABASE_VERSION] = {"database-version", 3},
    [ERROR_DATABASE_DAMAGED] = {"database-damaged", 3},
    [ERROR_REMOTE] = {"remote", 4},
    [ERROR_PERMISSION] = {"permission", 5},
    [ERROR_NO_SPACE] = {"no-space", 5},
    [ERROR_SYSTEM] = {"system", 5},
    [ERROR_NO_MEMORY] = {"no-memory", 5},
};

enum error_code error_set(struct error *error, enum error_code code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    error->code = code;
    error->next[0] = '\0';
    buffer_memory_was_short |= code == ERROR_NO_MEMORY; /* whatever becomes of the error */
    return code;
}

static enum error_code code_of_errno(int number)
{
    switch (number) {
    case EACCES:
    case EPERM:
    case EROFS:
        return ERROR_PERMISSION;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ERROR_NO_SPACE;
    case ENOMEM:
        return ERROR_NO_MEMORY;
    case EBADF: /* of standard input alone */
        return ERROR_BAD_INPUT;
    default:
        return ERROR_SYSTEM;
    }
}

enum error_code error_set_errno(struct error *error, int number, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length < sizeof error->message)
        snprintf(error->message + length, sizeof error->message - (size_t)length, ": %s",
                 number == EBADF ? "it is closed" : strerror(number));
    error->code = code_of_errno(number);
    error->next[0] = '\0';
    buffer_memory_was_short |= error->code == ERROR_NO_MEMORY;
    if (error->code == ERROR_NO_SPACE)
        return error_next(error, "free some space (df -h shows where) and try again; nothing was lost");
    return error->code;
}

enum error_code error_blame_input(struct error *error)
{
    return error->code == ERROR_SYSTEM ? error->code = ERROR_BAD_INPUT : error->code;
}

enum error_code error_next(struct error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->next, sizeof error->next, format, arguments);
    va_end(arguments);
    return error->code;
}

const char *error_slug(enum error_code code)
{
    return error_kinds[code].slug;
}

int error_exit_status(enum error_code code)
{
    return error_kinds[code].exit_status;
}
