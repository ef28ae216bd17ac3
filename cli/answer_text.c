#include "cli/answer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/contradiction.h"
#include "core/report.h"

enum { INDENT = 14, ID_COLUMN = 11, FORM_COLUMN = 12, VBIOS_COLUMN = 16, VERDICT_COLUMN = 14 };

static const char *const level_sentences[LEVEL_COUNT] = {
    [LEVEL_UNKNOWN] = "UNKNOWN",           [LEVEL_WORKS] = "WORKS",
    [LEVEL_LIKELY] = "LIKELY to work",     [LEVEL_MIXED] = "MIXED: may work or not",
    [LEVEL_UNLIKELY] = "UNLIKELY to work", [LEVEL_FAILS] = "FAILS",
};

static const enum color level_colors[LEVEL_COUNT] = {
    [LEVEL_UNKNOWN] = COLOR_BOLD, [LEVEL_WORKS] = COLOR_GREEN,  [LEVEL_LIKELY] = COLOR_GREEN,
    [LEVEL_MIXED] = COLOR_YELLOW, [LEVEL_UNLIKELY] = COLOR_RED, [LEVEL_FAILS] = COLOR_RED,
};

/* What is less sure than this is told as probable. */
static const double sure_enough = 0.85;

static int percent(double share)
{
    return (int)lround(share * 100.0);
}

static void write_heading(struct output *output, const struct device *device)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    struct pci_id whole = pci_id_from_number(pci_id_number(&device->id));
    char id[PCI_ID_TEXT_SIZE];
    buffer_append_format(&line, "%s %s", device->vendor, device->name);
    if (device->id.has_revision)
        buffer_append_format(&line, " (rev %02x)", device->id.revision);
    if (device->product[0])
        buffer_append_format(&line, ", sold as %s", device->product);
    output_paragraph_color(output, INDENT, pci_id_print(&whole, id), COLOR_BOLD, buffer_text(&line));
    if (device->id.has_subsystem)
        output_paragraph(output, INDENT, strchr(pci_id_print(&device->id, id) + 5, ':') + 1,
                         device->subsystem[0] ? device->subsystem : "a subsystem that pci.ids does not name");
}

/* The verdict in a sentence: level, how often, how sure, and what effort it takes. */
void answer_write_verdict(struct output *output, const struct answer *answer)
{
    const struct verdict *verdict = &answer->verdict;
    struct buffer line CLEANUP(buffer_free) = BUFFER(2048);
    buffer_append_text(&line, level_sentences[verdict->level]);
    if (verdict->level == LEVEL_UNKNOWN) {
        buffer_append_text(&line, ": no report and no known mechanism supports an answer.");
    } else {
        buffer_append_format(&line, ": about %d in 100 such attempts end usable (80 %% sure: %d to %d)",
                             percent(verdict->usable), percent(verdict->low), percent(verdict->high));
        if (verdict->outcomes[OUTCOME_WORKS_WITH_WORKAROUND] > verdict->outcomes[OUTCOME_WORKS])
            buffer_append_format(&line, ", %d of them only with a workaround",
                                 percent(verdict->outcomes[OUTCOME_WORKS_WITH_WORKAROUND]));
        buffer_append_byte(&line, '.');
    }
    output_paragraph_color(output, INDENT, "Verdict", level_colors[verdict->level], buffer_text(&line));
}

static void write_why(struct output *output, const struct answer *answer)
{
    struct buffer basis CLEANUP(buffer_free) = BUFFER(4096);
    for (int i = 0; i < answer->blocker_count; i++) {
        struct buffer line CLEANUP(buffer_free) = BUFFER(2048);
        /* A blocker is as sure as the attribute that it follows from. */
        if (gpu_blocker_confidence(&answer->device.gpu, answer->blockers[i]) < sure_enough)
            buffer_append_text(&line, "Probably: ");
        buffer_append_text(&line, vocabulary_blocker.words[answer->blockers[i]].text);
        output_paragraph(output, INDENT, i ? "" : "Why", buffer_text(&line));
    }
    verdict_append_basis(&basis, &answer->device.gpu, &answer->device.prior, answer->evidence,
                         &answer->verdict);
    output_paragraph(output, INDENT, "Based on", buffer_text(&basis));
}

static void write_attribute(struct output *output, const struct gpu *gpu, enum attribute attribute,
                            const char *label, bool explain)
{
    const struct annotation *annotation = &gpu->attributes[attribute];
    const struct vocabulary *vocabulary = attribute_vocabulary(attribute);
    const struct vocabulary_word *word = &vocabulary->words[annotation->value];
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    buffer_append_text(&line, word->word);
    if (annotation->value)
        buffer_append_format(&line, " (%d %% sure)", percent(annotation->confidence));
    if (annotation->value && annotation->confidence < 0.5)
        buffer_append_text(&line, ", a guess");
    buffer_append_format(&line, ": %s.", word->text);
    if (explain && annotation->source[0])
        buffer_append_format(&line, " Says %s", annotation->source);
    output_paragraph(output, INDENT, label, buffer_text(&line));
}

