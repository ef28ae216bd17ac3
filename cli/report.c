/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report_selection.h"
#include "probe/root.h"

enum {
    OPTION_YES = 'y',
    OPTION_FORCE = 'f',
    OPTION_ROOT = 'r',
    OPTION_VM = 'v',
    OPTION_LOG = 'l',
    OPTION_OUTPUT = 'o',
    OPTION_REMOTE = 'R',
    OPTION_FIELD = 500, /* + enum report_field */
};

static const struct option own_options[] = {{"yes", no_argument, NULL, OPTION_YES},
                                            {"force", no_argument, NULL, OPTION_FORCE},
                                            {"root", required_argument, NULL, OPTION_ROOT},
                                            {"vm", required_argument, NULL, OPTION_VM},
                                            {"log", required_argument, NULL, OPTION_LOG},
                                            {"output", required_argument, NULL, OPTION_OUTPUT},
                                            {"remote", required_argument, NULL, OPTION_REMOTE},
                                            COMMON_OPTIONS};

/* These and one for each field that has an option. */
static struct option long_options[FIELD_COUNT + ARRAY_SIZE(own_options)];

static void list_options(void)
{
    struct option *next = long_options;
    for (int field = 0; field < FIELD_COUNT; field++)
        if (report_fields[field].option)
            *next++ =
                (struct option){report_fields[field].option, required_argument, NULL, OPTION_FIELD + field};
    memcpy(next, own_options, sizeof own_options);
}

/* ---- options ---- */

/* NAME=VALUE, taken apart in place. */
static char *split(char *text)
{
    char *equals = strrchr(text, '=');
    if (equals)
        *equals++ = '\0';
    return equals;
}

static int take_stage(struct report_command *command, char *text)
{
    char *state = split(text);
    int stage = vocabulary_find_spelled(&vocabulary_stage, text);
    int value = state ? vocabulary_find_spelled(&vocabulary_stage_state, state) : -1;
    if (stage < 0 || value < 0)
        return output_usage_error("report", command->common.json,
                                  "--stage takes NAME=STATE, such as driver_init=no, not \"%s%s%s\"", text,
                                  state ? "=" : "", state ? state : "");
    command->draft.stages[stage] = (unsigned char)(1 + value);
    return 0;
}

/* FIX=RESULT or FIX=RESULT=SYMPTOM; a fix in one's own words may hold a = itself. */
static int take_fix(struct report_command *command, char *text)
{
    char *result = split(text);
    char *purpose = NULL;
    if (result && vocabulary_find_spelled(&vocabulary_result, result) < 0 && strchr(text, '=')) {
        purpose = result;
        result = split(text);
    }
    if (!result || !*text)
        return output_usage_error("report", command->common.json,
                                  "--fix takes FIX=RESULT, such as romfile=no-change, not \"%s\"", text);
    if (!report_draft_add_attempt(&command->draft, text, result, purpose))
        return output_usage_error("report", command->common.json, "at most %d fixes", REPORT_MAX_ATTEMPTS);
    return 0;
}

/* An option that sets a field. */
static int take_field(struct report_command *command, enum report_field field)
{
    bool added = true;
    switch (field) {
    case FIELD_STAGES:
        return take_stage(command, optarg);
    case FIELD_ATTEMPTS:
        return take_fix(command, optarg);
    case FIELD_USE:
        added = report_draft_add_use(&command->draft, optarg);
        break;
    case FIELD_SYMPTOMS:
        added = report_draft_add_symptom(&command->draft, optarg);
        break;
    default:
        command->given[field] = optarg;
        break;
    }
    return added ? 0
                 : output_usage_error("report", command->common.json, "at most %zu of --%s",
                                      report_fields[field].limit, report_fields[field].option);
}

static int take_option(struct report_command *command, int option)
{
    switch (option) {
    case OPTION_YES:
        command->yes = true;
        return 0;
    case OPTION_FORCE:
        command->force = true;
        return 0;
    case OPTION_OUTPUT:
        command->target = optarg;
        return 0;
    case OPTION_REMOTE:
        command->remote = optarg;
        return 0;
    case OPTION_ROOT:
        command->directory = optarg;
        break;
    case OPTION_VM:
        command->vm = optarg;
        break;
    case OPTION_LOG:
        command->log = optarg;
        break;
    default:
        break;
    }
    for (const struct option *known = long_options; known->name; known++)
        if (known->val == option)
            command->new_option = known->name;
    return option >= OPTION_FIELD ? take_field(command, (enum report_field)(option - OPTION_FIELD)) : 0;
}

/* ---- verbs ---- */

const struct verb report_verbs[] = {
    [REPORT_NEW] = {"new", "record one attempt"},
    [REPORT_LIST] = {"list", "list the reports in the outbox"},
    [REPORT_SHOW] = {"show", "show reports"},
    [REPORT_DROP] = {"drop", "remove reports"},
    [REPORT_EXPORT] = {"export", "write reports to a file"},
    [REPORT_SEND] = {"send", "send reports to a remote"},
    [REPORT_WITHDRAW] = {"withdraw", "take reports back that were sent"},
    [REPORT_VERB_COUNT] = {NULL, NULL},
};

static int run_new(struct report_command *command, char **arguments, int count)
{
    if (command->target)
        return output_usage_error("report", command->common.json, "--output goes with export");
    if (count > 1)
        return output_usage_error("report", command->common.json, "new takes one ADDRESS, or -");
    return report_new(command, count ? arguments[0] : NULL);
}

static int (*const runs[])(struct report_command *command, char **arguments, int count) = {
    [REPORT_NEW] = run_new,
    [REPORT_LIST] = report_list,
    [REPORT_SHOW] = report_show,
    [REPORT_DROP] = report_drop,
    [REPORT_EXPORT] = report_export,
    [REPORT_SEND] = report_send,
    [REPORT_WITHDRAW] = report_withdraw,
};

static int run_verb(struct report_command *command, int argc, char **argv)
{
    bool json = command->common.json;
    struct error error;
    const char *name = optind < argc ? argv[optind] : NULL;
    int verb = name ? command_find_verb(report_verbs, name) : -1;
    if (verb < 0)
        return command_wrong_verb(command_find("report"), name, json);
    if (verb != REPORT_NEW && command->new_option)
        return output_usage_error("report", json, "--%s goes with new", command->new_option);
    if (verb != REPORT_EXPORT && verb != REPORT_NEW && command->target)
        return output_usage_error("report", json, "--output goes with export");
    if (verb != REPORT_SEND && command->remote)
        return output_usage_error("report", json, "--remote goes with send");
    if (outbox_locate(command->outbox, &error))
        return report_fail(command, &error);
    return runs[verb](command, argv + optind + 1, argc - optind - 1);
}

int command_report(int argc, char **argv)
{
    struct report_command *command = calloc(1, sizeof *command);
    struct error error = {.code = ERROR_NONE};
    int status = 0;
    if (!command) {
        error_set(&error, ERROR_NO_MEMORY, "no memory for a report");
        return output_error(&error, command_wants_json(argc, argv));
    }
    list_options();
    int option;
    while (!status && (option = command_option(argc, argv, long_options, &command->common, &status)) != -1) {
        if (option == COMMAND_ENDS)
            break;
        status = take_option(command, option);
    }
    if (!status && option == -1) {
        command->output = output_for_stdout(command->common.no_color);
        status = run_verb(command, argc, argv);
    }
    report_draft_free(&command->draft);
    scan_free(&command->scan);
    root_close(command->root);
    database_close(command->database);
    output_end(&command->output, status);
    free(command);
    return status;
}
