#include "cli/report_selection.h"

#include <stdio.h>
#include <stdlib.h>

/* Starts passthru-import, which has the network. */
static int hand_over(struct report_command *command, const struct report_selection *selection)
{
    char **arguments = calloc((size_t)selection->count + 6, sizeof *arguments);
    struct error error;
    int count = 0;
    if (!arguments) {
        error_set(&error, ERROR_NO_MEMORY, "no memory to start passthru-import");
        return report_fail(command, &error);
    }
    arguments[count++] = (char *)"send";
    if (command->remote) {
        arguments[count++] = (char *)"--remote";
        arguments[count++] = (char *)command->remote;
    }
    if (command->common.json)
        arguments[count++] = (char *)"--json";
    for (int i = 0; i < selection->count; i++)
        arguments[count++] = (char *)selection->entries[i]->id;
    int status = output_flush(&command->output) ? command_import(count, arguments) : output_finish();
    free(arguments);
    return status;
}

/* Those that a remote has refused are only sent again when they are asked for, and one that is in sent/
 * never.
 */
static int pass_over_refused(struct report_selection *selection)
{
    int kept = 0;
    int passed = 0;
    for (int i = 0; i < selection->count; i++) {
        const struct outbox_entry *entry = selection->entries[i];
        if (!entry->was_sent && !entry->refusal.status)
            selection->entries[kept++] = entry;
        else
            passed += !entry->was_sent;
    }
    selection->count = kept;
    return passed;
}

static void tell_passed_over(int passed)
{
    fprintf(stderr,
            "passthru: passed over %d report%s that a remote has refused\n"
            "  next: passthru report list tells why; passthru report send ID tries one again\n",
            passed, passed == 1 ? "" : "s");
}

/* Shows what would be sent, asks, and sends it. */
static int show_and_send(struct report_command *command, const struct report_selection *selection)
{
    char question[80];
    if (!command->common.json) {
        output_paragraph(&command->output, 0, "", "This would be sent, and nothing else:");
        report_append_lines(&command->output.buffer, selection);
    }
    snprintf(question, sizeof question, "Send %d report%s?", selection->count,
             selection->count == 1 ? "" : "s");
    int status = report_consent(command, question, "send");
    return status ? status : hand_over(command, selection);
}

int report_send(struct report_command *command, char **ids, int count)
{
    struct report_selection selection;
    struct error error = {.code = ERROR_NONE};
    int passed = 0;
    int status;
    if (report_select(command->outbox, ids, count, &selection, &error) ||
        report_keep_sound(&selection, count > 0, &error)) {
        status = report_fail(command, &error);
        report_selection_free(&selection);
        return status;
    }
    if (!count)
        passed = pass_over_refused(&selection);
    if (passed)
        tell_passed_over(passed);
    if (selection.count) {
        status = show_and_send(command, &selection);
    } else {
        error_set(&error, ERROR_NOT_FOUND, "there is no report to send in the outbox");
        if (!passed)
            error_next(&error, "write one with: passthru report new");
        status = report_fail(command, &error);
    }
    report_selection_free(&selection);
    return status;
}