static void append_result_words(struct buffer *line, const struct report *report)
{
    for (int i = 0; i < report->attempt_count; i++)
        buffer_append_format(line, "%s%s: %s", i ? ", " : " Tried ", report->attempts[i].fix,
                             vocabulary_word_of(&vocabulary_result, (int)report->attempts[i].result));
    if (report->attempt_count)
        buffer_append_byte(line, '.');
}

static const enum color outcome_colors[OUTCOME_COUNT] = {
    [OUTCOME_WORKS] = COLOR_GREEN,
    [OUTCOME_WORKS_WITH_WORKAROUND] = COLOR_GREEN,
    [OUTCOME_PARTIAL] = COLOR_YELLOW,
    [OUTCOME_FAILS] = COLOR_RED,
};

/* The reports on their way out. */
struct report_list {
    struct output *output;
    struct contradiction contradiction;
};

static enum error_code write_report(void *context, const char *id, const char *body, size_t length,
                                    struct error *error)
{
    struct report_list *list = context;
    struct output *output = list->output;
    struct report report;
    struct buffer line CLEANUP(buffer_free) = BUFFER(1 << 16);
    if (report_parse(body, length, &report, NULL, error))
        return error_set(error, ERROR_DATABASE_DAMAGED, "report %s in the database is not readable", id);
    contradiction_add(&list->contradiction, &report);
    buffer_append_format(&line, "%s, %s", vocabulary_word_of(&vocabulary_outcome, (int)report.outcome),
                         report.date ? report.date : "undated");
    if (report.machine)
        buffer_append_format(&line, ", %s", report.machine);
    if (report.chassis != CHASSIS_UNKNOWN)
        buffer_append_format(&line, ", %s", vocabulary_word_of(&vocabulary_chassis, (int)report.chassis));
    if (report.hypervisor)
        buffer_append_format(&line, ", %s", report.hypervisor);
    if (report.guest_os)
        buffer_append_format(&line, ", guest %s", report.guest_os);
    output_paragraph_color(output, 2, "-", outcome_colors[report.outcome], buffer_text(&line));
    buffer_clear(&line);
    if (report.note)
        buffer_append_text(&line, report.note);
    append_result_words(&line, &report);
    if (line.length)
        output_paragraph(output, 4, "", buffer_text(&line));
    if (report.url)
        output_paragraph(output, 4, "", report.url);
    report_free(&report);
    return ERROR_NONE;
}

static enum error_code write_reports(struct output *output, struct database *database,
                                     const struct answer *answer, int limit, struct error *error)
{
    const struct evidence *evidence = &answer->evidence[EVIDENCE_ID];
    int total = evidence_total(evidence);
    struct buffer line CLEANUP(buffer_free) = BUFFER(1024);
    error->code = ERROR_NONE;
    if (!total) {
        output_paragraph(output, INDENT, "Reports", "none on this ID yet.");
        return ERROR_NONE;
    }
    buffer_append_format(&line, "%d on this ID:", total);
    const char *separator = " ";
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        if (!evidence->counts[i])
            continue;
        buffer_append_format(&line, "%s%d %s", separator, evidence->counts[i],
                             vocabulary_outcome.words[i].word);
        separator = ", ";
    }
    if (total > limit && limit > 0)
        buffer_append_format(&line, "; the newest %d:", limit);
    output_paragraph(output, INDENT, "Reports", buffer_text(&line));
    struct report_list list = {.output = output};
    if (database_each_report(database, pci_id_number(&answer->device.id), limit, write_report, &list, error))
        return error->code;
    if (list.contradiction.usable && list.contradiction.not_usable) {
        buffer_clear(&line);
        contradiction_append(&line, &list.contradiction);
        output_paragraph(output, INDENT, "Contradiction", buffer_text(&line));
    }
    return ERROR_NONE;
}

static void write_workarounds(struct output *output, const struct answer *answer)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(2048);
    if (!answer->workaround_count)
        return;
    output_paragraph(output, INDENT, "Tried",
                     answer->workarounds[0].on_chip ? "on this chip under other IDs, and how often it helped:"
                                                    : "on this ID, and how often it helped:");
    for (int i = 0; i < answer->workaround_count; i++) {
        const struct workaround *workaround = &answer->workarounds[i];
        const char *text = vocabulary_text_of(&vocabulary_fix, workaround->fix);
        buffer_clear(&line);
        buffer_append_format(&line, "%d of %d  %s", workaround->helped, workaround->tried, workaround->fix);
        if (text)
            buffer_append_format(&line, ": %s.", text);
        output_paragraph_color(output, 2, "-", workaround->helped ? COLOR_BOLD : COLOR_PLAIN,
                               buffer_text(&line));
    }
}

