/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/report.h"
#include "db/cards.h"

/* The questions that are answered from a long list: what was seen, and what was tried. */

/* A group of the vocabulary in the order in which it is asked: what is in the report already, then what is
 * reported most often on GPUs of the vendor, then the rest. */
struct sorted_list {
    struct vocabulary_entry entries[ASK_MAX_CHOICES];
    struct sorted_value {
        int value; /* its number in the group */
        int reports;
        bool chosen;
    } values[ASK_MAX_CHOICES];
    bool chosen[ASK_MAX_CHOICES];
    struct vocabulary choices;
    int likely; /* how many of them are in the report, or in reports on such GPUs */
};
_Static_assert((int)SYMPTOM_COUNT <= (int)ASK_MAX_CHOICES && (int)FIX_COUNT <= (int)ASK_MAX_CHOICES,
               "all can be asked");

static int compare_values(const void *a, const void *b)
{
    const struct sorted_value *one = a;
    const struct sorted_value *other = b;
    if (one->chosen != other->chosen)
        return one->chosen ? -1 : 1;
    if (one->reports != other->reports)
        return one->reports > other->reports ? -1 : 1;
    return one->value - other->value;
}

static void sort_list(struct report_command *command, const struct vocabulary *vocabulary,
                      const bool chosen[], struct sorted_list *list)
{
    int counts[ASK_MAX_CHOICES] = {0};
    struct error error;
    struct pci_id id;
    const char *text = command->draft.texts[FIELD_PCI_ID];
    bool is_known = text && pci_id_parse(text, strlen(text), &id) == PCI_ID_OK;
    /* Without the counts, as after an error, the list is only less handy. */
    if (vocabulary != &vocabulary_use &&
        (!is_known ||
         database_count_values(command->session->database, id.vendor, vocabulary, counts, &error)))
        memset(counts, 0, sizeof counts);
    for (int i = 0; i < vocabulary->count; i++)
        list->values[i] = (struct sorted_value){i, counts[i], chosen[i]};
    if (vocabulary != &vocabulary_use)
        qsort(list->values, (size_t)vocabulary->count, sizeof *list->values, compare_values);
    list->likely = 0;
    for (int i = 0; i < vocabulary->count; i++) {
        const struct sorted_value *value = &list->values[i];
        list->entries[i] = vocabulary->entries[value->value];
        list->chosen[i] = value->chosen;
        list->likely += value->chosen || value->reports;
    }
    list->choices = (struct vocabulary){vocabulary->name, list->entries, vocabulary->count};
}

/* Asks; `chosen` has a number for each value of the vocabulary. */
static bool ask_sorted(struct report_command *command, const struct vocabulary *vocabulary, bool chosen[],
                       const char *question, const char *explanation)
{
    static struct sorted_list list; /* too large for a stack */
    sort_list(command, vocabulary, chosen, &list);
    if (!ask_values(&command->session->output, question, explanation, &list.choices, list.likely,
                    list.chosen))
        return false;
    for (int i = 0; i < vocabulary->count; i++)
        chosen[list.values[i].value] = list.chosen[i];
    return true;
}

/* Of FIELD_USE or FIELD_SYMPTOMS. */
static bool ask_list(struct report_command *command, enum report_field field, const char *question,
                     const char *explanation)
{
    const struct vocabulary *vocabulary = report_fields[field].vocabulary;
    struct report_draft *draft = &command->draft;
    struct draft_list *list = &draft->lists[field];
    struct draft_list before = *list;
    bool chosen[ASK_MAX_CHOICES] = {false};
    for (int i = 0; i < list->count; i++) {
        int value = vocabulary_find(vocabulary, list->items[i].value);
        if (value >= 0)
            chosen[value] = true;
    }
    if (!ask_sorted(command, vocabulary, chosen, question, explanation))
        return false;
    list->count = 0;
    for (int i = 0; i < vocabulary->count; i++)
        if (chosen[i])
            report_draft_add(draft, field, vocabulary_value(vocabulary, i), NULL, NULL);
    for (int i = 0; i < before.count; i++)
        if (vocabulary_find(vocabulary, before.items[i].value) < 0)
            report_draft_add(draft, field, before.items[i].value, NULL, NULL);
    draft_list_clear(&before);
    return true;
}

