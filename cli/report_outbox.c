/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/ask.h"
#include "core/file.h"
#include "db/outbox.h"

/* The error for a report that cannot be read now. */
static enum error_code unreadable(const char *directory, const struct outbox_entry *entry,
                                  struct error *error)
{
    error_set(error, entry->error.code, "the report %.255s/%s: %.200s", directory, entry->name,
              entry->error.message);
    return error_next(error,
                      entry->error.code == ERROR_PERMISSION
                          ? "give it back to its owner: sudo chown -R \"$USER\" '%s'"
                          : "try again: nothing was done; it lies in %s",
                      directory);
}

/* Leaves out what is damaged. */
static enum error_code keep_valid(const struct report_command *command, struct report_selection *selection,
                                  struct error *error)
{
    int kept = 0;
    for (int i = 0; i < selection->count; i++) {
        const struct outbox_entry *entry = selection->entries[i];
        if (entry->id[0]) {
            selection->entries[kept++] = entry;
            continue;
        }
        struct error damaged;
        /* Without it the answer would not be whole; and it may be valid. */
        if (outbox_is_unreadable(entry))
            return unreadable(command->outbox, entry, error);
        error_set(&damaged, ERROR_BAD_INPUT, "%s in the outbox is not a valid report: %s", entry->name,
                  entry->error.message);
        error_next(&damaged, "remove it with: passthru report drop %s", entry->name);
        if (selection->is_named) {
            *error = damaged;
            return error->code;
        }
        output_error(&damaged, false);
    }
    selection->count = kept;
    return ERROR_NONE;
}

enum error_code report_select(const struct report_command *command, char **ids, int count, bool valid,
                              struct report_selection *selection, struct error *error)
{
    const struct outbox *outbox = &selection->outbox;
    selection->is_named = count > 0;
    if (outbox_read(command->outbox, &selection->outbox, error))
        return error->code;
    for (int i = 0; i < outbox->count && !count; i++)
        selection->entries[selection->count++] = &outbox->entries[i];
    for (int i = 0; i < count; i++) {
        const struct outbox_entry *entry = outbox_find(outbox, ids[i], error);
        bool is_new = true;
        if (!entry)
            return error->code;
        for (int j = 0; j < selection->count; j++)
            is_new &= selection->entries[j] != entry;
        if (is_new)
            selection->entries[selection->count++] = entry;
    }
    return valid ? keep_valid(command, selection, error) : ERROR_NONE;
}

/* Asks before `verb` is done, where there is a terminal; on none it is an error, unless --yes was given. */
static bool consents(struct report_command *command, const char *question, const char *verb,
                     struct error *error)
{
    if (command->yes)
        return true;
    if (!command->session->json && ask_is_possible())
        return ask_yes(&command->session->output, question, ASK_ENTER_IS_NO);
    /* What could not be shown is not agreed to; main() says why. */
    if (!command->session->json && !output_flush(&command->session->output))
        return false;
    error_set(error, ERROR_USAGE, "nothing was done: no terminal to ask on");
    error_next(error, "use passthru report %s --yes if that is what you want", verb);
    return false;
}

enum {
    SHOWN_ID = 12,
    DATE_COLUMNS = 12,
    ID_COLUMNS = 14,
    PCI_ID_COLUMNS = 11,
    OUTCOME_COLUMNS = 23,
    NAME_COLUMN = ID_COLUMNS + DATE_COLUMNS + PCI_ID_COLUMNS + OUTCOME_COLUMNS
};

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
    struct json_writer *writer = &command->session->writer;
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
    const char *gpu = report.gpu ? report.gpu : "";
    const bool fits = NAME_COLUMN + strlen(gpu) <= (size_t)output->width;
    if (fits)
        output_cell(output, outcome_value(report.outcome), OUTCOME_COLUMNS);
    output_line(output, fits ? gpu : outcome_value(report.outcome));
    if (!fits)
        output_paragraph(output, ID_COLUMNS, "", COLOR_PLAIN, "%s", gpu);
    report_free(&report);
    list_status(output, entry);
}

static void say_empty(struct report_command *command)
{
    output_paragraph(&command->session->output, 0, "", COLOR_PLAIN, "There is no report in the outbox, %s.",
                     command->outbox);
}

