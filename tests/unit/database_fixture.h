#ifndef PASSTHRU_TESTS_DATABASE_FIXTURE_H
#define PASSTHRU_TESTS_DATABASE_FIXTURE_H

/* What the tests of the database share: a small one, built by set_up() for a whole group of tests. */

#include "core/report.h"
#include "db/builder.h"
#include "db/database.h"
#include "tests/unit/unit.h"

enum {
    MX330 = 0x10de1d16,        /* a laptop chip with reports */
    MX350 = 0x10de1c94,        /* a laptop chip without */
    GT1030 = 0x10de1d01,       /* a card with the chip of the MX330 */
    GT1030_AGAIN = 0x10de1d02, /* the same by name */
    GTX1650 = 0x10de1f82,      /* a card with another chip, on the price list */
    BAD_CARD = 0x10de1000,     /* a card that everyone fails with */
    AUDIO = 0x10de0fb8,        /* no GPU */
    LATITUDE = 0x102808b0,     /* a subsystem */
};

static char folder[SCRATCH_PATH_SIZE];
static char database_path[SCRATCH_PATH_SIZE + 20];
static char new_path[SCRATCH_PATH_SIZE + 20];
static struct database *database;

static struct error failure;

/* For what must succeed, with &failure as its last argument: shows the message when it does not. */
#define ASSERT_DONE(call)                                                                                    \
    do {                                                                                                     \
        failure.message[0] = '\0';                                                                           \
        if (call)                                                                                            \
            fail_msg("%s", failure.message);                                                                 \
    } while (0)

static inline struct gpu make_gpu(uint32_t pci_id, const char *chip, enum form_factor form_factor,
                                  enum vbios vbios, enum display display)
{
    struct gpu gpu = {.id = pci_id_from_number(pci_id)};
    snprintf(gpu.chip, sizeof gpu.chip, "%s", chip);
    gpu.attributes[ATTRIBUTE_IS_GPU].confidence = 0.99;
    gpu.attributes[ATTRIBUTE_CHIP].confidence = 0.98;
    gpu.attributes[ATTRIBUTE_FORM_FACTOR] = (struct annotation){(int)form_factor, 0.97, NULL};
    gpu.attributes[ATTRIBUTE_DISPLAY] = (struct annotation){(int)display, 0.96, NULL};
    gpu.attributes[ATTRIBUTE_VBIOS] = (struct annotation){(int)vbios, 0.95, NULL};
    return gpu;
}

static inline void add_gpu(struct builder *builder, const struct gpu *gpu, const char *name,
                           const char *words)
{
    static const int origins[ATTRIBUTE_COUNT] = {1, 2, 3, 3, 3, 0};
    bool is_new = false;
    ASSERT_DONE(builder_add_device(builder, pci_id_number(&gpu->id), name, &failure));
    ASSERT_DONE(builder_add_gpu(builder, gpu, origins, words, &is_new, &failure));
    assert_true(is_new);
    /* pci.ids may name a device twice: the first name stays. */
    ASSERT_DONE(builder_add_device(builder, pci_id_number(&gpu->id), "twice", &failure));
    ASSERT_DONE(builder_add_gpu(builder, gpu, origins, "twice", &is_new, &failure));
    assert_false(is_new);
}

static inline void add_report(struct builder *builder, int64_t source, unsigned char number, const char *json)
{
    struct report report;
    unsigned char id[32];
    memset(id, number, sizeof id);
    ASSERT_DONE(report_parse(json, strlen(json), &report, NULL, &failure));
    ASSERT_DONE(builder_add_report(builder, &report, id, json, strlen(json), source, &failure));
    report_free(&report);
}

