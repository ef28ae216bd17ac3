/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_TESTS_DATABASE_FIXTURE_H
#define PASSTHRU_TESTS_DATABASE_FIXTURE_H

/* What the tests of the database share: a small one, built by set_up() for a whole group of tests. */

#include "core/report.h"
#include "db/builder.h"
#include "db/database.h"
#include "db/search.h"
#include "tests/unit/json_cases.h"

enum {
    MX330 = 0x10de1d16,        /* a laptop chip with reports */
    MX350 = 0x10de1c94,        /* a laptop chip without */
    GT1030 = 0x10de1d01,       /* a card with the chip of the MX330 */
    GT1030_AGAIN = 0x10de1d02, /* the same by name */
    GTX1650 = 0x10de1f82,      /* a card with another chip */
    BAD_CARD = 0x10de1000,     /* a card that everyone fails with */
    UNLISTED = 0x10de1d70,     /* the first of a range of the chip of the MX330, of which none is listed */
    REPORTED = 0x10deffff,     /* no list has it, and no range: there is a report */
    LATITUDE = 0x102808b0,     /* a subsystem */
};

static UNUSED struct database *database;

static inline void add_words(struct builder *builder)
{
    static const struct known_word words[] = {
        {"geforce", WORD_KIND_BRAND}, {"radeon", WORD_KIND_BRAND}, {"nvidia", WORD_KIND_VENDOR},
        {"rtx", WORD_KIND_LINE},      {"gtx", WORD_KIND_LINE},     {"gt", WORD_KIND_LINE},
        {"evga", WORD_KIND_MAKER},    {"oc", WORD_KIND_NOISE},     {"max q", WORD_KIND_MOBILE},
        {"laptop", WORD_KIND_MOBILE}, {"card", WORD_KIND_CARD},    {"gddr 5", WORD_KIND_MEMORY},
    };
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        ASSERT_DONE(builder_add_name_word(builder, words[i].text, words[i].kind, &failure));
}

/* The product in brackets. */
static inline void add_alias(struct builder *builder, uint32_t pci_id, const char *name,
                             enum form_factor form_factor)
{
    char product[PRODUCT_SIZE];
    char chip[CHIP_SIZE];
    assert_int_equal(sscanf(name, "%15[^[][%95[^]]", chip, product), 2);
    const struct alias alias = {pci_id, -1, product, NULL, chip, form_factor, "pci.ids"};
    ASSERT_DONE(builder_add_alias(builder, &alias, &failure));
}

static inline void add_gpu(struct builder *builder, uint32_t pci_id, const char *chip,
                           enum form_factor form_factor, enum vbios vbios, enum display display,
                           const char *name)
{
    static const int origins[ATTRIBUTE_COUNT] = {1, 1, 1, 1, 1, 0};
    struct gpu gpu = {.id = pci_id_from_number(pci_id)};
    bool is_new = false;
    snprintf(gpu.chip, sizeof gpu.chip, "%s", chip);
    gpu.attributes[ATTRIBUTE_IS_GPU].confidence = 0.99;
    gpu.attributes[ATTRIBUTE_CHIP].confidence = 0.98;
    gpu.attributes[ATTRIBUTE_FORM_FACTOR] = (struct annotation){(int)form_factor, 0.97, NULL};
    gpu.attributes[ATTRIBUTE_DISPLAY] = (struct annotation){(int)display, 0.96, NULL};
    gpu.attributes[ATTRIBUTE_VBIOS] = (struct annotation){(int)vbios, 0.95, NULL};
    gpu.attributes[ATTRIBUTE_RESET].value = (int)(vbios == VBIOS_ROM_BAR ? RESET_BUS : RESET_UNKNOWN);
    ASSERT_DONE(builder_add_device(builder, pci_id, name, 0, &failure));
    ASSERT_DONE(builder_add_gpu(builder, &gpu, origins, &is_new, &failure));
    assert_true(is_new);
    add_alias(builder, pci_id, name, form_factor);
}

static inline void add_gpus(struct builder *builder)
{
    add_gpu(builder, MX330, "GP108", FORM_FACTOR_MOBILE, VBIOS_ACPI_ROM, DISPLAY_NONE,
            "GP108M [GeForce MX330]");
    add_gpu(builder, GT1030, "GP108", FORM_FACTOR_DESKTOP, VBIOS_ROM_BAR, DISPLAY_OUTPUTS,
            "GP108 [GeForce GT 1030]");
    add_gpu(builder, GTX1650, "TU117", FORM_FACTOR_DESKTOP, VBIOS_ROM_BAR, DISPLAY_OUTPUTS,
            "TU117 [GeForce GTX 1650]");
    /* Not in the order of their numbers. */
    add_gpu(builder, MX350, "GP107", FORM_FACTOR_MOBILE, VBIOS_ACPI_ROM, DISPLAY_NONE,
            "GP107M [GeForce MX350]");
    add_gpu(builder, GT1030_AGAIN, "GP108", FORM_FACTOR_DESKTOP, VBIOS_ROM_BAR, DISPLAY_OUTPUTS,
            "GP108 [GeForce GT 1030]");
    add_gpu(builder, BAD_CARD, "GP104", FORM_FACTOR_DESKTOP, VBIOS_UNKNOWN, DISPLAY_NONE, "GP104 [Bad]");
}