static void list_text(struct report_command *command, const struct report_selection *selection)
{
    struct output *output = &command->session->output;
    for (int i = 0; i < selection->count; i++) {
        const struct outbox_entry *entry = selection->entries[i];
        if (entry->id[0])
            list_report(output, entry);
        else
            output_notice(output, "%s%s: %s", entry->name,
                          outbox_is_unreadable(entry) ? "" : " is not a valid report", entry->error.message);
    }
    if (!selection->count)
        say_empty(command);
}

static int fail_after_list(struct report_command *command, const struct outbox_entry *entry)
{
    struct error error;
    unreadable(command->outbox, entry, &error);
    if (!output_flush(&command->session->output))
        return error_exit_status(error.code);
    return output_error(&error, false);
}

int report_list(struct report_command *command, struct report_selection *selection, struct error *error)
{
    (void)error; /* what cannot be read is said after the list */
    char directory[DATABASE_PATH_SIZE];
    char sent[DATABASE_PATH_SIZE + 40];
    int count = outbox_count_sent(command->outbox);
    if (command->session->json) {
        list_json(command, selection);
    } else {
        list_text(command, selection);
        outbox_locate_sent(command->outbox, directory);
        snprintf(sent, sizeof sent, "%d report%s sent: %s", count, count == 1 ? " was" : "s were", directory);
        if (count)
            output_line(&command->session->output, sent);
    }
    /* What is listed may be all that there is, or not. */
    for (int i = 0; i < selection->count; i++)
        if (outbox_is_unreadable(selection->entries[i]))
            return fail_after_list(command, selection->entries[i]);
    return 0;
}

/* Their JSON as it is sent, a line for each. */
static void append_lines(struct buffer *out, const struct report_selection *selection)
{
    for (int i = 0; i < selection->count; i++) {
        append_json(out, selection->entries[i]);
        buffer_append_byte(out, '\n');
    }
}

/* For people on a terminal; elsewhere byte for byte. */
int report_show(struct report_command *command, struct report_selection *selection, struct error *error)
{
    struct output *output = &command->session->output;
    (void)error;
    if (command->session->json)
        append_array(&output->buffer, selection);
    else if (!isatty(STDOUT_FILENO))
        append_lines(&output->buffer, selection);
    else if (!selection->count)
        say_empty(command);
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

int report_export(struct report_command *command, struct report_selection *selection, struct error *error)
{
    struct json_writer *writer = &command->session->writer;
    struct buffer lines CLEANUP(buffer_free) = BUFFER((size_t)OUTBOX_MAX_REPORTS * 8 * REPORT_MAX_BYTES);
    if (!selection->count) {
        error_set(error, ERROR_NOT_FOUND, "there is no report in the outbox");
        return error_next(error, "write one with: passthru report new");
    }
    append_lines(command->target ? &lines : writer->out, selection);
    if (!command->target)
        return 0;
    if (file_create(command->target, 0644, &lines, error))
        return error->number == EEXIST
                   ? error_next(error, "name another file, or remove this one first: nothing was written")
                   : error->code;
    if (command->session->json) {
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "file", command->target);
        json_write_integer(writer, "reports", selection->count);
        json_write_end_object(writer);
    } else {
        output_text(&command->session->output,
                    "%d report%s in %s: attach it to an e-mail, or add it to a pull request.",
                    selection->count, selection->count == 1 ? "" : "s", command->target);
    }
    return 0;
}

static int drop_all(struct report_command *command, const struct report_selection *selection,
                    struct error *error)
{
    struct json_writer *writer = &command->session->writer;
    if (command->session->json) {
        json_write_begin_object(writer, NULL);
        json_write_begin_array(writer, "dropped");
    }
    for (int i = 0; i < selection->count; i++) {
        const char *name = selection->entries[i]->name;
        if (outbox_drop(command->outbox, selection->entries[i], error))
            return 0;
        if (command->session->json)
            json_write_string(writer, NULL, name);
        else
            output_text(&command->session->output, "Removed %s.", name);
    }
    if (command->session->json) {
        json_write_end_array(writer);
        json_write_end_object(writer);
    }
    return 0;
}

int report_drop(struct report_command *command, struct report_selection *selection, struct error *error)
{
    char question[80];
    if (!command->session->json)
        list_text(command, selection);
    snprintf(question, sizeof question, "Remove %d report%s for good?", selection->count,
             selection->count == 1 ? "" : "s");
    return consents(command, question, "drop", error) ? drop_all(command, selection, error)
                                                      : error_exit_status(ERROR_NOT_FOUND);
}

/* ---- send and withdraw ---- */

