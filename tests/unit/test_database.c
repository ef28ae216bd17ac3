/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <sqlite3.h>

#include "core/buffer.h"
#include "db/cards.h"
#include "tests/unit/database_fixture.h"

DEFINE_TEST(test_prior_of_a_mechanism)
{
    static const struct {
        enum form_factor form_factor;
        enum share share;
        uint16_t vendor;
        const char *chip;
        const char *reason;
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
    struct device device = find(MX330);
    assert_true(device.prior.strength == 16.0 && device.prior.shares[OUTCOME_FAILS] == 0.70);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        device.gpu.attributes[ATTRIBUTE_FORM_FACTOR].value = (int)cases[i].form_factor;
        device.gpu.id.vendor = cases[i].vendor;
        snprintf(device.gpu.chip, sizeof device.gpu.chip, "%s", cases[i].chip);
        ASSERT_DONE(database_ask_share(database, &device, cases[i].share, &failure));
        assert_string_equal(device.prior.reason, cases[i].reason);
        assert_true(device.prior.strength == cases[i].strength);
        assert_int_equal(device.share, cases[i].share);
    }
}

/* ---- evidence ---- */

DEFINE_TEST(test_evidence)
{
    static const struct {
        uint32_t pci_id, subsystem; /* 0: of no subsystem */
        enum chassis chassis;
        enum guest guest;
        const char *counts; /* "WORKS PARTIAL FAILS" of class, chip, ID, subsystem, chassis, guest */
        const char *latest; /* of the ID, or of the subsystem */
    } cases[] = {
        {MX330, 0, CHASSIS_UNKNOWN, GUEST_UNKNOWN, "1 1 3, 1 1 2, 1 1 2, 0 0 0, 0 0 0, 0 0 0, ", "2026-03"},
        {MX330, LATITUDE, CHASSIS_UNKNOWN, GUEST_UNKNOWN, "1 1 3, 1 1 2, 1 1 2, 1 0 0, 0 0 0, 0 0 0, ",
         "2025-05-01"},
        {MX350, 0, CHASSIS_LAPTOP, GUEST_UNKNOWN, "1 1 3, 0 0 1, 0 0 1, 0 0 0, 1 1 2, 0 0 0, ", ""},
        {MX350, 0, CHASSIS_EGPU, GUEST_UNKNOWN, "1 1 3, 0 0 1, 0 0 1, 0 0 0, 0 0 1, 0 0 0, ", ""},
        /* Nobody reported from such a machine. */
        {MX350, 0, CHASSIS_SERVER, GUEST_UNKNOWN, "1 1 3, 0 0 1, 0 0 1, 0 0 0, 0 0 0, 0 0 0, ", ""},
        /* What all reported of guests counts, what nobody said of a guest counts for each. */
        {MX350, 0, CHASSIS_UNKNOWN, GUEST_MACOS, "1 1 3, 0 0 1, 0 0 1, 0 0 0, 0 0 0, 0 0 1, ", ""},
        {MX350, 0, CHASSIS_UNKNOWN, GUEST_LINUX, "1 1 3, 0 0 1, 0 0 1, 0 0 0, 0 0 0, 0 0 0, ", ""},
    };
    static const enum evidence_level levels[] = {EVIDENCE_CLASS,     EVIDENCE_CHIP,    EVIDENCE_ID,
                                                 EVIDENCE_SUBSYSTEM, EVIDENCE_CHASSIS, EVIDENCE_GUEST};
    struct evidence evidence[ARRAY_SIZE(cases)][EVIDENCE_LEVELS];
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct device device = find(cases[i].pci_id);
        char counts[200] = "";
        device.id.has_subsystem = cases[i].subsystem != 0;
        device.id.subvendor = (uint16_t)(cases[i].subsystem >> 16);
        device.id.subdevice = (uint16_t)cases[i].subsystem;
        ASSERT_DONE(database_find_evidence(database, &device, cases[i].chassis, cases[i].guest, evidence[i],
                                           NULL, &failure));
        for (size_t k = 0; k < ARRAY_SIZE(levels); k++) {
            const struct evidence *of = &evidence[i][levels[k]];
            snprintf(counts + strlen(counts), sizeof counts - strlen(counts), "%d %d %d, ",
                     of->counts[OUTCOME_WORKS], of->counts[OUTCOME_PARTIAL], of->counts[OUTCOME_FAILS]);
            assert_int_equal(of->counts[OUTCOME_WORKS_WITH_WORKAROUND], 0);
            assert_int_equal(evidence_total(of), of->counts[OUTCOME_WORKS] + of->counts[OUTCOME_PARTIAL] +
                                                     of->counts[OUTCOME_FAILS]);
        }
        assert_string_equal(counts, cases[i].counts);
        assert_string_equal(evidence[i][cases[i].subsystem ? EVIDENCE_SUBSYSTEM : EVIDENCE_ID].latest,
                            cases[i].latest);
    }
    assert_int_equal(evidence[0][EVIDENCE_ID].samples[SAMPLE_TROUBLESHOOTING], 1);
    assert_int_equal(evidence[0][EVIDENCE_ID].samples[SAMPLE_TOOL], 3);
    assert_true(evidence[3][EVIDENCE_CHASSIS].weights[OUTCOME_FAILS] <
                evidence[2][EVIDENCE_CHASSIS].weights[OUTCOME_FAILS]);
    /* Reports from all machines count where none is from such a one, for less. */
    for (int i = 0; i < OUTCOME_COUNT; i++)
        assert_true(fabs(evidence[4][EVIDENCE_CHASSIS].weights[i] -
                         evidence[4][EVIDENCE_CLASS].weights[i] / 2) < 1e-9);
    /* The failure with macOS counts whole there, and not at all with Linux; what names no guest counts half
     * in both. */
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        double all = evidence[0][EVIDENCE_CLASS].weights[i];
        double macos = evidence[5][EVIDENCE_GUEST].weights[i];
        double linux_guest = evidence[6][EVIDENCE_GUEST].weights[i];
        assert_true(fabs(macos + linux_guest - all) < 1e-5);
        assert_true(i == OUTCOME_FAILS ? macos > linux_guest + 0.5 : fabs(macos - linux_guest) < 1e-5);
    }
}

