/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/renewal.h"
#include "core/error_output.h"
#include "core/text.h"

enum { INDENT = 14, TABLE_INDENT = 16 };

struct db_command {
    struct session session;
    bool conflicts;
    long conflict_count;
};

static enum error_code write_source(void *context, const struct source_record *source, struct error *error)
{
    struct db_command *command = context;
    struct json_writer *writer = &command->session.writer;
    (void)error;
    if (command->session.json) {
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "kind", source->kind);
        json_write_string(writer, "name", source->name);
        json_write_string(writer, "version", source->version);
        json_write_string(writer, "date", source->date);
        json_write_string(writer, "hash", source->hash);
        json_write_integer(writer, "records", source->records);
        json_write_integer(writer, "refused", source->rejected);
        json_write_end_object(writer);
        return ERROR_NONE;
    }
    struct buffer line CLEANUP(buffer_free) = BUFFER(8192);
    bool is_program = strcmp(source->kind, "program") == 0;
    buffer_append_text(&line, source->name);
    if (!is_program)
        buffer_append_format(&line, ": %" PRId64 " records", source->records);
    if (source->version[0])
        buffer_append_format(&line, ", version %s", source->version);
    if (source->date[0])
        buffer_append_format(&line, " of %s", source->date);
    if (source->rejected && !is_program)
        buffer_append_format(&line, ", %" PRId64 " rejected", source->rejected);
    output_paragraph(&command->session.output, INDENT, source->kind, COLOR_PLAIN, "%s", buffer_text(&line));
    return ERROR_NONE;
}

static enum error_code write_table(void *context, const struct table_record *table, struct error *error)
{
    struct db_command *command = context;
    struct json_writer *writer = &command->session.writer;
    (void)error;
    if (command->session.json) {
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "name", table->name);
        json_write_integer(writer, "rows", table->rows);
        json_write_string(writer, "about", table->about);
        json_write_end_object(writer);
    } else {
        output_paragraph(&command->session.output, TABLE_INDENT, table->name, COLOR_PLAIN,
                         "%s, %" PRId64 " rows", table->about, table->rows);
    }
    return ERROR_NONE;
}

static enum error_code run_info(struct db_command *command, struct error *error)
{
    struct session *session = &command->session;
    struct database *database = session->database;
    struct json_writer *writer = &session->writer;
    struct output *output = &session->output;
    struct database_counts counts;
    char date[LIST_VERSION_SIZE];
    int days;
    if (database_count(database, &counts, error) || database_list_age(database, date, &days, error))
        return error->code;
    if (session->json) {
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "path", session->place.path);
        json_write_integer(writer, "age_days", database_age_days(database));
        json_write_text_or_null(writer, "list_date", date);
        json_write_integer_or_null(writer, "list_age_days", days, date[0]);
        json_write_integer(writer, "devices", counts.devices);
        json_write_integer(writer, "gpus", counts.gpus);
        json_write_integer(writer, "reports", counts.reports);
        json_write_begin_array(writer, "sources");
    } else {
        output_paragraph(output, INDENT, "Database", COLOR_PLAIN, "%s", session->place.path);
        output_paragraph(output, INDENT, "Holds", COLOR_PLAIN,
                         "%" PRId64 " devices, %" PRId64 " of them GPUs; %" PRId64 " reports", counts.devices,
                         counts.gpus, counts.reports);
        if (date[0])
            output_paragraph(output, INDENT, "Age", COLOR_PLAIN,
                             "%d days; its list of PCI IDs is from %s, %d days ago",
                             database_age_days(database), date, days);
        else
            output_paragraph(output, INDENT, "Age", COLOR_PLAIN, "%d days", database_age_days(database));
    }
    if (database_each_source(database, write_source, command, error))
        return error->code;
    if (session->json) {
        json_write_end_array(writer);
        json_write_begin_array(writer, "tables");
    } else {
        output_blank(output);
        output_line(output, "Tables, for sqlite3 (docs/schema.md has queries):");
    }
    if (database_each_table(database, write_table, command, error))
        return error->code;
    if (session->json) {
        json_write_end_array(writer);
        json_write_end_object(writer);
    }
    return ERROR_NONE;
}

static enum error_code write_conflict(void *context, const struct conflict *conflict, struct error *error)
{
    struct db_command *command = context;
    struct json_writer *writer = &command->session.writer;
    struct output *output = &command->session.output;
    char text[PCI_ID_TEXT_SIZE];
    (void)error;
    command->conflict_count++;
    pci_id_print_number(conflict->pci_id, text);
    if (command->session.json) {
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "pci_id", text);
        json_write_string(writer, "name", conflict->name);
        json_write_string(writer, "attribute", conflict->attribute);
        json_write_string(writer, "value", conflict->value);
        json_write_fraction(writer, "confidence", conflict->confidence);
        json_write_string(writer, "source", conflict->source);
        json_write_string(writer, "other_value", conflict->other_value);
        json_write_fraction(writer, "other_confidence", conflict->other_confidence);
        json_write_string(writer, "other_source", conflict->other_source);
        json_write_end_object(writer);
        return ERROR_NONE;
    }
    output_paragraph(output, INDENT, text, COLOR_BOLD, "%s", conflict->name);
    output_paragraph(output, INDENT, "  used", COLOR_PLAIN, "%s = %s (%.2f), %s", conflict->attribute,
                     conflict->value, conflict->confidence, conflict->source);
    output_paragraph(output, INDENT, "  not used", COLOR_PLAIN, "%s = %s (%.2f), %s", conflict->attribute,
                     conflict->other_value, conflict->other_confidence, conflict->other_source);
    return ERROR_NONE;
}