static bool ask_symptoms(struct report_command *command)
{
    const char *outcome = command->draft.texts[FIELD_OUTCOME];
    bool is_smooth = vocabulary_find(&vocabulary_outcome, outcome) == OUTCOME_WORKS;
    if (is_smooth && !command->draft.lists[FIELD_SYMPTOMS].count)
        return true;
    return ask_list(command, FIELD_SYMPTOMS, "What went wrong, on the way or at the end?",
                    "What one saw in a log or on the screen; any words of it are searched, such as code 43. "
                    "What is not in the list belongs in the note.");
}

/* Of several symptoms the one that a fix was tried for; Enter leaves it open. `purpose` has what was said
 * before, NULL for nothing. False when the input has ended. */
static bool ask_purpose(struct report_command *command, const char *fix, const char **purpose)
{
    const struct draft_list *symptoms = &command->draft.lists[FIELD_SYMPTOMS];
    struct vocabulary_entry entries[REPORT_MAX_SYMPTOMS];
    char question[200];
    for (int i = 0; i < symptoms->count; i++) {
        const char *text = vocabulary_text(&vocabulary_symptom, symptoms->items[i].value);
        entries[i] = (struct vocabulary_entry){symptoms->items[i].value, text ? text : ""};
    }
    const struct vocabulary choices = {"symptom", entries, symptoms->count};
    int chosen = *purpose ? vocabulary_find_spelled(&choices, *purpose) : ASK_NOTHING;
    snprintf(question, sizeof question, "What was %.100s tried for?", fix);
    if (symptoms->count > 1 &&
        !ask_value(
            &command->session->output, question,
            "A fix counts for the symptom that it was meant to cure. Enter where it was for no single one.",
            &choices, true, &chosen))
        return false;
    *purpose = chosen < 0 ? NULL : symptoms->items[chosen].value;
    return true;
}

/* What each fix did; one that was asked before keeps its result and its purpose. Where all failed, nothing
 * helped is likely.
 */
static bool ask_result(struct report_command *command, const char *fix, const struct draft_list *before)
{
    char question[200];
    const char *outcome = command->draft.texts[FIELD_OUTCOME];
    bool failed = vocabulary_find(&vocabulary_outcome, outcome) == OUTCOME_FAILS;
    int chosen = failed ? RESULT_NO_CHANGE : ASK_NOTHING;
    const char *purpose = NULL;
    for (int i = 0; i < before->count; i++)
        if (strcmp(before->items[i].value, fix) == 0) {
            chosen = vocabulary_find(&vocabulary_result, before->items[i].result);
            purpose = before->items[i].purpose;
        }
    snprintf(question, sizeof question, "What did %.100s do?", fix);
    const char *text = vocabulary_text(&vocabulary_fix, fix);
    if (!ask_value(&command->session->output, question, text ? text : "In your own words.",
                   &vocabulary_result, false, &chosen) ||
        !ask_purpose(command, fix, &purpose))
        return false;
    report_draft_add(&command->draft, FIELD_ATTEMPTS, fix, result_value(chosen), purpose);
    return true;
}