/* ---- names ---- */

/* Writes "exact one 10de1d16" and so on: kind, whether it is one product, and the IDs. */
static void describe_search(const struct name_search *search, char text[400])
{
    size_t length =
        (size_t)snprintf(text, 400, "%s%s", search->count ? match_kind_name(search->hits[0].kind) : "none",
                         search->is_one ? " one" : "");
    for (int i = 0; i < search->count && length < 380; i++)
        length += (size_t)snprintf(text + length, 400 - length, " %08x", search->hits[i].pci_id);
    if (search->left_out[0])
        snprintf(text + length, 400 - length, " without %s", search->left_out);
    for (int i = 0; i < search->guess_count; i++)
        snprintf(text + strlen(text), 400 - strlen(text), " guess %s", search->guesses[i]);
}

/* FTS5 has a language of its own: none of it is for users to write. */
DEFINE_TEST(test_search)
{
    static const struct {
        const char *words, *found;
    } cases[] = {
        {"mx330", "exact one 10de1d16"},
        {"NVIDIA GeForce MX-330", "exact one 10de1d16"},
        {"GP108M [GeForce MX330]", "exact one 10de1d16"},
        {"330 MX", "exact one 10de1d16"},
        {"EVGA MX330 OC", "alias one 10de1d16 without EVGA OC"},
        {"mx330 frobnicate", "alias one 10de1d16 without frobnicate"},
        {"GT 1030", "exact one 10de1d01 10de1d02"},
        {"gt1030 2GB GDDR5", "alias one 10de1d01 10de1d02 without 2GB GDDR5"},
        {"gtx 1030", "similar 10de1d01 10de1d02"},
        {"radeon 1030", "similar 10de1d01 10de1d02"},
        {"1030 laptop", "words 10de1d01 10de1d02"},
        {"mx330 card", "words 10de1d16"},
        {"gp108m", "words 10de1d16"},
        {"mx", "words 10de1d16 10de1c94"},
        {"geforce", "words 10de1f82 10de1d01 10de1d02 10de1d16 10de1c94"},
        {"33", "none"},
        {"1030x", "none"},
        {"mx303", "none guess GeForce MX330"},
        {"EVGA OC", "none"},
        {"--", "none"},
        {"", "none"},
        {"mx330 OR gtx", "similar 10de1d16 without OR gtx"},
        {"mx330 NOT geforce", "alias one 10de1d16 without NOT"},
    };
    static const char odd[] =
        "\"mx|mx*|name:mx|^mx|NEAR(mx 330)|mx + 330|(|'|mx;--|{name}:|\xff\xfe|\x01mx330";
    static struct name_search search;
    char text[400];
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        ASSERT_DONE(database_search(database, cases[i].words, CHASSIS_UNKNOWN, &search, &failure));
        describe_search(&search, text);
        if (strcmp(text, cases[i].found) != 0)
            fail_msg("\"%s\": %s, not %s", cases[i].words, text, cases[i].found);
    }
    for (struct values v = values_of(odd, NULL); next_value(&v);)
        ASSERT_DONE(database_search(database, v.text, CHASSIS_UNKNOWN, &search, &failure));
}

