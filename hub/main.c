/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sodium.h>

#include "core/program.h"
#include "core/streams.h"
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
        return streams_finish(program_run(commands, ARRAY_SIZE(commands), help, argc, argv), json);
    error_set(&error, ERROR_SYSTEM, "libsodium does not start");
    return streams_print_error(&error, json);
}
