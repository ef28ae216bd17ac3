/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "cli/ask.h"
#include "cli/report.h"

int report_fail(struct report_command *command, const struct error *error)
{
    buffer_clear(&command->session.output.buffer);
    return output_error(error, command->session.json);
}

enum error_code report_unreadable(const char *directory, const struct outbox_entry *entry,
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
            return report_unreadable(command->outbox, entry, error);
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
    *selection = (struct report_selection){.is_named = count > 0};
    if (outbox_read(command->outbox, &selection->outbox, error))
        return error->code;
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
    return valid ? keep_valid(command, selection, error) : ERROR_NONE;
}

int report_consent(struct report_command *command, const char *question, const char *verb)
{
    struct error error;
    if (command->yes)
        return 0;
    if (!command->session.json && ask_is_possible())
        return ask_yes(&command->session.output, question, ASK_ENTER_IS_NO)
                   ? 0
                   : error_exit_status(ERROR_NOT_FOUND);
    if (!command->session.json && !output_flush(&command->session.output))
        return 0; /* main() says why */
    error_set(&error, ERROR_USAGE, "nothing was done: no terminal to ask on");
    error_next(&error, "use passthru report %s --yes if that is what you want", verb);
    return report_fail(command, &error);
}
