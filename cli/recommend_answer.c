#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/recommend.h"

enum { INDENT = 14, CARD_INDENT = 4 };

static const char rule_of_thumb[] =
    "a desktop card, full-height PCIe, with an external power connector if there is one.";

static int percent(double share)
{
    return (int)lround(share * 100.0);
}

static bool is_for(const struct recommendation *card, enum use use)
{
    bool outputs = gpu_display(&card->answer.device.gpu) == DISPLAY_OUTPUTS;
    enum tristate suits = card->uses[use].suits;
    return use == USE_DISPLAY ? outputs && suits != TRISTATE_NO : suits == TRISTATE_YES;
}

static const char *plural(int count)
{
    return count == 1 ? "" : "s";
}

/* "2 of 3 reports on this ID ended usable, 40 on similar cards count too"; `first`: it opens a sentence. */
static void append_evidence(struct buffer *out, const struct recommendation *card, bool first)
{
    const struct verdict *verdict = &card->answer.verdict;
    int direct = verdict->direct_reports;
    if (direct)
        buffer_append_format(out, "%d of %d report%s on this ID ended usable",
                             card->card->rank.usable_reports, direct, plural(direct));
    else
        buffer_append_text(out, first ? "Nobody has reported this ID" : "nobody has reported this ID");
    if (verdict->pooled_reports)
        buffer_append_format(out, ", %d on similar cards count%s too", verdict->pooled_reports,
                             verdict->pooled_reports == 1 ? "s" : "");
}

/* What it is, in a sentence: of most cards the same, so that a list need not repeat it. */
static void append_kind(struct buffer *out, const struct recommendation *card)
{
    const struct gpu *gpu = &card->answer.device.gpu;
    if (card->card->server)
        buffer_append_text(out, "A server card with its own vBIOS: it has no outputs and needs a 64-bit MMIO "
                                "window (Above 4G Decoding) for its large BARs");
    else
        buffer_append_format(out, "An add-in card with its own vBIOS%s",
                             gpu_display(gpu) == DISPLAY_OUTPUTS ? " and its own outputs" : "");
    if (card->card->vendor_reset)
        buffer_append_text(out, ", but it resets only with the vendor-reset kernel module on the host. ");
    else
        buffer_append_format(out, ", and it is expected to reset (%s). ",
                             vocabulary_word_of(&vocabulary_reset, (int)gpu_reset(gpu)));
}

/* Why this card: who says so, what it replaces, what it is good for. */
static void append_reasons(struct buffer *out, const struct recommend_question *question,
                           const struct recommendation *card)
{
    append_evidence(out, card, true);
    if (card->card->same_chip)
        buffer_append_format(out, "; the same chip (%s) as a card", card->answer.device.gpu.chip);
    buffer_append_byte(out, '.');
    if (question->use != ANY_USE && card->uses[question->use].reason[0])
        buffer_append_format(out, " For %s: %s.", vocabulary_word_of(&vocabulary_use, question->use),
                             card->uses[question->use].reason);
}

static void append_price(struct buffer *out, const struct recommended *card)
{
    if (card->price_usd)
        buffer_append_format(out, "about $%d used (%s)", card->price_usd, card->price_as_of);
    else
        buffer_append_text(out, "price not known");
}

static void append_name(struct buffer *out, const struct recommended *card)
{
    struct pci_id id = pci_id_from_number(card->rank.pci_id);
    char text[PCI_ID_TEXT_SIZE];
    buffer_append_format(out, "%s (%s)", card->product, pci_id_print(&id, text));
}

/* ---- text ---- */

/* The best choice and why, in a sentence. */
static void write_best(struct output *output, const struct recommend_question *question,
                       const struct recommendation *best)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    append_name(&line, best->card);
    buffer_append_text(&line, ", ");
    append_price(&line, best->card);
    buffer_append_format(&line, ": about %d in 100 attempts end usable; ",
                         percent(best->answer.verdict.usable));
    append_evidence(&line, best, false);
    if (best->card->same_chip)
        buffer_append_text(&line, ", and it has the same chip");
    buffer_append_byte(&line, '.');
    if (best->card->vendor_reset)
        buffer_append_text(&line, " It resets only with the vendor-reset kernel module on the host.");
    if (question->budget && !best->card->rank.in_budget)
        buffer_append_format(&line, " Whether it fits $%d is not known.", question->budget);
    output_paragraph_color(output, INDENT, question->may_keep ? "Or buy" : "Buy", COLOR_GREEN,
                           buffer_text(&line));
}

