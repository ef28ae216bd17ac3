/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/report_validate.h"

#include "core/private_text.h"
#include "tests/unit/json_cases.h"

static struct report_problems problems;
static const struct report_circumstances circumstances = {.latest_date = "2026-11-23",
                                                          .names = {"riesling", "hannelore"}};

/* What is wrong with a report with these members, as "field field". */
static const char *fields_of(const char *members)
{
    static char fields[2000];
    char text[REPORT_MAX_BYTES];
    size_t length;
    struct report report;
    snprintf(text, sizeof text, "{'pci_id':'10de:1d16',%s}", members);
    memset(&problems, 0, sizeof problems);
    char *json = json_of(text, &length);
    enum error_code code = report_parse_all(json, length, &report, &problems, &failure);
    assert_int_equal(code != ERROR_NONE, problems.count > 0);
    report_validate(&report, &circumstances, &problems);
    report_free(&report);
    free(json);
    fields[0] = '\0';
    for (int i = 0; i < problems.count; i++) {
        size_t used = strlen(fields);
        assert_true(problems.items[i].text[0]);
        snprintf(fields + used, sizeof fields - used, "%s%s", i ? " " : "", problems.items[i].field);
    }
    return fields;
}

/* Members, and the fields that are wrong. */
static void check_fields(const char *members, const char *expected)
{
    const char *fields = fields_of(members);
    if (strcmp(fields, expected) != 0)
        fail_msg("%s: \"%s\" (%s), expected \"%s\"", members, fields,
                 problems.count ? problems.items[0].text : "", expected);
}

#define FAILS            "'outcome':'fails',"
#define WORKS            "'outcome':'works',"
#define WORKAROUND       "'outcome':'works-with-workaround',"
#define FIX(fix, result) "{'fix':'" fix "','result':'" result "'}"

DEFINE_TEST(test_fields)
{
    static const struct json_case cases[] = {
        /* contradictions */
        {FAILS "'attempts':[" FIX("romfile", "fixed") "]", "outcome"},
        {FAILS "'attempts':[" FIX("romfile", "fixed") "," FIX("ovmf", "fixed") "]", "outcome"},
        {FAILS "'attempts':[" FIX("romfile", "fixed") "," FIX("ovmf", "no-change") "]", ""},
        {FAILS "'attempts':[" FIX("romfile", "helped") "]", ""},
        {FAILS "'attempts':[]", ""},
        {"'outcome':'partial','attempts':[" FIX("romfile", "fixed") "]", ""},
        {WORKAROUND "'attempts':[" FIX("romfile", "no-change") "]", "outcome"},
        {WORKAROUND "'attempts':[" FIX("romfile", "no-change") "," FIX("ovmf", "helped") "]", ""},
        {WORKAROUND "'attempts':[]", ""},
        {WORKS "'attempts':[" FIX("a", "fixed") "," FIX("a", "worse") "]", "attempts"},
        {WORKS "'attempts':[" FIX("other:a", "fixed") "," FIX("a", "fixed") "]", "attempts"},
        {FAILS "'symptoms':['xid-error','smoke'],'attempts':[{'fix':'ovmf','result':'worse','for':'smoke'}]",
         ""},
        {FAILS "'symptoms':['xid-error'],'attempts':[{'fix':'ovmf','result':'worse','for':'no-iommu'}]",
         "attempts"},
        {WORKS "'stages':{'driver_init':'no'}", "outcome"},
        {WORKS "'stages':{'bind':'no'}", "outcome"},
        {WORKAROUND "'stages':{'guest_boot':'no','second_start':'no'}", "outcome outcome"},
        {WORKS "'stages':{'driver_init':'untested'}", ""},
        {WORKS "'stages':{'display':'no'}", ""},
        {WORKS "'stages':{'display':'no'},'use':['display']", "outcome"},
        {WORKS "'stages':{'compute':'no'},'use':['compute']", "outcome"},
        {WORKS "'stages':{'compute':'no'},'use':['display']", ""},
        {"'outcome':'partial','stages':{'driver_init':'no'}", ""},
        {FAILS "'stages':{'driver_init':'yes','display':'yes'}", "outcome"},
        {FAILS "'stages':{'driver_init':'yes','compute':'yes','second_start':'no'}", ""},
        {FAILS "'stages':{'bind':'yes','guest_boot':'yes'}", ""},
        {FAILS "'stages':{'guest_boot':'no','driver_init':'yes'}", "stages"},
        {FAILS "'stages':{'bind':'no','guest_boot':'yes'}", "stages"},
        {FAILS "'stages':{'driver_init':'no','compute':'yes'}", "stages"},
        {FAILS "'stages':{'driver_init':'no','display':'yes'}", ""},
        {FAILS "'stages':{'guest_boot':'no','second_start':'yes'}", "stages"},
        /* what names somebody */
        {FAILS "'note':'at 9c:eb:e8:12:34:56, ask me@example.org'", "note note"},
        {FAILS "'machine':'box of Hannelore'", "machine"},
        {FAILS "'kernel':'6.8.1-riesling'", "kernel"},
        {FAILS "'note':'grown as rieslings'", ""},
        {FAILS "'guest_driver':'31.0.15.101'", ""},
        {FAILS "'guest_driver':'at 192.168.1.2'", "guest_driver"},
        {FAILS "'note':'10.1.2.3'", "note"},
        {FAILS "'note':'a \\u202e b'", "note"},
        {FAILS "'url':'https://me:secret@example.org/x'", "url"},
        {FAILS "'url':'https://example.org/@me/7c9d1f0e12344cde8f00a1b2c3d4e5f6'", ""},
        {FAILS "'symptoms':['other:fan of me@example.org']", "symptoms"},
        {FAILS "'use':['other:/home/hans/x']", "use"},
        {FAILS "'attempts':[" FIX("other:serial F00BAR12", "worse") "]", "attempts"},
        {FAILS "'attempts':[{'fix':'ovmf','result':'worse','for':'other:me@example.org'}]",
         "attempts symptoms"},
        {FAILS "'cpu':'Intel(R) Core(TM) i7-1065G7 CPU @ 1.30GHz','machine':'LENOVO 20L6S2EU0N'", ""},
        /* all at once */
        {"'outcome':'nope','host':'x','a':{'b':[1,{'c':2}]},'machine':5,'cpu':[[1],2],"
         "'kernel':{'x':{}},'chassis':null,'date':'2031','group_isolated':1.5,'note':'a@b.org'",
         "outcome host a machine cpu kernel chassis group_isolated date note"},
        {"'outcome':5", "outcome"},
        {"'note':'x'", "outcome"},
        {FAILS "'x':'\\u001b[31m','\\u001b[2J':1", "x \x1b[2J"},
    };
    check_cases(cases, ARRAY_SIZE(cases), check_fields);
}

