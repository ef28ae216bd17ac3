/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "answer/parts.h"
#include "answer/plan.h"

static void write_text(struct json_writer *writer, const char *key, const struct plan_step *step,
                       enum plan_text which)
{
    json_write_text_or_null(writer, key, buffer_text(&step->texts[which]));
}

/* An array of the lines of a text. */
static void write_lines(struct json_writer *writer, const char *key, const char *text)
{
    json_write_begin_array(writer, key);
    while (*text) {
        size_t length = strcspn(text, "\n");
        json_write_bytes(writer, NULL, text, length);
        text += length + (text[length] != '\0');
    }
    json_write_end_array(writer);
}

static void write_step(struct json_writer *writer, const struct plan_step *step)
{
    json_write_begin_object(writer, NULL);
    json_write_string(writer, "id", step->id);
    json_write_string(writer, "state", plan_state_value(step->state));
    write_text(writer, "title", step, PLAN_TITLE);
    write_text(writer, "why", step, PLAN_WHY);
    write_text(writer, "file", step, PLAN_FILE);
    write_text(writer, "content", step, PLAN_CONTENT);
    write_lines(writer, "commands", buffer_text(&step->texts[PLAN_COMMANDS]));
    write_text(writer, "check", step, PLAN_CHECK);
    write_text(writer, "undo", step, PLAN_UNDO);
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
    json_write_bool(writer, "possible", plan_is_possible(plan));
    json_write_text_or_null(writer, "stopped_by", facts->fault);
    json_write_begin_array(writer, "steps");
    for (int i = 0; i < plan->count; i++)
        write_step(writer, &plan->steps[i]);
    json_write_end_array(writer);
    json_write_bool(writer, "restart_due", !facts->is_active);
    write_lines(writer, "unreadable", facts->unreadable);
    json_write_end_object(writer);
}
