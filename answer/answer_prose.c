/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "answer/answer.h"
#include "answer/parts.h"

/* What a page says besides the answer for a terminal, and both say of a report. */

const char *answer_outcome_label(enum outcome outcome)
{
    static const char *const labels[OUTCOME_COUNT] = {"works", "with a workaround", "partly", "fails"};
    return labels[outcome];
}

void answer_append_report(struct buffer *out, const struct shown_report *report)
{
    buffer_append_text(out, report->texts[SHOWN_DATE] ? report->texts[SHOWN_DATE] : "undated");
    for (int i = SHOWN_MACHINE; i <= SHOWN_GUEST_OS; i++)
        if (report->texts[i])
            buffer_append_format(out, i == SHOWN_GUEST_OS ? ", guest %s" : ", %s", report->texts[i]);
}

void answer_append_tried(struct buffer *out, const struct shown_report *report)
{
    for (int i = 0; i < report->attempt_count; i++) {
        const struct report_attempt *attempt = &report->attempts[i];
        buffer_append_format(out, "%s%s: %s", i ? ", " : "", attempt->fix, result_value(attempt->result));
        if (attempt->purpose)
            buffer_append_format(out, " for %s", attempt->purpose);
    }
}

void answer_append_years(struct buffer *out, const struct report_years *years)
{
    for (int i = 0; i < years->count; i++) {
        const int *counts = years->outcomes[i];
        const int all = usable_reports(counts) + counts[OUTCOME_PARTIAL] + counts[OUTCOME_FAILS];
        if (all)
            buffer_append_format(out, "%s%d: %d of %d", i ? ", " : "", years->first + i,
                                 usable_reports(counts), all);
    }
    if (years->count && years->others)
        buffer_append_format(out, "; %d earlier or undated", years->others);
}

void answer_write_card_facts(const struct prose *prose, const struct answer *answer)
{
    const struct device *device = &answer->device;
    card_write_facts(prose, answer->cards, answer->card_count);
    if (!device->security[0])
        return;
    prose_field(prose, "Driver of the maker", "%s%ssecurity fixes: %s", device->driver,
                device->driver[0] ? "; " : "", device->security);
    prose_add(prose, PARAGRAPH_DETAIL, "", COLOR_PLAIN, "%s", "chips.tsv");
}

/* All that is known of a GPU, each thing once. */

static void write_heading(const struct prose *prose, const struct device *device)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    char id[PCI_ID_TEXT_SIZE];
    buffer_append_format(&line, "%s%s%s", device->vendor, device->vendor[0] ? " " : "", device->name);
    if (device->id.has_revision)
        buffer_append_format(&line, " (rev %02x)", device->id.revision);
    if (device->product[0])
        buffer_append_format(&line, ", sold as %s", device->product);
    if (device->share != SHARE_WHOLE)
        buffer_append_format(&line, "; %s", answer_share_names[device->share]);
    prose_add(prose, PARAGRAPH_FIELD, pci_id_print_base(&device->id, id), COLOR_BOLD, "%s",
              buffer_text(&line));
    if (device->id.has_subsystem)
        prose_field(prose, pci_id_print_subsystem(&device->id, id), "%s",
                    device->subsystem[0] ? device->subsystem : "a subsystem that pci.ids does not name");
}

/* The verdict in figures: level, how often, how sure, and what effort it takes. */
static void write_verdict(const struct prose *prose, const struct answer *answer)
{
    const struct verdict *verdict = &answer->verdict;
    double with_workaround = verdict->outcomes[OUTCOME_WORKS_WITH_WORKAROUND];
    struct buffer line CLEANUP(buffer_free) = BUFFER(2048);
    if (verdict->level == LEVEL_UNKNOWN) {
        buffer_append_text(&line, "no report and no known mechanism supports an answer");
    } else {
        buffer_append_format(&line, "about %d %% of such attempts succeed", verdict_percent(verdict->usable));
        answer_append_guest(&line, answer);
        buffer_append_format(&line, " (80 %% interval: %d-%d %%)", verdict_percent(verdict->low),
                             verdict_percent(verdict->high));
    }
    if (with_workaround > verdict->outcomes[OUTCOME_WORKS])
        buffer_append_format(&line, ", %d %% only with a workaround", verdict_percent(with_workaround));
    prose_add(prose, PARAGRAPH_FIELD, "Verdict", answer_level_color(verdict->level), "%s: %s.",
              answer_level_sentence(verdict->level), buffer_text(&line));
}

