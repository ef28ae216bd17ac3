/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a verdict rests on, in words. */

#include <stdio.h>

#include "answer/answer.h"
#include "answer/parts.h"

/* "No report" and "none succeeded" are different sentences. */
static void append_count(struct buffer *out, const struct evidence *evidence, const char *where)
{
    int total = evidence_total(evidence);
    int usable = usable_reports(evidence->counts);
    if (!total)
        buffer_append_format(out, " No report on %s.", where);
    else if (total == 1)
        buffer_append_format(out, " 1 report on %s: it %s.", where, usable ? "succeeded" : "did not succeed");
    else if (!usable)
        buffer_append_format(out, " %d reports on %s: none succeeded.", total, where);
    else
        buffer_append_format(out, " %d reports on %s: %d succeeded.", total, where, usable);
}

const int *answer_samples(const struct answer *answer)
{
    const struct evidence *evidence = answer->evidence;
    int total = 0;
    for (int i = 0; i < SAMPLE_COUNT; i++)
        total += evidence[EVIDENCE_CLASS].samples[i];
    enum evidence_level level = total                                      ? EVIDENCE_CLASS
                                : evidence_total(&evidence[EVIDENCE_CHIP]) ? EVIDENCE_CHIP
                                                                           : EVIDENCE_ID;
    return evidence[level].samples;
}

/* How the reports came to be known. */
static void append_samples(struct buffer *out, const struct answer *answer)
{
    static const char *const names[SAMPLE_COUNT][2] = {
        [SAMPLE_TROUBLESHOOTING] = {"call for help", "calls for help"},
        [SAMPLE_SHOWCASE] = {"working set-up that somebody shows", "set-ups that somebody shows"},
        [SAMPLE_SURVEY] = {"entry in a list of tried hardware", "entries in lists of tried hardware"},
        [SAMPLE_VENDOR_STATEMENT] = {"statement of a maker", "statements of makers"},
        [SAMPLE_TOOL] = {"report sent with passthru", "reports sent with passthru"},
    };
    const int *samples = answer_samples(answer);
    int left = 0;
    int written = 0;
    for (int i = 0; i < SAMPLE_COUNT; i++)
        left += samples[i] > 0;
    for (int i = 0; i < SAMPLE_COUNT; i++)
        if (samples[i])
            buffer_append_format(out, "%s%d %s",
                                 !written++        ? " Known from "
                                 : left == written ? " and "
                                                   : ", ",
                                 samples[i], names[i][samples[i] > 1]);
    if (written)
        buffer_append_text(out, "; each counts by how often attempts that are told so succeed.");
}

const char *answer_guest_name(enum guest guest)
{
    static const char *const names[GUEST_COUNT] = {[GUEST_UNKNOWN] = "",
                                                   [GUEST_WINDOWS] = "Windows",
                                                   [GUEST_LINUX] = "Linux",
                                                   [GUEST_MACOS] = "macOS",
                                                   [GUEST_FREEBSD] = "FreeBSD"};
    return names[guest];
}

void answer_append_guest(struct buffer *out, const struct answer *answer)
{
    if (answer->options.guest != GUEST_UNKNOWN)
        buffer_append_format(out, " in %s guests", answer_guest_name(answer->options.guest));
}

/* What part of a verdict does not come from reports, 0 to 1. */
static double mechanism_share(const struct answer *answer)
{
    struct verdict_step steps[EVIDENCE_LEVELS + 1];
    int count = verdict_steps(&answer->device.prior, answer->evidence, steps);
    double share = 1.0;
    for (int i = 1; i < count; i++)
        if (steps[i].level > EVIDENCE_ALL)
            share *= steps[i].above / steps[i].weight;
    return share;
}

void answer_append_ground(struct buffer *out, const struct answer *answer)
{
    const struct verdict *verdict = &answer->verdict;
    const char *guest = answer_guest_name(answer->options.guest);
    int total = verdict->direct_reports + verdict->pooled_reports;
    int with_guest = evidence_total(&answer->evidence[EVIDENCE_GUEST]);
    if (verdict->level == LEVEL_UNKNOWN)
        return;
    if (!total) {
        buffer_append_text(out, " Nobody has reported one: this follows from its design.");
        return;
    }
    bool is_of_design = mechanism_share(answer) >= 0.5;
    buffer_append_text(out, is_of_design ? " Mostly from its design" : " From ");
    if (is_of_design && guest[0])
        buffer_append_text(out, "; ");
    if (!is_of_design || guest[0])
        buffer_append_format(out, "%d report%s", total, plural(total));
    if (guest[0] && with_guest == total)
        buffer_append_format(out, "%s with a %s guest", total > 1 ? ", all" : "", guest);
    else if (guest[0] && with_guest)
        buffer_append_format(out, ", %d with a %s guest", with_guest, guest);
    else if (guest[0])
        buffer_append_format(out, ", none with a %s guest", guest);
    buffer_append_byte(out, '.');
}