/* The chips on which a way around helped, or those on which it never did. Returns whether there are any. */
static bool append_chips(struct buffer *line, const struct remaining_path *path, bool helped,
                         const char *lead)
{
    int shown = 0;
    for (int i = 0; i < path->chip_count; i++) {
        if ((path->chips[i].helped > 0) != helped)
            continue;
        buffer_append_format(line, "%s%s", shown++ ? ", " : lead, path->chips[i].chip);
        if (helped && path->chips[i].helped < path->chips[i].tried)
            buffer_append_format(line, " (%d of %d)", path->chips[i].helped, path->chips[i].tried);
    }
    if (shown)
        buffer_append_byte(line, '.');
    return shown > 0;
}

/* So that a person can weigh an afternoon against a card. */
static void write_path(struct output *output, const struct answer *answer)
{
    const struct remaining_path *path = &answer->path;
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    if (!answer->has_path)
        return;
    const char *const *ways = blocker_ways_around(path->blocker);
    buffer_append_format(&line, "%s: %s.", ways[0], vocabulary_text_of(&vocabulary_fix, ways[0]));
    for (int i = 1; ways[i]; i++)
        buffer_append_format(&line, "%s%s", i == 1 ? " Or " : ", ", ways[i]);
    buffer_append_text(&line, ways[1] ? "." : "");
    bool on_this_chip = false;
    for (int i = 0; i < path->chip_count; i++)
        on_this_chip |= strcmp(path->chips[i].chip, answer->device.gpu.chip) == 0;
    if (!path->tried)
        buffer_append_text(&line, " Nobody reports having tried it on a GPU with this blocker.");
    else
        buffer_append_format(&line,
                             " Of %d report%s that tried it on GPUs with this blocker, it helped in %d",
                             path->tried, path->tried == 1 ? "" : "s", path->helped);
    if (path->tried && !append_chips(&line, path, true, ": on "))
        buffer_append_byte(&line, '.');
    append_chips(&line, path, false, " It never helped on ");
    if (path->tried && !on_this_chip && answer->device.gpu.chip[0])
        buffer_append_format(&line, " No report of it on %s.", answer->device.gpu.chip);
    output_paragraph(output, INDENT, "Way around", buffer_text(&line));
}

void answer_write_alternatives(struct output *output, const struct answer *answer)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(2048);
    if (!answer->alternative_count)
        return;
    output_paragraph(
        output, INDENT, "Buy instead",
        "a desktop card with its own vBIOS and outputs, for instance (prices: used, approximate):");
    for (int i = 0; i < answer->alternative_count; i++) {
        const struct alternative *alternative = &answer->alternatives[i];
        struct pci_id id = pci_id_from_number(alternative->pci_id);
        char text[PCI_ID_TEXT_SIZE];
        buffer_clear(&line);
        buffer_append_format(&line, "%s %s, usable in about %d of 100 attempts", pci_id_print(&id, text),
                             alternative->name, percent(alternative->usable));
        if (alternative->price_usd)
            buffer_append_format(&line, ", about $%d (%s)", alternative->price_usd, alternative->price_as_of);
        if (alternative->same_chip)
            buffer_append_text(&line, ", the same chip as a card");
        output_paragraph(output, 2, "-", buffer_text(&line));
    }
}

static enum error_code write_stated_value(void *context, const struct stated_value *value,
                                          struct error *error)
{
    struct output *output = context;
    struct buffer line CLEANUP(buffer_free) = BUFFER(2048);
    (void)error;
    buffer_append_format(&line, "%s %s = %s (%d %%), %s",
                         value->rank ? "not used:" : "used:", attribute_name(value->attribute), value->value,
                         percent(value->confidence), value->source);
    output_paragraph(output, 2, "-", buffer_text(&line));
    return ERROR_NONE;
}