static void append_four(struct buffer *line, const double values[OUTCOME_COUNT])
{
    for (int i = 0; i < OUTCOME_COUNT; i++)
        buffer_append_format(line, "%s%.2f", i ? " " : "", values[i]);
}

/* How the verdict came about, level by level (docs/verdict.md). */
void answer_write_calculation(const struct prose *prose, const struct answer *answer)
{
    static const char *const names[EVIDENCE_LEVELS + 1] = {"- prior", "- reference", "- class", "- machine",
                                                           "- guest", "- chip",      "- ID",    "- board"};
    struct verdict_step steps[EVIDENCE_LEVELS + 1];
    int count = verdict_steps(&answer->device.prior, answer->evidence, steps);
    if (!count)
        return;
    prose_field(
        prose, "Calculation",
        "shares of works, with a workaround, in part, fails; what each level adds in weighed reports, and what"
        " the shares are then, and are worth in reports:");
    for (int i = 0; i < count; i++) {
        struct buffer line CLEANUP(buffer_free) = BUFFER(400);
        if (i) {
            append_four(&line, steps[i].own);
            buffer_append_text(&line, " -> ");
        }
        append_four(&line, steps[i].mean);
        prose_field(prose, names[steps[i].level + 1], "%s, worth %.1f", buffer_text(&line), steps[i].weight);
    }
}

void answer_write_why(const struct prose *prose, const struct answer *answer)
{
    struct buffer basis CLEANUP(buffer_free) = BUFFER(4096);
    for (int i = 0; i < answer->blocker_count; i++)
        prose_field(prose, i ? "" : "Why", "%s%s", answer_blocker_hedge(answer, answer->blockers[i]),
                    vocabulary_blocker.entries[answer->blockers[i]].text);
    answer_append_basis(&basis, answer, answer->blocker_count == 0);
    const char *text = buffer_text(&basis);
    prose_field(prose, "Based on", "%s", text + (text[0] == ' '));
}

/* An attribute whose meaning the reasons of the verdict have told. */
static bool is_explained(const struct answer *answer, enum attribute attribute)
{
    for (int i = 0; i < answer->blocker_count; i++)
        if (gpu_blocker_attribute(answer->blockers[i]) == attribute)
            return true;
    return false;
}

static void write_attribute(const struct prose *prose, const struct answer *answer, enum attribute attribute,
                            const char *label)
{
    const struct annotation *annotation = &answer->device.gpu.attributes[attribute];
    const struct vocabulary_entry *entry = &attribute_vocabulary(attribute)->entries[annotation->value];
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    buffer_append_text(&line, entry->value);
    if (annotation->value)
        buffer_append_format(&line, " (%d %% sure)", verdict_percent(annotation->confidence));
    if (annotation->value && annotation->confidence < 0.5)
        buffer_append_text(&line, ", a guess");
    if (!is_explained(answer, attribute))
        buffer_append_format(&line, ": %s", entry->text);
    buffer_append_byte(&line, '.');
    if (answer->options.explain && annotation->source[0])
        buffer_append_format(&line, " Source: %s", annotation->source);
    prose_field(prose, label, "%s", buffer_text(&line));
}

