#include "core/report.h"

#include "core/json_reader.h"
#include "tests/unit/json_cases.h"

static struct report report;
static struct buffer canonical;
static struct error error;

static enum error_code parse(const char *text)
{
    size_t length;
    char *json = json_of(text, &length);
    buffer_clear(&canonical);
    enum error_code code = report_parse(json, length, &report, &canonical, &error);
    free(json);
    return code;
}

/* The report is accepted, and its canonical JSON is this. */
static void assert_canonical(const char *text, const char *expected)
{
    size_t length;
    char *json = json_of(expected, &length);
    if (parse(text))
        fail_msg("%s: %s", text, error.message);
    if (canonical.length != length || memcmp(canonical.data, json, length) != 0)
        fail_msg("%s: %s", text, buffer_text(&canonical));
    free(json);
    report_free(&report);
}

static void assert_rejected(const char *text, const char *why)
{
    if (!parse(text)) {
        report_free(&report);
        fail_msg("accepted: %.300s", text);
    }
    assert_int_equal(error.code, ERROR_BAD_INPUT);
    assert_says(text, error.message, why);
}

/* A report that is right but for this member, which may take the place of a required one. */
static const char *with_member(const char *member)
{
    static char json[2 * REPORT_MAX_BYTES];
    bool is_outcome = strncmp(member + 1, "outcome", 7) == 0 && !strstr(member, ",");
    snprintf(json, sizeof json, "{%s%s%s}",
             strncmp(member + 1, "pci_id", 6) == 0 && member[7] != '_' ? "" : "'pci_id':'10de:1d16',",
             is_outcome ? "" : "'outcome':'fails',", member);
    return json;
}

static void assert_accepted(const char *member)
{
    if (parse(with_member(member)))
        fail_msg("%.200s: %s", member, error.message);
    report_free(&report);
}

/* Every field, in the order in which people write them. */
static const char *const members[] = {
    "'schema':1",
    "'id':'0000000000000000000000000000000000000000000000000000000000000000'",
    "'supersedes':'00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'",
    "'pci_id':'10de:1d16'",
    "'pci_id_from':'source'",
    "'subsystem':'1028:08b0'",
    "'revision':'a1'",
    "'gpu':'NVIDIA GP108M [GeForce MX330]'",
    "'chassis':'laptop'",
    "'machine':'Example\\u0020\\'15\\' \\u00fc'",
    "'cpu':'Intel Core i7-1065G7'",
    "'hypervisor':'proxmox'",
    "'hypervisor_version':'9.1'",
    "'host_os':'Proxmox VE'",
    "'kernel':'6.17.13-2-pve'",
    "'guest_os':'linux'",
    "'machine_type':'q35'",
    "'firmware':'ovmf'",
    "'guest_driver':'nvidia 470.256.02'",
    "'outcome':'fails'",
    "'use':['compute','other:signage']",
    "'symptoms':['nvrm-vbios-copy-failed','smoke','other:fan']",
    "'attempts':[{'result':'no-change','fix':'romfile'},{'fix':'pray','result':'worse'}]",
    "'stages':{'guest_boot':'yes','bind':'yes','second_start':'untested','compute':'no'}",
    "'vbios_observed':['acpi-rom']",
    "'group_isolated':true",
    "'date':'2026-03-28'",
    "'url':'https:\\/\\/example.org\\/thread\\/1'",
    "'note':'Gr\u00fc\u00dfe \\ud83d\\ude00 \\/ \\u20ac'",
};

static const char canonical_form[] =
    "{'attempts':[{'fix':'romfile','result':'no-change'},{'fix':'pray','result':'worse'}],"
    "'chassis':'laptop','cpu':'Intel Core i7-1065G7','date':'2026-03-28','firmware':'ovmf',"
    "'gpu':'NVIDIA GP108M [GeForce MX330]','group_isolated':true,'guest_driver':'nvidia 470.256.02',"
    "'guest_os':'linux','host_os':'Proxmox VE','hypervisor':'proxmox','hypervisor_version':'9.1',"
    "'kernel':'6.17.13-2-pve','machine':'Example \\'15\\' \u00fc','machine_type':'q35',"
    "'note':'Gr\u00fc\u00dfe \U0001f600 / \u20ac','outcome':'fails','pci_id':'10de:1d16',"
    "'pci_id_from':'source','revision':'a1','schema':1,'stages':{'bind':'yes','compute':'no',"
    "'guest_boot':'yes','second_start':'untested'},'subsystem':'1028:08b0',"
    "'supersedes':'00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff',"
    "'symptoms':['nvrm-vbios-copy-failed','smoke','other:fan'],'url':'https://example.org/thread/1',"
    "'use':['compute','other:signage'],'vbios_observed':['acpi-rom']}";

