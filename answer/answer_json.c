/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "answer/answer.h"
#include "answer/parts.h"

static const char *const outcome_keys[OUTCOME_COUNT] = {"works", "works_with_workaround", "partial", "fails"};

static void write_attribute(struct json_writer *writer, const struct gpu *gpu, enum attribute attribute)
{
    const struct annotation *annotation = &gpu->attributes[attribute];
    json_write_begin_object(writer, attribute_name(attribute));
    json_write_string(writer, "value", vocabulary_value(attribute_vocabulary(attribute), annotation->value));
    json_write_fraction(writer, "confidence", annotation->confidence);
    json_write_string(writer, "source", annotation->source);
    json_write_end_object(writer);
}

/* The narrowest level of knowledge. */
static const char *knowledge(const struct verdict *verdict)
{
    static const char *const words[EVIDENCE_LEVELS] = {
        [EVIDENCE_ALL] = "mechanism",       [EVIDENCE_CLASS] = "class", [EVIDENCE_CHASSIS] = "chassis",
        [EVIDENCE_GUEST] = "guest",         [EVIDENCE_CHIP] = "chip",   [EVIDENCE_ID] = "id",
        [EVIDENCE_SUBSYSTEM] = "subsystem",
    };
    if (verdict->level == LEVEL_UNKNOWN)
        return "none";
    return words[verdict->narrowest < 0 ? EVIDENCE_ALL : verdict->narrowest];
}

/* How the reports that the verdict rests on came to be known, and what each is weighed for. */
static void write_samples(struct json_writer *writer, const struct answer *answer)
{
    const int *samples = answer_samples(answer);
    bool by_tool = answer->evidence[EVIDENCE_ALL].samples[SAMPLE_TOOL] > 0;
    json_write_begin_object(writer, "sample");
    json_write_begin_object(writer, "reports_by_sample");
    for (int i = 0; i < SAMPLE_COUNT; i++)
        json_write_integer(writer, sample_value(i), samples[i]);
    json_write_end_object(writer);
    json_write_string(writer, "reference",
                      by_tool ? "the middle of showcase and troubleshooting, and reports of the tool"
                              : "the middle of showcase and troubleshooting");
    json_write_end_object(writer);
}

void answer_write_verdict(struct json_writer *writer, const struct answer *answer)
{
    const struct verdict *verdict = &answer->verdict;
    enum guest guest = answer->options.guest;
    struct buffer basis CLEANUP(buffer_free) = BUFFER(4096);
    json_write_begin_object(writer, "verdict");
    write_level(writer, verdict);
    if (json_write_begin_object_or_null(writer, "outcomes", verdict->level != LEVEL_UNKNOWN)) {
        for (int i = 0; i < OUTCOME_COUNT; i++)
            json_write_fraction(writer, outcome_keys[i], verdict->outcomes[i]);
        json_write_end_object(writer);
    }
    json_write_text_or_null(writer, "guest", guest ? guest_value(guest) : NULL);
    json_write_string(writer, "knowledge", knowledge(verdict));
    json_write_integer(writer, "direct_reports", verdict->direct_reports);
    json_write_integer(writer, "pooled_reports", verdict->pooled_reports);
    answer_append_basis(&basis, answer, true);
    json_write_string(writer, "basis", buffer_text(&basis));
    write_samples(writer, answer);
    json_write_end_object(writer);
}

/* The verdicts on parts of the GPU, by share. */
static void write_parts(struct json_writer *writer, const struct answer *answer)
{
    json_write_begin_object(writer, "parts");
    for (int share = SHARE_WHOLE + 1; share < SHARE_COUNT; share++) {
        const struct verdict *verdict = &answer->parts[share];
        if (!verdict->direct_reports)
            continue;
        json_write_begin_object(writer, share_value(share));
        write_level(writer, verdict);
        json_write_integer(writer, "direct_reports", verdict->direct_reports);
        json_write_end_object(writer);
    }
    json_write_end_object(writer);
}

static void write_report(struct json_writer *writer, const struct shown_report *report)
{
    static const struct {
        const char *key;
        enum shown_text text;
    } optional[] = {{"hypervisor", SHOWN_HYPERVISOR},
                    {"guest_os", SHOWN_GUEST_OS},
                    {"machine", SHOWN_MACHINE},
                    {"date", SHOWN_DATE},
                    {"url", SHOWN_URL},
                    {"note", SHOWN_NOTE}};
    json_write_begin_object(writer, NULL);
    json_write_string(writer, "id", report->id);
    json_write_string(writer, "outcome", outcome_value(report->outcome));
    json_write_string(writer, "chassis",
                      report->texts[SHOWN_CHASSIS] ? report->texts[SHOWN_CHASSIS] : "unknown");
    json_write_string(writer, "sample", sample_value(report->sample));
    for (size_t i = 0; i < ARRAY_SIZE(optional); i++)
        if (report->texts[optional[i].text])
            json_write_string(writer, optional[i].key, report->texts[optional[i].text]);
    json_write_begin_array(writer, "attempts");
    for (int i = 0; i < report->attempt_count; i++) {
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "fix", report->attempts[i].fix);
        json_write_string(writer, "result", result_value(report->attempts[i].result));
        if (report->attempts[i].purpose)
            json_write_string(writer, "for", report->attempts[i].purpose);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
    json_write_end_object(writer);
}

