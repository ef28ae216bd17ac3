/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_reader.h"
#include "core/json_writer.h"
#include "core/program.h"
#include "core/streams.h"
#include "core/text.h"
#include "hub/commands.h"
#include "hub/find_reports.h"

struct show {
    struct buffer out;
    struct json_writer writer;
    bool json;
};

/* The report with a line for each field, safe for a terminal; one that is damaged as it is. */
static void append_fields(struct buffer *out, const char *json)
{
    json_auto_t *report = NULL;
    struct error none;
    char *text = json_read(json, strlen(json), &report, &none)
                     ? strdup(json)
                     : json_dumps(report, JSON_INDENT(2) | JSON_SORT_KEYS);
    char *rest = NULL;
    out->failed |= !text;
    for (char *line = text ? strtok_r(text, "\n", &rest) : NULL; line; line = strtok_r(NULL, "\n", &rest)) {
        text_append_safe(out, line, strlen(line));
        buffer_append_byte(out, '\n');
    }
    free(text);
}

static enum error_code show_report(void *context, const struct stored_report *report, struct error *error)
{
    struct show *show = context;
    struct error none;
    char time[MANIFEST_TIME_SIZE];
    manifest_print_time(report->received, time);
    error->code = ERROR_NONE;
    if (!show->json) {
        buffer_append_format(&show->out, "report   %s\nstate    %s\nreceived %s\n", report->id, report->state,
                             time);
        append_fields(&show->out, report->json);
        return ERROR_NONE;
    }
    json_write_string(&show->writer, "id", report->id);
    json_write_string(&show->writer, "state", report->state);
    json_write_string(&show->writer, "received", time);
    json_write_key(&show->writer, "report");
    if (!store_check_json(report->id, report->json, &none))
        json_append_safe(&show->out, report->json, strlen(report->json));
    else
        buffer_append_text(&show->out, "null");
    return ERROR_NONE;
}

static enum error_code show_decision(void *context, const struct stored_decision *decision,
                                     struct error *error)
{
    struct show *show = context;
    struct buffer line CLEANUP(buffer_free) = BUFFER(8192);
    char time[MANIFEST_TIME_SIZE];
    manifest_print_time(decision->time, time);
    error->code = ERROR_NONE;
    if (show->json) {
        json_write_begin_object(&show->writer, NULL);
        json_write_string(&show->writer, "action", decision->action);
        json_write_string(&show->writer, "by", decision->who);
        json_write_string(&show->writer, "reason", decision->reason);
        json_write_string(&show->writer, "time", time);
        json_write_end_object(&show->writer);
        return ERROR_NONE;
    }
    buffer_append_format(&line, "%s  %s by %s%s%s", time, decision->action, decision->who,
                         *decision->reason ? ": " : "", decision->reason);
    text_append_safe(&show->out, buffer_text(&line), line.length);
    buffer_append_byte(&show->out, '\n');
    return ERROR_NONE;
}

static enum error_code show_one(struct store *store, struct show *show, char **words, struct error *error)
{
    struct report_ids ids CLEANUP(report_ids_free) = {NULL, 0};
    if (find_reports(store, words, 1, &ids, error))
        return error->code;
    if (show->json)
        json_write_begin_object(&show->writer, NULL);
    if (store_find_reports(store, ids.items[0], 1, show_report, show, error))
        return error->code;
    if (show->json)
        json_write_begin_array(&show->writer, "decisions");
    if (store_each_decision(store, ids.items[0], show_decision, show, error))
        return error->code;
    if (show->json) {
        json_write_end_array(&show->writer);
        json_write_end_line(&show->writer);
    }
    streams_write(&show->out);
    return ERROR_NONE;
}

int command_show(int argc, char **argv)
{
    const char *where = NULL;
    struct show show = {.out = BUFFER(16 << 20)};
    struct error error = {.code = ERROR_NONE};
    struct store *store;
    const struct program_option known[] = {{"store", &where, NULL}, {"json", NULL, &show.json}};
    int status = program_take_options(argc, argv, show_help, known, ARRAY_SIZE(known));
    if (status >= 0)
        return status;
    if (optind + 1 != argc)
        return program_usage("show", "it takes the ID of one report", show.json);
    show.writer = (struct json_writer){.out = &show.out, .for_terminal = true};
    if (!store_open(command_store(where), false, &store, &error)) {
        show_one(store, &show, argv + optind, &error);
        store_close(store);
    }
    buffer_free(&show.out);
    return error.code ? streams_print_error(&error, show.json) : 0;
}
