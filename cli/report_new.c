/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/report.h"

enum { MAX_JSON = 4 * REPORT_MAX_BYTES };

/* ---- problems ---- */

static enum error_code check_id(struct report_command *command, const struct pci_id *id, struct error *error)
{
    struct device device;
    struct report_problems *problems = &command->problems;
    char text[PCI_ID_TEXT_SIZE];
    struct pci_id base = pci_id_base(id);
    pci_id_print(&base, text);
    if (command->gpu_was_seen)
        return ERROR_NONE;
    enum error_code code = database_find_device(command->session->database, &base, &device, error);
    if (code == ERROR_NOT_FOUND)
        report_problems_doubt(problems, "pci_id", "%s is not known: is it mistyped, or is the list too old?",
                              text);
    else if (code)
        return code;
    else if (!device.is_gpu)
        report_problems_doubt(problems, "pci_id", "%s is not a GPU but %s", text, device.name);
    return error->code = ERROR_NONE;
}

/* Everything that is wrong with it, at once. */
static enum error_code validate(struct report_command *command, const struct buffer *json,
                                struct error *error)
{
    struct report report;
    memset(&command->problems, 0, sizeof command->problems);
    enum error_code code =
        report_parse_all(buffer_text(json), json->length, &report, &command->problems, error);
    if (code && !command->problems.count) { /* not a JSON object */
        report_free(&report);
        return code;
    }
    error->code = ERROR_NONE;
    if (report.pci_id.vendor)
        check_id(command, &report.pci_id, error);
    report_validate(&report, &command->circumstances, &command->problems);
    report_free(&report);
    return error->code;
}

static int count_problems(const struct report_command *command, bool doubts_too)
{
    int count = 0;
    for (int i = 0; i < command->problems.count; i++)
        count += doubts_too || !command->problems.items[i].is_doubt;
    return count;
}

static int reject_as_json(struct report_command *command)
{
    const struct report_problems *problems = &command->problems;
    struct json_writer *writer = &command->session->writer;
    struct error error;
    error_set(&error, ERROR_BAD_INPUT, "the report is rejected: %d problem%s", problems->count,
              problems->count == 1 ? "" : "s");
    error_next(&error, "correct the fields in problems; the report was not saved");
    buffer_clear(writer->out);
    json_write_begin_object(writer, NULL);
    error_write_json(writer, "error", &error);
    json_write_begin_array(writer, "problems");
    for (int i = 0; i < problems->count; i++) {
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "field", problems->items[i].field);
        json_write_string(writer, "text", problems->items[i].text);
        json_write_bool(writer, "doubt", problems->items[i].is_doubt);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
    json_write_end_object(writer);
    return error_exit_status(ERROR_BAD_INPUT);
}

/* Errors go to standard error, one line each, and together as JSON. */
static int reject(struct report_command *command)
{
    const struct report_problems *problems = &command->problems;
    const char *next = count_problems(command, false)
                           ? "correct these fields; the report was not saved"
                           : "check these fields; if they are right, use passthru report new --force";
    for (int i = 0; i < problems->count; i++) {
        struct error error;
        error_set(&error, ERROR_BAD_INPUT, "report rejected: %s: %s", problems->items[i].field,
                  problems->items[i].text);
        if (i == problems->count - 1)
            error_next(&error, "%s", next);
        output_error(&error, false);
    }
    return command->session->json ? reject_as_json(command) : error_exit_status(ERROR_BAD_INPUT);
}

/* ---- preview and save ---- */

static void print_saved(struct report_command *command, const char *id, const struct buffer *whole,
                        bool is_new)
{
    struct output *output = &command->session->output;
    struct json_writer *writer = &command->session->writer;
    char file[DATABASE_PATH_SIZE + REPORT_ID_HEX_SIZE + 8];
    char remote[80];
    snprintf(file, sizeof file, "%s/%s.json", command->outbox, id);
    if (command->session->json) {
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "id", id);
        json_write_string(writer, "file", file);
        json_write_bool(writer, "new", is_new);
        json_write_key(writer, "report");
        json_append_safe(writer->out, buffer_text(whole), whole->length);
        json_write_end_object(writer);
        return;
    }
    output_blank(output);
    output_paragraph(output, 0, "", COLOR_GREEN, "%s",
                     is_new ? "Saved in this file:" : "It was saved before, in this file:");
    output_line(output, file);
    if (report_find_remote(command, false, remote, sizeof remote) != 4)
        output_text(output,
                    "To send it: passthru report send %.12s. As a file for an e-mail or a pull request: "
                    "passthru report export %.12s.",
                    id, id);
    else
        output_text(output,
                    "As a file for an e-mail or a pull request: passthru report export %.12s. To send it, "
                    "a remote that takes reports must be set up: passthru-remotes(5).",
                    id);
}

