/* SPDX-License-Identifier: GPL-2.0-or-later */
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
    int status = output_flush(&command->output) ? command_import(count, arguments) : 0;
    free(arguments);
    return status;
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
static int show_and_send(struct report_command *command, const struct report_selection *selection)
{
    char question[200];
    char name[80] = "";
    if (!command->common.json) {
        int failed = report_find_remote(command, true, name, sizeof name);
        if (failed > 0)
            return failed;
        output_paragraph(&command->output, 0, "", "This would be sent, and nothing else:");
        report_append_lines(&command->output.buffer, selection);
    }
    snprintf(question, sizeof question, "Send %d report%s%s%s?", selection->count,
             selection->count == 1 ? "" : "s", *name ? " to " : "", name);
    int status = report_consent(command, question, "send");
    return status ? status : hand_over(command, selection);
}

int report_send(struct report_command *command, char **ids, int count)
{
    struct report_selection selection CLEANUP(report_selection_free);
    struct error error = {.code = ERROR_NONE};
    if (report_select_valid(command->outbox, ids, count, &selection, &error))
        return report_fail(command, &error);
    int skipped = count ? 0 : skip_rejected(&selection);
    if (skipped)
        fprintf(stderr,
                "passthru: skipped %d report%s that a remote has rejected\n"
                "  next: passthru report list says why; passthru report send ID sends one again\n",
                skipped, skipped == 1 ? "" : "s");
    if (selection.count)
        return show_and_send(command, &selection);
    error_set(&error, ERROR_NOT_FOUND, "there is no report to send in the outbox");
    if (!skipped)
        error_next(&error, "write one with: passthru report new");
    return report_fail(command, &error);
}
