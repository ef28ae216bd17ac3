/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer that fits a screen: what it is, whether it works, why, which workaround, what was reported, what
 * to buy. Each is said once, and what is not about this GPU is left to the full answer. */

#include <string.h>

#include "answer/answer.h"
#include "answer/parts.h"

/* What is less sure is probable, and below that possible. */
static const double sure_enough = 0.85;
static const double probable = 0.6;

static const char *const kinds[FORM_FACTOR_COUNT] = {
    [FORM_FACTOR_UNKNOWN] = "whether card or laptop chip is not known",
    [FORM_FACTOR_DESKTOP] = "card",
    [FORM_FACTOR_MOBILE] = "laptop chip",
    [FORM_FACTOR_INTEGRATED] = "integrated GPU",
    [FORM_FACTOR_SERVER] = "server card",
    [FORM_FACTOR_VIRTUAL] = "virtual GPU",
    [FORM_FACTOR_BMC] = "display chip of a management controller",
    [FORM_FACTOR_EITHER] = "sold as card and as laptop chip",
};

/* ---- what it is ---- */

/* "Advanced Micro Devices, Inc. [AMD/ATI]" as "AMD", "NVIDIA Corporation" as "NVIDIA". */
static void append_vendor(struct buffer *out, const char *vendor)
{
    static const char *const legal_forms[] = {" Corp", ", Inc", " Inc",     ", Ltd",
                                              " Ltd",  " Co.",  " Company", " ("};
    const char *bracket = strchr(vendor, '[');
    size_t length = bracket ? strcspn(bracket + 1, "/]") : strlen(vendor);
    for (size_t i = 0; !bracket && i < ARRAY_SIZE(legal_forms); i++) {
        const char *end = strstr(vendor, legal_forms[i]);
        if (end && (size_t)(end - vendor) < length)
            length = (size_t)(end - vendor);
    }
    buffer_append(out, bracket ? bracket + 1 : vendor, length);
}

/* The maker once: "ASPEED Technology" makes the "ASPEED Graphics Family". "GP108M [GeForce MX330]" is called
 * by what stands in the brackets. */
void answer_append_name(struct buffer *out, const struct answer *answer)
{
    const struct device *device = &answer->device;
    struct buffer vendor CLEANUP(buffer_free) = BUFFER(NAME_SIZE + 1);
    bool is_by_name = answer->match.kind == MATCH_EXACT || answer->match.kind == MATCH_ALIAS;
    size_t whole = strlen(device->name);
    const char *bracket = whole && device->name[whole - 1] == ']' ? strstr(device->name, " [") : NULL;
    const char *product = is_by_name ? answer->match.name : device->product;
    size_t length = strlen(product);
    if (!length && bracket) {
        product = bracket + 2;
        length = (size_t)(device->name + whole - 1 - product);
    } else if (!length) {
        product = device->name;
        length = strlen(product);
    }
    append_vendor(&vendor, device->vendor);
    size_t first_word = strcspn(buffer_text(&vendor), " ");
    if (first_word && strncmp(product, buffer_text(&vendor), first_word) != 0)
        buffer_append_format(out, "%s ", buffer_text(&vendor));
    buffer_append(out, product, length);
}

/* An attribute that is less sure is said to be probable. */
static const char *hedge(const struct gpu *gpu, enum attribute attribute)
{
    const struct annotation *annotation = &gpu->attributes[attribute];
    return annotation->value && annotation->confidence < sure_enough ? "probably " : "";
}

static void write_heading(const struct prose *prose, const struct answer *answer)
{
    const struct device *device = &answer->device;
    const struct gpu *gpu = &device->gpu;
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    char id[PCI_ID_TEXT_SIZE];
    answer_append_name(&line, answer);
    buffer_append_format(&line, " (%s", pci_id_print_base(&device->id, id));
    if (device->id.has_revision)
        buffer_append_format(&line, " rev %02x", device->id.revision);
    buffer_append_byte(&line, ')');
    if (device->is_gpu) {
        bool name_is_chip = !gpu->chip[0] || strcmp(device->name, gpu->chip) == 0;
        buffer_append_format(&line, ": %s%s%s%s", name_is_chip ? "" : gpu->chip, name_is_chip ? "" : ", ",
                             hedge(gpu, ATTRIBUTE_FORM_FACTOR), kinds[gpu_form_factor(gpu)]);
        if (gpu_display(gpu) == DISPLAY_NONE)
            buffer_append_format(&line, ", %swithout outputs", hedge(gpu, ATTRIBUTE_DISPLAY));
        if (answer->options.share != SHARE_WHOLE)
            buffer_append_format(&line, "; %s", answer_share_names[answer->options.share]);
    }
    prose_add(prose, PARAGRAPH_TEXT, "", COLOR_BOLD, "%s", buffer_text(&line));
    if (device->id.has_subsystem)
        prose_field(prose, pci_id_print_subsystem(&device->id, id), "%s",
                    device->subsystem[0] ? device->subsystem : "a subsystem that pci.ids does not name");
}

