/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "answer/parts.h"

/* ---- several cards ---- */

/* A field of each card that is a number; of an integer the integer. */
enum amount { VRAM, BANDWIDTH, WATTS, SLOTS, LENGTH };

/* The next larger amount than `after` that one of them has; 0: none. */
static double next_amount(const struct card *cards, int count, enum amount amount, double after)
{
    double next = 0;
    for (int i = 0; i < count; i++) {
        const double values[] = {[VRAM] = cards[i].vram_gib,
                                 [BANDWIDTH] = cards[i].bandwidth_gb_s,
                                 [WATTS] = cards[i].board_power_w,
                                 [SLOTS] = cards[i].slots,
                                 [LENGTH] = cards[i].length_mm};
        if (values[amount] > after && (!next || values[amount] < next))
            next = values[amount];
    }
    return next;
}

static double most(const struct card *cards, int count, enum amount amount)
{
    double value = 0;
    for (double next; (next = next_amount(cards, count, amount, value)) > 0;)
        value = next;
    return value;
}

/* What all of them have, NULL where they differ or it is not known. */
static const char *common_text(const struct card *cards, int count, size_t offset)
{
    const char *first = (const char *)&cards[0] + offset;
    for (int i = 1; i < count; i++)
        if (strcmp(first, (const char *)&cards[i] + offset) != 0)
            return NULL;
    return *first ? first : NULL;
}
#define COMMON_TEXT(field) common_text(cards, count, offsetof(struct card, field))

static enum low_profile common_low_profile(const struct card *cards, int count)
{
    for (int i = 1; i < count; i++)
        if (cards[i].low_profile != cards[0].low_profile)
            return cards[0].low_profile && cards[i].low_profile ? LOW_PROFILE_SOME : LOW_PROFILE_UNKNOWN;
    return cards[0].low_profile;
}

static const char *common_cooling(const struct card *cards, int count)
{
    for (int i = 1; i < count; i++)
        if (cards[i].cooling != cards[0].cooling)
            return NULL;
    return cards[0].cooling ? cooling_value(cards[0].cooling) : NULL;
}

/* The price of one condition over all of them. */
static struct price price_range(const struct card *cards, int count, int condition, int *priced)
{
    struct price range = {.low = 0};
    *priced = 0;
    for (int i = 0; i < count; i++) {
        const struct price *price = &cards[i].prices[condition];
        if (!price->low)
            continue;
        ++*priced;
        int low = range.low && range.low < price->low ? range.low : price->low;
        int high = range.high > price->high ? range.high : price->high;
        if (strcmp(price->as_of, range.as_of) >= 0)
            range = *price;
        range.low = low;
        range.high = high;
    }
    return range;
}

/* ---- text ---- */

/* "$200-280" */
static void append_dollars(struct buffer *out, const struct price *price)
{
    buffer_append_format(out, "$%d", price->low);
    if (price->high > price->low)
        buffer_append_format(out, "-%d", price->high);
}

/* "about $200-280 used (2026-07)", with what makes it doubtful. */
static void append_price(struct buffer *out, const struct price *price, int condition)
{
    buffer_append_text(out, "about ");
    append_dollars(out, price);
    buffer_append_format(out, " %s (%s%s%s)",
                         condition == CONDITION_MIXED ? "used or new" : condition_value(condition),
                         price->as_of, price->sources == 1 ? ", one source" : "", price->old ? ", old" : "");
}

void card_print_price(const struct card *card, int condition, char text[PRICE_TEXT_SIZE])
{
    struct buffer price CLEANUP(buffer_free) = BUFFER(PRICE_TEXT_SIZE - 1);
    if (condition != CONDITION_COUNT)
        append_dollars(&price, &card->prices[condition]);
    if (condition < CONDITION_COUNT && condition != CONDITION_USED)
        buffer_append_format(&price, " %s", condition_value(condition));
    snprintf(text, PRICE_TEXT_SIZE, "%s", buffer_text(&price));
}

/* Appends a text after a comma where something stands before it. */
static void add(struct buffer *line, const char *text)
{
    buffer_append_format(line, "%s%s", line->length ? ", " : "", text);
}

static void add_range(struct buffer *line, const struct card *cards, int count, enum amount amount,
                      const char *unit)
{
    double low = next_amount(cards, count, amount, 0);
    double high = most(cards, count, amount);
    if (!high)
        return;
    buffer_append_format(line, "%s%g", line->length ? ", " : "", low);
    if (high > low)
        buffer_append_format(line, "-%g", high);
    buffer_append_text(line, amount == SLOTS && high == 1 ? " slot" : unit);
}

static void add_vram(struct buffer *line, const struct card *cards, int count)
{
    double high = most(cards, count, VRAM);
    const char *separator = line->length ? ", " : "";
    for (double value = 0; (value = next_amount(cards, count, VRAM, value)) > 0;) {
        buffer_append_format(line, "%s%g%s", separator, value, value == high ? " GB" : "");
        separator = next_amount(cards, count, VRAM, value) == high ? " or " : ", ";
    }
}

