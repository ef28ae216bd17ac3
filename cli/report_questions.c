/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/report.h"
#include "db/cards.h"
#include "questions.h" /* made from cli/questions.tsv */

/* What a machine cannot know. Each question keeps with Enter what is in the draft already, so that all of
 * them can be asked again. */

struct sorted_value {
    int value; /* its number in the group */
    int reports;
    bool chosen;
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

/* The PCI ID of the draft. */
static bool find_id(const struct report_command *command, struct pci_id *id)
{
    const char *text = command->draft.texts[FIELD_PCI_ID];
    return text && pci_id_parse(text, strlen(text), id) == PCI_ID_OK;
}

/* Asks for the values of a group in this order: what is in the report already, then what is reported most
 * often on GPUs of the vendor, then the rest. `chosen` has a number for each value of the vocabulary. */
static bool ask_sorted(struct report_command *command, const struct vocabulary *vocabulary, bool chosen[],
                       const char *question, const char *explanation)
{
    static struct sorted_value values[ASK_MAX_CHOICES];
    static struct vocabulary_entry entries[ASK_MAX_CHOICES];
    const struct vocabulary choices = {vocabulary->name, entries, vocabulary->count};
    int counts[ASK_MAX_CHOICES] = {0};
    bool marked[ASK_MAX_CHOICES];
    bool is_counted = vocabulary != &vocabulary_use;
    int likely = 0; /* how many are in the report, or in reports on such GPUs */
    struct error error;
    struct pci_id id;
    /* Without the counts, as after an error, the list is only less handy. */
    if (is_counted && (!find_id(command, &id) || database_count_values(command->session->database, id.vendor,
                                                                       vocabulary, counts, &error)))
        memset(counts, 0, sizeof counts);
    for (int i = 0; i < choices.count; i++)
        values[i] = (struct sorted_value){i, counts[i], chosen[i]};
    if (is_counted)
        qsort(values, (size_t)choices.count, sizeof *values, compare_values);
    for (int i = 0; i < choices.count; i++) {
        entries[i] = vocabulary->entries[values[i].value];
        marked[i] = values[i].chosen;
        likely += values[i].chosen || values[i].reports;
    }
    if (!ask_values(&command->session->output, question, explanation, &choices, likely, marked))
        return false;
    for (int i = 0; i < choices.count; i++)
        chosen[values[i].value] = marked[i];
    return true;
}

static int outcome_of(const struct report_command *command)
{
    return vocabulary_find(&vocabulary_outcome, command->draft.texts[FIELD_OUTCOME]);
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
    int chosen = outcome_of(command) == OUTCOME_FAILS ? RESULT_NO_CHANGE : ASK_NOTHING;
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

static void keep_own_words(struct report_command *command, enum report_field field,
                           const struct draft_list *before)
{
    for (int i = 0; i < before->count; i++) {
        const struct draft_item *item = &before->items[i];
        if (vocabulary_find(report_fields[field].vocabulary, item->value) < 0)
            report_draft_add(&command->draft, field, item->value, item->result, item->purpose);
    }
}

/* Of a field with several values. What stands there in the user's own words, given as an option, stays. */
static bool ask_list(struct report_command *command, enum report_field field, const char *question,
                     const char *explanation)
{
    const struct vocabulary *vocabulary = report_fields[field].vocabulary;
    struct draft_list *list = &command->draft.lists[field];
    struct draft_list before = *list;
    bool chosen[ASK_MAX_CHOICES] = {false};
    bool are_fixes = field == FIELD_ATTEMPTS;
    bool answered = true;
    if (are_fixes && !list->count)
        memcpy(chosen, command->vm_facts.fixes, sizeof command->vm_facts.fixes);
    for (int i = 0; i < list->count; i++) {
        int value = vocabulary_find(vocabulary, list->items[i].value);
        if (value >= 0)
            chosen[value] = true;
    }
    if (!ask_sorted(command, vocabulary, chosen, question, explanation))
        return false;
    list->count = 0;
    if (are_fixes)
        keep_own_words(command, field, &before);
    for (int i = 0; i < vocabulary->count && answered; i++)
        if (chosen[i] && are_fixes)
            answered = ask_result(command, fix_value(i), &before);
        else if (chosen[i])
            report_draft_add(&command->draft, field, vocabulary_value(vocabulary, i), NULL, NULL);
    if (!are_fixes)
        keep_own_words(command, field, &before);
    draft_list_clear(&before);
    return answered;
}

static bool ask_draft_text(struct report_command *command, enum report_field field, const char *question,
                           const char *explanation)
{
    static const struct vocabulary_entry names[] = {
        {"linux", ""}, {"windows 11", ""}, {"windows 10", ""}, {"macos", ""}, {"freebsd", ""}};
    static const struct vocabulary systems = {"guest_os", names, ARRAY_SIZE(names)};
    char text[ASK_TEXT_SIZE] = "";
    if (command->draft.texts[field])
        snprintf(text, sizeof text, "%s", command->draft.texts[field]);
    if (!ask_text(&command->session->output, question, explanation, field == FIELD_GUEST_OS ? &systems : NULL,
                  true, text))
        return false;
    report_draft_set(&command->draft, field, text);
    return true;
}

static bool ask_draft_enum(struct report_command *command, enum report_field field, const char *question,
                           const char *explanation)
{
    const struct vocabulary *vocabulary = report_fields[field].vocabulary;
    const char *known = command->draft.texts[field];
    int chosen = known ? vocabulary_find(vocabulary, known) : ASK_NOTHING;
    bool is_optional = field != FIELD_OUTCOME && field != FIELD_SHARE;
    if (!ask_value(&command->session->output, question, explanation, vocabulary, is_optional, &chosen))
        return false;
    report_draft_set(&command->draft, field, chosen < 0 ? NULL : vocabulary_value(vocabulary, chosen));
    return true;
}

/* Which stages are in a state. Of what works in part those that were reached are not asked for again. */
static bool ask_state(struct report_command *command, enum stage_state state, const char *question,
                      const char *explanation)
{
    unsigned char *stages = command->draft.stages;
    struct vocabulary_entry entries[STAGE_COUNT];
    struct vocabulary choices = {"stage", entries, 0};
    int asked[STAGE_COUNT];
    bool chosen[STAGE_COUNT];
    bool but_reached = state == STAGE_STATE_NO && outcome_of(command) == OUTCOME_PARTIAL;
    for (int i = 0; i < STAGE_COUNT; i++) {
        if (but_reached && stages[i] == 1 + STAGE_STATE_YES)
            continue;
        entries[choices.count] = vocabulary_stage.entries[i];
        chosen[choices.count] = stages[i] == 1 + state;
        asked[choices.count++] = i;
    }
    if (choices.count && !ask_values(&command->session->output, question, explanation, &choices, 0, chosen))
        return false;
    for (int i = 0; i < choices.count; i++)
        if (chosen[i] || stages[asked[i]] == 1 + state)
            stages[asked[i]] = chosen[i] ? 1 + state : 0;
    return true;
}

static bool any_stage(const struct report_command *command)
{
    bool any = false;
    for (int i = 0; i < STAGE_COUNT; i++)
        any |= command->draft.stages[i] != 0;
    return any;
}

/* Of a success, and of what works in part, what was reached; of what does not, where it stopped. What must
 * come before that was reached, and what is not said was not tested. */
static bool ask_stages(struct report_command *command)
{
    unsigned char *stages = command->draft.stages;
    int outcome = outcome_of(command);
    bool is_usable = outcome == OUTCOME_WORKS || outcome == OUTCOME_WORKS_WITH_WORKAROUND;
    int stop = 0;
    if (is_usable && !any_stage(command))
        memset(stages, 1 + STAGE_STATE_YES, STAGE_DRIVER_INIT + 1);
    if (outcome != OUTCOME_FAILS &&
        !ask_state(command, STAGE_STATE_YES, "What works? Name all that you saw.",
                   "What you did not test is left out: it is recorded as not tested, and nobody has to know "
                   "whether a second start works."))
        return false;
    if (!is_usable &&
        !ask_state(command, STAGE_STATE_NO,
                   outcome == OUTCOME_PARTIAL
                       ? "And what did you try that does not work?"
                       : "Where did it stop? The first thing that did not work is enough.",
                   "What must come before it counts as reached, what you leave out as not tested."))
        return false;
    while (!is_usable && stop < STAGE_COUNT && stages[stop] != 1 + STAGE_STATE_NO)
        stop++;
    for (int i = 0; stop < STAGE_COUNT && i < stop && i <= STAGE_DRIVER_INIT; i++)
        stages[i] = 1 + STAGE_STATE_YES;
    for (int i = 0; any_stage(command) && i < STAGE_COUNT; i++)
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
    if (!find_id(command, &id) ||
        database_find_cards(command->session->database, &id, &card, 1, &count, &error) || !count)
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
        if (card_list_has(card.features.split, splitting_value(ways[i])))
            return true;
    return false;
}

static bool is_settled(struct report_command *command, enum report_field field)
{
    const struct report_draft *draft = &command->draft;
    if (field == FIELD_SHARE)
        return command->given[field] || (!command->can_be_split && !is_sold_to_be_split(command));
    if (field == FIELD_SYMPTOMS)
        return outcome_of(command) == OUTCOME_WORKS && !draft->lists[field].count;
    return field != FIELD_OUTCOME && report_fields[field].vocabulary && draft->texts[field];
}

/* What contradicts the outcome may be in these. */
static bool follows_outcome(enum report_field field)
{
    return field == FIELD_STAGES || field == FIELD_SYMPTOMS || field == FIELD_ATTEMPTS;
}

static const struct question {
    enum report_field field;
    const char *question;
    const char *explanation;
} questions[] = {REPORT_QUESTIONS}; /* cli/questions.tsv */

static bool ask_field(struct report_command *command, const struct question *asked)
{
    enum report_field field = asked->field;
    switch (report_fields[field].type) {
    case TYPE_STAGES:
        return ask_stages(command);
    case TYPE_ATTEMPTS:
    case TYPE_OPEN_ENUMS:
        return ask_list(command, field, asked->question, asked->explanation);
    case TYPE_ENUM:
    case TYPE_OPEN_ENUM:
        return ask_draft_enum(command, field, asked->question, asked->explanation);
    default:
        return ask_draft_text(command, field, asked->question, asked->explanation);
    }
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
    for (size_t i = 0; i < ARRAY_SIZE(questions); i++) {
        enum report_field field = questions[i].field;
        if ((problems && !has_problem(problems, field) &&
             !(follows_outcome(field) && has_problem(problems, FIELD_OUTCOME))) ||
            is_settled(command, field))
            continue;
        if (field == FIELD_SHARE && !command->draft.texts[field])
            report_draft_set(&command->draft, field, share_value(SHARE_WHOLE));
        if (!ask_field(command, &questions[i]))
            return false;
    }
    return true;
}