static inline int64_t add_card(struct builder *builder, uint32_t pci_id, const char *chip, const char *name,
                               double vram_gib)
{
    struct card card = {.vram_gib = vram_gib,
                        .bandwidth_gb_s = 48,
                        .board_power_w = 30,
                        .slots = 1,
                        .fp32_tflops = 1.13,
                        .sold = SOLD_RETAIL,
                        .released = "2017-05-17",
                        .power_connectors = "none",
                        .outputs = "1x HDMI 2.0",
                        .bus = "PCIe 3.0 x4"};
    struct pci_id id = pci_id_from_number(pci_id);
    int64_t number;
    snprintf(card.name, sizeof card.name, "%s", name);
    snprintf(card.chip, sizeof card.chip, "%s", chip);
    ASSERT_DONE(builder_add_card(builder, &card, &id, &number, &failure));
    ASSERT_DONE(builder_add_card_id(builder, &id, number, 0, &failure));
    return number;
}

static inline void add_price(struct builder *builder, int64_t card, int low, int high, const char *as_of,
                             enum price_kind kind)
{
    struct price price = {.low = low, .high = high, .kind = kind};
    snprintf(price.as_of, sizeof price.as_of, "%s", as_of);
    ASSERT_DONE(builder_add_price(builder, card, CONDITION_USED, &price, &failure));
}

/* The first row that fits a chip holds; of the prices those of a year. */
static inline void add_cards(struct builder *builder)
{
    static const struct chip_features pascal = {.security = "legacy", .driver = "580", .encode = "none"};
    static const struct chip_features all = {.security = "current", .driver = "current"};
    ASSERT_DONE(builder_add_chip(builder, 0x10de, "GP108", &pascal, &failure));
    ASSERT_DONE(builder_add_chip(builder, 0x10de, "10de:1d0*", &all, &failure));
    ASSERT_DONE(builder_add_chip(builder, 0x10de, "TU1*", &all, &failure));
    int64_t gt1030 = add_card(builder, GT1030, "GP108", "GeForce GT 1030", 2);
    add_price(builder, gt1030, 20, 25, "2025-02", PRICE_KIND_SOLD);
    add_price(builder, gt1030, 30, 40, "2025-03", PRICE_KIND_ASKING);
    add_price(builder, gt1030, 35, 60, "2026-02", PRICE_KIND_ASKING);
    add_price(builder, add_card(builder, GTX1650, "TU117", "GeForce GTX 1650", 4), 75, 130, "2024-01",
              PRICE_KIND_ESTIMATE);
    add_card(builder, BAD_CARD, "GP104", "Bad", 8);
}

static inline void add_tables(struct builder *builder)
{
    static const struct prior_key share_key = {"sr-iov", 0, "-", "-", "-", "-", "-"};
    static const struct prior_key chip_key = {"-", 0x10de, "AD1*,GA102", "-", "-", "-", "-"};
    static const struct prior_key mobile_key = {"-", 0, "-", "mobile", "acpi-rom", "none", "-"};
    static const struct prior_key bad_key = {"-",       0,   "-", "desktop",
                                             "unknown", "-", "-"}; /* a class by itself */
    static const struct prior_key desktop_key = {"-", 0, "-", "desktop", "-", "-", "-"};
    static const struct prior_key later_key = {"-", 0, "-", "desktop", "rom-bar", "-", "-"};
    static const struct prior share = {{0.10, 0.20, 0.30, 0.40}, 8.0, "a function", 0};
    static const struct prior chip = {{0.70, 0.10, 0.10, 0.10}, 9.0, "a fine chip", 0};
    static const struct prior mobile = {{0.02, 0.13, 0.15, 0.70}, 16.0, "no outputs", 0};
    static const struct prior desktop = {{0.42, 0.38, 0.09, 0.11}, 12.0, "a card", 0};
    ASSERT_DONE(builder_add_prior(builder, &share_key, &share, &failure));
    ASSERT_DONE(builder_add_prior(builder, &chip_key, &chip, &failure));
    ASSERT_DONE(builder_add_prior(builder, &mobile_key, &mobile, &failure));
    ASSERT_DONE(builder_add_prior(builder, &bad_key, &desktop, &failure));
    ASSERT_DONE(builder_add_prior(builder, &desktop_key, &desktop, &failure));
    ASSERT_DONE(builder_add_prior(builder, &later_key, &mobile, &failure));
    ASSERT_DONE(builder_add_origin(builder, "fact: an M", NULL, &failure));
    const int origins[ATTRIBUTE_COUNT] = {1, 1, 1, 1, 1, 0};
    struct gpu gpu = {.id = pci_id_from_number(UNLISTED), .chip = "GP108"};
    gpu.attributes[ATTRIBUTE_FORM_FACTOR] = (struct annotation){(int)FORM_FACTOR_MOBILE, 0.5, NULL};
    gpu.attributes[ATTRIBUTE_DISPLAY] = (struct annotation){(int)DISPLAY_NONE, 0.5, NULL};
    gpu.attributes[ATTRIBUTE_VBIOS] = (struct annotation){(int)VBIOS_ACPI_ROM, 0.5, NULL};
    ASSERT_DONE(builder_add_range(builder, &gpu, origins, UNLISTED + 15, "GeForce MX series", 1, &failure));
}