static inline void add_pci_ids(struct builder *builder)
{
    int64_t source;
    ASSERT_DONE(builder_add_source(builder, "pci.ids", "/usr/share/misc/pci.ids", &source, &failure));
    ASSERT_DONE(builder_add_vendor(builder, 0x10de, "NVIDIA Corporation", &failure));
    ASSERT_DONE(builder_add_vendor(builder, 0x10de, "Somebody else", &failure));
    ASSERT_DONE(builder_add_vendor(builder, 0x1002, "AMD", &failure));
    ASSERT_DONE(builder_add_device(builder, AUDIO, "GP108 High Definition Audio Controller", &failure));
    ASSERT_DONE(builder_add_subsystem(builder, MX330, LATITUDE, "Latitude 5510", &failure));
    ASSERT_DONE(builder_add_subsystem(builder, MX330, LATITUDE, "Another name", &failure));
    ASSERT_DONE(builder_add_subsystem(builder, 0xffffffff, 0xffffffff, "The last of all", &failure));
    ASSERT_DONE(builder_add_class(builder, 3, -1, -1, "Display controller", &failure));
    ASSERT_DONE(builder_complete_source(builder, source, "2026.08.22", NULL, NULL, false, 7, 0, &failure));
}

static inline void add_gpus(struct builder *builder)
{
    struct gpu mx330 = make_gpu(MX330, "GP108", FORM_FACTOR_MOBILE, VBIOS_ACPI_ROM, DISPLAY_NONE);
    struct gpu mx350 = make_gpu(MX350, "GP107", FORM_FACTOR_MOBILE, VBIOS_ACPI_ROM, DISPLAY_NONE);
    struct gpu gt1030 = make_gpu(GT1030, "GP108", FORM_FACTOR_DESKTOP, VBIOS_ROM_BAR, DISPLAY_OUTPUTS);
    struct gpu again = make_gpu(GT1030_AGAIN, "GP108", FORM_FACTOR_DESKTOP, VBIOS_ROM_BAR, DISPLAY_OUTPUTS);
    struct gpu gtx1650 = make_gpu(GTX1650, "TU117", FORM_FACTOR_DESKTOP, VBIOS_ROM_BAR, DISPLAY_OUTPUTS);
    struct gpu bad = make_gpu(BAD_CARD, "GP104", FORM_FACTOR_DESKTOP, VBIOS_UNKNOWN, DISPLAY_NONE);
    add_gpu(builder, &mx330, "GP108M [GeForce MX330]", "gp 108 m geforce mx 330 nvidia corporation");
    add_gpu(builder, &gt1030, "GP108 [GeForce GT 1030]", "gp 108 geforce gt 1030 nvidia corporation");
    add_gpu(builder, &gtx1650, "TU117 [GeForce GTX 1650]", "tu 117 geforce gtx 1650 nvidia corporation");
    /* Not in the order of their numbers. */
    add_gpu(builder, &mx350, "GP107M [GeForce MX350]", "gp 107 m geforce mx 350 nvidia corporation");
    add_gpu(builder, &again, "GP108 [GeForce GT 1030]", "gp 108 geforce gt 1030 nvidia corporation");
    add_gpu(builder, &bad, "GP104 [Bad]", "gp 104 bad nvidia corporation");
    ASSERT_DONE(
        builder_add_annotation(builder, MX330, ATTRIBUTE_FORM_FACTOR, 1, "desktop", 0.2, 1, &failure));
    ASSERT_DONE(builder_add_price(builder, GT1030, 30, "2026-03", 0, 0, &failure));
    ASSERT_DONE(builder_add_price(builder, GTX1650, 50, "2026-03", 1, 0, &failure));
}

static inline void add_tables(struct builder *builder)
{
    static const struct prior_key mobile_key = {"mobile", "acpi-rom", "none", "-"};
    static const struct prior_key desktop_key = {"desktop", "-", "-", "-"};
    static const struct prior_key later_key = {"desktop", "rom-bar", "-", "-"};
    static const struct prior mobile = {{0.02, 0.13, 0.15, 0.70}, 16.0, "no outputs"};
    static const struct prior desktop = {{0.42, 0.38, 0.09, 0.11}, 12.0, "a card"};
    ASSERT_DONE(builder_add_prior(builder, &mobile_key, &mobile, &failure));
    ASSERT_DONE(builder_add_prior(builder, &desktop_key, &desktop, &failure));
    ASSERT_DONE(builder_add_prior(builder, &later_key, &mobile, &failure));
    ASSERT_DONE(builder_add_origin(builder, "rule", "rule is-gpu: by its name", &failure));
    ASSERT_DONE(builder_add_origin(builder, "rule", "rule chip: opens the name", &failure));
    ASSERT_DONE(builder_add_origin(builder, "fact", "fact: an M", &failure));
}

