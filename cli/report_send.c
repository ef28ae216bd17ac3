/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "cli/report.h"
#include "db/outbox_sent.h"

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
    if (command->session.json)
        arguments[count++] = (char *)"--json";
    for (int i = 0; i < selection->count; i++)
        arguments[count++] = (char *)selection->entries[i]->id;
    int status = output_flush(&command->session.output) ? command_import(count, arguments) : 0;
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
    if (!command->session.json) {
        int failed = report_find_remote(command, true, name, sizeof name);
        if (failed > 0)
            return failed;
        output_paragraph(&command->session.output, 0, "", COLOR_PLAIN,
                         "This would be sent, and nothing else:");
        report_append_lines(&command->session.output.buffer, selection);
    }
    snprintf(question, sizeof question, "Send %d report%s%s%s?", selection->count,
             selection->count == 1 ? "" : "s", *name ? " to " : "", name);
    int status = report_consent(command, question, "send");
    return status ? status : hand_over(command, selection);
}

int report_send(struct report_command *command, struct report_selection *selection)
{
    struct error error = {.code = ERROR_NONE};
    int skipped = selection->is_named ? 0 : skip_rejected(selection);
    if (skipped)
        fprintf(stderr,
                "passthru: skipped %d report%s that a remote has rejected\n"
                "  next: passthru report list says why; passthru report send ID sends one again\n",
                skipped, skipped == 1 ? "" : "s");
    if (selection->count)
        return show_and_send(command, selection);
    error_set(&error, ERROR_NOT_FOUND, "there is no report to send in the outbox");
    if (!skipped)
        error_next(&error, "write one with: passthru report new");
    return report_fail(command, &error);
}

/* ---- withdraw ---- */

/* Finds all before one is asked for. */
static int name_all(struct report_command *command, char **ids, int count, struct outbox_receipt *receipts,
                    char question[200])
{
    struct error error = {.code = ERROR_NONE};
    for (int i = 0; i < count; i++)
        if (outbox_find_receipt(command->outbox, ids[i], &receipts[i], &error))
            return report_fail(command, &error);
    snprintf(question, 200, "Ask %.80s to take back report %.12s%s?", receipts[0].remote, receipts[0].id,
             count > 1 ? " and the others" : "");
    return 0;
}

int report_withdraw(struct report_command *command, char **ids, int count)
{
    struct outbox_receipt *receipts = calloc((size_t)count + 1, sizeof *receipts);
    char **arguments = calloc((size_t)count + 4, sizeof *arguments);
    char question[200];
    struct error error;
    int used = 0;
    int status;
    if (!receipts || !arguments) {
        error_set(&error, ERROR_NO_MEMORY, "no memory for the reports");
        status = report_fail(command, &error);
    } else if (!count) {
        status = output_usage_error("report", command->session.json,
                                    "withdraw takes the IDs of reports that were sent");
    } else {
        status = name_all(command, ids, count, receipts, question);
        if (!status)
            status = report_consent(command, question, "withdraw");
        arguments[used++] = (char *)"withdraw";
        if (command->session.json)
            arguments[used++] = (char *)"--json";
        for (int i = 0; i < count; i++)
            arguments[used++] = receipts[i].id;
        if (!status && output_flush(&command->session.output))
            status = command_import(used, arguments);
    }
    free(arguments);
    free(receipts);
    return status;
}
