/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What query-names.test, lists.test, card.test, recommend.test and verdict.test cannot see of a database:
 * which prior a mechanism gets, what a check finds, and which of several reports count. */
#include <sqlite3.h>

#include "db/builder.h"
#include "db/database.h"
#include "feed/manifest.h"
#include "importer/reports.h"
#include "tests/unit/json_cases.h"

enum { MX330 = 0x10de1d16, MX350 = 0x10de1c94 };

static struct database *database;

/* The first row that fits holds. */
static void add_priors(struct builder *builder)
{
#define SHARES                                                                                               \
    {                                                                                                        \
        0.1, 0.2, 0.3, 0.4                                                                                   \
    }
    static const struct {
        struct prior_key key;
        struct prior prior;
    } rows[] = {{{"sr-iov", 0, "-", "-", "-", "-", "-"}, {SHARES, 8.0, "a function", 0}},
                {{"-", 0x10de, "AD1*,GA102", "-", "-", "-", "-"}, {SHARES, 9.0, "a fine chip", 0}},
                {{"-", 0, "-", "mobile", "acpi-rom", "none", "-"}, {SHARES, 16.0, "no outputs", 0}},
                {{"-", 0, "-", "desktop", "unknown", "-", "-"}, {SHARES, 1.0, "a card of no kind", 0}},
                {{"-", 0, "-", "desktop", "-", "-", "-"}, {SHARES, 12.0, "a card", 0}},
                {{"-", 0, "-", "desktop", "rom-bar", "-", "-"}, {SHARES, 1.0, "never", 0}}};
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        ASSERT_DONE(builder_add_prior(builder, &rows[i].key, &rows[i].prior, &failure));
    ASSERT_DONE(builder_add_origin(builder, "fact: an M", NULL, &failure));
}

static void add_gpu(struct builder *builder, uint32_t pci_id, const char *name)
{
    static const int origins[ATTRIBUTE_COUNT] = {1, 1, 1, 1, 1, 0};
    struct gpu gpu = {.id = pci_id_from_number(pci_id), .chip = "GP108"};
    bool is_new = false;
    gpu.attributes[ATTRIBUTE_FORM_FACTOR].value = (int)FORM_FACTOR_MOBILE;
    gpu.attributes[ATTRIBUTE_DISPLAY].value = (int)DISPLAY_NONE;
    gpu.attributes[ATTRIBUTE_VBIOS].value = (int)VBIOS_ACPI_ROM;
    ASSERT_DONE(builder_add_device(builder, pci_id, name, 0, &failure));
    ASSERT_DONE(builder_add_gpu(builder, &gpu, origins, &is_new, &failure));
    assert_true(is_new);
}

/* Adds a report of a text with ' for "; its id is 32 times this byte. */
static void add_report(struct builder *builder, int64_t source, unsigned char number, const char *text)
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

static int set_up(void **state)
{
    struct builder *builder = NULL;
    struct source_record source = {.kind = "reports", .name = "data/reports"};
    assert_int_equal(make_scratch(state), 0);
    ASSERT_DONE(builder_create(in_scratch("test.db.new"), &builder, &failure));
    add_priors(builder);
    ASSERT_DONE(builder_add_vendor(builder, 0x10de, "NVIDIA Corporation", &failure));
    add_gpu(builder, MX330, "GP108M [GeForce MX330]");
    add_gpu(builder, MX350, "GP107M [GeForce MX350]");
    ASSERT_DONE(builder_put_source(builder, &source, &failure));
    for (unsigned char number = 1; number <= 4; number++)
        add_report(builder, source.id, number, "{'pci_id':'10de:1d16','outcome':'fails','date':'2026'}");
    ASSERT_DONE(builder_complete(builder, &failure));
    ASSERT_DONE(builder_publish(builder, in_scratch("test.db"), &failure));
    builder_free(builder);
    ASSERT_DONE(database_open(in_scratch("test.db"), &database, &failure));
    return 0;
}

static int tear_down(void **state)
{
    database_close(database);
    return remove_scratch(state);
}

