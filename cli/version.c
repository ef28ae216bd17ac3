/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output.h"
#include "core/json_writer.h"
#include "db/database.h"
#include "version.h"

/* The database in use, as far as its age goes. */
struct facts {
    struct database_place place;
    char pci_ids[LIST_VERSION_SIZE];
    struct database_counts counts;
    char latest[REPORT_DATE_SIZE];
};

static enum error_code read_facts(const char *file, struct facts *facts, struct error *error)
{
    struct database *database = NULL;
    bool good = !database_locate(file, &facts->place, error) &&
                !database_open(facts->place.path, &database, error) &&
                !database_pci_ids_version(database, facts->pci_ids, error) &&
                !database_count(database, &facts->counts, error) &&
                !database_latest_report(database, facts->latest, error);
    database_close(database);
    return good ? ERROR_NONE : error->code;
}

static void write_json(struct output *output, const struct facts *facts)
{
    struct json_writer writer = {.out = &output->buffer, .for_terminal = true};
    json_write_begin_object(&writer, NULL);
    json_write_string(&writer, "version", PASSTHRU_VERSION);
    json_write_string(&writer, "license", "GPL-2.0-or-later");
    if (facts) {
        json_write_begin_object(&writer, "database");
        json_write_string(&writer, "path", facts->place.path);
        json_write_string(&writer, "pci_ids", facts->pci_ids);
        json_write_integer(&writer, "reports", facts->counts.reports);
        if (facts->latest[0])
            json_write_string(&writer, "latest_report", facts->latest);
        else
            json_write_null(&writer, "latest_report");
        json_write_end_object(&writer);
    } else {
        json_write_null(&writer, "database");
    }
    json_write_end_object(&writer);
    output_blank(output);
}

static void write_text(struct output *output, const struct facts *facts, const struct error *error)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(8192);
    output_line(output, "passthru " PASSTHRU_VERSION);
    if (facts) {
        buffer_append_format(&line, "pci.ids %s, %lld reports",
                             facts->pci_ids[0] ? facts->pci_ids : "of unknown version",
                             (long long)facts->counts.reports);
        if (facts->latest[0])
            buffer_append_format(&line, " (newest of %s)", facts->latest);
    } else if (error->code == ERROR_NO_DATABASE) {
        buffer_append_text(&line, "no database");
    } else {
        buffer_append_format(&line, "no usable database: %s", error->message);
    }
    output_line(output, buffer_text(&line));
    output_line(output, "License: GPL version 2 or later. There is no warranty.");
}

int command_version(int argc, char **argv)
{
    static const struct option long_options[] = {COMMON_OPTIONS};
    struct common_options common = {.database = NULL};
    struct error error = {.code = ERROR_NONE};
    struct facts read = {.pci_ids = ""};
    int status;
    if (command_option(argc, argv, long_options, &common, &status) == COMMAND_ENDS)
        return status;
    const struct facts *facts = read_facts(common.database, &read, &error) ? NULL : &read;
    struct output output = output_for_stdout(common.no_color);
    if (common.json)
        write_json(&output, facts);
    else
        write_text(&output, facts, &error);
    return output_end(&output, status);
}
