/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/report.h"
#include "db/cards.h"

/* What a machine cannot know. Each question keeps with Enter what is in the draft already, so that all of
 * them can be asked again. */

static bool ask_draft_text(struct report_command *command, enum report_field field, const char *question,
                           const char *explanation, const struct vocabulary *choices)
{
    char text[ASK_TEXT_SIZE] = "";
    if (command->draft.texts[field])
        snprintf(text, sizeof text, "%s", command->draft.texts[field]);
    if (!ask_text(&command->session.output, question, explanation, choices, true, text))
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
    if (!ask_value(&command->session.output, question, explanation, vocabulary, optional, &chosen))
        return false;
    report_draft_set(&command->draft, field, chosen < 0 ? NULL : vocabulary_value(vocabulary, chosen));
    return true;
}

static bool ask_outcome(struct report_command *command)
{
    return ask_draft_enum(
        command, FIELD_OUTCOME, false,
        "How did it end? A failure is as welcome as a success: it keeps others from losing days.",
        "What you ended up with, all things tried. Only what belongs to the GPU and its passthrough counts; "
        "if you gave up, it is what you had then.");
}

/* The stages in a question: all, or those that are not reached yet, in their order. */
struct stage_list {
    struct vocabulary_entry entries[STAGE_COUNT];
    int stages[STAGE_COUNT];
    bool chosen[STAGE_COUNT];
    int count;
};

static bool ask_stage_list(struct report_command *command, struct stage_list *list, const char *question,
                           const char *explanation)
{
    const struct vocabulary choices = {"stage", list->entries, list->count};
    return ask_values(&command->session.output, question, explanation, &choices, 0, list->chosen);
}

static void add_stage(struct stage_list *list, int stage, bool chosen)
{
    list->entries[list->count] = vocabulary_stage.entries[stage];
    list->chosen[list->count] = chosen;
    list->stages[list->count++] = stage;
}

/* Of a success, and of what works in part: what was reached. */
static bool ask_reached(struct report_command *command, bool is_usable)
{
    unsigned char *stages = command->draft.stages;
    struct stage_list list = {.count = 0};
    bool any = false;
    for (int i = 0; i < STAGE_COUNT; i++)
        any |= stages[i] != 0;
    for (int i = 0; i < STAGE_COUNT; i++)
        add_stage(&list, i,
                  stages[i] == 1 + STAGE_STATE_YES || (!any && is_usable && i <= STAGE_DRIVER_INIT));
    if (!ask_stage_list(
            command, &list, "What works? Name all that you saw.",
            "What you did not test is left out: it is recorded as not tested, and nobody has to know "
            "whether a second start works."))
        return false;
    for (int i = 0; i < STAGE_COUNT; i++)
        if (list.chosen[i] || stages[i] == 1 + STAGE_STATE_YES)
            stages[i] = list.chosen[i] ? 1 + STAGE_STATE_YES : 0;
    return true;
}

/* Of what fails: where it stopped. What must come before that was reached. */
static bool ask_missed(struct report_command *command, bool is_partial)
{
    unsigned char *stages = command->draft.stages;
    struct stage_list list = {.count = 0};
    int first = STAGE_COUNT;
    for (int i = 0; i < STAGE_COUNT; i++)
        if (!is_partial || stages[i] != 1 + STAGE_STATE_YES)
            add_stage(&list, i, stages[i] == 1 + STAGE_STATE_NO);
    if (!list.count)
        return true;
    if (!ask_stage_list(command, &list,
                        is_partial ? "And what did you try that does not work?"
                                   : "Where did it stop? The first thing that did not work is enough.",
                        "What must come before it counts as reached, what you leave out as not tested."))
        return false;
    for (int i = 0; i < list.count; i++) {
        unsigned char *stage = &stages[list.stages[i]];
        if (list.chosen[i])
            *stage = 1 + STAGE_STATE_NO;
        else if (*stage == 1 + STAGE_STATE_NO)
            *stage = 0;
        if (list.chosen[i] && list.stages[i] < first)
            first = list.stages[i];
    }
    for (int i = 0; first < STAGE_COUNT && i < first && i <= STAGE_DRIVER_INIT; i++)
        stages[i] = 1 + STAGE_STATE_YES;
    return true;
}

static bool ask_stages(struct report_command *command)
{
    unsigned char *stages = command->draft.stages;
    int outcome = vocabulary_find(&vocabulary_outcome, command->draft.texts[FIELD_OUTCOME]);
    bool is_usable = outcome == OUTCOME_WORKS || outcome == OUTCOME_WORKS_WITH_WORKAROUND;
    bool any = false;
    if (outcome != OUTCOME_FAILS && !ask_reached(command, is_usable))
        return false;
    if (!is_usable && !ask_missed(command, outcome == OUTCOME_PARTIAL))
        return false;
    for (int i = 0; i < STAGE_COUNT; i++)
        any |= stages[i] != 0;
    for (int i = 0; i < STAGE_COUNT && any; i++)
        stages[i] = stages[i] ? stages[i] : 1 + STAGE_STATE_UNTESTED;
    return true;
}

