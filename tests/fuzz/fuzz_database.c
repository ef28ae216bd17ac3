/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A database file that somebody has damaged or made to do harm: db/database.h. The input is a list of patches
 * for a small database, 8 bytes each: where (3 bytes), how many bytes (1), and what (4 bytes, repeated). A
 * patch of no bytes sets a number in a table by SQL instead, the first byte chooses the column, the second
 * the number: a sound file with wrong content. What opens is asked everything: each answer is made or fails
 * with an error, and never leaves the memory that is its own. */

#include <sqlite3.h>

#include "answer/plan.h"
#include "core/buffer.h"
#include "db/builder.h"
#include "db/cards.h"
#include "db/database.h"
#include "db/search.h"
#include "importer/source_cache.h"
#include "tests/fuzz/fuzz.h"

enum {
    MX330 = 0x10de1d16,
    UNLISTED = 0x10de1d70,
    GT1030 = 0x10de1d01,
    SERVER = 0x10de1d02,
    LATITUDE = 0x102808b0,
    PATCH_SIZE = 8
};

static struct buffer base = {.max = 1 << 22};

static void add_gpu(struct builder *builder, uint32_t pci_id, enum form_factor form_factor, const char *name)
{
    static const int origins[ATTRIBUTE_COUNT] = {1, 1, 2, 2, 2, 0};
    struct gpu gpu = {.id = pci_id_from_number(pci_id), .chip = "GP108"};
    struct error error = {.code = ERROR_NONE};
    bool is_new;
    for (int i = 0; i < ATTRIBUTE_COUNT; i++)
        gpu.attributes[i].confidence = 0.9;
    gpu.attributes[ATTRIBUTE_FORM_FACTOR].value = (int)form_factor;
    gpu.attributes[ATTRIBUTE_VBIOS].value = (int)(form_factor == FORM_FACTOR_MOBILE    ? VBIOS_ACPI_ROM
                                                  : form_factor == FORM_FACTOR_DESKTOP ? VBIOS_ROM_BAR
                                                                                       : VBIOS_NONE);
    gpu.attributes[ATTRIBUTE_DISPLAY].value = (int)DISPLAY_OUTPUTS;
    must(builder_add_device(builder, pci_id, name, 0, &error), &error);
    must(builder_add_gpu(builder, &gpu, origins, &is_new, &error), &error);
    const struct alias alias = {pci_id, -1, name, NULL, "GP108", form_factor, "pci.ids"};
    must(builder_add_alias(builder, &alias, &error), &error);
    must(builder_add_annotation(builder, pci_id, ATTRIBUTE_FORM_FACTOR, 1, "either", 0.2, 1, &error), &error);
}

static void add_report(struct builder *builder, int64_t source)
{
    static const char json[] =
        "{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\",\"chassis\":\"laptop\","
        "\"subsystem\":\"1028:08b0\",\"symptoms\":[\"code-43\"],"
        "\"attempts\":[{\"fix\":\"romfile\",\"result\":\"fixed\",\"for\":\"code-43\"}]}";
    static const unsigned char id[32] = {1};
    struct error error = {.code = ERROR_NONE};
    struct report report;
    must(report_parse(json, sizeof json - 1, &report, NULL, &error), &error);
    report.sample = SAMPLE_TOOL;
    must(builder_add_report(builder, &report, id, json, sizeof json - 1, source, &error), &error);
    report_free(&report);
}

static void add_card(struct builder *builder)
{
    static const struct chip_features features = {.security = "legacy", .encode = "h264,hevc", .cuda = "12"};
    static const struct card card = {.name = "GeForce GT 1030",
                                     .chip = "GP108",
                                     .released = "2017-05-17",
                                     .bus = "PCIe 3.0 x4",
                                     .sold = SOLD_RETAIL,
                                     .outputs = "1x HDMI 2.0",
                                     .vram_gib = 8,
                                     .bandwidth_gb_s = 48,
                                     .fp32_tflops = 1.1};
    static const struct price price = {.low = 30, .high = 40, .as_of = "2026-03"};
    struct pci_id id = pci_id_from_number(GT1030);
    struct error error = {.code = ERROR_NONE};
    int64_t number;
    must(builder_add_chip(builder, 0x10de, "GP1*", &features, &error), &error);
    must(builder_add_card(builder, &card, &id, &number, &error), &error);
    must(builder_add_card_id(builder, &id, number, 0, &error), &error);
    id = pci_id_from_number(SERVER);
    must(builder_add_card_id(builder, &id, number, 1, &error), &error);
    must(builder_add_price(builder, number, CONDITION_USED, &price, &error), &error);
}

