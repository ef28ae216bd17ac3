/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdio.h>

#include "core/error_output.h"
#include "core/json_writer.h"
#include "core/streams.h"
#include "importer/program.h"
#include "importer/withdraw.h"

const char withdraw_help[] =
    "withdraw [OPTION]... ID...\n"
    "\n"
    "Takes reports back that were sent; passthru report withdraw asks, and starts\n"
    "this. An ID may be shortened.\n"
    "\n"
    "  --data DIR     take the remotes that come with passthru from DIR\n"
    "  --json         say what was done as JSON\n"
    "  --quiet        say nothing when all went well\n"
    "  --no-color     accepted as by every command: there is no colour\n"
    "  --help         this text\n"
    "  --version      the version of this program\n"
    "\n"
    "Exit status: 0 done; 1 no such report was sent; 2 wrong usage; 4 the remote has\n"
    "rejected it, or is not there; 5 the system denied it.\n";

/* Tries all; the last error decides. */
static int withdraw_all(struct withdrawal *withdrawal, char **ids, int count, bool json, bool quiet)
{
    struct error error = {.code = ERROR_NONE};
    struct error last = error;
    struct buffer out CLEANUP(buffer_free) = BUFFER((size_t)16 << 20);
    struct json_writer writer = {.out = &out, .for_terminal = true};
    json_write_begin_object(&writer, NULL);
    json_write_begin_array(&writer, "withdrawn");
    for (int i = 0; i < count; i++) {
        char text[200];
        if (withdraw_report(withdrawal, ids[i], &error)) {
            last = error;
            program_fail(&error, false);
            continue;
        }
        json_write_string(&writer, NULL, withdrawal->receipt.id);
        snprintf(text, sizeof text, "%s has taken report %.12s back; who syncs does not get it any more",
                 withdrawal->receipt.remote, withdrawal->receipt.id);
        if (!json && !quiet)
            program_print(stdout, "", text);
    }
    json_write_end_array(&writer);
    if (last.code)
        error_write_json(&writer, "error", &last);
    json_write_end_object(&writer);
    buffer_append_byte(&out, '\n');
    if (json)
        streams_write(&out);
    return error_exit_status(last.code);
}

int main_withdraw(int argc, char **argv)
{
    const char *named = NULL;
    bool json = false;
    bool quiet = false;
    char outbox[DATABASE_PATH_SIZE];
    char data[DATABASE_PATH_SIZE];
    struct error error = {.code = ERROR_NONE};
    const struct program_option known[] = {
        {"data", &named, NULL}, {"json", NULL, &json}, {"quiet", NULL, &quiet}};
    int status = program_take_options(argc, argv, withdraw_help, known, ARRAY_SIZE(known));
    if (status >= 0)
        return status;
    if (optind == argc)
        return program_usage("withdraw", "the IDs of reports are missing", json);
    if (program_find_data(named, data, &error) || outbox_locate(outbox, &error))
        return program_fail(&error, json);
    struct withdrawal withdrawal = {
        .outbox = outbox, .data_directory = data, .waiting = program_print_waiting_to_send};
    return withdraw_all(&withdrawal, argv + optind, argc - optind, json, quiet);
}
