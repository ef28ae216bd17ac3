/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a card is recommended, what speaks against it, and what is to be known beside. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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
        if (!card_list_has(list, codec_value(codec)))
            continue;
        buffer_append_format(out, "%s%s", separator, names[codec]);
        separator = ", ";
    }
}

/* Says a clause of at most 511 bytes. */
static void PRINTF_LIKE(3, 4)
    say(const struct clause_visitor *visitor, unsigned concerns, const char *format, ...)
{
    char text[512];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    visitor->visit(visitor->context, concerns, text);
}

/* What it has that each purpose asks for. */
static void say_strengths(const struct clause_visitor *visitor, const struct card *card)
{
    struct buffer codecs CLEANUP(buffer_free) = BUFFER(1024);
    const bool cuda = strcmp(card->features.cuda, "current") == 0;
    const bool rocm = strcmp(card->features.rocm, "current") == 0;
    const char *platform = cuda ? "CUDA as it is today" : rocm ? "ROCm as it is today" : "";
    say(visitor, CONCERNS_PURPOSE(PURPOSE_LLM),
        "%g GB at %g GB/s: a model of up to %d billion parameters fits, in 4 bits%s%s", card->vram_gib,
        card->bandwidth_gb_s, card_model_size(card), *platform ? "; " : "", platform);
    say(visitor, CONCERNS_PURPOSE(PURPOSE_COMPUTE), "%g TFLOPS and %g GB%s%s", card->fp32_tflops,
        card->vram_gib, *platform ? ", " : "", platform);
    buffer_append_text(&codecs, "it encodes ");
    append_codecs(&codecs, card->features.encode);
    buffer_append_text(&codecs, " and decodes ");
    append_codecs(&codecs, card->features.decode);
    say(visitor, CONCERNS_PURPOSE(PURPOSE_TRANSCODE), "%s", buffer_text(&codecs));
    say(visitor, CONCERNS_PURPOSE(PURPOSE_DISPLAY), "%s", card->outputs);
    say(visitor, CONCERNS_PURPOSE(PURPOSE_MACOS), "macOS %s has its driver", card->features.macos);
    say(visitor, CONCERNS_PURPOSE(PURPOSE_GAMING) | CONCERNS_PURPOSE(ANY_PURPOSE), "%g GB, %g TFLOPS",
        card->vram_gib, card->fp32_tflops);
}

void recommend_each_reason(const struct offer *offer, const struct clause_visitor *visitor)
{
    const char *split = offer->card.features.split;
    say_strengths(visitor, &offer->card);
    say(visitor, CONCERNS_SAME_CHIP, "it has the same chip, %s", offer->chip);
    say(visitor, CONCERNS_SHARING, "guests can share it by %s%s", split,
        card_list_has(split, "vgpu-unlock") ? ", with a patched driver" : "");
}

void recommend_append_evidence(struct buffer *out, const struct offer *offer)
{
    buffer_append_format(out, "About %d %% of attempts succeed; ", verdict_percent(offer->verdict.usable));
    if (offer->reports == 1)
        buffer_append_format(out, "the one report on it says that it %s.",
                             offer->usable_reports ? "did" : "did not");
    else if (offer->reports)
        buffer_append_format(out, "of %d reports on it %d did.", offer->reports, offer->usable_reports);
    else
        buffer_append_format(out, "no report on it, %d on similar cards.", offer->verdict.pooled_reports);
}

/* ---- what speaks against it ---- */

enum { CONCERNS_COMPUTING = CONCERNS_PURPOSE(PURPOSE_LLM) | CONCERNS_PURPOSE(PURPOSE_COMPUTE) };

