/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/plan.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"

/* ---- kernel parameters ---- */

/* A word, as long as it may be, of a text with spaces. */
struct word {
    const char *start;
    size_t length;
};

/* Takes the next word of `text`; false at the end. */
static bool next_word(const char **text, struct word *word)
{
    word->start = *text + strspn(*text, " ");
    word->length = strcspn(word->start, " ");
    *text = word->start + word->length;
    return word->length > 0;
}

static bool has_word(const char *text, const struct word *wanted)
{
    struct word word;
    while (next_word(&text, &word))
        if (word.length == wanted->length && memcmp(word.start, wanted->start, word.length) == 0)
            return true;
    return false;
}

static void append_word(struct buffer *out, const struct word *word)
{
    if (out->length)
        buffer_append_byte(out, ' ');
    buffer_append(out, word->start, word->length);
}

/* What the next start lacks of the parameters of a row; whether it has all is returned. */
static enum tristate find_missing(struct plan *plan, const char *parameters)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(MAX_PLAN_TEXT);
    struct word word;
    enum tristate has_all = TRISTATE_YES;
    plan_expand(&text, parameters, plan->facts->variables);
    if (!plan->facts->next_line)
        return TRISTATE_UNKNOWN;
    for (const char *rest = buffer_text(&text); next_word(&rest, &word);) {
        if (has_word(plan->facts->next_line, &word))
            continue;
        has_all = TRISTATE_NO;
        if (!has_word(buffer_text(&plan->missing), &word))
            append_word(&plan->missing, &word);
    }
    return has_all;
}

/* What turns the IOMMU off goes, and so does the list of IDs that a new one takes the place of. */
static bool must_go(const struct plan *plan, const struct word *word)
{
    static const char ids[] = "vfio-pci.ids=";
    return has_word("iommu=off intel_iommu=off amd_iommu=off", word) ||
           (word->length >= sizeof ids - 1 && memcmp(word->start, ids, sizeof ids - 1) == 0 &&
            strstr(buffer_text(&plan->missing), ids));
}

static enum error_code collect_parameters(void *context, const char *const texts[PLAN_TEXT_COUNT],
                                          struct error *error)
{
    struct plan *plan = context;
    if (texts[PLAN_PARAMETERS][0] && plan_holds(texts[PLAN_WHEN], plan->facts->facts) == TRISTATE_YES)
        find_missing(plan, texts[PLAN_PARAMETERS]);
    return error->code = ERROR_NONE;
}

static void compose_cmdline(struct plan *plan)
{
    struct word word;
    for (const char *rest = plan->facts->boot_line; rest && next_word(&rest, &word);)
        if (!must_go(plan, &word))
            append_word(&plan->cmdline, &word);
    for (const char *rest = buffer_text(&plan->missing); next_word(&rest, &word);)
        append_word(&plan->cmdline, &word);
}

/* The same as a value of /etc/default/grub, which is read by a shell. */
static void quote_cmdline(struct plan *plan)
{
    const char *line = buffer_text(&plan->cmdline);
    if (strpbrk(line, "\"$`\\"))
        text_append_shell_word(&plan->quoted, line);
    else
        buffer_append_format(&plan->quoted, "\"%s\"", line);
}

/* ---- steps ---- */

static struct plan_step *find_step(struct plan *plan, const char *id)
{
    for (int i = 0; i < plan->count; i++)
        if (strcmp(plan->steps[i].id, id) == 0)
            return &plan->steps[i];
    if (plan->count == MAX_PLAN_STEPS || strlen(id) >= sizeof plan->steps[0].id)
        return NULL;
    struct plan_step *step = &plan->steps[plan->count++];
    *step = (struct plan_step){.state = PLAN_STATE_UNKNOWN};
    snprintf(step->id, sizeof step->id, "%s", id);
    for (int i = 0; i < PLAN_TEXT_COUNT; i++)
        step->texts[i] = BUFFER(MAX_PLAN_TEXT);
    return step;
}

/* Of a step that has several rows, what is to be done counts more than what is not known. */
static void add_state(struct plan_step *step, enum tristate has)
{
    enum plan_state state = has == TRISTATE_YES  ? PLAN_STATE_DONE
                            : has == TRISTATE_NO ? PLAN_STATE_TODO
                                                 : PLAN_STATE_UNKNOWN;
    if (!step->is_judged || state == PLAN_STATE_TODO || step->state == PLAN_STATE_DONE)
        step->state = state;
    step->is_judged = true;
}

/* Joins a text to those of the rows before, once for each function where it names one; of most texts the
 * first counts. */
