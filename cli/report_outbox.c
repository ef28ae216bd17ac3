#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/report.h"
#include "core/json_writer.h"

enum { SHOWN_ID = 12, DATE_COLUMNS = 12, ID_COLUMNS = 14, PCI_ID_COLUMNS = 11, OUTCOME_COLUMNS = 23 };

/* The reports that a verb is about. The entries belong to the outbox. */
struct selection {
    struct outbox outbox;
    const struct outbox_entry **entries;
    int count;
};

static void free_selection(struct selection *selection)
{
    free(selection->entries);
    outbox_free(&selection->outbox);
}

/* Those with these IDs, each once; without IDs all. */
static enum error_code select_reports(const char *folder, char **ids, int count, struct selection *selection,
                                      struct error *error)
{
    *selection = (struct selection){.count = 0};
    if (outbox_read(folder, &selection->outbox, error))
        return error->code;
    const struct outbox *outbox = &selection->outbox;
    selection->entries = calloc((size_t)(count ? count : outbox->count) + 1, sizeof *selection->entries);
    if (!selection->entries)
        return error_set(error, ERROR_NO_MEMORY, "no memory for the outbox");
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
    return ERROR_NONE;
}

/* Only sound reports are shown, exported and sent: the first damaged one that was asked for is an error, one
 * that was not is told and passed over. */
static enum error_code keep_sound(struct selection *selection, bool asked_for, struct error *error)
{
    int kept = 0;
    for (int i = 0; i < selection->count; i++) {
        const struct outbox_entry *entry = selection->entries[i];
        if (entry->id[0]) {
            selection->entries[kept++] = entry;
            continue;
        }
        struct error damaged = {.code = ERROR_NONE};
        error_set(&damaged, ERROR_BAD_INPUT, "%s in the outbox is no sound report: %s", entry->name,
                  entry->error.message);
        error_next(&damaged, "remove it with: passthru report drop %s", entry->name);
        if (asked_for) {
            *error = damaged;
            return error->code;
        }
        output_error(&damaged, false);
    }
    selection->count = kept;
    return ERROR_NONE;
}

/* ---- list and show ---- */

static void list_json(struct report_command *command, const struct selection *selection)
{
    struct buffer *out = &command->output.buffer;
    struct json_writer writer = {.out = out, .for_terminal = true};
    json_write_begin_object(&writer, NULL);
    json_write_string(&writer, "outbox", command->outbox);
    json_write_begin_array(&writer, "reports");
    for (int i = 0, written = 0; i < selection->count; i++) {
        if (!selection->entries[i]->id[0])
            continue;
        if (written++)
            buffer_append_byte(out, ',');
        report_append_json(out, &selection->entries[i]->whole);
    }
    json_write_end_array(&writer);
    json_write_begin_array(&writer, "damaged");
    for (int i = 0; i < selection->count; i++) {
        if (selection->entries[i]->id[0])
            continue;
        json_write_begin_object(&writer, NULL);
        json_write_string(&writer, "file", selection->entries[i]->name);
        json_write_string(&writer, "why", selection->entries[i]->error.message);
        json_write_end_object(&writer);
    }
    json_write_end_array(&writer);
    json_write_end_object(&writer);
    output_blank(&command->output);
}

static void list_report(struct output *output, const struct outbox_entry *entry)
{
    struct report report;
    struct error error = {.code = ERROR_NONE};
    char id[PCI_ID_TEXT_SIZE];
    char shown[SHOWN_ID + 1];
    if (report_parse(buffer_text(&entry->whole), entry->whole.length, &report, NULL, &error))
        return; /* it was read just now */
    struct pci_id whole = pci_id_from_number(pci_id_number(&report.pci_id));
    snprintf(shown, sizeof shown, "%.*s", SHOWN_ID, entry->id);
    output_cell(output, shown, ID_COLUMNS);
    output_cell(output, report.date ? report.date : "-", DATE_COLUMNS);
    output_cell(output, pci_id_print(&whole, id), PCI_ID_COLUMNS);
    output_cell(output, vocabulary_word_of(&vocabulary_outcome, (int)report.outcome), OUTCOME_COLUMNS);
    output_line(output, report.gpu ? report.gpu : "");
    report_free(&report);
}

