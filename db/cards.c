/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/cards.h"

#include <string.h>

#include "db/internal.h"

/* A row for each price of a card, or one. */
#define CARD_COLUMNS                                                                                         \
    "c.id, c.name, c.chip, c.released, c.vram_gib, c.memory, c.bandwidth_gb_s, c.board_power_w, c.slots,"    \
    " c.low_profile, c.cooling, c.power_connectors, c.outputs, c.length_mm, c.bus, c.cuda_capability,"       \
    " c.fp32_tflops, c.launch_usd, c.sold, f.generation, f.encode, f.decode, f.split, f.licence, f.macos,"   \
    " f.driver, f.security, f.cuda, f.rocm, f.note, p.condition, p.low, p.high, p.as_of, p.kind, p.sources," \
    " p.old"
#define CARD_JOINS " LEFT JOIN chip f ON f.id = c.features LEFT JOIN price p ON p.card = c.id "
enum { FEATURES = 19, PRICE = 30, REVISION = 37 };

static void read_card(sqlite3_stmt *row, struct card *card)
{
#define COPY(column, field) copy_column(row, column, card->field, sizeof card->field)
    *card = (struct card){.vram_gib = column_real(row, 4, 1e4),
                          .bandwidth_gb_s = column_real(row, 6, 1e6),
                          .board_power_w = column_count(row, 7),
                          .slots = column_real(row, 8, 100),
                          .low_profile = (enum low_profile)column_value(row, 9, &vocabulary_low_profile),
                          .cooling = (enum cooling)column_value(row, 10, &vocabulary_cooling),
                          .length_mm = column_count(row, 13),
                          .fp32_tflops = column_real(row, 16, 1e6),
                          .launch_usd = column_count(row, 17),
                          .sold = (enum sold)column_value(row, 18, &vocabulary_sold)};
    COPY(1, name);
    COPY(2, chip);
    COPY(3, released);
    COPY(5, memory);
    COPY(11, power_connectors);
    COPY(12, outputs);
    COPY(14, bus);
    COPY(15, cuda_capability);
    COPY(FEATURES, features.generation);
    COPY(FEATURES + 1, features.encode);
    COPY(FEATURES + 2, features.decode);
    COPY(FEATURES + 3, features.split);
    COPY(FEATURES + 4, features.licence);
    COPY(FEATURES + 5, features.macos);
    COPY(FEATURES + 6, features.driver);
    COPY(FEATURES + 7, features.security);
    COPY(FEATURES + 8, features.cuda);
    COPY(FEATURES + 9, features.rocm);
    COPY(FEATURES + 10, features.note);
#undef COPY
}

static void read_price(sqlite3_stmt *row, struct card *card)
{
    int condition = vocabulary_find(&vocabulary_condition, column_text(row, PRICE));
    if (condition < 0)
        return;
    struct price *price = &card->prices[condition];
    *price = (struct price){.low = column_count(row, PRICE + 1),
                            .high = column_count(row, PRICE + 2),
                            .kind = (enum price_kind)column_value(row, PRICE + 4, &vocabulary_price_kind),
                            .sources = column_count(row, PRICE + 5),
                            .old = column_flag(row, PRICE + 6)};
    copy_column(row, PRICE + 3, price->as_of, sizeof price->as_of);
}

enum error_code database_find_cards(struct database *database, const struct pci_id *id, struct card *cards,
                                    int limit, int *count, struct error *error)
{
    static const char sql[] =
        "SELECT " CARD_COLUMNS ", i.revision FROM card_id i CROSS JOIN card c ON c.id = i.card" CARD_JOINS
        "WHERE i.pci_id = ?1 AND (?2 < 0 OR i.revision IN (-1, ?2))";
    int numbers[MAX_CARDS_OF_ID];
    bool is_any = false; /* those found so far are sold with any revision */
    sqlite3_stmt *row = NULL;
    *count = 0;
    while (database_row(
        database, sql,
        SQL_VALUES(sql_integer(pci_id_number(id)), sql_integer(id->has_revision ? id->revision : -1)), &row,
        error)) {
        int number = column_row(row, 0);
        int at = 0;
        /* -1 comes first, and what has a row of its own is not sold under it. */
        if (is_any && id->has_revision && column_integer(row, REVISION) >= 0)
            *count = 0;
        is_any = column_integer(row, REVISION) < 0;
        while (at < *count && numbers[at] != number)
            at++;
        if (at == limit || at == MAX_CARDS_OF_ID)
            continue;
        if (at == *count) {
            numbers[(*count)++] = number;
            read_card(row, &cards[at]);
        }
        read_price(row, &cards[at]);
    }
    return error->code;
}