double card_most_vram(const struct card *cards, int count)
{
    return most(cards, count, VRAM);
}

void card_append_facts(struct buffer *out, const struct card *cards, int count)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    if (!count)
        return;
    const char *plugs = COMMON_TEXT(power_connectors);
    enum low_profile low_profile = common_low_profile(cards, count);
    add_vram(&line, cards, count);
    add_range(&line, cards, count, WATTS, " W");
    add_range(&line, cards, count, SLOTS, " slots");
    if (low_profile == LOW_PROFILE_YES || low_profile == LOW_PROFILE_SOME)
        add(&line, low_profile == LOW_PROFILE_YES ? "low profile" : "some boards low profile");
    if (count == 1 && card_needs_airflow(&cards[0]))
        add(&line, "no fan");
    if (plugs && strncmp(plugs, "none", 4) == 0) {
        add(&line, "no power plug");
        buffer_append_text(&line, plugs + 4);
    } else if (plugs) {
        add(&line, plugs);
    }
    for (int condition = 0; condition < CONDITION_COUNT; condition++) {
        int priced;
        struct price price = price_range(cards, count, condition, &priced);
        if (!price.low)
            continue;
        add(&line, "");
        append_price(&line, &price, condition);
        if (priced < count)
            buffer_append_format(&line, " for %d of %d cards", priced, count);
    }
    buffer_append(out, buffer_text(&line), line.length);
}

/* A text, or a list with commas, which get a space. */
static void append_words(struct buffer *out, const char *list)
{
    for (; *list; list++) {
        buffer_append_byte(out, *list);
        if (list[0] == ',' && list[1] != ' ')
            buffer_append_byte(out, ' ');
    }
}

/* Adds what `line` holds, if anything, and the table that says so, and empties it. */
static void add_fact(const struct prose *prose, const char *label, struct buffer *line, const char *table)
{
    bool any = line->length > 0;
    prose_line(prose, label, line, "");
    if (any)
        prose_add(prose, PARAGRAPH_DETAIL, "", COLOR_PLAIN, "%s", table);
}

static void add_text(struct buffer *line, const char *before, const char *text)
{
    if (!text || !*text)
        return;
    add(line, before);
    append_words(line, text);
}

static void write_board(const struct prose *prose, const struct card *cards, int count)
{
    static const char table[] = "cards.tsv";
    struct buffer line CLEANUP(buffer_free) = BUFFER(8192);
    const enum low_profile low_profile = common_low_profile(cards, count);
    for (int i = 0; i < count; i++)
        buffer_append_format(&line, "%s%s", i ? "; " : "", cards[i].name);
    add_fact(prose, "Sold as", &line, table);
    add_vram(&line, cards, count);
    add_text(&line, "", COMMON_TEXT(memory));
    add_range(&line, cards, count, BANDWIDTH, " GB/s");
    add_fact(prose, "Memory", &line, table);
    add_range(&line, cards, count, WATTS, " W");
    add_text(&line, "plug: ", COMMON_TEXT(power_connectors));
    add_fact(prose, "Power", &line, table);
    add_range(&line, cards, count, SLOTS, " slots");
    add_range(&line, cards, count, LENGTH, " mm long");
    if (low_profile)
        add_text(&line, "low profile: ", low_profile_value(low_profile));
    add_text(&line, "cooling: ", common_cooling(cards, count));
    add_fact(prose, "Size", &line, table);
    const struct {
        const char *label;
        const char *text;
    } texts[] = {{"Outputs", COMMON_TEXT(outputs)},
                 {"Bus", COMMON_TEXT(bus)},
                 {"Released", COMMON_TEXT(released)},
                 {"Sold in", cards[0].sold ? sold_value(cards[0].sold) : ""}};
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        add_text(&line, "", texts[i].text);
        add_fact(prose, texts[i].label, &line, table);
    }
}

static void write_chip(const struct prose *prose, const struct chip_features *features)
{
    static const char table[] = "chips.tsv";
    struct buffer line CLEANUP(buffer_free) = BUFFER(8192);
    const struct {
        const char *label;
        const char *text;
    } texts[] = {{"Generation", features->generation},
                 {"Encodes", features->encode},
                 {"Decodes", features->decode},
                 {"Guests share it by", features->split},
                 {"Licence for that", features->licence},
                 {"macOS drivers", features->macos},
                 {"CUDA", features->cuda},
                 {"ROCm", features->rocm},
                 {"For a buyer", features->note}};
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        add_text(&line, "", texts[i].text);
        add_fact(prose, texts[i].label, &line, table);
    }
}

