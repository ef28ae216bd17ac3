/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/plan.h"

#include <stdio.h>
#include <string.h>

/* The number of the value whose name these bytes are, or -1; they are stored, cut to what fits. */
static int find_name(const struct vocabulary *vocabulary, const char *start, size_t length,
                     char name[PLAN_NAME_SIZE])
{
    bool fits = length < PLAN_NAME_SIZE;
    snprintf(name, PLAN_NAME_SIZE, "%.*s", (int)(fits ? length : PLAN_NAME_SIZE - 1), start);
    return fits ? vocabulary_find(vocabulary, name) : -1;
}

/* Takes the next fact from *condition. Returns its number, -1 when it is none; `end` is what stands after it.
 */
static int next_fact(const char **condition, bool *negated, char *end, char name[PLAN_NAME_SIZE])
{
    const char *start = *condition;
    *negated = *start == '!';
    start += *negated;
    size_t length = strcspn(start, ",|");
    int fact = find_name(&vocabulary_plan_fact, start, length, name);
    *end = start[length];
    *condition = start + length + (*end != '\0');
    return fact;
}

enum tristate plan_holds(const char *condition, const enum tristate facts[PLAN_FACT_COUNT])
{
    char name[PLAN_NAME_SIZE];
    enum tristate all = TRISTATE_YES;
    for (char end = ','; *condition && end;) {
        enum tristate any = TRISTATE_NO;
        do {
            bool negated;
            int fact = next_fact(&condition, &negated, &end, name);
            enum tristate value = fact < 0 ? TRISTATE_UNKNOWN : facts[fact];
            if (negated && value != TRISTATE_UNKNOWN)
                value = tristate_of(value == TRISTATE_NO);
            if (value == TRISTATE_YES || any == TRISTATE_NO)
                any = value;
        } while (end == '|');
        if (any == TRISTATE_NO || all == TRISTATE_YES)
            all = any;
    }
    return all;
}

bool plan_condition_is_valid(const char *condition, char wrong[PLAN_NAME_SIZE])
{
    bool negated;
    for (char end = *condition; end;)
        if (next_fact(&condition, &negated, &end, wrong) < 0)
            return false;
    return true;
}

/* The variable whose name stands between the { at `text` and the next }; -1: none does. */
static int variable_at(const char *text, size_t *length, char name[PLAN_NAME_SIZE])
{
    *length = strspn(text + 1, "abcdefghijklmnopqrstuvwxyz-");
    if (text[0] != '{' || !*length || text[1 + *length] != '}')
        return -1;
    return find_name(&vocabulary_plan_variable, text + 1, *length, name);
}

void plan_expand(struct buffer *out, const char *text, const char *const variables[PLAN_VARIABLE_COUNT])
{
    char name[PLAN_NAME_SIZE];
    for (; *text; text++) {
        size_t length;
        int variable = variable_at(text, &length, name);
        if (text[0] == '\\' && text[1] == 'n') {
            buffer_append_byte(out, '\n');
            text++;
        } else if (variable >= 0 && variables[variable]) {
            buffer_append_text(out, variables[variable]);
            text += length + 1;
        } else {
            buffer_append_byte(out, *text);
        }
    }
}

bool plan_text_is_valid(const char *text, char wrong[PLAN_NAME_SIZE])
{
    for (; (text = strchr(text, '{')); text++) {
        size_t length;
        wrong[0] = '\0';
        if (variable_at(text, &length, wrong) < 0 && wrong[0])
            return false;
    }
    return true;
}

bool plan_names(const char *text, enum plan_variable variable)
{
    char name[PLAN_NAME_SIZE];
    size_t length;
    for (; (text = strchr(text, '{')); text++)
        if (variable_at(text, &length, name) == (int)variable)
            return true;
    return false;
}