enum error_code database_find_macos(struct database *database, const struct gpu *gpu,
                                    char macos[CARD_WORD_SIZE], struct error *error)
{
    static const char sql[] =
        "SELECT macos FROM chip WHERE vendor = ?1 AND (?2 GLOB chip OR ?3 GLOB chip) ORDER BY id LIMIT 1";
    char text[PCI_ID_TEXT_SIZE];
    database_text(database, sql,
                  SQL_VALUES(sql_integer(gpu->id.vendor), sql_text(gpu->chip),
                             sql_text(pci_id_print_base(&gpu->id, text))),
                  macos, CARD_WORD_SIZE, error);
    return error->code;
}

/* ---- all cards, with their verdicts ---- */

/* What a card offers under one of its IDs, if that one is better known than those before. */
static enum error_code weigh_id(struct database *database, uint32_t pci_id, bool shares_id, enum guest guest,
                                struct offer *offer, struct error *error)
{
    struct evidence evidence[EVIDENCE_LEVELS];
    struct device device;
    struct pci_id id = pci_id_from_number(pci_id);
    enum chassis chassis = CHASSIS_UNKNOWN;
    error->code = ERROR_NONE;
    for (int i = 0; i < offer->pci_id_count; i++)
        if (offer->pci_ids[i] == pci_id)
            return ERROR_NONE;
    if (offer->pci_id_count == MAX_OFFER_IDS || database_find_device(database, &id, &device, error))
        return error->code == ERROR_NOT_FOUND ? error->code = ERROR_NONE : error->code;
    struct gpu *gpu = &device.gpu;
    if (!device.is_gpu || device.is_unlisted) /* a guess by the number recommends nothing */
        return ERROR_NONE;
    bool sold_both_ways = gpu_form_factor(gpu) == FORM_FACTOR_EITHER;
    if (sold_both_ways && gpu_settle_by_chassis(gpu, CHASSIS_DESKTOP) &&
        database_ask_share(database, &device, SHARE_WHOLE, error))
        return error->code;
    if (sold_both_ways)
        chassis = CHASSIS_DESKTOP;
    bool is_card = gpu_form_factor(gpu) == FORM_FACTOR_DESKTOP || gpu_form_factor(gpu) == FORM_FACTOR_SERVER;
    if (!is_card || gpu_vbios(gpu) != VBIOS_ROM_BAR)
        return ERROR_NONE;
    if (database_find_evidence(database, &device, chassis, guest, evidence, NULL, error))
        return error->code;
    const int *counts = evidence[EVIDENCE_ID].counts;
    struct verdict verdict = verdict_compute(&device.prior, evidence);
    offer->usable_reports += counts[OUTCOME_WORKS] + counts[OUTCOME_WORKS_WITH_WORKAROUND];
    offer->reports += evidence_total(&evidence[EVIDENCE_ID]);
    bool is_first = !offer->pci_id_count;
    offer->pci_ids[offer->pci_id_count++] = pci_id;
    if (!is_first && verdict.direct_reports <= offer->verdict.direct_reports)
        return ERROR_NONE;
    offer->pci_id = pci_id;
    memcpy(offer->chip, gpu->chip, sizeof offer->chip);
    offer->sold_both_ways = sold_both_ways;
    offer->shares_id = shares_id;
    offer->display = gpu_display(gpu);
    offer->reset = gpu_reset(gpu);
    offer->verdict = verdict;
    return ERROR_NONE;
}

/* Adds the IDs of card `number` to its offer; the rows are sorted by card. */
static enum error_code add_ids(struct database *database, sqlite3_stmt *ids, bool *more, int number,
                               enum guest guest, struct offer *offer, struct error *error)
{
    error->code = ERROR_NONE;
    while (*more && column_row(ids, 0) < number)
        *more = database_next(database, ids, error);
    while (*more && column_row(ids, 0) == number) {
        if (weigh_id(database, column_pci_id(ids, 1), column_flag(ids, 2), guest, offer, error))
            return error->code;
        *more = database_next(database, ids, error);
    }
    return error->code;
}

enum error_code database_each_offer(struct database *database, enum guest guest, offer_visitor *each,
                                    void *context, struct error *error)
{
    static const char card_sql[] = "SELECT " CARD_COLUMNS " FROM card c" CARD_JOINS "ORDER BY c.id";
    static const char id_sql[] =
        "SELECT card, pci_id, EXISTS (SELECT 1 FROM card_id o WHERE o.pci_id = i.pci_id AND o.card <> i.card)"
        " FROM card_id i ORDER BY card, place";
    struct offer offer;
    sqlite3_stmt *row = NULL;
    sqlite3_stmt *ids = NULL;
    bool more_ids = database_row(database, id_sql, SQL_NO_VALUES, &ids, error);
    bool more = !error->code && database_row(database, card_sql, SQL_NO_VALUES, &row, error);
    while (more) {
        int number = column_row(row, 0);
        offer = (struct offer){.pci_id_count = 0};
        read_card(row, &offer.card);
        do
            read_price(row, &offer.card);
        while ((more = database_next(database, row, error)) && column_row(row, 0) == number);
        if (error->code || add_ids(database, ids, &more_ids, number, guest, &offer, error) ||
            (offer.pci_id_count && each(context, &offer, error)))
            break;
    }
    return error->code;
}