static void write_reports(struct json_writer *writer, const struct answer *answer)
{
    const struct evidence *evidence = &answer->evidence[EVIDENCE_ID];
    json_write_begin_object(writer, "reports");
    for (int i = 0; i < OUTCOME_COUNT; i++)
        json_write_integer(writer, outcome_keys[i], evidence->counts[i]);
    json_write_integer(writer, "statements", evidence->samples[SAMPLE_VENDOR_STATEMENT]);
    json_write_text_or_null(writer, "latest", evidence->latest);
    json_write_begin_array(writer, "items");
    for (int i = 0; i < answer->report_count; i++)
        write_report(writer, &answer->reports[i]);
    json_write_end_array(writer);
    json_write_end_object(writer);
    contradiction_write_json(writer, answer);
}

static void write_blockers(struct json_writer *writer, const struct answer *answer)
{
    json_write_begin_array(writer, "blockers");
    for (int i = 0; i < answer->blocker_count; i++) {
        const struct vocabulary_entry *entry = &vocabulary_blocker.entries[answer->blockers[i]];
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "id", entry->value);
        json_write_string(writer, "text", entry->text);
        json_write_fraction(writer, "confidence",
                            gpu_blocker_confidence(&answer->device.gpu, answer->blockers[i]));
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

/* `on`: they were tried on this ID or its chip, and it is said on which. */
static void write_fixes(struct json_writer *writer, const char *key, const struct answer *answer,
                        const struct tried_fixes *fixes, bool on)
{
    json_write_begin_array(writer, key);
    for (int i = 0; i < fixes->count; i++) {
        const struct tried_fix *tried = &fixes->items[i];
        const char *text = vocabulary_text(&vocabulary_fix, tried->fix);
        const struct needless_fix *needless = gpu_needless_fix(answer->device.gpu.id.vendor, tried->fix);
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "fix", tried->fix);
        json_write_integer(writer, "tried", tried->tried);
        json_write_integer(writer, "helped", tried->helped);
        if (on)
            json_write_string(writer, "on", tried->on_chip ? "chip" : "id");
        json_write_string(writer, "text", text ? text : tried->fix);
        if (needless && needless->needed_until)
            json_write_string(writer, "needed_until", needless->needed_until);
        if (needless && !needless->needed_until)
            json_write_bool(writer, "ordinary", true);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

static void write_symptoms(struct json_writer *writer, const struct answer *answer)
{
    json_write_begin_array(writer, "symptoms");
    for (int i = 0; i < answer->symptom_count; i++) {
        const struct answer_symptom *symptom = &answer->symptoms[i];
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "symptom", symptom_value(symptom->symptom));
        json_write_integer(writer, "reports", symptom->reports);
        write_fixes(writer, "fixes", answer, &symptom->fixes, false);
        write_fixes(writer, "fixes_beside", answer, &symptom->beside, false);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

static void write_chips(struct json_writer *writer, const char *key,
                        const struct blocker_workaround *workaround, bool helped)
{
    json_write_begin_array(writer, key);
    for (int i = 0; i < workaround->chip_count; i++)
        if ((workaround->chips[i].helped > 0) == helped)
            json_write_string(writer, NULL, workaround->chips[i].chip);
    json_write_end_array(writer);
}

static void write_blocker_workaround(struct json_writer *writer, const struct answer *answer)
{
    const struct blocker_workaround *workaround = &answer->blocker_workaround;
    if (!json_write_begin_object_or_null(writer, "remaining_path", answer->has_blocker_workaround))
        return;
    const char *const *fixes = blocker_workarounds(workaround->blocker);
    json_write_string(writer, "blocker", blocker_value(workaround->blocker));
    json_write_string(writer, "fix", fixes[0]);
    json_write_string(writer, "text", vocabulary_text(&vocabulary_fix, fixes[0]));
    json_write_begin_array(writer, "fixes");
    for (; *fixes; fixes++)
        json_write_string(writer, NULL, *fixes);
    json_write_end_array(writer);
    json_write_integer(writer, "tried", workaround->tried);
    json_write_integer(writer, "helped", workaround->helped);
    write_chips(writer, "worked_on", workaround, true);
    write_chips(writer, "failed_on", workaround, false);
    json_write_end_object(writer);
}

static void write_alternatives(struct json_writer *writer, const struct answer *answer)
{
    json_write_begin_array(writer, "alternatives");
    for (int i = 0; i < answer->alternative_count; i++) {
        const struct alternative *alternative = &answer->alternatives[i];
        json_write_begin_object(writer, NULL);
        json_write_pci_id(writer, "pci_id", alternative->pci_id);
        json_write_string(writer, "name", alternative->name);
        json_write_fraction(writer, "probability", alternative->usable);
        json_write_bool(writer, "same_chip", alternative->same_chip);
        json_write_integer_or_null(writer, "price_usd", alternative->price_usd, alternative->price_usd);
        json_write_integer_or_null(writer, "price_high_usd", alternative->price_high_usd,
                                   alternative->price_high_usd);
        json_write_text_or_null(writer, "price_as_of",
                                alternative->price_usd ? alternative->price_as_of : NULL);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

static void write_stated_values(struct json_writer *writer, const struct answer *answer)
{
    json_write_begin_array(writer, "stated");
    for (int i = 0; i < answer->stated_count; i++) {
        const struct stated_value *value = &answer->stated[i];
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "attribute", attribute_name(value->attribute));
        json_write_string(writer, "value", value->value);
        json_write_fraction(writer, "confidence", value->confidence);
        json_write_string(writer, "source", value->source);
        json_write_bool(writer, "used", value->rank == 0);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

/* Of a GPU that was asked for by a name. */
static void write_match(struct json_writer *writer, const struct answer_match *match)
{
    if (match->kind == MATCH_NONE)
        return;
    json_write_begin_object(writer, "match");
    json_write_string(writer, "kind", match_kind_name(match->kind));
    json_write_string(writer, "name", match->name);
    json_write_integer(writer, "ids", match->ids);
    json_write_end_object(writer);
}

static void write_identity(struct json_writer *writer, const struct answer *answer)
{
    const struct device *device = &answer->device;
    char id[PCI_ID_TEXT_SIZE];
    char revision[3];
    json_write_string(writer, "query", answer->query);
    write_match(writer, &answer->match);
    json_write_pci_id(writer, "pci_id", pci_id_number(&device->id));
    if (device->id.has_subsystem)
        json_write_string(writer, "subsystem", pci_id_print_subsystem(&device->id, id));
    if (device->subsystem[0])
        json_write_string(writer, "subsystem_name", device->subsystem);
    snprintf(revision, sizeof revision, "%02x", device->id.revision);
    if (device->id.has_revision)
        json_write_string(writer, "revision", revision);
    if (device->product[0])
        json_write_string(writer, "product", device->product);
    json_write_string(writer, "vendor", device->vendor);
    json_write_string(writer, "name", device->name);
    json_write_text_or_null(writer, "name_source", device->name_source);
    json_write_bool(writer, "is_listed", !device->is_unlisted);
    if (device->is_unlisted)
        json_write_text_or_null(writer, "generation", device->generation);
    json_write_text_or_null(writer, "chip", device->is_gpu ? device->gpu.chip : NULL);
    json_write_bool(writer, "is_gpu", device->is_gpu);
}

/* What its maker's driver still does for the chip. */
static void write_driver(struct json_writer *writer, const struct device *device)
{
    if (!json_write_begin_object_or_null(writer, "driver_support", device->security[0]))
        return;
    json_write_text_or_null(writer, "driver", device->driver);
    json_write_string(writer, "security", device->security);
    json_write_end_object(writer);
}

void answer_write_members(struct json_writer *writer, const struct answer *answer)
{
    const struct gpu *gpu = &answer->device.gpu;
    write_identity(writer, answer);
    if (!answer->device.is_gpu)
        return;
    write_attribute(writer, gpu, ATTRIBUTE_FORM_FACTOR);
    write_attribute(writer, gpu, ATTRIBUTE_VBIOS);
    write_attribute(writer, gpu, ATTRIBUTE_RESET);
    write_attribute(writer, gpu, ATTRIBUTE_DISPLAY);
    write_driver(writer, &answer->device);
    card_write_json(writer, answer->cards, answer->card_count);
    answer_write_verdict(writer, answer);
    write_parts(writer, answer);
    write_reports(writer, answer);
    write_blockers(writer, answer);
    write_fixes(writer, "workarounds", answer, &answer->tried_fixes, true);
    write_fixes(writer, "similar_workarounds", answer, &answer->similar_fixes, false);
    write_symptoms(writer, answer);
    write_blocker_workaround(writer, answer);
    write_alternatives(writer, answer);
    if (answer->options.explain)
        write_stated_values(writer, answer);
}

void answer_write_json(struct json_writer *writer, const struct answer *answer)
{
    json_write_begin_object(writer, NULL);
    answer_write_members(writer, answer);
    json_write_end_object(writer);
}
