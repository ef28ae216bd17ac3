/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/report_weight.h"

#include "tests/unit/json_cases.h"

static struct report report_of(const char *text)
{
    struct report report;
    size_t length;
    char *json = json_of(text, &length);
    ASSERT_DONE(report_parse(json, length, &report, NULL, &failure));
    free(json);
    return report;
}

static int64_t sender_of(const char *json)
{
    struct report report = report_of(json);
    int64_t sender = report_sender(&report);
    report_free(&report);
    return sender;
}

/* Who sent it is known by the address, else by what it says of the machine. */
DEFINE_TEST(test_senders)
{
    static const struct {
        const char *report; /* with %s in the place of the values */
        const char *same, *others;
    } cases[] = {
        {"{'pci_id':'10de:1d16','outcome':'works'%s}",
         ",'url':'http://example.org/thread/7'|,'url':'https://www.Example.org/thread/7'|"
         ",'url':'https://example.org/thread/7/'|,'url':'https://example.org/thread/7?page=2&sort=new'|"
         ",'url':'https://example.org/thread/7#post9'|,'url':'https://example.org/thread/7/?x#y'",
         "|,'url':'https://example.org/thread/8'|,'url':'https://example.org/Thread/7'|"
         ",'url':'https://example.com/thread/7'|,'url':'https://example.org/thread'|,'url':'https://example.org/'"},
        {"{'pci_id':'10de:1d16','outcome':'fails','hypervisor':'proxmox'%s}",
         "|,'note':'again','date':'2026-01','kernel':'6.8'",
         ",'machine':'Example 1'|,'guest_os':'linux'|,'chassis':'laptop'"},
        {"{'pci_id':'10de:1d16','outcome':'fails'%s}", ",'machine':'a','guest_os':'b'",
         ",'machine':'b','guest_os':'a'"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        int64_t sender = 0;
        for (struct values v = values_of(cases[i].same, cases[i].report); next_value(&v);) {
            assert_true(!sender || sender_of(v.text) == sender);
            sender = sender_of(v.text);
        }
        for (struct values v = values_of(cases[i].others, cases[i].report); next_value(&v);)
            assert_true(sender_of(v.text) != sender);
    }
}

#define ENDED(outcome, symptoms) "{'pci_id':'10de:1d16','outcome':'" outcome "','symptoms':[" symptoms "]}"

DEFINE_TEST(test_environment_failures)
{
    static const struct {
        const char *json;
        bool is_environment;
    } cases[] = {
        {ENDED("fails", "'no-iommu'"), true},
        {ENDED("partial", "'group-not-viable','no-iommu-group'"), true},
        {ENDED("works", "'no-iommu'"), false},
        {ENDED("works-with-workaround", "'group-not-isolated'"), false},
        {ENDED("fails", "'no-iommu','black-screen'"), false},
        {ENDED("fails", "'no-iommu','other:smoke'"), false},
        {ENDED("fails", ""), false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct report report = report_of(cases[i].json);
        if (report_is_environment_failure(&report) != cases[i].is_environment)
            fail_msg("%s", cases[i].json);
        report_free(&report);
    }
}

/* Each of them is a symptom or a fix that a report can have. */
DEFINE_TEST(test_environment_values)
{
    for (int i = 0; i < vocabulary_environment_symptom.count; i++)
        assert_true(vocabulary_find(&vocabulary_symptom, vocabulary_environment_symptom.entries[i].value) >=
                    0);
    for (int i = 0; i < vocabulary_environment_fix.count; i++)
        assert_true(vocabulary_find(&vocabulary_fix, vocabulary_environment_fix.entries[i].value) >= 0);
}

DEFINE_TEST(test_guests)
{
    static const struct {
        enum guest guest;
        const char *names; /* between | */
    } cases[] = {{GUEST_WINDOWS, "windows|Windows 11|WINDOWS-10|windows11"},
                 {GUEST_LINUX, "linux|Ubuntu 22.04|debian|Arch Linux|android x86|NixOS"},
                 {GUEST_MACOS, "macos|macOS 14|osx|Hackintosh"},
                 {GUEST_FREEBSD, "FreeBSD 14"},
                 {GUEST_UNKNOWN, "|11|a windows|linuxmint-and-a-very-long-word-after-it|unknown|windowsxp"}};
    assert_int_equal(report_guest(NULL), GUEST_UNKNOWN);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        for (struct values v = values_of(cases[i].names, NULL); next_value(&v);)
            if (report_guest(v.text) != cases[i].guest)
                fail_msg("%s: %s", v.text, vocabulary_value(&vocabulary_guest, (int)report_guest(v.text)));
}

DEFINE_TEST(test_months)
{
    static const struct {
        int month;
        const char *dates; /* between | */
    } cases[] = {{0, "2000-01"},
                 {11, "2000-12-31"},
                 {26 * 12 + 2, "2026-03-28"},
                 {26 * 12 + 6, "2026"},
                 {REPORT_MONTHS - 1, "2199-12"},
                 {-1, "2200-01|9999|1999-12|0000||20|yesterday|2026-13"}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        for (struct values v = values_of(cases[i].dates, NULL); next_value(&v);)
            assert_int_equal(report_month(v.text), cases[i].month);
}

TESTSUITE_MAIN(NULL, NULL)