DEFINE_TEST(test_prior_of_a_mechanism)
{
    static const struct {
        enum form_factor form_factor;
        enum share share;
        uint16_t vendor;
        const char *chip, *reason;
        double strength;
    } cases[] = {{FORM_FACTOR_MOBILE, SHARE_WHOLE, 0x10de, "GP108", "no outputs", 16.0},
                 {FORM_FACTOR_DESKTOP, SHARE_WHOLE, 0x10de, "GP108", "a card", 12.0},
                 {FORM_FACTOR_DESKTOP, SHARE_SR_IOV, 0x10de, "GP108", "a function", 8.0},
                 {FORM_FACTOR_DESKTOP, SHARE_VGPU, 0x10de, "GP108", "a card", 12.0},
                 {FORM_FACTOR_DESKTOP, SHARE_WHOLE, 0x10de, "AD102", "a fine chip", 9.0},
                 {FORM_FACTOR_BMC, SHARE_WHOLE, 0x10de, "GA102", "a fine chip", 9.0},
                 {FORM_FACTOR_DESKTOP, SHARE_WHOLE, 0x10de, "GA1024", "a card", 12.0},
                 {FORM_FACTOR_DESKTOP, SHARE_WHOLE, 0x1002, "AD102", "a card", 12.0},
                 {FORM_FACTOR_BMC, SHARE_WHOLE, 0x10de, "GP108", "", 0.0}};
    struct device device;
    struct pci_id id = pci_id_from_number(MX330);
    ASSERT_DONE(database_find_device(database, &id, &device, &failure));
    assert_string_equal(device.prior.reason, "no outputs");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        device.gpu.attributes[ATTRIBUTE_FORM_FACTOR].value = (int)cases[i].form_factor;
        device.gpu.id.vendor = cases[i].vendor;
        snprintf(device.gpu.chip, sizeof device.gpu.chip, "%s", cases[i].chip);
        ASSERT_DONE(database_ask_share(database, &device, cases[i].share, &failure));
        if (strcmp(device.prior.reason, cases[i].reason) != 0 || device.prior.strength != cases[i].strength ||
            device.share != cases[i].share)
            fail_msg("row %zu: \"%s\", %.1f", i, device.prior.reason, device.prior.strength);
    }
}

/* What else the check finds: database-damage.test and database-faults.test have rows and values that cannot
 * be. */
DEFINE_TEST(test_what_the_check_finds)
{
    static const struct {
        const char *sql[3];
        const char *why;
    } cases[] = {
        /* A report that its index does not know is no fault of any page: it is written while the index is not
         * in the schema. */
        {{"PRAGMA writable_schema = ON; CREATE TABLE kept AS SELECT * FROM sqlite_schema WHERE name ="
          " 'report_of_device'; DELETE FROM sqlite_schema WHERE name = 'report_of_device';",
          "UPDATE report SET date = '1999-01-01' WHERE seq = (SELECT max(seq) FROM report);",
          "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM kept; DROP TABLE kept;"},
         "missing from index"},
        {{"DROP TABLE price;", "", ""}, "no such table: price"},
        {{"UPDATE report SET body = '[]' WHERE seq = 4;", "", ""}, "report 4 is not a JSON object"},
        {{"DROP TABLE alias_words;", "", ""}, "the tables lack \"alias_words.name\""},
        {{"ALTER TABLE device RENAME TO kept; CREATE VIEW device AS SELECT * FROM kept;", "", ""},
         "view device does not belong there"},
        {{"ALTER TABLE price RENAME TO kept; CREATE TABLE price AS SELECT * FROM kept; DROP TABLE kept;",
          "UPDATE price SET low = 'a lot';", ""},
         "the tables lack \"price.as_of TEXT NOT NULL STRICT WITHOUT ROWID\""},
    };
    char command[3 * SCRATCH_PATH_SIZE];
    struct database *opened;
    snprintf(command, sizeof command, "VACUUM INTO '%s'", in_scratch("copy.db"));
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        for (int k = 0; k <= 3; k++) { /* a connection for each: the schema is read when one begins */
            sqlite3 *handle = NULL;
            assert_int_equal(sqlite3_open(in_scratch(k ? "copy.db" : "test.db"), &handle), SQLITE_OK);
            assert_int_equal(sqlite3_exec(handle, k ? cases[i].sql[k - 1] : command, NULL, NULL, NULL),
                             SQLITE_OK);
            sqlite3_close(handle);
        }
        ASSERT_DONE(database_open(in_scratch("copy.db"), &opened, &failure));
        assert_int_equal(database_check(opened, &failure), ERROR_DATABASE_DAMAGED);
        assert_holds(failure.message, cases[i].why);
        database_close(opened);
        unlink(in_scratch("copy.db"));
    }
}

