/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/pager.h"
#include "core/json_writer.h"
#include "core/streams.h"
#include "core/vocabulary.h"

enum { WORD_COLUMNS = 26 };

/* ---- the values of the vocabulary ---- */

/* The values of a group, or (NULL) all groups. */
static void write_text(struct output *output, const struct vocabulary *group)
{
    for (int i = 0; !group && vocabulary_groups[i]; i++)
        output_line(output, vocabulary_groups[i]->name);
    for (int i = 0; group && i < group->count; i++)
        output_paragraph(output, WORD_COLUMNS, group->entries[i].value, group->entries[i].text);
}

static void write_json(struct output *output, const struct vocabulary *group)
{
    struct json_writer writer = {.out = &output->buffer};
    json_write_begin_array(&writer, NULL);
    for (int i = 0; !group && vocabulary_groups[i]; i++)
        json_write_string(&writer, NULL, vocabulary_groups[i]->name);
    for (int i = 0; group && i < group->count; i++) {
        json_write_begin_object(&writer, NULL);
        json_write_string(&writer, "word", group->entries[i].value);
        json_write_string(&writer, "text", group->entries[i].text);
        json_write_end_object(&writer);
    }
    json_write_end_array(&writer);
    output_blank(output);
}

static int show_words(const char *name, const struct common_options *common)
{
    pager_start(common, NULL, 0);
    struct output output = output_for_stdout(common->no_color);
    struct error error;
    int group = 0;
    while (name && vocabulary_groups[group] && strcmp(vocabulary_groups[group]->name, name) != 0)
        group++;
    if (!vocabulary_groups[group]) {
        error_set(&error, ERROR_NOT_FOUND, "unknown group '%.100s'", name);
        error_next(&error, "passthru help words lists the groups");
        return output_error(&error, common->json);
    }
    if (common->json)
        write_json(&output, name ? vocabulary_groups[group] : NULL);
    else
        write_text(&output, name ? vocabulary_groups[group] : NULL);
    return output_end(&output, 0);
}

/* ---- the help of a command ---- */

static void write_verbs(struct json_writer *writer, const struct command *command)
{
    const struct verb *verbs = command->verbs;
    json_write_begin_array(writer, "verbs");
    for (int i = 0; verbs && verbs[i].name; i++) {
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "name", verbs[i].name);
        json_write_string(writer, "summary", verbs[i].summary);
        json_write_string(writer, "help", command_help_text(command, verbs[i].name));
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

/* One command with its help, or all of them. */
static void print_as_json(const struct command *command)
{
    struct buffer out CLEANUP(buffer_free) = BUFFER(65536);
    struct json_writer writer = {.out = &out};
    json_write_begin_array(&writer, NULL);
    for (int i = 0; i < command_count; i++) {
        if (command && command != &commands[i])
            continue;
        json_write_begin_object(&writer, NULL);
        json_write_string(&writer, "name", commands[i].name);
        json_write_string(&writer, "summary", commands[i].summary);
        json_write_string(&writer, "help", command_help_text(&commands[i], NULL));
        write_verbs(&writer, &commands[i]);
        json_write_end_object(&writer);
    }
    json_write_end_array(&writer);
    buffer_append_byte(&out, '\n');
    streams_write(&out);
}

/* passthru-import has the help of its own commands. */
static int show_help_of_import(const struct command *command)
{
    char option[] = "--help";
    char *arguments[] = {(char *)command->name, option};
    return command_import(2, arguments);
}

int command_help(int argc, char **argv)
{
    static const struct option long_options[] = {COMMON_OPTIONS};
    struct common_options common = {.database = NULL};
    int status;
    if (command_option(argc, argv, long_options, &common, &status) == COMMAND_ENDS)
        return status;
    const char *name = optind < argc ? argv[optind] : NULL;
    const char *verb = name && optind + 1 < argc ? argv[optind + 1] : NULL;
    if (name && strcmp(name, "words") == 0)
        return show_words(verb, &common);
    const struct command *command = name ? command_find(name) : NULL;
    if (name && !command)
        return command_unknown(name, common.json);
    if (verb && !command->verbs)
        return output_usage_error("help", common.json, "%s has no command '%s'", name, verb);
    if (common.json && (!verb || command_find_verb(command->verbs, verb) >= 0))
        print_as_json(command);
    else if (command && command->run == command_import)
        return show_help_of_import(command);
    else if (command)
        return command_show_help(command, verb, &common);
    else
        command_print_all();
    return 0;
}
