#include "core/report.h"

#include <glob.h>

#include "core/text.h"
#include "tests/unit/unit.h"

static enum error_code parse(const char *json, size_t length, struct report *report, struct buffer *canonical,
                             struct error *error)
{
    char *copy = exact_copy(json, length);
    enum error_code code = report_parse(copy, length, report, canonical, error);
    free(copy);
    return code;
}

/* The report is taken, and its canonical JSON is this. */
static void assert_canonical(const char *json, const char *expected)
{
    struct report report;
    struct error error = {.message = ""};
    struct buffer canonical = BUFFER(1 << 16);
    if (parse(json, strlen(json), &report, &canonical, &error))
        fail_msg("%s: %s", json, error.message);
    assert_string_equal(buffer_text(&canonical), expected);
    report_free(&report);
    buffer_free(&canonical);
}

static void assert_refused_bytes(const char *json, size_t length, const char *why)
{
    struct report report;
    struct error error = {.message = ""};
    struct buffer canonical = BUFFER(1 << 16);
    enum error_code code = parse(json, length, &report, &canonical, &error);
    buffer_free(&canonical);
    if (code == ERROR_NONE) {
        report_free(&report);
        fail_msg("taken: %.300s", json);
    }
    assert_int_equal(code, ERROR_BAD_INPUT);
    assert_int_equal(error.code, ERROR_BAD_INPUT);
    assert_holds(error.message, why);
}

static void assert_refused(const char *json, const char *why)
{
    assert_refused_bytes(json, strlen(json), why);
}

/* A report that is right but for this member, or with it. */
static void with_member(char json[REPORT_MAX_BYTES], const char *member)
{
    snprintf(json, REPORT_MAX_BYTES, "{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\",%s}", member);
}

static void assert_member_refused(const char *member, const char *why)
{
    char json[REPORT_MAX_BYTES];
    with_member(json, member);
    assert_refused(json, why);
}

static void assert_member_taken(const char *member)
{
    struct report report;
    struct error error = {.message = ""};
    char json[REPORT_MAX_BYTES];
    with_member(json, member);
    if (parse(json, strlen(json), &report, NULL, &error))
        fail_msg("%.200s: %s", member, error.message);
    report_free(&report);
}

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

struct refusal {
    const char *member;
    const char *why;
};

