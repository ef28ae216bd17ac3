/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "core/list_version.h"
#include "core/text.h"
#include "db/database.h"

enum { OLD_AFTER_DAYS = 60, INDENT = 14, TABLE_INDENT = 16 };

/* ---- a database that is older than the installed one ---- */

static bool is_table(const struct older_source *older)
{
    return strcmp(older->kind, "pci.ids") != 0 && strcmp(older->kind, "reports") != 0;
}

/* Appends the command that renews the database `path`, for a shell: the import that takes the newer of each
 * list and the installed tables, and keeps what is in the source cache. */
static void append_renewal_command(struct buffer *out, const char *path)
{
    char directory[DATABASE_PATH_SIZE];
    struct database_place target;
    struct error error;
    snprintf(directory, sizeof directory, "%s", path);
    char *slash = strrchr(directory, '/');
    if (slash)
        slash[slash == directory] = '\0';
    bool may_write = access(slash ? directory : ".", W_OK) == 0;
    bool is_target = !database_target(NULL, &target, &error) && strcmp(target.path, path) == 0;
    buffer_append_format(out, "%spassthru import", may_write ? "" : "sudo ");
    if (!may_write || !is_target) {
        buffer_append_text(out, " --db ");
        text_append_shell_word(out, path);
    }
}

/* The list, the reports and a single table with their versions; several tables are counted. */
static void append_older(struct buffer *out, const struct freshness *freshness)
{
    const char *separator = " (";
    int tables = 0;
    for (int i = 0; i < freshness->count; i++)
        tables += is_table(&freshness->older[i]);
    for (int i = 0; i < freshness->count; i++) {
        const struct older_source *older = &freshness->older[i];
        if (tables > 1 && is_table(older))
            continue;
        buffer_append_format(out, "%s%s %s, installed %s", separator, older->kind,
                             older->version[0] ? older->version : "without version",
                             older->installed_version);
        separator = "; ";
    }
    if (tables > 1)
        buffer_append_format(out, "%s%d tables of data", separator, tables);
    buffer_append_byte(out, ')');
}

/* Appends what is older in the database `path` than in the installed one; nothing when nothing is. The text
 * ends with a colon, and the command that renews the database belongs after it. */
static void append_renewal(struct buffer *out, const char *path, const struct freshness *freshness)
{
    if (!freshness->count)
        return;
    buffer_append_format(out, "%s is older than the installed database", path);
    append_older(out, freshness);
    buffer_append_text(out, ". Rebuild it with:");
}

/* The same as the member "renewal", null when nothing is older. */
static void write_renewal(struct json_writer *writer, const char *path, const struct freshness *freshness)
{
    struct buffer command CLEANUP(buffer_free) = BUFFER(2 * DATABASE_PATH_SIZE);
    if (!json_write_begin_object_or_null(writer, "renewal", freshness->count))
        return;
    append_renewal_command(&command, path);
    json_write_string(writer, "installed", freshness->installed);
    json_write_string(writer, "command", buffer_text(&command));
    json_write_begin_array(writer, "older");
    for (int i = 0; i < freshness->count; i++) {
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "kind", freshness->older[i].kind);
        json_write_string(writer, "version", freshness->older[i].version);
        json_write_string(writer, "installed_version", freshness->older[i].installed_version);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
    json_write_end_object(writer);
}

void db_write_renewal(struct session *session, bool answered, bool is_newer_than_list)
{
    const struct prose prose = output_prose(&session->output);
    const char *path = session->place.path;
    char date[LIST_VERSION_SIZE];
    char month[LIST_VERSION_SIZE];
    int days;
    struct error error;
    struct freshness freshness; /* large, and seldom compared */
    struct buffer renewal CLEANUP(buffer_free) = BUFFER(4 * DATABASE_PATH_SIZE);
    freshness.count = 0;
    if (database_installed_later(path))
        database_compare_installed(session->database, path, &freshness);
    append_renewal(&renewal, path, &freshness);
    if (renewal.length) {
        prose_add(&prose, PARAGRAPH_FIELD, "Note", COLOR_YELLOW, "%s", buffer_text(&renewal));
        /* On a line of its own, however long: a command is pasted. */
        buffer_clear(&renewal);
        buffer_append_format(&renewal, "%*s", INDENT, "");
        append_renewal_command(&renewal, path);
        output_line(&session->output, buffer_text(&renewal));
        return;
    }
    /* What is missing has been said together with the age of the list. Who reads the database gets to know
     * why that cannot be read. */
    if (!answered || database_list_age(session->database, date, &days, &error) || days < OLD_AFTER_DAYS)
        return;
    month_in_words(date, month, sizeof month);
    if (!date[0])
        prose_add(&prose, PARAGRAPH_FIELD, "Note", COLOR_YELLOW,
                  "The database is %d days old; newer: passthru sync", days);
    else
        prose_add(&prose, PARAGRAPH_FIELD, "Note", COLOR_YELLOW, "Your list %s%s%s; newer: passthru sync",
                  is_newer_than_list ? "(" : "of PCI IDs is from ", month,
                  is_newer_than_list ? ") lacks this GPU" : "");
}

