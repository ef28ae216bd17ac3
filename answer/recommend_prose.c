/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "answer/parts.h"
#include "answer/recommend.h"

const char recommend_rule_of_thumb[] =
    "a desktop card, full-height PCIe, with an external power connector if there is one.";

bool recommended_for(const struct recommended *card, enum use use)
{
    return chip_suits_use(&card->uses[use], use, gpu_display(&card->answer.device.gpu) == DISPLAY_OUTPUTS);
}

/* "2 of 3 reports on this ID succeeded, 40 on similar cards count too". */
static void append_evidence(struct buffer *out, const struct recommended *card)
{
    const struct verdict *verdict = &card->answer.verdict;
    if (verdict->direct_reports)
        buffer_append_format(out, "%d of %d report%s on this ID succeeded", card->candidate.usable_reports,
                             verdict->direct_reports, plural(verdict->direct_reports));
    else
        buffer_append_text(out, "no report on this ID");
    if (verdict->pooled_reports)
        buffer_append_format(out, ", %d on similar cards count%s too", verdict->pooled_reports,
                             verdict->pooled_reports == 1 ? "s" : "");
}

/* Of most cards the same, so that a list need not repeat it. */
void recommended_append_kind(struct buffer *out, const struct recommended *card)
{
    const struct gpu *gpu = &card->answer.device.gpu;
    if (card->candidate.card.server)
        buffer_append_text(out, "A server card with its own vBIOS: it has no outputs and needs a 64-bit MMIO "
                                "window (Above 4G Decoding) for its large BARs");
    else
        buffer_append_format(out, "An add-in card with its own vBIOS%s",
                             gpu_display(gpu) == DISPLAY_OUTPUTS ? " and its own outputs" : "");
    if (card->candidate.card.vendor_reset)
        buffer_append_text(out, ", but it resets only with the vendor-reset kernel module on the host. ");
    else
        buffer_append_format(out, ", and it is expected to reset (%s). ",
                             vocabulary_value(&vocabulary_reset, (int)gpu_reset(gpu)));
}

/* Who says so, what it replaces, what it is good for. */
void recommended_append_reasons(struct buffer *out, const struct recommend_question *question,
                                const struct recommended *card)
{
    buffer_append_text(out, "Evidence: ");
    append_evidence(out, card);
    if (card->candidate.same_chip)
        buffer_append_format(out, "; the same chip (%s) as a card", card->candidate.card.chip);
    buffer_append_byte(out, '.');
    if (question->use != ANY_USE && card->uses[question->use].reason[0])
        buffer_append_format(out, " For %s: %s.", vocabulary_value(&vocabulary_use, question->use),
                             card->uses[question->use].reason);
}

static void append_price(struct buffer *out, const struct candidate *card)
{
    if (card->card.price_usd)
        buffer_append_format(out, "about $%d used (%s)", card->card.price_usd, card->card.price_as_of);
    else
        buffer_append_text(out, "price not known");
}

static void append_name(struct buffer *out, const struct candidate *card)
{
    struct pci_id id = pci_id_from_number(card->card.pci_id);
    char text[PCI_ID_TEXT_SIZE];
    buffer_append_format(out, "%s (%s)", card->product, pci_id_print(&id, text));
}

/* The best choice and why, in a sentence. */
static void write_best(const struct prose *prose, const struct recommend_question *question,
                       const struct recommended *best)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    append_name(&line, &best->candidate);
    buffer_append_text(&line, ", ");
    append_price(&line, &best->candidate);
    buffer_append_format(&line, ": about %d %% of attempts succeed; ", percent(best->answer.verdict.usable));
    append_evidence(&line, best);
    if (best->candidate.same_chip)
        buffer_append_text(&line, ", and it has the same chip");
    buffer_append_byte(&line, '.');
    if (best->candidate.card.vendor_reset)
        buffer_append_text(&line, " It resets only with the vendor-reset kernel module on the host.");
    if (question->budget && !best->candidate.in_budget)
        buffer_append_format(&line, " Whether it fits $%d is not known.", question->budget);
    prose_add(prose, PARAGRAPH_FIELD, question->may_keep ? "Or buy" : "Buy", COLOR_GREEN, "%s",
              buffer_text(&line));
}

