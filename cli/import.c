/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/output.h"
#include "db/database.h"

/* The arguments to start passthru-import with, its program first; NULL without memory. */
static char **arguments_of_import(int argc, char **argv, char program[DATABASE_PATH_SIZE])
{
    char directory[DATABASE_PATH_SIZE];
    char **arguments = calloc((size_t)argc + 2, sizeof *arguments);
    database_program_directory(directory);
    snprintf(program, DATABASE_PATH_SIZE, "%.4000s/passthru-import", directory);
    if (!arguments)
        return NULL;
    arguments[0] = (char *)"passthru"; /* whose commands its help and its messages name then */
    memcpy(arguments + 1, argv, (size_t)argc * sizeof *argv);
    return arguments;
}

/* Starts passthru-import, as git starts git-remote-https: what reads foreign files is no part of this
 * program. */
int command_import(int argc, char **argv)
{
    struct error error;
    char program[DATABASE_PATH_SIZE];
    char **arguments = arguments_of_import(argc, argv, program);
    if (!arguments) {
        error_set(&error, ERROR_NO_MEMORY, "no memory to start passthru-import");
        return output_error(&error, command_wants_json(argc, argv));
    }
    execv(program, arguments);
    error_set_errno(&error, errno, "cannot start %s", program);
    error_next(&error, "install passthru-import beside passthru");
    free(arguments);
    return output_error(&error, command_wants_json(argc, argv));
}

int command_ask_import(int argc, char **argv, bool aloud, char *answer, size_t size)
{
    char program[DATABASE_PATH_SIZE];
    char **arguments = arguments_of_import(argc, argv, program);
    posix_spawn_file_actions_t actions;
    pid_t child;
    int ends[2];
    int status = -1;
    answer[0] = '\0';
    if (!arguments || pipe2(ends, O_CLOEXEC)) {
        free(arguments);
        return -1;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    if (!aloud)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    bool started = !posix_spawn(&child, program, &actions, NULL, arguments, environ);
    close(ends[1]);
    ssize_t length = started ? read(ends[0], answer, size - 1) : 0; /* a line comes whole */
    answer[length > 0 ? length : 0] = '\0';
    answer[strcspn(answer, "\n")] = '\0';
    close(ends[0]);
    if (started && waitpid(child, &status, 0) == child)
        status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    posix_spawn_file_actions_destroy(&actions);
    free(arguments);
    return status;
}
