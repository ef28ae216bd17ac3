/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "answer/parts.h"
#include "answer/plan.h"

/* What is to be typed stands on lines of its own that are never broken, so that it can be copied: a long one
 * begins further left. */
static void write_lines(const struct prose *prose, const char *text)
{
    enum { DEEPEST = 16, LEAST = 2 };
    int widest = 0;
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
        widest = (int)strcspn(line, "\n") > widest ? (int)strcspn(line, "\n") : widest;
    int indent = prose->width - widest < LEAST ? LEAST : prose->width - widest;
    indent = indent > DEEPEST ? DEEPEST : indent;
    while (*text) {
        size_t length = strcspn(text, "\n");
        prose_add(prose, PARAGRAPH_LINE, "", COLOR_PLAIN, "%*s%.*s", indent, "", (int)length, text);
        text += length + (text[length] != '\0');
    }
}

static const char *text_of(const struct plan_step *step, enum plan_text which)
{
    return buffer_text(&step->texts[which]);
}

static void write_field(const struct prose *prose, const char *before, const char *text)
{
    if (*text)
        prose_field(prose, "", "%s%s", before, text);
}

static void write_todo(const struct prose *prose, const struct plan_step *step)
{
    const char *file = text_of(step, PLAN_FILE);
    /* What Proxmox keeps in its own file is changed by its commands. */
    bool has_file = *file && strncmp(file, "/etc/pve/", 9) != 0 && *text_of(step, PLAN_CONTENT);
    write_field(prose, "", text_of(step, PLAN_WHY));
    if (has_file) {
        write_field(prose, "In ", file);
        write_lines(prose, text_of(step, PLAN_CONTENT));
    }
    if (*text_of(step, PLAN_COMMANDS)) {
        write_field(prose, "", has_file ? "then" : "Type");
        write_lines(prose, text_of(step, PLAN_COMMANDS));
    }
    write_field(prose, step->reboot ? "check after the reboot: " : "check: ", text_of(step, PLAN_CHECK));
    write_field(prose, "undo: ", text_of(step, PLAN_UNDO));
}

static void write_step(const struct prose *prose, const struct plan_step *step, int number)
{
    static const char *const labels[PLAN_STATE_COUNT] = {
        [PLAN_STATE_DONE] = "ok", [PLAN_STATE_TODO] = "TODO", [PLAN_STATE_UNKNOWN] = "--"};
    static const enum color colors[PLAN_STATE_COUNT] = {
        [PLAN_STATE_DONE] = COLOR_GREEN, [PLAN_STATE_TODO] = COLOR_YELLOW, [PLAN_STATE_UNKNOWN] = COLOR_BOLD};
    char label[32];
    snprintf(label, sizeof label, "  %-5s%2d", labels[step->state], number);
    prose_add(prose, PARAGRAPH_FIELD, label, colors[step->state], "%s", text_of(step, PLAN_TITLE));
    if (step->state != PLAN_STATE_DONE)
        write_todo(prose, step);
}

static void write_heading(const struct prose *prose, const struct plan *plan)
{
    const struct plan_facts *facts = plan->facts;
    bool is_possible = !facts->fault;
    const char *vm = *facts->variables[PLAN_VARIABLE_VM_FILE] ? facts->variables[PLAN_VARIABLE_VM] : "";
    struct buffer line CLEANUP(buffer_free) = BUFFER(8192);
    if (facts->gpu)
        answer_append_name(&line, facts->gpu);
    else
        buffer_append_text(&line, "the GPU");
    buffer_append_format(&line, " (%s) at %s", facts->pci_id, facts->variables[PLAN_VARIABLE_ADDRESS]);
    if (!is_possible)
        buffer_append_format(&line, " is blocked by %s, which no set-up changes. Planned", facts->fault);
    prose_add(prose, PARAGRAPH_TEXT, "", is_possible ? COLOR_BOLD : COLOR_RED, "%s%s on %s%s%s.",
              is_possible ? "Plan for " : "STOP: ", buffer_text(&line), buffer_text(&facts->host),
              *vm ? ", VM " : "", vm);
    if (facts->choice.length)
        prose_add(prose, PARAGRAPH_TEXT, "", COLOR_PLAIN, "%s", buffer_text(&facts->choice));
    if (!facts->gpu)
        return;
    buffer_clear(&line);
    answer_append_verdict(&line, facts->gpu);
    prose_add(prose, PARAGRAPH_TEXT, "", answer_level_color(facts->gpu->verdict.level), "%s",
              buffer_text(&line));
}