DEFINE_TEST(test_dates)
{
    static const struct json_case cases[] = {
        {"2026-11-23|2026-11|2026|2024-02-29|2000-02-29|2024-12-31", ""},
        {"2026-11-24|2026-12|2027|2024-02-30|2023-02-29|1900-02-29|2024-04-31|2024-13-01|yesterday", "date"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        for (struct values v = values_of(cases[i].json, FAILS "'date':'%s'"); next_value(&v);)
            check_fields(v.text, cases[i].why);
}

DEFINE_TEST(test_shapes)
{
    static const struct {
        enum private_shape shape;
        const char *texts; /* between | */
    } cases[] = {
        {PRIVATE_MAC, "mac 9c:eb:e8:12:34:56|9C-EB-E8-12-34-56!|9ceb.e812.3456"},
        {PRIVATE_NONE, "9c:eb:e8:12:34|9c:eb:e8-12:34:56|a486d8f8-0bda-471b-a72b|commit a486d8f80bda471b|"
                       "3840x2160@60|CPU @ 1.30GHz|31.0.15.3623|22.20.27.09|1.2.3.4.5|6.8.12-4-pve|"
                       "nvidia 470.256.02|std::string|0000:01:00.0|01:00.0|10de:1d16:1028:08b0|"
                       "RmInitAdapter failed! (0x30:0xffff:988)|in /home/ it is|serial console on ttyS0|"
                       "serial 0x3f8|serial0: socket|"
                       "AD102 GA102GL BCM57416 WX7100 20L6S2EU0N i7-1065G7 B550M-A KB5034441|"
                       "TUF-RTX3080-O10G-GAMING|PCI\\VEN_10DE&DEV_1D16&SUBSYS_097B1028&REV_A1|"
                       "Gr\u00fc\u00dfe"},
        {PRIVATE_UUID, "{7c9d1f0e-1234-4cde-8f00-a1b2c3d4e5f6}|GPU-7C9D1F0E-1234-4CDE-8F00-A1B2C3D4E5F6"},
        {PRIVATE_LONG_HEX, "7c9d1f0e12344cde8f00a1b2c3d4e5f6"},
        {PRIVATE_MAIL, "hans@example.org|root@pve:~# lspci"},
        {PRIVATE_IP_ADDRESS, "host 10.0.0.7:8006|192.168.178.1|8.8.8.8.|fe80::1ff:fe23:4567:890a|2001:db8::1|"
                             "2001:db8:0:0:0:0:0:1"},
        {PRIVATE_HOME, "see /home/hans/vbios.rom|C:\\Users\\Hans\\x|/Users/hans"},
        {PRIVATE_HOST, "johns-pc.fritz.box|\\\\NAS\\john|http://nas/|pve.john.net|DESKTOP-4F7K2LQ"},
        {PRIVATE_KEY, "VK7JG-NPHTM-C97JM-9MPGT-3V66T|SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDQhvIgvKzuhy5qNgs"},
        {PRIVATE_PHONE, "+49 170 1234567|(555) 123-4567"},
        {PRIVATE_SERIAL, "serial number: PF1ABCDE|Serial is 8CG9123XYZ|S/N PF-1ABCDE|service tag 7ABC123|"
                         "disk S4EWNX0N123456A"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        for (struct values v = values_of(cases[i].texts, NULL); next_value(&v);) {
            size_t start = 0;
            size_t length = 0;
            enum private_shape shape = private_text_find(v.text, PRIVATE_IN_TEXT, &start, &length);
            if (shape != cases[i].shape)
                fail_msg("%s: %s, expected %s", v.text, private_shape_name(shape),
                         private_shape_name(cases[i].shape));
            assert_true(start + length <= strlen(v.text));
        }
    /* The same text is another thing in a version or in a path. */
    assert_int_equal(private_text_find("6.8 of 9.9.9.9", PRIVATE_IN_TEXT, NULL, NULL), PRIVATE_IP_ADDRESS);
    assert_int_equal(private_text_find("6.8 of 9.9.9.9", PRIVATE_IN_VERSION, NULL, NULL), PRIVATE_NONE);
    assert_int_equal(private_text_find("https://a.org/home/x", PRIVATE_IN_URL, NULL, NULL), PRIVATE_NONE);
    assert_int_equal(private_text_find("https://a.org/?p=/home/x", PRIVATE_IN_URL, NULL, NULL), PRIVATE_HOME);
    assert_int_equal(private_text_find("", PRIVATE_IN_TEXT, NULL, NULL), PRIVATE_NONE);
}

/* Where it is found is where it stands, however it is written: what is blotted there is found no more. */
DEFINE_TEST(test_blotted)
{
    static const struct {
        const char *text;
        const char *blotted;
        enum private_context context;
    } cases[] = {
        {"mac 3c:7c:3f:12:34:56, see", "mac #################, see", PRIVATE_IN_TEXT},
        {"\u00fc 3c\uff1a7c:3f:12:34:5\uff16 \u00fc", "\u00fc ##################### \u00fc", PRIVATE_IN_TEXT},
        {"a 3c7c\u200b3f123456.", "a ###############.", PRIVATE_IN_TEXT},
        {"SN PF3ABCDE1 at 192.168.1.7 of hans@example.org", "############ at ########### of ################",
         PRIVATE_IN_TEXT},
        {"https://a.org/?m=3c%3A7c:3f:12:34:56&b", "https://a.org/?m=###################&b", PRIVATE_IN_URL},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char text[100];
        size_t start;
        size_t length;
        snprintf(text, sizeof text, "%s", cases[i].text);
        while (private_text_find(text, cases[i].context, &start, &length)) {
            assert_true(length > 0 && start + length <= strlen(text));
            memset(text + start, '#', length);
        }
        assert_string_equal(text, cases[i].blotted);
    }
}

DEFINE_TEST(test_names)
{
    static const struct {
        const char *text;
        const char *name;
        bool found;
    } cases[] = {{"the box Riesling", "riesling", true},
                 {"riesling.example.org", "riesling", true},
                 {"rieslings", "riesling", false},
                 {"root on pve", "root", false},
                 {"kernel 6.8-pve", "pve", false},
                 {"Proxmox VE", "proxmox", false},
                 {"anything", "", false}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        if (private_name_stands_in(cases[i].text, cases[i].name) != cases[i].found)
            fail_msg("%s in %s", cases[i].name, cases[i].text);
}

DEFINE_TEST(test_too_many)
{
    char members[REPORT_MAX_BYTES] = FAILS "'x':1";
    for (int i = 0; i < 3 * MAX_REPORT_PROBLEMS; i++)
        snprintf(members + strlen(members), sizeof members - strlen(members), ",'u%d':%d", i, i);
    fields_of(members);
    assert_int_equal(problems.count, MAX_REPORT_PROBLEMS);
}

TESTSUITE_MAIN(NULL, NULL)
