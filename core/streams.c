/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/json_writer.h"

static bool incomplete;    /* something could not be built */
static bool wrote;         /* something was given to standard output */
static bool may_end_early; /* who reads standard output may stop */
static int write_failure;  /* errno of the first write that failed */

void streams_open(void)
{
    /* Without /dev, too; and what is opened by O_PATH cannot be read or written. */
    for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++)
        if (fcntl(file, F_GETFD) < 0 && open("/", O_PATH | O_DIRECTORY) < 0)
            return;
    signal(SIGXFSZ, SIG_IGN);
}

void streams_allow_early_end(void)
{
    may_end_early = true;
    signal(SIGPIPE, SIG_IGN);
}

static bool note_failure(bool failed)
{
    if (failed && !write_failure && !(may_end_early && errno == EPIPE))
        write_failure = errno ? errno : EIO;
    return !write_failure && !incomplete;
}

bool streams_write(struct buffer *buffer)
{
    size_t length = buffer->length;
    incomplete |= buffer->failed || (length && buffer_memory_was_short);
    bool failed = !incomplete && fwrite(buffer_text(buffer), 1, length, stdout) != length;
    bool good = note_failure(failed);
    wrote |= length && good;
    buffer_clear(buffer);
    return good;
}

bool streams_flush(void)
{
    return note_failure(fflush(stdout) != 0);
}

static void write_document(struct buffer *out, const struct error *error)
{
    static const char no_memory[] = "{\"error\":{\"code\":\"no-memory\",\"message\":\"not enough memory\"}}";
    struct json_writer writer = {.out = out, .for_terminal = true};
    buffer_clear(out);
    json_write_begin_object(&writer, NULL);
    error_write_json(&writer, "error", error);
    json_write_end_object(&writer);
    puts(out->failed ? no_memory : buffer_text(out));
    wrote = true;
}

int streams_print_error(const struct error *error, bool json)
{
    struct buffer out CLEANUP(buffer_free) = BUFFER(65536);
    streams_flush();
    error_append_text(&out, "passthru", error);
    fprintf(stderr, "%s\n", out.failed ? "passthru: not enough memory" : buffer_text(&out));
    if (json)
        write_document(&out, error);
    return error_exit_status(error->code);
}

int streams_finish(int status, bool json)
{
    struct error error = {.code = ERROR_SYSTEM};
    /* Where the program went on without something, its answer may be wrong. */
    incomplete |= buffer_memory_was_short && status != error_exit_status(ERROR_NO_MEMORY);
    streams_flush();
    if (write_failure == EBADF)
        error_set(&error, ERROR_SYSTEM, "cannot write to standard output: it is closed");
    else if (write_failure)
        error_set_errno(&error, write_failure, "cannot write to standard output");
    else if (!incomplete)
        return status;
    else {
        error_set(&error, ERROR_NO_MEMORY, "cannot build the answer: it is too large, or memory is short");
        error_next(&error, "ask for less at once");
    }
    if (write_failure != EPIPE)
        streams_print_error(&error, json && !write_failure && !wrote);
    streams_flush();
    return status > 1 && !incomplete ? status : error_exit_status(error.code);
}
