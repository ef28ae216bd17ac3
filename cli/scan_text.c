/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/scan.h"

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
        buffer_append_text(out, scan->configured == TRISTATE_YES  ? "; host configuration correct"
                                : scan->configured == TRISTATE_NO ? "; host configuration has problems"
                                                                  : "; host configuration not seen in full");
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
        buffer_append_format(out, "Nothing found here prevents it; about %d %% of such attempts succeed",
                             verdict_percent(gpu->answer.verdict.usable));
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
    buffer_append_format(out, ". First: %s.", own ? own->next : setup->next);
}

/* ---- the host ---- */

enum { INDENT = 14 };

static const char *said(const char *text, const char *otherwise)
{
    return *text ? text : otherwise;
}

static void write_iommu(struct output *output, const struct iommu *iommu)
{
    static const char *const kinds[] = {[IOMMU_KIND_INTEL] = " (Intel VT-d)", [IOMMU_KIND_AMD] = " (AMD-Vi)"};
    static const char *const remapped[] = {[TRISTATE_UNKNOWN] = "",
                                           [TRISTATE_NO] = ", interrupts not remapped",
                                           [TRISTATE_YES] = ", interrupts remapped"};
    bool is_named = iommu->kind == IOMMU_KIND_INTEL || iommu->kind == IOMMU_KIND_AMD;
    if (iommu->enabled == TRISTATE_YES)
        output_paragraph(output, INDENT, "IOMMU", COLOR_PLAIN, "on%s%s", is_named ? kinds[iommu->kind] : "",
                         remapped[iommu->interrupt_remapping]);
    else if (iommu->enabled == TRISTATE_NO)
        output_paragraph(output, INDENT, "IOMMU", COLOR_RED, "off");
    else
        output_paragraph(output, INDENT, "IOMMU", COLOR_PLAIN, "not known");
}

/* Once, and no more: nothing here is known of them. */
static void write_accelerators(struct output *output, const struct scan *scan)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    const struct pci_device *first = scan->accelerators[0];
    char address[PCI_ADDRESS_TEXT_SIZE];
    if (!scan->accelerator_count)
        return;
    buffer_append_format(&line, "%s %04x:%04x%s%s", pci_address_print(&first->address, address),
                         first->id.vendor, first->id.device, *first->name ? " " : "", first->name);
    if (scan->accelerator_count > 1)
        buffer_append_format(&line, ", and %d more", scan->accelerator_count - 1);
    buffer_append_format(&line, ": no GPU%s; this database does not cover accelerators of other kinds",
                         scan->accelerator_count > 1 ? "s" : "");
    output_paragraph(output, INDENT, "Accelerator", COLOR_PLAIN, "%s", buffer_text(&line));
}

void scan_write_host_text(struct output *output, const struct scan *scan)
{
    const struct host *host = &scan->host;
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    bool is_known = host->chassis != CHASSIS_UNKNOWN;
    const char *chassis = chassis_value(host->chassis);
    int count = findings_problems(&scan->configuration);
    if (scan->from_text) {
        output_paragraph(output, INDENT, "Machine", COLOR_PLAIN,
                         "another one%s%s%s, of which only this listing is known", is_known ? " (" : "",
                         is_known ? chassis : "", is_known ? ")" : "");
        write_accelerators(output, scan);
        findings_write_text(output, &scan->findings, SEVERITY_INFO);
        return;
    }
    buffer_append_format(&line, "%s (%s)", said(host->machine, "of unknown make"),
                         is_known ? chassis : "chassis not known");
    if (*host->cpu)
        buffer_append_format(&line, ", %s", host->cpu);
    if (*host->kernel)
        buffer_append_format(&line, ", kernel %s", host->kernel);
    if (host->hypervisor)
        buffer_append_format(&line, ", %s", host->hypervisor);
    output_paragraph(output, INDENT, "Machine", COLOR_PLAIN, "%s", buffer_text(&line));
    write_iommu(output, &scan->iommu);
    if (count)
        output_paragraph(output, INDENT, "Host set-up", COLOR_YELLOW,
                         "%d finding%s; passthru check shows them with the virtual machines' too", count,
                         count == 1 ? "" : "s");
    else
        output_paragraph(output, INDENT, "Host set-up", COLOR_PLAIN, "%s",
                         scan->configured == TRISTATE_YES
                             ? "correct"
                             : "no problem in what could be read; passthru check host names the rest");
    write_accelerators(output, scan);
    findings_write_text(output, &scan->findings, SEVERITY_INFO);
    findings_write_text(output, &scan->configuration, SEVERITY_WARNING);
}