#define REPORT(id, outcome, more) "{\"pci_id\":\"" id "\",\"outcome\":\"" outcome "\"" more "}"

/* Returns the number of their source, which brings one of them twice. */
static inline int64_t add_reports(struct builder *builder)
{
    static const char on_board[] = REPORT(
        "10de:1d16", "works", ",\"subsystem\":\"1028:08b0\",\"chassis\":\"laptop\",\"date\":\"2025-05-01\"");
    int64_t source;
    ASSERT_DONE(builder_add_source(builder, "reports", "data/reports", &source, &failure));
    add_report(
        builder, source, 1,
        REPORT("10de:1d16", "fails",
               ",\"chassis\":\"laptop\",\"date\":\"2026-03\",\"url\":\"https://example.org\","
               "\"symptoms\":[\"smoke\",\"smoke\"],"
               "\"attempts\":[{\"fix\":\"romfile\",\"result\":\"no-change\"},"
               "{\"fix\":\"ovmf\",\"result\":\"helped\"},{\"fix\":\"romfile\",\"result\":\"fixed\"}]"));
    add_report(builder, source, 2, on_board);
    add_report(builder, source, 2, on_board);
    add_report(builder, source, 3, REPORT("10de:1d16", "partial", ""));
    add_report(builder, source, 4, REPORT("10de:1d16", "fails", ",\"date\":\"2026\""));
    add_report(builder, source, 5, REPORT("10de:1c94", "fails", ",\"chassis\":\"egpu\""));
    /* On an ID that pci.ids lacks, and on one that is no GPU. */
    add_report(builder, source, 6, REPORT("10de:ffff", "fails", ""));
    add_report(builder, source, 7, REPORT("10de:0fb8", "works", ""));
    for (unsigned char number = 100; number < 140; number++)
        add_report(builder, source, number, REPORT("10de:1000", "fails", ""));
    ASSERT_DONE(builder_complete_source(builder, source, NULL, NULL, "abcd", true, 47, 3, &failure));
    return source;
}

static inline int set_up(void **state)
{
    struct builder *builder = NULL;
    (void)state;
    snprintf(folder, sizeof folder, "%.400s/passthru 100%%?#-XXXXXX", scratch_parent());
    assert_non_null(mkdtemp(folder));
    snprintf(database_path, sizeof database_path, "%s/test.db", folder);
    snprintf(new_path, sizeof new_path, "%s/test.db.new", folder);
    ASSERT_DONE(builder_create(new_path, &builder, &failure));
    add_tables(builder);
    add_pci_ids(builder);
    add_gpus(builder);
    int64_t reports = add_reports(builder);
    ASSERT_DONE(builder_complete(builder, &failure));
    assert_int_equal(builder_dropped(builder, reports).duplicates, 1);
    assert_int_equal(builder_dropped(builder, reports - 1).duplicates, 0);
    assert_int_equal(builder_dropped(builder, ALL_SOURCES).duplicates, 1);
    ASSERT_DONE(builder_publish(builder, database_path, &failure));
    builder_free(builder);
    ASSERT_DONE(database_open(database_path, &database, &failure));
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    database_close(database);
    unlink(database_path);
    assert_int_equal(rmdir(folder), 0); /* nothing else was left behind */
    return 0;
}

static inline struct device find(uint32_t pci_id)
{
    struct device device = {.name = ""};
    struct pci_id id = pci_id_from_number(pci_id);
    ASSERT_DONE(database_find_device(database, &id, &device, &failure));
    return device;
}

#endif
