/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a card is recommended, what speaks against it, and what is to be known beside. */

#include <stdio.h>
#include <string.h>

#include "answer/card.h"
#include "answer/parts.h"
#include "answer/recommend.h"

/* ---- why ---- */

/* "h264,hevc10" as "H.264, HEVC 10 bit". */
static void append_codecs(struct buffer *out, const char *list)
{
    static const char *const names[CODEC_COUNT] = {[CODEC_H264] = "H.264",
                                                   [CODEC_HEVC] = "HEVC",
                                                   [CODEC_HEVC10] = "HEVC 10 bit",
                                                   [CODEC_VP9] = "VP9",
                                                   [CODEC_AV1] = "AV1"};
    const char *separator = "";
    for (int codec = 0; codec < CODEC_COUNT; codec++) {
        if (!card_list_has(list, vocabulary_value(&vocabulary_codec, codec)))
            continue;
        buffer_append_format(out, "%s%s", separator, names[codec]);
        separator = ", ";
    }
}

/* What it has that the purpose asks for. */
static void append_strength(struct buffer *out, const struct card_question *wanted, const struct card *card)
{
    bool cuda = strcmp(card->features.cuda, "current") == 0;
    bool rocm = strcmp(card->features.rocm, "current") == 0;
    switch (wanted->purpose) {
    case PURPOSE_LLM:
        buffer_append_format(out,
                             "%g GB at %g GB/s: a model of up to %d billion parameters fits, in 4 bits%s",
                             card->vram_gib, card->bandwidth_gb_s, card_model_size(card),
                             cuda   ? "; CUDA as it is today"
                             : rocm ? "; ROCm as it is today"
                                    : "");
        break;
    case PURPOSE_COMPUTE:
        buffer_append_format(out, "%g TFLOPS and %g GB%s", card->fp32_tflops, card->vram_gib,
                             cuda   ? ", CUDA as it is today"
                             : rocm ? ", ROCm as it is today"
                                    : "");
        break;
    case PURPOSE_TRANSCODE:
        buffer_append_text(out, "it encodes ");
        append_codecs(out, card->features.encode);
        buffer_append_text(out, " and decodes ");
        append_codecs(out, card->features.decode);
        break;
    case PURPOSE_DISPLAY:
        buffer_append_text(out, card->outputs);
        break;
    case PURPOSE_MACOS:
        buffer_append_format(out, "macOS %s has its driver", card->features.macos);
        break;
    default:
        buffer_append_format(out, "%g GB, %g TFLOPS", card->vram_gib, card->fp32_tflops);
    }
}

void recommend_append_why(struct buffer *out, const struct recommend_question *question,
                          const struct offer *offer)
{
    append_strength(out, &question->wanted, &offer->card);
    if (recommend_same_chip(question, offer))
        buffer_append_format(out, "; it has the same chip, %s", offer->chip);
    if (question->wanted.guests > 1)
        buffer_append_format(
            out, "; guests can share it by %s%s", offer->card.features.split,
            card_list_has(offer->card.features.split, "vgpu-unlock") ? ", with a patched driver" : "");
    buffer_append_format(out, ". About %d %% of attempts succeed; ", percent(offer->verdict.usable));
    if (offer->reports == 1)
        buffer_append_format(out, "the one report on it says that it %s.",
                             offer->usable_reports ? "did" : "did not");
    else if (offer->reports)
        buffer_append_format(out, "of %d reports on it %d did.", offer->reports, offer->usable_reports);
    else
        buffer_append_format(out, "no report on it, %d on similar cards.", offer->verdict.pooled_reports);
}

/* ---- what speaks against it ---- */

/* Begins the next clause. */
static void next_clause(struct buffer *out, size_t start)
{
    if (out->length > start)
        buffer_append_text(out, "; ");
}

