#include "cli/report.h"

#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "probe/root.h"

const char report_help[] =
    "Usage: passthru report new [OPTION]... [ADDRESS|-]\n"
    "       passthru report list|show|drop|export|send [OPTION]... [ID]...\n"
    "\n"
    "Records how a passthrough attempt went. Failures are as welcome as successes:\n"
    "they keep others from losing days. Nothing leaves this machine before you send\n"
    "it, and no name, serial number, MAC address or UUID is ever collected.\n"
    "\n"
    "  new       record one attempt: what this machine and the configuration of its\n"
    "            virtual machine tell is filled in, the rest is asked. ADDRESS is\n"
    "            the GPU's (01:00.0); - takes one report as JSON on standard input\n"
    "  list      the reports in the outbox\n"
    "  show      those with these IDs as they would be sent; without ID: all\n"
    "  drop      remove them\n"
    "  export    write them as a file for an e-mail or a pull request\n"
    "  send      show them, ask, and send them to a remote; without ID: all that\n"
    "            none has refused\n"
    "  An ID may be cut short.\n"
    "\n"
    "  --yes            ask nothing\n"
    "  --force          insist on what is unusual, such as an unknown PCI ID\n"
    "  --root DIR       with new: this GPU is in a recorded machine\n"
    "  --vm FILE        with new: the configuration of the virtual machine, a Proxmox\n"
    "                   .conf or the domain XML of libvirt; without it the one that\n"
    "                   has the GPU is looked for\n"
    "  --log FILE       with new: the known failures in this log are symptoms;\n"
    "                   - is standard input\n"
    "  --output FILE    with export: write a new file\n"
    "  --remote NAME    with send: to this one, where several take reports\n"
    "\n"
    "With new, one option for each field; an empty value leaves the field out:\n"
    "  --outcome WORD   works, works-with-workaround, partial, fails\n"
    "  --stage NAME=STATE  bind, guest_boot, driver_init, display, compute,\n"
    "                   guest_restart or second_start = yes, no or untested\n"
    "  --use WORD       compute, display, transcode\n"
    "  --symptom WORD   what was seen; schema/vocabulary.tsv has the words\n"
    "  --fix FIX=RESULT  what was tried, and whether it fixed, helped, no-change,\n"
    "                   worse or not-reproducible (fixed and helped as words)\n"
    "  --guest-os TEXT\n"
    "  --guest-driver TEXT\n"
    "  --hypervisor WORD\n"
    "  --hypervisor-version TEXT\n"
    "  --machine-type WORD  q35, i440fx\n"
    "  --firmware WORD  ovmf, seabios\n"
    "  --host-os TEXT\n"
    "  --kernel TEXT\n"
    "  --chassis WORD   desktop, laptop, mini-pc, server, egpu\n"
    "  --machine TEXT\n"
    "  --cpu TEXT\n"
    "  --pci-id ID      a GPU that is not in this machine: nothing is filled in\n"
    "  --subsystem ID\n"
    "  --revision WORD\n"
    "  --gpu TEXT\n"
    "  --date DATE      when it was tried: YYYY, YYYY-MM or YYYY-MM-DD (today)\n"
    "  --url TEXT       a public page about it\n"
    "  --note TEXT      a short remark in your own words\n"
    "  --supersedes ID  the report that this one replaces, its whole id\n"
    "\n"
    "  --db FILE        use this database\n"
    "  --json           answer as JSON; asks nothing\n"
    "  --no-color       no colour\n"
    "  --help           this text\n"
    "\n"
    "Exit status: 0 done; 1 no such report, or you said no; 2 wrong usage, or the\n"
    "report is refused; 3 no usable database; 4 it cannot be sent; 5 the system\n"
    "refused.\n";

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

static const struct {
    const char *name;
    int (*run)(struct report_command *command, char **arguments, int count);
} verbs[] = {{"new", run_new},      {"list", report_list},     {"show", report_show},
             {"drop", report_drop}, {"export", report_export}, {"send", report_send}};

static int run_verb(struct report_command *command, int argc, char **argv)
{
    bool json = command->common.json;
    struct error error;
    size_t verb = 0;
    while (verb < ARRAY_SIZE(verbs) && (optind >= argc || strcmp(argv[optind], verbs[verb].name) != 0))
        verb++;
    if (verb == ARRAY_SIZE(verbs))
        return output_usage_error("report", json, "say one of new, list, show, drop, export, send");
    if (verbs[verb].run != run_new && command->new_option)
        return output_usage_error("report", json, "--%s goes with new", command->new_option);
    if (verbs[verb].run != report_export && verbs[verb].run != run_new && command->target)
        return output_usage_error("report", json, "--output goes with export");
    if (verbs[verb].run != report_send && command->remote)
        return output_usage_error("report", json, "--remote goes with send");
    if (outbox_locate(command->outbox, &error))
        return report_fail(command, &error);
    int status = verbs[verb].run(command, argv + optind + 1, argc - optind - 1);
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
