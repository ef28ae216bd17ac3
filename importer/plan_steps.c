/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/plan_steps.h"

#include <string.h>

#include "core/plan.h"
#include "importer/table.h"

enum { SOURCE = PLAN_TEXT_COUNT, COLUMNS };
static const char *const columns[COLUMNS] = {[PLAN_STEP] = "step",         [PLAN_WHEN] = "when",
                                             [PLAN_HAVE] = "have",         [PLAN_TITLE] = "title",
                                             [PLAN_WHY] = "why",           [PLAN_FILE] = "file",
                                             [PLAN_CONTENT] = "content",   [PLAN_PARAMETERS] = "parameters",
                                             [PLAN_COMMANDS] = "commands", [PLAN_CHECK] = "check",
                                             [PLAN_UNDO] = "undo",         [PLAN_REBOOT] = "reboot",
                                             [SOURCE] = "source"};

static enum error_code add_step(void *context, const struct table_row *row, struct error *error)
{
    char wrong[PLAN_NAME_SIZE];
    char **fields = row->fields;
    const char *step = fields[PLAN_STEP];
    if (!*step || strspn(step, "abcdefghijklmnopqrstuvwxyz-") != strlen(step))
        return table_error(row, error, "step must be lower-case letters and hyphens, not \"%s\"", step);
    for (int i = PLAN_WHEN; i <= PLAN_HAVE; i++)
        if (!plan_condition_is_valid(fields[i], wrong))
            return table_error(
                row, error, "\"%s\" is not a value of the group plan_fact in schema/vocabulary.tsv", wrong);
    for (int i = PLAN_TITLE; i <= PLAN_UNDO; i++)
        if (!plan_text_is_valid(fields[i], wrong))
            return table_error(
                row, error, "{%s} is not a value of the group plan_variable in schema/vocabulary.tsv", wrong);
    if (*fields[PLAN_CONTENT] && !*fields[PLAN_FILE])
        return table_error(row, error, "content needs the file that it stands in");
    if (*fields[PLAN_REBOOT] && strcmp(fields[PLAN_REBOOT], "yes") != 0)
        return table_error(row, error, "reboot must be yes or empty, not \"%s\"", fields[PLAN_REBOOT]);
    if (!*fields[SOURCE])
        return table_error(row, error, "source is empty");
    return builder_add_plan_step(context, (const char *const *)fields, error);
}

enum error_code plan_steps_read(const char *path, struct builder *builder, struct table_summary *summary,
                                struct error *error)
{
    return table_read(path, columns, COLUMNS, SOURCE, add_step, builder, summary, error);
}
