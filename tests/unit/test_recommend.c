#include "db/recommend.h"

#include "tests/unit/database_fixture.h"

enum { TESLA = 0x10de1eb8, POLARIS = 0x100267c4, FURY = 0x10027300, LAPTOP = 0x10de1f95 };

static void add_card(struct builder *builder, uint32_t pci_id, const char *name, const char *chip,
                     enum form_factor form_factor, enum vbios vbios, enum reset reset)
{
    struct gpu gpu = make_gpu(pci_id, chip, form_factor, vbios,
                              form_factor == FORM_FACTOR_SERVER ? DISPLAY_NONE : DISPLAY_OUTPUTS);
    gpu.attributes[ATTRIBUTE_RESET] = (struct annotation){(int)reset, 0.9, NULL};
    add_gpu(builder, &gpu, name, name);
}

static int set_up_cards(void **state)
{
    struct builder *builder = NULL;
    (void)state;
    snprintf(folder, sizeof folder, "%.400s/passthru-XXXXXX", scratch_parent());
    assert_non_null(mkdtemp(folder));
    snprintf(database_path, sizeof database_path, "%s/test.db", folder);
    snprintf(new_path, sizeof new_path, "%s/test.db.new", folder);
    ASSERT_DONE(builder_create(new_path, &builder, &failure));
    add_tables(builder);
    add_card(builder, GTX1650, "TU117 [GeForce GTX 1650]", "TU117", FORM_FACTOR_DESKTOP, VBIOS_ROM_BAR,
             RESET_FLR);
    add_card(builder, GT1030, "GP108 [GeForce GT 1030]", "GP108", FORM_FACTOR_DESKTOP, VBIOS_ROM_BAR,
             RESET_BUS);
    add_card(builder, TESLA, "TU104GL [Tesla T4]", "TU104", FORM_FACTOR_SERVER, VBIOS_ROM_BAR, RESET_FLR);
    add_card(builder, POLARIS, "Ellesmere [Radeon Pro WX 7100]", "Ellesmere", FORM_FACTOR_DESKTOP,
             VBIOS_ROM_BAR, RESET_VENDOR_RESET);
    add_card(builder, MX350, "GP107", "GP107", FORM_FACTOR_EITHER, VBIOS_UNKNOWN, RESET_BUS);
    /* None of these is to be bought. */
    add_card(builder, FURY, "Fiji [Radeon R9 FURY]", "Fiji", FORM_FACTOR_DESKTOP, VBIOS_ROM_BAR,
             RESET_BROKEN);
    add_card(builder, LAPTOP, "TU117M [GeForce GTX 1650 Ti Mobile]", "TU117", FORM_FACTOR_MOBILE,
             VBIOS_ROM_BAR, RESET_FLR);
    add_card(builder, BAD_CARD, "GP104 [Bad]", "GP104", FORM_FACTOR_DESKTOP, VBIOS_UNKNOWN, RESET_BUS);
    add_card(builder, MX330, "GP108M [GeForce MX330]", "GP108", FORM_FACTOR_MOBILE, VBIOS_ACPI_ROM,
             RESET_BUS);
    add_card(builder, GT1030_AGAIN, "GP108 [Unsure]", "GP108", FORM_FACTOR_DESKTOP, VBIOS_ROM_BAR,
             RESET_UNKNOWN);
    ASSERT_DONE(builder_add_price(builder, GT1030, 30, "2026-03", 0, 0, &failure));
    ASSERT_DONE(builder_add_price(builder, GTX1650, 50, "2026-04", 1, 2, &failure));
    ASSERT_DONE(builder_add_chip_use(builder, 0x10de, "GP108", USE_TRANSCODE, false, "no encoder", &failure));
    ASSERT_DONE(builder_add_chip_use(builder, 0x10de, "GP10*", USE_TRANSCODE, true, "NVENC", &failure));
    ASSERT_DONE(builder_add_chip_use(builder, 0x10de, "GP*", USE_COMPUTE, true, "CUDA", &failure));
    ASSERT_DONE(builder_complete(builder, &failure));
    ASSERT_DONE(builder_publish(builder, database_path, &failure));
    builder_free(builder);
    ASSERT_DONE(database_open(database_path, &database, &failure));
    return 0;
}