static bool ask_attempts(struct report_command *command)
{
    struct draft_list *list = &command->draft.lists[FIELD_ATTEMPTS];
    struct draft_list before = *list;
    bool chosen[ASK_MAX_CHOICES] = {false};
    bool answered = true;
    if (!list->count)
        memcpy(chosen, command->vm_facts.fixes, sizeof command->vm_facts.fixes);
    for (int i = 0; i < list->count; i++) {
        int fix = vocabulary_find(&vocabulary_fix, list->items[i].value);
        if (fix >= 0)
            chosen[fix] = true;
    }
    if (!ask_sorted(
            command, &vocabulary_fix, chosen,
            "What did you try beyond an ordinary set-up, whether it helped or not?",
            "What did not help is worth as much to know. In brackets is what the configuration of the "
            "virtual machine shows."))
        return false;
    list->count = 0;
    for (int i = 0; i < before.count; i++)
        if (vocabulary_find(&vocabulary_fix, before.items[i].value) < 0)
            report_draft_add(&command->draft, FIELD_ATTEMPTS, before.items[i].value, before.items[i].result,
                             before.items[i].purpose);
    for (int i = 0; i < FIX_COUNT && answered; i++)
        if (chosen[i])
            answered = ask_result(command, fix_value(i), &before);
    draft_list_clear(&before);
    return answered;
}

/* What a machine cannot know. Each question keeps with Enter what is in the draft already, so that all of
 * them can be asked again. */

static bool ask_draft_text(struct report_command *command, enum report_field field, const char *question,
                           const char *explanation, const struct vocabulary *choices)
{
    char text[ASK_TEXT_SIZE] = "";
    if (command->draft.texts[field])
        snprintf(text, sizeof text, "%s", command->draft.texts[field]);
    if (!ask_text(&command->session->output, question, explanation, choices, true, text))
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
    if (!ask_value(&command->session->output, question, explanation, vocabulary, optional, &chosen))
        return false;
    report_draft_set(&command->draft, field, chosen < 0 ? NULL : vocabulary_value(vocabulary, chosen));
    return true;
}

/* Of a success, and of what works in part: what was reached. */
static bool ask_reached(struct report_command *command, bool is_usable)
{
    unsigned char *stages = command->draft.stages;
    bool chosen[STAGE_COUNT];
    bool any = false;
    for (int i = 0; i < STAGE_COUNT; i++)
        any |= stages[i] != 0;
    for (int i = 0; i < STAGE_COUNT; i++)
        chosen[i] = stages[i] == 1 + STAGE_STATE_YES || (!any && is_usable && i <= STAGE_DRIVER_INIT);
    if (!ask_values(&command->session->output, "What works? Name all that you saw.",
                    "What you did not test is left out: it is recorded as not tested, and nobody has to know "
                    "whether a second start works.",
                    &vocabulary_stage, 0, chosen))
        return false;
    for (int i = 0; i < STAGE_COUNT; i++)
        if (chosen[i] || stages[i] == 1 + STAGE_STATE_YES)
            stages[i] = chosen[i] ? 1 + STAGE_STATE_YES : 0;
    return true;
}

/* Of what fails: where it stopped. What must come before that was reached. Of what works in part the stages
 * are not asked that were. */
static bool ask_missed(struct report_command *command, bool is_partial)
{
    unsigned char *stages = command->draft.stages;
    struct vocabulary_entry entries[STAGE_COUNT];
    int asked[STAGE_COUNT];
    bool chosen[STAGE_COUNT];
    struct vocabulary choices = {"stage", entries, 0};
    int first = STAGE_COUNT;
    for (int i = 0; i < STAGE_COUNT; i++) {
        if (is_partial && stages[i] == 1 + STAGE_STATE_YES)
            continue;
        entries[choices.count] = vocabulary_stage.entries[i];
        chosen[choices.count] = stages[i] == 1 + STAGE_STATE_NO;
        asked[choices.count++] = i;
    }
    if (choices.count &&
        !ask_values(&command->session->output,
                    is_partial ? "And what did you try that does not work?"
                               : "Where did it stop? The first thing that did not work is enough.",
                    "What must come before it counts as reached, what you leave out as not tested.", &choices,
                    0, chosen))
        return false;
    for (int i = choices.count - 1; i >= 0; i--) {
        unsigned char *stage = &stages[asked[i]];
        if (chosen[i] || *stage == 1 + STAGE_STATE_NO)
            *stage = chosen[i] ? 1 + STAGE_STATE_NO : 0;
        first = chosen[i] ? asked[i] : first;
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
        database_find_cards(command->session->database, &id, &card, 1, &count, &error) || !count)
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
        if (card_list_has(card.features.split, splitting_value(ways[i])))
            return true;
    return false;
}