/* Which reports count: each case adds a few to a database of its own. */
static const struct drop_case {
    const char *name;
    /* Each "ID SOURCE SUPERSEDES DEVICE": two letters, of which the second is - for nothing; the first or
     * second source; 3 for an MX330, 5 for an MX350. Between |. */
    const char *reports;
    char retracted; /* by the first source; -: nothing */
    const char *kept;
    struct dropped_reports dropped;
} drop_cases[] = {
    {"one alone", "a1-3", '-', "a", {0}},
    {"twice from one source", "a1-3|a1-3", '-', "a", {.duplicates = 1}},
    {"twice from two", "a1-3|a2-3", '-', "a", {.duplicates = 1}},
    {"retracted", "a1-3", 'a', "", {.retracted = 1}},
    {"retracted by one of two", "a1-3|a2-3", 'a', "a", {.retracted = 1}},
    {"superseded", "a1-3|b1a3", '-', "b", {.superseded = 1}},
    {"superseded before it came", "b1a3|a1-3", '-', "b", {.superseded = 1}},
    {"superseded by another source", "a1-3|b2a3", '-', "ab", {.without_effect = 1}},
    {"superseded on another ID", "a1-5|b1a3", '-', "ab", {.without_effect = 1}},
    {"nothing is superseded by two, one of them twice",
     "b1a3|b1a3|c1a3",
     '-',
     "bc",
     {.without_effect = 2, .duplicates = 1}},
    {"nothing is superseded", "b1z3", '-', "b", {.without_effect = 1}},
    {"a chain", "c1b3|a1-3|b1a3", '-', "c", {.superseded = 2}},
    {"by two at once", "a1-3|b1a3|c1a3", '-', "bc", {.superseded = 1}},
    /* No hash can name itself: it ends all the same. */
    {"a cycle", "a1b3|b1a3", '-', "", {.superseded = 2}},
    {"by itself", "a1a3", '-', "", {.superseded = 1}},
    {"by one that is retracted", "a1-3|b1a3", 'b', "a", {.retracted = 1}},
    {"superseded and retracted", "a1-3|b1a3", 'a', "b", {.retracted = 1}},
    {"a feed superseded what somebody imported too", "a2-3|a1-3|b1a3", '-', "ab", {.superseded = 1}},
};

static void add_case(struct builder *builder, const char *report, const int64_t sources[2])
{
    char json[300];
    char digits[2 * REPORT_ID_BYTES + 1];
    for (size_t i = 0; i < REPORT_ID_BYTES; i++)
        snprintf(digits + 2 * i, 3, "%02x", (unsigned)report[2]);
    snprintf(json, sizeof json, "{'pci_id':'10de:%s','outcome':'fails'%s%s%s}",
             report[3] == '3' ? "1d16" : "1c94", report[2] == '-' ? "" : ",'supersedes':'",
             report[2] == '-' ? "" : digits, report[2] == '-' ? "" : "'");
    add_report(builder, sources[report[1] - '1'], (unsigned char)report[0], json);
}

/* Marks the first byte of each report that a device has. */
static void note_ids(struct database *from, uint32_t device, bool kept[256])
{
    struct shown_report *reports;
    int count;
    ASSERT_DONE(database_find_reports(from, device, SHARE_WHOLE, 9, true, &reports, &count, &failure));
    for (int i = 0; i < count; i++) {
        unsigned byte;
        assert_int_equal(sscanf(reports[i].id, "%2x", &byte), 1);
        kept[byte] = true;
    }
    database_free_reports(reports, count);
}