static void preview(struct report_command *command, const struct buffer *whole)
{
    struct output *output = &command->session->output;
    if (command->session->json)
        return;
    output_blank(output);
    output_paragraph(
        output, 0, "", COLOR_BOLD,
        "The report, %zu bytes. This and nothing else is saved, and sent when you say so:", whole->length);
    if (ask_is_possible() && report_write_fields(output, whole))
        return;
    json_append_safe(&output->buffer, buffer_text(whole), whole->length);
    buffer_append_byte(&output->buffer, '\n');
}

static void say_waiting(void)
{
    fputs("passthru: waiting for another passthru that uses the outbox\n", stderr);
}

static int save(struct report_command *command, const struct buffer *json, struct error *error)
{
    struct buffer whole CLEANUP(buffer_free) = BUFFER(MAX_JSON);
    char id[REPORT_ID_HEX_SIZE];
    bool is_new;
    if (outbox_prepare(buffer_text(json), json->length, &whole, id, error))
        return 0;
    /* Some of what was asked for may not be in it. */
    if (buffer_memory_was_short)
        return error_set(error, ERROR_NO_MEMORY, "not saved: not enough memory for the whole report");
    preview(command, &whole);
    if (command->can_ask && !ask_yes(&command->session->output, "Save it?", ASK_ENTER_IS_YES)) {
        output_text(&command->session->output, "The report was not saved.");
        return error_exit_status(ERROR_NOT_FOUND);
    }
    if (!command->can_ask && !command->yes) {
        if (!output_flush(&command->session->output))
            return 0; /* main() says why */
        error_set(error, ERROR_USAGE, "not saved: no terminal to ask on");
        return error_next(error, "use passthru report new --yes if the report is right");
    }
    if (!outbox_add(command->outbox, id, &whole, say_waiting, &is_new, error))
        print_saved(command, id, &whole, is_new);
    return 0;
}

static int save_if_valid(struct report_command *command, const struct buffer *json, struct error *error)
{
    if (validate(command, json, error))
        return 0;
    return count_problems(command, !command->force) ? reject(command) : save(command, json, error);
}

/* ---- where the report comes from ---- */

/* The local date of today, and the latest that can be today anywhere. */
static void find_dates(struct report_command *command, char today[11])
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

static int from_stdin(struct report_command *command, struct error *error)
{
    struct buffer json CLEANUP(buffer_free) = BUFFER(MAX_JSON);
    if (command->new_option)
        return output_usage_error("report", command->session->json,
                                  "- reads a whole report: --%s cannot be combined with it",
                                  command->new_option);
    int number = read_bounded(STDIN_FILENO, REPORT_MAX_BYTES + 1, &json);
    if (number) {
        error_set_errno(error, number, "cannot read standard input");
        return error_blame_input(error);
    }
    return save_if_valid(command, &json, error);
}

static void set_given(struct report_command *command)
{
    struct report_draft *draft = &command->draft;
    for (int i = 0; i < FIELD_COUNT; i++)
        if (command->given[i])
            report_draft_set(draft, (enum report_field)i, command->given[i]);
    /* send and list print the beginning of an ID. */
    struct outbox_receipt sent;
    struct error none;
    if (draft->texts[FIELD_SUPERSEDES] &&
        !outbox_find_receipt(command->outbox, draft->texts[FIELD_SUPERSEDES], &sent, &none))
        report_draft_set(draft, FIELD_SUPERSEDES, sent.id);
    /* The version that was read is that of the host's own hypervisor. */
    const char *hypervisor = draft->texts[FIELD_HYPERVISOR];
    if (!command->given[FIELD_HYPERVISOR_VERSION] && (!hypervisor || !command->scan.host.hypervisor ||
                                                      strcmp(hypervisor, command->scan.host.hypervisor) != 0))
        report_draft_set(draft, FIELD_HYPERVISOR_VERSION, NULL);
}

/* The name of the GPU, where the database has it and no option gives one. */
static void name_gpu(struct report_command *command)
{
    struct device device;
    struct error error;
    struct pci_id id;
    const char *text = command->draft.texts[FIELD_PCI_ID];
    if (!text || command->given[FIELD_GPU] || pci_id_parse(text, strlen(text), &id) != PCI_ID_OK)
        return;
    if (!database_find_device(command->session->database, &id, &device, &error))
        report_draft_observe(&command->draft, FIELD_GPU, device.name);
}