/* One long word, many short ones; as long as is allowed: an answer, not a mistake about what was asked. */
DEFINE_TEST(test_search_limits)
{
    static const struct {
        const char *repeated;
        size_t times;
        enum error_code code;
    } cases[] = {{"aa", 4000, ERROR_USAGE},
                 {"1a", 4000, ERROR_USAGE},
                 {" a", NAME_MAX_WORDS, ERROR_NONE},
                 {" a", NAME_MAX_WORDS + 1, ERROR_USAGE},
                 {"-", 9000, ERROR_NONE}};
    static struct name_search search;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct buffer words CLEANUP(buffer_free) = BUFFER(10000);
        for (size_t k = 0; k < cases[i].times; k++)
            buffer_append_text(&words, cases[i].repeated);
        assert_int_equal(database_search(database, buffer_text(&words), CHASSIS_UNKNOWN, &search, &failure),
                         cases[i].code);
        assert_int_equal(search.count, 0);
    }
}

DEFINE_TEST(test_alternatives)
{
    static const struct {
        uint32_t pci_id;
        double usable; /* of the GPU itself */
        int limit;
        uint32_t first; /* 0: none */
        int count;
    } cases[] = {{MX330, 0.2, 5, GT1030, 2},
                 {MX330, 0.9, 5, 0, 0},
                 {MX330, 0.2, 1, GT1030, 1},
                 {GTX1650, 0.2, 5, GT1030, 1}}; /* never the card itself */
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct alternative found[5];
        int count;
        struct device device = find(cases[i].pci_id);
        ASSERT_DONE(database_find_alternatives(database, &device.gpu, 0, cases[i].usable, found,
                                               cases[i].limit, &count, &failure));
        assert_int_equal(count, cases[i].count);
        if (!count)
            continue;
        assert_int_equal(found[0].pci_id, cases[i].first);
        assert_string_equal(found[0].name, "GeForce GT 1030");
        assert_int_equal(found[0].same_chip, cases[i].pci_id == MX330);
        /* The 0.80 of its mechanism, and two reports' worth of the reference, which forty failures of one
         * source have moved little. */
        assert_true(found[0].usable > 0.66 && found[0].usable < 0.80);
        assert_int_equal(found[0].price_usd, 30);
        assert_int_equal(found[0].price_high_usd, 60);
    }
}

DEFINE_TEST(test_cards)
{
    struct card cards[2];
    struct pci_id id = pci_id_from_number(GT1030);
    int count;
    ASSERT_DONE(database_find_cards(database, &id, cards, 2, &count, &failure));
    assert_int_equal(count, 1);
    const struct price *price = &cards[0].prices[CONDITION_USED];
    assert_string_equal(cards[0].name, "GeForce GT 1030");
    assert_string_equal(cards[0].features.driver, "580");
    assert_int_equal(cards[0].board_power_w, 30);
    /* That of thirteen months before is not in it. */
    assert_true(price->low == 30 && price->high == 60 && price->sources == 2 && !price->old);
    assert_string_equal(price->as_of, "2026-02");
    assert_int_equal(price->kind, PRICE_KIND_ASKING);
    id = pci_id_from_number(GTX1650);
    ASSERT_DONE(database_find_cards(database, &id, cards, 2, &count, &failure));
    assert_true(count == 1 && cards[0].prices[CONDITION_USED].old);
    id = pci_id_from_number(GT1030_AGAIN);
    ASSERT_DONE(database_find_cards(database, &id, cards, 2, &count, &failure));
    assert_int_equal(count, 0);
}

/* ---- damage ---- */

/* Whichever page is filled with rubbish: an answer or an error, never a crash, and the check finds it. */
/* What no list has: the number tells, or a report does, or nothing. */
DEFINE_TEST(test_unlisted)
{
    static const struct {
        uint32_t pci_id;
        const char *name; /* "": not found */
        const char *chip;
        enum form_factor form_factor;
    } cases[] = {{UNLISTED, "unlisted GPU of the GeForce MX series", "GP108", FORM_FACTOR_MOBILE},
                 {UNLISTED + 15, "unlisted GPU of the GeForce MX series", "GP108", FORM_FACTOR_MOBILE},
                 {REPORTED, "unlisted GPU", "", FORM_FACTOR_UNKNOWN},
                 {UNLISTED - 1, "", "", FORM_FACTOR_UNKNOWN},
                 {UNLISTED + 16, "", "", FORM_FACTOR_UNKNOWN}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct device device;
        struct pci_id id = pci_id_from_number(cases[i].pci_id);
        enum error_code code = database_find_device(database, &id, &device, &failure);
        assert_int_equal(code, cases[i].name[0] ? ERROR_NONE : ERROR_NOT_FOUND);
        assert_string_equal(device.name, cases[i].name);
        if (code)
            continue;
        assert_true(device.is_gpu && device.is_unlisted);
        assert_string_equal(device.gpu.chip, cases[i].chip);
        assert_int_equal(gpu_form_factor(&device.gpu), cases[i].form_factor);
    }
    assert_true(find(UNLISTED).prior.strength == 16.0);
    assert_false(find(MX330).is_unlisted);
}