static void assert_all_refused(const struct refusal refusals[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_member_refused(refusals[i].member, refusals[i].why);
}

static void test_unknown_and_double_fields(void **state)
{
    static const struct refusal cases[] = {
        {"\"hostname\":\"attic\"", "\"hostname\" is not a field"},
        {"\"\":\"\"", "not a field"},
        {"\"Note\":\"x\"", "\"Note\" is not a field"},
        {"\"not\":\"x\"", "\"not\" is not a field"},
        {"\"notes\":\"x\"", "\"notes\" is not a field"},
        {"\"outcome\":\"fails\"", "\"outcome\" is given twice"},
        {"\"note\":\"a\",\"note\":\"a\"", "\"note\" is given twice"},
        {"\"use\":[],\"use\":[]", "\"use\" is given twice"},
        {"\"stages\":{\"bind\":\"yes\",\"bind\":\"no\"}", "\"stages\""},
        {"\"attempts\":[{\"fix\":\"ovmf\",\"fix\":\"ovmf\",\"result\":\"fixed\"}]", "\"attempts\""},
        {"\"attempts\":[{\"fix\":\"ovmf\",\"result\":\"fixed\",\"result\":\"worse\"}]", "\"attempts\""},
    };
    (void)state;
    assert_all_refused(cases, ARRAY_SIZE(cases));
}

static void test_shapes(void **state)
{
    static const struct refusal cases[] = {
        {"\"note\":1", "\"note\" must be a string"},
        {"\"note\":null", "\"note\" must be a string"},
        {"\"note\":[\"x\"]", "\"note\" must be a string"},
        {"\"note\":{}", "\"note\" must be a string"},
        {"\"note\":true", "\"note\" must be a string"},
        {"\"note\":1.5", "\"note\" must be a string"},
        {"\"symptoms\":\"smoke\"", "\"symptoms\" must be a list"},
        {"\"symptoms\":{}", "\"symptoms\" must be a list"},
        {"\"symptoms\":[1]", "\"symptoms\" must be a list"},
        {"\"symptoms\":[null]", "\"symptoms\" must be a list"},
        {"\"symptoms\":[[\"smoke\"]]", "\"symptoms\" must be a list"},
        {"\"symptoms\":[{}]", "\"symptoms\" must be a list"},
        {"\"attempts\":{}", "\"attempts\" must be a list"},
        {"\"attempts\":[\"romfile\"]", "\"attempts\" must be a list"},
        {"\"attempts\":[[]]", "\"attempts\" must be a list"},
        {"\"attempts\":[{}]", "\"attempts\" must be a list"},
        {"\"attempts\":[{\"fix\":\"ovmf\"}]", "\"attempts\" must be a list"},
        {"\"attempts\":[{\"result\":\"fixed\"}]", "\"attempts\" must be a list"},
        {"\"attempts\":[{\"fix\":\"ovmf\",\"result\":\"fixed\",\"by\":\"me\"}]",
         "\"attempts\" must be a list"},
        {"\"attempts\":[{\"fix\":1,\"result\":\"fixed\"}]", "\"attempts\" must be a list"},
        {"\"attempts\":[{\"fix\":[\"ovmf\"],\"result\":\"fixed\"}]", "\"attempts\" must be a list"},
        {"\"attempts\":[{\"fix\":{},\"result\":\"fixed\"}]", "\"attempts\" must be a list"},
        {"\"stages\":[]", "\"stages\" must be an object"},
        {"\"stages\":\"bind\"", "\"stages\" must be an object"},
        {"\"stages\":{\"bind\":true}", "\"stages\" must be an object"},
        {"\"stages\":{\"bind\":{}}", "\"stages\" must be an object"},
        {"\"stages\":{\"bind\":[]}", "\"stages\" must be an object"},
        {"\"group_isolated\":\"yes\"", "\"group_isolated\" must be true or false"},
        {"\"group_isolated\":1", "\"group_isolated\" must be true or false"},
        {"\"schema\":\"1\"", "\"schema\" must be a whole number"},
        {"\"schema\":true", "\"schema\" must be a whole number"},
        {"\"schema\":1.5", "\"schema\" must be a whole number"},
        {"\"schema\":2", "\"schema\" must be 1"},
        {"\"schema\":0", "\"schema\" must be 1"},
        {"\"schema\":-1", "\"schema\" must be 1"},
        {"\"schema\":99999999999999999999", "JSON"},
    };
    (void)state;
    assert_all_refused(cases, ARRAY_SIZE(cases));
}

static void test_words(void **state)
{
    static const struct refusal cases[] = {
        /* of closed lists */
        {"\"chassis\":\"tower\"", "\"chassis\" has the unknown word \"tower\""},
        {"\"chassis\":\"other:fridge\"", "\"chassis\""},
        {"\"chassis\":\"\"", "\"chassis\""},
        {"\"pci_id_from\":\"guess\"", "\"pci_id_from\""},
        {"\"vbios_observed\":[\"floppy\"]", "\"vbios_observed\""},
        {"\"stages\":{\"lunch\":\"yes\"}", "\"stages\" names an unknown stage"},
        {"\"stages\":{\"bind\\u0000\":\"yes\"}", "\"stages\""},
        {"\"stages\":{\"bind\":\"maybe\"}", "\"stages\" has the unknown word \"maybe\""},
        {"\"attempts\":[{\"fix\":\"ovmf\",\"result\":\"unknown\"}]", "\"attempts.result\""},
        /* of open lists */
        {"\"symptoms\":[\"\"]", "\"symptoms\" has an empty word"},
        {"\"symptoms\":[\"other:\"]", "\"symptoms\" has an empty word"},
        {"\"use\":[\"\"]", "\"use\" has an empty word"},
        {"\"hypervisor\":\"\"", "\"hypervisor\" has an empty word"},
        {"\"firmware\":\"other:\"", "\"firmware\" has an empty word"},
        {"\"attempts\":[{\"fix\":\"\",\"result\":\"fixed\"}]", "\"attempts\" has an empty word"},
    };
    (void)state;
    assert_all_refused(cases, ARRAY_SIZE(cases));
    assert_refused("{\"pci_id\":\"10de:1d16\",\"outcome\":\"kind of\"}", "\"outcome\" has the unknown word");
}

static void test_senses(void **state)
{
    static const struct refusal cases[] = {
        {"\"subsystem\":\"Dell\"", "\"subsystem\" must be"},
        {"\"subsystem\":\"1028:08B0\"", "\"subsystem\" must be"},
        {"\"subsystem\":\"1028:08b\"", "\"subsystem\" must be"},
        {"\"subsystem\":\"1028:08b00\"", "\"subsystem\" must be"},
        {"\"revision\":\"A1\"", "\"revision\" must be"},
        {"\"revision\":\"0a1\"", "\"revision\" must be"},
        {"\"revision\":\"\"", "\"revision\" must be"},
        {"\"id\":\"00\"", "\"id\" must be"},
        {"\"id\":\"F000000000000000000000000000000000000000000000000000000000000000\"", "\"id\" must be"},
        {"\"supersedes\":\"the one before\"", "\"supersedes\" must be"},
        {"\"date\":\"\"", "\"date\" must be"},
        {"\"date\":\"26\"", "\"date\" must be"},
        {"\"date\":\"2026-13\"", "\"date\" must be"},
        {"\"date\":\"2026-00\"", "\"date\" must be"},
        {"\"date\":\"2026-3-1\"", "\"date\" must be"},
        {"\"date\":\"2026-03-32\"", "\"date\" must be"},
        {"\"date\":\"2026-03-00\"", "\"date\" must be"},
        {"\"date\":\"2026/03\"", "\"date\" must be"},
        {"\"date\":\"2026-03/01\"", "\"date\" must be"},
        {"\"date\":\"28.03.2026\"", "\"date\" must be"},
        {"\"date\":\"2026-03-28T10:00\"", "\"date\" must be"},
        {"\"date\":\"9999\"", "\"date\" must be"},
        {"\"date\":\"0999-01\"", "\"date\" must be"},
        {"\"url\":\"\"", "\"url\" must be"},
        {"\"url\":\"file:///etc/passwd\"", "\"url\" must be"},
        {"\"url\":\"javascript:alert(1)\"", "\"url\" must be"},
        {"\"url\":\"HTTPS://example.org\"", "\"url\" must be"},
        {"\"url\":\"https://example.org/a b\"", "\"url\" must be"},
    };
    static const char *const ids[] = {"",           "1d16",         "10DE:1D16",          "10de:1d1",
                                      "10de:1d166", "10de-1d16",    "0x10de:1d16",        "10de:zzzz",
                                      " 10de:1d16", "10de:1d16\\n", "10de:1d16:1028:08b0"};
    (void)state;
    assert_all_refused(cases, ARRAY_SIZE(cases));
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        char json[200];
        snprintf(json, sizeof json, "{\"pci_id\":\"%s\",\"outcome\":\"fails\"}", ids[i]);
        assert_refused(json, "\"pci_id\"");
    }
}

