#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/report_selection.h"
#include "core/error_output.h"
#include "core/json_writer.h"

enum { MAX_JSON = 4 * REPORT_MAX_BYTES };

/* ---- what is wrong with it ---- */

static void check_id(struct report_command *command, const struct pci_id *id)
{
    struct device device;
    struct error error = {.code = ERROR_NONE};
    struct report_problems *problems = &command->problems;
    char text[PCI_ID_TEXT_SIZE];
    struct pci_id whole = pci_id_base(id);
    pci_id_print(&whole, text);
    if (command->gpu_was_seen)
        return;
    enum error_code code = database_find_device(command->database, &whole, &device, &error);
    if (code == ERROR_NOT_FOUND)
        report_problems_doubt(problems, "pci_id", "%s is not in pci.ids; is it mistyped?", text);
    else if (code)
        report_problems_add(problems, "pci_id", "cannot be looked up: %s", error.message);
    else if (!device.is_gpu)
        report_problems_doubt(problems, "pci_id", "%s is no GPU but %s", text, device.name);
}

/* Everything that is wrong with it, at once. */
static enum error_code judge(struct report_command *command, const struct buffer *json, struct error *error)
{
    struct report report;
    memset(&command->problems, 0, sizeof command->problems);
    enum error_code code =
        report_parse_all(buffer_text(json), json->length, &report, &command->problems, error);
    if (code && !command->problems.count) { /* no JSON at all */
        report_free(&report);
        return code;
    }
    error->code = ERROR_NONE;
    if (report.pci_id.vendor)
        check_id(command, &report.pci_id);
    report_validate(&report, &command->circumstances, &command->problems);
    report_free(&report);
    return ERROR_NONE;
}

static int count_problems(const struct report_command *command, bool doubts_too)
{
    int count = 0;
    for (int i = 0; i < command->problems.count; i++)
        count += doubts_too || !command->problems.items[i].is_doubt;
    return count;
}

/* Errors go to standard error, one line each, and together as JSON. */
static int refuse(struct report_command *command)
{
    const struct report_problems *problems = &command->problems;
    struct error error;
    struct buffer *out = &command->output.buffer;
    struct json_writer writer = {.out = out, .for_terminal = true};
    for (int i = 0; i < problems->count; i++) {
        struct error one = {.code = ERROR_NONE};
        error_set(&one, ERROR_BAD_INPUT, "report refused: %s: %s", problems->items[i].field,
                  problems->items[i].text);
        if (i == problems->count - 1)
            error_next(&one, count_problems(command, false)
                                 ? "correct what is named here; nothing was kept"
                                 : "look again, and say passthru report new --force if it is right; nothing "
                                   "was kept");
        output_error(&one, false);
    }
    if (!command->common.json)
        return error_exit_status(ERROR_BAD_INPUT);
    error_set(&error, ERROR_BAD_INPUT, "the report is refused: %d problem%s", problems->count,
              problems->count == 1 ? "" : "s");
    error_next(&error, "correct what is named in problems; nothing was kept");
    buffer_clear(out);
    json_write_begin_object(&writer, NULL);
    error_write_json(&writer, "error", &error);
    json_write_begin_array(&writer, "problems");
    for (int i = 0; i < problems->count; i++) {
        json_write_begin_object(&writer, NULL);
        json_write_string(&writer, "field", problems->items[i].field);
        json_write_string(&writer, "text", problems->items[i].text);
        json_write_bool(&writer, "doubt", problems->items[i].is_doubt);
        json_write_end_object(&writer);
    }
    json_write_end_array(&writer);
    json_write_end_object(&writer);
    output_blank(&command->output);
    return error_exit_status(ERROR_BAD_INPUT);
}

static void show_problems(struct report_command *command)
{
    output_blank(&command->output);
    for (int i = 0; i < command->problems.count; i++) {
        char text[600];
        snprintf(text, sizeof text, "%s: %s", command->problems.items[i].field,
                 command->problems.items[i].text);
        output_paragraph_color(&command->output, 0, "", COLOR_YELLOW, text);
    }
}

/* ---- preview and keep ---- */

