/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/error.h"

#include "core/buffer.h"
#include "core/json_writer.h"
#include "core/text.h"

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
    error->number = 0;
    error->next[0] = '\0';
    buffer_memory_was_short |= code == ERROR_NO_MEMORY; /* whatever becomes of the error */
    return code;
}

#define ANOTHER_USER "run it as a user who may (ls -ld shows whose it is), or with sudo"
#define NOTHING_LOST "and try again; nothing was lost"

static const struct {
    int number;
    enum error_code code;
    const char *next;
} reasons[] = {
    {EACCES, ERROR_PERMISSION, ANOTHER_USER},
    {EPERM, ERROR_PERMISSION, ANOTHER_USER},
    {EROFS, ERROR_PERMISSION, "make that file system writable, or name another place"},
    {ENOSPC, ERROR_NO_SPACE, "free some space (df -h shows where) " NOTHING_LOST},
    {EDQUOT, ERROR_NO_SPACE, "free some of your space (quota shows how much you may use) " NOTHING_LOST},
    {EFBIG, ERROR_NO_SPACE, "allow larger files (ulimit -f unlimited) " NOTHING_LOST},
    {ENOMEM, ERROR_NO_MEMORY, ""},
    {EBADF, ERROR_BAD_INPUT, ""}, /* of standard input alone */
    {EIO, ERROR_SYSTEM, "look for errors of the disk (sudo dmesg), then try again"},
    {EMFILE, ERROR_SYSTEM, "allow more open files (ulimit -n 4096) and try again"},
    {ENFILE, ERROR_SYSTEM, "too many files are open on this machine: end some programs and try again"},
    {ENOENT, ERROR_SYSTEM, "check the path"},
    {ENOTDIR, ERROR_SYSTEM, "check the path: a part of it is a file"},
    {EISDIR, ERROR_SYSTEM, "name a file: this is a directory"},
    {ELOOP, ERROR_SYSTEM, "name the file itself instead of a symbolic link"},
    {ENAMETOOLONG, ERROR_SYSTEM, "name a shorter path"},
    {0, ERROR_SYSTEM, ""},
};

static size_t find_reason(int number)
{
    size_t i = 0;
    while (reasons[i].number && reasons[i].number != number)
        i++;
    return i;
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
    error->code = reasons[find_reason(number)].code;
    error->number = number;
    error->next[0] = '\0';
    buffer_memory_was_short |= error->code == ERROR_NO_MEMORY;
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

enum error_code error_next_path(struct error *error, const char *before, const char *path, const char *after)
{
    struct buffer quoted CLEANUP(buffer_free) = BUFFER(sizeof error->next);
    text_append_shell_word(&quoted, path);
    bool fits = !quoted.failed && strlen(before) + quoted.length + strlen(after) < sizeof error->next;
    return error_next(error, "%s%s%s", before, fits ? buffer_text(&quoted) : "FILE", after);
}

const char *error_next_step(const struct error *error)
{
    return error->next[0] ? error->next : reasons[find_reason(error->number)].next;
}

const char *error_slug(enum error_code code)
{
    return error_kinds[code].slug;
}

int error_exit_status(enum error_code code)
{
    return error_kinds[code].exit_status;
}

/* ---- how the programs report one, to people and to scripts ---- */

void error_append_text(struct buffer *out, const char *program, const struct error *error)
{
    buffer_append_format(out, "%s: ", program);
    text_append_safe(out, error->message, strlen(error->message));
    const char *next = error_next_step(error);
    if (!*next)
        return;
    buffer_append_text(out, "\n  next: ");
    text_append_safe(out, next, strlen(next));
}

void error_write_json(struct json_writer *writer, const char *key, const struct error *error)
{
    json_write_begin_object(writer, key);
    json_write_string(writer, "code", error_slug(error->code));
    json_write_string(writer, "message", error->message);
    if (*error_next_step(error))
        json_write_string(writer, "next", error_next_step(error));
    json_write_end_object(writer);
}
