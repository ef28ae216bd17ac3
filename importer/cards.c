/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/cards.h"

#include <stddef.h>
#include <string.h>

#include "core/pci_id.h"

/* ---- fields ---- */

/* A field that is one of a few words; blank where `blank` is a value, the one for "not known". */
static enum error_code read_value(const struct table_row *row, const char *column, const char *text,
                                  const struct vocabulary *vocabulary, bool may_be_blank, int *value,
                                  struct error *error)
{
    error->code = ERROR_NONE;
    *value = !*text && may_be_blank ? 0 : vocabulary_find(vocabulary, text);
    if (*value >= 0 && (*value > 0 || strcmp(text, "unknown") != 0))
        return ERROR_NONE;
    return table_error(row, error, "\"%s\" is not a value of %s", text, column);
}

/* A text that fits its place in the database. */
static enum error_code read_text(const struct table_row *row, const char *column, const char *text,
                                 char *target, size_t size, struct error *error)
{
    size_t length = strlen(text);
    if (length >= size)
        return table_error(row, error, "%s is longer than %zu bytes", column, size - 1);
    memcpy(target, text, length + 1);
    return error->code = ERROR_NONE;
}

/* A number; blank is 0, not known. */
static enum error_code read_amount(const struct table_row *row, const char *column, const char *text,
                                   double low, double high, double *value, struct error *error)
{
    *value = 0;
    return *text ? table_number(row, column, text, low, high, value, error) : (error->code = ERROR_NONE);
}

static enum error_code read_count(const struct table_row *row, const char *column, const char *text, int low,
                                  int high, int *value, struct error *error)
{
    double number;
    if (read_amount(row, column, text, low, high, &number, error))
        return error->code;
    *value = (int)number;
    return *value == number ? ERROR_NONE
                            : table_error(row, error, "%s must be a whole number, not \"%s\"", column, text);
}

static bool has_digits(const char *text, int count)
{
    return (int)strspn(text, "0123456789") >= count;
}