static void write_report(const struct prose *prose, const struct shown_report *report)
{
    static const enum color colors[OUTCOME_COUNT] = {
        [OUTCOME_WORKS] = COLOR_GREEN,
        [OUTCOME_WORKS_WITH_WORKAROUND] = COLOR_GREEN,
        [OUTCOME_PARTIAL] = COLOR_YELLOW,
        [OUTCOME_FAILS] = COLOR_RED,
    };
    struct buffer line CLEANUP(buffer_free) = BUFFER(1 << 16);
    bool is_statement = report->sample == SAMPLE_VENDOR_STATEMENT;
    buffer_append_format(&line, "%s%s, ", is_statement ? "a maker states: " : "",
                         outcome_value(report->outcome));
    answer_append_report(&line, report);
    prose_add(prose, PARAGRAPH_ITEM, "-", colors[report->outcome], "%s", buffer_text(&line));
    buffer_clear(&line);
    answer_append_tried(&line, report);
    const char *note = report->texts[SHOWN_NOTE] ? report->texts[SHOWN_NOTE] : "";
    const char *end = *note && line.length && !strchr(".!?", note[strlen(note) - 1]) ? "." : "";
    if (*note || line.length)
        prose_add(prose, PARAGRAPH_DETAIL, "", COLOR_PLAIN, "%s%s%s%s%s", note, end,
                  line.length ? " Tried " : "", buffer_text(&line), line.length ? "." : "");
    if (report->texts[SHOWN_URL])
        prose_add(prose, PARAGRAPH_DETAIL, "", COLOR_PLAIN, "%s", report->texts[SHOWN_URL]);
}

static void write_report_counts(const struct prose *prose, const struct answer *answer)
{
    const struct evidence *evidence = &answer->evidence[EVIDENCE_ID];
    int total = evidence_total(evidence);
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    int statements = evidence->samples[SAMPLE_VENDOR_STATEMENT];
    if (!total && !statements) {
        prose_field(prose, "Reports", "none on this ID yet.");
        return;
    }
    buffer_append_format(&line, "%d on this ID%s", total, total ? ":" : "");
    const char *separator = " ";
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        if (!evidence->counts[i])
            continue;
        buffer_append_format(&line, "%s%d %s", separator, evidence->counts[i],
                             vocabulary_outcome.entries[i].value);
        separator = ", ";
    }
    if (statements)
        buffer_append_format(&line, "%s%d statement%s of a maker, which %s no attempt",
                             total ? "; and " : ", but ", statements, plural(statements),
                             statements == 1 ? "is" : "are");
    if (total + statements > answer->options.report_limit && answer->options.report_limit > 0)
        buffer_append_format(&line, "; the newest %d:", answer->options.report_limit);
    prose_field(prose, "Reports", "%s", buffer_text(&line));
}

static void write_disagreement(const struct prose *prose, const struct answer *answer)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    contradiction_append(&line, answer);
    prose_line(prose, "Disagreement", &line, "");
}

/* A fix with what it is (`explain`), and whether it is needed still. */
static void write_fix(const struct prose *prose, const struct answer *answer, const char *fix, int helped,
                      int tried, bool explain)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    const char *text = explain ? vocabulary_text(&vocabulary_fix, fix) : NULL;
    const struct needless_fix *needless = gpu_needless_fix(answer->device.gpu.id.vendor, fix);
    if (tried)
        buffer_append_format(&line, "%d of %d  ", helped, tried);
    buffer_append_format(&line, "%s%s%s.", fix, text ? ": " : "", text ? text : "");
    if (needless && needless->needed_until)
        buffer_append_format(&line, " Not needed with %s or newer: %s.", needless->needed_until,
                             needless->text);
    else if (needless)
        buffer_append_format(&line, " No workaround: %s.", needless->text);
    prose_add(prose, PARAGRAPH_ITEM, "-", helped ? COLOR_BOLD : COLOR_PLAIN, "%s", buffer_text(&line));
}

