/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/report.h"

/* What a machine cannot know. Each question keeps with Enter what is in the draft already, so that all of
 * them can be asked again. */

static bool ask_draft_text(struct report_command *command, enum report_field field, const char *question,
                           const char *explanation, const struct vocabulary *choices)
{
    char text[ASK_TEXT_SIZE] = "";
    if (command->draft.texts[field])
        snprintf(text, sizeof text, "%s", command->draft.texts[field]);
    if (!ask_text(&command->output, question, explanation, choices, text))
        return false;
    report_draft_set(&command->draft, field, text);
    return true;
}

static bool ask_draft_enum(struct report_command *command, enum report_field field, bool optional,
                           const char *question, const char *explanation)
{
    const struct vocabulary *vocabulary = report_fields[field].vocabulary;
    const char *known = command->draft.texts[field];
    int chosen = known ? vocabulary_find(vocabulary, known) : ASK_NOTHING;
    /* A value in the user's own words, given as an option, stays. */
    if (known && chosen < 0)
        return true;
    if (!ask_value(&command->output, question, explanation, vocabulary, optional, &chosen))
        return false;
    report_draft_set(&command->draft, field, chosen < 0 ? NULL : vocabulary_value(vocabulary, chosen));
    return true;
}

bool report_ask_gpu(struct report_command *command, int *gpu)
{
    const struct scan *scan = &command->scan;
    struct vocabulary_entry choices[MAX_SCAN_GPUS];
    char addresses[MAX_SCAN_GPUS][PCI_ADDRESS_TEXT_SIZE];
    static char texts[MAX_SCAN_GPUS][2 * NAME_SIZE + 64];
    int passed = 0;
    *gpu = ASK_NOTHING;
    for (int i = 0; i < scan->gpu_count; i++) {
        const struct pci_device *device = scan->gpus[i];
        struct device known;
        struct error error;
        char id[PCI_ID_TEXT_SIZE];
        struct pci_id base = pci_id_base(&device->id);
        bool found = !database_find_device(command->database, &base, &known, &error);
        snprintf(texts[i], sizeof texts[i], "%s %s%s%s", pci_id_print(&base, id), found ? known.name : "",
                 device->driver[0] ? ", held by " : "", device->driver);
        choices[i] = (struct vocabulary_entry){pci_address_print(&device->address, addresses[i]), texts[i]};
        if (strcmp(device->driver, "vfio-pci") == 0 && !passed++)
            *gpu = i;
    }
    if (passed != 1)
        *gpu = ASK_NOTHING;
    const struct vocabulary gpus = {"gpu", choices, scan->gpu_count};
    return ask_value(
        &command->output, "Which GPU did you pass through?",
        "The GPUs of this machine by their addresses. One that vfio-pci holds is set aside for a "
        "virtual machine. For a GPU that is not here start again with --pci-id.",
        &gpus, false, gpu);
}

static bool ask_outcome(struct report_command *command)
{
    return ask_draft_enum(
        command, FIELD_OUTCOME, false,
        "How did it end? A failure is as welcome as a success: it keeps others from losing days.",
        "What you ended up with, all things tried. Only what belongs to the GPU and its passthrough counts; "
        "if you gave up, it is what you had then.");
}

/* What the outcome itself says of the stages. */
static void guess_stages(const struct report_draft *draft, bool reached[STAGE_COUNT])
{
    int outcome = vocabulary_find(&vocabulary_outcome, draft->texts[FIELD_OUTCOME]);
    bool any = false;
    for (int i = 0; i < STAGE_COUNT; i++) {
        reached[i] = draft->stages[i] == 1 + STAGE_STATE_YES;
        any |= draft->stages[i] != 0;
    }
    if (!any && (outcome == OUTCOME_WORKS || outcome == OUTCOME_WORKS_WITH_WORKAROUND))
        reached[STAGE_BIND] = reached[STAGE_GUEST_BOOT] = reached[STAGE_DRIVER_INIT] = true;
}

static bool ask_stages(struct report_command *command)
{
    struct report_draft *draft = &command->draft;
    bool reached[STAGE_COUNT];
    bool missed[STAGE_COUNT];
    bool any = false;
    guess_stages(draft, reached);
    for (int i = 0; i < STAGE_COUNT; i++)
        missed[i] = draft->stages[i] == 1 + STAGE_STATE_NO;
    if (!ask_values(
            &command->output, "How far did it come? Name all that was reached.",
            "Numbers with spaces between: 1 2 3 when the driver in the guest started. Leave out what you did not "
            "test: it is recorded as not tested.",
            &vocabulary_stage, reached))
        return false;
    if (!ask_values(&command->output,
                    "And what did you try that was not reached? The rest counts as not tested.",
                    "Not tested is a good answer: nobody has to know whether a second start works.",
                    &vocabulary_stage, missed))
        return false;
    for (int i = 0; i < STAGE_COUNT; i++)
        any |= reached[i] || missed[i];
    for (int i = 0; i < STAGE_COUNT; i++)
        draft->stages[i] = !any         ? 0
                           : missed[i]  ? 1 + STAGE_STATE_NO
                           : reached[i] ? 1 + STAGE_STATE_YES
                                        : 1 + STAGE_STATE_UNTESTED;
    return true;
}