static void add_text(const struct plan *plan, struct plan_step *step, enum plan_text which, const char *text)
{
    const struct plan_facts *facts = plan->facts;
    struct buffer *out = &step->texts[which];
    const char *variables[PLAN_VARIABLE_COUNT];
    char hostpci[16];
    bool is_repeated =
        plan_names(text, PLAN_VARIABLE_FUNCTION) || plan_names(text, PLAN_VARIABLE_FUNCTION_XML);
    bool is_joined = which == PLAN_CONTENT || which == PLAN_COMMANDS || which == PLAN_WHY;
    if (!text[0] || (out->length && !is_joined))
        return;
    memcpy(variables, facts->variables, sizeof variables);
    variables[PLAN_VARIABLE_PARAMETERS] = buffer_text(&plan->missing);
    variables[PLAN_VARIABLE_CMDLINE] = buffer_text(&plan->cmdline);
    variables[PLAN_VARIABLE_QUOTED_CMDLINE] = buffer_text(&plan->quoted);
    variables[PLAN_VARIABLE_HOSTPCI] = hostpci;
    for (int i = 0; i < (is_repeated ? facts->function_count : 1); i++) {
        snprintf(hostpci, sizeof hostpci, "%d", facts->hostpci + i);
        variables[PLAN_VARIABLE_FUNCTION] = facts->functions[i].address;
        variables[PLAN_VARIABLE_FUNCTION_XML] = facts->functions[i].xml;
        /* The vBIOS is that of the GPU itself. */
        variables[PLAN_VARIABLE_ROM] = i ? "" : facts->variables[PLAN_VARIABLE_ROM];
        variables[PLAN_VARIABLE_ROM_XML] = i ? "" : facts->variables[PLAN_VARIABLE_ROM_XML];
        if (out->length)
            buffer_append_byte(out, which == PLAN_WHY ? ' ' : '\n');
        plan_expand(out, text, variables);
    }
}

static enum error_code add_row(void *context, const char *const texts[PLAN_TEXT_COUNT], struct error *error)
{
    struct plan *plan = context;
    const enum tristate *facts = plan->facts->facts;
    error->code = ERROR_NONE;
    if (plan_holds(texts[PLAN_WHEN], facts) != TRISTATE_YES)
        return ERROR_NONE;
    struct plan_step *step = find_step(plan, texts[PLAN_STEP]);
    if (!step)
        return error_set(error, ERROR_DATABASE_DAMAGED, "the table of plans has more steps than a plan");
    enum tristate has = texts[PLAN_HAVE][0]         ? plan_holds(texts[PLAN_HAVE], facts)
                        : texts[PLAN_PARAMETERS][0] ? find_missing(plan, texts[PLAN_PARAMETERS])
                                                    : TRISTATE_UNKNOWN;
    if (texts[PLAN_HAVE][0] || texts[PLAN_PARAMETERS][0])
        add_state(step, has);
    for (int i = PLAN_TITLE; i <= PLAN_UNDO; i++)
        if (i != PLAN_PARAMETERS && !((i == PLAN_COMMANDS || i == PLAN_WHY) && has == TRISTATE_YES))
            add_text(plan, step, (enum plan_text)i, texts[i]);
    step->reboot |= texts[PLAN_REBOOT][0] != '\0';
    return ERROR_NONE;
}

enum error_code plan_make(struct database *database, const struct plan_facts *facts, struct plan *plan,
                          struct error *error)
{
    *plan = (struct plan){.facts = facts,
                          .missing = BUFFER(MAX_PLAN_TEXT),
                          .cmdline = BUFFER(MAX_PLAN_TEXT),
                          .quoted = BUFFER(MAX_PLAN_TEXT)};
    if (database_each_plan_step(database, collect_parameters, plan, error))
        return error->code;
    compose_cmdline(plan);
    quote_cmdline(plan);
    if (database_each_plan_step(database, add_row, plan, error))
        return error->code;
    bool failed = plan->cmdline.failed || plan->quoted.failed;
    for (int i = 0; i < plan->count; i++) {
        if (plan->steps[i].state == PLAN_STATE_DONE)
            buffer_clear(&plan->steps[i].texts[PLAN_COMMANDS]);
        for (int text = 0; text < PLAN_TEXT_COUNT; text++)
            failed |= plan->steps[i].texts[text].failed;
    }
    if (!failed)
        return ERROR_NONE;
    error_set(error, ERROR_BAD_INPUT,
              "no plan can be made: a kernel command line here is longer than %d bytes", MAX_PLAN_TEXT);
    return error_next(error, "passthru check host says what is wrong with it");
}

void plan_free(struct plan *plan)
{
    for (int i = 0; i < plan->count; i++)
        for (int text = 0; text < PLAN_TEXT_COUNT; text++)
            buffer_free(&plan->steps[i].texts[text]);
    plan->count = 0;
    buffer_free(&plan->missing);
    buffer_free(&plan->cmdline);
    buffer_free(&plan->quoted);
}
