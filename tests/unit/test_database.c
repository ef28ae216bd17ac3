#include <math.h>

#include "core/buffer.h"
#include "tests/unit/database_fixture.h"

static void test_whole(void **state)
{
    struct database_counts counts;
    (void)state;
    ASSERT_DONE(database_check(database, &failure));
    ASSERT_DONE(database_count(database, &counts, &failure));
    assert_int_equal(counts.devices, 7);
    assert_int_equal(counts.gpus, 6);
    assert_int_equal(counts.reports, 47);
}

static void test_device(void **state)
{
    (void)state;
    struct device device = find(MX330);
    assert_string_equal(device.vendor, "NVIDIA Corporation");
    assert_string_equal(device.name, "GP108M [GeForce MX330]");
    assert_string_equal(device.subsystem, "");
    assert_true(device.is_gpu);
    assert_int_equal(pci_id_number(&device.gpu.id), MX330);
    assert_string_equal(device.gpu.chip, "GP108");
    assert_int_equal(gpu_form_factor(&device.gpu), FORM_FACTOR_MOBILE);
    assert_int_equal(gpu_display(&device.gpu), DISPLAY_NONE);
    assert_int_equal(gpu_vbios(&device.gpu), VBIOS_ACPI_ROM);
    assert_int_equal(gpu_reset(&device.gpu), RESET_UNKNOWN);
    assert_true(device.gpu.attributes[ATTRIBUTE_FORM_FACTOR].confidence == 0.97);
    assert_true(device.gpu.attributes[ATTRIBUTE_VBIOS].confidence == 0.95);
    assert_string_equal(device.gpu.attributes[ATTRIBUTE_FORM_FACTOR].source, "fact: an M");
    assert_string_equal(device.gpu.attributes[ATTRIBUTE_RESET].source, "");
}

static void test_no_gpu(void **state)
{
    (void)state;
    struct device device = find(AUDIO);
    assert_false(device.is_gpu);
    assert_string_equal(device.name, "GP108 High Definition Audio Controller");
}

static void test_not_found(void **state)
{
    struct device device;
    struct error error;
    struct pci_id of_nvidia = pci_id_from_number(0x10deffff);
    struct pci_id of_nobody = pci_id_from_number(0x12345678);
    (void)state;
    assert_int_equal(database_find_device(database, &of_nvidia, &device, &error), ERROR_NOT_FOUND);
    assert_string_equal(device.vendor, "NVIDIA Corporation");
    assert_int_equal(database_find_device(database, &of_nobody, &device, &error), ERROR_NOT_FOUND);
    assert_string_equal(device.vendor, "");
}

static void test_subsystem(void **state)
{
    struct device device;
    struct pci_id id = pci_id_from_number(MX330);
    (void)state;
    assert_true(pci_id_parse_subsystem("1028:08b0", &id));
    ASSERT_DONE(database_find_device(database, &id, &device, &failure));
    assert_string_equal(device.subsystem, "Latitude 5510");
    assert_true(pci_id_parse_subsystem("1028:08b1", &id));
    ASSERT_DONE(database_find_device(database, &id, &device, &failure));
    assert_string_equal(device.subsystem, "");
}

static void test_prior(void **state)
{
    struct prior prior;
    (void)state;
    struct device device = find(MX330);
    assert_string_equal(device.prior.reason, "no outputs");
    assert_true(device.prior.strength == 16.0 && device.prior.shares[OUTCOME_FAILS] == 0.70);
    /* The first line that fits, not the nearest. */
    assert_string_equal(find(GT1030).prior.reason, "a card");
    device.gpu.attributes[ATTRIBUTE_FORM_FACTOR].value = FORM_FACTOR_DESKTOP;
    ASSERT_DONE(database_find_prior(database, &device.gpu, &prior, &failure));
    assert_string_equal(prior.reason, "a card");
    device.gpu.attributes[ATTRIBUTE_FORM_FACTOR].value = FORM_FACTOR_BMC;
    ASSERT_DONE(database_find_prior(database, &device.gpu, &prior, &failure));
    assert_true(prior.strength == 0.0);
    assert_string_equal(prior.reason, "");
}

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

