/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/completion.h"
#include "core/streams.h"
#include "core/usage.h"
#include "importer/program.h"
#include "importer/remote.h"

static const char help[] = "COMMAND [OPTION]... [ARGUMENT]...\n"
                           "\n"
                           "Does for passthru what needs a network or writes the database.\n"
                           "\n"
                           "  import   add a pci.ids or reports, rebuild the database\n"
                           "  sync     fetch newer lists and reports from the remotes\n"
                           "  send     send reports of the outbox; passthru report send starts it\n"
                           "  withdraw take a report back that was sent; passthru report withdraw\n"
                           "           starts it\n"
                           "\n"
                           "  --help     this text; each command has its own\n"
                           "  --version  the version of this program\n"
                           "\n"
                           "passthru-import(1) has the rest.\n";

static const struct command {
    const char *name;
    const char *summary;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"import", "add a pci.ids or reports, rebuild the database", main_import, import_help},
    {"sync", "fetch newer lists and reports from the remotes", main_sync, sync_help},
    {"send", "send reports of the outbox", main_send, send_help},
    {"withdraw", "take a report back that was sent", main_withdraw, withdraw_help},
};

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* ---- completion ---- */

/* For `send`, those that take reports. */
static void offer_remotes(struct completion *completion, bool for_reports)
{
    struct remotes remotes;
    struct error error = {.code = ERROR_NONE};
    char data[DATABASE_PATH_SIZE];
    if (program_find_data(completion_value_of(completion, "--data"), data, &error))
        return;
    if (remotes_load(data, &remotes, &error) == ERROR_NONE)
        for (int i = 0; i < remotes.count; i++)
            if (!remotes.items[i].error.code && (!for_reports || remotes.items[i].submit[0]))
                completion_offer(completion, remotes.items[i].name, remote_kind_name(&remotes.items[i]));
    remotes_free(&remotes);
}

static void offer_value(struct completion *completion)
{
    if (strcmp(completion->option, "--db") == 0)
        completion_offer_files(completion);
    else if (strcmp(completion->option, "--data") == 0)
        completion_offer_directories(completion);
    else if (strcmp(completion->option, "--remote") == 0)
        offer_remotes(completion, true);
}

static int complete(int count, char **words)
{
    struct completion completion;
    completion_begin(&completion, count, words);
    const struct command *command = completion.count ? find_command(words[0]) : NULL;
    if (!completion.count && completion.word[0] == '-') {
        completion_offer_options(&completion, help);
    } else if (!completion.count) {
        for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
            completion_offer(&completion, commands[i].name, commands[i].summary);
    } else if (command) {
        completion_find_option(&completion, command->help);
        if (completion.option[0])
            offer_value(&completion);
        else if (completion.word[0] == '-')
            completion_offer_options(&completion, command->help);
        else if (command->run == main_import)
            completion_offer_files(&completion);
        else if (command->run == main_sync)
            offer_remotes(&completion, false);
    }
    return completion_end(&completion);
}

/* ---- commands ---- */

static int run_command(const struct command *command, int argc, char **argv)
{
    if (sodium_init() < 0) {
        struct error error;
        error_set(&error, ERROR_SYSTEM, "libsodium does not start");
        return program_fail(&error, program_wants_json(argc, argv));
    }
    return command->run(argc, argv);
}

static int unknown_command(const char *name, bool json)
{
    const char *nearest = NULL;
    int distance = 0;
    char message[USAGE_MESSAGE_SIZE];
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        if (usage_is_nearer(name, commands[i].name, &distance))
            nearest = commands[i].name;
    snprintf(message, sizeof message, "unknown command '%.100s'%s%s%s", name,
             nearest ? "; did you mean '" : "; the commands are import, sync, send, withdraw",
             nearest ? nearest : "", nearest ? "'?" : "");
    return program_usage(NULL, message, json);
}

static int run(int argc, char **argv, bool json)
{
    const char *name = argc > 1 ? argv[1] : NULL;
    opterr = 0;
    /* passthru starts this for some of its commands. */
    program_set_name(argc && strcmp(argv[0], "passthru") == 0 ? "passthru" : "passthru-import");
    if (!name)
        return program_usage(NULL, "a command is missing", json);
    if (strcmp(name, COMPLETION_OPTION) == 0)
        return complete(argc - 2, argv + 2);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)
        return program_show_help(help);
    if (strcmp(name, "--version") == 0)
        return program_show_version();
    if (name[0] == '-')
        return program_usage(NULL, "the command stands before all options: import, sync, send or withdraw",
                             json);
    const struct command *command = find_command(name);
    return command ? run_command(command, argc - 1, argv + 1) : unknown_command(name, json);
}

int main(int argc, char **argv)
{
    bool json = program_wants_json(argc, argv);
    streams_open();
    return streams_finish(run(argc, argv, json), json);
}