/* The members from `start` on, every `step`th: with a step that is coprime to their number, each once. */
static const char *object_of(size_t start, size_t step)
{
    static char json[8192];
    size_t length = (size_t)snprintf(json, sizeof json, "{");
    for (size_t i = 0; i < ARRAY_SIZE(members); i++)
        length += (size_t)snprintf(json + length, sizeof json - length, "%s%s", i ? " ,\t" : " ",
                                   members[(start + i * step) % ARRAY_SIZE(members)]);
    snprintf(json + length, sizeof json - length, "\r\n}");
    return json;
}

static void test_canonical(void **state)
{
    (void)state;
    assert_int_equal(ARRAY_SIZE(members), 29); /* a prime: every step is coprime to it */
    for (size_t step = 1; step < ARRAY_SIZE(members); step++)
        for (size_t start = 0; start < ARRAY_SIZE(members); start += 7)
            assert_canonical(object_of(start, step), canonical_form);
    assert_canonical(canonical_form, canonical_form);
    assert_canonical("{'pci_id':'10de:1d16','outcome':'works'}", "{'outcome':'works','pci_id':'10de:1d16'}");
    assert_canonical(" { 'outcome' : 'works' , 'pci_id' : '10de:1d16' , 'symptoms' : [ ] ,"
                     " 'attempts':[], 'stages':{} , 'group_isolated':false} ",
                     "{'attempts':[],'group_isolated':false,'outcome':'works','pci_id':'10de:1d16',"
                     "'stages':{},'symptoms':[]}");
}

static void test_what_is_kept(void **state)
{
    (void)state;
    assert_int_equal(parse(object_of(0, 1)), ERROR_NONE);
    assert_int_equal(pci_id_number(&report.pci_id), 0x10de1d16);
    assert_true(report.pci_id.has_subsystem && report.pci_id.has_revision);
    assert_int_equal(report.pci_id.subvendor, 0x1028);
    assert_int_equal(report.pci_id.subdevice, 0x08b0);
    assert_int_equal(report.pci_id.revision, 0xa1);
    assert_int_equal(report.chassis, CHASSIS_LAPTOP);
    assert_int_equal(report.outcome, OUTCOME_FAILS);
    assert_int_equal(strspn(report.id, "0"), 64);
    assert_int_equal(strlen(report.supersedes), 64);
    assert_string_equal(report.machine, "Example \"15\" \u00fc");
    assert_string_equal(report.note, "Gr\u00fc\u00dfe \U0001f600 / \u20ac");
    assert_string_equal(report_text(&report, FIELD_GUEST_OS), "linux");
    assert_null(report_text(&report, FIELD_OUTCOME));
    assert_int_equal(report.symptom_count, 3);
    assert_string_equal(report.symptoms[0], "nvrm-vbios-copy-failed");
    assert_string_equal(report.symptoms[1], "other:smoke");
    assert_string_equal(report.symptoms[2], "other:fan");
    assert_int_equal(report.attempt_count, 2);
    assert_string_equal(report.attempts[0].fix, "romfile");
    assert_int_equal(report.attempts[0].result, RESULT_NO_CHANGE);
    assert_string_equal(report.attempts[1].fix, "other:pray");
    assert_int_equal(report.stages[STAGE_COMPUTE], 1 + STAGE_STATE_NO);
    assert_int_equal(report.stages[STAGE_DISPLAY], 0);
    report_free(&report);
    report_free(&report); /* twice does no harm */
    assert_int_equal(parse("{'pci_id':'10de:1d16','outcome':'partial'}"), ERROR_NONE);
    assert_false(report.pci_id.has_subsystem || report.pci_id.has_revision);
    assert_int_equal(report.chassis, CHASSIS_UNKNOWN);
    assert_null(report.gpu);
    assert_int_equal(report.symptom_count + report.attempt_count, 0);
    report_free(&report);
}