void scan_write_unreadable_text(struct output *output, const struct scan *scan)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(65536);
    const struct root_fault *fault;
    char place[ROOT_PLACE_SIZE];
    int count = 0;
    for (int i = 0; (fault = root_next_fault(scan->root, &i, place)); count++)
        if (count < 8)
            buffer_append_format(&line, "%s%s: %s", count ? "; " : "", place, fault->why);
    if (!count)
        return;
    if (count > 8)
        buffer_append_format(&line, "; and %d more", count - 8);
    buffer_append_format(&line, ". What depends on it is unknown%s.",
                         root_is_live(scan->root) && !scan->host.is_root ? ": run it as root to see it" : "");
    output_blank(output);
    output_paragraph(output, INDENT, "Not seen", COLOR_PLAIN, "%s", buffer_text(&line));
}

/* ---- a GPU ---- */

static void write_heading(struct output *output, const struct scan_answer *gpu)
{
    const struct pci_device *seen = gpu->seen.device;
    const struct device *device = &gpu->answer.device;
    char text[PCI_ID_TEXT_SIZE];
    char address[PCI_ADDRESS_TEXT_SIZE];
    bool is_unlisted = !gpu->known || device->is_unlisted;
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    buffer_append_format(&line, "%s %s, %s", said(device->vendor, "unknown vendor"),
                         gpu->known ? device->name : "device that the lists here lack",
                         pci_id_print_base(&seen->id, text));
    if (seen->id.has_revision)
        buffer_append_format(&line, " rev %02x", seen->id.revision);
    if (gpu->known && device->product[0])
        buffer_append_format(&line, ", sold as %s", device->product);
    output_paragraph(output, INDENT, pci_address_print(&seen->address, address), COLOR_BOLD, "%s",
                     buffer_text(&line));
    if (seen->name[0] && is_unlisted)
        output_paragraph(output, INDENT, "Listed as", COLOR_PLAIN, "%s", seen->name);
    if (gpu->known && device->subsystem[0])
        output_paragraph(output, INDENT, "Board", COLOR_PLAIN, "%s", device->subsystem);
    else if (seen->id.has_subsystem && is_unlisted)
        output_paragraph(output, INDENT, "Board", COLOR_PLAIN, "%s", pci_id_print_subsystem(&seen->id, text));
}

static void append_delivery(struct buffer *line, const struct scan_answer *gpu)
{
    const struct scan_gpu *seen = &gpu->seen;
    bool own_rom = seen->rom.valid == TRISTATE_YES && !seen->rom.is_shadow;
    if (own_rom && seen->rom.matches == TRISTATE_YES)
        buffer_append_text(line, "vBIOS readable from the card");
    else if (seen->acpi.rom_method == ACPI_ROM_YES)
        buffer_append_format(line, "vBIOS from %s", seen->acpi.where_rom);
    else if (seen->acpi.atrm == TRISTATE_YES)
        buffer_append_format(line, "vBIOS from %s", seen->acpi.where_atrm);
    else if (seen->acpi.vfct == TRISTATE_YES)
        buffer_append_text(line, "vBIOS in the ACPI table VFCT");
    else if (seen->rom.state == ROM_BAR_ABSENT)
        buffer_append_text(line, "no ROM BAR");
    else if (seen->rom.state == ROM_BAR_UNKNOWN)
        buffer_append_text(line, "whether its vBIOS can be read is not known");
    else
        buffer_append_text(line, "no vBIOS readable from the card");
}