/* YYYY, with months YYYY-MM, with days YYYY-MM-DD. */
static bool is_date(const char *text, bool needs_month)
{
    size_t length = strlen(text);
    bool has_month = length >= 7 && has_digits(text, 4) && text[4] == '-' && has_digits(text + 5, 2) &&
                     memcmp(text + 5, "00", 2) > 0 && memcmp(text + 5, "12", 2) <= 0;
    if (length == 4)
        return !needs_month && has_digits(text, 4);
    if (length == 10 && !needs_month)
        return has_month && text[7] == '-' && has_digits(text + 8, 2);
    return length == 7 && has_month;
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
static enum error_code check_source(const struct table_row *row, const char *column, const char *text,
                                    struct error *error)
{
    return strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0
               ? (error->code = ERROR_NONE)
               : table_error(row, error, "%s must be an address, not \"%s\"", column, text);
}

/* ---- chips.tsv ---- */

enum { NOTE = 12, CHIP_COLUMNS = 14, CHIP_KEY = 2 };
static const char *const chip_columns[CHIP_COLUMNS] = {
    "vendor", "chip",   "generation", "encode", "decode", "split", "licence",
    "macos",  "driver", "security",   "cuda",   "rocm",   "note",  "source"};

/* What a column may have. */
static bool is_list(const char *text, const struct vocabulary *vocabulary)
{
    char word[CARD_WORD_SIZE];
    if (!*text || strcmp(text, "none") == 0)
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
    return !*text || strcmp(text, "none") == 0 || strcmp(text, "current") == 0 ||
           (has_digits(text, 1) && strspn(text, "0123456789.") == strlen(text));
}

static bool is_macos(const char *text)
{
    const char *last = strchr(text, '-');
    return !*text || strcmp(text, "none") == 0 ||
           (last && has_digits(text, 1) && strspn(text, "0123456789.") == (size_t)(last - text) &&
            strspn(last + 1, "0123456789.") == strlen(last + 1));
}

static bool is_security(const char *text)
{
    return !*text || strcmp(text, "current") == 0 || strcmp(text, "legacy") == 0 ||
           (strncmp(text, "ended ", 6) == 0 && is_date(text + 6, true));
}

static enum error_code read_features(const struct table_row *row, struct chip_features *features,
                                     struct error *error)
{
    const struct {
        char *target;
        size_t size;
        bool fits;
    } fields[] = {
#define FIELD(name, column, fits) {features->name, sizeof features->name, fits}
        FIELD(generation, 2, true),
        FIELD(encode, 3, is_list(row->fields[3], &vocabulary_codec)),
        FIELD(decode, 4, is_list(row->fields[4], &vocabulary_codec)),
        FIELD(split, 5, is_list(row->fields[5], &vocabulary_splitting)),
        FIELD(licence, 6,
              !row->fields[6][0] || strcmp(row->fields[6], "none") == 0 ||
                  strcmp(row->fields[6], "vgpu") == 0),
        FIELD(macos, 7, is_macos(row->fields[7])),
        FIELD(driver, 8, is_version(row->fields[8])),
        FIELD(security, 9, is_security(row->fields[9])),
        FIELD(cuda, 10, is_version(row->fields[10])),
        FIELD(rocm, 11, is_version(row->fields[11])),
        FIELD(note, NOTE, true),
#undef FIELD
    };
    error->code = ERROR_NONE;
    for (size_t i = 0; i < ARRAY_SIZE(fields) && !error->code; i++) {
        const char *column = chip_columns[2 + i];
        const char *text = row->fields[2 + i];
        if (!fields[i].fits)
            table_error(row, error, "\"%s\" is not a value of %s", text, column);
        else
            (void)!read_text(row, column, text, fields[i].target, fields[i].size, error);
    }
    return error->code;
}

static enum error_code add_chip(void *context, const struct table_row *row, struct error *error)
{
    const char *chip = row->fields[1];
    struct chip_features features;
    uint16_t vendor;
    if (table_vendor(row, "vendor", row->fields[0], &vendor, error) || table_chip(row, chip, error))
        return error->code;
    /* Which board it is says the first clause, for readers of the table. */
    if (strchr(chip, ':'))
        row->fields[NOTE] += strcspn(row->fields[NOTE], ";");
    row->fields[NOTE] += strspn(row->fields[NOTE], "; ");
    if (read_features(row, &features, error) || check_source(row, "source", row->fields[13], error))
        return error->code;
    return builder_add_chip(context, vendor, chip, &features, error);
}

/* ---- cards.tsv ---- */

enum { CARD_COLUMNS = 20, CARD_KEY = 1 };
static const char *const card_columns[CARD_COLUMNS] = {
    "name",           "pci_ids",       "chip",  "released",        "vram_gib",    "memory",
    "bandwidth_gb_s", "board_power_w", "slots", "low_profile",     "cooling",     "power_connectors",
    "outputs",        "length_mm",     "bus",   "cuda_capability", "fp32_tflops", "launch_usd",
    "sold",           "source"};

static enum error_code read_board(const struct table_row *row, struct card *card, struct error *error)
{
    char *const *fields = row->fields;
    int low_profile;
    int cooling;
    int sold;
    if (read_amount(row, "vram_gib", fields[4], 0.001, 4096, &card->vram_gib, error) ||
        read_amount(row, "bandwidth_gb_s", fields[6], 0.1, 100000, &card->bandwidth_gb_s, error) ||
        read_count(row, "board_power_w", fields[7], 1, 5000, &card->board_power_w, error) ||
        read_amount(row, "slots", fields[8], 0.5, 8, &card->slots, error) ||
        read_value(row, "low_profile", fields[9], &vocabulary_low_profile, true, &low_profile, error) ||
        read_value(row, "cooling", fields[10], &vocabulary_cooling, true, &cooling, error) ||
        read_count(row, "length_mm", fields[13], 10, 1000, &card->length_mm, error) ||
        read_amount(row, "fp32_tflops", fields[16], 0.001, 10000, &card->fp32_tflops, error) ||
        read_count(row, "launch_usd", fields[17], 1, 1000000, &card->launch_usd, error) ||
        read_value(row, "sold", fields[18], &vocabulary_sold, true, &sold, error))
        return error->code;
    card->low_profile = (enum low_profile)low_profile;
    card->cooling = (enum cooling)cooling;
    card->sold = (enum sold)sold;
    return ERROR_NONE;
}

static enum error_code read_card(const struct table_row *row, struct card *card, struct error *error)
{
    const struct {
        int column;
        char *target;
        size_t size;
    } texts[] = {
#define TEXT(column, name) {column, card->name, sizeof card->name}
        TEXT(0, name),
        TEXT(2, chip),
        TEXT(3, released),
        TEXT(5, memory),
        TEXT(11, power_connectors),
        TEXT(12, outputs),
        TEXT(14, bus),
        TEXT(15, cuda_capability),
#undef TEXT
    };
    *card = (struct card){.vram_gib = 0};
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        if (read_text(row, card_columns[texts[i].column], row->fields[texts[i].column], texts[i].target,
                      texts[i].size, error))
            return error->code;
    if (!card->name[0])
        return table_error(row, error, "name is empty");
    if (card->released[0] && !is_date(card->released, false))
        return table_error(row, error, "released must be YYYY, YYYY-MM or YYYY-MM-DD, not \"%s\"",
                           card->released);
    return read_board(row, card, error) ? error->code : check_source(row, "source", row->fields[19], error);
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

/* ---- prices.tsv ---- */

enum { PRICE_COLUMNS = 8 };
static const char *const price_columns[PRICE_COLUMNS] = {
    "name", "pci_ids", "price_usd_low", "price_usd_high", "condition", "as_of", "kind", "url"};

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
    if (read_count(row, "price_usd_low", row->fields[2], 1, 1000000, &price.low, error) ||
        read_count(row, "price_usd_high", row->fields[3], price.low, 1000000, &price.high, error))
        return error->code;
    if (!price.low || !price.high)
        return table_error(row, error, "a price is empty");
    if (read_value(row, "condition", row->fields[4], &vocabulary_condition, false, &condition, error))
        return error->code;
    if (!is_date(row->fields[5], true))
        return table_error(row, error, "as_of must be YYYY-MM, not \"%s\"", row->fields[5]);
    if (read_text(row, "as_of", row->fields[5], price.as_of, sizeof price.as_of, error) ||
        read_value(row, "kind", row->fields[6], &vocabulary_price_kind, false, &kind, error) ||
        check_source(row, "url", row->fields[7], error) ||
        builder_find_card(context, row->fields[0], &card, error))
        return error->code;
    price.kind = (enum price_kind)kind;
    if (!card)
        return table_error(row, error, "no card in cards.tsv is called \"%s\"", row->fields[0]);
    if (check_ids(context, row, card, error))
        return error->code;
    return builder_add_price(context, card, (enum condition)condition, &price, error);
}

enum error_code chips_read(const char *path, struct builder *builder, struct table_summary *summary,
                           struct error *error)
{
    return table_read(path, chip_columns, CHIP_COLUMNS, CHIP_KEY, add_chip, builder, summary, error);
}

enum error_code cards_read(const char *path, struct builder *builder, struct table_summary *summary,
                           struct error *error)
{
    return table_read(path, card_columns, CARD_COLUMNS, CARD_KEY, add_card, builder, summary, error);
}

enum error_code prices_read(const char *path, struct builder *builder, struct table_summary *summary,
                            struct error *error)
{
    return table_read(path, price_columns, PRICE_COLUMNS, PRICE_COLUMNS, add_price, builder, summary, error);
}