/* Adds a report of a text with ' for "; its id is 32 times this byte. */
static inline void add_report(struct builder *builder, int64_t source, unsigned char number, const char *text)
{
    struct report report;
    unsigned char id[32];
    size_t length;
    char *json = json_of(text, &length);
    memset(id, number, sizeof id);
    ASSERT_DONE(report_parse(json, length, &report, NULL, &failure));
    if (report.sample == (enum sample)SAMPLE_COUNT)
        report.sample = report.url ? SAMPLE_TROUBLESHOOTING : SAMPLE_TOOL;
    ASSERT_DONE(builder_add_report(builder, &report, id, json, length, source, &failure));
    report_free(&report);
    free(json);
}

static inline void add_reports(struct builder *builder)
{
    static const struct {
        unsigned char first, last;
        const char *json;
    } reports[] = {
        {1, 1,
         "{'pci_id':'10de:1d16','outcome':'fails','chassis':'laptop','date':'2026-03','url':'https://example.org'}"},
        {2, 2,
         "{'pci_id':'10de:1d16','outcome':'works','subsystem':'1028:08b0','chassis':'laptop','date':'2025-05-01'}"},
        {3, 3, "{'pci_id':'10de:1d16','outcome':'partial'}"},
        {4, 4, "{'pci_id':'10de:1d16','outcome':'fails','date':'2026'}"},
        {5, 5, "{'pci_id':'10de:1c94','outcome':'fails','chassis':'egpu','guest_os':'macOS 13'}"},
        /* On an ID that pci.ids lacks, and on one that is no GPU. */
        {6, 6, "{'pci_id':'10de:ffff','outcome':'fails'}"},
        {7, 7, "{'pci_id':'10de:0fb8','outcome':'works'}"},
        {100, 139, "{'pci_id':'10de:1000','outcome':'fails'}"},
    };
    int64_t source;
    ASSERT_DONE(builder_add_source(builder, "reports", "data/reports", &source, &failure));
    for (size_t i = 0; i < ARRAY_SIZE(reports); i++)
        for (unsigned char number = reports[i].first; number <= reports[i].last; number++)
            add_report(builder, source, number, reports[i].json);
    ASSERT_DONE(builder_complete_source(builder, source, NULL, NULL, "abcd", true, 47, 3, &failure));
}

static inline int set_up(void **state)
{
    struct builder *builder = NULL;
    assert_int_equal(make_scratch(state), 0);
    ASSERT_DONE(builder_create(in_scratch("test.db.new"), &builder, &failure));
    add_words(builder);
    ASSERT_DONE(builder_add_vendor(builder, 0x10de, "NVIDIA Corporation", &failure));
    add_tables(builder);
    add_gpus(builder);
    add_cards(builder);
    add_reports(builder);
    ASSERT_DONE(builder_complete(builder, &failure));
    ASSERT_DONE(builder_publish(builder, in_scratch("test.db"), &failure));
    builder_free(builder);
    ASSERT_DONE(database_open(in_scratch("test.db"), &database, &failure));
    return 0;
}

static inline int tear_down(void **state)
{
    database_close(database);
    return remove_scratch(state);
}

static inline struct device find(uint32_t pci_id)
{
    struct device device = {.name = ""};
    struct pci_id id = pci_id_from_number(pci_id);
    ASSERT_DONE(database_find_device(database, &id, &device, &failure));
    return device;
}

#endif
