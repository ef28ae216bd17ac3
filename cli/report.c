/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report.h"

#include <stdio.h>
#include <string.h>

static struct report_command command; /* too large for a stack */

/* ---- options of new that set a field ---- */

static char fault[400];

/* NAME=VALUE, taken apart in place. */
static char *split(char *text)
{
    char *equals = strrchr(text, '=');
    if (equals)
        *equals++ = '\0';
    return equals;
}

static const char *take_stage(char *text)
{
    char *state = split(text);
    int stage = vocabulary_find_spelled(&vocabulary_stage, text);
    int value = state ? vocabulary_find_spelled(&vocabulary_stage_state, state) : -1;
    if (stage >= 0 && value >= 0) {
        command.draft.stages[stage] = (unsigned char)(1 + value);
        return NULL;
    }
    snprintf(fault, sizeof fault, "--stage takes NAME=STATE, such as driver_init=no, not \"%s%s%s\"", text,
             state ? "=" : "", state ? state : "");
    return fault;
}

/* FIX=RESULT or FIX=RESULT=SYMPTOM; a fix in one's own words may hold a = itself. Returns whether there is
 * room for it. */
static bool take_fix(char *text)
{
    char *result = split(text);
    char *purpose = NULL;
    if (result && vocabulary_find_spelled(&vocabulary_result, result) < 0 && strchr(text, '=')) {
        purpose = result;
        result = split(text);
    }
    return report_draft_add(&command.draft, FIELD_ATTEMPTS, text, result, purpose);
}

static const char *take_field(void *target, char *value)
{
    const struct report_field_info *info = target;
    enum report_field field = (enum report_field)(info - report_fields);
    bool added = true;
    command.new_option = info->option;
    if (field == FIELD_STAGES)
        return take_stage(value);
    if (field == FIELD_ATTEMPTS && (!strchr(value, '=') || value[0] == '=')) {
        snprintf(fault, sizeof fault, "--fix takes FIX=RESULT, such as romfile=no-change, not \"%s\"", value);
        return fault;
    }
    if (field == FIELD_ATTEMPTS)
        added = take_fix(value);
    else if (field == FIELD_USE || field == FIELD_SYMPTOMS)
        added = report_draft_add(&command.draft, field, value, NULL, NULL);
    else
        command.given[field] = value;
    snprintf(fault, sizeof fault, "at most %zu %s%s", info->limit,
             field == FIELD_ATTEMPTS ? "fixes" : "of --", field == FIELD_ATTEMPTS ? "" : info->option);
    return added ? NULL : fault;
}

/* ---- verbs ---- */

static int (*const runs[])(struct report_command *command, struct report_selection *selection,
                           struct error *error) = {
    [REPORT_LIST] = report_list,     [REPORT_SHOW] = report_show, [REPORT_DROP] = report_drop,
    [REPORT_EXPORT] = report_export, [REPORT_SEND] = report_send,
};

const struct command_option report_options[] = {
    REPORT_FIELD_OPTIONS,
    {"yes", .flag = &command.yes},
    {"force", .flag = &command.force},
    {"root", .text = &command.directory},
    {"vm", .text = &command.vm},
    {"log", .text = &command.log},
    {"output", .text = &command.target},
    {"remote", .text = &command.remote},
    {.name = NULL},
};

int command_report(struct session *session, char **operands, int count, struct error *error)
{
    static struct report_selection selection; /* too large for a stack */
    bool json = session->json;
    const char *name = count ? operands[0] : NULL;
    int verb = name ? command_find_verb("report", name) : -1;
    const char *of_new = command.vm           ? "vm"
                         : command.log        ? "log"
                         : command.new_option ? command.new_option
                                              : NULL;
    char **arguments = operands + 1;
    command.session = session;
    command.new_option = of_new;
    count--;
    if (verb < 0)
        return command_wrong_verb("report", name, json);
    if (verb != REPORT_NEW && (of_new || command.directory))
        return output_usage_error("report", json, "--%s goes with new", of_new ? of_new : "root");
    if (verb != REPORT_EXPORT && command.target)
        return output_usage_error("report", json, "--output goes with export");
    if (verb != REPORT_SEND && command.remote)
        return output_usage_error("report", json, "--remote goes with send");
    if (verb == REPORT_NEW && count > 1)
        return output_usage_error("report", json, "new takes one ADDRESS, or -");
    if (verb == REPORT_DROP && !count)
        return output_usage_error("report", json, "drop needs the ID of a report");
    session_begin(session);
    if (outbox_locate(command.outbox, error))
        return 0;
    if (verb == REPORT_NEW)
        return report_new(&command, count ? arguments[0] : NULL, error);
    if (verb == REPORT_WITHDRAW)
        return report_withdraw(&command, arguments, count, error);
    if (report_select(&command, arguments, count, verb != REPORT_LIST && verb != REPORT_DROP, &selection,
                      error))
        return 0;
    return runs[verb](&command, &selection, error);
}