static void test_rejected_documents(void **state)
{
    static const struct json_case cases[] = {
        {"", "it ends too early"},
        {" ", "it ends too early"},
        {"{", "it ends too early"},
        {"{}", "'pci_id' is missing"},
        {"{'outcome':'fails'}", "'pci_id' is missing"},
        {"{'pci_id':'10de:1d16'}", "'outcome' is missing"},
        {"null", "one JSON object"},
        {"true", "one JSON object"},
        {"1", "one JSON object"},
        {"1.5", "one JSON object"},
        {"'x'", "one JSON object"},
        {"[]", "one JSON object"},
        {"[{'pci_id':'10de:1d16','outcome':'fails'}]", "one JSON object"},
        {"{'pci_id':'10de:1d16','outcome':'fails'}{}", "something follows its end"},
        {"{'pci_id':'10de:1d16','outcome':'fails'} x", "something follows its end"},
        {"{'pci_id':'10de:1d16','outcome':'fails'} 'x", "not valid JSON"},
        {"{'pci_id':'10de:1d16','outcome':'fails',}", "syntax error, at byte 41"},
        {"{'pci_id':'10de:1d16' 'outcome':'fails'}", "syntax error"},
        {"{pci_id:'10de:1d16','outcome':'fails'}", "syntax error"},
        {"{'pci_id':'10de:1d16',/* comment */'outcome':'fails'}", "syntax error"},
        {"\ufeff{'pci_id':'10de:1d16','outcome':'fails'}", "syntax error"},
        {"\v{'pci_id':'10de:1d16','outcome':'fails'}", "syntax error"},
        {"{'pci_id':'10de:1d16','outcome':'fails'", "it ends too early"},
        {"{'pci_id':'10de:1d16','outcome':'fai", "it ends too early"},
    };
    static const char nul[] = "{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\"}\0";
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_rejected(cases[i].json, cases[i].why);
    assert_int_equal(report_parse(nul, sizeof nul - 1, &report, NULL, &error), ERROR_BAD_INPUT);
}

/* Rejects each member of a line of the table. */
static void check_line(char *line)
{
    char *rest = line;
    const char *by = strsep(&rest, "\t");
    const char *why = strsep(&rest, "\t");
    assert_non_null(rest);
    while (rest && strcmp(by, "schema") != 0)
        assert_rejected(with_member(strsep(&rest, "\t")), why);
}

static void test_rejected_members(void **state)
{
    /* What a text file cannot hold well: overlong forms, which would carry control characters past the check;
     * surrogates; what lies beyond U+10FFFF. */
    static const struct json_case cases[] = {
        {"'note':'\xc2\x9b[31m'", "'note' holds a control character"},
        {"'note':'a\tb'", "JSON"},
        {"'note':'\xfc\xdf.'", "JSON"},
        {"'note':'\xc0\x9b'", "it is not UTF-8"},
        {"'note':'\xc1\x81'", "it is not UTF-8"},
        {"'note':'\xe0\x80\x9b'", "it is not UTF-8"},
        {"'symptoms':['\xed\xa0\x80']", "it is not UTF-8"},
        {"'attempts':[{'fix':'\xf0\x80\x80\x9b','result':'fixed'}]", "it is not UTF-8"},
        {"'note':'\xf4\x90\x80\x80'", "it is not UTF-8"},
        {"'note':'\xf7\xbf\xbf\xbf'", "it is not UTF-8"},
    };
    static char line[4096];
    FILE *table = fopen("tests/data/bad-members.tsv", "re");
    (void)state;
    assert_non_null(table);
    while (fgets(line, sizeof line, table))
        if (line[0] != '#') {
            line[strcspn(line, "\n")] = '\0';
            check_line(line);
        }
    fclose(table);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_rejected(with_member(cases[i].json), cases[i].why);
    assert_accepted("'note':'\\ud83d\\ude00'");
    assert_accepted("'note':'\\uD83D\\uDE00'");
    assert_accepted("'note':'\\\\ud800'");
    assert_accepted("'note':'\u00a0\u00c2'");
    assert_accepted("'stages':{'bind':'yes','guest_boot':'yes','driver_init':'yes','display':'no',"
                    "'compute':'yes','guest_restart':'no','second_start':'untested'}");
}

/* `most` items are accepted, one more is rejected. */
static void assert_limit(const char *start, const char *item, const char *between, const char *end, int most,
                         const char *why)
{
    struct buffer member = BUFFER(1 << 16);
    buffer_append_text(&member, start);
    for (int i = 0; i < most; i++)
        buffer_append_format(&member, "%s%s", i ? between : "", item);
    size_t length = member.length;
    buffer_append_text(&member, end);
    assert_accepted(buffer_text(&member));
    member.length = length;
    buffer_append_format(&member, "%s%s%s", between, item, end);
    assert_rejected(with_member(buffer_text(&member)), why);
    buffer_free(&member);
}