static enum error_code run_check(struct db_command *command, struct error *error)
{
    struct session *session = &command->session;
    struct json_writer *writer = &session->writer;
    if (database_check(session->database, error))
        return error->code;
    if (session->json) {
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "path", session->place.path);
        json_write_bool(writer, "sound", true);
        if (command->conflicts)
            json_write_begin_array(writer, "conflicts");
    } else {
        output_paragraph(&session->output, INDENT, "OK", COLOR_GREEN, "the database is intact: %s",
                         session->place.path);
    }
    if (command->conflicts && database_each_conflict(session->database, write_conflict, command, error))
        return error->code;
    if (command->conflicts && session->json)
        json_write_end_array(writer);
    else if (command->conflicts)
        output_paragraph(&session->output, INDENT, "Conflicts", COLOR_PLAIN,
                         "%ld values on which sources disagree", command->conflict_count);
    if (session->json)
        json_write_end_object(writer);
    return ERROR_NONE;
}

/* Standard output has the path alone, for scripts; what is wrong with the file there is no fault of this
 * command. */
static void note_renewal(const struct freshness *freshness, const struct error *error, const char *path)
{
    struct buffer note CLEANUP(buffer_free) = BUFFER(4 * DATABASE_PATH_SIZE);
    struct buffer line CLEANUP(buffer_free) = BUFFER(8 * DATABASE_PATH_SIZE);
    renewal_append_text(&note, path, freshness);
    if (error->code) {
        error_append_text(&line, "passthru", error);
    } else if (note.length) {
        buffer_append_byte(&note, ' ');
        renewal_append_command(&note, path);
        buffer_append_text(&line, "passthru: ");
        text_append_safe(&line, buffer_text(&note), note.length);
    }
    if (line.length)
        fprintf(stderr, "%s\n", buffer_text(&line));
}

static enum error_code run_path(struct db_command *command, struct error *error)
{
    struct session *session = &command->session;
    const char *path = session->place.path;
    struct error unreadable = {.code = ERROR_NONE};
    struct freshness freshness = {.count = 0};
    if (database_locate(session->file, &session->place, error))
        return error->code;
    if (!database_open(path, &session->database, &unreadable))
        database_compare_installed(session->database, path, &freshness);
    if (session->json) {
        json_write_begin_object(&session->writer, NULL);
        json_write_string(&session->writer, "path", path);
        json_write_string(&session->writer, "why", session->place.why);
        renewal_write_json(&session->writer, path, &freshness);
        json_write_end_object(&session->writer);
    } else {
        output_line(&session->output, path);
        note_renewal(&freshness, &unreadable, path);
    }
    return ERROR_NONE;
}

enum { DB_INFO, DB_CHECK, DB_PATH, DB_VERB_COUNT };

const struct verb db_verbs[] = {
    [DB_INFO] = {"info", "what the database holds and which sources it was made from"},
    [DB_CHECK] = {"check", "read all of it and compare tables and indexes"},
    [DB_PATH] = {"path", "which file is used"},
    [DB_VERB_COUNT] = {NULL, NULL},
};

static enum error_code (*const runs[])(struct db_command *command, struct error *error) = {
    [DB_INFO] = run_info, [DB_CHECK] = run_check, [DB_PATH] = run_path};

int command_db(int argc, char **argv)
{
    static struct db_command command;
    struct session *session = &command.session;
    const struct command_option options[] = {{"conflicts", .flag = &command.conflicts}, {.name = NULL}};
    struct error error = {.code = ERROR_NONE};
    int status;
    if (!command_options(argc, argv, options, session, &status))
        return status;
    const char *name = optind < argc ? argv[optind] : NULL;
    int verb = name ? command_find_verb(db_verbs, name) : -1;
    if (verb < 0)
        return command_wrong_verb(command_find("db"), name, session->json);
    if (optind + 1 < argc)
        return output_usage_error("db", session->json, "%s takes no argument, not '%s'", name,
                                  argv[optind + 1]);
    if (command.conflicts && verb != DB_CHECK)
        return output_usage_error("db", session->json, "--conflicts goes with check");
    session_begin(session);
    if (verb == DB_PATH || !session_open_database(session, &error))
        (void)!runs[verb](&command, &error);
    return session_end(session, &error, 0);
}
