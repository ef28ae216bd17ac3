#include "db/recommend.h"

#include "db/internal.h"

enum error_code database_each_card(struct database *database, card_visitor *each, void *context,
                                   struct error *error)
{
    sqlite3_stmt *statement;
    bool row;
    if (database_statement(database, STATEMENT_CARDS, &statement, error))
        return error->code;
    for (;;) {
        if (database_step(database, statement, &row, error) || !row)
            return error->code;
        struct card card = {.pci_id = (uint32_t)sqlite3_column_int64(statement, 0),
                            .server = sqlite3_column_int(statement, 3),
                            .outputs = sqlite3_column_int(statement, 4),
                            .vendor_reset = sqlite3_column_int(statement, 5),
                            .price_usd = column_count(statement, 6),
                            .price_line = sqlite3_column_int(statement, 8),
                            .price_place = sqlite3_column_int(statement, 9),
                            .sold_both_ways = sqlite3_column_int(statement, 10)};
        copy_column(statement, 1, card.name, sizeof card.name);
        copy_column(statement, 2, card.chip, sizeof card.chip);
        copy_column(statement, 7, card.price_as_of, sizeof card.price_as_of);
        if (each(context, &card, error))
            return error->code;
    }
}

enum error_code database_find_chip_use(struct database *database, uint16_t vendor, const char *chip,
                                       enum use use, struct chip_use *answer, struct error *error)
{
    sqlite3_stmt *statement;
    bool row;
    *answer = (struct chip_use){.suits = TRISTATE_UNKNOWN};
    if (database_statement(database, STATEMENT_CHIP_USE, &statement, error))
        return error->code;
    sqlite3_bind_int(statement, 1, vendor);
    sqlite3_bind_text(statement, 2, vocabulary_word_of(&vocabulary_use, (int)use), -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, chip, -1, SQLITE_STATIC);
    if (database_step(database, statement, &row, error) || !row)
        return error->code;
    answer->suits = tristate_of(sqlite3_column_int(statement, 0));
    copy_column(statement, 1, answer->reason, sizeof answer->reason);
    return ERROR_NONE;
}

enum error_code database_find_cheapest(struct database *database, int *price_usd, struct error *error)
{
    sqlite3_stmt *statement;
    bool row;
    *price_usd = 0;
    if (database_statement(database, STATEMENT_CHEAPEST, &statement, error))
        return error->code;
    if (!database_step(database, statement, &row, error) && row)
        *price_usd = column_count(statement, 0);
    return error->code;
}
