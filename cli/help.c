/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cli/command.h"
#include "version.h"

enum { WORD_COLUMNS = 26 };

/* ---- the values of the vocabulary ---- */

/* The values of a group, or (NULL) all groups. */
static void write_text(struct output *output, const struct vocabulary *group)
{
    for (int i = 0; !group && vocabulary_groups[i]; i++)
        output_line(output, vocabulary_groups[i]->name);
    for (int i = 0; group && i < group->count; i++)
        output_paragraph(output, WORD_COLUMNS, group->entries[i].value, COLOR_PLAIN, "%s",
                         group->entries[i].text);
}

static void write_json(struct json_writer *writer, const struct vocabulary *group)
{
    json_write_begin_array(writer, NULL);
    for (int i = 0; !group && vocabulary_groups[i]; i++)
        json_write_string(writer, NULL, vocabulary_groups[i]->name);
    for (int i = 0; group && i < group->count; i++) {
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "word", group->entries[i].value);
        json_write_string(writer, "text", group->entries[i].text);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

static int show_words(const char *name, struct session *session, struct error *error)
{
    int group = 0;
    session_begin(session);
    while (name && vocabulary_groups[group] && strcmp(vocabulary_groups[group]->name, name) != 0)
        group++;
    if (!vocabulary_groups[group]) {
        error_set(error, ERROR_NOT_FOUND, "unknown group '%.100s'", name);
        error_next(error, "passthru help words lists the groups");
    } else if (session->json) {
        write_json(&session->writer, name ? vocabulary_groups[group] : NULL);
    } else {
        write_text(&session->output, name ? vocabulary_groups[group] : NULL);
    }
    return 0;
}

/* ---- the help of a command ---- */

/* What members a command and a verb have in common. */
static void write_help(struct json_writer *writer, const struct help_text *help)
{
    json_write_begin_object(writer, NULL);
    json_write_string(writer, "name", help->verb ? help->verb : help->command);
    json_write_string(writer, "summary", help->summary);
    json_write_string(writer, "help", help->text);
}

/* One command with its help, or all of them. */
static void write_commands(struct json_writer *writer, const struct command *command)
{
    json_write_begin_array(writer, NULL);
    for (int i = 0; i < command_count; i++) {
        const struct help_text *help = command_help_of(commands[i].name, NULL);
        if (command && command != &commands[i])
            continue;
        write_help(writer, help);
        json_write_begin_array(writer, "verbs");
        while ((help = command_next_verb(help))) {
            write_help(writer, help);
            json_write_end_object(writer);
        }
        json_write_end_array(writer);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

int command_help(struct session *session, char **operands, int count, struct error *error)
{
    const char *name = count ? operands[0] : NULL;
    const char *verb = count > 1 ? operands[1] : NULL;
    if (name && strcmp(name, "words") == 0)
        return show_words(verb, session, error);
    const struct command *command = name ? command_find(name) : NULL;
    if (name && !command)
        return command_unknown(name, session->json);
    if (verb && !command_next_verb(command_help_of(name, NULL)))
        return output_usage_error("help", session->json, "%s has no command '%s'", name, verb);
    if (session->json && (!verb || command_help_of(name, verb))) {
        session_begin(session);
        write_commands(&session->writer, command);
        return 0;
    }
    /* passthru-import has the help of its own commands. */
    if (command && !command->run)
        return command_import(2, (char *[]){(char *)command->name, (char *)"--help"});
    return command_show_help(name ? name : "passthru", verb, session);
}

/* ---- version ---- */

/* The database in use, as far as its age goes. */
struct facts {
    char pci_ids[LIST_VERSION_SIZE];
    struct database_counts counts;
    char latest[REPORT_DATE_SIZE];
};

static void write_version_json(struct session *session, const struct facts *facts)
{
    struct json_writer *writer = &session->writer;
    json_write_begin_object(writer, NULL);
    json_write_string(writer, "version", PASSTHRU_VERSION);
    json_write_string(writer, "license", "GPL-2.0-or-later");
    if (json_write_begin_object_or_null(writer, "database", facts)) {
        json_write_string(writer, "path", session->place.path);
        json_write_string(writer, "pci_ids", facts->pci_ids);
        json_write_integer(writer, "reports", facts->counts.reports);
        json_write_text_or_null(writer, "latest_report", facts->latest);
        json_write_end_object(writer);
    }
    json_write_end_object(writer);
}

static void write_version(struct output *output, const struct facts *facts, const struct error *error)
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

int command_version(struct session *session, char **operands, int count, struct error *error)
{
    struct facts facts;
    (void)operands;
    (void)count;
    session_begin(session);
    bool good = !session_open_database(session, error) &&
                !database_pci_ids_version(session->database, facts.pci_ids, error) &&
                !database_count(session->database, &facts.counts, error) &&
                !database_latest_report(session->database, facts.latest, error);
    if (session->json)
        write_version_json(session, good ? &facts : NULL);
    else
        write_version(&session->output, good ? &facts : NULL, error);
    error->code = ERROR_NONE; /* no database is an answer, too */
    return 0;
}
