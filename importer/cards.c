/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/tables.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/list_version.h"
#include "core/pci_id.h"
#include "db/builder.h"

/* ---- fields ---- */

static bool is_month(const char *text)
{
    return date_is_valid(text) && strlen(text) == 7;
}

/* IDs, with commas between them: vvvv:dddd, or vvvv:dddd/rr for one revision alone. Moves `*rest` past the
 * next one. False at the end. */
static bool next_id(const struct table_row *row, char **rest, struct pci_id *id, struct error *error)
{
    char *text = strsep(rest, ",");
    error->code = ERROR_NONE;
    if (!text)
        return false;
    char *slash = strchr(text, '/');
    size_t length = slash ? (size_t)(slash - text) : strlen(text);
    if (pci_id_parse(text, length, id) != PCI_ID_OK || id->has_subsystem ||
        (slash && !pci_id_parse_revision(slash + 1, id)))
        table_error(row, error, "pci_ids must be a list of vvvv:dddd or vvvv:dddd/rr, not \"%s\"", text);
    return !error->code;
}

/* Who reads the table wants to check what it says. */
static enum error_code check_source(const struct table_row *row, int column, struct error *error)
{
    const char *text = row->fields[column];
    return strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0
               ? (error->code = ERROR_NONE)
               : table_error(row, error, "%s must be an address, not \"%s\"", row->columns[column], text);
}

/* ---- chips.tsv ---- */

enum { NOTE = 12 };

/* What a column may have. */
static bool is_list(const char *text, const struct vocabulary *vocabulary)
{
    char word[CARD_WORD_SIZE];
    if (strcmp(text, "none") == 0)
        return true;
    for (;; text++) {
        size_t length = strcspn(text, ",");
        if (length >= sizeof word)
            return false;
        memcpy(word, text, length);
        word[length] = '\0';
        if (vocabulary_find(vocabulary, word) < 0)
            return false;
        text += length;
        if (!*text)
            return true;
    }
}

static bool is_version(const char *text)
{
    return strcmp(text, "none") == 0 || strcmp(text, "current") == 0 ||
           (isdigit((unsigned char)*text) && !text[strspn(text, "0123456789.")]);
}

static bool is_macos(const char *text)
{
    const char *last = strchr(text, '-');
    return strcmp(text, "none") == 0 ||
           (last && isdigit((unsigned char)*text) && strspn(text, "0123456789.") == (size_t)(last - text) &&
            strspn(last + 1, "0123456789.") == strlen(last + 1));
}

static bool is_security(const char *text)
{
    return strcmp(text, "current") == 0 || strcmp(text, "legacy") == 0 ||
           (strncmp(text, "ended ", 6) == 0 && is_month(text + 6));
}

static bool are_codecs(const char *text)
{
    return is_list(text, &vocabulary_codec);
}

static bool are_splittings(const char *text)
{
    return is_list(text, &vocabulary_splitting);
}

static bool is_licence(const char *text)
{
    return strcmp(text, "none") == 0 || strcmp(text, "vgpu") == 0;
}

#define TEXT(number, of, member, check)                                                                      \
    {                                                                                                        \
        .column = (number), .type = FIELD_TEXT, .offset = offsetof(struct of, member),                       \
        .size = sizeof((struct of *)NULL)->member, .fits = (check)                                           \
    }

static const struct table_field chip_fields[] = {
    TEXT(2, chip_features, generation, NULL),    TEXT(3, chip_features, encode, are_codecs),
    TEXT(4, chip_features, decode, are_codecs),  TEXT(5, chip_features, split, are_splittings),
    TEXT(6, chip_features, licence, is_licence), TEXT(7, chip_features, macos, is_macos),
    TEXT(8, chip_features, driver, is_version),  TEXT(9, chip_features, security, is_security),
    TEXT(10, chip_features, cuda, is_version),   TEXT(11, chip_features, rocm, is_version),
    TEXT(NOTE, chip_features, note, NULL),
};

static enum error_code add_chip(void *context, const struct table_row *row, struct error *error)
{
    const char *chip = row->fields[1];
    struct chip_features features = {.generation = ""};
    uint16_t vendor;
    if (table_hex4(row, 0, &vendor, error) || table_chip(row, chip, error))
        return error->code;
    /* Which board it is says the first clause, for readers of the table. */
    if (strchr(chip, ':'))
        row->fields[NOTE] += strcspn(row->fields[NOTE], ";");
    row->fields[NOTE] += strspn(row->fields[NOTE], "; ");
    if (table_fill(row, chip_fields, ARRAY_SIZE(chip_fields), &features, error) ||
        check_source(row, 13, error))
        return error->code;
    return builder_add_chip(context, vendor, chip, &features, error);
}

const struct table chips_table = {
    "vendor\tchip\tgeneration\tencode\tdecode\tsplit\tlicence\tmacos\tdriver\tsecurity\tcuda\trocm\tnote\tsource",
    2, add_chip, "chips.tsv"};

/* ---- cards.tsv ---- */

#define NUMBER(number, kind, member, least, most)                                                            \
    {                                                                                                        \
        .column = (number), .type = (kind), .offset = offsetof(struct card, member), .low = (least),         \
        .high = (most)                                                                                       \
    }