static void test_limits(void **state)
{
    (void)state;
    assert_limit("'symptoms':['", "\u00fc", "", "']", 100, "'symptoms' is too long");
    assert_limit("'attempts':[{'result':'fixed','fix':'", "x", "", "'}]", 100, "'attempts' is too long");
    assert_limit("'attempts':[", "{'fix':'x','result':'fixed'}", ",", "]", 32, "has too many items");
    for (int i = 0; i < FIELD_COUNT; i++) {
        const struct report_field_info *field = &report_fields[i];
        char start[60];
        char why[60];
        bool is_array = field->type == TYPE_ENUMS || field->type == TYPE_OPEN_ENUMS;
        bool is_text = field->type == TYPE_TEXT || field->type == TYPE_VERSION ||
                       field->type == TYPE_OPEN_ENUM || field->type == TYPE_URL;
        snprintf(start, sizeof start, "'%s':%s", field->name,
                 is_array                  ? "["
                 : field->type == TYPE_URL ? "'http://e.org/"
                                           : "'");
        snprintf(why, sizeof why, "'%s' %s", field->name, is_array ? "has too many items" : "is too long");
        if (is_array)
            assert_limit(start, field->type == TYPE_ENUMS ? "'rom-bar'" : "'x'", ",", "]", (int)field->limit,
                         why);
        else if (is_text)
            assert_limit(start, "\u20ac", "", "'", (int)field->limit - (field->type == TYPE_URL ? 13 : 0),
                         why);
    }
}

/* As many values as there may be, each to get an `other:` in front. */
static void test_many_unknown_values(void **state)
{
    struct buffer json = BUFFER(1 << 16);
    (void)state;
    buffer_append_text(&json, "'symptoms':['x'");
    for (int i = 1; i < REPORT_MAX_SYMPTOMS; i++)
        buffer_append_text(&json, ",'x'");
    buffer_append_text(&json, "],'attempts':[{'fix':'y','result':'worse'}");
    for (int i = 1; i < REPORT_MAX_ATTEMPTS; i++)
        buffer_append_text(&json, ",{'fix':'y','result':'worse'}");
    buffer_append_byte(&json, ']');
    assert_int_equal(parse(with_member(buffer_text(&json))), ERROR_NONE);
    assert_int_equal(report.symptom_count, REPORT_MAX_SYMPTOMS);
    assert_int_equal(report.attempt_count, REPORT_MAX_ATTEMPTS);
    for (int i = 0; i < 32; i++) {
        assert_string_equal(report.symptoms[i], "other:x");
        assert_string_equal(report.attempts[i].fix, "other:y");
    }
    report_free(&report);
    buffer_free(&json);
}

static void test_size_and_depth(void **state)
{
    static const char *const brackets[] = {"[", "{'note':", "{'symptoms':["};
    char json[REPORT_MAX_BYTES + 2];
    (void)state;
    snprintf(json, sizeof json, "%-*s", (int)REPORT_MAX_BYTES, "{'pci_id':'10de:1d16','outcome':'fails'}");
    assert_int_equal(parse(json), ERROR_NONE);
    report_free(&report);
    snprintf(json, sizeof json, "%-*s", REPORT_MAX_BYTES + 1, "{'pci_id':'10de:1d16','outcome':'fails'}");
    assert_rejected(json, "at most 16384 bytes");
    for (size_t i = 0; i < ARRAY_SIZE(brackets); i++) {
        json[0] = '\0';
        while (strlen(json) < 16000)
            strcat(json, brackets[i]);
        assert_rejected(json, "nested too deep");
        assert_rejected(with_member(json), "nested too deep");
    }
    /* A part of a line of a feed. */
    json_t *read;
    snprintf(json, sizeof json, "{\"pci_id\":\"10de:1d16\",\"outcome\":\"works\",\"colour\":1}");
    assert_int_equal(json_read(json, strlen(json), &read, &error), ERROR_NONE);
    assert_int_equal(report_from_json(read, &report, NULL, &error), ERROR_BAD_INPUT);
    assert_holds(error.message, "\"colour\" is not a field");
}

/* Cut anywhere, a report is rejected, and nothing is read past its end. */
static void test_cut_anywhere(void **state)
{
    (void)state;
    size_t whole;
    char *json = json_of(canonical_form, &whole);
    for (size_t length = 0; length < whole; length++) {
        char *copy = exact_copy(json, length);
        assert_int_equal(report_parse(copy, length, &report, NULL, &error), ERROR_BAD_INPUT);
        assert_holds(error.message, "not valid JSON");
        free(copy);
    }
    free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canonical),
        cmocka_unit_test(test_what_is_kept),
        cmocka_unit_test(test_rejected_documents),
        cmocka_unit_test(test_rejected_members),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_many_unknown_values),
        cmocka_unit_test(test_size_and_depth),
        cmocka_unit_test(test_cut_anywhere),
    };
    canonical = BUFFER(1 << 16);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buffer_free(&canonical);
    return failed;
}
