/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "cli/report_selection.h"
#include "db/outbox_sent.h"

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
        status = output_usage_error("report", command->common.json,
                                    "withdraw takes the IDs of reports that were sent");
    } else {
        status = name_all(command, ids, count, receipts, question);
        if (!status)
            status = report_consent(command, question, "withdraw");
        arguments[used++] = (char *)"withdraw";
        if (command->common.json)
            arguments[used++] = (char *)"--json";
        for (int i = 0; i < count; i++)
            arguments[used++] = receipts[i].id;
        if (!status && output_flush(&command->output))
            status = command_import(used, arguments);
    }
    free(arguments);
    free(receipts);
    return status;
}
