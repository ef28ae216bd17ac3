/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"

/* Gives up the last one of the mildest, if that is milder than the one to come. */
static bool make_room(struct findings *findings, enum severity severity)
{
    int mildest = -1;
    for (int i = 0; i < findings->count; i++)
        if (mildest < 0 || findings->items[i].severity >= findings->items[mildest].severity)
            mildest = i;
    if (mildest < 0 || findings->items[mildest].severity <= severity)
        return false;
    findings->count--;
    memmove(&findings->items[mildest], &findings->items[mildest + 1],
            (size_t)(findings->count - mildest) * sizeof *findings->items);
    return true;
}

static struct finding *new_finding(struct findings *findings, enum severity severity)
{
    bool is_full = findings->count == MAX_FINDINGS;
    if (!is_full && !ARRAY_GROW(findings->items, findings->count))
        is_full = buffer_memory_was_short = true;
    findings->omitted += is_full;
    return is_full && !make_room(findings, severity) ? &findings->last : &findings->items[findings->count++];
}

/* The compiler checks the format of both halves at each call; here the first one is used alone too. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void write_texts(struct finding *finding, const char *format, va_list arguments)
{
    char text_format[sizeof finding->text];
    char *both = NULL;
    va_list again;
    snprintf(text_format, sizeof text_format, "%.*s", (int)strcspn(format, "\n"), format);
    va_copy(again, arguments);
    int length = vsnprintf(finding->text, sizeof finding->text, text_format, again);
    va_end(again);
    if (!strchr(format, '\n') || length < 0)
        return;
    if (vasprintf(&both, format, arguments) >= 0)
        snprintf(finding->next, sizeof finding->next, "%s", both + length + 1);
    else
        both = NULL;
    buffer_memory_was_short |= !both;
    free(both);
}
#pragma GCC diagnostic pop

struct finding *findings_add(struct findings *findings, const char *file, long line, enum finding_id id,
                             enum severity severity, const char *format, ...)
{
    struct finding *finding = new_finding(findings, severity);
    va_list arguments;
    *finding = (struct finding){.id = id, .severity = severity, .line = line};
    snprintf(finding->file, sizeof finding->file, "%s", file ? file : "");
    va_start(arguments, format);
    write_texts(finding, format, arguments);
    va_end(arguments);
    return finding;
}

void finding_append(struct finding *finding, const char *format, ...)
{
    size_t length = strlen(finding->text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(finding->text + length, sizeof finding->text - length, format, arguments);
    va_end(arguments);
}

bool findings_have(const struct findings *findings, enum finding_id id)
{
    for (int i = 0; i < findings->count; i++)
        if (findings->items[i].id == id)
            return true;
    return false;
}

int findings_problems(const struct findings *findings)
{
    int count = 0;
    for (int i = 0; i < findings->count; i++)
        count += findings->items[i].severity != SEVERITY_INFO;
    return count;
}

/* Insertion keeps the order among equals; there are a few dozen at most. */
void findings_sort(struct findings *findings)
{
    for (int i = 1; i < findings->count; i++) {
        struct finding moving = findings->items[i];
        int place = i;
        for (; place > 0 && findings->items[place - 1].severity > moving.severity; place--)
            findings->items[place] = findings->items[place - 1];
        findings->items[place] = moving;
    }
}

void findings_free(struct findings *findings)
{
    free(findings->items);
    *findings = (struct findings){.items = NULL};
}