static void append_software(struct buffer *out, size_t start, const struct card_question *wanted,
                            const struct chip_features *features)
{
    bool has_cuda = features->cuda[0] && strcmp(features->cuda, "none") != 0;
    bool has_rocm = features->rocm[0] && strcmp(features->rocm, "none") != 0;
    if (wanted->purpose != PURPOSE_LLM && wanted->purpose != PURPOSE_COMPUTE)
        return;
    if ((has_cuda && strcmp(features->cuda, "current") == 0) ||
        (has_rocm && strcmp(features->rocm, "current") == 0))
        return;
    next_clause(out, start);
    if (has_cuda || has_rocm)
        buffer_append_format(out, "%s %s is the last version that supports it", has_cuda ? "CUDA" : "ROCm",
                             has_cuda ? features->cuda : features->rocm);
    else
        buffer_append_text(out, "neither CUDA nor ROCm supports it: Vulkan or OpenCL only");
}

static void append_build(struct buffer *out, size_t start, const struct card_question *wanted,
                         const struct offer *offer)
{
    const struct card *card = &offer->card;
    if (offer->reset == RESET_VENDOR_RESET) {
        next_clause(out, start);
        buffer_append_text(out, "it resets only with the vendor-reset kernel module on the host");
    }
    if (card_needs_airflow(card)) {
        next_clause(out, start);
        buffer_append_text(out, "it has no fan: the machine must blow air through it");
    }
    if (card->sold == SOLD_SERVER && !card_has_outputs(card)) {
        next_clause(out, start);
        buffer_append_text(out, "it has no outputs and needs a 64-bit MMIO window (Above 4G Decoding)");
    }
    if (wanted->low_profile && card->low_profile == LOW_PROFILE_SOME) {
        next_clause(out, start);
        buffer_append_text(out, "only some boards are low profile: look at the picture");
    }
    if (wanted->no_plug && strcmp(card->power_connectors, "none") != 0) {
        next_clause(out, start);
        buffer_append_text(out, "some boards have a power plug");
    }
    if (wanted->passive && card->cooling == COOLING_SOME) {
        next_clause(out, start);
        buffer_append_text(out, "only some boards have no fan");
    }
    if (offer->sold_both_ways || (offer->shares_id && offer->reports)) {
        next_clause(out, start);
        buffer_append_format(out, "%s have the same ID, and its reports may be of those",
                             offer->sold_both_ways ? "laptop chips" : "other cards");
    }
}

static void append_price_doubt(struct buffer *out, size_t start, const struct card *card)
{
    int condition = card_condition(card);
    if (condition == CONDITION_COUNT) {
        next_clause(out, start);
        buffer_append_text(out, "its price is not known");
        return;
    }
    const struct price *price = &card->prices[condition];
    if (!price->old && price->sources > 1)
        return;
    next_clause(out, start);
    buffer_append_format(out, "its price is %s%s of %s", price->old ? "an old one" : "",
                         price->sources > 1 ? ""
                         : price->old       ? ", from one source,"
                                            : "from one source",
                         price->as_of);
}

/* The clauses of a chip's note that concern the question: who plays does not care how it encodes or splits.
 */
static void append_note(struct buffer *out, size_t start, const struct card_question *wanted,
                        const char *note)
{
    const struct {
        const char *word;
        bool is_asked;
    } topics[] = {{"encod", wanted->purpose == PURPOSE_TRANSCODE || wanted->encode},
                  {"split", wanted->guests > 1},
                  {"ROCm", wanted->purpose == PURPOSE_LLM || wanted->purpose == PURPOSE_COMPUTE},
                  {"macOS", wanted->macos || wanted->purpose == PURPOSE_MACOS},
                  {"picture", false}};
    while (*note) {
        size_t length = strcspn(note, ";");
        bool concerns = true;
        for (size_t i = 0; i < ARRAY_SIZE(topics); i++)
            concerns &= topics[i].is_asked || !memmem(note, length, topics[i].word, strlen(topics[i].word));
        if (concerns) {
            next_clause(out, start);
            buffer_append(out, note, length);
        }
        note += length + strspn(note + length, "; ");
    }
}