static bool has_problem(const struct report_problems *problems, enum report_field field)
{
    for (int i = 0; i < problems->count; i++)
        if (strcmp(problems->items[i].field, report_fields[field].name) == 0)
            return true;
    return false;
}

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
    {FIELD_OUTCOME, NULL, true,
     "How did it end? A failure is as welcome as a success: it keeps others from losing days.",
     "What you ended up with, all things tried. Only what belongs to the GPU and its passthrough counts; "
     "if you gave up, it is what you had then.",
     NULL},
    {FIELD_STAGES, ask_stages, true, "", "", NULL},
    {FIELD_SHARE, NULL, false, "How much of the GPU did the guest get?",
     "This GPU can be shared by several guests. A virtual function is another question than the whole GPU, "
     "and often another answer.",
     NULL},
    {FIELD_USE, NULL, false, "What is the GPU for?",
     "What you wanted it for. Whether that was reached is in the outcome.", NULL},
    {FIELD_CHASSIS, NULL, false, "What kind of machine is the GPU in?",
     "The same GPU fares differently in a laptop and in a desktop.", NULL},
    {FIELD_HYPERVISOR, NULL, false, "What ran the virtual machine?", "The product that you configure.", NULL},
    {FIELD_GUEST_OS, NULL, false, "Which system is the guest?",
     "As exact as you know: ubuntu 24.04, windows 11 24h2.", &systems},
    {FIELD_MACHINE_TYPE, NULL, false, "Which machine does the guest have?",
     "Proxmox: Hardware, Machine. libvirt: <type machine=...>.", NULL},
    {FIELD_FIRMWARE, NULL, false, "Which firmware does the guest have?",
     "Proxmox: Hardware, BIOS. libvirt: <os firmware=...>.", NULL},
    {FIELD_GUEST_DRIVER, NULL, false, "Which GPU driver ran in the guest?",
     "Name and version, such as: nvidia 550.107.02.", NULL},
    {FIELD_SYMPTOMS, ask_symptoms, true, "", "", NULL},
    {FIELD_ATTEMPTS, ask_attempts, true, "", "", NULL},
    {FIELD_NOTE, NULL, false, "Anything that others should know, in a sentence of your own?",
     "At most 2000 characters. No names of people or hosts, no serial numbers, no addresses.", NULL}};

bool report_ask(struct report_command *command, const struct report_problems *problems)
{
    for (size_t i = 0; i < ARRAY_SIZE(questions); i++) {
        enum report_field field = questions[i].field;
        const char *question = questions[i].question;
        const char *explanation = questions[i].explanation;
        bool answered = true;
        bool is_share = field == FIELD_SHARE;
        bool is_needed = is_share || field == FIELD_OUTCOME;
        if (problems && !has_problem(problems, field) &&
            !(questions[i].is_outcome && has_problem(problems, FIELD_OUTCOME)))
            continue;
        if (is_share && (command->given[field] || (!command->can_be_split && !is_sold_to_be_split(command))))
            continue;
        if (is_share && !command->draft.texts[field])
            report_draft_set(&command->draft, field, share_value(SHARE_WHOLE));
        if (questions[i].ask)
            answered = questions[i].ask(command);
        else if (field == FIELD_USE)
            answered = ask_list(command, field, question, explanation);
        else if (!report_fields[field].vocabulary)
            answered = ask_draft_text(command, field, question, explanation, questions[i].examples);
        else if (is_needed || !command->draft.texts[field])
            answered = ask_draft_enum(command, field, !is_needed, question, explanation);
        if (!answered)
            return false;
    }
    return true;
}