#define VALUE(number, member, words)                                                                         \
    {                                                                                                        \
        .column = (number), .type = FIELD_VALUE, .offset = offsetof(struct card, member),                    \
        .vocabulary = (words)                                                                                \
    }

static const struct table_field card_fields[] = {
    TEXT(0, card, name, NULL),
    TEXT(2, card, chip, NULL),
    TEXT(3, card, released, NULL),
    NUMBER(4, FIELD_NUMBER, vram_gib, 0.001, 4096),
    TEXT(5, card, memory, NULL),
    NUMBER(6, FIELD_NUMBER, bandwidth_gb_s, 0.1, 100000),
    NUMBER(7, FIELD_WHOLE, board_power_w, 1, 5000),
    NUMBER(8, FIELD_NUMBER, slots, 0.5, 8),
    VALUE(9, low_profile, &vocabulary_low_profile),
    VALUE(10, cooling, &vocabulary_cooling),
    TEXT(11, card, power_connectors, NULL),
    TEXT(12, card, outputs, NULL),
    NUMBER(13, FIELD_WHOLE, length_mm, 10, 1000),
    TEXT(14, card, bus, NULL),
    TEXT(15, card, cuda_capability, NULL),
    NUMBER(16, FIELD_NUMBER, fp32_tflops, 0.001, 10000),
    NUMBER(17, FIELD_WHOLE, launch_usd, 1, 1000000),
    VALUE(18, sold, &vocabulary_sold),
};

static enum error_code read_card(const struct table_row *row, struct card *card, struct error *error)
{
    *card = (struct card){.vram_gib = 0};
    if (table_fill(row, card_fields, ARRAY_SIZE(card_fields), card, error))
        return error->code;
    if (!card->name[0])
        return table_error(row, error, "name is empty");
    if (card->released[0] && !date_is_valid(card->released))
        return table_error(row, error, "released must be YYYY, YYYY-MM or YYYY-MM-DD, not \"%s\"",
                           card->released);
    return check_source(row, 19, error);
}

static enum error_code add_card(void *context, const struct table_row *row, struct error *error)
{
    struct card card;
    struct pci_id id;
    char *rest = row->fields[1];
    int64_t number = 0;
    if (read_card(row, &card, error))
        return error->code;
    for (int place = 0; next_id(row, &rest, &id, error); place++) {
        const struct alias alias = {.pci_id = pci_id_number(&id),
                                    .revision = id.has_revision ? id.revision : -1,
                                    .product = card.name,
                                    .form_factor = card.sold == SOLD_SERVER || card.sold == SOLD_EMBEDDED
                                                       ? FORM_FACTOR_UNKNOWN
                                                       : FORM_FACTOR_DESKTOP,
                                    .source = "cards"};
        if ((!number && builder_add_card(context, &card, &id, &number, error)) ||
            builder_add_card_id(context, &id, number, place, error) ||
            builder_add_alias(context, &alias, error))
            break;
    }
    return error->code;
}

const struct table cards_table = {
    "name\tpci_ids\tchip\treleased\tvram_gib\tmemory\tbandwidth_gb_s\tboard_power_w\tslots\tlow_profile\tcooling"
    "\tpower_connectors\toutputs\tlength_mm\tbus\tcuda_capability\tfp32_tflops\tlaunch_usd\tsold\tsource",
    1, add_card, "cards.tsv"};

/* ---- prices.tsv ---- */

static enum error_code check_ids(struct builder *builder, const struct table_row *row, int64_t card,
                                 struct error *error)
{
    char *rest = row->fields[1];
    struct pci_id id;
    while (next_id(row, &rest, &id, error)) {
        bool is_of_card;
        if (builder_card_has_id(builder, card, &id, &is_of_card, error))
            break;
        if (!is_of_card)
            return table_error(row, error, "%04x:%04x is not an ID of \"%s\" in cards.tsv", id.vendor,
                               id.device, row->fields[0]);
    }
    return error->code;
}

static enum error_code add_price(void *context, const struct table_row *row, struct error *error)
{
    struct price price = {.low = 0};
    int condition;
    int kind;
    int64_t card;
    if (!row->fields[2][0] || !row->fields[3][0])
        return table_error(row, error, "a price is empty");
    if (table_whole(row, 2, 1, 1000000, &price.low, error) ||
        table_whole(row, 3, price.low, 1000000, &price.high, error) ||
        table_value(row, 4, &vocabulary_condition, &condition, error))
        return error->code;
    if (!is_month(row->fields[5]))
        return table_error(row, error, "as_of must be YYYY-MM, not \"%s\"", row->fields[5]);
    snprintf(price.as_of, sizeof price.as_of, "%s", row->fields[5]);
    if (table_value(row, 6, &vocabulary_price_kind, &kind, error) || check_source(row, 7, error) ||
        builder_find_card(context, row->fields[0], &card, error))
        return error->code;
    price.kind = (enum price_kind)kind;
    if (!card)
        return table_error(row, error, "no card in cards.tsv is called \"%s\"", row->fields[0]);
    if (check_ids(context, row, card, error))
        return error->code;
    return builder_add_price(context, card, (enum condition)condition, &price, error);
}

const struct table prices_table = {
    "name\tpci_ids\tprice_usd_low\tprice_usd_high\tcondition\tas_of\tkind\turl", 8, add_price, "prices.tsv"};