/* ---- whether it works ---- */

static const struct {
    const char *sentence;
    enum color color;
} levels[LEVEL_COUNT] = {
    [LEVEL_UNKNOWN] = {"UNKNOWN whether it works", COLOR_BOLD},
    [LEVEL_WORKS] = {"WORKS", COLOR_GREEN},
    [LEVEL_LIKELY] = {"LIKELY to work", COLOR_GREEN},
    [LEVEL_MIXED] = {"MIXED: may work or not", COLOR_YELLOW},
    [LEVEL_UNLIKELY] = {"UNLIKELY to work", COLOR_RED},
    [LEVEL_FAILS] = {"FAILS", COLOR_RED},
};

enum color answer_level_color(enum level level)
{
    return levels[level].color;
}

const char *answer_level_sentence(enum level level)
{
    return levels[level].sentence;
}

void answer_append_verdict(struct buffer *out, const struct answer *answer)
{
    buffer_append_format(out, "%s. ", answer_level_sentence(answer->verdict.level));
    answer_append_after_level(out, answer);
}

/* "About 2 in 10 such attempts succeed (8 to 38 %), nearly all of them with a workaround" */
void answer_append_after_level(struct buffer *out, const struct answer *answer)
{
    const struct verdict *verdict = &answer->verdict;
    int in_ten = (int)lround(verdict->usable * 10.0);
    double share = verdict->outcomes[OUTCOME_WORKS_WITH_WORKAROUND] / verdict->usable;
    if (verdict->level == LEVEL_UNKNOWN) {
        buffer_append_text(out, "No report and no known mechanism supports an answer.");
        return;
    }
    if (in_ten == 0)
        buffer_append_text(out, "Fewer than 1 in 10 such attempts succeed");
    else if (in_ten == 10)
        buffer_append_text(out, "Nearly all such attempts succeed");
    else
        buffer_append_format(out, "About %d in 10 such attempts succeed", in_ten);
    answer_append_guest(out, answer);
    buffer_append_format(out, " (%d to %d %%)", verdict_percent(verdict->low),
                         verdict_percent(verdict->high));
    if (answer_takes_workaround(verdict)) {
        buffer_append_format(out, ", %s with a workaround",
                             share >= 0.8    ? "nearly all of them"
                             : share >= 0.55 ? "most of them"
                                             : "about half of them");
        answer_append_effort(out, answer);
    }
    buffer_append_byte(out, '.');
    answer_append_ground(out, answer);
}

const char *answer_blocker_hedge(const struct answer *answer, enum blocker blocker)
{
    double confidence = gpu_blocker_confidence(&answer->device.gpu, blocker);
    return confidence >= sure_enough ? "" : confidence >= probable ? "Probably: " : "Perhaps: ";
}

/* The gravest blocker in full, of the others the first sentence; without any why it should work. */
static void write_why(const struct prose *prose, const struct answer *answer)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(8192);
    for (int i = 0; i < answer->blocker_count; i++) {
        const char *text = vocabulary_blocker.entries[answer->blockers[i]].text;
        const char *end = i ? strstr(text, ". ") : NULL;
        buffer_append_format(&line, "%s%s", i ? " " : "", answer_blocker_hedge(answer, answer->blockers[i]));
        buffer_append(&line, text, end ? (size_t)(end + 1 - text) : strlen(text));
    }
    if (!answer->blocker_count && !lacks_driver(answer)) {
        /* How many reports there are now, the verdict says. */
        const char *reason = answer->device.prior.reason;
        const char *checked = strstr(reason, " Checked against ");
        buffer_append(&line, reason, checked ? (size_t)(checked - reason) : strlen(reason));
    }
    prose_line(prose, "Why", &line, "");
}