/* Any number of values of the field's vocabulary; those in the user's own words stay. */
static bool ask_list(struct report_command *command, enum report_field field, struct draft_list *list,
                     bool (*add)(struct report_draft *draft, const char *value), const char *question,
                     const char *explanation)
{
    const struct vocabulary *vocabulary = report_fields[field].vocabulary;
    struct draft_list before = *list;
    bool chosen[ASK_MAX_CHOICES] = {false};
    for (int i = 0; i < list->count; i++) {
        int value = vocabulary_find(vocabulary, list->values[i]);
        if (value >= 0)
            chosen[value] = true;
    }
    if (!ask_values(&command->output, question, explanation, vocabulary, chosen))
        return false;
    list->count = 0;
    for (int i = 0; i < vocabulary->count; i++)
        if (chosen[i])
            add(&command->draft, vocabulary_value(vocabulary, i));
    for (int i = 0; i < before.count; i++)
        if (vocabulary_find(vocabulary, before.values[i]) < 0)
            add(&command->draft, before.values[i]);
    draft_list_clear(&before);
    return true;
}

static bool ask_use(struct report_command *command)
{
    return ask_list(command, FIELD_USE, &command->draft.uses, report_draft_add_use, "What is the GPU for?",
                    "What you wanted it for. Whether that was reached is in the outcome.");
}

static bool ask_symptoms(struct report_command *command)
{
    return ask_list(command, FIELD_SYMPTOMS, &command->draft.symptoms, report_draft_add_symptom,
                    "What went wrong, on the way or at the end?",
                    "What one saw in a log or on the screen. What is not in the list belongs in the note.");
}

/* What the configuration of the virtual machine says is not asked. */
static bool ask_unless_known(struct report_command *command, enum report_field field, const char *question,
                             const char *explanation)
{
    return command->draft.texts[field] || ask_draft_enum(command, field, true, question, explanation);
}

static bool ask_guest(struct report_command *command)
{
    static const struct vocabulary_entry names[] = {
        {"linux", ""}, {"windows 11", ""}, {"windows 10", ""}, {"macos", ""}, {"freebsd", ""}};
    static const struct vocabulary systems = {"guest_os", names, ARRAY_SIZE(names)};
    return ask_unless_known(command, FIELD_CHASSIS, "What kind of machine is the GPU in?",
                            "The same GPU fares differently in a laptop and in a desktop.") &&
           ask_unless_known(command, FIELD_HYPERVISOR, "What ran the virtual machine?",
                            "The product that you configure.") &&
           ask_draft_text(command, FIELD_GUEST_OS, "Which system is the guest?",
                          "As exact as you know: ubuntu 24.04, windows 11 24h2.", &systems) &&
           ask_unless_known(command, FIELD_MACHINE_TYPE, "Which machine does the guest have?",
                            "Proxmox: Hardware, Machine. libvirt: <type machine=...>.") &&
           ask_unless_known(command, FIELD_FIRMWARE, "Which firmware does the guest have?",
                            "Proxmox: Hardware, BIOS. libvirt: <os firmware=...>.") &&
           ask_draft_text(command, FIELD_GUEST_DRIVER, "Which GPU driver ran in the guest?",
                          "Name and version, such as: nvidia 550.107.02.", NULL);
}

/* What each fix did; one that was asked before keeps its result. */
static bool ask_result(struct report_command *command, const char *fix, const struct report_draft *before)
{
    char question[200];
    int chosen = ASK_NOTHING;
    for (int i = 0; i < before->attempt_count; i++)
        if (strcmp(before->attempts[i].fix, fix) == 0)
            chosen = vocabulary_find(&vocabulary_result, before->attempts[i].result);
    snprintf(question, sizeof question, "What did %.100s do?", fix);
    const char *text = vocabulary_text(&vocabulary_fix, fix);
    if (!ask_value(&command->output, question, text ? text : "In your own words.", &vocabulary_result, false,
                   &chosen))
        return false;
    report_draft_add_attempt(&command->draft, fix, vocabulary_value(&vocabulary_result, chosen));
    return true;
}

static bool ask_attempts(struct report_command *command)
{
    struct report_draft *draft = &command->draft;
    struct report_draft before = *draft;
    bool chosen[FIX_COUNT] = {false};
    bool answered = true;
    if (!draft->attempt_count)
        memcpy(chosen, command->vm_facts.fixes, sizeof chosen);
    for (int i = 0; i < draft->attempt_count; i++) {
        int fix = vocabulary_find(&vocabulary_fix, draft->attempts[i].fix);
        if (fix >= 0)
            chosen[fix] = true;
    }
    if (!ask_values(
            &command->output, "What did you try beyond an ordinary set-up, whether it helped or not?",
            "What did not help is worth as much to know. In brackets is what the configuration of the "
            "virtual machine shows.",
            &vocabulary_fix, chosen))
        return false;
    draft->attempt_count = 0;
    for (int i = 0; i < before.attempt_count; i++)
        if (vocabulary_find(&vocabulary_fix, before.attempts[i].fix) < 0)
            report_draft_add_attempt(draft, before.attempts[i].fix, before.attempts[i].result);
    for (int i = 0; i < FIX_COUNT && answered; i++)
        if (chosen[i])
            answered = ask_result(command, vocabulary_value(&vocabulary_fix, i), &before);
    report_draft_clear_attempts(&before);
    return answered;
}

bool report_ask(struct report_command *command)
{
    const char *outcome;
    if (!ask_outcome(command) || !ask_stages(command) || !ask_use(command) || !ask_guest(command))
        return false;
    outcome = command->draft.texts[FIELD_OUTCOME];
    bool smooth = outcome && vocabulary_find(&vocabulary_outcome, outcome) == OUTCOME_WORKS &&
                  !command->draft.symptoms.count;
    if (!smooth && !ask_symptoms(command))
        return false;
    return ask_attempts(command) &&
           ask_draft_text(command, FIELD_NOTE, "Anything that others should know, in a sentence of your own?",
                          "At most 2000 characters. No names of people or hosts, no serial numbers, no "
                          "addresses.",
                          NULL);
}