static void list_text(struct report_command *command, const struct selection *selection)
{
    struct output *output = &command->output;
    char text[1200];
    for (int i = 0; i < selection->count; i++) {
        const struct outbox_entry *entry = selection->entries[i];
        if (entry->id[0]) {
            list_report(output, entry);
            continue;
        }
        snprintf(text, sizeof text, "%s is no sound report: %s", entry->name, entry->error.message);
        output_paragraph_color(output, 0, "", COLOR_YELLOW, text);
    }
    if (!selection->count) {
        snprintf(text, sizeof text, "There is no report in the outbox, %.1000s.", command->outbox);
        output_paragraph(output, 0, "", text);
    }
}

int report_list(struct report_command *command, char **ids, int count)
{
    struct selection selection;
    struct error error = {.code = ERROR_NONE};
    int status = 0;
    if (select_reports(command->outbox, ids, count, &selection, &error))
        status = report_fail(command, &error);
    else if (command->common.json)
        list_json(command, &selection);
    else
        list_text(command, &selection);
    free_selection(&selection);
    return status;
}

static void append_lines(struct buffer *out, const struct selection *selection)
{
    for (int i = 0; i < selection->count; i++) {
        report_append_json(out, &selection->entries[i]->whole);
        buffer_append_byte(out, '\n');
    }
}

static void append_array(struct buffer *out, const struct selection *selection)
{
    buffer_append_byte(out, '[');
    for (int i = 0; i < selection->count; i++) {
        if (i)
            buffer_append_byte(out, ',');
        report_append_json(out, &selection->entries[i]->whole);
    }
    buffer_append_text(out, "]\n");
}

int report_show(struct report_command *command, char **ids, int count)
{
    struct selection selection;
    struct error error = {.code = ERROR_NONE};
    int status = 0;
    if (select_reports(command->outbox, ids, count, &selection, &error) ||
        keep_sound(&selection, count > 0, &error))
        status = report_fail(command, &error);
    else if (command->common.json)
        append_array(&command->output.buffer, &selection);
    else
        append_lines(&command->output.buffer, &selection);
    free_selection(&selection);
    return status;
}

/* ---- export ---- */

static void tell_exported(struct report_command *command, int count)
{
    char text[1200];
    if (command->common.json) {
        struct json_writer writer = {.out = &command->output.buffer, .for_terminal = true};
        json_write_begin_object(&writer, NULL);
        json_write_string(&writer, "file", command->target);
        json_write_integer(&writer, "reports", count);
        json_write_end_object(&writer);
        output_blank(&command->output);
        return;
    }
    snprintf(text, sizeof text,
             "%d report%s in %.1000s: attach it to an e-mail, or add it to a pull request.", count,
             count == 1 ? "" : "s", command->target);
    output_paragraph(&command->output, 0, "", text);
}

int report_export(struct report_command *command, char **ids, int count)
{
    struct selection selection;
    struct error error = {.code = ERROR_NONE};
    struct buffer lines CLEANUP(buffer_free) = BUFFER((size_t)OUTBOX_MAX_REPORTS * 8 * REPORT_MAX_BYTES);
    int status = 0;
    if (select_reports(command->outbox, ids, count, &selection, &error) ||
        keep_sound(&selection, count > 0, &error)) {
        status = report_fail(command, &error);
    } else if (!selection.count) {
        error_set(&error, ERROR_NOT_FOUND, "there is no report in the outbox");
        error_next(&error, "write one with: passthru report new");
        status = report_fail(command, &error);
    } else if (!command->target) {
        append_lines(&command->output.buffer, &selection);
    } else {
        append_lines(&lines, &selection);
        if (outbox_write_file(command->target, 0644, &lines, &error))
            status = report_fail(command, &error);
        else
            tell_exported(command, selection.count);
    }
    free_selection(&selection);
    return status;
}

/* ---- what needs consent ---- */