/* What helped, and what did not in one line; of a single report that is shown, that stands there already. */
static void write_tried_fixes(const struct prose *prose, const struct answer *answer)
{
    struct buffer vain CLEANUP(buffer_free) = BUFFER(8192);
    const struct tried_fix *fixes = answer->tried_fixes.items;
    bool is_shown = answer->report_count == 1 && evidence_total(&answer->evidence[EVIDENCE_ID]) == 1 &&
                    answer->tried_fixes.count && !fixes[0].on_chip;
    for (int i = 0; i < answer->tried_fixes.count && !is_shown; i++)
        if (!fixes[i].helped)
            buffer_append_format(&vain, "%s%s (%d)", vain.length ? ", " : "", fixes[i].fix, fixes[i].tried);
    if (!answer->tried_fixes.count || (!fixes[0].helped && !vain.length))
        return;
    prose_field(prose, "Tried", "%s",
                fixes[0].on_chip ? "on this chip under other IDs, and in how many reports it helped:"
                                 : "on this ID, and in how many reports it helped:");
    for (int i = 0; i < answer->tried_fixes.count && fixes[i].helped; i++)
        write_fix(prose, answer, fixes[i].fix, fixes[i].helped, fixes[i].tried, true);
    if (vain.length)
        prose_add(prose, PARAGRAPH_ITEM, "-", COLOR_PLAIN, "did not help (number of reports): %s.",
                  buffer_text(&vain));
}

void answer_write_symptoms(const struct prose *prose, const struct answer *answer)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(8192);
    if (answer->symptom_count)
        prose_field(
            prose, "Symptoms",
            "that these reports name; what was tried against each, and how often it helped, on any GPU:");
    for (int i = 0; i < answer->symptom_count; i++) {
        const struct answer_symptom *symptom = &answer->symptoms[i];
        buffer_clear(&line);
        buffer_append_format(&line, "%s, in %d report%s: ", symptom_value(symptom->symptom), symptom->reports,
                             plural(symptom->reports));
        answer_append_fixes(&line, &symptom->fixes, false);
        if (!symptom->fixes.count)
            buffer_append_text(&line, "no report says what was tried for it alone");
        if (symptom->beside.count)
            buffer_append_text(&line, "; ");
        answer_append_fixes(&line, &symptom->beside, true);
        prose_add(prose, PARAGRAPH_ITEM, "-", COLOR_PLAIN, "%s.", buffer_text(&line));
    }
}

/* The chips on which a workaround helped, or those on which it never did. Returns whether there are any. */
static bool append_chips(struct buffer *line, const struct blocker_workaround *workaround, bool helped,
                         const char *lead)
{
    int shown = 0;
    for (int i = 0; i < workaround->chip_count; i++) {
        if ((workaround->chips[i].helped > 0) != helped)
            continue;
        buffer_append_format(line, "%s%s", shown++ ? ", " : lead, workaround->chips[i].chip);
        if (helped && workaround->chips[i].helped < workaround->chips[i].tried)
            buffer_append_format(line, " (%d of %d)", workaround->chips[i].helped,
                                 workaround->chips[i].tried);
    }
    if (shown)
        buffer_append_byte(line, '.');
    return shown > 0;
}

/* The documented workarounds, each with how often it helped, so that a person can weigh days of work against
 * a card; without any, what helped on GPUs like it. */
static void write_workarounds(const struct prose *prose, const struct answer *answer)
{
    const struct blocker_workaround *workaround = &answer->blocker_workaround;
    const char *chip = answer->device.gpu.chip;
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    bool on_this_chip = false;
    for (int i = 0; i < workaround->chip_count; i++)
        on_this_chip |= strcmp(workaround->chips[i].chip, chip) == 0;
    if (!answer->has_blocker_workaround) {
        answer_append_similar_fixes(&line, answer);
    } else if (!workaround->tried) {
        buffer_append_text(&line, "No report of any on a GPU with this blocker.");
    } else {
        buffer_append_format(&line, "Helped in %d of %d report%s on GPUs with this blocker",
                             workaround->helped, workaround->tried, plural(workaround->tried));
        if (!append_chips(&line, workaround, true, ": on "))
            buffer_append_byte(&line, '.');
        append_chips(&line, workaround, false, " Never helped on ");
        if (!on_this_chip && chip[0])
            buffer_append_format(&line, " No report of any on %s.", chip);
    }
    prose_line(prose, "Workaround", &line, "");
    if (!answer->has_blocker_workaround)
        return;
    for (const char *const *fix = blocker_workarounds(workaround->blocker); *fix; fix++) {
        const struct tried_fix *tried = answer_find_fix(&answer->similar_fixes, *fix);
        const struct tried_fix *own = answer_find_fix(&answer->tried_fixes, *fix);
        write_fix(prose, answer, *fix, tried ? tried->helped : 0, tried ? tried->tried : 0,
                  !own || !own->helped);
    }
}

