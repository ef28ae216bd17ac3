/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/output.h"
#include "cli/pager.h"
#include "core/pci_id.h"
#include "core/program.h"
#include "core/report_weight.h"

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

/* ---- help and options ---- */

const char command_guest_fault[] = "--guest is windows, linux, macos, freebsd or unknown";

bool command_take_guest(const char *text, enum guest *guest)
{
    *guest = report_guest(text);
    return *guest != GUEST_UNKNOWN || strcmp(text, "unknown") == 0;
}

void command_print_all(void)
{
    puts("Usage: passthru COMMAND [OPTION]... [ARGUMENT]...\n"
         "\n"
         "Will this GPU work when it is passed through to a virtual machine?\n");
    for (int i = 0; i < command_count; i++)
        printf("  %-11s%s\n", commands[i].name, commands[i].summary);
    puts("\n"
         "  passthru query 10de:1d16             by PCI ID\n"
         "  passthru query \"rtx 3060\"            by model name\n"
         "  lspci -nn | passthru query -         what is in this machine\n"
         "  dmesg | passthru diagnose            which known failures stand in a log?\n"
         "\n"
         "Each command has --help (-h), --json, --db FILE, --no-color; see passthru(1).");
}

const char *command_help_text(const struct command *command, const char *verb)
{
    char topic[40];
    const struct help_text *help = help_texts;
    snprintf(topic, sizeof topic, "%s%s%s", command->name, verb ? " " : "", verb ? verb : "");
    while (help->topic && strcmp(help->topic, topic) != 0)
        help++;
    return help->text;
}

int command_show_help(const struct command *command, const char *verb, const struct common_options *common)
{
    if (verb && command_find_verb(command->verbs, verb) < 0)
        return command_wrong_verb(command, verb, common->json);
    pager_start(common, NULL, 0);
    fputs(command_help_text(command, verb), stdout);
    return 0;
}

/* The help of the command, or of the verb that is among its arguments. What else is wrong with them does not
 * matter then. */
static int help_among_arguments(int argc, char **argv, const struct option *long_options,
                                struct common_options *common)
{
    const struct command *command = command_find(argv[0]);
    common->json = command_wants_json(argc, argv);
    for (int c; (c = getopt_long(argc, argv, ":h", long_options, NULL)) != -1;)
        if (c == 1005 || c == 1006)
            common->pager = c == 1005 ? PAGER_ALWAYS : PAGER_NEVER;
    return command_show_help(command, command->verbs && optind < argc ? argv[optind] : NULL, common);
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
        case 1005:
            common->pager = PAGER_ALWAYS;
            break;
        case 1006:
            common->pager = PAGER_NEVER;
            break;
        case 'h':
        case 1004:
            *status = help_among_arguments(argc, argv, long_options, common);
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
