/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/renewal.h"
#include "core/error_output.h"
#include "core/json_writer.h"
#include "core/text.h"
#include "db/freshness.h"

enum { INDENT = 14, TABLE_INDENT = 16 };

struct db_command {
    struct database *database;
    struct database_place place;
    struct output output;
    struct json_writer writer;
    bool json;
    bool conflicts;
    long conflict_count;
};

static enum error_code write_source(void *context, const struct source_record *source, struct error *error)
{
    struct db_command *command = context;
    struct json_writer *writer = &command->writer;
    (void)error;
    if (command->json) {
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
    output_paragraph(&command->output, INDENT, source->kind, buffer_text(&line));
    return ERROR_NONE;
}

static enum error_code write_table(void *context, const struct table_record *table, struct error *error)
{
    struct db_command *command = context;
    (void)error;
    if (command->json) {
        json_write_begin_object(&command->writer, NULL);
        json_write_string(&command->writer, "name", table->name);
        json_write_integer(&command->writer, "rows", table->rows);
        json_write_string(&command->writer, "about", table->about);
        json_write_end_object(&command->writer);
        return ERROR_NONE;
    }
    struct buffer line CLEANUP(buffer_free) = BUFFER(8192);
    buffer_append_format(&line, "%s, %" PRId64 " rows", table->about, table->rows);
    output_paragraph(&command->output, TABLE_INDENT, table->name, buffer_text(&line));
    return ERROR_NONE;
}

static enum error_code run_info(struct db_command *command, struct error *error)
{
    struct database_counts counts;
    char date[LIST_VERSION_SIZE];
    int days;
    struct buffer line CLEANUP(buffer_free) = BUFFER(8192);
    if (database_count(command->database, &counts, error) ||
        database_list_age(command->database, date, &days, error))
        return error->code;
    if (command->json) {
        json_write_begin_object(&command->writer, NULL);
        json_write_string(&command->writer, "path", command->place.path);
        json_write_integer(&command->writer, "age_days", database_age_days(command->database));
        if (date[0]) {
            json_write_string(&command->writer, "list_date", date);
            json_write_integer(&command->writer, "list_age_days", days);
        } else {
            json_write_null(&command->writer, "list_date");
            json_write_null(&command->writer, "list_age_days");
        }
        json_write_integer(&command->writer, "devices", counts.devices);
        json_write_integer(&command->writer, "gpus", counts.gpus);
        json_write_integer(&command->writer, "reports", counts.reports);
        json_write_begin_array(&command->writer, "sources");
    } else {
        buffer_append_format(&line, "%" PRId64 " devices, %" PRId64 " of them GPUs; %" PRId64 " reports",
                             counts.devices, counts.gpus, counts.reports);
        output_paragraph(&command->output, INDENT, "Database", command->place.path);
        output_paragraph(&command->output, INDENT, "Holds", buffer_text(&line));
        buffer_clear(&line);
        buffer_append_format(&line, "%d days", database_age_days(command->database));
        if (date[0])
            buffer_append_format(&line, "; its list of PCI IDs is from %s, %d days ago", date, days);
        output_paragraph(&command->output, INDENT, "Age", buffer_text(&line));
    }
    if (database_each_source(command->database, write_source, command, error))
        return error->code;
    if (command->json) {
        json_write_end_array(&command->writer);
        json_write_begin_array(&command->writer, "tables");
    } else {
        output_blank(&command->output);
        output_line(&command->output, "Tables, for sqlite3 (docs/schema.md has queries):");
    }
    if (database_each_table(command->database, write_table, command, error))
        return error->code;
    if (command->json) {
        json_write_end_array(&command->writer);
        json_write_end_object(&command->writer);
        output_blank(&command->output);
    }
    return ERROR_NONE;
}

static enum error_code write_conflict(void *context, const struct conflict *conflict, struct error *error)
{
    struct db_command *command = context;
    struct json_writer *writer = &command->writer;
    struct pci_id id = pci_id_from_number(conflict->pci_id);
    char text[PCI_ID_TEXT_SIZE];
    (void)error;
    command->conflict_count++;
    pci_id_print(&id, text);
    if (command->json) {
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
    struct buffer line CLEANUP(buffer_free) = BUFFER(8192);
    output_paragraph_color(&command->output, INDENT, text, COLOR_BOLD, conflict->name);
    buffer_append_format(&line, "%s = %s (%.2f), %s", conflict->attribute, conflict->value,
                         conflict->confidence, conflict->source);
    output_paragraph(&command->output, INDENT, "  used", buffer_text(&line));
    buffer_clear(&line);
    buffer_append_format(&line, "%s = %s (%.2f), %s", conflict->attribute, conflict->other_value,
                         conflict->other_confidence, conflict->other_source);
    output_paragraph(&command->output, INDENT, "  not used", buffer_text(&line));
    return ERROR_NONE;
}

static enum error_code run_check(struct db_command *command, struct error *error)
{
    if (database_check(command->database, error))
        return error->code;
    if (!command->json) {
        char text[DATABASE_PATH_SIZE + 40];
        snprintf(text, sizeof text, "the database is intact: %s", command->place.path);
        output_paragraph_color(&command->output, INDENT, "OK", COLOR_GREEN, text);
        if (!command->conflicts)
            return ERROR_NONE;
        if (database_each_conflict(command->database, write_conflict, command, error))
            return error->code;
        char count[64];
        snprintf(count, sizeof count, "%ld values on which sources disagree", command->conflict_count);
        output_paragraph(&command->output, INDENT, "Conflicts", count);
        return ERROR_NONE;
    }
    json_write_begin_object(&command->writer, NULL);
    json_write_string(&command->writer, "path", command->place.path);
    json_write_bool(&command->writer, "sound", true);
    if (command->conflicts) {
        json_write_begin_array(&command->writer, "conflicts");
        if (database_each_conflict(command->database, write_conflict, command, error))
            return error->code;
        json_write_end_array(&command->writer);
    }
    json_write_end_object(&command->writer);
    output_blank(&command->output);
    return ERROR_NONE;
}

/* Standard output has the path alone, for scripts; what is wrong with the file there is no fault of this
 * command. */
static void note_renewal(const struct freshness *freshness, const struct error *error, const char *path)
{
    struct buffer note CLEANUP(buffer_free) = BUFFER(4 * DATABASE_PATH_SIZE);
    struct buffer line CLEANUP(buffer_free) = BUFFER(8 * DATABASE_PATH_SIZE);
    if (error->code) {
        error_append_text(&line, "passthru", error);
    } else {
        renewal_append_text(&note, path, freshness);
        if (note.length) {
            buffer_append_byte(&note, ' ');
            renewal_append_command(&note, path);
            buffer_append_text(&line, "passthru: ");
        }
        text_append_safe(&line, buffer_text(&note), note.length);
    }
    if (line.length)
        fprintf(stderr, "%s\n", buffer_text(&line));
}

static enum error_code run_path(struct db_command *command, struct error *error)
{
    const char *path = command->place.path;
    struct error unreadable = {.code = ERROR_NONE};
    struct freshness freshness = {.count = 0};
    (void)error;
    if (!database_open(path, &command->database, &unreadable))
        database_compare_installed(command->database, path, &freshness);
    if (command->json) {
        json_write_begin_object(&command->writer, NULL);
        json_write_string(&command->writer, "path", path);
        json_write_string(&command->writer, "why", command->place.why);
        renewal_write_json(&command->writer, path, &freshness);
        json_write_end_object(&command->writer);
        output_blank(&command->output);
    } else {
        output_line(&command->output, path);
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
    static const struct option long_options[] = {{"conflicts", no_argument, NULL, 'c'}, COMMON_OPTIONS};
    struct common_options common = {.database = NULL};
    struct error error = {.code = ERROR_NONE};
    struct db_command command = {.database = NULL};
    int status = 0;
    for (int c; (c = command_option(argc, argv, long_options, &common, &status)) != -1;) {
        if (c == COMMAND_ENDS)
            return status;
        command.conflicts = true;
    }
    const char *name = optind < argc ? argv[optind] : NULL;
    int verb = name ? command_find_verb(db_verbs, name) : -1;
    if (verb < 0)
        return command_wrong_verb(command_find("db"), name, common.json);
    if (optind + 1 < argc)
        return output_usage_error("db", common.json, "%s takes no argument, not '%s'", name,
                                  argv[optind + 1]);
    if (command.conflicts && verb != DB_CHECK)
        return output_usage_error("db", common.json, "--conflicts goes with check");
    command.output = output_for_stdout(common.no_color);
    command.json = common.json;
    command.writer = (struct json_writer){.out = &command.output.buffer, .for_terminal = true};
    if (database_locate(common.database, &command.place, &error) ||
        (verb != DB_PATH && database_open(command.place.path, &command.database, &error)) ||
        runs[verb](&command, &error)) {
        buffer_clear(&command.output.buffer);
        status = output_error(&error, common.json);
    }
    database_close(command.database);
    return output_end(&command.output, status);
}