static void check_case(const struct drop_case *expected)
{
    struct builder *builder;
    struct database *opened;
    bool kept[256] = {false};
    unsigned char id[REPORT_ID_BYTES];
    int64_t sources[2];
    ASSERT_DONE(builder_create(in_scratch("dropped.db.new"), &builder, &failure));
    for (int i = 0; i < 2; i++) {
        struct source_record source = {.kind = "reports", .name = "a file"};
        ASSERT_DONE(builder_put_source(builder, &source, &failure));
        sources[i] = source.id;
    }
    for (struct values v = values_of(expected->reports, NULL); next_value(&v);)
        add_case(builder, v.text, sources);
    memset(id, expected->retracted, sizeof id);
    ASSERT_DONE(builder_retract(builder, id, sources[0], &failure));
    ASSERT_DONE(builder_complete(builder, &failure));
    struct dropped_reports dropped = builder_dropped(builder, ALL_SOURCES);
    ASSERT_DONE(builder_publish(builder, in_scratch("dropped.db"), &failure));
    builder_free(builder);
    ASSERT_DONE(database_open(in_scratch("dropped.db"), &opened, &failure));
    ASSERT_DONE(database_check(opened, &failure));
    note_ids(opened, MX330, kept);
    note_ids(opened, MX350, kept);
    database_close(opened);
    for (int letter = 'a'; letter <= 'z'; letter++)
        if (kept[letter] != (strchr(expected->kept, letter) != NULL))
            fail_msg("%s: %c is %s", expected->name, letter, kept[letter] ? "kept" : "dropped");
    if (dropped.duplicates != expected->dropped.duplicates ||
        dropped.retracted != expected->dropped.retracted ||
        dropped.superseded != expected->dropped.superseded ||
        dropped.without_effect != expected->dropped.without_effect)
        fail_msg("%s: %d duplicates, %d retracted, %d superseded, %d without effect", expected->name,
                 (int)dropped.duplicates, (int)dropped.retracted, (int)dropped.superseded,
                 (int)dropped.without_effect);
}

DEFINE_TEST(test_dropped)
{
    for (size_t i = 0; i < ARRAY_SIZE(drop_cases); i++)
        check_case(&drop_cases[i]);
}

static void keep_message(void *context, UNUSED const char *file, UNUSED long line, const char *message)
{
    snprintf(context, 200, "%s", message);
}

/* One more is taken, and then none. */
DEFINE_TEST(test_retractions_are_bounded)
{
    struct builder *builder;
    struct report_source source = {.record = {.kind = "feed", .name = "a feed"},
                                   .retractions = FEED_MAX_RETRACTIONS - 1};
    char said[200] = "";
    char path[SCRATCH_PATH_SIZE];
    struct problems problems = {keep_message, said, 0};
    const struct report_file file = {.path = path, .shown = "a feed", .is_feed = true};
    struct buffer lines CLEANUP(buffer_free) = BUFFER(1 << 20);
    for (int i = 0; i < 3; i++)
        buffer_append_format(&lines, "{\"op\":\"retract\",\"id\":\"%064d\",\"reason\":\"wrong\"}\n", i);
    scratch_write_text(path, buffer_text(&lines));
    ASSERT_DONE(builder_create(in_scratch("dropped.db.new"), &builder, &failure));
    ASSERT_DONE(builder_put_source(builder, &source.record, &failure));
    ASSERT_DONE(reports_read(&file, NULL, builder, &source, &problems, &failure));
    builder_free(builder);
    unlink(path);
    assert_int_equal(source.retractions, FEED_MAX_RETRACTIONS);
    assert_int_equal(problems.rejected, 2);
    assert_holds(said, "a feed retracts at most 500000 reports");
}

TESTSUITE_MAIN(set_up, tear_down)