static void say_software(const struct clause_visitor *visitor, const struct chip_features *features)
{
    bool has_cuda = features->cuda[0] && strcmp(features->cuda, "none") != 0;
    bool has_rocm = features->rocm[0] && strcmp(features->rocm, "none") != 0;
    if ((has_cuda && strcmp(features->cuda, "current") == 0) ||
        (has_rocm && strcmp(features->rocm, "current") == 0))
        return;
    if (has_cuda || has_rocm)
        say(visitor, CONCERNS_COMPUTING, "%s %s is the last version that supports it",
            has_cuda ? "CUDA" : "ROCm", has_cuda ? features->cuda : features->rocm);
    else
        say(visitor, CONCERNS_COMPUTING, "neither CUDA nor ROCm supports it: Vulkan or OpenCL only");
}

static void say_build(const struct clause_visitor *visitor, const struct offer *offer)
{
    const struct card *card = &offer->card;
    if (offer->reset == RESET_VENDOR_RESET)
        say(visitor, CONCERNS_ALL, "it resets only with the vendor-reset kernel module on the host");
    if (card_needs_airflow(card))
        say(visitor, CONCERNS_ALL, "it has no fan: the machine must blow air through it");
    if (card->sold == SOLD_SERVER)
        say(visitor, CONCERNS_ALL, "%s and needs a 64-bit MMIO window (Above 4G Decoding)",
            card_has_outputs(card) ? "it is sold with its outputs off" : "it has no outputs");
    if (card->low_profile == LOW_PROFILE_SOME)
        say(visitor, CONCERNS_LOW_PROFILE, "only some boards are low profile: look at the picture");
    if (strcmp(card->power_connectors, "none") != 0)
        say(visitor, CONCERNS_NO_PLUG, "some boards have a power plug");
    if (card->cooling == COOLING_SOME)
        say(visitor, CONCERNS_PASSIVE, "only some boards have no fan");
    if (offer->sold_both_ways || (offer->shares_id && offer->reports))
        say(visitor, CONCERNS_ALL, "%s have the same ID, and its reports may be of those",
            offer->sold_both_ways ? "laptop chips" : "other cards");
}

static void say_driver(const struct clause_visitor *visitor, const struct chip_features *features)
{
    if (strcmp(features->security, "legacy") == 0 && features->driver[0] >= '0' && features->driver[0] <= '9')
        say(visitor, CONCERNS_ALL, "driver branch %s is its last one, with security fixes only",
            features->driver);
    else if (strcmp(features->security, "legacy") == 0)
        say(visitor, CONCERNS_ALL, "its driver gets security fixes only");
    if (strcmp(features->licence, "vgpu") == 0)
        say(visitor, CONCERNS_SHARING, "NVIDIA wants a licence for each guest");
}

/* The clauses of a chip's note: who plays does not care how it encodes or splits. */
static void say_note(const struct clause_visitor *visitor, const char *note)
{
    static const struct {
        const char *word;
        unsigned concerns;
    } topics[] = {{"encod", CONCERNS_PURPOSE(PURPOSE_TRANSCODE) | CONCERNS_ENCODING},
                  {"split", CONCERNS_SHARING},
                  {"ROCm", CONCERNS_COMPUTING},
                  {"macOS", CONCERNS_PURPOSE(PURPOSE_MACOS) | CONCERNS_MACOS},
                  {"picture", CONCERNS_NOBODY},
                  {"", CONCERNS_ALL}};
    while (*note) {
        const int length = (int)strcspn(note, ";");
        size_t topic = 0;
        while (!memmem(note, (size_t)length, topics[topic].word, strlen(topics[topic].word)))
            topic++;
        say(visitor, topics[topic].concerns, "%.*s", length, note);
        note += length;
        note += strspn(note, "; ");
    }
}

static void say_price_doubt(const struct clause_visitor *visitor, const struct card *card)
{
    int condition = card_condition(card);
    if (condition == CONDITION_COUNT) {
        say(visitor, CONCERNS_ALL, "its price is not known");
        return;
    }
    const struct price *price = &card->prices[condition];
    if (price->old || price->sources <= 1)
        say(visitor, CONCERNS_ALL, "its price is %s%s of %s", price->old ? "an old one" : "",
            price->sources > 1 ? ""
            : price->old       ? ", from one source,"
                               : "from one source",
            price->as_of);
}