static void write_no_help(const struct prose *prose, const struct answer *answer)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(8192);
    bool on_chip = answer->tried_fixes.count && answer->tried_fixes.items[0].on_chip;
    size_t one_line = on_chip ? 24 : 44;
    int more = 0;
    for (int i = 0; i < answer->tried_fixes.count; i++) {
        const struct tried_fix *tried = &answer->tried_fixes.items[i];
        const char *name = answer_fix_name(tried);
        if (tried->helped)
            continue;
        if (line.length && line.length + 2 + strlen(name) > one_line)
            more++;
        else
            buffer_append_format(&line, "%s%s", line.length ? ", " : "", name);
    }
    if (more)
        buffer_append_format(&line, " and %d more", more);
    prose_line(prose, "No help", &line, on_chip ? " (tried on this chip)." : ".");
}

/* ---- reports ---- */

static void append_direct(struct buffer *out, const struct evidence *evidence)
{
    static const char *const outcomes[OUTCOME_COUNT] = {
        [OUTCOME_WORKS] = "it worked",
        [OUTCOME_WORKS_WITH_WORKAROUND] = "it worked with a workaround",
        [OUTCOME_PARTIAL] = "it worked in part",
        [OUTCOME_FAILS] = "it failed",
    };
    int total = evidence_total(evidence);
    int usable = usable_reports(evidence->counts);
    int with_workaround = evidence->counts[OUTCOME_WORKS_WITH_WORKAROUND];
    if (!total) {
        buffer_append_text(out, "none on this model");
        return;
    }
    buffer_append_format(out, "%d on this model", total);
    for (int i = 0; total == 1 && i < OUTCOME_COUNT; i++)
        if (evidence->counts[i])
            buffer_append_format(out, ": %s", outcomes[i]);
    if (total > 1 && usable)
        buffer_append_format(out, ": %d worked", usable);
    else if (total > 1)
        buffer_append_text(out, ": none worked");
    if (total > 1 && with_workaround)
        buffer_append_format(out, " (%d with a workaround)", with_workaround);
    if (evidence->latest[0])
        buffer_append_format(out, ", %s%s", total > 1 ? "newest " : "", evidence->latest);
    if (evidence->excluded_reports)
        buffer_append_format(out, "; %d failed because of the host and %s not count",
                             evidence->excluded_reports, evidence->excluded_reports == 1 ? "does" : "do");
}

void answer_write_reports_in_short(const struct prose *prose, const struct answer *answer)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    const struct evidence *chip = &answer->evidence[EVIDENCE_CHIP];
    const struct evidence *class = &answer->evidence[EVIDENCE_CLASS];
    const struct evidence *guest = &answer->evidence[EVIDENCE_GUEST];
    int direct = evidence_total(&answer->evidence[EVIDENCE_ID]);
    bool by_chip = evidence_total(chip) > direct;
    const struct evidence *wider = by_chip ? chip : class;
    int total = evidence_total(wider);
    append_direct(&line, &answer->evidence[EVIDENCE_ID]);
    if (evidence_total(guest))
        buffer_append_format(&line, "; on GPUs like it with a %s guest: %d of %d worked",
                             answer_guest_name(answer->options.guest), usable_reports(guest->counts),
                             evidence_total(guest));
    else if (total > direct)
        buffer_append_format(&line, "; on %s%s: %d of %d worked",
                             by_chip ? answer->device.gpu.chip : "GPUs like it",
                             direct ? ", this one included" : "", usable_reports(wider->counts), total);
    prose_line(prose, "Reports", &line, ".");
    contradiction_append_short(&line, answer);
    prose_line(prose, "Disagreement", &line, ".");
}

/* ---- what to do ---- */

void answer_append_price(struct buffer *out, const struct alternative *other)
{
    buffer_append_format(out, ", about $%d", other->price_usd);
    if (other->price_high_usd > other->price_usd)
        buffer_append_format(out, "-%d", other->price_high_usd);
    buffer_append_format(out, " (%s)", other->price_as_of);
}

void answer_write_instead(const struct prose *prose, const struct answer *answer)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    char id[PCI_ID_TEXT_SIZE];
    enum form_factor form_factor = gpu_form_factor(&answer->device.gpu);
    if (lacks_driver(answer))
        prose_field(prose, "Instead", "cards that macOS has a driver for: passthru recommend --use macos");
    /* What has no hardware is looked up by mistake. */
    if (!answer->alternative_count || form_factor == FORM_FACTOR_VIRTUAL)
        return;
    const struct alternative *other = &answer->alternatives[0];
    bool in_laptop = form_factor == FORM_FACTOR_MOBILE || form_factor == FORM_FACTOR_INTEGRATED;
    buffer_append_format(&line, "%s%s (%s), %s %d %%",
                         answer->options.chassis == CHASSIS_LAPTOP
                             ? "in another machine or an external box (eGPU): "
                         : in_laptop ? "in a desktop: "
                                     : "",
                         other->name, pci_id_print_number(other->pci_id, id),
                         level_value(verdict_level(other->usable)), verdict_percent(other->usable));
    if (other->same_chip)
        buffer_append_text(&line, ", the same chip");
    if (other->price_usd)
        answer_append_price(&line, other);
    prose_field(prose, "Instead", "%s; more: passthru recommend %s", buffer_text(&line),
                pci_id_print_base(&answer->device.id, id));
}

