/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/recommend.h"

#include "db/internal.h"

enum error_code database_each_card(struct database *database, card_visitor *each, void *context,
                                   struct error *error)
{
    static const char sql[] =
        "SELECT g.pci_id, d.name, g.chip, g.form_factor = 'server',"
        " g.display = 'outputs' OR g.form_factor = 'either' AND g.display = 'unknown',"
        " g.reset = 'vendor-reset', g.form_factor = 'either',"
        " coalesce(p.usd, 0), p.as_of, coalesce(p.line, 0), coalesce(p.place, 0)"
        " FROM gpu g JOIN device d ON d.pci_id = g.pci_id LEFT JOIN price p ON p.pci_id = g.pci_id"
        " WHERE (g.form_factor IN ('desktop', 'server') AND g.vbios = 'rom-bar' OR g.form_factor = 'either')"
        " AND g.reset IN ('flr', 'bus', 'vendor-reset') ORDER BY g.pci_id";
    sqlite3_stmt *row;
    if (database_query(database, sql, SQL_NO_VALUES, &row, error))
        return error->code;
    while (database_next(database, row, error)) {
        struct card card = {.pci_id = column_pci_id(row, 0),
                            .server = column_flag(row, 3),
                            .outputs = column_flag(row, 4),
                            .vendor_reset = column_flag(row, 5),
                            .sold_both_ways = column_flag(row, 6),
                            .price_usd = column_count(row, 7),
                            .price_line = column_count(row, 9),
                            .price_place = column_count(row, 10)};
        copy_column(row, 1, card.name, sizeof card.name);
        copy_column(row, 2, card.chip, sizeof card.chip);
        copy_column(row, 8, card.price_as_of, sizeof card.price_as_of);
        if (each(context, &card, error))
            break;
    }
    return error->code;
}

enum error_code database_find_chip_use(struct database *database, uint16_t vendor, const char *chip,
                                       enum use use, struct chip_use *answer, struct error *error)
{
    static const char sql[] = "SELECT suits, reason FROM chip_use WHERE vendor = ?1 AND use = ?2"
                              " AND ?3 GLOB chip ORDER BY id LIMIT 1";
    sqlite3_stmt *row;
    *answer = (struct chip_use){.suits = TRISTATE_UNKNOWN};
    if (database_query(database, sql,
                       SQL_VALUES(sql_integer(vendor), sql_text(vocabulary_value(&vocabulary_use, (int)use)),
                                  sql_text(chip)),
                       &row, error) ||
        !database_next(database, row, error))
        return error->code;
    answer->suits = tristate_of(column_flag(row, 0));
    copy_column(row, 1, answer->reason, sizeof answer->reason);
    return ERROR_NONE;
}

enum error_code database_find_cheapest(struct database *database, int *price_usd, struct error *error)
{
    sqlite3_stmt *row;
    *price_usd = 0;
    if (!database_query(database, "SELECT coalesce(min(usd), 0) FROM price", SQL_NO_VALUES, &row, error) &&
        database_next(database, row, error))
        *price_usd = column_count(row, 0);
    return error->code;
}
