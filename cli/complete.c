/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be typed next: the answer to the completions of the shells. */

#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "core/completion.h"
#include "core/report.h"
#include "core/vocabulary.h"
#include "db/outbox.h"
#include "probe/pci.h"

enum { MAX_GPUS = 64, SHORT_ID = 12 };

/* ---- what this machine has ---- */

enum gpu_form { GPU_ADDRESS, GPU_PCI_ID };

/* The name of a GPU, where there is a database that has it. */
static void describe_gpu(struct database *database, const struct pci_id *id, char *text, size_t size)
{
    struct device device;
    struct error error = {.code = ERROR_NONE};
    text[0] = '\0';
    if (database && !database_find_device(database, id, &device, &error))
        snprintf(text, size, "%s", device.name);
}

static void offer_gpus(struct completion *completion, enum gpu_form form)
{
    struct pci_device gpus[MAX_GPUS];
    struct database_place place;
    struct database *database = NULL;
    struct root *root = NULL;
    struct error error = {.code = ERROR_NONE};
    if (root_open(completion_value_of(completion, "--root"), &root, &error))
        return;
    if (database_locate(completion_value_of(completion, "--db"), &place, &error) ||
        database_open(place.path, &database, &error))
        database = NULL;
    int count = pci_list_gpus(root, gpus, MAX_GPUS);
    for (int i = 0; i < count; i++) {
        char candidate[PCI_ID_TEXT_SIZE + PCI_ADDRESS_TEXT_SIZE];
        char name[NAME_SIZE];
        describe_gpu(database, &gpus[i].id, name, sizeof name);
        if (form == GPU_PCI_ID)
            pci_id_print(&gpus[i].id, candidate);
        else
            pci_address_print(&gpus[i].address, candidate);
        completion_offer(completion, candidate, name);
        /* People leave the domain 0000 out. */
        if (form == GPU_ADDRESS && completion->word[0] && strncmp(candidate, "0000:", 5) == 0)
            completion_offer(completion, candidate + 5, name);
    }
    database_close(database);
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

static void offer_values(struct completion *completion, const struct vocabulary *vocabulary, const char *end)
{
    for (int i = 0; i < vocabulary->count; i++) {
        char candidate[100];
        if (i == 0 && strcmp(vocabulary->entries[i].value, "unknown") == 0)
            continue;
        snprintf(candidate, sizeof candidate, "%s%s", vocabulary->entries[i].value, end);
        completion_offer(completion, candidate, vocabulary->entries[i].text);
    }
}

/* NAME=VALUE: first names, then the values of the name that stands there. */
static void offer_pairs(struct completion *completion, const struct vocabulary *names,
                        const struct vocabulary *values)
{
    const char *equals = strrchr(completion->word, '=');
    if (!equals) {
        offer_values(completion, names, "=");
        return;
    }
    for (int i = 0; i < values->count; i++) {
        char candidate[300];
        snprintf(candidate, sizeof candidate, "%.*s%s", (int)(equals + 1 - completion->word),
                 completion->word, values->entries[i].value);
        completion_offer(completion, candidate, values->entries[i].text);
    }
}

static int offer_pci_ids(struct completion *completion)
{
    offer_gpus(completion, GPU_PCI_ID);
    return 0;
}

static int offer_vendors(struct completion *completion)
{
    completion_offer(completion, "nvidia", NULL);
    completion_offer(completion, "amd", NULL);
    completion_offer(completion, "intel", NULL);
    return 0;
}

static int offer_report_ids(struct completion *completion)
{
    offer_outbox(completion, true);
    return 0;
}

/* An option that is not here takes a value that nobody can guess. */
static const struct {
    const char *option;
    int (*offer)(struct completion *completion);
    const struct vocabulary *words;
    const struct vocabulary *second; /* NAME=VALUE */
    const char *command;             /* of which alone it is; NULL: of any */
} values[] = {
    {"--db", completion_offer_files, NULL, NULL, NULL},
    {"--lspci", completion_offer_files, NULL, NULL, NULL},
    {"--vm", completion_offer_files, NULL, NULL, NULL},
    {"--log", completion_offer_files, NULL, NULL, NULL},
    {"--output", completion_offer_files, NULL, NULL, NULL},
    {"--root", completion_offer_directories, NULL, NULL, NULL},
    {"--chassis", NULL, &vocabulary_chassis, NULL, NULL},
    {"--guest", NULL, &vocabulary_guest, NULL, NULL},
    {"--share", NULL, &vocabulary_share, NULL, NULL},
    {"--outcome", NULL, &vocabulary_outcome, NULL, NULL},
    {"--use", NULL, &vocabulary_purpose, NULL, "recommend"},
    {"--use", NULL, &vocabulary_use, NULL, NULL},
    {"--encode", NULL, &vocabulary_codec, NULL, NULL},
    {"--decode", NULL, &vocabulary_codec, NULL, NULL},
    {"--beside", offer_pci_ids, NULL, NULL, NULL},
    {"--symptom", NULL, &vocabulary_symptom, NULL, NULL},
    {"--hypervisor", NULL, &vocabulary_hypervisor, NULL, NULL},
    {"--machine-type", NULL, &vocabulary_machine_type, NULL, NULL},
    {"--firmware", NULL, &vocabulary_firmware, NULL, NULL},
    {"--fix", NULL, &vocabulary_fix, &vocabulary_result, NULL},
    {"--stage", NULL, &vocabulary_stage, &vocabulary_stage_state, NULL},
    {"--for", offer_pci_ids, NULL, NULL, NULL},
    {"--pci-id", offer_pci_ids, NULL, NULL, NULL},
    {"--vendor", offer_vendors, NULL, NULL, NULL},
    {"--supersedes", offer_report_ids, NULL, NULL, NULL},
    {"--remote", offer_remotes, NULL, NULL, NULL},
};

static int offer_value(struct completion *completion)
{
    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        if (strcmp(values[i].option, completion->option) != 0 ||
            (values[i].command && strcmp(values[i].command, completion->words[0]) != 0))
            continue;
        if (values[i].offer)
            return values[i].offer(completion);
        if (values[i].second)
            offer_pairs(completion, values[i].words, values[i].second);
        else
            offer_values(completion, values[i].words, "");
    }
    return 0;
}