static void test_no_evidence(void **state)
{
    struct evidence evidence[EVIDENCE_LEVELS];
    (void)state;
    struct device device = find(GTX1650);
    for (int chassis = 0; chassis < CHASSIS_COUNT; chassis++) {
        memset(evidence, 0xff, sizeof evidence);
        ASSERT_DONE(database_find_evidence(database, &device, (enum chassis)chassis, evidence, &failure));
        for (int level = EVIDENCE_CLASS; level < EVIDENCE_LEVELS; level++)
            assert_counts(&evidence[level], 0, 0, 0);
    }
}

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

static void test_search(void **state)
{
    (void)state;
    assert_search("mx330", (uint32_t[]){MX330}, 1);
    assert_search("MX 330", (uint32_t[]){MX330}, 1);
    assert_search("330 mx GeForce", (uint32_t[]){MX330}, 1);
    assert_search("gtx1650", (uint32_t[]){GTX1650}, 1);
    assert_search("GT 1030", (uint32_t[]){GT1030, GT1030_AGAIN}, 2);
    assert_search("bad", (uint32_t[]){BAD_CARD}, 1);
    assert_search("geforce mx", (uint32_t[]){MX350, MX330}, 2);
    assert_search("geforce 9999", NULL, 0);
    assert_search("xyzzy", NULL, 0);
    assert_search("", NULL, 0);
    assert_search("--", NULL, 0);
    /* Nothing has that word, but some go on from it. */
    assert_search("gtx 16", (uint32_t[]){GTX1650}, 1);
    assert_search("gefor mx", (uint32_t[]){MX350, MX330}, 2);
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

struct visited {
    int count;
    char first_bytes[16];
    struct buffer bodies;
};

static enum error_code note_report(void *context, const char *id, const char *body, size_t length,
                                   struct error *error)
{
    struct visited *visited = context;
    (void)error;
    assert_int_equal(strlen(id), 64);
    visited->first_bytes[visited->count++] = id[1];
    buffer_append(&visited->bodies, body, length);
    return ERROR_NONE;
}

static enum error_code stop_at_once(void *context, const char *id, const char *body, size_t length,
                                    struct error *error)
{
    note_report(context, id, body, length, error);
    return error_set(error, ERROR_SYSTEM, "enough");
}

static void test_reports_newest_first(void **state)
{
    struct visited visited = {.bodies = BUFFER(1 << 16)};
    struct error error;
    (void)state;
    ASSERT_DONE(database_each_report(database, MX330, 10, note_report, &visited, &failure));
    assert_string_equal(visited.first_bytes, "1423");
    assert_holds(buffer_text(&visited.bodies), "{\"pci_id\":\"10de:1d16\",\"outcome\":\"partial\"}");
    memset(visited.first_bytes, 0, sizeof visited.first_bytes);
    visited.count = 0;
    ASSERT_DONE(database_each_report(database, MX330, 2, note_report, &visited, &failure));
    assert_string_equal(visited.first_bytes, "14");
    visited.count = 0;
    ASSERT_DONE(database_each_report(database, GTX1650, 10, note_report, &visited, &failure));
    assert_int_equal(visited.count, 0);
    assert_int_equal(database_each_report(database, MX330, 10, stop_at_once, &visited, &error), ERROR_SYSTEM);
    assert_int_equal(visited.count, 1);
    buffer_free(&visited.bodies);
}

static void test_workarounds(void **state)
{
    struct workaround workarounds[5];
    int count;
    (void)state;
    struct device device = find(MX330);
    ASSERT_DONE(database_find_workarounds(database, &device.gpu, workarounds, 5, &count, &failure));
    assert_int_equal(count, 2);
    /* Both helped once; what was tried more often comes first. */
    assert_string_equal(workarounds[0].fix, "romfile");
    assert_int_equal(workarounds[0].tried, 2);
    assert_int_equal(workarounds[0].helped, 1);
    assert_false(workarounds[0].on_chip);
    assert_string_equal(workarounds[1].fix, "ovmf");
    ASSERT_DONE(database_find_workarounds(database, &device.gpu, workarounds, 1, &count, &failure));
    assert_int_equal(count, 1);
    device.gpu.id.device++; /* a sibling that nobody tried anything on */
    ASSERT_DONE(database_find_workarounds(database, &device.gpu, workarounds, 5, &count, &failure));
    assert_int_equal(count, 2);
    assert_true(workarounds[0].on_chip);
    device = find(GTX1650);
    ASSERT_DONE(database_find_workarounds(database, &device.gpu, workarounds, 5, &count, &failure));
    assert_int_equal(count, 0);
}

static void test_alternatives(void **state)
{
    struct alternative alternatives[5];
    int count;
    (void)state;
    struct device device = find(MX330);
    ASSERT_DONE(database_find_alternatives(database, &device.gpu, 0.2, alternatives, 5, &count, &failure));
    assert_int_equal(count, 2);
    assert_int_equal(alternatives[0].pci_id, GT1030);
    assert_string_equal(alternatives[0].name, "GP108 [GeForce GT 1030]");
    assert_true(alternatives[0].same_chip);
    /* The 0.80 of its mechanism, and two reports' worth of what all GPUs here did. */
    assert_true(alternatives[0].usable > 0.68 && alternatives[0].usable < 0.80);
    assert_int_equal(alternatives[0].price_usd, 30);
    assert_string_equal(alternatives[0].price_as_of, "2026-03");
    assert_int_equal(alternatives[1].pci_id, GTX1650);
    assert_false(alternatives[1].same_chip);
    ASSERT_DONE(database_find_alternatives(database, &device.gpu, 0.9, alternatives, 5, &count, &failure));
    assert_int_equal(count, 0);
    ASSERT_DONE(database_find_alternatives(database, &device.gpu, 0.2, alternatives, 1, &count, &failure));
    assert_int_equal(count, 1);
    /* Never the card itself. */
    device = find(GTX1650);
    ASSERT_DONE(database_find_alternatives(database, &device.gpu, 0.2, alternatives, 5, &count, &failure));
    assert_int_equal(count, 1);
    assert_int_equal(alternatives[0].pci_id, GT1030);
}

static enum error_code note_value(void *context, const struct stated_value *value, struct error *error)
{
    (void)error;
    buffer_append_format(context, "%s %d %s %.2f %s\n", attribute_name(value->attribute), value->rank,
                         value->value, value->confidence, value->source);
    return ERROR_NONE;
}

static void test_stated_values(void **state)
{
    struct buffer stated = BUFFER(1 << 16);
    (void)state;
    ASSERT_DONE(database_each_stated_value(database, MX330, note_value, &stated, &failure));
    assert_holds(buffer_text(&stated), "is_gpu 0 yes 0.99 rule is-gpu: by its name\n");
    assert_holds(buffer_text(&stated), "chip 0 GP108 0.98 rule chip: opens the name\n");
    assert_holds(buffer_text(&stated), "form_factor 0 mobile 0.97 fact: an M\n"
                                       "form_factor 1 desktop 0.20 rule is-gpu: by its name\n");
    assert_holds(buffer_text(&stated), "vbios 0 acpi-rom 0.95 fact: an M\n");
    assert_null(strstr(buffer_text(&stated), "reset"));
    buffer_clear(&stated);
    ASSERT_DONE(database_each_stated_value(database, AUDIO, note_value, &stated, &failure));
    assert_string_equal(buffer_text(&stated), "");
    buffer_free(&stated);
}

static enum error_code note_source(void *context, const struct source_record *source, struct error *error)
{
    (void)error;
    buffer_append_format(context, "%s|%s|%s|%s|%s|%d|%d|%d\n", source->kind, source->name, source->version,
                         source->date, source->hash, source->cached, (int)source->records,
                         (int)source->refused);
    return ERROR_NONE;
}

static void test_sources(void **state)
{
    struct buffer sources = BUFFER(1 << 16);
    (void)state;
    ASSERT_DONE(database_each_source(database, note_source, &sources, &failure));
    assert_string_equal(buffer_text(&sources), "pci.ids|/usr/share/misc/pci.ids|2026.08.22|||0|7|0\n"
                                               "reports|data/reports|||abcd|1|46|3\n");
    buffer_free(&sources);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_device),
        cmocka_unit_test(test_no_gpu),
        cmocka_unit_test(test_not_found),
        cmocka_unit_test(test_subsystem),
        cmocka_unit_test(test_prior),
        cmocka_unit_test(test_evidence),
        cmocka_unit_test(test_evidence_of_a_chassis),
        cmocka_unit_test(test_no_evidence),
        cmocka_unit_test(test_search),
        cmocka_unit_test(test_search_knows_no_operators),
        cmocka_unit_test(test_search_limits),
        cmocka_unit_test(test_reports_newest_first),
        cmocka_unit_test(test_workarounds),
        cmocka_unit_test(test_alternatives),
        cmocka_unit_test(test_stated_values),
        cmocka_unit_test(test_sources),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
