#include <glob.h>

#include "core/text.h"
#include "tests/unit/report_asserts.h"

/* Every field, in the order in which people write them. */
static const char *const members[] = {
    "\"schema\":1",
    "\"id\":\"0000000000000000000000000000000000000000000000000000000000000000\"",
    "\"supersedes\":\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"",
    "\"pci_id\":\"10de:1d16\"",
    "\"pci_id_from\":\"source\"",
    "\"subsystem\":\"1028:08b0\"",
    "\"revision\":\"a1\"",
    "\"gpu\":\"NVIDIA GP108M [GeForce MX330]\"",
    "\"chassis\":\"laptop\"",
    "\"machine\":\"Example\\u0020\\\"15\\\" \\u00fc\"",
    "\"cpu\":\"Intel Core i7-1065G7\"",
    "\"hypervisor\":\"proxmox\"",
    "\"hypervisor_version\":\"9.1\"",
    "\"host_os\":\"Proxmox VE\"",
    "\"kernel\":\"6.17.13-2-pve\"",
    "\"guest_os\":\"linux\"",
    "\"machine_type\":\"q35\"",
    "\"firmware\":\"ovmf\"",
    "\"guest_driver\":\"nvidia 470.256.02\"",
    "\"outcome\":\"fails\"",
    "\"use\":[\"compute\",\"other:signage\"]",
    "\"symptoms\":[\"nvrm-vbios-copy-failed\",\"smoke\",\"other:fan\"]",
    "\"attempts\":[{\"result\":\"no-change\",\"fix\":\"romfile\"},{\"fix\":\"pray\",\"result\":\"worse\"}]",
    "\"stages\":{\"guest_boot\":\"yes\",\"bind\":\"yes\",\"second_start\":\"untested\",\"compute\":\"no\"}",
    "\"vbios_observed\":[\"acpi-rom\"]",
    "\"group_isolated\":true",
    "\"date\":\"2026-03-28\"",
    "\"url\":\"https:\\/\\/example.org\\/thread\\/1\"",
    "\"note\":\"Gr\u00fc\u00dfe \\ud83d\\ude00 \\/ \\u20ac\"",
};

static const char canonical_form[] =
    "{\"attempts\":[{\"fix\":\"romfile\",\"result\":\"no-change\"},{\"fix\":\"pray\",\"result\":\"worse\"}]"
    ","
    "\"chassis\":\"laptop\",\"cpu\":\"Intel Core i7-1065G7\",\"date\":\"2026-03-28\",\"firmware\":\"ovmf\","
    "\"gpu\":\"NVIDIA GP108M [GeForce MX330]\",\"group_isolated\":true,\"guest_driver\":\"nvidia "
    "470.256.02\","
    "\"guest_os\":\"linux\",\"host_os\":\"Proxmox VE\",\"hypervisor\":\"proxmox\",\"hypervisor_version\":"
    "\"9.1\",\"kernel\":\"6.17.13-2-pve\",\"machine\":\"Example \\\"15\\\" \u00fc\",\"machine_type\":\"q35\","
    "\"note\":\"Gr\u00fc\u00dfe \U0001f600 / \u20ac\",\"outcome\":\"fails\","
    "\"pci_id\":\"10de:1d16\",\"pci_id_from\":\"source\",\"revision\":\"a1\",\"schema\":1,"
    "\"stages\":{\"bind\":\"yes\",\"compute\":\"no\",\"guest_boot\":\"yes\",\"second_start\":"
    "\"untested\"},"
    "\"subsystem\":\"1028:08b0\","
    "\"supersedes\":\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\","
    "\"symptoms\":[\"nvrm-vbios-copy-failed\",\"smoke\",\"other:fan\"],\"url\":\"https://example.org/thread/"
    "1\","
    "\"use\":[\"compute\",\"other:signage\"],\"vbios_observed\":[\"acpi-rom\"]}";

/* The members from `start` on, every `step`th: with a step that is coprime to their number, each once. */
static void append_object(struct buffer *json, size_t start, size_t step)
{
    buffer_append_byte(json, '{');
    for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
        buffer_append_text(json, i ? " ,\t" : " ");
        buffer_append_text(json, members[(start + i * step) % ARRAY_SIZE(members)]);
    }
    buffer_append_text(json, "\r\n}");
}

static void test_canonical(void **state)
{
    struct buffer json = BUFFER(1 << 16);
    (void)state;
    append_object(&json, 0, 1);
    assert_canonical(buffer_text(&json), canonical_form);
    buffer_free(&json);
}

