/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_writer.h"
#include "core/program.h"
#include "core/streams.h"
#include "hub/commands.h"
#include "hub/store.h"

enum { FLUSH_BYTES = 1 << 16 };

static enum error_code print_info(struct store *store, bool json, struct error *error)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(8192);
    struct json_writer writer = {.out = &text, .for_terminal = true};
    int64_t counts[STORE_STATES];
    char name[FEED_NAME_SIZE];
    char text_of_version[32];
    if (store_count(store, counts, error) || store_get_name(store, name, error) ||
        store_get(store, "version", text_of_version, sizeof text_of_version, error))
        return error->code;
    const int64_t version = strtoll(text_of_version, NULL, 10);
    if (json) {
        json_write_begin_object(&writer, NULL);
        json_write_string(&writer, "name", name);
        json_write_integer(&writer, "version", version);
    } else if (version) {
        buffer_append_format(&text, "feed      %s, published version %" PRId64 "\n", name, version);
    } else {
        buffer_append_format(&text, "feed      %s, published version none\n", name);
    }
    for (int i = 0; i < STORE_STATES; i++) {
        if (json)
            json_write_integer(&writer, store_states[i], counts[i]);
        else
            buffer_append_format(&text, "%-9s %" PRId64 "\n", store_states[i], counts[i]);
    }
    if (json)
        json_write_end_line(&writer);
    streams_write(&text);
    return ERROR_NONE;
}

static enum error_code print_check(struct store *store, bool json, struct error *error)
{
    if (store_check(store, error))
        return error->code;
    puts(json ? "{\"sound\":true}" : "the store is intact");
    return ERROR_NONE;
}

static enum error_code export_report(void *context, const struct stored_report *report, struct error *error)
{
    struct buffer *out = context;
    if (store_check_json(report->id, report->json, error))
        return error->code;
    buffer_append_format(out, "{\"id\":\"%s\",", report->id);
    json_append_safe(out, report->json + 1, strlen(report->json) - 1); /* each has members */
    buffer_append_byte(out, '\n');
    if (out->length >= FLUSH_BYTES && !streams_write(out))
        return error_set(error, ERROR_SYSTEM, "the reports cannot be written");
    return error->code = ERROR_NONE;
}

static enum error_code export_all(struct store *store, bool json, struct error *error)
{
    struct buffer out CLEANUP(buffer_free) = BUFFER(1 << 20);
    char name[FEED_NAME_SIZE];
    (void)json;
    if (store_get_name(store, name, error))
        return error->code;
    /* importer/reports.c passes over it. */
    buffer_append_format(&out, "{\"licence\":\"GPL-2.0-or-later\",\"feed\":\"%s\"}\n", name);
    if (store_each_report(store, "accepted", NULL, export_report, &out, error))
        return error->code;
    streams_write(&out);
    return ERROR_NONE;
}

static const struct {
    const char *name;
    enum error_code (*run)(struct store *store, bool json, struct error *error);
} verbs[] = {{"info", print_info}, {"check", print_check}, {"export", export_all}};

int command_db(int argc, char **argv)
{
    const char *where = NULL;
    bool json = false;
    struct error error = {.code = ERROR_NONE};
    struct store *store;
    const struct program_option known[] = {{"store", &where, NULL}, {"json", NULL, &json}};
    int status = program_take_options(argc, argv, db_help, known, ARRAY_SIZE(known));
    if (status >= 0)
        return status;
    size_t verb = ARRAY_SIZE(verbs);
    for (size_t i = 0; optind + 1 == argc && i < ARRAY_SIZE(verbs); i++)
        if (strcmp(argv[optind], verbs[i].name) == 0)
            verb = i;
    if (verb == ARRAY_SIZE(verbs))
        return program_usage("db", "it takes one of info, check and export", json);
    if (!store_open(command_store(where), false, &store, &error)) {
        verbs[verb].run(store, json, &error);
        store_close(store);
    }
    return error.code ? streams_print_error(&error, json) : 0;
}