static void write_given(const struct prose *prose, const struct recommendation *recommendation)
{
    const struct recommend_question *question = recommendation->question;
    const struct answer *given = &question->given;
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    struct pci_id base = pci_id_base(&given->device.id);
    char id[PCI_ID_TEXT_SIZE];
    bool same_chip = false;
    for (int i = 0; i < recommendation->count; i++)
        same_chip |= recommendation->cards[i].candidate.same_chip;
    buffer_append_format(&line, "%s %s: ", pci_id_print(&base, id), given->device.name);
    if (question->may_keep)
        buffer_append_text(&line, "it is itself such a card, ");
    buffer_append_text(&line, vocabulary_value(&vocabulary_level, (int)given->verdict.level));
    if (given->verdict.level != LEVEL_UNKNOWN)
        buffer_append_format(&line, ", about %d %%", percent(given->verdict.usable));
    buffer_append_byte(&line, '.');
    if (question->is_unsure)
        buffer_append_text(&line, " The name may mean other GPUs, too: passthru query shows them.");
    if (question->may_keep)
        buffer_append_text(&line, " Keep it, unless it has failed already.");
    else if (!given->device.gpu.chip[0])
        buffer_append_text(&line, " Its chip is not known, so these are cards in general.");
    else if (!same_chip)
        buffer_append_format(&line, " No card with its chip %s fits, so these are cards in general.",
                             given->device.gpu.chip);
    prose_add(prose, PARAGRAPH_FIELD, question->may_keep ? "Keep" : "Instead of",
              question->may_keep ? COLOR_GREEN : COLOR_PLAIN, "%s", buffer_text(&line));
}

static void write_card(const struct prose *prose, const struct recommend_question *question,
                       const struct recommended *card, int number)
{
    const struct verdict *verdict = &card->answer.verdict;
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    char label[16];
    snprintf(label, sizeof label, "%2d", number);
    append_name(&line, &card->candidate);
    for (int i = 0; i < card->candidate.same_product_count; i++) {
        struct pci_id id = pci_id_from_number(card->candidate.same_product[i]);
        char text[PCI_ID_TEXT_SIZE];
        buffer_append_format(&line, "%s%s", i ? ", " : "; also as ", pci_id_print(&id, text));
    }
    prose_add(prose, PARAGRAPH_ITEM, label, COLOR_BOLD, "%s", buffer_text(&line));
    buffer_clear(&line);
    buffer_append_format(&line, "%s, about %d %% (80 %% interval: %d-%d %%); ",
                         vocabulary_value(&vocabulary_level, (int)verdict->level), percent(verdict->usable),
                         percent(verdict->low), percent(verdict->high));
    append_price(&line, &card->candidate);
    const char *separator = "; for ";
    for (int use = 0; use < USE_COUNT; use++) {
        if (!recommended_for(card, (enum use)use))
            continue;
        buffer_append_format(&line, "%s%s", separator, vocabulary_value(&vocabulary_use, use));
        separator = ", ";
    }
    prose_add(prose, PARAGRAPH_DETAIL, "", COLOR_PLAIN, "%s.", buffer_text(&line));
    buffer_clear(&line);
    if (card->candidate.card.server || card->candidate.card.vendor_reset)
        recommended_append_kind(&line, card);
    recommended_append_reasons(&line, question, card);
    prose_add(prose, PARAGRAPH_DETAIL, "", COLOR_PLAIN, "%s", buffer_text(&line));
}

void recommend_write_prose(const struct prose *prose, const struct recommendation *recommendation)
{
    const struct recommend_question *question = recommendation->question;
    const struct recommended *cards = recommendation->cards;
    if (question->may_keep)
        write_given(prose, recommendation);
    write_best(prose, question, &cards[0]);
    if (question->instead && !question->may_keep)
        write_given(prose, recommendation);
    prose_add(prose, PARAGRAPH_BREAK, "", COLOR_PLAIN, "%s", "");
    for (int i = 0; i < recommendation->count; i++) {
        if (question->budget && !cards[i].candidate.in_budget && (!i || cards[i - 1].candidate.in_budget))
            prose_add(prose, PARAGRAPH_FIELD, "No price", COLOR_YELLOW,
                      "the price of these is not known, so they may not fit $%d:", question->budget);
        write_card(prose, question, &cards[i], i + 1);
    }
    prose_add(prose, PARAGRAPH_BREAK, "", COLOR_PLAIN, "%s", "");
    prose_add(prose, PARAGRAPH_FIELD, "Rule of thumb", COLOR_PLAIN, "%s", recommend_rule_of_thumb);
    prose_add(
        prose, PARAGRAPH_FIELD, "Based on", COLOR_PLAIN,
        "%lld report%s in all, mostly from public troubleshooting threads, which under-report both "
        "trouble-free setups and early give-ups. All cards here have their vBIOS on the card; those with "
        "the best evidence come first.",
        (long long)recommendation->reports, recommendation->reports == 1 ? "" : "s");
}
