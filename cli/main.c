/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cli/command.h"
#include "core/completion.h"
#include "core/streams.h"

const struct command commands[] = {
    {"query", "will this GPU survive being passed through?", command_query, NULL},
    {"scan", "will the GPUs of this machine pass through, and what stops them?", command_scan, NULL},
    {"check", "how the host and its virtual machines are set up for a passthrough", command_check, NULL},
    {"plan", "the whole set-up of a passthrough here: what is done, what to do", command_plan, NULL},
    {"diagnose", "what do these logs say, and what has helped?", command_diagnose, NULL},
    {"rom", "is this vBIOS dump whole, for this card, and good for OVMF?", command_rom, NULL},
    {"recommend", "what to buy: cards that are likely to pass through", command_recommend, NULL},
    {"report", "how an attempt went: write it down, list, export and send it", command_report, report_verbs},
    {"import", "add a pci.ids or reports, rebuild the database", command_import, NULL},
    {"sync", "fetch newer lists and reports from the remotes", command_import, NULL},
    {"db", "what the database holds, whether it is sound, where it is", command_db, db_verbs},
    {"help", "help about a command, and what the values in a report mean", command_help, NULL},
    {"version", "the version of this program and of its database", command_version, NULL},
};
const int command_count = ARRAY_SIZE(commands);

static int run(int argc, char **argv)
{
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
    const struct command *command = command_find(name);
    if (!command)
        return command_unknown(name, command_wants_json(argc, argv));
    argv[1] = (char *)command->name;
    return command->run(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    streams_open();
    int status = run(argc, argv);
    return pager_finish(streams_finish(status, command_wants_json(argc, argv)));
}
