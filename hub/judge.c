/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer/answer.h"
#include "core/report.h"

/* A success where hardly any is expected, or a failure where hardly any is. */
static const double hardly = 0.35;

const struct remark_words remarks[REMARK_COUNT] = {
    [REMARK_CONTRADICTS] = {"contradicts-verdict", "contradicts the verdict"},
    [REMARK_UNUSUAL_TEXT] = {"unusual-text", "unusual text"},
    [REMARK_FLOOD] = {"many-from-one-network", "many from one network"},
    [REMARK_UNKNOWN] = {"unknown-pci-id", "unknown GPU"},
};

enum error_code judge_gpu(struct database *database, const char *pci_id, struct judged_gpu *gpu,
                          struct error *error)
{
    static const struct answer_options options = {.chassis = CHASSIS_UNKNOWN, .guest = GUEST_UNKNOWN};
    struct pci_id id;
    *gpu = (struct judged_gpu){.is_known = true};
    error->code = ERROR_NONE;
    if (!database || pci_id_parse(pci_id, strlen(pci_id), &id) != PCI_ID_OK)
        return ERROR_NONE;
    struct answer *answer = calloc(1, sizeof *answer);
    if (!answer)
        return error_set(error, ERROR_NO_MEMORY, "no memory for the verdict");
    if (!answer_gather(database, &id, pci_id, &options, answer, error)) {
        const struct verdict *verdict = &answer->verdict;
        snprintf(gpu->name, sizeof gpu->name, "%s", answer->device.name);
        gpu->is_known = answer->device.is_gpu;
        gpu->has_verdict = answer->device.is_gpu && verdict->level != LEVEL_UNKNOWN;
        gpu->usable = verdict->usable;
        gpu->low = verdict->low;
        gpu->high = verdict->high;
    } else if (error->code == ERROR_NOT_FOUND) {
        gpu->is_known = false;
        error->code = ERROR_NONE;
    }
    answer_free(answer);
    free(answer);
    return error->code;
}

/* Markup, addresses outside of `url`, and letters that no hardware is named with. */
static bool is_unusual(const char *text)
{
    if (!text)
        return false;
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c >= 0x80 || *c == '<' || *c == '>' || *c == '`')
            return true;
    return strstr(text, "://") || strstr(text, "www.");
}

static bool has_unusual_text(const struct report *report)
{
    bool unusual = false;
    for (int i = 0; i < FIELD_COUNT; i++) {
        enum report_field_type type = report_fields[i].type;
        if (type == TYPE_TEXT || type == TYPE_VERSION || type == TYPE_OPEN_ENUM)
            unusual |= is_unusual(report_text(report, (enum report_field)i));
    }
    for (int i = 0; i < report->symptom_count; i++)
        unusual |= is_unusual(report->symptoms[i]);
    for (int i = 0; i < report->attempt_count; i++)
        unusual |= is_unusual(report->attempts[i].fix) || is_unusual(report->attempts[i].purpose);
    for (int i = 0; i < report->use_count; i++)
        unusual |= is_unusual(report->uses[i]);
    return unusual;
}

unsigned judge_report(const struct stored_report *stored, const struct judged_gpu *gpu)
{
    struct report report;
    struct error error;
    unsigned found = gpu->is_known ? 0 : 1U << REMARK_UNKNOWN;
    if (report_parse(stored->json, strlen(stored->json), &report, NULL, &error))
        return found | 1U << REMARK_UNUSUAL_TEXT;
    const bool usable = report.outcome == OUTCOME_WORKS || report.outcome == OUTCOME_WORKS_WITH_WORKAROUND;
    if (gpu->has_verdict && (usable ? gpu->high < hardly : gpu->low > 1 - hardly))
        found |= 1U << REMARK_CONTRADICTS;
    if (has_unusual_text(&report))
        found |= 1U << REMARK_UNUSUAL_TEXT;
    report_free(&report);
    return found;
}
