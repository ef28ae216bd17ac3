/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/findings.h"
#include "cli/scan.h"

#include <math.h>

static const struct finding *first_of(const struct findings *findings, enum severity severity, bool of_gpu)
{
    for (int i = 0; i < findings->count; i++)
        if (findings->items[i].severity == severity && (finding_fault(&findings->items[i]) != NULL) == of_gpu)
            return &findings->items[i];
    return NULL;
}

/* The names of the GPU's own faults that are warnings. */
static void append_faults(struct buffer *out, const struct findings *findings, const char *before)
{
    int count = 0;
    for (int i = 0; i < findings->count; i++) {
        const char *fault = finding_fault(&findings->items[i]);
        if (fault && findings->items[i].severity == SEVERITY_WARNING)
            buffer_append_format(out, "%s%s", count++ ? ", " : before, fault);
    }
}

/* How host and group are, which is what people look for first. */
static void append_setup(struct buffer *out, const struct scan *scan, const struct scan_answer *gpu)
{
    if (scan->from_text)
        return;
    if (scan->iommu.enabled == TRISTATE_NO)
        buffer_append_text(out, "; the IOMMU is off");
    else
        buffer_append_text(out, findings_problems(&scan->configuration) ? "; host configuration has problems"
                                                                        : "; host configuration correct");
    if (gpu->seen.isolated == TRISTATE_YES)
        buffer_append_text(out, "; group isolated");
    if (gpu->seen.isolated == TRISTATE_NO)
        buffer_append_text(out, "; group shared");
}

static void append_by_verdict(struct buffer *out, const struct scan *scan, const struct scan_answer *gpu)
{
    bool is_gpu = gpu->known && gpu->answer.device.is_gpu;
    int functions[MAX_FUNCTIONS];
    char address[PCI_ADDRESS_TEXT_SIZE];
    switch (is_gpu ? gpu->answer.verdict.level : LEVEL_UNKNOWN) {
    case LEVEL_WORKS:
    case LEVEL_LIKELY:
        buffer_append_text(out, "Ready to pass through");
        append_setup(out, scan, gpu);
        int count = scan_functions(scan, gpu->seen.device, functions);
        buffer_append_text(out, ". Give the guest ");
        for (int i = 0; i < count; i++)
            buffer_append_format(out, "%s%s", i ? ", " : "",
                                 pci_address_print(&scan->machine.devices[functions[i]].address, address));
        buffer_append_text(out, count > 1 ? ", all of them." : ".");
        return;
    case LEVEL_MIXED:
        buffer_append_format(out, "Nothing found here prevents it; about %ld %% of such attempts succeed",
                             lround(gpu->answer.verdict.usable * 100.0));
        break;
    case LEVEL_UNLIKELY:
    case LEVEL_FAILS:
        buffer_append_text(out, "The set-up does not prevent it, but such GPUs seldom work");
        break;
    case LEVEL_UNKNOWN:
        buffer_append_text(out, "Nothing found here prevents it; whether this GPU works is not known");
        break;
    }
    append_setup(out, scan, gpu);
    if (!gpu->known) {
        buffer_append_text(out, ". Fetch newer lists and reports, and scan again: passthru sync");
        return;
    }
    enum guest guest = gpu->answer.options.guest;
    buffer_append_text(out, ". Read the reports before you try: passthru query --full ");
    if (guest != GUEST_UNKNOWN)
        buffer_append_format(out, "--guest %s ", guest_value(guest));
    buffer_append_format(out, "%04x:%04x.", gpu->seen.device->id.vendor, gpu->seen.device->id.device);
}

void scan_append_summary(struct buffer *out, const struct scan *scan, const struct scan_answer *gpu)
{
    if (scan->from_text)
        buffer_append_text(out, "As far as this listing shows: ");
    const struct findings *findings = &gpu->seen.findings;
    const struct finding *own = first_of(findings, SEVERITY_BLOCKER, true);
    const struct finding *setup = first_of(&scan->findings, SEVERITY_BLOCKER, false);
    if (!setup)
        setup = first_of(findings, SEVERITY_BLOCKER, false);
    if (own) {
        buffer_append_format(out, "Blocked by %s", finding_fault(own));
        append_faults(out, findings, "; other problems: ");
        append_setup(out, scan, gpu);
        buffer_append_text(out,
                           gpu->answer.options.chassis == CHASSIS_LAPTOP
                               ? ". No card can be added to a laptop: use an external box (eGPU) or another "
                                 "machine."
                               : ". Use another GPU.");
        return;
    }
    if (setup) {
        buffer_append_text(out, "The set-up stops it, not the GPU");
        append_faults(out, findings, "; problems after that: ");
        append_setup(out, scan, gpu);
        buffer_append_format(out, ". First: %s.", setup->next);
        return;
    }
    setup = first_of(&scan->findings, SEVERITY_WARNING, false);
    if (!setup)
        setup = first_of(findings, SEVERITY_WARNING, false);
    own = first_of(findings, SEVERITY_WARNING, true);
    if (!setup && !own) {
        append_by_verdict(out, scan, gpu);
        return;
    }
    buffer_append_text(out, own ? "Nothing blocks it, but there are known problems: "
                                : "No fault of the GPU itself was found");
    if (own)
        append_faults(out, findings, "");
    append_setup(out, scan, gpu);
    buffer_append_format(out, ". First: %s.",
                         own && own->next[0] ? own->next
                         : setup             ? setup->next
                                             : own->next);
}