enum error_code answer_write_text(struct output *output, struct database *database,
                                  const struct answer *answer, const struct answer_options *options,
                                  struct error *error)
{
    const struct device *device = &answer->device;
    const struct gpu *gpu = &device->gpu;
    error->code = ERROR_NONE;
    write_heading(output, device);
    if (!device->is_gpu) {
        output_paragraph(output, INDENT, "Not a GPU",
                         "this device is no GPU as far as is known, so there is no verdict on it.");
        return ERROR_NONE;
    }
    answer_write_verdict(output, answer);
    write_why(output, answer);
    write_attribute(output, gpu, ATTRIBUTE_FORM_FACTOR, "Form factor", options->explain);
    write_attribute(output, gpu, ATTRIBUTE_VBIOS, "vBIOS", options->explain);
    write_attribute(output, gpu, ATTRIBUTE_DISPLAY, "Display", options->explain);
    write_attribute(output, gpu, ATTRIBUTE_RESET, "Reset", options->explain);
    if (gpu_form_factor(gpu) == FORM_FACTOR_EITHER)
        output_paragraph(output, INDENT, "Settle it",
                         "say which one it is with --chassis desktop or --chassis laptop.");
    if (write_reports(output, database, answer, options->report_limit, error))
        return error->code;
    write_workarounds(output, answer);
    write_path(output, answer);
    answer_write_alternatives(output, answer);
    if (!options->explain)
        return ERROR_NONE;
    output_paragraph(output, INDENT, "Sources", "every value that anything states about this ID:");
    return database_each_stated_value(database, pci_id_number(&device->id), write_stated_value, output,
                                      error);
}

/* Narrow terminals do without the columns that the whole answer has too. */
static bool shows_form(const struct output *output)
{
    return output->width >= 60;
}

static bool shows_vbios(const struct output *output)
{
    return output->width >= 96;
}

/* Whether a name has a line of its own, below its row. */
static bool names_below(const struct output *output)
{
    return output->width < 60;
}

static int name_columns(const struct output *output)
{
    return output->width - ID_COLUMN - VERDICT_COLUMN - (shows_form(output) ? FORM_COLUMN : 0) -
           (shows_vbios(output) ? VBIOS_COLUMN : 0);
}

static void trim_blanks(struct buffer *buffer)
{
    while (buffer->length && buffer->data[buffer->length - 1] == ' ')
        buffer->length--;
}

void answer_write_table_head(struct output *output)
{
    output_color(output, COLOR_BOLD);
    output_cell(output, "PCI ID", ID_COLUMN);
    if (shows_form(output))
        output_cell(output, "FORM", FORM_COLUMN);
    if (shows_vbios(output))
        output_cell(output, "VBIOS", VBIOS_COLUMN);
    output_cell(output, "VERDICT", VERDICT_COLUMN);
    if (names_below(output))
        trim_blanks(&output->buffer);
    else
        buffer_append_text(&output->buffer, "NAME");
    output_color(output, COLOR_PLAIN);
    output_blank(output);
}

/* "GA106M [GeForce RTX 3060 Mobile / Max-Q]" as "GeForce RTX 3060 Mobile / Max-Q (GA106M)": where a column
 * cuts a name short, what people call it shall remain. */
static void table_name(const char *name, char text[NAME_SIZE + 4])
{
    const char *bracket = strstr(name, " [");
    size_t length = strlen(name);
    if (bracket && bracket > name && name[length - 1] == ']')
        snprintf(text, NAME_SIZE + 4, "%.*s (%.*s)", (int)(name + length - 1 - (bracket + 2)), bracket + 2,
                 (int)(bracket - name), name);
    else
        snprintf(text, NAME_SIZE + 4, "%s", name);
}

void answer_write_table_row(struct output *output, const struct answer *answer)
{
    const struct device *device = &answer->device;
    const struct verdict *verdict = &answer->verdict;
    struct pci_id whole = pci_id_from_number(pci_id_number(&device->id));
    char text[64];
    char text_name[NAME_SIZE + 4];
    output_cell(output, pci_id_print(&whole, text), ID_COLUMN);
    if (shows_form(output))
        output_cell(output, vocabulary_word_of(&vocabulary_form_factor, (int)gpu_form_factor(&device->gpu)),
                    FORM_COLUMN);
    if (shows_vbios(output))
        output_cell(output, vocabulary_word_of(&vocabulary_vbios, (int)gpu_vbios(&device->gpu)),
                    VBIOS_COLUMN);
    const char *level = vocabulary_word_of(&vocabulary_level, (int)verdict->level);
    if (verdict->level == LEVEL_UNKNOWN)
        snprintf(text, sizeof text, "%s", level);
    else
        snprintf(text, sizeof text, "%s %d%%", level, percent(verdict->usable));
    output_color(output, level_colors[verdict->level]);
    output_cell(output, text, VERDICT_COLUMN);
    output_color(output, COLOR_PLAIN);
    table_name(device->name, text_name);
    if (names_below(output)) {
        trim_blanks(&output->buffer);
        output_blank(output);
        output_paragraph(output, 4, "", text_name);
        return;
    }
    output_cell(output, text_name, name_columns(output));
    trim_blanks(&output->buffer);
    output_blank(output);
}