static void test_control_characters(void **state)
{
    static const struct refusal cases[] = {
        {"\"gpu\":\"GeForce\\u0000\"", "\"gpu\" holds a control character"},
        {"\"note\":\"a\\u0000b\"", "\"note\" holds a control character"},
        {"\"note\":\"a\\nb\"", "\"note\" holds a control character"},
        {"\"note\":\"a\\u001b[31m\"", "\"note\" holds a control character"},
        {"\"note\":\"\\u007f\"", "\"note\" holds a control character"},
        {"\"note\":\"\\u0080\"", "\"note\" holds a control character"},
        {"\"note\":\"\\u009b31m\"", "\"note\" holds a control character"},
        {"\"note\":\"\xc2\x9b[31m\"", "\"note\" holds a control character"},
        {"\"note\":\"\\u009f\"", "\"note\" holds a control character"},
        {"\"symptoms\":[\"other:a\\tb\"]", "\"symptoms\" holds a control character"},
        {"\"attempts\":[{\"fix\":\"o\\u0000\",\"result\":\"fixed\"}]",
         "\"attempts\" holds a control character"},
        {"\"attempts\":[{\"fix\":\"ovmf\",\"result\":\"fixed\\u0000\"}]", "control character"},
        {"\"chassis\":\"laptop\\u0000\"", "\"chassis\" holds a control character"},
        {"\"vbios_observed\":[\"none\\u0000\"]", "control character"},
        {"\"stages\":{\"bind\":\"yes\\u0000\"}", "control character"},
        {"\"date\":\"2026\\u0000\"", "\"date\" holds a control character"},
        {"\"url\":\"https://example.org/\\u0000\"", "\"url\" holds a control character"},
    };
    (void)state;
    assert_all_refused(cases, ARRAY_SIZE(cases));
    assert_refused("{\"pci_id\":\"10de:1d16\",\"outcome\":\"works\\u0000\"}", "\"outcome\" holds a control");
    assert_member_taken("\"note\":\"\u00a0\u00c2\"");
}