/* Old GPUs have a function for each of their two heads. */
static void append_second_display(struct buffer *line, const struct scan *scan,
                                  const struct pci_device *device)
{
    int functions[MAX_FUNCTIONS];
    char address[PCI_ADDRESS_TEXT_SIZE];
    int count = scan_functions(scan, device, functions);
    for (int i = 0; i < count; i++) {
        const struct pci_device *other = &scan->machine.devices[functions[i]];
        if (pci_is_display(other) && other->address.function > device->address.function)
            buffer_append_format(line, "; its second display function is %s",
                                 pci_address_print(&other->address, address));
    }
}

/* What this machine shows of the GPU, in one paragraph. */
static void write_seen(struct output *output, const struct scan *scan, const struct scan_answer *gpu)
{
    const struct scan_gpu *seen = &gpu->seen;
    const struct pci_device *device = seen->device;
    struct buffer line CLEANUP(buffer_free) = BUFFER(8192);
    buffer_append_format(&line, "driver %s; ",
                         !device->driver_known ? "not known" : said(device->driver, "none"));
    if (device->iommu_group >= 0)
        buffer_append_format(&line, "IOMMU group %d, %s; ", device->iommu_group,
                             seen->isolated == TRISTATE_YES  ? "isolated"
                             : seen->isolated == TRISTATE_NO ? "shared with others"
                                                             : "of which not all may be listed");
    else
        buffer_append_text(&line, device->iommu_group == IOMMU_GROUP_NONE ? "in no IOMMU group; "
                                                                          : "IOMMU group not known; ");
    if (!scan->from_text) {
        append_delivery(&line, gpu);
        buffer_append_text(&line, "; ");
    }
    if (seen->display.outputs < 0)
        buffer_append_text(&line, "outputs not known");
    else if (seen->display.outputs == 0)
        buffer_append_text(&line, "no outputs");
    else
        buffer_append_format(&line, "%d output%s (%s)", seen->display.outputs,
                             seen->display.outputs == 1 ? "" : "s", seen->display.names);
    if (device->resets_known)
        buffer_append_format(&line, "; reset: %s", said(device->resets, "none"));
    if (device->boot_vga == TRISTATE_YES)
        buffer_append_text(&line, "; the host boots with it");
    if (device->removable == TRISTATE_YES)
        buffer_append_text(&line, "; in an external box");
    if (device->sriov_total > 0)
        buffer_append_format(&line, "; up to %d virtual functions", device->sriov_total);
    append_second_display(&line, scan, device);
    buffer_append_byte(&line, '.');
    output_paragraph(output, INDENT, "Seen here", COLOR_PLAIN, "%s", buffer_text(&line));
}

void scan_write_gpu_text(struct output *output, const struct scan *scan, const struct scan_answer *gpu)
{
    struct buffer summary CLEANUP(buffer_free) = BUFFER(4096);
    const struct answer *answer = &gpu->answer;
    bool is_gpu = gpu->known && answer->device.is_gpu;
    const struct prose prose = output_prose(output);
    write_heading(output, gpu);
    if (is_gpu) {
        answer_write_unlisted(&prose, answer);
        answer_write_cards(&prose, answer);
        answer_append_verdict(&summary, answer);
        output_paragraph(output, INDENT, "Verdict", answer_level_color(answer->verdict.level), "%s",
                         buffer_text(&summary));
        answer_write_macos(&prose, answer);
        buffer_clear(&summary);
    } else if (gpu->known) {
        output_paragraph(output, INDENT, "Verdict", COLOR_PLAIN,
                         "none: this device is not a GPU as far as is known.");
    } else {
        output_paragraph(output, INDENT, "Verdict", COLOR_PLAIN, "UNKNOWN: %s.", gpu->missing.message);
    }
    write_seen(output, scan, gpu);
    findings_write_text(output, &gpu->seen.findings, SEVERITY_INFO);
    if (is_gpu) {
        answer_write_workaround(&prose, answer);
        answer_write_reports_in_short(&prose, answer);
        /* Nobody buys a card in place of the GPU that the host lives on. */
        if (gpu_form_factor(&answer->device.gpu) != FORM_FACTOR_INTEGRATED)
            answer_write_instead(&prose, answer);
    }
    scan_append_summary(&summary, scan, gpu);
    output_paragraph(output, INDENT, "In short", COLOR_BOLD, "%s", buffer_text(&summary));
}