void answer_write_macos(const struct prose *prose, const struct answer *answer)
{
    const char *last = strchr(answer->macos, '-');
    if (lacks_driver(answer))
        prose_add(prose, PARAGRAPH_FIELD, "macOS", COLOR_YELLOW,
                  "no version has a driver for this chip; a faked device ID and patched drivers are all that "
                  "helped anybody.");
    else if (last && !card_is_for_macos(answer->macos))
        prose_add(prose, PARAGRAPH_FIELD, "macOS", COLOR_YELLOW,
                  "only %.*s to %s have a driver, none that still gets updates.", (int)(last - answer->macos),
                  answer->macos, last + 1);
    else if (last && last[1])
        prose_field(prose, "macOS", "versions %.*s to %s have a driver for this chip.",
                    (int)(last - answer->macos), answer->macos, last + 1);
    else if (last)
        prose_field(prose, "macOS", "%.*s and newer have a driver for this chip.",
                    (int)(last - answer->macos), answer->macos);
}

void answer_append_driver(struct buffer *out, const struct device *device)
{
    enum { NVIDIA = 0x10de };
    bool is_branch = device->driver[0] >= '0' && device->driver[0] <= '9';
    bool has_ended = strncmp(device->security, "ended ", 6) == 0;
    bool is_legacy = strcmp(device->security, "legacy") == 0;
    if (!has_ended && !(is_legacy && is_branch))
        return;
    buffer_append_text(out, device->id.vendor == NVIDIA ? "" : "Windows: ");
    append_vendor(out, device->vendor);
    if (is_branch)
        buffer_append_format(out, " %s is the last", device->driver);
    if (has_ended)
        buffer_append_format(out, ", no security fixes since %s", device->security + 6);
    else
        buffer_append_text(out, ": legacy support, security fixes only");
}

void answer_write_cards(const struct prose *prose, const struct answer *answer)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    card_append_facts(&line, answer->cards, answer->card_count);
    prose_line(prose, answer->card_count == 1 ? "Card" : "Cards", &line, ".");
    answer_append_driver(&line, &answer->device);
    prose_line(prose, "Driver", &line, ".");
}

void answer_write_unlisted(const struct prose *prose, const struct answer *answer)
{
    const struct device *device = &answer->device;
    if (!device->is_unlisted)
        return;
    if (device->generation[0])
        prose_add(
            prose, PARAGRAPH_FIELD, "Not listed", COLOR_YELLOW,
            "the lists here lack this GPU. By its number it is a GPU of the %s, with the chip %s; all below is"
            " inferred from that.",
            device->generation, device->gpu.chip);
    else
        prose_add(
            prose, PARAGRAPH_FIELD, "Not listed", COLOR_YELLOW,
            "the lists here lack this ID, and its number tells nothing: all that is known is in its reports.");
}

void answer_write_short(const struct prose *prose, const struct answer *answer)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(2048);
    write_heading(prose, answer);
    if (!answer->device.is_gpu) {
        prose_add(prose, PARAGRAPH_TEXT, "", COLOR_PLAIN,
                  "Not a GPU, as far as is known: there is no verdict.");
        return;
    }
    answer_append_verdict(&line, answer);
    prose_add(prose, PARAGRAPH_TEXT, "", answer_level_color(answer->verdict.level), "%s", buffer_text(&line));
    prose_break(prose);
    answer_write_unlisted(prose, answer);
    answer_write_cards(prose, answer);
    answer_write_macos(prose, answer);
    write_why(prose, answer);
    answer_write_workaround(prose, answer);
    answer_write_reports_in_short(prose, answer);
    answer_write_parts(prose, answer);
    write_no_help(prose, answer);
    if (gpu_form_factor(&answer->device.gpu) == FORM_FACTOR_EITHER)
        prose_field(prose, "Which one", "%s",
                    "--chassis desktop for the card, --chassis laptop for the chip.");
    answer_write_instead(prose, answer);
}