void card_write_facts(const struct prose *prose, const struct card *cards, int count)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    if (!count)
        return;
    write_board(prose, cards, count);
    for (int condition = 0; condition < CONDITION_COUNT; condition++) {
        int priced;
        const struct price price = price_range(cards, count, condition, &priced);
        if (!price.low)
            continue;
        add(&line, "");
        append_price(&line, &price, condition);
        buffer_append_format(&line, ", kind of price: %s", price_kind_value(price.kind));
        if (price.sources > 1)
            buffer_append_format(&line, ", %d sources agree", price.sources);
    }
    add_fact(prose, "Price", &line, "prices.tsv");
    write_chip(prose, &cards[0].features);
}

/* ---- JSON ---- */

static void write_amount(struct json_writer *writer, const char *key, double value)
{
    if (value <= 0)
        json_write_null(writer, key);
    else if (value == floor(value))
        json_write_integer(writer, key, (int64_t)value);
    else
        json_write_decimal(writer, key, value);
}

static void write_list(struct json_writer *writer, const char *key, const char *list)
{
    if (*list)
        json_write_list(writer, key, strcmp(list, "none") == 0 ? "" : list, ',');
    else
        json_write_null(writer, key);
}

static void write_price(struct json_writer *writer, const char *key, const struct price *price, int condition)
{
    json_write_begin_object(writer, key);
    json_write_integer(writer, "low", price->low);
    json_write_integer(writer, "high", price->high);
    json_write_string(writer, "as_of", price->as_of);
    json_write_string(writer, "kind", price_kind_value(price->kind));
    json_write_string(writer, "condition", condition_value(condition));
    json_write_integer(writer, "sources", price->sources);
    json_write_bool(writer, "old", price->old);
    json_write_end_object(writer);
}

void card_write_price(struct json_writer *writer, const struct card *card)
{
    int condition = card_condition(card);
    if (condition == CONDITION_COUNT)
        json_write_null(writer, "price_usd");
    else
        write_price(writer, "price_usd", &card->prices[condition], condition);
}

static void write_prices(struct json_writer *writer, const struct card *cards, int count)
{
    struct card all = {.name = ""};
    int priced;
    for (int condition = 0; condition < CONDITION_COUNT; condition++)
        all.prices[condition] = price_range(cards, count, condition, &priced);
    card_write_price(writer, &all);
    json_write_begin_array(writer, "prices");
    for (int condition = 0; condition < CONDITION_COUNT; condition++)
        if (all.prices[condition].low)
            write_price(writer, NULL, &all.prices[condition], condition);
    json_write_end_array(writer);
}

/* Cards with one ID have one chip, and what it can do in common. */
static void write_features(struct json_writer *writer, const struct chip_features *features)
{
    json_write_text_or_null(writer, "generation", features->generation);
    write_list(writer, "encode", features->encode);
    write_list(writer, "decode", features->decode);
    write_list(writer, "split", features->split);
    json_write_text_or_null(writer, "licence", features->licence);
    json_write_text_or_null(writer, "macos", features->macos);
    json_write_text_or_null(writer, "driver", features->driver);
    json_write_text_or_null(writer, "security", features->security);
    json_write_text_or_null(writer, "cuda", features->cuda);
    json_write_text_or_null(writer, "rocm", features->rocm);
    json_write_text_or_null(writer, "note", features->note);
}

void card_write_json(struct json_writer *writer, const struct card *cards, int count)
{
    if (!json_write_begin_object_or_null(writer, "card", count))
        return;
    enum low_profile low_profile = common_low_profile(cards, count);
    json_write_begin_array(writer, "names");
    for (int i = 0; i < count; i++)
        json_write_string(writer, NULL, cards[i].name);
    json_write_end_array(writer);
    json_write_begin_array(writer, "vram_gib");
    for (double value = 0; (value = next_amount(cards, count, VRAM, value)) > 0;)
        write_amount(writer, NULL, value);
    json_write_end_array(writer);
    json_write_text_or_null(writer, "memory", COMMON_TEXT(memory));
    write_amount(writer, "bandwidth_gb_s", next_amount(cards, count, BANDWIDTH, 0));
    write_amount(writer, "board_power_w", most(cards, count, WATTS));
    write_amount(writer, "slots", most(cards, count, SLOTS));
    json_write_text_or_null(writer, "power_connectors", COMMON_TEXT(power_connectors));
    json_write_text_or_null(writer, "low_profile", low_profile ? low_profile_value(low_profile) : NULL);
    json_write_text_or_null(writer, "cooling", common_cooling(cards, count));
    json_write_text_or_null(writer, "outputs", COMMON_TEXT(outputs));
    write_amount(writer, "length_mm", most(cards, count, LENGTH));
    json_write_text_or_null(writer, "bus", COMMON_TEXT(bus));
    json_write_text_or_null(writer, "released", COMMON_TEXT(released));
    json_write_text_or_null(writer, "sold", cards[0].sold ? sold_value(cards[0].sold) : NULL);
    write_prices(writer, cards, count);
    write_features(writer, &cards[0].features);
    json_write_end_object(writer);
}
