/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "core/completion.h"
#include "core/streams.h"

const struct command commands[] = {
    {"query", command_query, query_options, true},
    {"scan", command_scan, scan_options, true},
    {"check", command_check, check_options, true},
    {"plan", command_plan, plan_options, true},
    {"diagnose", command_diagnose, diagnose_options, true},
    {"rom", command_rom, rom_options, false},
    {"recommend", command_recommend, recommend_options, true},
    {"report", command_report, report_options, false},
    {"import", NULL, NULL, false},
    {"sync", NULL, NULL, false},
    {"db", command_db, db_options, false},
    {"help", command_help, NULL, true},
    {"version", command_version, NULL, false},
};
const int command_count = ARRAY_SIZE(commands);

static int run(int argc, char **argv)
{
    static struct session session; /* too large for a stack */
    struct error error = {.code = ERROR_NONE};
    int status;
    if (argc < 2) {
        fputs(command_help_of("passthru", NULL)->text, stdout);
        return error_exit_status(ERROR_USAGE);
    }
    const char *name = argv[1];
    if (strcmp(name, COMPLETION_OPTION) == 0)
        return command_complete(argc - 1, argv + 1);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        name = "version";
    const struct command *command = session.command = command_find(name);
    if (!command)
        return command_unknown(name, command_wants_json(argc, argv));
    argc--;
    argv++;
    argv[0] = (char *)command->name;
    if (!command->run)
        return command_import(argc, argv);
    if (!command_read_options(argc, argv, command, &session, &status))
        return status;
    status = command->run(&session, argv + optind, argc - optind, &error);
    return session_end(&session, &error, status);
}

int main(int argc, char **argv)
{
    streams_open();
    int status = run(argc, argv);
    return pager_finish(streams_finish(status, command_wants_json(argc, argv)));
}
