/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/renewal.h"

#include "core/list_version.h"
#include "core/text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OLD_AFTER_DAYS = 60, NOTE_INDENT = 14 };

static bool is_table(const struct older_source *older)
{
    return strcmp(older->kind, "pci.ids") != 0 && strcmp(older->kind, "reports") != 0;
}

void renewal_append_command(struct buffer *out, const char *path)
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

void renewal_append_text(struct buffer *out, const char *path, const struct freshness *freshness)
{
    if (!freshness->count)
        return;
    buffer_append_format(out, "%s is older than the installed database", path);
    append_older(out, freshness);
    buffer_append_text(out, ". Rebuild it with:");
}

void renewal_write_json(struct json_writer *writer, const char *path, const struct freshness *freshness)
{
    struct buffer command CLEANUP(buffer_free) = BUFFER(2 * DATABASE_PATH_SIZE);
    if (!freshness->count) {
        json_write_null(writer, "renewal");
        return;
    }
    renewal_append_command(&command, path);
    json_write_begin_object(writer, "renewal");
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

void renewal_write_note(struct output *output, struct database *database, const char *path, bool answered,
                        bool is_newer_than_list)
{
    const struct prose prose = output_prose(output);
    char date[LIST_VERSION_SIZE];
    char month[LIST_VERSION_SIZE];
    char list[100];
    int days;
    struct error error;
    struct freshness freshness; /* large, and seldom compared */
    struct buffer renewal CLEANUP(buffer_free) = BUFFER(4 * DATABASE_PATH_SIZE);
    freshness.count = 0;
    if (database_installed_later(path))
        database_compare_installed(database, path, &freshness);
    renewal_append_text(&renewal, path, &freshness);
    if (renewal.length) {
        prose_add(&prose, PARAGRAPH_FIELD, "Note", COLOR_YELLOW, "%s", buffer_text(&renewal));
        /* On a line of its own, however long: a command is pasted. */
        buffer_clear(&renewal);
        buffer_append_format(&renewal, "%*s", NOTE_INDENT, "");
        renewal_append_command(&renewal, path);
        output_line(output, buffer_text(&renewal));
        return;
    }
    /* What is missing has been said together with the age of the list. Who reads the database gets to know
     * why that cannot be read. */
    if (!answered || database_list_age(database, date, &days, &error) || days < OLD_AFTER_DAYS)
        return;
    month_in_words(date, month, sizeof month);
    if (date[0] && is_newer_than_list)
        snprintf(list, sizeof list, "Your list (%s) lacks this GPU", month);
    else if (date[0])
        snprintf(list, sizeof list, "Your list of PCI IDs is from %s", month);
    else
        snprintf(list, sizeof list, "The database is %d days old", days);
    prose_add(&prose, PARAGRAPH_FIELD, "Note", COLOR_YELLOW, "%s; newer: passthru sync", list);
}
