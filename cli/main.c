#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output.h"
#include "core/completion.h"
#include "core/pci_id.h"
#include "core/usage.h"

const struct command commands[] = {
    {"query", "will this GPU survive being passed through?", command_query, query_help, NULL},
    {"scan", "will the GPUs of this machine pass through, and what stops them?", command_scan, scan_help,
     NULL},
    {"check", "how the host and its virtual machines are set up for a passthrough", command_check, check_help,
     NULL},
    {"diagnose", "what do these logs say, and what has helped?", command_diagnose, diagnose_help, NULL},
    {"rom", "is this vBIOS dump whole, for this card, and good for OVMF?", command_rom, rom_help, NULL},
    {"recommend", "what to buy: cards that are likely to pass through", command_recommend, recommend_help,
     NULL},
    {"report", "how an attempt went: write it down, list, export and send it", command_report, report_help,
     report_verbs},
    {"import", "add a pci.ids or reports, rebuild the database", command_import, import_help, NULL},
    {"sync", "fetch newer lists and reports from the remotes", command_import, sync_help, NULL},
    {"db", "what the database holds, whether it is sound, where it is", command_db, db_help, db_verbs},
    {"help", "help about a command, and what the words of a report mean", command_help, help_help, NULL},
    {"version", "the version of this program and of its database", command_version, version_help, NULL},
};
const int command_count = ARRAY_SIZE(commands);

const struct command *command_find(const char *name)
{
    for (int i = 0; i < command_count; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

int command_find_verb(const struct verb *verbs, const char *name)
{
    for (int i = 0; verbs && verbs[i].name; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return i;
    return -1;
}

bool command_wants_json(int argc, char **argv)
{
    bool wanted = false;
    for (int i = 1; i < argc; i++)
        wanted |= strcmp(argv[i], "--json") == 0 || strcmp(argv[i], "--ndjson") == 0;
    return wanted;
}

/* The help of the command, or of the verb that is among its arguments. What else is wrong with them does not
 * matter then. */
static int help_among_arguments(int argc, char **argv, const struct option *long_options)
{
    const struct command *command = command_find(argv[0]);
    while (getopt_long(argc, argv, ":h", long_options, NULL) != -1)
        continue;
    return command_show_help(command, command->verbs && optind < argc ? argv[optind] : NULL,
                             command_wants_json(argc, argv));
}

int command_option(int argc, char **argv, const struct option *long_options, struct common_options *common,
                   int *status)
{
    opterr = 0;
    *status = 0;
    for (;;) {
        char message[USAGE_MESSAGE_SIZE];
        int c = getopt_long(argc, argv, ":h", long_options, NULL);
        switch (c) {
        case 1001:
            common->database = optarg;
            break;
        case 1002:
            common->json = true;
            break;
        case 1003:
            common->no_color = true;
            break;
        case 'h':
        case 1004:
            *status = help_among_arguments(argc, argv, long_options);
            return COMMAND_ENDS;
        case ':':
        case '?':
            usage_describe_option(c, argv, long_options, message);
            *status = output_usage_error(argv[0], command_wants_json(argc, argv), "%s", message);
            return COMMAND_ENDS;
        default:
            return c;
        }
    }
}

int command_wrong_verb(const struct command *command, const char *name, bool json)
{
    const char *nearest = NULL;
    int distance = 0;
    char all[200] = "";
    for (const struct verb *verb = command->verbs; verb->name; verb++) {
        size_t length = strlen(all);
        snprintf(all + length, sizeof all - length, "%s%s", length ? ", " : "", verb->name);
        if (name && usage_is_nearer(name, verb->name, &distance))
            nearest = verb->name;
    }
    if (!name)
        return output_usage_error(command->name, json, "a command is missing: %s", all);
    if (nearest)
        return output_usage_error(command->name, json, "unknown command '%s'; did you mean '%s'?", name,
                                  nearest);
    return output_usage_error(command->name, json, "unknown command '%s'; the commands are %s", name, all);
}

int command_unknown(const char *name, bool json)
{
    struct pci_id id;
    const char *nearest = "";
    int distance = 0;
    if (pci_id_parse(name, strlen(name), &id) == PCI_ID_OK)
        return output_usage_error(NULL, json, "unknown command '%s'; did you mean: passthru query %s", name,
                                  name);
    if (name[0] == '-')
        return output_usage_error(NULL, json, "option '%s': the command stands before all options", name);
    for (int i = 0; i < command_count; i++)
        if (usage_is_nearer(name, commands[i].name, &distance))
            nearest = commands[i].name;
    return output_usage_error(NULL, json, "unknown command '%s'%s%s%s", name,
                              *nearest ? "; did you mean '" : "", nearest, *nearest ? "'?" : "");
}

int main(int argc, char **argv)
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
    int status = command->run(argc - 1, argv + 1);
    return status ? status : output_finish();
}