static void tell_kept(struct report_command *command, const char *id, const struct buffer *whole, bool is_new)
{
    struct buffer *out = &command->output.buffer;
    struct json_writer writer = {.out = out, .for_terminal = true};
    char file[DATABASE_PATH_SIZE + REPORT_ID_SIZE + 8];
    char text[200];
    snprintf(file, sizeof file, "%s/%s.json", command->outbox, id);
    if (command->common.json) {
        json_write_begin_object(&writer, NULL);
        json_write_string(&writer, "id", id);
        json_write_string(&writer, "file", file);
        json_write_bool(&writer, "new", is_new);
        buffer_append_text(out, ",\"report\":");
        json_append_safe(out, buffer_text(whole), whole->length);
        json_write_end_object(&writer);
        output_blank(&command->output);
        return;
    }
    output_blank(&command->output);
    output_paragraph_color(&command->output, 0, "", COLOR_GREEN,
                           is_new ? "Kept, in this file:" : "It was kept before, in this file:");
    output_line(&command->output, file);
    snprintf(text, sizeof text,
             "To send it: passthru report send %.12s. As a file for an e-mail or a pull request: passthru "
             "report export %.12s.",
             id, id);
    output_paragraph(&command->output, 0, "", text);
}

static void preview(struct report_command *command, const struct buffer *whole)
{
    char text[120];
    if (command->common.json)
        return;
    snprintf(
        text, sizeof text,
        "The report, %zu bytes. This and nothing else is kept, and sent when you say so:", whole->length);
    output_blank(&command->output);
    output_paragraph_color(&command->output, 0, "", COLOR_BOLD, text);
    json_append_safe(&command->output.buffer, buffer_text(whole), whole->length);
    buffer_append_byte(&command->output.buffer, '\n');
}

static int keep(struct report_command *command, const struct buffer *json)
{
    struct error error = {.code = ERROR_NONE};
    struct buffer whole CLEANUP(buffer_free) = BUFFER(MAX_JSON);
    char id[REPORT_ID_SIZE];
    bool is_new;
    if (outbox_prepare(buffer_text(json), json->length, &whole, id, &error))
        return report_fail(command, &error);
    preview(command, &whole);
    if (command->can_ask && !ask_yes(&command->output, "Keep it?")) {
        output_paragraph(&command->output, 0, "", "Nothing was kept.");
        return error_exit_status(ERROR_NOT_FOUND);
    }
    if (!command->can_ask && !command->yes) {
        if (!output_flush(&command->output))
            return output_finish();
        error_set(&error, ERROR_USAGE, "nothing was kept: nobody can be asked here");
        error_next(&error, "passthru report new --yes, when it is right");
        return report_fail(command, &error);
    }
    if (outbox_add(command->outbox, id, &whole, &is_new, &error))
        return report_fail(command, &error);
    tell_kept(command, id, &whole, is_new);
    return 0;
}

/* ---- where it comes from ---- */

/* The local date of today, and the latest that can be today anywhere. */
static void learn_dates(struct report_command *command, char today[11])
{
    time_t now = time(NULL);
    time_t tomorrow = now + 24 * 3600;
    struct tm parts;
    today[0] = '\0';
    if (localtime_r(&now, &parts))
        strftime(today, 11, "%Y-%m-%d", &parts);
    if (localtime_r(&tomorrow, &parts))
        strftime(command->circumstances.latest_date, sizeof command->circumstances.latest_date, "%Y-%m-%d",
                 &parts);
}

/* At most one byte more than a report may have. False when it cannot be read. */
static bool read_stdin(struct buffer *json)
{
    char *room = buffer_reserve(json, REPORT_MAX_BYTES + 1);
    ssize_t length = 1;
    while (room && length && json->length <= REPORT_MAX_BYTES) {
        length = read(STDIN_FILENO, room + json->length, REPORT_MAX_BYTES + 1 - json->length);
        if (length < 0)
            return false;
        json->length += (size_t)length;
    }
    return room;
}

