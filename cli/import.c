/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/output.h"
#include "db/database.h"

const char import_help[] = "Usage: passthru import [OPTION]... [FILE]...\n"
                           "\n"
                           "Adds a pci.ids or reports (NDJSON), plain or .gz or .zst, to the sources of the\n"
                           "database and rebuilds it; without a FILE it rebuilds from what it has. Starts\n"
                           "passthru-import; passthru import --help has the options.\n";

const char sync_help[] = "Usage: passthru sync [OPTION]... [REMOTE]...\n"
                         "\n"
                         "Asks the remotes for newer lists and reports, and builds one new database of\n"
                         "what they have; without a REMOTE all that are enabled. --list lists them.\n"
                         "Starts passthru-import; passthru sync --help has the options.\n";

/* Starts passthru-import, as git starts git-remote-https: what reads foreign files is no part of this
 * program. */
int command_import(int argc, char **argv)
{
    struct error error;
    char directory[DATABASE_PATH_SIZE];
    char program[DATABASE_PATH_SIZE];
    char **arguments = calloc((size_t)argc + 2, sizeof *arguments);
    if (!arguments) {
        error_set(&error, ERROR_NO_MEMORY, "no memory to start passthru-import");
        return output_error(&error, command_wants_json(argc, argv));
    }
    database_program_directory(directory);
    snprintf(program, sizeof program, "%.4000s/passthru-import", directory);
    arguments[0] = (char *)"passthru"; /* whose commands its help and its messages name then */
    memcpy(arguments + 1, argv, (size_t)argc * sizeof *argv);
    execv(program, arguments);
    error_set_errno(&error, errno, "cannot start %s", program);
    error_next(&error, "install passthru-import beside passthru");
    free(arguments);
    return output_error(&error, command_wants_json(argc, argv));
}