static void fill(struct builder *builder)
{
    static const struct prior_key key = {"-", 0x10de, "GP1*", "mobile", "-", "-", "-"};
    static const struct prior prior = {{0.1, 0.2, 0.3, 0.4}, 10, "a reason", 0};
    static const struct symptom_record symptom = {.id = "code-43",
                                                  .scope = "guest",
                                                  .words = "code 43",
                                                  .pattern = "code 43",
                                                  .condition = "-",
                                                  .cause = "a cause",
                                                  .next = "a step",
                                                  .fixes = "romfile|hide-kvm"};
    static const struct symptom_code_record code = {"code-43", "0x1:*", "a cause", "a step"};
    static const int origins[ATTRIBUTE_COUNT] = {1, 1, 2, 2, 2, 0};
    const struct gpu unlisted = {.id = pci_id_from_number(UNLISTED), .chip = "GP108"};
    struct error error = {.code = ERROR_NONE};
    int64_t number;
    struct source_record source = {.kind = "reports", .name = "reports.ndjson", .version = "1", .records = 1};
    must(builder_add_prior(builder, &key, &prior, &error), &error);
    must(builder_add_origin(builder, "a rule", NULL, &error), &error);
    must(builder_add_origin(builder, "a fact", NULL, &error), &error);
    must(builder_add_vendor(builder, 0x10de, "NVIDIA Corporation", &error), &error);
    must(builder_add_subsystem(builder, MX330, LATITUDE, "Latitude 5510", &error), &error);
    add_gpu(builder, MX330, FORM_FACTOR_MOBILE, "GP108M [GeForce MX330]");
    add_gpu(builder, GT1030, FORM_FACTOR_DESKTOP, "GP108 [GeForce GT 1030]");
    add_gpu(builder, SERVER, FORM_FACTOR_SERVER, "GP108 [Without a vBIOS]");
    must(builder_add_range(builder, &unlisted, origins, UNLISTED | 0x0f, "GeForce GTX 10 series", 1, &error),
         &error);
    add_card(builder);
    must(builder_add_symptom(builder, &symptom, &error), &error);
    must(builder_add_symptom_code(builder, &code, &number, &error), &error);
    require(number == 1, "the code has its symptom");
    must(builder_put_source(builder, &source, &error), &error);
    add_report(builder, source.id);
}

static void make_base(void)
{
    char path[FUZZ_PATH_SIZE];
    struct builder *builder = NULL;
    struct error error = {.code = ERROR_NONE};
    must(builder_create(fuzz_path(path, "t.db"), &builder, &error), &error);
    fill(builder);
    must(builder_complete(builder, &error), &error);
    must(feed_cache_read(path, &base, &error), &error);
    builder_free(builder);
}

static enum error_code visit_code(UNUSED void *context, const struct symptom_code_record *code,
                                  struct error *error)
{
    require(code->symptom && code->code && code->cause && code->next, "a code has all its fields");
    return error->code = ERROR_NONE;
}

static enum error_code visit_symptom(UNUSED void *context, const struct symptom_record *symptom,
                                     struct error *error)
{
    require(symptom->pattern && symptom->cause && symptom->next, "a symptom has all its fields");
    return error->code = ERROR_NONE;
}

/* The plan of a host of which everything is true. */
static bool make_plan(struct database *database, struct error *error)
{
    static struct plan plan;
    struct plan_facts facts = {
        .function_count = MAX_PLAN_FUNCTIONS, .next_line = "quiet", .boot_line = "quiet"};
    for (int i = 0; i < PLAN_FACT_COUNT; i++)
        facts.facts[i] = TRISTATE_YES;
    bool failed = plan_make(database, &facts, &plan, error);
    require(plan.count <= MAX_PLAN_STEPS, "no more steps than fit");
    plan_free(&plan);
    return failed;
}

