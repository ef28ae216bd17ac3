/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sodium.h>

#include "core/program.h"
#include "core/streams.h"
#include "hub/commands.h"

static const struct program_command commands[] = {
    {"init", command_init, NULL, NULL},       {"serve", command_serve, NULL, NULL},
    {"pending", command_pending, NULL, NULL}, {"show", command_show, NULL, NULL},
    {"accept", command_decide, NULL, NULL},   {"reject", command_decide, NULL, NULL},
    {"retract", command_decide, NULL, NULL},  {"purge", command_decide, NULL, NULL},
    {"publish", command_publish, NULL, NULL}, {"db", command_db, NULL, NULL},
};

int main(int argc, char **argv)
{
    struct error error;
    const bool json = program_wants_json(argc, argv);
    streams_open();
    program_set_name("passthru-hub");
    if (sodium_init() >= 0)
        return streams_finish(program_run(commands, ARRAY_SIZE(commands), hub_help, argc, argv), json);
    error_set(&error, ERROR_SYSTEM, "libsodium does not start");
    return streams_print_error(&error, json);
}
