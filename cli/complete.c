/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be typed next: the answer to the completions of the shells. */

#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "core/completion.h"
#include "core/report.h"
#include "core/report_field.h"
#include "db/outbox.h"
#include "probe/pci.h"

enum { MAX_GPUS = 64, SHORT_ID = 12 };

/* ---- what this machine has ---- */

enum gpu_form { GPU_ADDRESS, GPU_PCI_ID };

/* With their names, where there is a database that has them. */
static void offer_gpus(struct completion *completion, enum gpu_form form)
{
    static struct device device; /* too large for a stack */
    struct pci_device gpus[MAX_GPUS];
    struct session session = {.file = completion_value_of(completion, "--db")};
    struct root *root = NULL;
    struct error error = {.code = ERROR_NONE};
    if (root_open(completion_value_of(completion, "--root"), &root, &error))
        return;
    bool is_open = !session_open_database(&session, &error);
    int count = pci_list_gpus(root, gpus, MAX_GPUS);
    for (int i = 0; i < count; i++) {
        char candidate[PCI_ID_TEXT_SIZE + PCI_ADDRESS_TEXT_SIZE];
        bool is_known = is_open && !database_find_device(session.database, &gpus[i].id, &device, &error);
        const char *name = is_known ? device.name : "";
        if (form == GPU_PCI_ID)
            pci_id_print(&gpus[i].id, candidate);
        else
            pci_address_print(&gpus[i].address, candidate);
        completion_offer(completion, candidate, name);
        /* People leave the domain 0000 out. */
        if (form == GPU_ADDRESS && completion->word[0] && strncmp(candidate, "0000:", 5) == 0)
            completion_offer(completion, candidate + 5, name);
    }
    database_close(session.database);
    root_close(root);
}

static void offer_outbox(struct completion *completion, bool whole_ids)
{
    char directory[DATABASE_PATH_SIZE];
    struct outbox outbox;
    struct error error = {.code = ERROR_NONE};
    if (outbox_locate(directory, &error) || outbox_read(directory, &outbox, &error))
        return;
    for (int i = 0; i < outbox.count; i++) {
        const struct outbox_entry *entry = &outbox.entries[i];
        struct report report;
        char id[REPORT_ID_HEX_SIZE];
        char pci_id[PCI_ID_TEXT_SIZE];
        char text[300];
        if (!entry->id[0] ||
            report_parse(buffer_text(&entry->whole), entry->whole.length, &report, NULL, &error))
            continue;
        bool is_short = !whole_ids && strlen(completion->word) <= SHORT_ID;
        snprintf(id, sizeof id, "%.*s", is_short ? SHORT_ID : REPORT_ID_HEX_SIZE, entry->id);
        snprintf(text, sizeof text, "%.20s %s %s", report.date ? report.date : "",
                 pci_id_print(&report.pci_id, pci_id), outcome_value(report.outcome));
        completion_offer(completion, id, text + strspn(text, " "));
        report_free(&report);
    }
    outbox_free(&outbox);
}

/* passthru-import knows the remotes. Only returns when it cannot be started. */
static int offer_remotes(struct completion *completion)
{
    char complete[] = COMPLETION_OPTION;
    char command[] = "send";
    char option[] = "--remote";
    char attached[300];
    char *arguments[] = {complete, command, option, (char *)completion->word};
    if (!completion->is_attached)
        return command_import(4, arguments);
    snprintf(attached, sizeof attached, "%s=%s", option, completion->word);
    arguments[2] = attached;
    return command_import(3, arguments);
}

/* ---- the values of options ---- */

/* What stands before each, `length` bytes of the word, and behind it. */
static void offer_values(struct completion *completion, int length, const struct vocabulary *vocabulary,
                         const char *end)
{
    for (int i = 0; i < vocabulary->count; i++) {
        const struct vocabulary_entry *entry = &vocabulary->entries[i];
        char candidate[300];
        if (i == 0 && strcmp(entry->value, "unknown") == 0)
            continue;
        snprintf(candidate, sizeof candidate, "%.*s%s%s", length, completion->word, entry->value, end);
        completion_offer(completion, candidate, entry->text);
    }
}

static void offer_pci_ids(struct completion *completion)
{
    offer_gpus(completion, GPU_PCI_ID);
}

static void offer_report_ids(struct completion *completion)
{
    offer_outbox(completion, true);
}

/* The value of a field of a report: of what is tried or reached NAME=VALUE, first names, then the values of
 * the name that stands there. An option that is nowhere takes a value that nobody can guess. */
static void offer_field(struct completion *completion)
{
    const char *equals = strrchr(completion->word, '=');
    for (int field = 0; field < FIELD_COUNT; field++) {
        const struct report_field_info *info = &report_fields[field];
        const struct vocabulary *second = field == FIELD_ATTEMPTS ? &vocabulary_result
                                          : field == FIELD_STAGES ? info->vocabulary
                                                                  : NULL;
        const struct vocabulary *names = field == FIELD_STAGES ? &vocabulary_stage : info->vocabulary;
        if (!info->option || !names || strcmp(info->option, completion->option + 2) != 0)
            continue;
        if (second && equals)
            offer_values(completion, (int)(equals + 1 - completion->word), second, "");
        else
            offer_values(completion, 0, names, second ? "=" : "");
    }
}