static enum error_code visit_value(UNUSED void *context, const struct stated_value *value,
                                   struct error *error)
{
    require((int)value->attribute < (int)ATTRIBUTE_COUNT, "a value is of an attribute");
    return error->code = ERROR_NONE;
}

static enum error_code visit_conflict(UNUSED void *context, const struct conflict *conflict,
                                      struct error *error)
{
    require(conflict->name && conflict->other_source, "a conflict has its texts");
    return error->code = ERROR_NONE;
}

static enum error_code visit_offer(void *context, const struct offer *offer, struct error *error)
{
    struct card_question *question = context;
    struct offer *first = calloc(2, sizeof *first);
    require(first != NULL, "there is memory");
    require(offer->pci_id_count > 0 && offer->pci_id_count <= MAX_OFFER_IDS, "an offer has IDs");
    for (question->purpose = ANY_PURPOSE; question->purpose < (int)PURPOSE_COUNT; question->purpose++) {
        int order = offer_compare(offer, first, question);
        require(order == -offer_compare(first, offer, question), "offers have an order");
        require(!offer_fits(first, question), "an empty offer fits nothing");
    }
    free(first);
    return error->code = ERROR_NONE;
}

static enum error_code visit_source(UNUSED void *context, const struct source_record *source,
                                    struct error *error)
{
    require(source->kind && source->version, "a source has its texts");
    return error->code = ERROR_NONE;
}

static enum error_code visit_table(UNUSED void *context, const struct table_record *table,
                                   struct error *error)
{
    require(table->name && table->about, "a table has its texts");
    return error->code = ERROR_NONE;
}

static void check_verdict(const struct device *device, const struct evidence *evidence)
{
    struct verdict verdict = verdict_compute(&device->prior, evidence);
    require(verdict.usable >= 0 && verdict.usable <= 1, "a probability is between 0 and 1");
    require(verdict.low >= 0 && verdict.high <= 1, "an interval is within 0 and 1");
}

static void ask_of_gpu(struct database *database, struct pci_id id, enum chassis chassis, enum guest guest)
{
    struct device device;
    struct evidence evidence[EVIDENCE_LEVELS];
    struct tried_fixes fixes;
    struct alternative alternatives[8];
    struct blocker_workaround path;
    struct error error;
    int parts[SHARE_COUNT];
    int count;
    if (database_find_device(database, &id, &device, &error) || !device.is_gpu)
        return;
    if (!database_find_evidence(database, &device, chassis, guest, evidence, parts, &error))
        check_verdict(&device, evidence);
    bool failed = database_find_tried_fixes(database, &device, &fixes, &error);
    failed |= database_find_alternatives(database, &device.gpu, 0, 0.2, alternatives, 8, &count, &error);
    failed |= database_ask_share(database, &device, SHARE_SR_IOV, &error);
    for (int blocker = 0; blocker < BLOCKER_COUNT; blocker++)
        failed |=
            database_find_blocker_workaround(database, &device.gpu, (enum blocker)blocker, &path, &error);
    (void)failed; /* that it ended is all */
}

