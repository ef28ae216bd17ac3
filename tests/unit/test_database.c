#include <math.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "core/buffer.h"
#include "tests/unit/database_fixture.h"

static void test_prior_of_a_mechanism(void **state)
{
    struct prior prior;
    struct device device = find(MX330);
    (void)state;
    assert_true(device.prior.strength == 16.0 && device.prior.shares[OUTCOME_FAILS] == 0.70);
    device.gpu.attributes[ATTRIBUTE_FORM_FACTOR].value = FORM_FACTOR_DESKTOP;
    ASSERT_DONE(database_find_prior(database, &device.gpu, &prior, &failure));
    assert_string_equal(prior.reason, "a card");
    device.gpu.attributes[ATTRIBUTE_FORM_FACTOR].value = FORM_FACTOR_BMC;
    ASSERT_DONE(database_find_prior(database, &device.gpu, &prior, &failure));
    assert_true(prior.strength == 0.0);
    assert_string_equal(prior.reason, "");
}

/* ---- evidence ---- */

static void assert_counts(const struct evidence *evidence, int works, int partial, int fails)
{
    assert_int_equal(evidence->counts[OUTCOME_WORKS], works);
    assert_int_equal(evidence->counts[OUTCOME_WORKS_WITH_WORKAROUND], 0);
    assert_int_equal(evidence->counts[OUTCOME_PARTIAL], partial);
    assert_int_equal(evidence->counts[OUTCOME_FAILS], fails);
    assert_int_equal(evidence_total(evidence), works + partial + fails);
}

static void test_evidence(void **state)
{
    struct evidence evidence[EVIDENCE_LEVELS];
    (void)state;
    struct device device = find(MX330);
    ASSERT_DONE(database_find_evidence(database, &device, CHASSIS_UNKNOWN, evidence, &failure));
    assert_counts(&evidence[EVIDENCE_CLASS], 1, 1, 3);
    assert_counts(&evidence[EVIDENCE_CHIP], 1, 1, 2);
    assert_counts(&evidence[EVIDENCE_ID], 1, 1, 2);
    assert_counts(&evidence[EVIDENCE_SUBSYSTEM], 0, 0, 0);
    assert_int_equal(evidence[EVIDENCE_ID].public_reports, 1);
    assert_counts(&evidence[EVIDENCE_CHASSIS], 0, 0, 0);
    assert_string_equal(evidence[EVIDENCE_ID].latest, "2026-03");
    device.id.has_subsystem = true;
    device.id.subvendor = LATITUDE >> 16;
    device.id.subdevice = LATITUDE & 0xffff;
    ASSERT_DONE(database_find_evidence(database, &device, CHASSIS_UNKNOWN, evidence, &failure));
    assert_counts(&evidence[EVIDENCE_SUBSYSTEM], 1, 0, 0);
    assert_string_equal(evidence[EVIDENCE_SUBSYSTEM].latest, "2025-05-01");
}

static void test_evidence_of_a_chassis(void **state)
{
    struct evidence evidence[EVIDENCE_LEVELS];
    (void)state;
    struct device device = find(MX350);
    ASSERT_DONE(database_find_evidence(database, &device, CHASSIS_LAPTOP, evidence, &failure));
    assert_counts(&evidence[EVIDENCE_CLASS], 1, 1, 3);
    assert_counts(&evidence[EVIDENCE_CHASSIS], 1, 1, 2);
    assert_counts(&evidence[EVIDENCE_ID], 0, 0, 1);
    double in_laptops = evidence[EVIDENCE_CHASSIS].weights[OUTCOME_FAILS];
    assert_counts(&evidence[EVIDENCE_SUBSYSTEM], 0, 0, 0);
    ASSERT_DONE(database_find_evidence(database, &device, CHASSIS_EGPU, evidence, &failure));
    assert_counts(&evidence[EVIDENCE_CHASSIS], 0, 0, 1);
    assert_true(evidence[EVIDENCE_CHASSIS].weights[OUTCOME_FAILS] < in_laptops);
    /* Nobody reported from such a machine: all of them count, for less. */
    ASSERT_DONE(database_find_evidence(database, &device, CHASSIS_SERVER, evidence, &failure));
    assert_counts(&evidence[EVIDENCE_CHASSIS], 0, 0, 0);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        assert_true(fabs(evidence[EVIDENCE_CHASSIS].weights[i] - evidence[EVIDENCE_CLASS].weights[i] / 2) <
                    1e-9);
}

/* ---- names ---- */

static void assert_search(const char *words, const uint32_t *expected, int count)
{
    uint32_t ids[8] = {0};
    int found;
    int total;
    ASSERT_DONE(database_search(database, words, ids, 8, &found, &total, &failure));
    if (found != count || total != count)
        fail_msg("\"%s\": %d of %d, not %d", words, found, total, count);
    for (int i = 0; i < count; i++)
        assert_int_equal(ids[i], expected[i]);
}

