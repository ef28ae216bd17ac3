/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/program.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/streams.h"
#include "core/text.h"

enum { MAX_SHOWN_PROBLEMS = 20, PROGRESS_BAR = 20, PROGRESS_LINE = 79 };

static long problems_seen;
static volatile sig_atomic_t progress_shown;

int program_fail(const struct error *error, bool json)
{
    program_clear_progress();
    return streams_print_error(error, json);
}

int program_print_rejected(long count)
{
    if (count)
        fprintf(stderr, "passthru: %ld record%s rejected, all others are in\n", count, count == 1 ? "" : "s");
    return error_exit_status(count ? ERROR_PARTLY_REJECTED : ERROR_NONE);
}

void program_print_problem(void *context, const char *file, long line, const char *message)
{
    (void)context;
    program_clear_progress();
    if (problems_seen++ < MAX_SHOWN_PROBLEMS) {
        if (line)
            program_print(stderr, "passthru: %s:%ld: %s", file, line, message);
        else
            program_print(stderr, "passthru: %s: %s", file, message);
    } else if (problems_seen == MAX_SHOWN_PROBLEMS + 1) {
        fputs("passthru: (further problems are counted, not shown)\n", stderr);
    }
}

void program_print_waiting(void)
{
    program_clear_progress();
    fputs("passthru: waiting for another import to finish\n", stderr);
}

void program_print_waiting_to_send(void)
{
    fputs("passthru: waiting for another send to finish\n", stderr);
}

void program_append_bytes(struct buffer *out, uint64_t bytes)
{
    static const char *const units[] = {"kB", "MB", "GB"};
    double value = (double)bytes / 1000;
    size_t unit = 0;
    if (bytes < 1000) {
        buffer_append_format(out, "%d B", (int)bytes);
        return;
    }
    for (; value >= 999.95 && unit < ARRAY_SIZE(units) - 1; unit++)
        value /= 1000;
    buffer_append_format(out, "%.1f %s", value, units[unit]);
}

/* What fits into a line of the terminal: one that wraps could not be written over. */
static int progress_width(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || !size.ws_col || size.ws_col > PROGRESS_LINE)
        return PROGRESS_LINE;
    return size.ws_col - 1;
}

void program_show_progress(uint64_t received, uint64_t expected, int done)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(256);
    if (expected) {
        double part = received < expected ? (double)received / (double)expected : 1;
        int filled = (int)(part * PROGRESS_BAR);
        buffer_append_format(&line, "[%.*s%.*s] %3d %%  ", filled, "####################",
                             PROGRESS_BAR - filled, "....................", (int)(part * 100));
    }
    program_append_bytes(&line, received);
    buffer_append_format(&line, ", %d file%s", done, done == 1 ? "" : "s");
    int width = progress_width();
    progress_shown = true; /* before it is: a signal may end the program in between */
    fprintf(stderr, "\r%-*.*s", width, width, buffer_text(&line));
    fflush(stderr);
}

void program_clear_progress(void)
{
    if (progress_shown)
        fprintf(stderr, "\r%*s\r", progress_width(), "");
    progress_shown = false;
}

/* By write(2) alone: a signal may interrupt the C library anywhere. */
static void end_by_signal(int number)
{
    static const char clear_line[] = "\r\033[K";
    if (progress_shown && write(STDERR_FILENO, clear_line, sizeof clear_line - 1) < 0)
        progress_shown = false; /* nobody reads it */
    raise(number);              /* SA_RESETHAND: now it ends the program */
}

void program_catch_signals(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        struct sigaction old;
        struct sigaction end = {.sa_handler = end_by_signal, .sa_flags = SA_RESETHAND};
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(numbers[i], &end, NULL);
    }
}

enum error_code program_find_data(const char *named, char directory[DATABASE_PATH_SIZE], struct error *error)
{
    static const char *const places[] = {"../data", "../share/passthru/data"};
    char program[DATABASE_PATH_SIZE];
    if (named) {
        snprintf(directory, DATABASE_PATH_SIZE, "%s", named);
        for (size_t length = strlen(directory); length > 1 && directory[length - 1] == '/'; length--)
            directory[length - 1] = '\0'; /* rebuild_hold_data compares paths */
        return ERROR_NONE;
    }
    database_program_directory(program);
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        char rules[DATABASE_PATH_SIZE];
        snprintf(rules, sizeof rules, "%.4000s/%s/rules.tsv", program, places[i]);
        if (access(rules, R_OK) == 0) {
            snprintf(directory, DATABASE_PATH_SIZE, "%.4000s/%s", program, places[i]);
            return ERROR_NONE;
        }
    }
    error_set(error, ERROR_BAD_INPUT, "the data files of passthru are not installed");
    return error_next(error, "run make install, or name the directory data/ of the source with --data DIR");
}