/* What is wrong with the report so far. */
static enum error_code judge_draft(struct report_command *command, struct buffer *json, struct error *error)
{
    buffer_clear(json);
    report_draft_write(&command->draft, json);
    return validate(command, json, error);
}

/* What the options got wrong is said before the first question: none of them asks for it. An outcome that is
 * missing or contradicted is asked for. */
static bool options_are_right(struct report_command *command)
{
    struct report_problems *problems = &command->problems;
    const char *outcome = command->draft.texts[FIELD_OUTCOME];
    bool is_asked = !outcome || vocabulary_find(&vocabulary_outcome, outcome) >= 0;
    int kept = 0;
    for (int i = 0; i < problems->count; i++)
        if (!is_asked || strcmp(problems->items[i].field, report_fields[FIELD_OUTCOME].name) != 0)
            problems->items[kept++] = problems->items[i];
    problems->count = kept;
    return !count_problems(command, !command->force);
}

/* Asks until the report is right or the user gives up. */
static int ask_and_save(struct report_command *command, struct error *error)
{
    struct buffer json CLEANUP(buffer_free) = BUFFER(MAX_JSON);
    const struct report_problems *problems = NULL;
    struct output *output = &command->session->output;
    if (judge_draft(command, &json, error))
        return 0;
    if (!options_are_right(command))
        return reject(command);
    report_introduce(command);
    while (report_ask(command, problems)) {
        if (judge_draft(command, &json, error))
            return 0;
        problems = &command->problems;
        if (!count_problems(command, !command->force))
            return save(command, &json, error);
        output_blank(output);
        for (int i = 0; i < problems->count; i++)
            output_notice(output, "%s: %s", problems->items[i].field, problems->items[i].text);
        if (!count_problems(command, false)) {
            if (ask_yes(output, "Is that right?", ASK_ENTER_IS_NO))
                return save(command, &json, error);
            break;
        }
        output_text(output,
                    "It cannot be saved like this. What is wrong is asked again; Enter keeps an answer.");
    }
    output_text(output, "The report was not saved.");
    return error_exit_status(ERROR_NOT_FOUND);
}

/* Where nobody is asked: what is kept in the user's own words although known values have these words. */
static void mention_known_symptoms(const struct draft_list *symptoms)
{
    for (int i = 0; i < symptoms->count; i++) {
        const char *own = symptoms->items[i].value;
        struct buffer text CLEANUP(buffer_free) = BUFFER(4096);
        int found = 0;
        for (int j = 0; vocabulary_find(&vocabulary_symptom, own) < 0 && j < SYMPTOM_COUNT; j++)
            if (vocabulary_fits_words(&vocabulary_symptom.entries[j], own, strlen(own)) && found++ < 4)
                buffer_append_format(&text, "%s %s", found > 1 ? "," : "", symptom_value(j));
        if (found)
            fprintf(
                stderr,
                "passthru: a symptom is kept as other:, in your own words\n  next: these may be meant:%s\n",
                buffer_text(&text));
    }
}

static int from_machine(struct report_command *command, const char *address, const char *today,
                        struct error *error)
{
    struct buffer json CLEANUP(buffer_free) = BUFFER(MAX_JSON);
    if (address && command->given[FIELD_PCI_ID])
        return output_usage_error("report", command->session->json, "give an ADDRESS or --pci-id, not both");
    if (!command->can_ask && !command->given[FIELD_OUTCOME]) {
        error_set(error, ERROR_USAGE, "report: the outcome is missing, and there is no terminal to ask on");
        return error_next(error,
                          "use passthru report new --outcome works|works-with-workaround|partial|fails");
    }
    if (report_settle_gpu(command, error) || report_prefill(command, address, error))
        return 0;
    report_draft_set(&command->draft, FIELD_DATE, today);
    set_given(command);
    name_gpu(command);
    if (command->can_ask)
        return ask_and_save(command, error);
    mention_known_symptoms(&command->draft.lists[FIELD_SYMPTOMS]);
    report_draft_write(&command->draft, &json);
    return save_if_valid(command, &json, error);
}

int report_new(struct report_command *command, const char *argument, struct error *error)
{
    char today[11];
    if (session_open_database(command->session, error) || report_open_machine(command, error))
        return 0;
    find_dates(command, today);
    if (argument && strcmp(argument, "-") == 0)
        return from_stdin(command, error);
    command->can_ask = !command->yes && !command->session->json && ask_is_possible();
    if (command->can_ask)
        ask_catch_interrupt("\nThe report was not saved.\n");
    return from_machine(command, argument, today, error);
}