static void write_given(struct output *output, const struct recommend_question *question,
                        const struct recommendation *cards, int count)
{
    const struct answer *given = &question->given;
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    struct pci_id whole = pci_id_from_number(pci_id_number(&given->device.id));
    char id[PCI_ID_TEXT_SIZE];
    buffer_append_format(&line, "%s %s: ", pci_id_print(&whole, id), given->device.name);
    bool same_chip = false;
    for (int i = 0; i < count; i++)
        same_chip |= cards[i].card->same_chip;
    if (question->may_keep)
        buffer_append_text(&line, "it is itself such a card, ");
    buffer_append_text(&line, vocabulary_word_of(&vocabulary_level, (int)given->verdict.level));
    if (given->verdict.level != LEVEL_UNKNOWN)
        buffer_append_format(&line, ", about %d in 100", percent(given->verdict.usable));
    buffer_append_byte(&line, '.');
    if (question->called_so > 1)
        buffer_append_format(&line, " It is the first of %d GPUs that are called so.", question->called_so);
    if (question->may_keep)
        buffer_append_text(&line, " Keep it, unless it has failed already.");
    else if (!given->device.gpu.chip[0])
        buffer_append_text(&line, " Its chip is not known, so these are cards in general.");
    else if (!same_chip)
        buffer_append_format(&line, " No card with its chip %s fits, so these are cards in general.",
                             given->device.gpu.chip);
    output_paragraph_color(output, INDENT, question->may_keep ? "Keep" : "Instead of",
                           question->may_keep ? COLOR_GREEN : COLOR_PLAIN, buffer_text(&line));
}

static void write_card(struct output *output, const struct recommend_question *question,
                       const struct recommendation *card, int number)
{
    const struct verdict *verdict = &card->answer.verdict;
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    char label[16];
    snprintf(label, sizeof label, "%2d", number);
    append_name(&line, card->card);
    for (int i = 0; i < card->card->same_product_count; i++) {
        struct pci_id id = pci_id_from_number(card->card->same_product[i]);
        char text[PCI_ID_TEXT_SIZE];
        buffer_append_format(&line, "%s%s", i ? ", " : "; also as ", pci_id_print(&id, text));
    }
    output_paragraph_color(output, CARD_INDENT, label, COLOR_BOLD, buffer_text(&line));
    buffer_clear(&line);
    buffer_append_format(&line, "%s, about %d in 100 (80 %% sure: %d to %d); ",
                         vocabulary_word_of(&vocabulary_level, (int)verdict->level), percent(verdict->usable),
                         percent(verdict->low), percent(verdict->high));
    append_price(&line, card->card);
    const char *separator = "; for ";
    for (int use = 0; use < USE_COUNT; use++) {
        if (!is_for(card, (enum use)use))
            continue;
        buffer_append_format(&line, "%s%s", separator, vocabulary_word_of(&vocabulary_use, use));
        separator = ", ";
    }
    buffer_append_byte(&line, '.');
    output_paragraph(output, CARD_INDENT, "", buffer_text(&line));
    buffer_clear(&line);
    if (card->card->server || card->card->vendor_reset)
        append_kind(&line, card);
    append_reasons(&line, question, card);
    output_paragraph(output, CARD_INDENT, "", buffer_text(&line));
}

void recommend_write_text(struct output *output, const struct recommend_question *question,
                          const struct recommendation *cards, int count, long long reports)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(1024);
    if (question->may_keep)
        write_given(output, question, cards, count);
    write_best(output, question, &cards[0]);
    if (question->instead && !question->may_keep)
        write_given(output, question, cards, count);
    output_blank(output);
    for (int i = 0; i < count; i++) {
        if (question->budget && !cards[i].card->rank.in_budget && (!i || cards[i - 1].card->rank.in_budget)) {
            buffer_append_format(
                &line, "The price of these is not known, so they may not fit $%d:", question->budget);
            output_paragraph_color(output, 0, "", COLOR_YELLOW, buffer_text(&line));
            buffer_clear(&line);
        }
        write_card(output, question, &cards[i], i + 1);
    }
    output_blank(output);
    output_paragraph(output, INDENT, "Rule of thumb", rule_of_thumb);
    buffer_append_format(&line,
                         "%lld report%s in all, mostly from public threads, where neither smooth starts nor "
                         "early surrenders are told. All cards here have their vBIOS on the card; those with "
                         "the best evidence come first.",
                         reports, reports == 1 ? "" : "s");
    output_paragraph(output, INDENT, "Based on", buffer_text(&line));
}

/* ---- JSON ---- */

static void write_string_or_null(struct json_writer *writer, const char *key, const char *text)
{
    if (text && *text)
        json_write_string(writer, key, text);
    else
        json_write_null(writer, key);
}

static void write_integer_or_null(struct json_writer *writer, const char *key, int number)
{
    if (number)
        json_write_integer(writer, key, number);
    else
        json_write_null(writer, key);
}