/* FTS5 has a language of its own: none of it is for users to write. */
static void test_search_knows_no_operators(void **state)
{
    static const char *const words[] = {"mx330 OR gtx", "mx330 NOT geforce", "\"mx",     "mx*", "words:mx",
                                        "^mx",          "NEAR(mx 330)",      "mx + 330", "(",   "'",
                                        "mx;--",        "{words}:"};
    uint32_t ids[8];
    int count;
    int total;
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        ASSERT_DONE(database_search(database, words[i], ids, 8, &count, &total, &failure));
    assert_search("mx330", (uint32_t[]){MX330}, 1);
    assert_search("gefor mx", (uint32_t[]){MX350, MX330},
                  2); /* nothing has that word, but some go on from it */
    assert_search("--", NULL, 0);
    assert_search("mx330 OR gtx", NULL, 0);
    assert_search("mx330 NOT geforce", NULL, 0);
}

static void test_search_limits(void **state)
{
    uint32_t ids[2];
    struct error error;
    int count;
    int total;
    char words[8001];
    (void)state;
    ASSERT_DONE(database_search(database, "geforce", ids, 2, &count, &total, &failure));
    assert_int_equal(count, 2);
    assert_int_equal(total, 5);
    memset(words, 'a', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    assert_int_equal(database_search(database, words, ids, 2, &count, &total, &error), ERROR_USAGE);
    for (size_t i = 0; i + 1 < sizeof words; i += 2)
        words[i] = '1'; /* many short words */
    assert_int_equal(database_search(database, words, ids, 2, &count, &total, &error), ERROR_USAGE);
    /* As long as is allowed: an answer, not a mistake about what was asked. */
    for (size_t i = 0; i < 1000; i++)
        words[i] = i % 2 ? 'a' : ' ';
    words[1000] = '\0';
    assert_int_equal(database_search(database, words, ids, 2, &count, &total, &error), ERROR_NONE);
    assert_int_equal(count, 0);
}

static void test_alternatives(void **state)
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
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct alternative found[5];
        int count;
        struct device device = find(cases[i].pci_id);
        ASSERT_DONE(database_find_alternatives(database, &device.gpu, cases[i].usable, found, cases[i].limit,
                                               &count, &failure));
        assert_int_equal(count, cases[i].count);
        if (!count)
            continue;
        assert_int_equal(found[0].pci_id, cases[i].first);
        assert_int_equal(found[0].same_chip, cases[i].pci_id == MX330);
        /* The 0.80 of its mechanism, and two reports' worth of what all GPUs here did. */
        assert_true(found[0].usable > 0.68 && found[0].usable < 0.80);
        assert_int_equal(found[0].price_usd, 30);
    }
}

/* ---- what it is made of ---- */

static enum error_code note_value(void *context, const struct stated_value *value, struct error *error)
{
    (void)error;
    buffer_append_format(context, "%s %d %s %.2f %s\n", attribute_name(value->attribute), value->rank,
                         value->value, value->confidence, value->source);
    return ERROR_NONE;
}

static void test_stated_values(void **state)
{
    struct buffer stated CLEANUP(buffer_free) = BUFFER(1 << 16);
    (void)state;
    ASSERT_DONE(database_each_stated_value(database, AUDIO, note_value, &stated, &failure));
    assert_string_equal(buffer_text(&stated), "");
    ASSERT_DONE(database_each_stated_value(database, MX330, note_value, &stated, &failure));
    assert_string_equal(buffer_text(&stated), "chip 0 GP108 0.98 rule chip: opens the name\n"
                                              "display 0 none 0.96 fact: an M\n"
                                              "form_factor 0 mobile 0.97 fact: an M\n"
                                              "form_factor 1 desktop 0.20 rule is-gpu: by its name\n"
                                              "is_gpu 0 yes 0.99 rule is-gpu: by its name\n"
                                              "vbios 0 acpi-rom 0.95 fact: an M\n");
}

/* ---- damage ---- */

/* Whichever page is filled with rubbish: an answer or an error, never a crash, and the check finds it. */
static void test_damaged_pages(void **state)
{
    struct stat status;
    FILE *file = fopen(database_path, "rb");
    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &status), 0);
    size_t length = (size_t)status.st_size;
    char *bytes = malloc(length);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, length, file), length);
    fclose(file);
    size_t page = (size_t)(unsigned char)bytes[16] << 8 | (unsigned char)bytes[17];
    (void)state;
    for (size_t at = page; at < length; at += page) {
        char path[SCRATCH_PATH_SIZE];
        struct database *opened;
        struct device device;
        struct error error = {.code = ERROR_NONE};
        struct pci_id id = pci_id_from_number(MX330);
        uint32_t ids[4];
        int count;
        int total;
        char *kept = exact_copy(bytes + at, page);
        memset(bytes + at, 0xa5, page);
        scratch_write(path, bytes, length);
        memcpy(bytes + at, kept, page);
        free(kept);
        if (database_open(path, &opened, &error) == ERROR_NONE) {
            enum error_code found = database_find_device(opened, &id, &device, &error);
            enum error_code searched = database_search(opened, "mx330", ids, 4, &count, &total, &error);
            assert_true(found == ERROR_NONE || found == ERROR_DATABASE_DAMAGED);
            assert_true(searched == ERROR_NONE || searched == ERROR_DATABASE_DAMAGED);
            assert_int_equal(database_check(opened, &error), ERROR_DATABASE_DAMAGED);
            database_close(opened);
        }
        unlink(path);
    }
    free(bytes);
}