/* Where no set-up helps: what people got around it with, and what to buy. */
static void write_stop(const struct prose *prose, const struct plan *plan)
{
    prose_break(prose);
    prose_field(prose, "Why", "%s", plan->facts->fault_text);
    answer_write_workaround(prose, plan->facts->gpu);
    answer_write_instead(prose, plan->facts->gpu);
    prose_break(prose);
    prose_add(prose, PARAGRAPH_TEXT, "", COLOR_PLAIN,
              "The set-up that every way around it needs, should you try it nevertheless:");
}

static int count_steps(const struct plan *plan, enum plan_state state)
{
    int count = 0;
    for (int i = 0; i < plan->count; i++)
        count += plan->steps[i].state == state;
    return count;
}

static void write_end(const struct prose *prose, const struct plan *plan)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(1024);
    int done = count_steps(plan, PLAN_STATE_DONE);
    int hidden = count_steps(plan, PLAN_STATE_UNKNOWN);
    int reboot_after = 0;
    for (int i = 0; i < plan->count; i++)
        if (plan->steps[i].state == PLAN_STATE_TODO && plan->steps[i].reboot)
            reboot_after = i + 1;
    buffer_append_format(&line, "%d of %d steps %s done", done, plan->count, done == 1 ? "is" : "are");
    if (hidden)
        buffer_append_format(&line, ", %d cannot be seen from here", hidden);
    if (reboot_after)
        buffer_append_format(&line, ". After step %d reboot the host and run this again", reboot_after);
    else if (!plan->facts->is_active)
        buffer_append_text(&line, ". What is set up is not in use yet: reboot the host and run this again");
    prose_add(prose, PARAGRAPH_TEXT, "", COLOR_PLAIN, "%s. Nothing was changed.", buffer_text(&line));
}

void plan_write_prose(const struct prose *prose, const struct plan *plan)
{
    write_heading(prose, plan);
    if (plan->facts->fault && plan->facts->gpu)
        write_stop(prose, plan);
    prose_break(prose);
    for (int i = 0; i < plan->count; i++)
        write_step(prose, &plan->steps[i], i + 1);
    prose_break(prose);
    if (plan->facts->gpu && !plan->facts->fault)
        answer_write_workaround(prose, plan->facts->gpu);
    if (plan->facts->gpu)
        answer_write_reports_in_short(prose, plan->facts->gpu);
    write_end(prose, plan);
}

/* ---- JSON ---- */

static void write_step_json(struct json_writer *writer, const struct plan_step *step)
{
    json_write_begin_object(writer, NULL);
    json_write_string(writer, "id", step->id);
    json_write_string(writer, "state", plan_state_value(step->state));
    json_write_text_or_null(writer, "title", text_of(step, PLAN_TITLE));
    json_write_text_or_null(writer, "why", text_of(step, PLAN_WHY));
    json_write_text_or_null(writer, "file", text_of(step, PLAN_FILE));
    json_write_text_or_null(writer, "content", text_of(step, PLAN_CONTENT));
    json_write_list(writer, "commands", text_of(step, PLAN_COMMANDS), '\n');
    json_write_text_or_null(writer, "check", text_of(step, PLAN_CHECK));
    json_write_text_or_null(writer, "undo", text_of(step, PLAN_UNDO));
    json_write_bool(writer, "reboot", step->reboot);
    json_write_end_object(writer);
}

void plan_write_json(struct json_writer *writer, const struct plan *plan)
{
    const struct plan_facts *facts = plan->facts;
    json_write_begin_object(writer, NULL);
    json_write_begin_object(writer, "gpu");
    json_write_string(writer, "address", facts->variables[PLAN_VARIABLE_ADDRESS]);
    if (facts->gpu)
        answer_write_members(writer, facts->gpu);
    else
        json_write_string(writer, "pci_id", facts->pci_id);
    json_write_end_object(writer);
    if (facts->gpu)
        answer_write_verdict(writer, facts->gpu);
    else
        json_write_null(writer, "verdict");
    json_write_text_or_null(writer, "vm", facts->variables[PLAN_VARIABLE_VM_FILE]);
    json_write_bool(writer, "possible", !facts->fault);
    json_write_text_or_null(writer, "stopped_by", facts->fault);
    json_write_begin_array(writer, "steps");
    for (int i = 0; i < plan->count; i++)
        write_step_json(writer, &plan->steps[i]);
    json_write_end_array(writer);
    json_write_bool(writer, "restart_due", !facts->is_active);
    json_write_list(writer, "unreadable", buffer_text(&facts->unreadable), '\n');
    json_write_end_object(writer);
}