void recommend_each_doubt(const struct offer *offer, const struct clause_visitor *visitor)
{
    say_build(visitor, offer);
    say_software(visitor, &offer->card.features);
    say_driver(visitor, &offer->card.features);
    say_note(visitor, offer->card.features.note);
    say_price_doubt(visitor, &offer->card);
}

/* ---- as sentences ---- */

static unsigned concerns_of(const struct recommend_question *question, const struct offer *offer)
{
    const struct card_question *wanted = &question->wanted;
    return CONCERNS_PURPOSE(wanted->purpose) | (wanted->low_profile ? CONCERNS_LOW_PROFILE : 0) |
           (wanted->no_plug ? CONCERNS_NO_PLUG : 0) | (wanted->passive ? CONCERNS_PASSIVE : 0) |
           (wanted->guests > 1 ? CONCERNS_SHARING : 0) | (wanted->encode ? CONCERNS_ENCODING : 0) |
           (wanted->macos ? CONCERNS_MACOS : 0) |
           (recommend_same_chip(question, offer) ? CONCERNS_SAME_CHIP : 0);
}

struct sentence {
    struct buffer *out;
    size_t start;
    unsigned concerns; /* of the question */
};

static void add_clause(void *context, unsigned concerns, const char *text)
{
    const struct sentence *sentence = context;
    if (concerns != CONCERNS_ALL && !(concerns & sentence->concerns))
        return;
    buffer_append_format(sentence->out, "%s%s", sentence->out->length > sentence->start ? "; " : "", text);
}

void recommend_append_why(struct buffer *out, const struct recommend_question *question,
                          const struct offer *offer)
{
    struct sentence sentence = {out, out->length, concerns_of(question, offer)};
    recommend_each_reason(offer, &(struct clause_visitor){add_clause, &sentence});
    buffer_append_text(out, ". ");
    recommend_append_evidence(out, offer);
}

void recommend_append_mind(struct buffer *out, const struct recommend_question *question,
                           const struct offer *offer)
{
    struct sentence sentence = {out, out->length, concerns_of(question, offer)};
    recommend_each_doubt(offer, &(struct clause_visitor){add_clause, &sentence});
    if (out->length > sentence.start)
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
    bool is_most = false;
    int cards = 0;
    for (int i = 0; i < question->neighbour_count; i++) {
        const struct neighbour *neighbour = &question->neighbours[i];
        bool is_integrated = gpu_form_factor(&neighbour->device.gpu) == FORM_FACTOR_INTEGRATED;
        buffer_append_format(out, "%s%04x:%04x %s%s", i ? ", " : "the host keeps ",
                             neighbour->device.id.vendor, neighbour->device.id.device,
                             neighbour->card.name[0] && !neighbour->is_one_of ? neighbour->card.name
                                                                              : neighbour->device.name,
                             is_integrated ? " (integrated)" : "");
        if (is_integrated)
            continue;
        cards++;
        is_most |= neighbour->is_one_of;
        all_known &= neighbour->card.slots > 0 && neighbour->card.board_power_w > 0;
        slots += neighbour->card.slots;
        watts += neighbour->card.board_power_w;
    }
    buffer_append_text(out, ". Cards with an ID that is in the machine already are left out.");
    if (cards && all_known)
        buffer_append_format(out,
                             " With %s that is %s%d W and %g slots for cards: see that power supply and case "
                             "have them.",
                             first->name, is_most ? "up to " : "", watts, slots);
    else if (cards)
        buffer_append_text(out, " Add up watts and slots: they are not known of all.");
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
    /* Headless guests are why people buy a plug for three dollars. */
    int purpose = question->wanted.purpose;
    bool wants_picture = purpose == PURPOSE_DISPLAY || purpose == PURPOSE_GAMING || purpose == PURPOSE_MACOS;
    if (wants_picture && number == next++) {
        buffer_append_text(out,
                           "without one many cards show nothing or sleep: have a dummy plug, or a virtual "
                           "display in the guest.");
        return "Monitor";
    }
    return NULL;
}
