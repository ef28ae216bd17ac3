/* What a verdict rests on, in words. */

#include <stdio.h>

#include "answer/answer.h"

/* "No report" and "no success reported" are different sentences. */
static void append_count(struct buffer *out, const struct evidence *evidence, bool with_direct,
                         const char *where)
{
    int total = evidence_total(evidence);
    int usable = evidence->counts[OUTCOME_WORKS] + evidence->counts[OUTCOME_WORKS_WITH_WORKAROUND];
    const char *plural = total == 1 ? "" : "s";
    if (!total)
        buffer_append_format(out, " No report on %s.", where);
    else if (!usable)
        buffer_append_format(out, " No success reported on %s, in %d report%s.", where, total, plural);
    else
        buffer_append_format(out, " On %s %d of %d report%s succeeded%s.", where, usable, total, plural,
                             with_direct ? ", this ID included" : "");
}

static void append_nearest(struct buffer *out, const struct verdict *verdict)
{
    static const char *const names[EVIDENCE_LEVELS] = {
        [EVIDENCE_ALL] = "all GPUs together",
        [EVIDENCE_CLASS] = "GPUs of this kind",
        [EVIDENCE_CHASSIS] = "GPUs of this kind in such a machine",
        [EVIDENCE_CHIP] = "this chip",
        [EVIDENCE_ID] = "this ID",
        [EVIDENCE_SUBSYSTEM] = "this very board",
    };
    if (verdict->level == LEVEL_UNKNOWN)
        buffer_append_text(out, "Nothing is known.");
    else if (verdict->narrowest <= EVIDENCE_ALL)
        buffer_append_text(out, "The mechanism alone: there is no report on a GPU of this kind.");
    else
        buffer_append_format(out, "The nearest reports are on %s.", names[verdict->narrowest]);
}

static void append_bias(struct buffer *out, const struct evidence evidence[EVIDENCE_LEVELS])
{
    const struct evidence *class = &evidence[EVIDENCE_CLASS];
    const struct evidence *id = &evidence[EVIDENCE_ID];
    int outside =
        class->excluded_reports > id->excluded_reports ? class->excluded_reports : id->excluded_reports;
    if (outside)
        buffer_append_format(
            out, " %d attempt%s failed because of the environment, not the GPU, and %s not count.", outside,
            outside == 1 ? "" : "s", outside == 1 ? "does" : "do");
    if (class->public_reports || id->public_reports || evidence[EVIDENCE_CHIP].public_reports)
        buffer_append_text(out,
                           " Most reports are from public troubleshooting threads, which under-report both "
                           "trouble-free setups and early give-ups; they are weighted 0.5, old ones less.");
}

void answer_append_basis(struct buffer *out, const struct gpu *gpu, const struct prior *prior,
                         const struct evidence evidence[EVIDENCE_LEVELS], const struct verdict *verdict)
{
    char where[160];
    int direct = evidence_total(&evidence[EVIDENCE_ID]);
    const char *form_factor = vocabulary_value(&vocabulary_form_factor, (int)gpu_form_factor(gpu));
    append_nearest(out, verdict);
    if (prior->strength > 0.0)
        buffer_append_format(out, " Mechanism: %s", prior->reason);
    else
        buffer_append_text(out, " The mechanism is not known.");
    if (gpu->id.has_subsystem && evidence_total(&evidence[EVIDENCE_SUBSYSTEM]))
        append_count(out, &evidence[EVIDENCE_SUBSYSTEM], false, "this very board");
    append_count(out, &evidence[EVIDENCE_ID], false, "this ID");
    if (gpu->chip[0] && evidence_total(&evidence[EVIDENCE_CHIP]) != direct) {
        snprintf(where, sizeof where, "the chip %s (%s)", gpu->chip, form_factor);
        append_count(out, &evidence[EVIDENCE_CHIP], direct, where);
    }
    if (evidence_total(&evidence[EVIDENCE_CLASS]) != direct) {
        snprintf(where, sizeof where, "GPUs of this kind (%s, vBIOS %s)", form_factor,
                 vocabulary_value(&vocabulary_vbios, (int)gpu_vbios(gpu)));
        append_count(out, &evidence[EVIDENCE_CLASS], direct, where);
    }
    if (evidence_total(&evidence[EVIDENCE_CHASSIS]))
        append_count(out, &evidence[EVIDENCE_CHASSIS], false, "GPUs of this kind in such a machine");
    append_bias(out, evidence);
}
