/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_ERROR_H
#define PASSTHRU_CORE_ERROR_H

#include "core/macros.h"

struct buffer;
struct json_writer;

/* What went wrong. Each code has a stable slug and an exit status (error_slug, error_exit_status), which
 * users' scripts rely on: append, never renumber the slugs. */
enum error_code {
    ERROR_NONE,
    ERROR_USAGE,
    ERROR_BAD_INPUT,
    ERROR_PARTLY_REJECTED,
    ERROR_NOT_FOUND,
    ERROR_NO_DATABASE,
    ERROR_FOREIGN_DATABASE,
    ERROR_DATABASE_VERSION,
    ERROR_DATABASE_DAMAGED,
    ERROR_REMOTE,
    ERROR_PERMISSION,
    ERROR_NO_SPACE,
    ERROR_SYSTEM,
    ERROR_NO_MEMORY,
};

/* One error: a message for a person ("what failed: why", no final full stop, no newline) and, where there is
 * one, the next step to take. Both may hold hostile bytes: whoever prints them makes them safe (core/text.h).
 * The zero value means "no error". */
struct error {
    enum error_code code;
    char message[600];
    char next[300];
    int number; /* errno of error_set_errno, else 0 */
};

/* Sets code and message and clears the next step. Returns code, so that one can `return error_set(...)`. */
enum error_code error_set(struct error *error, enum error_code code, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* Like error_set for a failed system call: the code follows from errno (EACCES and EPERM, ENOSPC and EFBIG,
 * ENOMEM, EBADF for a standard stream that is closed, everything else), and its text is appended. */
enum error_code error_set_errno(struct error *error, int number, const char *format, ...) PRINTF_LIKE(3, 4);

/* After error_set_errno for what cannot be read: neither permission, memory nor space are at fault, so it is
 * the input: ERROR_SYSTEM becomes ERROR_BAD_INPUT. Returns the code. */
enum error_code error_blame_input(struct error *error);

/* Sets the next step. Returns the code that the error already has. */
enum error_code error_next(struct error *error, const char *format, ...) PRINTF_LIKE(2, 3);

/* Sets it to a command with a path in its middle, quoted as a shell needs it; one that has no room is FILE.
 */
enum error_code error_next_path(struct error *error, const char *before, const char *path, const char *after);

/* The next step: the one that was set, or else what helps against that errno; "" for none. */
const char *error_next_step(const struct error *error);

/* The stable name of a code, such as "no-database". Never NULL. */
const char *error_slug(enum error_code code);

/* The exit status of a code, 0 to 5, as documented in passthru(1). */
int error_exit_status(enum error_code code);

/* Appends "PROGRAM: message" and, where there is one, "  next: step" on a line of its own, made safe for a
 * terminal. No newline at the end. */
void error_append_text(struct buffer *out, const char *program, const struct error *error);

/* Writes {"code":"slug","message":"...","next":"..."} as the value of `key`; next only where there is one. */
void error_write_json(struct json_writer *writer, const char *key, const struct error *error);

#endif