struct list {
    struct card cards[16];
    int count;
    int stop_at;
};

static enum error_code note_card(void *context, const struct card *card, struct error *error)
{
    struct list *list = context;
    assert_true(list->count < 16);
    list->cards[list->count++] = *card;
    /* A visitor may ask the database. */
    struct device device = find(card->pci_id);
    assert_string_equal(device.name, card->name);
    if (list->count == list->stop_at)
        return error_set(error, ERROR_NOT_FOUND, "enough");
    return ERROR_NONE;
}

static void test_cards(void **state)
{
    static struct list list;
    (void)state;
    list = (struct list){.count = 0};
    ASSERT_DONE(database_each_card(database, note_card, &list, &failure));
    static const uint32_t expected[] = {POLARIS, MX350, GT1030, TESLA, GTX1650};
    assert_int_equal(list.count, ARRAY_SIZE(expected));
    for (int i = 0; i < list.count; i++) {
        assert_int_equal(list.cards[i].pci_id, expected[i]);
        assert_int_equal(list.cards[i].server, expected[i] == TESLA);
        assert_int_equal(list.cards[i].outputs, expected[i] != TESLA);
        assert_int_equal(list.cards[i].vendor_reset, expected[i] == POLARIS);
        assert_int_equal(list.cards[i].sold_both_ways, expected[i] == MX350);
    }
    assert_string_equal(list.cards[2].chip, "GP108");
    assert_int_equal(list.cards[2].price_usd, 30);
    assert_string_equal(list.cards[2].price_as_of, "2026-03");
    assert_int_equal(list.cards[2].price_line, 0);
    assert_int_equal(list.cards[3].price_usd, 0);
    assert_string_equal(list.cards[3].price_as_of, "");
    assert_int_equal(list.cards[3].price_line, -1);
    assert_int_equal(list.cards[4].price_place, 2);
}

static void test_a_visitor_may_end_it(void **state)
{
    static struct list list;
    (void)state;
    list = (struct list){.stop_at = 2};
    assert_int_equal(database_each_card(database, note_card, &list, &failure), ERROR_NOT_FOUND);
    assert_int_equal(list.count, 2);
    list = (struct list){.count = 0};
    ASSERT_DONE(database_each_card(database, note_card, &list, &failure));
    assert_int_equal(list.count, 5);
}

static struct chip_use use_of(uint16_t vendor, const char *chip, enum use use)
{
    struct chip_use answer;
    ASSERT_DONE(database_find_chip_use(database, vendor, chip, use, &answer, &failure));
    return answer;
}

static void test_uses(void **state)
{
    (void)state;
    /* The first line that fits holds. */
    struct chip_use use = use_of(0x10de, "GP108", USE_TRANSCODE);
    assert_int_equal(use.suits, TRISTATE_NO);
    assert_string_equal(use.reason, "no encoder");
    use = use_of(0x10de, "GP107", USE_TRANSCODE);
    assert_int_equal(use.suits, TRISTATE_YES);
    assert_string_equal(use.reason, "NVENC");
    assert_int_equal(use_of(0x10de, "GP108", USE_COMPUTE).suits, TRISTATE_YES);
    /* What nobody has said is unknown, not no. */
    assert_int_equal(use_of(0x10de, "GP108", USE_DISPLAY).suits, TRISTATE_UNKNOWN);
    assert_int_equal(use_of(0x1002, "GP108", USE_COMPUTE).suits, TRISTATE_UNKNOWN);
    assert_int_equal(use_of(0x10de, "", USE_COMPUTE).suits, TRISTATE_UNKNOWN);
    assert_int_equal(use_of(0x10de, "AGP108", USE_TRANSCODE).suits, TRISTATE_UNKNOWN);
    assert_string_equal(use_of(0x10de, "TU117", USE_COMPUTE).reason, "");
}

static void test_cheapest(void **state)
{
    int price = -1;
    (void)state;
    ASSERT_DONE(database_find_cheapest(database, &price, &failure));
    assert_int_equal(price, 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cards),
        cmocka_unit_test(test_a_visitor_may_end_it),
        cmocka_unit_test(test_uses),
        cmocka_unit_test(test_cheapest),
    };
    return cmocka_run_group_tests(tests, set_up_cards, tear_down);
}