static void test_order_of_keys_does_not_matter(void **state)
{
    struct buffer json = BUFFER(1 << 16);
    (void)state;
    assert_int_equal(ARRAY_SIZE(members), 29); /* a prime: every step is coprime to it */
    for (size_t step = 1; step < ARRAY_SIZE(members); step++) {
        for (size_t start = 0; start < ARRAY_SIZE(members); start += 7) {
            buffer_clear(&json);
            append_object(&json, start, step);
            assert_canonical(buffer_text(&json), canonical_form);
        }
    }
    buffer_free(&json);
}

static void test_canonical_form_is_its_own(void **state)
{
    (void)state;
    assert_canonical(canonical_form, canonical_form);
}

static void test_smallest(void **state)
{
    (void)state;
    assert_canonical("{\"pci_id\":\"10de:1d16\",\"outcome\":\"works\"}",
                     "{\"outcome\":\"works\",\"pci_id\":\"10de:1d16\"}");
    assert_canonical(
        " { \"outcome\" : \"works\" , \"pci_id\" : \"10de:1d16\" , \"symptoms\" : [ ] ,"
        " \"attempts\":[], \"stages\":{} , \"group_isolated\":false} ",
        "{\"attempts\":[],\"group_isolated\":false,\"outcome\":\"works\",\"pci_id\":\"10de:1d16\","
        "\"stages\":{},\"symptoms\":[]}");
}

static void parse_all_members(struct report *report)
{
    struct error error = {.message = ""};
    struct buffer json = BUFFER(1 << 16);
    append_object(&json, 0, 1);
    assert_int_equal(parse(buffer_text(&json), json.length, report, NULL, &error), ERROR_NONE);
    buffer_free(&json);
}

static void test_what_is_kept(void **state)
{
    struct report report;
    (void)state;
    parse_all_members(&report);
    assert_int_equal(pci_id_number(&report.pci_id), 0x10de1d16);
    assert_true(report.pci_id.has_subsystem && report.pci_id.has_revision);
    assert_int_equal(report.pci_id.subvendor, 0x1028);
    assert_int_equal(report.pci_id.subdevice, 0x08b0);
    assert_int_equal(report.pci_id.revision, 0xa1);
    assert_int_equal(report.chassis, CHASSIS_LAPTOP);
    assert_int_equal(report.outcome, OUTCOME_FAILS);
    assert_int_equal(strspn(report.id, "0"), 64);
    assert_string_equal(report.gpu, "NVIDIA GP108M [GeForce MX330]");
    assert_string_equal(report.machine, "Example \"15\" \u00fc");
    assert_string_equal(report.hypervisor, "proxmox");
    assert_string_equal(report.guest_os, "linux");
    assert_string_equal(report.date, "2026-03-28");
    assert_string_equal(report.url, "https://example.org/thread/1");
    assert_string_equal(report.note, "Gr\u00fc\u00dfe \U0001f600 / \u20ac");
    report_free(&report);
    report_free(&report); /* twice does no harm */
}

static void test_what_is_not_said(void **state)
{
    static const char json[] = "{\"pci_id\":\"10de:1d16\",\"outcome\":\"partial\"}";
    struct report report;
    struct error error;
    (void)state;
    assert_int_equal(parse(json, sizeof json - 1, &report, NULL, &error), ERROR_NONE);
    assert_false(report.pci_id.has_subsystem || report.pci_id.has_revision);
    assert_int_equal(report.chassis, CHASSIS_UNKNOWN);
    assert_int_equal(report.outcome, OUTCOME_PARTIAL);
    assert_null(report.id);
    assert_null(report.gpu);
    assert_null(report.date);
    assert_null(report.url);
    assert_null(report.note);
    assert_int_equal(report.symptom_count, 0);
    assert_int_equal(report.attempt_count, 0);
    report_free(&report);
}

static void test_words_outside_the_lists(void **state)
{
    struct report report;
    (void)state;
    parse_all_members(&report);
    assert_int_equal(report.symptom_count, 3);
    assert_string_equal(report.symptoms[0], "nvrm-vbios-copy-failed");
    assert_string_equal(report.symptoms[1], "other:smoke");
    assert_string_equal(report.symptoms[2], "other:fan");
    assert_int_equal(report.attempt_count, 2);
    assert_string_equal(report.attempts[0].fix, "romfile");
    assert_int_equal(report.attempts[0].result, RESULT_NO_CHANGE);
    assert_string_equal(report.attempts[1].fix, "other:pray");
    assert_int_equal(report.attempts[1].result, RESULT_WORSE);
    report_free(&report);
}

