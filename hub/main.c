/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/program.h"
#include "core/streams.h"
#include "core/usage.h"
#include "hub/commands.h"

static const char help[] = "COMMAND [OPTION]... [ARGUMENT]...\n"
                           "\n"
                           "Takes reports of passthru in over HTTP, lets a maintainer decide on them, and\n"
                           "publishes those that were accepted as a signed feed.\n"
                           "\n"
                           "  init      make the store and the key that signs\n"
                           "  serve     take reports in\n"
                           "  pending   list the reports that wait for a decision\n"
                           "  show      show a report, and what was decided on it\n"
                           "  accept    publish reports with the next feed\n"
                           "  reject    turn reports away\n"
                           "  retract   take back reports that were accepted\n"
                           "  purge     remove the text of reports for good\n"
                           "  publish   write the feed and the pages\n"
                           "  db        look at the store as a whole: info, check, export\n"
                           "\n"
                           "  --help     this text; each command has its own\n"
                           "  --version  the version of this program\n"
                           "\n"
                           "passthru-hub(8) has the rest.\n";

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"init", command_init},      {"serve", command_serve},   {"pending", command_pending},
    {"show", command_show},      {"accept", command_decide}, {"reject", command_decide},
    {"retract", command_decide}, {"purge", command_decide},  {"publish", command_publish},
    {"db", command_db},
};

static int unknown_command(const char *name, bool json)
{
    const char *nearest = NULL;
    int distance = 0;
    char message[USAGE_MESSAGE_SIZE];
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        if (usage_is_nearer(name, commands[i].name, &distance))
            nearest = commands[i].name;
    snprintf(message, sizeof message, "unknown command '%.100s'%s%s%s", name,
             nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
    return program_usage(NULL, message, json);
}

static int run(int argc, char **argv, bool json)
{
    const char *name = argc > 1 ? argv[1] : NULL;
    struct error error;
    opterr = 0;
    program_set_name("passthru-hub");
    if (!name)
        return program_usage(NULL, "a command is missing", json);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)
        return program_show_help(help);
    if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0)
        return program_show_version();
    if (sodium_init() < 0) {
        error_set(&error, ERROR_SYSTEM, "libsodium does not start");
        return streams_print_error(&error, json);
    }
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    return unknown_command(name, json);
}

int main(int argc, char **argv)
{
    bool json = program_wants_json(argc, argv);
    streams_open();
    return streams_finish(run(argc, argv, json), json);
}