static void test_what_json_forbids(void **state)
{
    static const struct refusal cases[] = {
        {"\"note\":\"a\tb\"", "JSON"},      {"\"note\":\"\\x41\"", "JSON"}, {"\"note\":\"\\u12g4\"", "JSON"},
        {"\"note\":\"\xfc\xdf.\"", "JSON"}, {"\"schema\":01", "JSON"},      {"\"schema\":+1", "JSON"},
        {"\"schema\":NaN", "JSON"},         {"\"schema\":", "JSON"},        {"\"note\" \"x\"", "JSON"},
    };
    (void)state;
    assert_all_refused(cases, ARRAY_SIZE(cases));
}

/* The name of a field ends where it ends: what follows a NUL is a part of it. */
static void test_nul_in_a_key(void **state)
{
    (void)state;
    assert_member_refused("\"id\\u0000\":\"x\"", "not a field");
    assert_member_refused("\"note\\u0000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":\"x\"",
                          "not a field");
    assert_member_refused("\"\\u0000\":\"x\"", "not a field");
}

/* RFC 8259, section 8.1: JSON is UTF-8. Overlong forms would carry control characters past the check. */
static void test_what_is_no_utf8(void **state)
{
    static const char *const bytes[] = {"\xc0\x9b",        "\xc1\x81",         "\xe0\x80\x9b",
                                        "\xed\xa0\x80",    "\xf0\x80\x80\x9b", "\xf4\x90\x80\x80",
                                        "\xf7\xbf\xbf\xbf"};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(bytes); i++) {
        char member[80];
        snprintf(member, sizeof member, "\"note\":\"%s\"", bytes[i]);
        assert_member_refused(member, "");
        snprintf(member, sizeof member, "\"symptoms\":[\"%s\"]", bytes[i]);
        assert_member_refused(member, "");
        snprintf(member, sizeof member, "\"attempts\":[{\"fix\":\"%s\",\"result\":\"fixed\"}]", bytes[i]);
        assert_member_refused(member, "");
    }
}

/* RFC 8785, section 3.2.2.2 and RFC 7493, section 2.1: a surrogate without its other half is no character. */
static void test_lone_surrogates(void **state)
{
    static const char *const cases[] = {
        "\"note\":\"\\ud800\"",
        "\"note\":\"\\udc00\"",
        "\"note\":\"\\ud800x\"",
        "\"note\":\"\\ud800\\u0041\"",
        "\"note\":\"\\ud800\\ud800\"",
        "\"note\":\"\\ud800\\n\"",
        "\"note\":\"\\ude00\\ud83d\"",
        "\"symptoms\":[\"\\udfff\"]",
        "\"attempts\":[{\"fix\":\"\\uD800\",\"result\":\"fixed\"}]",
    };
    (void)state;
    assert_member_taken("\"note\":\"\\ud83d\\ude00\"");
    assert_member_taken("\"note\":\"\\uD83D\\uDE00\"");
    assert_member_taken("\"note\":\"\\\\ud800\"");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_member_refused(cases[i], "");
}

static void append_repeated(struct buffer *out, const char *text, int count, const char *between)
{
    for (int i = 0; i < count; i++) {
        buffer_append_text(out, i ? between : "");
        buffer_append_text(out, text);
    }
}

/* `most` items are fine, one more is refused. */
static void assert_limit(const char *start, const char *item, const char *between, const char *end, int most,
                         const char *why)
{
    struct buffer member = BUFFER(1 << 16);
    buffer_append_text(&member, start);
    append_repeated(&member, item, most, between);
    buffer_append_text(&member, end);
    assert_member_taken(buffer_text(&member));
    buffer_clear(&member);
    buffer_append_text(&member, start);
    append_repeated(&member, item, most + 1, between);
    buffer_append_text(&member, end);
    assert_member_refused(buffer_text(&member), why);
    buffer_free(&member);
}