/* Asks when somebody can be asked. Returns 0 to go on, else the exit status. */
static int consent(struct report_command *command, const char *question, const char *verb)
{
    struct error error;
    if (command->yes)
        return 0;
    if (!command->common.json && ask_is_possible())
        return ask_yes(&command->output, question) ? 0 : error_exit_status(ERROR_NOT_FOUND);
    if (!command->common.json && !output_flush(&command->output))
        return output_finish();
    error_set(&error, ERROR_USAGE, "nothing was done: nobody can be asked here");
    error_next(&error, "passthru report %s --yes, when that is what you want", verb);
    return report_fail(command, &error);
}

static void tell_dropped(struct report_command *command, const struct outbox_entry *entry)
{
    char text[OUTBOX_NAME_SIZE + 40];
    if (command->common.json)
        return;
    snprintf(text, sizeof text, "Removed %s.", entry->name);
    output_paragraph(&command->output, 0, "", text);
}

static int drop_all(struct report_command *command, const struct selection *selection)
{
    struct error error = {.code = ERROR_NONE};
    struct json_writer writer = {.out = &command->output.buffer, .for_terminal = true};
    for (int i = 0; i < selection->count; i++) {
        if (outbox_drop(command->outbox, selection->entries[i], &error))
            return report_fail(command, &error);
        tell_dropped(command, selection->entries[i]);
    }
    if (!command->common.json)
        return 0;
    json_write_begin_object(&writer, NULL);
    json_write_begin_array(&writer, "dropped");
    for (int i = 0; i < selection->count; i++)
        json_write_string(&writer, NULL, selection->entries[i]->name);
    json_write_end_array(&writer);
    json_write_end_object(&writer);
    output_blank(&command->output);
    return 0;
}

int report_drop(struct report_command *command, char **ids, int count)
{
    struct selection selection;
    struct error error = {.code = ERROR_NONE};
    char question[80];
    int status;
    if (!count)
        return output_usage_error("report", command->common.json, "drop needs the ID of a report");
    if (select_reports(command->outbox, ids, count, &selection, &error)) {
        status = report_fail(command, &error);
    } else {
        if (!command->common.json)
            list_text(command, &selection);
        snprintf(question, sizeof question, "Remove %d report%s for good?", selection.count,
                 selection.count == 1 ? "" : "s");
        status = consent(command, question, "drop");
        if (!status)
            status = drop_all(command, &selection);
    }
    free_selection(&selection);
    return status;
}

/* ---- send ---- */

/* Starts passthru-import, which has the network. */
static int hand_over(struct report_command *command, const struct selection *selection)
{
    char **arguments = calloc((size_t)selection->count + 4, sizeof *arguments);
    struct error error;
    int count = 0;
    if (!arguments) {
        error_set(&error, ERROR_NO_MEMORY, "no memory to start passthru-import");
        return report_fail(command, &error);
    }
    arguments[count++] = (char *)"send";
    if (command->common.json)
        arguments[count++] = (char *)"--json";
    for (int i = 0; i < selection->count; i++)
        arguments[count++] = (char *)selection->entries[i]->id;
    int status = output_flush(&command->output) ? command_import(count, arguments) : output_finish();
    free(arguments);
    return status;
}

int report_send(struct report_command *command, char **ids, int count)
{
    struct selection selection;
    struct error error = {.code = ERROR_NONE};
    char question[80];
    int status;
    if (select_reports(command->outbox, ids, count, &selection, &error) ||
        keep_sound(&selection, count > 0, &error)) {
        status = report_fail(command, &error);
    } else if (!selection.count) {
        error_set(&error, ERROR_NOT_FOUND, "there is no report in the outbox");
        error_next(&error, "write one with: passthru report new");
        status = report_fail(command, &error);
    } else {
        if (!command->common.json) {
            output_paragraph(&command->output, 0, "", "This would be sent, and nothing else:");
            append_lines(&command->output.buffer, &selection);
        }
        snprintf(question, sizeof question, "Send %d report%s?", selection.count,
                 selection.count == 1 ? "" : "s");
        status = consent(command, question, "send");
        if (!status)
            status = hand_over(command, &selection);
    }
    free_selection(&selection);
    return status;
}