static void write_figures(struct json_writer *writer, const struct verdict *verdict)
{
    static const char *const keys[] = {"probability", "low", "high"};
    const double values[] = {verdict->usable, verdict->low, verdict->high};
    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        if (verdict->level == LEVEL_UNKNOWN)
            json_write_null(writer, keys[i]);
        else
            json_write_fraction(writer, keys[i], values[i]);
    }
    json_write_string(writer, "level", vocabulary_word_of(&vocabulary_level, (int)verdict->level));
    json_write_integer(writer, "direct_reports", verdict->direct_reports);
    json_write_integer(writer, "pooled_reports", verdict->pooled_reports);
}

static void write_identity(struct json_writer *writer, const struct device *device)
{
    struct pci_id whole = pci_id_from_number(pci_id_number(&device->id));
    char id[PCI_ID_TEXT_SIZE];
    json_write_string(writer, "pci_id", pci_id_print(&whole, id));
    json_write_string(writer, "name", device->name);
    json_write_string(writer, "vendor", device->vendor);
    write_string_or_null(writer, "chip", device->gpu.chip);
}

static void write_question(struct json_writer *writer, const struct recommend_question *question)
{
    char vendor[8];
    snprintf(vendor, sizeof vendor, "%04x", (unsigned)question->vendor & 0xffff);
    json_write_begin_object(writer, "question");
    write_string_or_null(
        writer, "use", question->use == ANY_USE ? NULL : vocabulary_word_of(&vocabulary_use, question->use));
    write_integer_or_null(writer, "budget_usd", question->budget);
    write_string_or_null(writer, "vendor_id", question->vendor == ANY_VENDOR ? NULL : vendor);
    if (question->instead) {
        json_write_begin_object(writer, "instead_of");
        json_write_string(writer, "query", question->given.query);
        write_identity(writer, &question->given.device);
        write_figures(writer, &question->given.verdict);
        json_write_bool(writer, "recommendable", question->may_keep);
        json_write_end_object(writer);
    } else {
        json_write_null(writer, "instead_of");
    }
    json_write_end_object(writer);
}

static void write_card_json(struct json_writer *writer, const struct recommend_question *question,
                            const struct recommendation *card)
{
    const struct gpu *gpu = &card->answer.device.gpu;
    struct buffer why CLEANUP(buffer_free) = BUFFER(4096);
    json_write_begin_object(writer, NULL);
    write_identity(writer, &card->answer.device);
    json_write_string(writer, "product", card->card->product);
    json_write_begin_array(writer, "same_product");
    for (int i = 0; i < card->card->same_product_count; i++) {
        struct pci_id id = pci_id_from_number(card->card->same_product[i]);
        char text[PCI_ID_TEXT_SIZE];
        json_write_string(writer, NULL, pci_id_print(&id, text));
    }
    json_write_end_array(writer);
    json_write_bool(writer, "sold_both_ways", card->card->chassis == CHASSIS_DESKTOP);
    static const enum attribute attributes[] = {ATTRIBUTE_FORM_FACTOR, ATTRIBUTE_VBIOS, ATTRIBUTE_RESET,
                                                ATTRIBUTE_DISPLAY};
    for (size_t i = 0; i < ARRAY_SIZE(attributes); i++)
        json_write_string(
            writer, attribute_name(attributes[i]),
            vocabulary_word_of(attribute_vocabulary(attributes[i]), gpu->attributes[attributes[i]].value));
    json_write_begin_array(writer, "uses");
    for (int use = 0; use < USE_COUNT; use++)
        if (is_for(card, (enum use)use))
            json_write_string(writer, NULL, vocabulary_word_of(&vocabulary_use, use));
    json_write_end_array(writer);
    write_figures(writer, &card->answer.verdict);
    write_integer_or_null(writer, "price_usd", card->card->price_usd);
    write_string_or_null(writer, "price_as_of", card->card->price_usd ? card->card->price_as_of : NULL);
    json_write_bool(writer, "same_chip", card->card->same_chip);
    append_kind(&why, card);
    append_reasons(&why, question, card);
    json_write_string(writer, "why", buffer_text(&why));
    json_write_end_object(writer);
}

void recommend_write_json(struct json_writer *writer, const struct recommend_question *question,
                          const struct recommendation *cards, int count, long long reports)
{
    json_write_begin_object(writer, NULL);
    write_question(writer, question);
    json_write_begin_array(writer, "cards");
    for (int i = 0; i < count; i++)
        write_card_json(writer, question, &cards[i]);
    json_write_end_array(writer);
    json_write_string(writer, "rule_of_thumb", rule_of_thumb);
    json_write_integer(writer, "reports", reports);
    json_write_end_object(writer);
}