static void test_limits(void **state)
{
    static const char *const texts[] = {"cpu",    "gpu",     "guest_driver", "guest_os",          "host_os",
                                        "kernel", "machine", "note",         "hypervisor_version"};
    (void)state;
    assert_limit("\"symptoms\":[", "\"black-screen\"", ",", "]", 32, "\"symptoms\" has too many items");
    assert_limit("\"attempts\":[", "{\"fix\":\"x\",\"result\":\"fixed\"}", ",", "]", 32,
                 "\"attempts\" has too many items");
    assert_limit("\"use\":[", "\"compute\"", ",", "]", 3, "\"use\" has too many items");
    assert_limit("\"vbios_observed\":[", "\"rom-bar\"", ",", "]", 8, "\"vbios_observed\" has too many items");
    assert_limit("\"symptoms\":[\"", "\u00fc", "", "\"]", 100, "\"symptoms\" is too long");
    assert_limit("\"attempts\":[{\"result\":\"fixed\",\"fix\":\"", "x", "", "\"}]", 100,
                 "\"attempts\" is too long");
    assert_limit("\"hypervisor\":\"other:", "x", "", "\"", 94, "\"hypervisor\" is too long");
    assert_limit("\"url\":\"https://e.org/", "x", "", "\"", 500 - 14, "\"url\" is too long");
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        char start[40];
        snprintf(start, sizeof start, "\"%s\":\"", texts[i]);
        assert_limit(start, "\u20ac", "", "\"", strcmp(texts[i], "note") == 0 ? 2000 : 200, "is too long");
    }
}

static void test_all_stages(void **state)
{
    static const char all[] =
        "\"stages\":{\"bind\":\"yes\",\"guest_boot\":\"yes\",\"driver_init\":\"yes\",\"display\":\"no\","
        "\"compute\":\"yes\",\"guest_restart\":\"no\",\"second_start\":\"untested\"";
    char member[400];
    (void)state;
    snprintf(member, sizeof member, "%s}", all);
    assert_member_taken(member);
    snprintf(member, sizeof member, "%s,\"x\":\"yes\"}", all);
    assert_member_refused(member, "\"stages\" has too many items");
}

/* As many words as there may be, each to get an `other:` in front: more than the report's own bytes. */
static void test_many_unknown_words(void **state)
{
    struct report report;
    struct error error;
    struct buffer json = BUFFER(1 << 16);
    (void)state;
    buffer_append_text(&json, "{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\",\"symptoms\":[");
    append_repeated(&json, "\"x\"", 32, ",");
    buffer_append_text(&json, "],\"attempts\":[");
    append_repeated(&json, "{\"fix\":\"y\",\"result\":\"worse\"}", 32, ",");
    buffer_append_text(&json, "]}");
    assert_int_equal(parse(buffer_text(&json), json.length, &report, NULL, &error), ERROR_NONE);
    assert_int_equal(report.symptom_count, 32);
    assert_int_equal(report.attempt_count, 32);
    for (int i = 0; i < 32; i++) {
        assert_string_equal(report.symptoms[i], "other:x");
        assert_string_equal(report.attempts[i].fix, "other:y");
    }
    report_free(&report);
    buffer_free(&json);
}

static void test_size(void **state)
{
    static const char smallest[] = "{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\"}";
    struct report report;
    struct error error;
    char json[REPORT_MAX_BYTES + 1];
    (void)state;
    memset(json, ' ', sizeof json);
    memcpy(json, smallest, sizeof smallest - 1);
    assert_int_equal(parse(json, REPORT_MAX_BYTES, &report, NULL, &error), ERROR_NONE);
    report_free(&report);
    assert_int_equal(parse(json, REPORT_MAX_BYTES + 1, &report, NULL, &error), ERROR_BAD_INPUT);
    assert_holds(error.message, "16384");
    report_free(&report); /* does no harm after an error */
}

static void test_depth(void **state)
{
    static const char *const brackets[] = {"[", "{\"note\":", "{\"symptoms\":["};
    struct buffer json = BUFFER(REPORT_MAX_BYTES);
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(brackets); i++) {
        buffer_clear(&json);
        while (json.length < 16000)
            buffer_append_text(&json, brackets[i]);
        assert_refused(buffer_text(&json), "");
        buffer_clear(&json);
        buffer_append_text(&json, "\"note\":");
        while (json.length < 16000)
            buffer_append_text(&json, brackets[i]);
        assert_member_refused(buffer_text(&json), "\"note\" must be a string");
    }
    buffer_free(&json);
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
    assert_true(count > 100);
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
        cmocka_unit_test(test_unknown_and_double_fields),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_senses),
        cmocka_unit_test(test_control_characters),
        cmocka_unit_test(test_what_json_forbids),
        cmocka_unit_test(test_nul_in_a_key),
        cmocka_unit_test(test_what_is_no_utf8),
        cmocka_unit_test(test_lone_surrogates),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_all_stages),
        cmocka_unit_test(test_many_unknown_words),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_parse_again),
        cmocka_unit_test(test_bundled_reports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
