/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/file.h"
#include "db/outbox_sent.h"

enum { SHOWN_ID = 12, DATE_COLUMNS = 12, ID_COLUMNS = 14, PCI_ID_COLUMNS = 11, OUTCOME_COLUMNS = 23 };

/* ---- list and show ---- */

static void append_json(struct buffer *out, const struct outbox_entry *entry)
{
    json_append_safe(out, buffer_text(&entry->whole), entry->whole.length);
}

/* The valid ones. */
static void append_array(struct buffer *out, const struct report_selection *selection)
{
    buffer_append_byte(out, '[');
    for (int i = 0, written = 0; i < selection->count; i++) {
        if (!selection->entries[i]->id[0])
            continue;
        if (written++)
            buffer_append_byte(out, ',');
        append_json(out, selection->entries[i]);
    }
    buffer_append_byte(out, ']');
}

static void list_rejected(struct json_writer *writer, const struct report_selection *selection)
{
    json_write_begin_array(writer, "refused");
    for (int i = 0; i < selection->count; i++) {
        const struct outbox_rejection *rejection = &selection->entries[i]->rejection;
        if (!rejection->status || selection->entries[i]->was_sent)
            continue;
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "id", selection->entries[i]->id);
        json_write_string(writer, "remote", rejection->remote);
        json_write_integer(writer, "status", rejection->status);
        json_write_string(writer, "time", rejection->time);
        json_write_string(writer, "error", rejection->why);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

/* The files without a valid report, or those that could not be read. */
static void list_files(struct json_writer *writer, const char *key, const struct report_selection *selection,
                       bool unreadable)
{
    json_write_begin_array(writer, key);
    for (int i = 0; i < selection->count; i++) {
        const struct outbox_entry *entry = selection->entries[i];
        if (entry->id[0] || outbox_is_unreadable(entry) != unreadable)
            continue;
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "file", entry->name);
        json_write_string(writer, "why", entry->error.message);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

static void list_json(struct report_command *command, const struct report_selection *selection)
{
    struct json_writer *writer = &command->session.writer;
    json_write_begin_object(writer, NULL);
    json_write_string(writer, "outbox", command->outbox);
    json_write_key(writer, "reports");
    append_array(writer->out, selection);
    list_files(writer, "damaged", selection, false);
    list_files(writer, "unreadable", selection, true);
    list_rejected(writer, selection);
    json_write_integer(writer, "sent", outbox_count_sent(command->outbox));
    json_write_end_object(writer);
}

static void list_status(struct output *output, const struct outbox_entry *entry)
{
    const struct outbox_rejection *rejection = &entry->rejection;
    if (entry->was_sent)
        output_paragraph(output, ID_COLUMNS, "", COLOR_PLAIN, "already sent");
    else if (rejection->status)
        output_paragraph(output, ID_COLUMNS, "", COLOR_YELLOW, "rejected by %s (status %ld): %s",
                         rejection->remote[0] ? rejection->remote : "a remote", rejection->status,
                         rejection->why);
}

static void list_report(struct output *output, const struct outbox_entry *entry)
{
    struct report report;
    struct error error = {.code = ERROR_NONE};
    char id[PCI_ID_TEXT_SIZE];
    char shown[SHOWN_ID + 1];
    if (report_parse(buffer_text(&entry->whole), entry->whole.length, &report, NULL, &error))
        return; /* it was valid a moment ago */
    snprintf(shown, sizeof shown, "%.*s", SHOWN_ID, entry->id);
    output_cell(output, shown, ID_COLUMNS);
    output_cell(output, report.date ? report.date : "-", DATE_COLUMNS);
    output_cell(output, pci_id_print_base(&report.pci_id, id), PCI_ID_COLUMNS);
    output_cell(output, outcome_value(report.outcome), OUTCOME_COLUMNS);
    output_line(output, report.gpu ? report.gpu : "");
    report_free(&report);
    list_status(output, entry);
}

static void list_text(struct report_command *command, const struct report_selection *selection)
{
    struct output *output = &command->session.output;
    for (int i = 0; i < selection->count; i++) {
        const struct outbox_entry *entry = selection->entries[i];
        if (entry->id[0])
            list_report(output, entry);
        else
            output_paragraph(output, 0, "", COLOR_YELLOW, "%s%s: %s", entry->name,
                             outbox_is_unreadable(entry) ? "" : " is not a valid report",
                             entry->error.message);
    }
    if (!selection->count)
        output_paragraph(output, 0, "", COLOR_PLAIN, "There is no report in the outbox, %s.",
                         command->outbox);
}

static void list_sent(struct report_command *command)
{
    char sent[DATABASE_PATH_SIZE];
    char text[DATABASE_PATH_SIZE + 40];
    int count = outbox_count_sent(command->outbox);
    if (!count)
        return;
    outbox_locate_sent(command->outbox, sent);
    snprintf(text, sizeof text, "%d report%s sent: %s", count, count == 1 ? " was" : "s were", sent);
    output_line(&command->session.output, text);
}

static int fail_after_list(struct report_command *command, const struct outbox_entry *entry)
{
    struct error error;
    report_unreadable(command->outbox, entry, &error);
    if (!output_flush(&command->session.output))
        return error_exit_status(error.code);
    return output_error(&error, false);
}

int report_list(struct report_command *command, struct report_selection *selection)
{
    if (command->session.json) {
        list_json(command, selection);
    } else {
        list_text(command, selection);
        list_sent(command);
    }
    /* What is listed may be all that there is, or not. */
    for (int i = 0; i < selection->count; i++)
        if (outbox_is_unreadable(selection->entries[i]))
            return fail_after_list(command, selection->entries[i]);
    return 0;
}

void report_append_lines(struct buffer *out, const struct report_selection *selection)
{
    for (int i = 0; i < selection->count; i++) {
        append_json(out, selection->entries[i]);
        buffer_append_byte(out, '\n');
    }
}

/* For people on a terminal; elsewhere byte for byte. */
int report_show(struct report_command *command, struct report_selection *selection)
{
    struct output *output = &command->session.output;
    if (command->session.json)
        append_array(&output->buffer, selection);
    else if (!isatty(STDOUT_FILENO))
        report_append_lines(&output->buffer, selection);
    else
        for (int i = 0; i < selection->count; i++) {
            const struct outbox_entry *entry = selection->entries[i];
            if (i)
                output_blank(output);
            output_paragraph(output, 0, "", COLOR_BOLD, "%s", entry->id);
            if (!report_write_fields(output, &entry->whole))
                append_json(&output->buffer, entry);
        }
    return 0;
}

/* ---- export and drop ---- */

int report_export(struct report_command *command, struct report_selection *selection)
{
    struct json_writer *writer = &command->session.writer;
    struct error error = {.code = ERROR_NONE};
    struct buffer lines CLEANUP(buffer_free) = BUFFER((size_t)OUTBOX_MAX_REPORTS * 8 * REPORT_MAX_BYTES);
    if (!selection->count) {
        error_set(&error, ERROR_NOT_FOUND, "there is no report in the outbox");
        error_next(&error, "write one with: passthru report new");
        return report_fail(command, &error);
    }
    report_append_lines(command->target ? &lines : writer->out, selection);
    if (!command->target)
        return 0;
    if (file_create(command->target, 0644, &lines, &error))
        return report_fail(command, &error);
    if (command->session.json) {
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "file", command->target);
        json_write_integer(writer, "reports", selection->count);
        json_write_end_object(writer);
    } else {
        output_paragraph(&command->session.output, 0, "", COLOR_PLAIN,
                         "%d report%s in %s: attach it to an e-mail, or add it to a pull request.",
                         selection->count, selection->count == 1 ? "" : "s", command->target);
    }
    return 0;
}

static int drop_all(struct report_command *command, const struct report_selection *selection)
{
    struct json_writer *writer = &command->session.writer;
    struct error error = {.code = ERROR_NONE};
    if (command->session.json) {
        json_write_begin_object(writer, NULL);
        json_write_begin_array(writer, "dropped");
    }
    for (int i = 0; i < selection->count; i++) {
        const char *name = selection->entries[i]->name;
        if (outbox_drop(command->outbox, selection->entries[i], &error))
            return report_fail(command, &error);
        if (command->session.json)
            json_write_string(writer, NULL, name);
        else
            output_paragraph(&command->session.output, 0, "", COLOR_PLAIN, "Removed %s.", name);
    }
    if (command->session.json) {
        json_write_end_array(writer);
        json_write_end_object(writer);
    }
    return 0;
}

int report_drop(struct report_command *command, struct report_selection *selection)
{
    char question[80];
    if (!command->session.json)
        list_text(command, selection);
    snprintf(question, sizeof question, "Remove %d report%s for good?", selection->count,
             selection->count == 1 ? "" : "s");
    int status = report_consent(command, question, "drop");
    return status ? status : drop_all(command, selection);
}
