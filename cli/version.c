/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "version.h"
#include "cli/command.h"

/* The database in use, as far as its age goes. */
struct facts {
    char pci_ids[LIST_VERSION_SIZE];
    struct database_counts counts;
    char latest[REPORT_DATE_SIZE];
};

static void write_json(struct session *session, const struct facts *facts)
{
    struct json_writer *writer = &session->writer;
    json_write_begin_object(writer, NULL);
    json_write_string(writer, "version", PASSTHRU_VERSION);
    json_write_string(writer, "license", "GPL-2.0-or-later");
    if (facts) {
        json_write_begin_object(writer, "database");
        json_write_string(writer, "path", session->place.path);
        json_write_string(writer, "pci_ids", facts->pci_ids);
        json_write_integer(writer, "reports", facts->counts.reports);
        json_write_text_or_null(writer, "latest_report", facts->latest);
        json_write_end_object(writer);
    } else {
        json_write_null(writer, "database");
    }
    json_write_end_object(writer);
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
    static struct session session;
    struct error error = {.code = ERROR_NONE};
    struct facts facts;
    int status;
    if (!command_options(argc, argv, NULL, &session, &status))
        return status;
    session_begin(&session);
    bool good = !session_open_database(&session, &error) &&
                !database_pci_ids_version(session.database, facts.pci_ids, &error) &&
                !database_count(session.database, &facts.counts, &error) &&
                !database_latest_report(session.database, facts.latest, &error);
    if (session.json)
        write_json(&session, good ? &facts : NULL);
    else
        write_text(&session.output, good ? &facts : NULL, &error);
    return session_end(&session, NULL, 0);
}