/* ---- passthru db ---- */

struct db_command {
    struct session *session;
    bool conflicts;
    long conflict_count;
};

static enum error_code write_source(void *context, const struct source_record *source, struct error *error)
{
    struct db_command *command = context;
    struct json_writer *writer = &command->session->writer;
    (void)error;
    if (command->session->json) {
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
    output_paragraph(&command->session->output, INDENT, source->kind, COLOR_PLAIN, "%s", buffer_text(&line));
    return ERROR_NONE;
}

static enum error_code write_table(void *context, const struct table_record *table, struct error *error)
{
    struct db_command *command = context;
    struct json_writer *writer = &command->session->writer;
    (void)error;
    if (command->session->json) {
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "name", table->name);
        json_write_integer(writer, "rows", table->rows);
        json_write_string(writer, "about", table->about);
        json_write_end_object(writer);
    } else {
        output_paragraph(&command->session->output, TABLE_INDENT, table->name, COLOR_PLAIN,
                         "%s, %" PRId64 " rows", table->about, table->rows);
    }
    return ERROR_NONE;
}

static enum error_code run_info(struct db_command *command, struct error *error)
{
    struct session *session = command->session;
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
    struct json_writer *writer = &command->session->writer;
    struct output *output = &command->session->output;
    char text[PCI_ID_TEXT_SIZE];
    (void)error;
    command->conflict_count++;
    pci_id_print_number(conflict->pci_id, text);
    if (command->session->json) {
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
    struct session *session = command->session;
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
    append_renewal(&note, path, freshness);
    if (error->code) {
        error_append_text(&line, "passthru", error);
    } else if (note.length) {
        buffer_append_byte(&note, ' ');
        append_renewal_command(&note, path);
        buffer_append_text(&line, "passthru: ");
        text_append_safe(&line, buffer_text(&note), note.length);
    }
    if (line.length)
        fprintf(stderr, "%s\n", buffer_text(&line));
}

static enum error_code run_path(struct db_command *command, struct error *error)
{
    struct session *session = command->session;
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
        write_renewal(&session->writer, path, &freshness);
        json_write_end_object(&session->writer);
    } else {
        output_line(&session->output, path);
        note_renewal(&freshness, &unreadable, path);
    }
    return ERROR_NONE;
}

/* In the order of cli/help.txt. */
enum { DB_INFO, DB_CHECK, DB_PATH };

static enum error_code (*const runs[])(struct db_command *command, struct error *error) = {
    [DB_INFO] = run_info, [DB_CHECK] = run_check, [DB_PATH] = run_path};

static struct db_command command;
const struct command_option db_options[] = {{"conflicts", .flag = &command.conflicts}, {.name = NULL}};

int command_db(struct session *session, char **operands, int count, struct error *error)
{
    const char *name = count ? operands[0] : NULL;
    int verb = name ? command_find_verb("db", name) : -1;
    command.session = session;
    if (verb < 0)
        return command_wrong_verb("db", name, session->json);
    if (count > 1)
        return output_usage_error("db", session->json, "%s takes no argument, not '%s'", name, operands[1]);
    if (command.conflicts && verb != DB_CHECK)
        return output_usage_error("db", session->json, "--conflicts goes with check");
    session_begin(session);
    if (verb == DB_PATH || !session_open_database(session, error))
        (void)!runs[verb](&command, error);
    return 0;
}
