#include "cli/report.h"

#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "probe/root.h"

enum {
    OPTION_YES = 'y',
    OPTION_FORCE = 'f',
    OPTION_ROOT = 'r',
    OPTION_VM = 'v',
    OPTION_LOG = 'l',
    OPTION_OUTPUT = 'o',
    OPTION_REMOTE = 'R',
    OPTION_STAGE = 's',
    OPTION_USE = 'u',
    OPTION_SYMPTOM = 'S',
    OPTION_FIX = 'F',
    OPTION_TEXT = 500, /* + enum draft_text */
};

static const struct option long_options[] = {
    {"yes", no_argument, NULL, OPTION_YES},
    {"force", no_argument, NULL, OPTION_FORCE},
    {"root", required_argument, NULL, OPTION_ROOT},
    {"vm", required_argument, NULL, OPTION_VM},
    {"log", required_argument, NULL, OPTION_LOG},
    {"output", required_argument, NULL, OPTION_OUTPUT},
    {"remote", required_argument, NULL, OPTION_REMOTE},
    {"stage", required_argument, NULL, OPTION_STAGE},
    {"use", required_argument, NULL, OPTION_USE},
    {"symptom", required_argument, NULL, OPTION_SYMPTOM},
    {"fix", required_argument, NULL, OPTION_FIX},
    {"supersedes", required_argument, NULL, OPTION_TEXT + DRAFT_SUPERSEDES},
    {"pci-id", required_argument, NULL, OPTION_TEXT + DRAFT_PCI_ID},
    {"subsystem", required_argument, NULL, OPTION_TEXT + DRAFT_SUBSYSTEM},
    {"revision", required_argument, NULL, OPTION_TEXT + DRAFT_REVISION},
    {"gpu", required_argument, NULL, OPTION_TEXT + DRAFT_GPU},
    {"chassis", required_argument, NULL, OPTION_TEXT + DRAFT_CHASSIS},
    {"machine", required_argument, NULL, OPTION_TEXT + DRAFT_MACHINE},
    {"cpu", required_argument, NULL, OPTION_TEXT + DRAFT_CPU},
    {"hypervisor", required_argument, NULL, OPTION_TEXT + DRAFT_HYPERVISOR},
    {"hypervisor-version", required_argument, NULL, OPTION_TEXT + DRAFT_HYPERVISOR_VERSION},
    {"host-os", required_argument, NULL, OPTION_TEXT + DRAFT_HOST_OS},
    {"kernel", required_argument, NULL, OPTION_TEXT + DRAFT_KERNEL},
    {"guest-os", required_argument, NULL, OPTION_TEXT + DRAFT_GUEST_OS},
    {"machine-type", required_argument, NULL, OPTION_TEXT + DRAFT_MACHINE_TYPE},
    {"firmware", required_argument, NULL, OPTION_TEXT + DRAFT_FIRMWARE},
    {"guest-driver", required_argument, NULL, OPTION_TEXT + DRAFT_GUEST_DRIVER},
    {"outcome", required_argument, NULL, OPTION_TEXT + DRAFT_OUTCOME},
    {"date", required_argument, NULL, OPTION_TEXT + DRAFT_DATE},
    {"url", required_argument, NULL, OPTION_TEXT + DRAFT_URL},
    {"note", required_argument, NULL, OPTION_TEXT + DRAFT_NOTE},
    COMMON_OPTIONS};

int report_fail(struct report_command *command, const struct error *error)
{
    buffer_clear(&command->output.buffer);
    return output_error(error, command->common.json);
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
    int stage = vocabulary_find(&vocabulary_stage, text);
    int value = state ? vocabulary_find(&vocabulary_stage_state, state) : -1;
    if (stage < 0 || value < 0)
        return output_usage_error("report", command->common.json,
                                  "--stage takes NAME=STATE, such as driver_init=no, not \"%s%s%s\"", text,
                                  state ? "=" : "", state ? state : "");
    command->draft.stages[stage] = value;
    return 0;
}

static int take_fix(struct report_command *command, char *text)
{
    char *result = split(text);
    if (!result || !*text)
        return output_usage_error("report", command->common.json,
                                  "--fix takes FIX=RESULT, such as romfile=no-change, not \"%s\"", text);
    if (!report_draft_add_attempt(&command->draft, text, result))
        return output_usage_error("report", command->common.json, "at most %d fixes", REPORT_MAX_ATTEMPTS);
    return 0;
}

static int take_option(struct report_command *command, int option)
{
    bool taken = true;
    if (option >= OPTION_TEXT)
        command->given[option - OPTION_TEXT] = optarg;
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
        command->folder = optarg;
        break;
    case OPTION_VM:
        command->vm = optarg;
        break;
    case OPTION_LOG:
        command->log = optarg;
        break;
    case OPTION_STAGE:
        command->new_option = "stage";
        return take_stage(command, optarg);
    case OPTION_FIX:
        command->new_option = "fix";
        return take_fix(command, optarg);
    case OPTION_USE:
        taken = report_draft_add_use(&command->draft, optarg);
        break;
    case OPTION_SYMPTOM:
        taken = report_draft_add_symptom(&command->draft, optarg);
        break;
    default:
        break;
    }
    for (const struct option *known = long_options; known->name; known++)
        if (known->val == option)
            command->new_option = known->name;
    return taken ? 0 : output_usage_error("report", command->common.json, "too many of one option");
}

/* ---- verbs ---- */

static int run_new(struct report_command *command, char **arguments, int count)
{
    if (command->target)
        return output_usage_error("report", command->common.json, "--output goes with export");
    if (count > 1)
        return output_usage_error("report", command->common.json, "new takes one ADDRESS, or -");
    return report_new(command, count ? arguments[0] : NULL);
}

static int (*const runs[])(struct report_command *command, char **arguments, int count) = {
    [REPORT_NEW] = run_new,      [REPORT_LIST] = report_list,     [REPORT_SHOW] = report_show,
    [REPORT_DROP] = report_drop, [REPORT_EXPORT] = report_export, [REPORT_SEND] = report_send,
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
    int status = runs[verb](command, argv + optind + 1, argc - optind - 1);
    if (!output_flush(&command->output) && !status)
        status = output_finish();
    return status;
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
    report_draft_init(&command->draft);
    /* A file-size limit is then an error that can be told, as a full disk is. */
    signal(SIGXFSZ, SIG_IGN);
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
    buffer_free(&command->output.buffer);
    free(command);
    return status;
}