static void ask(struct database *database)
{
    struct pci_id id = pci_id_from_number(MX330);
    struct error error = {.code = ERROR_NONE};
    struct card cards[4];
    struct card_question question = {.vendor = ANY_VENDOR, .budget = 100};
    struct tried_fixes fixes;
    struct shown_report *reports;
    static struct name_search search;
    int count;
    ask_of_gpu(database, id, CHASSIS_UNKNOWN, GUEST_LINUX);
    id.has_subsystem = id.has_revision = true;
    id.subvendor = LATITUDE >> 16;
    id.subdevice = LATITUDE & 0xffff;
    ask_of_gpu(database, id, CHASSIS_LAPTOP, GUEST_WINDOWS);
    ask_of_gpu(database, pci_id_from_number(GT1030), CHASSIS_DESKTOP, GUEST_UNKNOWN);
    ask_of_gpu(database, pci_id_from_number(UNLISTED + 1), CHASSIS_UNKNOWN, GUEST_MACOS);
    bool failed = database_search(database, "geforce", CHASSIS_UNKNOWN, &search, &error);
    failed |= database_search(database, "gt 1300", CHASSIS_LAPTOP, &search, &error);
    require(search.count <= SEARCH_MAX_HITS && search.guess_count <= SEARCH_MAX_GUESSES,
            "no more names than fit");
    failed |= database_find_reports(database, MX330, SHARE_WHOLE, 8, true, &reports, &count, &error);
    require(count <= 8, "no more reports than asked for");
    database_free_reports(reports, count);
    failed |= database_each_symptom(database, visit_symptom, NULL, &error);
    failed |= make_plan(database, &error);
    failed |= database_each_symptom_code(database, visit_code, NULL, &error);
    failed |= database_find_symptom_fixes(database, "code-43", false, 8, &fixes, &error);
    failed |= database_each_stated_value(database, MX330, visit_value, NULL, &error);
    failed |= database_each_conflict(database, visit_conflict, NULL, &error);
    failed |= database_each_offer(database, GUEST_LINUX, visit_offer, &question, &error);
    failed |= database_each_source(database, visit_source, NULL, &error);
    failed |= database_each_table(database, visit_table, NULL, &error);
    id = pci_id_from_number(GT1030);
    failed |= database_find_cards(database, &id, cards, 4, &count, &error);
    require(count <= 4, "no more cards than asked for");
    failed |= database_check(database, &error);
    (void)failed;
}

/* Sets a column that holds a number, in all rows of its table. */
static void set_number(const char *path, const uint8_t *patch)
{
    static const char choose[] =
        "SELECT printf('UPDATE OR IGNORE \"%w\" SET \"%w\" = %s', t.name, c.name, ?2)"
        " FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c"
        " WHERE t.type = 'table' AND c.type IN ('INTEGER', 'REAL') ORDER BY t.name, c.cid LIMIT 1 OFFSET ?1";
    static const char *const numbers[] = {
        "-1",    "-1000", "2147483647", "-2147483648", "9223372036854775807",
        "1e308", "-1e30", "0",          "NULL",        "1048576"};
    sqlite3 *handle = NULL;
    sqlite3_stmt *chosen = NULL;
    sqlite3_open(path, &handle);
    sqlite3_prepare_v2(handle, choose, -1, &chosen, NULL);
    sqlite3_bind_int(chosen, 1, patch[0]);
    sqlite3_bind_text(chosen, 2, numbers[patch[1] % ARRAY_SIZE(numbers)], -1, SQLITE_STATIC);
    /* What the file is damaged for fails: well. */
    if (sqlite3_step(chosen) == SQLITE_ROW)
        sqlite3_exec(handle, (const char *)sqlite3_column_text(chosen, 0), NULL, NULL, NULL);
    sqlite3_finalize(chosen);
    sqlite3_close(handle);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct database *database = NULL;
    struct error error = {.code = ERROR_NONE};
    if (!base.length)
        make_base();
    struct buffer bytes CLEANUP(buffer_free) = BUFFER(base.max);
    buffer_append(&bytes, base.data, base.length);
    for (size_t at = 0; at + PATCH_SIZE <= size; at += PATCH_SIZE) {
        const uint8_t *patch = data + at;
        size_t place = ((size_t)patch[0] << 16 | (size_t)patch[1] << 8 | patch[2]) % base.length;
        for (size_t i = 0; i < patch[3] && place + i < base.length; i++)
            bytes.data[place + i] = (char)patch[4 + i % 4];
    }
    /* SQLite opens by name, and a file in memory has none that it takes. */
    char path[FUZZ_PATH_SIZE];
    fuzz_write(fuzz_path(path, "d.db"), bytes.data, bytes.length);
    for (size_t at = 0; at + PATCH_SIZE <= size && at < 64 * PATCH_SIZE; at += PATCH_SIZE)
        if (!data[at + 3])
            set_number(path, data + at);
    if (!database_open(path, &database, &error))
        ask(database);
    require(database || size >= PATCH_SIZE, "an undamaged database opens");
    database_close(database);
    unlink(path);
    return 0;
}
