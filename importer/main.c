/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sodium.h>
#include <string.h>

#include "core/completion.h"
#include "core/streams.h"
#include "importer/program.h"
#include "importer/remote.h"

static const struct program_command commands[] = {
    {"import", main_import, "add a pci.ids or reports, rebuild the database", import_help},
    {"sync", main_sync, "fetch newer lists and reports from the remotes", sync_help},
    {"send", main_send, "send reports of the outbox", send_help},
    {"withdraw", main_withdraw, "take a report back that was sent", withdraw_help},
};

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
    const struct program_command *command =
        completion.count ? program_find(commands, ARRAY_SIZE(commands), words[0]) : NULL;
    if (!completion.count && completion.word[0] == '-') {
        completion_offer_options(&completion, importer_help);
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

int main(int argc, char **argv)
{
    struct error error;
    const bool json = program_wants_json(argc, argv);
    streams_open();
    /* passthru starts this for some of its commands. */
    program_set_name(argc && strcmp(argv[0], "passthru") == 0 ? "passthru" : "passthru-import");
    if (argc > 1 && strcmp(argv[1], COMPLETION_OPTION) == 0)
        return streams_finish(complete(argc - 2, argv + 2), json);
    if (sodium_init() >= 0)
        return streams_finish(program_run(commands, ARRAY_SIZE(commands), importer_help, argc, argv), json);
    error_set(&error, ERROR_SYSTEM, "libsodium does not start");
    return program_fail(&error, json);
}
