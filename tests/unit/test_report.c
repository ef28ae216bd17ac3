/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/report.h"

#include "core/json_reader.h"
#include "tests/unit/json_cases.h"

static struct report report;
static struct buffer canonical = {.max = 1 << 16};

static enum error_code parse(const char *text)
{
    size_t length;
    char *json = json_of(text, &length);
    buffer_clear(&canonical);
    enum error_code code = report_parse(json, length, &report, &canonical, &failure);
    free(json);
    return code;
}

/* The report is accepted, and its canonical JSON is this. */
static void assert_canonical(const char *text, const char *expected)
{
    size_t length;
    char *json = json_of(expected, &length);
    ASSERT_DONE(parse(text));
    if (canonical.length != length || memcmp(canonical.data, json, length) != 0)
        fail_msg("%s: %s", text, buffer_text(&canonical));
    free(json);
    report_free(&report);
}

static void assert_rejected(const char *text, const char *why)
{
    if (!parse(text))
        fail_msg("accepted: %.300s", text);
    assert_int_equal(failure.code, ERROR_BAD_INPUT);
    assert_says(text, failure.message, why);
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
    ASSERT_DONE(parse(with_member(member)));
    report_free(&report);
}

static void assert_member_rejected(const char *member, const char *why)
{
    assert_rejected(with_member(member), why);
}

/* Every field, in the order in which people write them. */
static const char as_written[] =
    "{ 'schema':1 ,\t'id':'0000000000000000000000000000000000000000000000000000000000000000' ,"
    "'supersedes':'00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff','pci_id':'10de:1d16',"
    "'pci_id_from':'source','subsystem':'1028:08b0','revision':'a1','gpu':'NVIDIA GP108M [GeForce MX330]',"
    "'chassis':'laptop','machine':'Example\\u0020\\'15\\' \\u00fc','cpu':'Intel Core i7-1065G7',"
    "'hypervisor':'proxmox','hypervisor_version':'9.1','host_os':'Proxmox VE','kernel':'6.17.13-2-pve',"
    "'guest_os':'linux','machine_type':'q35','firmware':'ovmf','guest_driver':'nvidia 470.256.02',"
    "'sample':'troubleshooting','share':'sr-iov',"
    "'outcome':'fails','use':['compute','other:signage'],'symptoms':['nvrm-vbios-copy-failed','smoke','other:fan'],"
    "'attempts':[{'result':'no-change','fix':'romfile'},{'fix':'pray','for':'smoke','result':'worse'}],"
    "'stages':{'guest_boot':'yes','bind':'yes','second_start':'untested','compute':'no'},"
    "'vbios_observed':['acpi-rom'],'group_isolated':true,'date':'2026-03-28',"
    "'url':'https:\\/\\/example.org\\/thread\\/1','note':'Gr\u00fc\u00dfe \\ud83d\\ude00 \\/ \\u20ac'\r\n}";

static const char canonical_form[] =
    "{'attempts':[{'fix':'romfile','result':'no-change'},{'fix':'pray','for':'smoke','result':'worse'}],"
    "'chassis':'laptop','cpu':'Intel Core i7-1065G7','date':'2026-03-28','firmware':'ovmf',"
    "'gpu':'NVIDIA GP108M [GeForce MX330]','group_isolated':true,'guest_driver':'nvidia 470.256.02',"
    "'guest_os':'linux','host_os':'Proxmox VE','hypervisor':'proxmox','hypervisor_version':'9.1',"
    "'kernel':'6.17.13-2-pve','machine':'Example \\'15\\' \u00fc','machine_type':'q35',"
    "'note':'Gr\u00fc\u00dfe \U0001f600 / \u20ac','outcome':'fails','pci_id':'10de:1d16',"
    "'pci_id_from':'source','revision':'a1','sample':'troubleshooting','schema':1,'share':'sr-iov','stages':{'bind':'yes','compute':'no',"
    "'guest_boot':'yes','second_start':'untested'},'subsystem':'1028:08b0',"
    "'supersedes':'00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff',"
    "'symptoms':['nvrm-vbios-copy-failed','smoke','other:fan'],'url':'https://example.org/thread/1',"
    "'use':['compute','other:signage'],'vbios_observed':['acpi-rom']}";

DEFINE_TEST(test_canonical)
{
    assert_canonical(as_written, canonical_form);
    assert_canonical(canonical_form, canonical_form);
    assert_canonical("{'pci_id':'10de:1d16','outcome':'works'}", "{'outcome':'works','pci_id':'10de:1d16'}");
    assert_canonical(" { 'outcome' : 'works' , 'pci_id' : '10de:1d16' , 'symptoms' : [ ] ,"
                     " 'attempts':[], 'stages':{} , 'group_isolated':false} ",
                     "{'attempts':[],'group_isolated':false,'outcome':'works','pci_id':'10de:1d16',"
                     "'stages':{},'symptoms':[]}");
}

#define FAILS "{'pci_id':'10de:1d16','outcome':'fails'"

/* What is no JSON is in test_json_reader.c. */
DEFINE_TEST(test_rejected_documents)
{
    static const struct json_case cases[] = {
        {FAILS ",}", "syntax error, at byte 41"},
        {"{}|{'outcome':'fails'}", "'pci_id' is missing"},
        {"{'pci_id':'10de:1d16'}", "'outcome' is missing"},
        {"null|true|1|1.5|'x'|[]|[" FAILS "}]", "one JSON object"},
    };
    check_cases(cases, ARRAY_SIZE(cases), assert_rejected);
}

DEFINE_TEST(test_members)
{
    static char line[4096];
    FILE *table = fopen("tests/data/bad-members.tsv", "re");
    assert_non_null(table);
    while (fgets(line, sizeof line, table)) {
        char *rest = line;
        line[strcspn(line, "\n")] = '\0';
        const char *by = strsep(&rest, "\t");
        const char *why = strsep(&rest, "\t");
        while (rest && by[0] != '#' && strcmp(by, "schema") != 0)
            assert_member_rejected(strsep(&rest, "\t"), why);
    }
    fclose(table);
    assert_member_rejected("'note':'\xc2\x9b[31m'", "'note' holds a control character");
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
    struct buffer member CLEANUP(buffer_free) = BUFFER(1 << 16);
    buffer_append_text(&member, start);
    for (int i = 0; i < most; i++)
        buffer_append_format(&member, "%s%s", i ? between : "", item);
    size_t length = member.length;
    buffer_append_text(&member, end);
    assert_accepted(buffer_text(&member));
    member.length = length;
    buffer_append_format(&member, "%s%s%s", between, item, end);
    assert_member_rejected(buffer_text(&member), why);
}

DEFINE_TEST(test_limits)
{
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

DEFINE_TEST(test_size)
{
    char json[REPORT_MAX_BYTES + 2];
    json_t *read;
    snprintf(json, sizeof json, "%-*s", (int)REPORT_MAX_BYTES, FAILS "}");
    ASSERT_DONE(parse(json));
    report_free(&report);
    snprintf(json, sizeof json, "%-*s", REPORT_MAX_BYTES + 1, FAILS "}");
    assert_rejected(json, "at most 16384 bytes");
    /* A part of a line of a feed. */
    snprintf(json, sizeof json, "{\"pci_id\":\"10de:1d16\",\"outcome\":\"works\",\"colour\":1}");
    ASSERT_DONE(json_read(json, strlen(json), &read, &failure));
    assert_int_equal(report_from_json(read, &report, NULL, &failure), ERROR_BAD_INPUT);
    assert_holds(failure.message, "\"colour\" is not a field");
}

TESTSUITE_MAIN(NULL, NULL)