static void write_alternatives(const struct prose *prose, const struct answer *answer)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(2048);
    if (!answer->alternative_count) {
        answer_write_instead(prose, answer);
        return;
    }
    prose_field(prose, "Buy instead", "%sfor instance:",
                answer->options.chassis == CHASSIS_LAPTOP
                    ? "no card can be added to a laptop: use an external box (eGPU) or another machine, with "
                : gpu_form_factor(&answer->device.gpu) == FORM_FACTOR_MOBILE ? "in a desktop, "
                                                                             : "");
    for (int i = 0; i < answer->alternative_count; i++) {
        const struct alternative *alternative = &answer->alternatives[i];
        char text[PCI_ID_TEXT_SIZE];
        buffer_clear(&line);
        buffer_append_format(&line, "%s %s: about %d %% of attempts succeed",
                             pci_id_print_number(alternative->pci_id, text), alternative->name,
                             verdict_percent(alternative->usable));
        if (alternative->price_usd)
            answer_append_price(&line, alternative);
        if (alternative->same_chip)
            buffer_append_text(&line, ", the same chip as a card");
        prose_add(prose, PARAGRAPH_ITEM, "-", COLOR_PLAIN, "%s", buffer_text(&line));
    }
}

void answer_write_around_reports(const struct prose *prose, const struct answer *answer)
{
    write_report_counts(prose, answer);
    write_disagreement(prose, answer);
}

void answer_write_help(const struct prose *prose, const struct answer *answer)
{
    write_workarounds(prose, answer);
    write_tried_fixes(prose, answer);
}

static void write_stated_values(const struct prose *prose, const struct answer *answer)
{
    const struct device *device = &answer->device;
    prose_field(prose, "Sources", "every value that anything states about this ID:");
    if (device->name_source[0])
        prose_add(prose, PARAGRAPH_ITEM, "-", COLOR_PLAIN, "used: name = %s, %s", device->name,
                  device->name_source);
    for (int i = 0; i < answer->stated_count; i++) {
        const struct stated_value *value = &answer->stated[i];
        prose_add(prose, PARAGRAPH_ITEM, "-", COLOR_PLAIN, "%s %s = %s (%d %%), %s",
                  value->rank ? "not used:" : "used:", attribute_name(value->attribute), value->value,
                  verdict_percent(value->confidence), value->source);
    }
}

void answer_write_full(const struct prose *prose, const struct answer *answer)
{
    write_heading(prose, &answer->device);
    if (!answer->device.is_gpu) {
        prose_field(prose, "Not a GPU",
                    "as far as is known, this device is not a GPU, so there is no verdict.");
        return;
    }
    answer_write_unlisted(prose, answer);
    answer_write_cards(prose, answer);
    write_verdict(prose, answer);
    answer_write_macos(prose, answer);
    answer_write_why(prose, answer);
    answer_write_calculation(prose, answer);
    answer_write_parts(prose, answer);
    write_attribute(prose, answer, ATTRIBUTE_FORM_FACTOR, "Form factor");
    write_attribute(prose, answer, ATTRIBUTE_VBIOS, "vBIOS");
    write_attribute(prose, answer, ATTRIBUTE_DISPLAY, "Display");
    write_attribute(prose, answer, ATTRIBUTE_RESET, "Reset");
    if (gpu_form_factor(&answer->device.gpu) == FORM_FACTOR_EITHER)
        prose_field(prose, "Which one", "add --chassis desktop for the card, --chassis laptop for the chip.");
    write_report_counts(prose, answer);
    for (int i = 0; i < answer->report_count; i++)
        write_report(prose, &answer->reports[i]);
    write_disagreement(prose, answer);
    write_tried_fixes(prose, answer);
    answer_write_symptoms(prose, answer);
    write_workarounds(prose, answer);
    write_alternatives(prose, answer);
    if (answer->options.explain)
        write_stated_values(prose, answer);
}