static int from_stdin(struct report_command *command)
{
    struct error error = {.code = ERROR_NONE};
    struct buffer json CLEANUP(buffer_free) = BUFFER(MAX_JSON);
    if (command->new_option && strcmp(command->new_option, "root") != 0)
        return output_usage_error("report", command->common.json,
                                  "- takes a whole report: --%s does not go with it", command->new_option);
    if (!read_stdin(&json)) {
        error_set_errno(&error, errno, "cannot read standard input");
        return report_fail(command, &error);
    }
    if (judge(command, &json, &error))
        return report_fail(command, &error);
    if (count_problems(command, !command->force))
        return refuse(command);
    return keep(command, &json);
}

static void take_given(struct report_command *command)
{
    struct report_draft *draft = &command->draft;
    for (int i = 0; i < FIELD_COUNT; i++)
        if (command->given[i])
            report_draft_set(draft, (enum report_field)i, command->given[i]);
}

/* What the GPU is called, where the database knows it and nobody said. */
static void name_gpu(struct report_command *command)
{
    struct device device;
    struct error error;
    struct pci_id id;
    const char *text = command->draft.texts[FIELD_PCI_ID];
    if (!text || command->given[FIELD_GPU] || pci_id_parse(text, strlen(text), &id) != PCI_ID_OK)
        return;
    if (!database_find_device(command->database, &id, &device, &error))
        report_draft_observe(&command->draft, FIELD_GPU, device.name);
}

static int refuse_without_outcome(struct report_command *command)
{
    struct error error;
    error_set(&error, ERROR_USAGE, "report: how it ended is missing, and nobody can be asked here");
    error_next(&error, "passthru report new --outcome works|works-with-workaround|partial|fails");
    return report_fail(command, &error);
}

/* Asks until the report is right or the user has enough. */
static int ask_and_keep(struct report_command *command)
{
    struct error error = {.code = ERROR_NONE};
    struct buffer json CLEANUP(buffer_free) = BUFFER(MAX_JSON);
    for (;;) {
        if (!report_ask(command))
            break;
        buffer_clear(&json);
        report_draft_write(&command->draft, &json);
        if (judge(command, &json, &error))
            return report_fail(command, &error);
        if (!count_problems(command, !command->force))
            return keep(command, &json);
        show_problems(command);
        if (!count_problems(command, false)) {
            if (ask_yes(&command->output, "Is it right all the same?"))
                return keep(command, &json);
            break;
        }
        output_paragraph(&command->output, 0, "",
                         "So it cannot be kept. All is asked again; Enter keeps each answer.");
    }
    output_paragraph(&command->output, 0, "", "Nothing was kept.");
    return error_exit_status(ERROR_NOT_FOUND);
}

static int from_machine(struct report_command *command, const char *address, const char *today)
{
    struct error error = {.code = ERROR_NONE};
    struct buffer json CLEANUP(buffer_free) = BUFFER(MAX_JSON);
    if (address && command->given[FIELD_PCI_ID])
        return output_usage_error("report", command->common.json, "say an ADDRESS or --pci-id, not both");
    if (!command->can_ask && !command->given[FIELD_OUTCOME])
        return refuse_without_outcome(command);
    if (report_prefill(command, address, &error))
        return report_fail(command, &error);
    report_draft_set(&command->draft, FIELD_DATE, today);
    take_given(command);
    name_gpu(command);
    if (command->can_ask)
        return ask_and_keep(command);
    report_draft_write(&command->draft, &json);
    if (judge(command, &json, &error))
        return report_fail(command, &error);
    return count_problems(command, !command->force) ? refuse(command) : keep(command, &json);
}

int report_new(struct report_command *command, const char *argument)
{
    struct error error = {.code = ERROR_NONE};
    struct database_place place;
    char today[11];
    if (database_locate(command->common.database, &place, &error) ||
        database_open(place.path, &command->database, &error) || report_open_machine(command, &error))
        return report_fail(command, &error);
    learn_dates(command, today);
    if (argument && strcmp(argument, "-") == 0)
        return from_stdin(command);
    command->can_ask = !command->yes && !command->common.json && ask_is_possible();
    return from_machine(command, argument, today);
}