/* ---- commands and what they are given ---- */

static void offer_commands(struct completion *completion)
{
    for (int i = 0; i < command_count; i++)
        completion_offer(completion, commands[i].name, commands[i].summary);
}

static void offer_verbs(struct completion *completion, const struct verb *verbs)
{
    for (; verbs && verbs->name; verbs++)
        completion_offer(completion, verbs->name, verbs->summary);
}

static void offer_help_topics(struct completion *completion, const char *topic)
{
    const struct command *command = topic ? command_find(topic) : NULL;
    if (!topic) {
        offer_commands(completion);
        completion_offer(completion, "words", "the enum values of a group, with what they mean");
    } else if (command) {
        offer_verbs(completion, command->verbs);
    } else if (strcmp(topic, "words") == 0) {
        for (int i = 0; vocabulary_groups[i]; i++)
            completion_offer(completion, vocabulary_groups[i]->name, NULL);
    }
}

static void offer_operands(struct completion *completion, const struct command *command, int verb)
{
    if (command->run == command_query || command->run == command_recommend) {
        offer_gpus(completion, GPU_PCI_ID);
    } else if (command->run == command_scan || command->run == command_plan ||
               (command->verbs == report_verbs && verb == 0)) {
        offer_gpus(completion, GPU_ADDRESS);
    } else if (command->verbs == report_verbs) {
        offer_outbox(completion, false);
    } else if (command->run == command_check) {
        completion_offer(completion, "host", "this machine");
        completion_offer_files(completion);
    } else if (command->run == command_diagnose) {
        completion_offer_files(completion);
    } else if (command->run == command_rom) {
        offer_gpus(completion, GPU_ADDRESS);
        completion_offer_files(completion);
    }
}

/* After the name of a command: `at` is the number of the next word. */
static int complete_arguments(struct completion *completion, const struct command *command, int at)
{
    const char *help = command_help_text(command, NULL);
    const char *operand = NULL;
    int verb = -1;
    if (command->verbs || command->run == command_help)
        operand = completion_next_operand(completion, help, &at);
    if (command->verbs && operand) {
        verb = command_find_verb(command->verbs, operand);
        if (verb < 0)
            return 0;
        help = command_help_text(command, operand);
    }
    completion_find_option(completion, help);
    if (completion->option[0])
        return offer_value(completion);
    if (completion->word[0] == '-')
        completion_offer_options(completion, help);
    else if (command->run == command_help)
        offer_help_topics(completion, operand);
    else if (command->verbs && verb < 0)
        offer_verbs(completion, command->verbs);
    else
        offer_operands(completion, command, verb);
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
    if (command && command->run == command_import)
        return command_import(argc, argv);
    int status = command ? complete_arguments(&completion, command, 1) : 0;
    return status ? status : completion_end(&completion);
}