/* Whether the makers of a card of this ID let guests share it. What needs a patch is not asked about. */
static bool is_sold_to_be_split(struct report_command *command)
{
    static const enum splitting ways[] = {SPLITTING_SR_IOV, SPLITTING_VGPU, SPLITTING_MXGPU};
    struct card card;
    struct error error;
    struct pci_id id;
    int count;
    const char *text = command->draft.texts[FIELD_PCI_ID];
    if (!text || pci_id_parse(text, strlen(text), &id) != PCI_ID_OK ||
        database_find_cards(command->session.database, &id, &card, 1, &count, &error) || !count)
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
        if (card_list_has(card.features.split, splitting_value(ways[i])))
            return true;
    return false;
}

static bool ask_share(struct report_command *command)
{
    struct report_draft *draft = &command->draft;
    if (command->given[FIELD_SHARE] || (!command->can_be_split && !is_sold_to_be_split(command)))
        return true;
    if (!draft->texts[FIELD_SHARE])
        report_draft_set(draft, FIELD_SHARE, share_value(SHARE_WHOLE));
    return ask_draft_enum(
        command, FIELD_SHARE, false, "How much of the GPU did the guest get?",
        "This GPU can be shared by several guests. A virtual function is another question than "
        "the whole GPU, and often another answer.");
}

static bool has_problem(const struct report_problems *problems, enum report_field field)
{
    for (int i = 0; i < problems->count; i++)
        if (strcmp(problems->items[i].field, report_fields[field].name) == 0)
            return true;
    return false;
}

bool report_ask(struct report_command *command, const struct report_problems *problems)
{
    static const struct vocabulary_entry names[] = {
        {"linux", ""}, {"windows 11", ""}, {"windows 10", ""}, {"macos", ""}, {"freebsd", ""}};
    static const struct vocabulary systems = {"guest_os", names, ARRAY_SIZE(names)};
    /* One that has no function is asked in its own words: what a configuration says of it is not asked, and
     * what is in the draft else is kept by Enter. */
    static const struct {
        enum report_field field;
        bool (*ask)(struct report_command *command);
        bool is_outcome; /* what contradicts the outcome may be here */
        const char *question;
        const char *explanation;
        const struct vocabulary *examples;
    } questions[] = {
        {FIELD_OUTCOME, ask_outcome, true, "", "", NULL},
        {FIELD_STAGES, ask_stages, true, "", "", NULL},
        {FIELD_SHARE, ask_share, false, "", "", NULL},
        {FIELD_USE, NULL, false, "What is the GPU for?",
         "What you wanted it for. Whether that was reached is in the outcome.", NULL},
        {FIELD_CHASSIS, NULL, false, "What kind of machine is the GPU in?",
         "The same GPU fares differently in a laptop and in a desktop.", NULL},
        {FIELD_HYPERVISOR, NULL, false, "What ran the virtual machine?", "The product that you configure.",
         NULL},
        {FIELD_GUEST_OS, NULL, false, "Which system is the guest?",
         "As exact as you know: ubuntu 24.04, windows 11 24h2.", &systems},
        {FIELD_MACHINE_TYPE, NULL, false, "Which machine does the guest have?",
         "Proxmox: Hardware, Machine. libvirt: <type machine=...>.", NULL},
        {FIELD_FIRMWARE, NULL, false, "Which firmware does the guest have?",
         "Proxmox: Hardware, BIOS. libvirt: <os firmware=...>.", NULL},
        {FIELD_GUEST_DRIVER, NULL, false, "Which GPU driver ran in the guest?",
         "Name and version, such as: nvidia 550.107.02.", NULL},
        {FIELD_SYMPTOMS, report_ask_symptoms, true, "", "", NULL},
        {FIELD_ATTEMPTS, report_ask_attempts, true, "", "", NULL},
        {FIELD_NOTE, NULL, false, "Anything that others should know, in a sentence of your own?",
         "At most 2000 characters. No names of people or hosts, no serial numbers, no addresses.", NULL}};
    for (size_t i = 0; i < ARRAY_SIZE(questions); i++) {
        enum report_field field = questions[i].field;
        const char *question = questions[i].question;
        const char *explanation = questions[i].explanation;
        bool answered = true;
        if (problems && !has_problem(problems, field) &&
            !(questions[i].is_outcome && has_problem(problems, FIELD_OUTCOME)))
            continue;
        if (questions[i].ask)
            answered = questions[i].ask(command);
        else if (field == FIELD_USE)
            answered = report_ask_list(command, field, question, explanation);
        else if (!report_fields[field].vocabulary)
            answered = ask_draft_text(command, field, question, explanation, questions[i].examples);
        else if (!command->draft.texts[field])
            answered = ask_draft_enum(command, field, true, question, explanation);
        if (!answered)
            return false;
    }
    return true;
}
