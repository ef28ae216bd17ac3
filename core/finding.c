#include "core/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct finding *new_finding(struct findings *findings)
{
    if (findings->count == findings->room && findings->room < MAX_FINDINGS) {
        int room = findings->room ? 2 * findings->room : 16;
        struct finding *items = realloc(findings->items, (size_t)room * sizeof *items);
        if (items) {
            findings->items = items;
            findings->room = room;
        }
    }
    if (findings->count < findings->room)
        return &findings->items[findings->count++];
    findings->omitted++;
    return &findings->last;
}

struct finding *findings_add(struct findings *findings, enum finding_id id, enum severity severity,
                             const char *format, ...)
{
    struct finding *finding = new_finding(findings);
    finding->id = id;
    finding->severity = severity;
    finding->line = 0;
    finding->file[0] = finding->next[0] = '\0';
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(finding->text, sizeof finding->text, format, arguments);
    va_end(arguments);
    return finding;
}

struct finding *finding_at(struct finding *finding, const char *file, long line)
{
    snprintf(finding->file, sizeof finding->file, "%s", file);
    finding->line = line;
    return finding;
}

struct finding *finding_next(struct finding *finding, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(finding->next, sizeof finding->next, format, arguments);
    va_end(arguments);
    return finding;
}

bool findings_have(const struct findings *findings, enum finding_id id)
{
    for (int i = 0; i < findings->count; i++)
        if (findings->items[i].id == id)
            return true;
    return false;
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