/* Copies the database, runs SQL on the copy, and expects the check to say so. */
static void assert_found_out(const char *const sql[], int count, const char *why)
{
    char path[SCRATCH_PATH_SIZE + 40];
    char command[SCRATCH_PATH_SIZE + 100];
    struct database *opened;
    struct error error = {.code = ERROR_NONE};
    snprintf(path, sizeof path, "%s/copy.db", folder);
    for (int i = 0; i <= count; i++) { /* a connection for each: the schema is read when one begins */
        sqlite3 *handle = NULL;
        snprintf(command, sizeof command, "VACUUM INTO '%s'", path);
        assert_int_equal(sqlite3_open(i ? path : database_path, &handle), SQLITE_OK);
        assert_int_equal(sqlite3_exec(handle, i ? sql[i - 1] : command, NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(handle);
    }
    ASSERT_DONE(database_open(path, &opened, &failure));
    assert_int_equal(database_check(opened, &error), ERROR_DATABASE_DAMAGED);
    assert_holds(error.message, why);
    database_close(opened);
    unlink(path);
}

static void test_what_the_check_finds(void **state)
{
    /* A report that its index does not know is no fault of any page: it is written while the index is not in
     * the schema. */
    static const char *const lost_index[] = {
        ("PRAGMA writable_schema = ON; CREATE TABLE kept AS SELECT * FROM sqlite_schema WHERE name ="
         " 'report_of_device'; DELETE FROM sqlite_schema WHERE name = 'report_of_device';"),
        "UPDATE report SET date = '1999-01-01' WHERE seq = (SELECT max(seq) FROM report);",
        "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM kept; DROP TABLE kept;"};
    static const char *const outcome[] = {
        "PRAGMA ignore_check_constraints = ON; UPDATE report SET outcome = 'wurks' WHERE seq = 4;"};
    static const char *const orphan[] = {"UPDATE gpu SET prior = 77;"};
    static const char *const table[] = {"DROP TABLE price;"};
    (void)state;
    assert_found_out(lost_index, 3, "missing from index");
    assert_found_out(outcome, 1, "a value in table report is not outcome IN (");
    assert_found_out(orphan, 1, "refers to a row that is not in prior");
    assert_found_out(table, 1, "no such table: price");
}

/* ---- building ---- */

static void test_unfinished_builder(void **state)
{
    struct builder *builder;
    struct error error;
    (void)state;
    ASSERT_DONE(builder_create(new_path, &builder, &failure));
    assert_int_equal(access(new_path, F_OK), 0);
    builder_free(builder);
    assert_int_equal(access(new_path, F_OK), -1);
    assert_int_equal(access(database_path, F_OK), 0);
    builder_free(NULL);
    database_close(NULL);
    assert_int_not_equal(builder_create("/nonexistent/x.db", &builder, &error), ERROR_NONE);
    assert_holds(error.message, "/nonexistent/x.db");
}

/* Without a single GPU or report it is a database all the same. */
static void test_empty_database(void **state)
{
    char path[SCRATCH_PATH_SIZE + 40];
    struct builder *builder;
    struct database *opened;
    struct database_counts counts;
    (void)state;
    snprintf(path, sizeof path, "%s/empty.db", folder);
    ASSERT_DONE(builder_create(new_path, &builder, &failure));
    ASSERT_DONE(builder_complete(builder, &failure));
    ASSERT_DONE(builder_publish(builder, path, &failure));
    builder_free(builder);
    ASSERT_DONE(database_open(path, &opened, &failure));
    ASSERT_DONE(database_check(opened, &failure));
    ASSERT_DONE(database_count(opened, &counts, &failure));
    assert_int_equal(counts.devices + counts.gpus + counts.reports, 0);
    database_close(opened);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prior_of_a_mechanism),  cmocka_unit_test(test_evidence),
        cmocka_unit_test(test_evidence_of_a_chassis), cmocka_unit_test(test_search_knows_no_operators),
        cmocka_unit_test(test_search_limits),         cmocka_unit_test(test_alternatives),
        cmocka_unit_test(test_stated_values),         cmocka_unit_test(test_damaged_pages),
        cmocka_unit_test(test_what_the_check_finds),  cmocka_unit_test(test_unfinished_builder),
        cmocka_unit_test(test_empty_database),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
