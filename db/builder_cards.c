/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cards, their chips and their prices in a new database, and the cards to buy instead of others. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/builder_internal.h"
#include "db/cards.h"

enum error_code builder_add_chip(struct builder *builder, uint16_t vendor, const char *chip,
                                 const struct chip_features *features, struct error *error)
{
    return INSERT(builder, error,
                  "INSERT INTO chip VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
                  sql_integer(vendor), sql_text(chip), sql_text(features->generation),
                  sql_text(features->encode), sql_text(features->decode), sql_text(features->split),
                  sql_text(features->licence), sql_text(features->macos), sql_text(features->driver),
                  sql_text(features->security), sql_text(features->cuda), sql_text(features->rocm),
                  sql_text(features->note));
}

/* NULL for a number that is not known. */
static struct sql_value sql_amount(double value)
{
    return value > 0 ? sql_real(value) : sql_text(NULL);
}

static struct sql_value sql_count(int value)
{
    return value > 0 ? sql_integer(value) : sql_text(NULL);
}

enum error_code builder_add_card(struct builder *builder, const struct card *card, const struct pci_id *id,
                                 int64_t *number, struct error *error)
{
    static const char sql[] =
        "INSERT INTO card VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
        " ?16, ?17, ?18, " FEATURES(19, 20, 21) ")";
    char text[PCI_ID_TEXT_SIZE];
    char chip[CHIP_SIZE]; /* the first of several */
    snprintf(chip, sizeof chip, "%.*s", (int)strcspn(card->chip, ","), card->chip);
    if (INSERT(builder, error, sql, sql_text(card->name), sql_text(card->chip), sql_text(card->released),
               sql_amount(card->vram_gib), sql_text(card->memory), sql_amount(card->bandwidth_gb_s),
               sql_count(card->board_power_w), sql_amount(card->slots),
               sql_word(&vocabulary_low_profile, (int)card->low_profile),
               sql_word(&vocabulary_cooling, (int)card->cooling), sql_text(card->power_connectors),
               sql_text(card->outputs), sql_count(card->length_mm), sql_text(card->bus),
               sql_text(card->cuda_capability), sql_amount(card->fp32_tflops), sql_count(card->launch_usd),
               sql_word(&vocabulary_sold, (int)card->sold), sql_integer(id->vendor), sql_text(chip),
               sql_text(pci_id_print_base(id, text))))
        return error->code;
    *number = sqlite3_last_insert_rowid(builder->database.handle);
    return INSERT(builder, error, "INSERT OR IGNORE INTO card_name VALUES (?1, ?2)", sql_text(card->name),
                  sql_integer(*number));
}

enum error_code builder_add_card_id(struct builder *builder, const struct pci_id *id, int64_t card, int place,
                                    struct error *error)
{
    return INSERT(builder, error, "INSERT OR IGNORE INTO card_id VALUES (?1, ?2, ?3, ?4)",
                  sql_integer(pci_id_number(id)), sql_integer(id->has_revision ? id->revision : -1),
                  sql_integer(card), sql_integer(place));
}

enum error_code builder_find_card(struct builder *builder, const char *name, int64_t *card,
                                  struct error *error)
{
    sqlite3_stmt *row = NULL;
    *card = 0;
    if (database_row(&builder->database, "SELECT card FROM card_name WHERE name = ?1",
                     SQL_VALUES(sql_text(name)), &row, error))
        *card = column_integer(row, 0);
    return error->code;
}

enum error_code builder_card_has_id(struct builder *builder, int64_t card, const struct pci_id *id,
                                    bool *answer, struct error *error)
{
    static const char sql[] = "SELECT 1 FROM card_id WHERE pci_id = ?1 AND card = ?2"
                              " AND (revision = -1 OR ?3 < 0 OR revision = ?3) LIMIT 1";
    sqlite3_stmt *row = NULL;
    *answer = database_row(&builder->database, sql,
                           SQL_VALUES(sql_integer(pci_id_number(id)), sql_integer(card),
                                      sql_integer(id->has_revision ? id->revision : -1)),
                           &row, error);
    return error->code;
}

enum error_code builder_add_price(struct builder *builder, int64_t card, enum condition condition,
                                  const struct price *price, struct error *error)
{
    return INSERT(builder, error, "INSERT INTO stated_price VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                  sql_integer(card), sql_word(&vocabulary_condition, (int)condition), sql_integer(price->low),
                  sql_integer(price->high), sql_text(price->as_of),
                  sql_word(&vocabulary_price_kind, (int)price->kind));
}

/* ---- what to buy instead ---- */

struct offers {
    struct offer *items;
    int count;
};

static enum error_code keep_offer(void *context, const struct offer *offer, struct error *error)
{
    struct offers *offers = context;
    if (!ARRAY_GROW(offers->items, offers->count))
        return error_set(error, ERROR_NO_MEMORY, "no memory for %d cards", offers->count + 1);
    offers->items[offers->count++] = *offer;
    return error->code = ERROR_NONE;
}