/* Its reports count for it at each level above, too: none is counted less often there. */
DEFINE_TEST(test_reports_on_an_unlisted_gpu)
{
    struct device device = find(REPORTED);
    struct evidence evidence[EVIDENCE_LEVELS];
    ASSERT_DONE(
        database_find_evidence(database, &device, CHASSIS_UNKNOWN, GUEST_UNKNOWN, evidence, NULL, &failure));
    assert_int_equal(evidence_total(&evidence[EVIDENCE_ID]), 1);
    assert_int_equal(evidence_total(&evidence[EVIDENCE_CLASS]), 1);
    assert_int_equal(evidence_total(&evidence[EVIDENCE_CHIP]), 0);
    assert_true(verdict_compute(&device.prior, evidence).pooled_reports >= 0);
    device = find(UNLISTED);
    ASSERT_DONE(
        database_find_evidence(database, &device, CHASSIS_UNKNOWN, GUEST_UNKNOWN, evidence, NULL, &failure));
    assert_int_equal(evidence_total(&evidence[EVIDENCE_CHIP]), 4); /* those on the MX330 */
}

DEFINE_TEST(test_damaged_pages)
{
    enum { PAGE = 4096, MOST = 1 << 20 };
    static char bytes[MOST];
    char kept[PAGE];
    FILE *file = fopen(in_scratch("test.db"), "rb");
    assert_non_null(file);
    size_t length = fread(bytes, 1, MOST, file);
    fclose(file);
    assert_true(length > 10 * PAGE && length < MOST && bytes[16] << 8 == PAGE);
    for (size_t at = PAGE; at < length; at += PAGE) {
        char path[SCRATCH_PATH_SIZE];
        struct database *opened;
        struct device device;
        struct pci_id id = pci_id_from_number(MX330);
        static struct name_search search;
        memcpy(kept, bytes + at, PAGE);
        memset(bytes + at, 0xa5, PAGE);
        scratch_write(path, bytes, length);
        memcpy(bytes + at, kept, PAGE);
        if (database_open(path, &opened, &failure) == ERROR_NONE) {
            enum error_code found = database_find_device(opened, &id, &device, &failure);
            enum error_code searched = database_search(opened, "mx330", CHASSIS_UNKNOWN, &search, &failure);
            assert_true(found == ERROR_NONE || found == ERROR_DATABASE_DAMAGED);
            assert_true(searched == ERROR_NONE || searched == ERROR_DATABASE_DAMAGED);
            assert_int_equal(database_check(opened, &failure), ERROR_DATABASE_DAMAGED);
            database_close(opened);
        }
        unlink(path);
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

/* ---- building ---- */

/* Unfinished, nothing is left of it; without a single GPU or report it is a database all the same. */
DEFINE_TEST(test_empty_database)
{
    struct builder *builder;
    struct database *opened;
    struct database_counts counts;
    for (int finished = 0; finished <= 1; finished++) {
        ASSERT_DONE(builder_create(in_scratch("empty.db.new"), &builder, &failure));
        assert_int_equal(access(in_scratch("empty.db.new"), F_OK), 0);
        if (finished) {
            ASSERT_DONE(builder_complete(builder, &failure));
            ASSERT_DONE(builder_publish(builder, in_scratch("empty.db"), &failure));
        }
        builder_free(builder);
        assert_int_equal(access(in_scratch("empty.db.new"), F_OK), -1);
        assert_int_equal(access(in_scratch("empty.db"), F_OK), finished - 1);
    }
    ASSERT_DONE(database_open(in_scratch("empty.db"), &opened, &failure));
    ASSERT_DONE(database_check(opened, &failure));
    ASSERT_DONE(database_count(opened, &counts, &failure));
    assert_int_equal(counts.devices + counts.gpus + counts.reports, 0);
    database_close(opened);
}

TESTSUITE_MAIN(set_up, tear_down)
