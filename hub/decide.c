/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/json_writer.h"
#include "core/program.h"
#include "core/streams.h"
#include "core/text.h"
#include "hub/commands.h"
#include "hub/find_reports.h"

static const struct verb {
    const char *name;
    const char *done; /* what is said of a report then */
    enum decision decision;
    const char *help;
    bool takes_group;
} verbs[] = {
    {"accept", "accepted", DECISION_ACCEPT, accept_help, true},
    {"reject", "rejected", DECISION_REJECT, reject_help, true},
    {"retract", "retracted", DECISION_RETRACT, retract_help, false},
    {"purge", "purged", DECISION_PURGE, purge_help, false},
};

struct decide_options {
    const char *store;
    const char *reason;
    const char *who;
    const char *group;
    const char *seen;
    bool json;
};

static const char *user_name(void)
{
    const char *behind_sudo = getenv("SUDO_USER");
    const struct passwd *user = getpwuid(getuid());
    if (behind_sudo && *behind_sudo)
        return behind_sudo;
    return user ? user->pw_name : "unknown";
}

static void print_done(const struct verb *verb, const struct decide_options *options,
                       const struct report_ids *ids)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER((size_t)256 << 20);
    struct json_writer writer = {.out = &text, .for_terminal = true};
    if (options->json) {
        json_write_begin_object(&writer, NULL);
        json_write_begin_array(&writer, verb->done);
    }
    for (int i = 0; i < ids->count; i++) {
        if (options->json)
            json_write_string(&writer, NULL, ids->items[i]);
        else
            buffer_append_format(&text, "report %.12s is %s\n", ids->items[i], verb->done);
    }
    if (options->json) {
        json_write_end_array(&writer);
        json_write_end_line(&writer);
    }
    streams_write(&text);
}

static enum error_code decide(const struct verb *verb, const struct decide_options *options, char **words,
                              int count, struct error *error)
{
    struct report_ids ids CLEANUP(report_ids_free) = {NULL, 0};
    struct store *store;
    if (store_open(command_store(options->store), false, &store, error))
        return error->code;
    if (!(options->group ? find_pending(store, options->group, options->seen, &ids, error)
                         : find_reports(store, words, count, &ids, error)) &&
        !store_decide(store, verb->decision, ids.items, ids.count, options->who ? options->who : user_name(),
                      options->reason ? options->reason : "", (int64_t)time(NULL), error))
        print_done(verb, options, &ids);
    store_close(store);
    return error->code;
}

static bool fits(const char *text)
{
    enum { MAX_TEXT = 500 };
    return !text || (strlen(text) <= MAX_TEXT && !strpbrk(text, "\r\n") && text_is_utf8(text, strlen(text)));
}

/* NULL where all is well. */
static const char *check(const struct verb *verb, const struct decide_options *options, int count,
                         char group[])
{
    struct pci_id id;
    if (!count && !options->group)
        return verb->takes_group ? "the IDs of reports are missing, or --all-of"
                                 : "the IDs of reports are missing";
    if (count && options->group)
        return "either IDs or --all-of";
    if ((options->group || options->seen) && !verb->takes_group)
        return "it takes no --all-of: name each report";
    if (options->seen && !options->group)
        return "--seen goes with --all-of";
    if (options->group && pci_id_parse(options->group, strlen(options->group), &id) != PCI_ID_OK)
        return "--all-of must be a PCI ID such as 10de:1d16";
    if (options->group) {
        id = pci_id_base(&id);
        pci_id_print(&id, group);
    }
    if (verb->decision != DECISION_ACCEPT && (!options->reason || !*options->reason))
        return "--reason is missing: why?";
    return fits(options->reason) && fits(options->who)
               ? NULL
               : "--reason and --by take one line of at most 500 bytes, UTF-8";
}

int command_decide(int argc, char **argv)
{
    const struct verb *verb = verbs;
    struct decide_options options = {.store = NULL};
    struct error error = {.code = ERROR_NONE};
    char group[PCI_ID_TEXT_SIZE];
    const struct program_option known[] = {{"store", &options.store, NULL}, {"reason", &options.reason, NULL},
                                           {"by", &options.who, NULL},      {"all-of", &options.group, NULL},
                                           {"seen", &options.seen, NULL},   {"json", NULL, &options.json}};
    while (strcmp(verb->name, argv[0]) != 0)
        verb++;
    int status = program_take_options(argc, argv, verb->help, known, ARRAY_SIZE(known));
    if (status >= 0)
        return status;
    const char *wrong = check(verb, &options, argc - optind, group);
    if (wrong)
        return program_usage(verb->name, wrong, options.json);
    if (options.group)
        options.group = group;
    return decide(verb, &options, argv + optind, argc - optind, &error)
               ? streams_print_error(&error, options.json)
               : 0;
}