static enum error_code add_alternative(struct builder *builder, const char *key, int rank,
                                       const struct offer *offer, struct error *error)
{
    int condition = card_condition(&offer->card);
    const struct price none = {.low = 0};
    const struct price *price = condition < CONDITION_COUNT ? &offer->card.prices[condition] : &none;
    return INSERT(builder, error, "INSERT INTO alternative VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                  sql_text(key), sql_integer(rank), sql_integer(offer->pci_id), sql_text(offer->card.name),
                  sql_real(offer->verdict.usable), sql_count(price->low), sql_count(price->high),
                  sql_text(price->low ? price->as_of : NULL));
}

enum { MAX_ALTERNATIVES_OF_KEY = 12, MAX_SIBLINGS = 4 };

/* The best cards of a list that is sorted: all of them, or those with the chip of the `of`th one. A card that
 * resets only with help is no cure. */
static enum error_code add_best(struct builder *builder, const struct offers *offers, const char *key,
                                const struct card_question *question, const struct offer *of, int most,
                                struct error *error)
{
    int rank = 0;
    error->code = ERROR_NONE;
    for (int i = 0; i < offers->count && rank < most && !error->code; i++) {
        const struct offer *offer = &offers->items[i];
        bool resets = offer->reset == RESET_FLR || offer->reset == RESET_BUS;
        bool is_kin = !of || (offer->pci_id >> 16 == of->pci_id >> 16 && strcmp(offer->chip, of->chip) == 0);
        if (resets && is_kin && offer_fits(offer, question))
            add_alternative(builder, key, ++rank, offer, error);
    }
    return error->code;
}

static enum error_code add_siblings(struct builder *builder, const struct offers *offers,
                                    const struct card_question *question, struct error *error)
{
    char key[KEY_SIZE];
    error->code = ERROR_NONE;
    for (int i = 0; i < offers->count && !error->code; i++) {
        const struct offer *of = &offers->items[i];
        bool is_first = of->chip[0];
        for (int k = 0; k < i && is_first; k++)
            is_first = offers->items[k].pci_id >> 16 != of->pci_id >> 16 ||
                       strcmp(offers->items[k].chip, of->chip) != 0;
        snprintf(key, sizeof key, "%04x/%s", of->pci_id >> 16, of->chip);
        if (is_first)
            add_best(builder, offers, key, question, of, MAX_SIBLINGS, error);
    }
    return error->code;
}

/* A list for each step of card_like_vram(). */
static enum error_code add_by_memory(struct builder *builder, const struct offers *offers,
                                     const struct card_question *any, struct error *error)
{
    static const double steps[] = {0, 12, 16, 24};
    char key[KEY_SIZE];
    error->code = ERROR_NONE;
    for (size_t i = 0; i < ARRAY_SIZE(steps) && !error->code; i++) {
        struct card_question question = *any;
        question.vram_gib = card_like_vram(steps[i]);
        snprintf(key, sizeof key, "%g", question.vram_gib);
        add_best(builder, offers, key, &question, NULL, MAX_ALTERNATIVES_OF_KEY, error);
    }
    return error->code;
}

/* A list for each step of card_like_compute_vram(); sorts the offers. */
static enum error_code add_for_computing(struct builder *builder, const struct offers *offers,
                                         struct error *error)
{
    static const double steps[] = {0, 40, 80};
    struct card_question question = {.purpose = PURPOSE_LLM, .vendor = ANY_VENDOR, .headless = true};
    char key[KEY_SIZE];
    error->code = ERROR_NONE;
    qsort_r(offers->items, (size_t)offers->count, sizeof *offers->items, offer_compare, &question);
    for (size_t i = 0; i < ARRAY_SIZE(steps) && !error->code; i++) {
        question.vram_gib = steps[i];
        snprintf(key, sizeof key, "compute %g", question.vram_gib);
        add_best(builder, offers, key, &question, NULL, MAX_ALTERNATIVES_OF_KEY, error);
    }
    return error->code;
}

enum error_code alternatives_store(struct builder *builder, struct error *error)
{
    struct card_question any = {.purpose = ANY_PURPOSE, .vendor = ANY_VENDOR};
    struct offers offers = {.count = 0};
    if (!database_each_offer(&builder->database, GUEST_UNKNOWN, keep_offer, &offers, error) && offers.count) {
        qsort_r(offers.items, (size_t)offers.count, sizeof *offers.items, offer_compare, &any);
        if (!add_by_memory(builder, &offers, &any, error) && !add_siblings(builder, &offers, &any, error))
            add_for_computing(builder, &offers, error);
    }
    free(offers.items);
    return error->code;
}
