/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/report.h"

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
         database_count_values(command->session.database, id.vendor, vocabulary, counts, &error)))
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
    if (!ask_values(&command->session.output, question, explanation, &list.choices, list.likely, list.chosen))
        return false;
    for (int i = 0; i < vocabulary->count; i++)
        chosen[list.values[i].value] = list.chosen[i];
    return true;
}

bool report_ask_list(struct report_command *command, enum report_field field, const char *question,
                     const char *explanation)
{
    const struct vocabulary *vocabulary = report_fields[field].vocabulary;
    struct report_draft *draft = &command->draft;
    struct draft_list *list = field == FIELD_USE ? &draft->uses : &draft->symptoms;
    bool (*add)(struct report_draft *, const char *) =
        field == FIELD_USE ? report_draft_add_use : report_draft_add_symptom;
    struct draft_list before = *list;
    bool chosen[ASK_MAX_CHOICES] = {false};
    for (int i = 0; i < list->count; i++) {
        int value = vocabulary_find(vocabulary, list->values[i]);
        if (value >= 0)
            chosen[value] = true;
    }
    if (!ask_sorted(command, vocabulary, chosen, question, explanation))
        return false;
    list->count = 0;
    for (int i = 0; i < vocabulary->count; i++)
        if (chosen[i])
            add(draft, vocabulary_value(vocabulary, i));
    for (int i = 0; i < before.count; i++)
        if (vocabulary_find(vocabulary, before.values[i]) < 0)
            add(draft, before.values[i]);
    draft_list_clear(&before);
    return true;
}

bool report_ask_symptoms(struct report_command *command)
{
    const char *outcome = command->draft.texts[FIELD_OUTCOME];
    bool is_smooth = vocabulary_find(&vocabulary_outcome, outcome) == OUTCOME_WORKS;
    if (is_smooth && !command->draft.symptoms.count)
        return true;
    return report_ask_list(
        command, FIELD_SYMPTOMS, "What went wrong, on the way or at the end?",
        "What one saw in a log or on the screen; any words of it are searched, such as code 43. "
        "What is not in the list belongs in the note.");
}

/* Of several symptoms the one that a fix was tried for; Enter leaves it open. `purpose` has what was said
 * before, NULL for nothing. False when the input has ended. */
static bool ask_purpose(struct report_command *command, const char *fix, const char **purpose)
{
    const struct draft_list *symptoms = &command->draft.symptoms;
    struct vocabulary_entry entries[REPORT_MAX_SYMPTOMS];
    char question[200];
    for (int i = 0; i < symptoms->count; i++) {
        const char *text = vocabulary_text(&vocabulary_symptom, symptoms->values[i]);
        entries[i] = (struct vocabulary_entry){symptoms->values[i], text ? text : ""};
    }
    const struct vocabulary choices = {"symptom", entries, symptoms->count};
    int chosen = *purpose ? vocabulary_find_spelled(&choices, *purpose) : ASK_NOTHING;
    snprintf(question, sizeof question, "What was %.100s tried for?", fix);
    if (symptoms->count > 1 &&
        !ask_value(
            &command->session.output, question,
            "A fix counts for the symptom that it was meant to cure. Enter where it was for no single one.",
            &choices, true, &chosen))
        return false;
    *purpose = chosen < 0 ? NULL : symptoms->values[chosen];
    return true;
}

/* What each fix did; one that was asked before keeps its result and its purpose. Where all failed, nothing
 * helped is likely.
 */
static bool ask_result(struct report_command *command, const char *fix, const struct report_draft *before)
{
    char question[200];
    const char *outcome = command->draft.texts[FIELD_OUTCOME];
    bool failed = vocabulary_find(&vocabulary_outcome, outcome) == OUTCOME_FAILS;
    int chosen = failed ? RESULT_NO_CHANGE : ASK_NOTHING;
    const char *purpose = NULL;
    for (int i = 0; i < before->attempt_count; i++)
        if (strcmp(before->attempts[i].fix, fix) == 0) {
            chosen = vocabulary_find(&vocabulary_result, before->attempts[i].result);
            purpose = before->attempts[i].purpose;
        }
    snprintf(question, sizeof question, "What did %.100s do?", fix);
    const char *text = vocabulary_text(&vocabulary_fix, fix);
    if (!ask_value(&command->session.output, question, text ? text : "In your own words.", &vocabulary_result,
                   false, &chosen) ||
        !ask_purpose(command, fix, &purpose))
        return false;
    report_draft_add_attempt(&command->draft, fix, result_value(chosen), purpose);
    return true;
}

bool report_ask_attempts(struct report_command *command)
{
    struct report_draft *draft = &command->draft;
    struct report_draft before = *draft;
    bool chosen[ASK_MAX_CHOICES] = {false};
    bool answered = true;
    if (!draft->attempt_count)
        memcpy(chosen, command->vm_facts.fixes, sizeof command->vm_facts.fixes);
    for (int i = 0; i < draft->attempt_count; i++) {
        int fix = vocabulary_find(&vocabulary_fix, draft->attempts[i].fix);
        if (fix >= 0)
            chosen[fix] = true;
    }
    if (!ask_sorted(
            command, &vocabulary_fix, chosen,
            "What did you try beyond an ordinary set-up, whether it helped or not?",
            "What did not help is worth as much to know. In brackets is what the configuration of the "
            "virtual machine shows."))
        return false;
    draft->attempt_count = 0;
    for (int i = 0; i < before.attempt_count; i++)
        if (vocabulary_find(&vocabulary_fix, before.attempts[i].fix) < 0)
            report_draft_add_attempt(draft, before.attempts[i].fix, before.attempts[i].result,
                                     before.attempts[i].purpose);
    for (int i = 0; i < FIX_COUNT && answered; i++)
        if (chosen[i])
            answered = ask_result(command, fix_value(i), &before);
    report_draft_clear_attempts(&before);
    return answered;
}