/* Asks, and starts passthru-import, which has the network, to do that with these reports. */
static int hand_over(struct report_command *command, const char *question, const char *verb, char *ids[],
                     int count, struct error *error)
{
    static char **arguments; /* until the end of the process */
    int used = 0;
    if (!consents(command, question, verb, error))
        return error_exit_status(ERROR_NOT_FOUND);
    arguments = calloc((size_t)count + 4, sizeof *arguments);
    if (!arguments)
        return error_set(error, ERROR_NO_MEMORY, "no memory to start passthru-import");
    arguments[used++] = (char *)verb;
    if (command->remote) {
        arguments[used++] = (char *)"--remote";
        arguments[used++] = (char *)command->remote;
    }
    if (command->session->json)
        arguments[used++] = (char *)"--json";
    memcpy(arguments + used, ids, (size_t)count * sizeof *ids);
    return output_flush(&command->session->output) ? command_import(used + count, arguments) : 0;
}

/* Leaves out those that were sent, and those that a remote has rejected: these are only sent again when they
 * are asked for. Returns how many were rejected. */
static int skip_rejected(struct report_selection *selection)
{
    int kept = 0;
    int skipped = 0;
    for (int i = 0; i < selection->count; i++) {
        const struct outbox_entry *entry = selection->entries[i];
        if (!entry->was_sent && !entry->rejection.status)
            selection->entries[kept++] = entry;
        else
            skipped += !entry->was_sent;
    }
    selection->count = kept;
    return skipped;
}

int report_find_remote(const struct report_command *command, bool aloud, char *name, size_t size)
{
    char *arguments[] = {(char *)"send", (char *)"--dry-run", (char *)"--remote", (char *)command->remote};
    return command_ask_import(command->remote ? 4 : 2, arguments, aloud, name, size);
}

/* Shows what would be sent, asks, and sends it. Where it cannot be sent, only that is said. */
static int show_and_send(struct report_command *command, const struct report_selection *selection,
                         struct error *error)
{
    static char *ids[OUTBOX_MAX_REPORTS];
    char question[200];
    char name[80] = "";
    if (!command->session->json) {
        int failed = report_find_remote(command, true, name, sizeof name);
        if (failed > 0)
            return failed;
        output_text(&command->session->output, "This would be sent, and nothing else:");
        append_lines(&command->session->output.buffer, selection);
    }
    snprintf(question, sizeof question, "Send %d report%s%s%s?", selection->count,
             selection->count == 1 ? "" : "s", *name ? " to " : "", name);
    for (int i = 0; i < selection->count; i++)
        ids[i] = (char *)selection->entries[i]->id;
    return hand_over(command, question, "send", ids, selection->count, error);
}

int report_send(struct report_command *command, struct report_selection *selection, struct error *error)
{
    int skipped = selection->is_named ? 0 : skip_rejected(selection);
    if (skipped)
        fprintf(stderr,
                "passthru: skipped %d report%s that a remote has rejected\n"
                "  next: passthru report list says why; passthru report send ID sends one again\n",
                skipped, skipped == 1 ? "" : "s");
    if (selection->count)
        return show_and_send(command, selection, error);
    error_set(error, ERROR_NOT_FOUND, "there is no report to send in the outbox");
    return skipped ? 0 : error_next(error, "write one with: passthru report new");
}

int report_withdraw(struct report_command *command, char **ids, int count, struct error *error)
{
    static struct outbox_receipt *receipts; /* until the end of the process */
    char question[200];
    if (!count) {
        char directory[DATABASE_PATH_SIZE];
        outbox_locate_sent(command->outbox, directory);
        error_set(error, ERROR_USAGE, "report: withdraw needs the ID of a report that was sent");
        return error_next(error, "the files in %s are named by their IDs", directory);
    }
    receipts = calloc((size_t)count, sizeof *receipts);
    if (!receipts)
        return error_set(error, ERROR_NO_MEMORY, "no memory for the reports");
    /* All are found before one is asked for. */
    for (int i = 0; i < count; i++) {
        if (outbox_find_receipt(command->outbox, ids[i], &receipts[i], error))
            return 0;
        ids[i] = receipts[i].id;
    }
    snprintf(question, sizeof question, "Ask %.80s to take back report %.12s%s?", receipts[0].remote,
             receipts[0].id, count > 1 ? " and the others" : "");
    return hand_over(command, question, "withdraw", ids, count, error);
}