void recommend_append_mind(struct buffer *out, const struct recommend_question *question,
                           const struct offer *offer)
{
    size_t start = out->length;
    const struct card *card = &offer->card;
    const struct chip_features *features = &card->features;
    append_build(out, start, &question->wanted, offer);
    append_software(out, start, &question->wanted, features);
    if (strcmp(features->security, "legacy") == 0) {
        next_clause(out, start);
        if (features->driver[0] >= '0' && features->driver[0] <= '9')
            buffer_append_format(out, "driver branch %s is its last one, with security fixes only",
                                 features->driver);
        else
            buffer_append_text(out, "its driver gets security fixes only");
    }
    if (question->wanted.guests > 1 && strcmp(features->licence, "vgpu") == 0) {
        next_clause(out, start);
        buffer_append_text(out, "NVIDIA wants a licence for each guest");
    }
    append_note(out, start, &question->wanted, features->note);
    append_price_doubt(out, start, card);
    if (out->length > start)
        buffer_append_byte(out, '.');
}

/* ---- beside the cards ---- */

void recommend_append_rule_of_thumb(struct buffer *out, const struct recommend_question *question)
{
    const struct card_question *wanted = &question->wanted;
    bool is_special = wanted->no_plug || wanted->low_profile;
    if (!is_special && wanted->slots <= 0 && !wanted->length_mm)
        buffer_append_text(out, "a desktop card, full-height PCIe, with an external power connector if there "
                                "is one.");
    else
        buffer_append_format(out,
                             "a desktop card%s%s%s%s; look at length and slots too, as makers' boards "
                             "differ.",
                             is_special ? " that " : "",
                             wanted->no_plug ? "draws all its power from the slot (75 W at most)" : "",
                             wanted->no_plug && wanted->low_profile ? " and " : "",
                             wanted->low_profile ? "comes with a low bracket" : "");
}

static void append_neighbours(struct buffer *out, const struct recommendation *recommendation)
{
    const struct recommend_question *question = recommendation->question;
    const struct card *first = recommendation->count ? &recommendation->cards[0].card : NULL;
    double slots = first ? first->slots : 0;
    int watts = first ? first->board_power_w : 0;
    bool all_known = slots > 0 && watts > 0;
    int cards = 0;
    for (int i = 0; i < question->neighbour_count; i++) {
        const struct neighbour *neighbour = &question->neighbours[i];
        bool is_integrated = gpu_form_factor(&neighbour->device.gpu) == FORM_FACTOR_INTEGRATED;
        buffer_append_format(out, "%s%04x:%04x %s%s", i ? ", " : "the host keeps ",
                             neighbour->device.id.vendor, neighbour->device.id.device,
                             neighbour->card.name[0] ? neighbour->card.name : neighbour->device.name,
                             is_integrated ? " (integrated)" : "");
        if (is_integrated)
            continue;
        cards++;
        all_known &= neighbour->card.slots > 0 && neighbour->card.board_power_w > 0;
        slots += neighbour->card.slots;
        watts += neighbour->card.board_power_w;
    }
    buffer_append_text(out, ". Cards with an ID that is in the machine already are left out.");
    if (cards && all_known)
        buffer_append_format(out,
                             " With %s that is %d W and %g slots for cards: see that power supply and case "
                             "have them.",
                             first->name, watts, slots);
    else if (cards)
        buffer_append_text(out, " Add up watts and slots: they are not known of all.");
}

/* Headless guests are why people buy a plug for three dollars. */
static bool wants_picture(const struct card_question *wanted)
{
    return wanted->purpose == PURPOSE_DISPLAY || wanted->purpose == PURPOSE_GAMING ||
           wanted->purpose == PURPOSE_MACOS;
}

const char *recommend_append_note(struct buffer *out, const struct recommendation *recommendation, int number)
{
    const struct recommend_question *question = recommendation->question;
    int next = 0;
    if (question->neighbour_count && number == next++) {
        append_neighbours(out, recommendation);
        return "Machine";
    }
    if (recommend_guest(question) != GUEST_UNKNOWN && number == next++) {
        buffer_append_format(out,
                             "how likely a card works is said for %s in the guest; its reports are counted "
                             "for all guests.",
                             answer_guest_name(recommend_guest(question)));
        return "Guest";
    }
    if (wants_picture(&question->wanted) && number == next++) {
        buffer_append_text(out,
                           "without one many cards show nothing or sleep: have a dummy plug, or a virtual "
                           "display in the guest.");
        return "Monitor";
    }
    return NULL;
}
