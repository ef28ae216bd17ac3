/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <string.h>

#include "cli/command.h"
#include "core/completion.h"
#include "core/streams.h"

const struct command commands[] = {
    {"query", "will this GPU survive being passed through?", command_query, query_options, NULL, true},
    {"scan", "will the GPUs of this machine pass through, and what stops them?", command_scan, scan_options,
     NULL, true},
    {"check", "how the host and its virtual machines are set up for a passthrough", command_check,
     check_options, NULL, true},
    {"plan", "the whole set-up of a passthrough here: what is done, what to do", command_plan, plan_options,
     NULL, true},
    {"diagnose", "what do these logs say, and what has helped?", command_diagnose, diagnose_options, NULL,
     true},
    {"rom", "is this vBIOS dump whole, for this card, and good for OVMF?", command_rom, rom_options, NULL,
     false},
    {"recommend", "what to buy: cards that are likely to pass through", command_recommend, recommend_options,
     NULL, true},
    {"report", "how an attempt went: write it down, list, export and send it", command_report, report_options,
     report_verbs, false},
    {"import", "add a pci.ids or reports, rebuild the database", NULL, NULL, NULL, false},
    {"sync", "fetch newer lists and reports from the remotes", NULL, NULL, NULL, false},
    {"db", "what the database holds, whether it is sound, where it is", command_db, db_options, db_verbs,
     false},
    {"help", "help about a command, and what the values in a report mean", command_help, NULL, NULL, true},
    {"version", "the version of this program and of its database", command_version, NULL, NULL, false},
};
const int command_count = ARRAY_SIZE(commands);

static int run(int argc, char **argv)
{
    static struct session session; /* too large for a stack */
    struct error error = {.code = ERROR_NONE};
    int status;
    if (argc < 2) {
        command_print_all();
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