void answer_append_basis(struct buffer *out, const struct answer *answer, bool with_mechanism)
{
    char where[160];
    const struct gpu *gpu = &answer->device.gpu;
    const struct evidence *evidence = answer->evidence;
    const struct verdict *verdict = &answer->verdict;
    const struct prior *prior = &answer->device.prior;
    int direct = evidence_total(&evidence[EVIDENCE_ID]);
    const char *included = direct ? ", this ID included" : "";
    const char *form_factor = form_factor_value(gpu_form_factor(gpu));
    if (with_mechanism && verdict->level == LEVEL_UNKNOWN)
        buffer_append_text(out, "Nothing is known. ");
    if (with_mechanism)
        buffer_append_text(out, prior->strength > 0.0 ? prior->reason : "The mechanism is not known.");
    if (verdict->level != LEVEL_UNKNOWN && verdict->narrowest <= EVIDENCE_ALL)
        buffer_append_text(
            out, " The verdict rests on the mechanism alone: no GPU of this kind has a report that counts.");
    if (gpu->id.has_subsystem && evidence_total(&evidence[EVIDENCE_SUBSYSTEM]))
        append_count(out, &evidence[EVIDENCE_SUBSYSTEM], "this very board");
    append_count(out, &evidence[EVIDENCE_ID], "this ID");
    if (gpu->chip[0] && evidence_total(&evidence[EVIDENCE_CHIP]) != direct) {
        snprintf(where, sizeof where, "the chip %s (%s)%s", gpu->chip, form_factor, included);
        append_count(out, &evidence[EVIDENCE_CHIP], where);
    }
    if (evidence_total(&evidence[EVIDENCE_CLASS]) != direct) {
        snprintf(where, sizeof where, "GPUs of this kind (%s, vBIOS %s)%s", form_factor,
                 vbios_value(gpu_vbios(gpu)), included);
        append_count(out, &evidence[EVIDENCE_CLASS], where);
    }
    if (evidence_total(&evidence[EVIDENCE_CHASSIS]))
        append_count(out, &evidence[EVIDENCE_CHASSIS], "GPUs of this kind in this kind of machine");
    if (answer->options.guest != GUEST_UNKNOWN) {
        snprintf(where, sizeof where, "GPUs of this kind with a %s guest",
                 answer_guest_name(answer->options.guest));
        append_count(out, &evidence[EVIDENCE_GUEST], where);
        buffer_append_text(out, " Those with another guest do not count, those that name none count half.");
    }
    int excluded = evidence[EVIDENCE_CLASS].excluded_reports;
    if (excluded < evidence[EVIDENCE_ID].excluded_reports)
        excluded = evidence[EVIDENCE_ID].excluded_reports;
    if (excluded)
        buffer_append_format(
            out, " %d attempt%s failed because of the environment, not the GPU, and %s not count.", excluded,
            plural(excluded), excluded == 1 ? "does" : "do");
    append_samples(out, answer);
}

const char *const answer_share_names[SHARE_COUNT] = {
    [SHARE_WHOLE] = "the whole", [SHARE_SR_IOV] = "a virtual function of it", [SHARE_VGPU] = "a vGPU of it"};

void answer_write_parts(const struct prose *prose, const struct answer *answer)
{
    static const char *const labels[SHARE_COUNT] = {[SHARE_SR_IOV] = "SR-IOV", [SHARE_VGPU] = "vGPU"};
    for (int share = SHARE_WHOLE + 1; share < SHARE_COUNT; share++) {
        const struct verdict *verdict = &answer->parts[share];
        if (verdict->direct_reports)
            prose_field(prose, labels[share], "%s: %s, %d %%; for more add --share %s",
                        answer_share_names[share], level_value(verdict->level),
                        verdict_percent(verdict->usable), share_value(share));
    }
}