static void test_no_report(void **state)
{
    static const struct {
        const char *json;
        const char *why;
    } cases[] = {
        {"", "JSON"},
        {" ", "JSON"},
        {"{", "JSON"},
        {"{}", "\"pci_id\" is missing"},
        {"{\"outcome\":\"fails\"}", "\"pci_id\" is missing"},
        {"{\"pci_id\":\"10de:1d16\"}", "\"outcome\" is missing"},
        {"null", "one JSON object"},
        {"true", "one JSON object"},
        {"1", "one JSON object"},
        {"1.5", "one JSON object"},
        {"\"x\"", "one JSON object"},
        {"[]", "one JSON object"},
        {"[{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\"}]", "one JSON object"},
        {"{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\"}{}", "JSON"},
        {"{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\"} x", "JSON"},
        {"{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\",}", "JSON"},
        {"{\"pci_id\":\"10de:1d16\" \"outcome\":\"fails\"}", "JSON"},
        {"{pci_id:\"10de:1d16\",\"outcome\":\"fails\"}", "JSON"},
        {"{'pci_id':'10de:1d16'}", "JSON"},
        {"{\"pci_id\":\"10de:1d16\",/* comment */\"outcome\":\"fails\"}", "JSON"},
        {"\ufeff{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\"}", "JSON"},
        {"{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\"", "JSON"},
        {"{\"pci_id\":\"10de:1d16\",\"outcome\":\"fai", "JSON"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_refused(cases[i].json, cases[i].why);
    assert_refused_bytes("{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\"}\0", 42, "JSON");
}

/* Cut anywhere, a report is refused, and nothing is read past its end. */
static void test_cut_anywhere(void **state)
{
    (void)state;
    for (size_t length = 0; length < sizeof canonical_form - 1; length++)
        assert_refused_bytes(canonical_form, length, "JSON");
}

/* One report after another in the same memory: nothing of the one before shows, also after a refusal. */
static void test_parse_again(void **state)
{
    static const char smallest[] = "{\"pci_id\":\"10de:1d01\",\"outcome\":\"works\"}";
    static const char bad[] = "{\"pci_id\":\"10de:1d01\",\"outcome\":\"works\",\"symptoms\":[1]}";
    struct report report = {.arena = NULL};
    struct error error;
    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(report_parse_again(canonical_form, sizeof canonical_form - 1, &report, NULL, &error),
                         ERROR_NONE);
        assert_int_equal(report.symptom_count, 3);
        assert_string_equal(report.attempts[1].fix, "other:pray");
        assert_int_equal(report_parse_again(bad, sizeof bad - 1, &report, NULL, &error), ERROR_BAD_INPUT);
        assert_int_equal(report_parse_again(smallest, sizeof smallest - 1, &report, NULL, &error),
                         ERROR_NONE);
        assert_int_equal(pci_id_number(&report.pci_id), 0x10de1d01);
        assert_false(report.pci_id.has_subsystem || report.pci_id.has_revision);
        assert_int_equal(report.chassis, CHASSIS_UNKNOWN);
        assert_int_equal(report.symptom_count + report.attempt_count, 0);
        assert_null(report.gpu);
        assert_null(report.note);
        assert_null(report.url);
    }
    report_free(&report);
}

/* Each line is a report, and its canonical JSON is one with the same canonical JSON. */
static int check_lines(const char *path)
{
    char line[REPORT_MAX_BYTES + 2];
    struct buffer first = BUFFER(1 << 16);
    struct buffer second = BUFFER(1 << 16);
    struct report report;
    struct error error = {.message = ""};
    int count = 0;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    for (; fgets(line, sizeof line, file); count++) {
        buffer_clear(&first);
        buffer_clear(&second);
        if (parse(line, strcspn(line, "\n"), &report, &first, &error))
            fail_msg("%s:%d: %s", path, count + 1, error.message);
        report_free(&report);
        assert_true(text_is_utf8(first.data, first.length));
        if (parse(buffer_text(&first), first.length, &report, &second, &error))
            fail_msg("%s:%d: canonical JSON: %s", path, count + 1, error.message);
        report_free(&report);
        assert_string_equal(buffer_text(&second), buffer_text(&first));
    }
    fclose(file);
    buffer_free(&first);
    buffer_free(&second);
    return count;
}

static void test_bundled_reports(void **state)
{
    glob_t files;
    int count = 0;
    (void)state;
    assert_int_equal(glob("data/reports/*/*.ndjson", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++)
        count += check_lines(files.gl_pathv[i]);
    globfree(&files);
    assert_true(count > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canonical),
        cmocka_unit_test(test_order_of_keys_does_not_matter),
        cmocka_unit_test(test_canonical_form_is_its_own),
        cmocka_unit_test(test_smallest),
        cmocka_unit_test(test_what_is_kept),
        cmocka_unit_test(test_what_is_not_said),
        cmocka_unit_test(test_words_outside_the_lists),
        cmocka_unit_test(test_no_report),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_parse_again),
        cmocka_unit_test(test_bundled_reports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