static int offer_value(struct completion *completion)
{
    static const struct vocabulary_entry makers[] = {{"nvidia", ""}, {"amd", ""}, {"intel", ""}};
    static const struct vocabulary vendors = {"vendor", makers, ARRAY_SIZE(makers)};
    static const struct {
        const char *option;
        void (*offer)(struct completion *completion);
        const struct vocabulary *words;
        const char *command; /* of which alone it is; NULL: of any */
    } values[] = {
        {"--db", completion_offer_files, NULL, NULL},
        {"--lspci", completion_offer_files, NULL, NULL},
        {"--vm", completion_offer_files, NULL, NULL},
        {"--log", completion_offer_files, NULL, NULL},
        {"--output", completion_offer_files, NULL, NULL},
        {"--save", completion_offer_files, NULL, NULL},
        {"--root", completion_offer_directories, NULL, NULL},
        {"--guest", NULL, &vocabulary_guest, NULL},
        {"--use", NULL, &vocabulary_purpose, "recommend"},
        {"--encode", NULL, &vocabulary_codec, NULL},
        {"--decode", NULL, &vocabulary_codec, NULL},
        {"--beside", offer_pci_ids, NULL, NULL},
        {"--for", offer_pci_ids, NULL, NULL},
        {"--pci-id", offer_pci_ids, NULL, NULL},
        {"--vendor", NULL, &vendors, NULL},
        {"--supersedes", offer_report_ids, NULL, NULL},
    };
    if (strcmp(completion->option, "--remote") == 0)
        return offer_remotes(completion);
    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        if (strcmp(values[i].option, completion->option) != 0 ||
            (values[i].command && strcmp(values[i].command, completion->words[0]) != 0))
            continue;
        if (values[i].offer)
            values[i].offer(completion);
        else
            offer_values(completion, 0, values[i].words, "");
        return 0;
    }
    offer_field(completion);
    return 0;
}

/* ---- commands and what they are given ---- */

static void offer_commands(struct completion *completion)
{
    for (int i = 0; i < command_count; i++)
        completion_offer(completion, commands[i].name, command_help_of(commands[i].name, NULL)->summary);
}

static void offer_verbs(struct completion *completion, const char *command)
{
    for (const struct help_text *help = command_help_of(command, NULL); (help = command_next_verb(help));)
        completion_offer(completion, help->verb, help->summary);
}

static void offer_help_topics(struct completion *completion, const char *topic)
{
    if (!topic) {
        offer_commands(completion);
        completion_offer(completion, "words", "the enum values of a group, with what they mean");
    } else if (command_find(topic)) {
        offer_verbs(completion, topic);
    } else if (strcmp(topic, "words") == 0) {
        for (int i = 0; vocabulary_groups[i]; i++)
            completion_offer(completion, vocabulary_groups[i]->name, NULL);
    }
}

static void offer_operands(struct completion *completion, const struct command *command, int verb)
{
    bool is_report = command->run == command_report;
    bool is_new = is_report && verb == 0;
    if (command->run == command_check)
        completion_offer(completion, "host", "this machine");
    if (command->run == command_query || command->run == command_recommend)
        offer_gpus(completion, GPU_PCI_ID);
    if (command->run == command_scan || command->run == command_plan || command->run == command_rom || is_new)
        offer_gpus(completion, GPU_ADDRESS);
    if (command->run == command_check || command->run == command_diagnose || command->run == command_rom)
        completion_offer_files(completion);
    if (is_report && !is_new)
        offer_outbox(completion, false);
}

/* After the name of a command. */
static int complete_arguments(struct completion *completion, const struct command *command)
{
    const struct help_text *help = command_help_of(command->name, NULL);
    const char *operand = NULL;
    int at = 1; /* the number of the next word */
    bool has_verbs = command_next_verb(help);
    if (has_verbs || command->run == command_help)
        operand = completion_next_operand(completion, help->text, &at);
    if (has_verbs && operand)
        help = command_help_of(command->name, operand);
    if (!help)
        return 0;
    completion_find_option(completion, help->text);
    if (completion->option[0])
        return offer_value(completion);
    if (completion->word[0] == '-')
        completion_offer_options(completion, help->text);
    else if (command->run == command_help)
        offer_help_topics(completion, operand);
    else if (has_verbs && !operand)
        offer_verbs(completion, command->name);
    else
        offer_operands(completion, command, operand ? command_find_verb(command->name, operand) : -1);
    return 0;
}

int command_complete(int argc, char **argv)
{
    struct completion completion;
    completion_begin(&completion, argc - 1, argv + 1);
    if (!completion.count) {
        offer_commands(&completion);
        if (completion.word[0] == '-') {
            completion_offer(&completion, "--help", "list the commands");
            completion_offer(&completion, "--version", "print the version");
        }
        return completion_end(&completion);
    }
    const struct command *command = command_find(completion.words[0]);
    if (command && !command->run)
        return command_import(argc, argv);
    int status = command ? complete_arguments(&completion, command) : 0;
    return status ? status : completion_end(&completion);
}
